"""What a person marks in a draft that waits: a sentence to stay, a finding that may stand."""

from __future__ import annotations

from typing import Literal

from agents.learning.locks import sentence_at
from agents.learning.overruling import bound_to, may_be_overruled, overruled
from domain.critique import Critique, Finding
from domain.draft import Draft
from domain.errors import Refused
from domain.teaching import Lock, Overrule
from ledger import approvals, marks, people
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.marks import LockRow, OverruleRow
from ledger.people import Person
from workflows.campaign import view
from workflows.stack import Stack
from workflows.transactions import read, write


class MarkError(Refused):
    code: Literal[
        "gone_on",  # the draft that was looked at waits no more
        "no_such_variant",  # the draft has none of that id
        "no_such_sentence",  # the variant does not have it, or has it twice
        "no_such_finding",  # the critic found nothing under that number
        "not_of_style",  # it is no matter of taste, so nobody can overrule it
    ]


async def lock(
    stack: Stack, approval_id: str, person: Person, variant_id: str, sentence: str
) -> LockRow:
    """Keep a sentence of a variant word for word through every rewriting.

    ``sentence``: it, or words that only it has. Raises MarkError, LedgerError.
    """
    approval, draft, _ = await _waiting(stack, approval_id)
    variant = next((v for v in draft.variants if v.id == variant_id.lower()), None)
    if variant is None:
        raise MarkError(
            "no_such_variant",
            f"The draft has no variant {variant_id}.",
            thing=approval_id,
            next_step=f"Its variants are {', '.join(v.id for v in draft.variants)}.",
        )
    found = sentence_at(variant, sentence.strip())
    if found is None:
        raise MarkError(
            "no_such_sentence",
            "Not exactly one sentence of this variant has these words.",
            thing=sentence[:80],
            next_step="Copy the whole sentence from the card.",
        )
    wanted = Lock(angle=variant.angle, place=found[0], text=found[1])
    return await write(stack.ledger, lambda tx: marks.lock(tx, approval.run_id, person, wanted))


async def overrule(
    stack: Stack, approval_id: str, person: Person, number: int, reason: str
) -> OverruleRow:
    """Let a finding of style stand, with a reason: ``number`` is its place on the card, from 0.

    It counts for these words in this text alone. Raises MarkError, LedgerError.
    """
    approval, draft, critique = await _waiting(stack, approval_id)
    found: Finding | None = next(iter(critique.findings[number : number + 1]), None)
    if found is None or number < 0:
        raise MarkError(
            "no_such_finding",
            f"The critic has no finding number {number}.",
            thing=approval_id,
            next_step="`mainspring approvals marks` lists them with their numbers.",
        )
    if found.overruled or not may_be_overruled(found):
        raise MarkError(
            "not_of_style",
            "It is overruled already." if found.overruled
            else f"{found.rule} is no matter of taste: nobody's word makes it true or allowed.",
            thing=found.text[:80] or found.rule,
            next_step=found.mend,
        )  # fmt: skip

    def keep(tx: Transaction) -> OverruleRow:
        wanted = Overrule(
            rule=found.rule,
            words=found.text,
            content_hash=bound_to(found, draft),
            reason=reason,
            by=people.get(tx, person.id).name,
            at=tx.now,
        )
        return marks.overrule(tx, approval.run_id, person, wanted)

    return await write(stack.ledger, keep)


async def critique_of(stack: Stack, approval_id: str) -> Critique:
    """The critique of what waits, as it counts now. Raises MarkError gone_on."""
    return (await _waiting(stack, approval_id))[2]


async def _waiting(stack: Stack, approval_id: str) -> tuple[Approval, Draft, Critique]:
    approval = await read(stack.ledger, lambda tx: approvals.get(tx, approval_id))
    state = await view(stack, approval.run_id)
    same = approval.status == "pending" and state.get("content_hash") == approval.content_hash
    if not same or "draft" not in state or "critique" not in state:
        raise MarkError(
            "gone_on",
            "No draft waits here any more.",
            thing=approval_id,
            next_step="`mainspring approvals list` shows what waits now.",
        )
    draft = Draft.model_validate(state["draft"])
    kept = await read(stack.ledger, lambda tx: marks.marks(tx, approval.run_id))
    critique = Critique.model_validate(state["critique"])
    return approval, draft, overruled(critique, draft, kept.overrules)
