"""``mainspring rules``: what your edits and rejections teach, once you agree."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from domain.teaching import RuleState, TaughtRule
from ledger import rules
from ledger.database import Transaction
from workflows.teaching import proposed

app = typer.Typer(
    help="Rules that your own edits suggest: see their cases, approve, reject or withdraw them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RuleArgument = Annotated[str, typer.Argument(help="The rule's id, as `list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the history.")]


@app.command("list")
def list_rules(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List rules that are proposed, approved, rejected or withdrawn."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = _all(tx, opened)
    for rule in found:
        out.say(f"{rule.id}  {rule.state:<9}  {rule.line}  {_counted(rule)}")
    if not found:
        least = opened.settings.library.propose_after
        out.say(
            f"No rule yet. One is proposed once the same was changed by hand in {least} campaigns."
        )
    out.answer("rules.list.v1", found)


@app.command()
def show(
    rule: RuleArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show a rule with its cases, and who decided what about it."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        found = _pick(_all(tx, opened), rule)
        before = rules.history(tx, found.id)
    out.say(f"{found.line}  ({found.state}, {_counted(found)})", "")
    for case in found.cases:
        where = f" in {case.place}" if case.place else ", as a reason to reject"
        out.say(f"  by the {case.role}{where}:")
        if case.before:
            out.say(f"    - {case.before}")
        out.say(f"    + {case.after}")
    for version in before:
        why = f": {version.reason}" if version.reason else ""
        out.say(f"  {version.version}. {version.state} by {version.decided_by}{why}")
    out.answer("rules.rule.v1", {"rule": found, "versions": before})


@app.command()
def approve(
    rule: RuleArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a rule count: the critic checks it, and writers are told. Needs the right to approve."""
    _decide(rule, "approved", reason, workspace, as_json)


@app.command()
def reject(
    rule: RuleArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say no to a proposed rule; it is not proposed again. Needs the right to approve."""
    _decide(rule, "rejected", reason, workspace, as_json)


@app.command()
def withdraw(
    rule: RuleArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an approved rule count no more. Needs the right to approve."""
    _decide(rule, "withdrawn", reason, workspace, as_json)


def _decide(
    wanted: str, state: RuleState, reason: str, workspace: WorkspaceOption, as_json: bool
) -> None:
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        found = _pick(_all(tx, opened), wanted)
        made = rules.decide(tx, found, opened.person(tx), state, reason)
    out.say(f"{state.capitalize()}: {made.line}")
    out.answer("rules.rule.v1", {"rule": made})


def _all(tx: Transaction, opened: Workspace) -> tuple[TaughtRule, ...]:
    return proposed(tx, opened.settings.library.propose_after)


def _pick(found: tuple[TaughtRule, ...], wanted: str) -> TaughtRule:
    ids = [rule for rule in found if rule.id.startswith(wanted)]
    if len(ids) != 1:
        raise WrongUsage(
            "unknown_rule",
            "There is no such rule." if not ids else f"{len(ids)} rules begin so.",
            thing=wanted,
            next_step="`mainspring rules list` shows the ids.",
        )
    return ids[0]


def _counted(rule: TaughtRule) -> str:
    cases = "1 case" if len(rule.cases) == 1 else f"{len(rule.cases)} cases"
    campaigns = "1 campaign" if rule.campaigns == 1 else f"{rule.campaigns} campaigns"
    return f"{cases} in {campaigns}"
