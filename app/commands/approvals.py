"""``mainspring approvals``: what waits for your yes, and your word on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import words
from app.commands.campaign import PERSON_NEEDED, show_run
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import short
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import approvals, comments, people, runs
from ledger import marks as kept_marks

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
    typed: Annotated[
        int | None,
        typer.Option("--typed", help="Of a large send: how many people get a mail."),
    ] = None,
    advance: AdvanceOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say yes to exactly what `approvals show` shows.

    A large send also needs its number of people, and the yes of a second person.
    """
    out, opened = Out(as_json), open_workspace(workspace)
    _decide(out, opened, approval, "approve", answer, None, advance, typed)


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


@app.command("test")
def send_to_oneself(
    approval: ApprovalArgument,
    variant: Annotated[str, typer.Option(help="Which one: a, b, … [default: the first]")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send its mail to yourself, marked as a test."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval
    from workflows.publish import send_test

    picked = pick_approval(opened, approval)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    asyncio.run(send_test(build_stack(opened), picked, person, variant.lower()))
    out.say(f"Sent to {person.email}. Its unsubscribe link changes nothing.")
    out.answer("approval.test.v1", {"approval": picked.id, "to": person.email})


@app.command()
def comment(
    approval: ApprovalArgument,
    text: Annotated[str, typer.Argument(help="What you say; @name or @address tells a person.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say something beside an approval. A comment never decides."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval

    picked = pick_approval(opened, approval)
    with opened.ledger.write() as tx:
        said = comments.add(tx, picked.run_id, opened.person(tx), text, approval_id=picked.id)
        told = [people.get(tx, one).name for one in said.mentions]
    out.say(f"Said{f', to {words.listed(told)}' if told else ''}. It still waits for a decision.")
    out.answer("approval.comment.v1", said)


@app.command()
def lock(
    approval: ApprovalArgument,
    sentence: Annotated[str, typer.Argument(help="The sentence, or words that only it has.")],
    variant: Annotated[str, typer.Option(help="Whose it is: a, b, …")] = "a",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lock a sentence: every rewriting keeps it word for word."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval
    from workflows import marking

    picked = pick_approval(opened, approval)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    made = asyncio.run(marking.lock(build_stack(opened), picked.id, person, variant, sentence))
    out.say(f"Locked: {made.text}", f"`mainspring approvals unlock {made.id}` lets it go.")
    out.answer("approval.lock.v1", made)


@app.command()
def unlock(
    lock_id: Annotated[str, typer.Argument(help="The lock's id, as `marks` shows it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a locked sentence be rewritten again."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        kept_marks.lift(tx, lock_id, opened.person(tx))
    out.say("It may be rewritten again.")
    out.answer("approval.unlocked.v1", {"id": lock_id})


@app.command()
def overrule(
    approval: ApprovalArgument,
    number: Annotated[int, typer.Argument(min=0, help="The finding's number, as `marks` shows.")],
    reason: Annotated[str, typer.Option(help="Why it may stand; it is in the history.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a finding of style stand, for these words in this text alone. Never a claim, an offer,
    a link or a legal line."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval
    from workflows import marking

    picked = pick_approval(opened, approval)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    made = asyncio.run(marking.overrule(build_stack(opened), picked.id, person, number, reason))
    out.say(f"Let stand: {made.rule} “{made.words}”, because {made.reason}")
    out.answer("approval.overruled.v1", made)


@app.command("take-back")
def take_back(
    overrule_id: Annotated[str, typer.Argument(help="Its id, as `marks` shows it.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold an overruled finding against the draft again."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        kept_marks.take_back(tx, overrule_id, opened.person(tx))
    out.say("It counts again.")
    out.answer("approval.taken_back.v1", {"id": overrule_id})


@app.command()
def marks(
    approval: ApprovalArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what the critic found, by number, and what is locked or overruled."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.deciding import pick_approval
    from workflows import marking

    picked = pick_approval(opened, approval)
    critique = asyncio.run(marking.critique_of(build_stack(opened), picked.id))
    with opened.ledger.read() as tx:
        kept = kept_marks.marks(tx, picked.run_id)
    for number, found in enumerate(critique.findings):
        stands = f", let stand by {found.overruled}" if found.overruled else ""
        out.say(f"{number}  {found.severity} {found.rule} “{found.text}”{stands}")
    for one in kept.locks:
        out.say(f"{one.id}  locked by {one.by}: {one.text}")
    for past in kept.overrules:
        out.say(f"{past.id}  overruled by {past.by}: {past.rule} “{past.words}”, {past.reason}")
    if not critique.findings and not kept.locks and not kept.overrules:
        out.say("The critic finds no fault, and nothing is locked.")
    out.answer("approval.marks.v1", {"findings": critique.findings, "marks": kept})


_SAID = {"approve": "Approved", "edit": "Edited", "reject": "Rejected"}


def _decide(
    out: Out,
    opened: Workspace,
    given: str,
    decision: approvals.Decision,
    reason: str,
    file: Path | None,
    advance: bool,
    typed: int | None = None,
) -> None:
    from app.deciding import check_edit, decide, gather, pick_approval, read_edit, who_decides

    picked = pick_approval(opened, given)
    changed = read_edit(file) if file is not None else None
    if changed is not None:
        check_edit(opened, asyncio.run(gather(opened, picked)), changed)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    decided = decide(
        opened, picked, decision, person=person, reason=reason, edit=changed, typed=typed
    )
    if decided.status == "pending":
        others = words.listed([one.name for one in who_decides(opened, decided)])
        asked = f"; the second can come from {others}" if others else ""
        out.say(f"Your yes is kept. It needs that of {decided.yeses_needed} people{asked}.")
        out.answer("approval.decided.v1", decided.model_dump(exclude={"content"}))
        raise typer.Exit(PERSON_NEEDED)
    out.say(f"{_SAID[decision]} {words.GATES[decided.gate]}, bound to {decided.content_hash[:16]}…")
    if not advance:
        out.say("The worker goes on with it, or you do: mainspring publish --once")
        out.answer("approval.decided.v1", decided.model_dump(exclude={"content"}))
        return
    from app.driving import drive_shown

    drive_shown(opened, decided.run_id, out)
    show_run(opened, decided.run_id, out, schema="campaign.v1")
