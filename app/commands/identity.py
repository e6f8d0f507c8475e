"""``mainspring identity``: which customer ids are one person, and why."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer
from rich.table import Table

from app import who_is_who as who
from app import words
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.references import pick
from app.workspace import Workspace, open_workspace
from tools.identity.port import Reason, Suggestion
from tools.store import identities
from tools.store.identities import Record
from tools.store.segments import Store

What = Literal["waiting", "merged", "held", "apart", "decided"]
CustomerArgument = Annotated[str, typer.Argument(help="A customer id.", metavar="CUSTOMER")]
MOST = 50
"""Lines of a list as text; --json has all."""

app = typer.Typer(
    help="Which customer ids are one person: found, explained, decided, undone.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def run(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Look at everybody again and say who is who; doing it twice changes nothing."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    with out.working("finding out who is who"):
        asyncio.run(who.run(opened, person))
    found = who.who_is_who(opened)
    assert found is not None
    out.say(
        f"{found.customers:,} customer ids are {words.people(found.persons)}: "
        f"{found.merged:,} count as another one."
    )
    _say_rules(out, found)
    if found.to_decide:
        pairs = "1 pair waits" if found.to_decide == 1 else f"{found.to_decide:,} pairs wait"
        out.say(f"{pairs} for a person: mainspring identity list")
    out.answer("identity.run.v1", found)


@app.command("list")
def list_them(
    what: Annotated[
        What,
        typer.Argument(
            help="waiting: pairs to decide; merged: ids that count as another; held: addresses, "
            "numbers and devices that tie nobody; apart: ties that do not count; decided: by "
            "people."
        ),
    ] = "waiting",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits for a person, or what was found or decided."""
    out, opened = Out(as_json), open_workspace(workspace)
    record = who.latest(opened)
    if record is None and what != "decided":
        out.say("Nobody has looked yet. Next: mainspring identity run")
        out.answer(f"identity.{what}.v1", [])
        return
    table, found = _listed(opened, record, what)
    if not found:
        out.say(_NONE[what])
    else:
        out.say(table)
        if len(found) > MOST:
            out.say(f"… and {len(found) - MOST:,} more; --json has all.")
    out.answer(f"identity.{what}.v1", found)


@app.command()
def show(
    customer: CustomerArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Say which ids are the same person as this one, why, and how to take them apart."""
    out, opened = Out(as_json), open_workspace(workspace)
    shown = asyncio.run(who.show(opened, customer))
    if not shown.merges:
        out.say(f"{customer} stands for itself: no other customer id is the same person.")
    else:
        also = f"; devices: {len(shown.devices):,}" if shown.devices else ""
        out.say(f"{shown.person} is {len(shown.merges) + 1} customer ids{also}:")
    for merge in shown.merges:
        out.say(f"  {merge.customer_id}, because")
        for reason in merge.reasons:
            out.say(f"    {_because(reason)}")
        out.say(
            "    not the same person? "
            f"mainspring identity decide {merge.customer_id} {merge.person} apart"
        )
    for device in shown.devices:
        out.say(f"  device …{device.anonymous_id[-8:]}, because")
        for reason in device.reasons:
            out.say(f"    {_because(reason)}")
    for one in shown.suggestions:
        out.say(f"May also be {_other(one, shown.customer_id)} ({words.percent(one.score)}):")
        out.say(f"  mainspring identity decide {one.one} {one.other} same")
    for refusal in shown.refusals:
        out.say(f"Kept apart: {refusal.one} and {refusal.other}: {refusal.explanation}")
    for kept, one_pair in shown.decisions:
        out.say(
            f"Decided: {one_pair.one} and {one_pair.other} {_VERDICTS[kept.verdict]}. "
            f"Take it back: mainspring identity undo {kept.id}"
        )
    out.answer("identity.shown.v1", shown)


@app.command()
def decide(
    one: CustomerArgument,
    other: Annotated[str, typer.Argument(help="The other customer id.", metavar="OTHER")],
    verdict: Annotated[
        Literal["same", "apart"],
        typer.Argument(help="same: one person; apart: two people, whatever they share."),
    ],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide whether two customer ids are one person. It goes before whatever is found."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    made = asyncio.run(who.decide(opened, person, one, other, verdict))
    out.say(f"{one} and {other} {_VERDICTS[verdict]}.")
    out.say("It counts from the next look on: the worker's, or mainspring identity run.")
    out.say(f"Take it back: mainspring identity undo {made.id}")
    out.answer(
        "identity.decided.v1", {"id": made.id, "one": one, "other": other, "verdict": verdict}
    )


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(help="The decision's id, or its end.", metavar="ID")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a decision back: what is found by itself counts again."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    known = [kept.id for kept, _ in who.decisions(opened)]
    chosen = pick(decision, known, "decision", where="mainspring identity list decided")
    undone = asyncio.run(who.undo(opened, person, chosen))
    out.say(
        "Taken back. It counts from the next look on: the worker's, or mainspring identity run."
    )
    out.answer("identity.undone.v1", {"id": undone.id})


_VERDICTS = {"same": "are one person", "apart": "are two people"}
_NONE: dict[What, str] = {
    "waiting": "Nothing waits for a person.",
    "merged": "No customer id counts as another one.",
    "held": "No address, number or device is held back.",
    "apart": "Nothing that ties customers was refused.",
    "decided": "Nobody has decided anything about who is who.",
}


def _say_rules(out: Out, found: who.WhoIsWho) -> None:
    if not found.by_rule:
        return
    table = Table("Because", "Ties", box=None, pad_edge=False)
    for rule, count in found.by_rule:
        table.add_row(who.RULES[rule], f"{count:,}")
    out.say(table)


def _listed(opened: Workspace, record: Record | None, what: What) -> tuple[Table, list[object]]:
    found: list[object] = []
    if what == "decided":
        table = Table("Decision", "One", "Other", "Decided", "When", box=None, pad_edge=False)
        for kept, one in who.decisions(opened):
            row = (kept.id, one.one, one.other, _VERDICTS[kept.verdict])
            found.append({**one.model_dump(), "id": kept.id, "at": kept.at})
            _row(table, len(found), *row, words.moment(kept.at, opened.timezone))
        return table, found
    assert record is not None
    if what == "waiting":
        table = Table("One", "Other", "Likely", "Because", box=None, pad_edge=False)
        for pair in who.waiting(opened, record):
            found.append(pair)
            because = "; ".join(reason.evidence for reason in pair.reasons)
            _row(table, len(found), pair.one, pair.other, words.percent(pair.score), because)
    elif what == "merged":
        table = Table("Customer", "Person", "Because", box=None, pad_edge=False)
        for merge in identities.merges(Store(opened.store_folder), record):
            found.append(merge)
            because = "; ".join(reason.evidence for reason in merge.reasons)
            _row(table, len(found), merge.customer_id, merge.person, because)
    elif what == "held":
        table = Table("What", "Which", "Customers", "Why", box=None, pad_edge=False)
        for held in record.held:
            found.append(held)
            kind, why = who.KINDS[held.kind], who.HELD[held.why]
            _row(table, len(found), kind, held.masked, f"{held.count:,}", why)
    else:
        table = Table("One", "Other", "Why", box=None, pad_edge=False)
        for refusal in record.refusals:
            found.append(refusal)
            _row(table, len(found), refusal.one, refusal.other, refusal.explanation)
    return table, found


def _row(table: Table, number: int, *cells: str) -> None:
    if number <= MOST:
        table.add_row(*cells)


def _because(reason: Reason) -> str:
    likely = f" ({words.percent(reason.probability)})" if reason.probability is not None else ""
    said = f", said by {reason.source}" if reason.source else ""
    return f"{reason.evidence}{likely}{said}"


def _other(pair: Suggestion, customer_id: str) -> str:
    return pair.other if pair.one == customer_id else pair.one
