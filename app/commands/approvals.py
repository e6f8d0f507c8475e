"""``mainspring approvals``: what waits for your yes, and your word on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import words
from app.commands.campaign import show_run
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import approvals, runs
from ledger.approvals import Approval

app = typer.Typer(
    help="See what waits for your yes; approve, edit or reject it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ApprovalArgument = Annotated[
    str, typer.Argument(help="The approval's id, or its last characters, as it was shown.")
]
AdvanceOption = Annotated[
    bool, typer.Option("--advance", help="Work on at once, instead of leaving it to the worker.")
]


@app.command("list")
def list_approvals(
    everything: Annotated[
        bool, typer.Option("--all", help="Those that were decided, too.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits for a yes."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        goals = {run.id: run.goal for run in runs.list_runs(tx, limit=10_000)}
        found = approvals.pending(tx)
        if everything:
            found = [one for run_id in goals for one in approvals.for_run(tx, run_id)]
    for one in found:
        until = f", until {words.moment(one.expires_at, opened.timezone)}"
        out.say(
            f"{short(one.id)}  {words.GATES[one.gate]:<18} "
            f"{words.APPROVAL_STATES[one.status]}{until if one.status == 'pending' else ''}",
            f"          {words.one_line(goals.get(one.run_id, ''), 80)}",
        )
    if not found:
        out.say("Nothing waits for a yes. It fills when a campaign comes to an approval.")
    out.answer("approvals.list.v1", [one.model_dump(exclude={"content"}) for one in found])


@app.command()
def show(
    approval: Annotated[
        str,
        typer.Argument(
            help="The approval's id, or its last characters. [default: the only one that waits]"
        ),
    ] = "",
    html: Annotated[
        Path | None, typer.Option(help="Write the mails' previews to this file.")
    ] = None,
    edit: Annotated[
        Path | None, typer.Option(help="Write what may be changed to this YAML file.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the whole card: who gets what when, the copy, its claims, and what to know first."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.cards import card
    from app.deciding import edit_text, gather, pick_approval
    from app.previews import previews_page

    picked = pick_approval(opened, approval)
    shown = asyncio.run(gather(opened, picked))
    if html is not None:
        if shown.content is None:
            raise WrongUsage(
                "no_mail_yet",
                "A brief has no mails to preview yet.",
                thing=picked.id,
                next_step="Approve it first; the mails come with the second approval.",
            )
        title = f"{opened.settings.workspace.name}: previews"
        page = previews_page(shown.content.variants, title, opened.brand_folder)
        html.write_text(page, encoding="utf-8")
        out.say(f"Wrote {html}; open it in a browser.")
    if edit is not None:
        edit.write_text(edit_text(shown), encoding="utf-8")
        out.say(
            f"Wrote {edit}. Change it, then: "
            f"mainspring approvals edit {short(picked.id)} --file {edit}"
        )
    if html is None and edit is None:
        out.say(card(shown))
    out.answer(
        "approval.v1",
        {
            "approval": picked,
            "goal": shown.goal,
            "brief": shown.brief,
            "draft": shown.draft,
            "plan": shown.plan,
            "critique": shown.critique,
        },
    )


@app.command()
def approve(
    approval: ApprovalArgument,
    answer: Annotated[
        str, typer.Option(help="Your answer to the brief's question; the copy may use it.")
    ] = "",
    advance: AdvanceOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say yes to exactly what `approvals show` shows."""
    _decide(Out(as_json), open_workspace(workspace), approval, "approve", answer, None, advance)


@app.command()
def edit(
    approval: ApprovalArgument,
    file: Annotated[Path, typer.Option(help="The YAML file that `approvals show --edit` wrote.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the history.")] = "",
    advance: AdvanceOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change it. The critic reads your words too, and then it waits for a yes again.

    What was approved already can be changed too: what has not gone out stops at once.
    """
    _decide(Out(as_json), open_workspace(workspace), approval, "edit", reason, file, advance)


@app.command()
def reject(
    approval: ApprovalArgument,
    reason: Annotated[str, typer.Option(help="Why; the next attempt goes by it.")],
    advance: AdvanceOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say no, and why. It is written anew with your reason, and asked again."""
    if not reason.strip():
        raise WrongUsage(
            "empty_reason", "The reason is empty.", next_step="Say what should be different."
        )
    _decide(Out(as_json), open_workspace(workspace), approval, "reject", reason, None, advance)


@app.command()
def ask(
    approval: ApprovalArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Ask once more for a yes that nobody gave in time."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval
    from workflows.decisions import ask_again

    picked = pick_approval(opened, approval)
    with opened.ledger.write() as tx:
        asked = ask_again(tx, picked.run_id, picked.gate, opened.person(tx))
    until = words.moment(asked.expires_at, opened.timezone)
    out.say(f"Asked again, until {until}: mainspring approvals show {short(asked.id)}")
    out.answer("approval.asked.v1", asked.model_dump(exclude={"content"}))


_SAID = {"approve": "Approved", "edit": "Edited", "reject": "Rejected"}


def _decide(
    out: Out,
    opened: Workspace,
    given: str,
    decision: approvals.Decision,
    reason: str,
    file: Path | None,
    advance: bool,
) -> None:
    from app.deciding import decide, pick_approval, read_edit

    picked = pick_approval(opened, given)
    changed = read_edit(file) if file is not None else None
    if changed is not None:
        _check_edit(opened, picked, changed)
    decided = decide(opened, picked, decision, reason=reason, edit=changed)
    out.say(f"{_SAID[decision]} {words.GATES[decided.gate]}, bound to {decided.content_hash[:16]}…")
    if not advance:
        out.say("The worker goes on with it, or you do: mainspring publish --once")
        out.answer("approval.decided.v1", decided.model_dump(exclude={"content"}))
        return
    from app.driving import drive_shown

    drive_shown(opened, decided.run_id, out)
    show_run(opened, decided.run_id, out, schema="campaign.v1")


def _check_edit(opened: Workspace, picked: Approval, changed: dict[str, object]) -> None:
    """Refuse an edit that cannot be taken while its writer is still here to mend it."""
    from app.deciding import gather
    from domain.brief import Brief
    from workflows.edits import edited_brief, edited_draft

    if picked.gate == "brief":
        edited_brief(Brief.model_validate(picked.content), changed)
        return
    shown = asyncio.run(gather(opened, picked))
    if shown.draft is not None:
        edited_draft(shown.draft, changed, "you")
