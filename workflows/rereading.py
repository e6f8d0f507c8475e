"""Reading again: the critic on an edit that is not sent off yet, at once. Nothing changes."""

from __future__ import annotations

from domain.brief import Brief
from domain.critique import Critique, Finding
from domain.draft import Draft
from domain.facts import Facts
from domain.frozen import Frozen
from domain.publication import RenderedVariant
from ledger import facts
from ledger.database import Transaction
from workflows.briefing import approved_brief
from workflows.calls import during
from workflows.campaign import view
from workflows.edits import EditError, edited_draft, parts_of
from workflows.stack import Stack
from workflows.state import Json
from workflows.transactions import read
from workflows.writing import read_draft, tie


class Rereading(Frozen):
    """What the critic says of an edit, beside what it said of the draft that waits."""

    critique: Critique
    mended: tuple[Finding, ...]
    """Found in the draft, and gone with the edit."""
    new: tuple[Finding, ...]
    """Came with the edit."""
    draft: Draft
    """As it would be."""
    rendered: tuple[RenderedVariant, ...]
    """The mails that it makes."""


async def read_again(stack: Stack, run_id: str, edit: Json, by: str = "you") -> Rereading:
    """Read an edit of the draft that waits; ``by`` is the editor's name, for the draft's label.

    Raises EditError where it cannot be taken, LedgerError unknown or not_approved.
    """
    state = await view(stack, run_id)
    if "draft" not in state or "critique" not in state:
        raise EditError(
            "not_editable",
            "This campaign has no draft yet.",
            thing=run_id,
            next_step="Approve its brief first; the drafts come after it.",
        )

    def look(tx: Transaction) -> tuple[Brief, Facts]:
        return approved_brief(tx, state), facts.current(tx)

    brief, known = await read(stack.ledger, look)
    draft = Draft.model_validate(state["draft"])
    words, _ = parts_of(edit, stack.timezone)
    if words:
        draft = tie(edited_draft(draft, words, by), brief, known)
    before = Critique.model_validate(state["critique"])
    with during(run_id):
        critique, rendered = await read_draft(stack, run_id, draft, brief, known, before.round)
    return Rereading(
        critique=critique,
        mended=_without(before.findings, critique.findings),
        new=_without(critique.findings, before.findings),
        draft=draft,
        rendered=rendered,
    )


def _without(some: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those whose fault the others do not name. The same words at fault elsewhere are the same."""
    known = {_fault(finding) for finding in others}
    return tuple(finding for finding in some if _fault(finding) not in known)


def _fault(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.variant, finding.text
