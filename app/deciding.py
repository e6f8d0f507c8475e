"""What waits for a person: found, shown whole, and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic_core import to_jsonable_python

from agents.learning.overruling import overruled
from app.cards import Shown
from app.references import pick
from app.stack import build_stack
from app.workspace import Workspace
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import Draft, Variant
from domain.errors import Refused, WrongUsage
from domain.plan import Plan, QuietHours
from domain.publication import Content
from ledger import approvals, facts, marks, runs, unsaved
from ledger.approvals import Approval, Decision
from ledger.people import Person
from workflows import campaign
from workflows.decisions import change_after_approval
from workflows.edits import (
    BRIEF_FIELDS,
    VARIANT_FIELDS,
    check_start,
    edited_brief,
    edited_draft,
    parts_of,
)
from workflows.stack import Stack

WHERE = "mainspring approvals list --all"

_HEAD = """\
# Change what you like and give the file back:
#   mainspring approvals edit {id} --file THIS_FILE
# Whatever you change is read by the critic again, and then waits for a yes.
"""


def pick_approval(workspace: Workspace, given: str) -> Approval:
    """The approval that an id, or its end, means; without one, the only one that waits.

    Raises WrongUsage unknown_id, ambiguous_id or nothing_waits.
    """
    with workspace.ledger.read() as tx:
        waiting = approvals.pending(tx)
        if given:
            return approvals.get(tx, pick(given, approvals.ids(tx), "approval", where=WHERE))
    if not waiting:
        raise WrongUsage(
            "nothing_waits",
            "Nothing waits for a yes.",
            next_step='Start a campaign: mainspring campaign new "…"',
        )
    if len(waiting) > 1:
        raise WrongUsage(
            "ambiguous_id",
            f"{len(waiting)} things wait for a yes; say which one.",
            next_step="`mainspring approvals list` shows them.",
        )
    return waiting[0]


async def gather(workspace: Workspace, approval: Approval, stack: Stack | None = None) -> Shown:
    """Everything that the card of an approval shows. ``stack``: one that is made already."""
    with workspace.ledger.read() as tx:
        known = facts.current(tx)
        run = runs.get(tx, approval.run_id)
    shown = Shown(approval, workspace.timezone, workspace.currency, run.goal, known)
    if approval.gate == "brief":
        return replace(shown, brief=Brief.model_validate(approval.content))
    state = await campaign.view(stack or build_stack(workspace), approval.run_id)
    shown = replace(
        shown,
        content=Content.model_validate(approval.content),
        brief=Brief.model_validate(state["brief"]) if "brief" in state else None,
    )
    if state.get("content_hash") != approval.content_hash:
        # The run has gone on; what was approved is kept whole, its making is not.
        return shown
    draft = Draft.model_validate(state["draft"])
    with workspace.ledger.read() as tx:
        marked = marks.marks(tx, approval.run_id)
    return replace(
        shown,
        draft=draft,
        plan=Plan.model_validate(state["plan"]),
        critique=overruled(Critique.model_validate(state["critique"]), draft, marked.overrules),
        locks=marked.locks,
    )


def edit_text(shown: Shown) -> str:
    """The part of an approval that a person may change, as YAML."""
    if shown.approval.gate == "brief":
        whole = shown.approval.content
        part: dict[str, Any] = {name: whole[name] for name in BRIEF_FIELDS}
    else:
        if shown.draft is None:
            raise WrongUsage(
                "not_editable",
                "The campaign has gone on since; this draft can no longer be edited.",
                thing=shown.approval.id,
                next_step="`mainspring approvals list` shows what waits now.",
            )
        part = {"variants": {variant.id: _changeable(variant) for variant in shown.draft.variants}}
    body = yaml.safe_dump(part, allow_unicode=True, sort_keys=False, width=90)
    return _HEAD.format(id=shown.approval.id) + body


def _changeable(variant: Variant) -> dict[str, Any]:
    plain = variant.model_dump(mode="json")
    plain.setdefault("layout", variant.layout)  # which a dump leaves out where it is the usual one
    return {name: plain[name] for name in VARIANT_FIELDS}


def read_edit(path: Path) -> dict[str, Any]:
    """An edited file as the JSON that the ledger keeps. Raises WrongUsage."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongUsage(
            "no_such_file",
            f"There is no file {path}.",
            thing=str(path),
            next_step="Write it first: mainspring approvals show --edit FILE",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongUsage(
            "unreadable_edit",
            f"{path.name} cannot be read: {str(error).splitlines()[0]}.",
            thing=str(path),
            next_step="Mend that place; quote texts that hold a colon.",
        ) from None
    if not isinstance(read, dict):
        raise WrongUsage(
            "unreadable_edit",
            f"{path.name} does not hold fields to change.",
            thing=str(path),
            next_step="Write a fresh one: mainspring approvals show --edit FILE",
        )
    plain: dict[str, Any] = to_jsonable_python(read)
    return plain


def check_edit(workspace: Workspace, shown: Shown, edit: Mapping[str, Any]) -> None:
    """Refuse an edit that cannot be taken while its writer is still here to mend it.

    Raises EditError.
    """
    if shown.content is None and shown.brief is not None:
        edited_brief(shown.brief, dict(edit))
        return
    words, start = parts_of(dict(edit), workspace.timezone)
    if start is not None and shown.brief is not None:
        limits = workspace.settings.limits
        quiet = QuietHours(start=limits.quiet_start, end=limits.quiet_end)
        today = workspace.ledger.clock.now().astimezone(ZoneInfo(workspace.timezone)).date()
        check_start(start, shown.brief, quiet, today)
    if words and shown.draft is not None:
        edited_draft(shown.draft, words, "you")


def who_decides(
    workspace: Workspace, approval: Approval, *, after_edit_by: Person | None = None
) -> list[Person]:
    """The people whose yes would count now, or once ``after_edit_by`` has edited the words."""
    with workspace.ledger.read() as tx:
        return approvals.may_approve(
            tx,
            approval,
            author_may_approve=workspace.settings.limits.author_may_approve,
            after_edit_by=after_edit_by.id if after_edit_by is not None else "",
        )


def decide(
    workspace: Workspace,
    approval: Approval,
    decision: Decision,
    *,
    person: Person,
    reason: str = "",
    edit: Mapping[str, Any] | None = None,
    typed: int | None = None,
) -> Approval:
    """Commit a person's decision about exactly what ``approval`` held when it was read.

    An edit of what was approved already stops what has not gone out. The first yes of two leaves
    it pending. Raises LedgerError, and Refused no_sender where it is not known whom the mails are
    from.
    """
    if decision == "approve" and not workspace.settings.sending.from_address:
        raise Refused(
            "no_sender",
            "It is not known whom the mails are from.",
            thing="sending.from_address",
            next_step="Write it under [sending] in mainspring.toml: "
            'from_address = "hello@brand.example"',
        )
    with workspace.ledger.write() as tx:
        if decision == "edit":
            unsaved.drop(tx, approval.id, person.id)
        if decision == "edit" and approval.status == "approved" and approval.gate == "publish":
            # What has not gone out stops at once, and the edited mail is asked about anew.
            return change_after_approval(tx, approval.run_id, person, dict(edit or {}), reason)
        return approvals.decide(
            tx,
            approval.id,
            person,
            decision,
            approval.content_hash,
            reason,
            edit,
            author_may_approve=workspace.settings.limits.author_may_approve,
            typed=typed,
        )
