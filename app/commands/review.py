"""``mainspring review``: messages of which we cannot tell whether they went out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer

from app import words
from app.commands.options import WorkspaceOption
from app.masking import masked
from app.output import JsonOption, Out
from app.references import pick, short
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from domain.errors import WrongUsage
from ledger import sends, subjects
from ledger.sends import SendRow

app = typer.Typer(
    help="Decide about messages that may or may not have gone out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_reviews(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List them with the Message-ID to look for at your mail server."""
    from tools.esp.mime import message_id

    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        parked = sends.review_list(tx)
        customers = subjects.customer_ids(tx, [row.pseudonym for row in parked])
    addresses = asyncio.run(_masked(opened, customers)) if parked else {}
    domain = opened.settings.sending.from_address.rpartition("@")[2] or "localhost"
    rows = [
        {
            "key": row.key,
            "campaign_id": row.campaign_id,
            "to": addresses.get(row.pseudonym, "somebody erased"),
            "message_id": row.message_id or message_id(row.key, domain),
            "since": row.sending_at,
            "why": row.reason,
        }
        for row in parked
    ]
    for row, shown in zip(parked, rows, strict=True):
        at = words.moment(row.sending_at, opened.timezone) if row.sending_at else ""
        out.say(f"{short(row.key)}  {at}  {shown['to']}  {row.reason}")
        out.say(f"          {shown['message_id']}")
    if rows:
        out.say(
            f"We cannot tell whether these {len(rows):,} went out. Look the Message-IDs up at your "
            "mail server, then: mainspring review resolve sent|send-again|drop ID… or --all"
        )
    else:
        out.say("Every message is accounted for.")
    out.answer("review.list.v1", rows)


@app.command()
def resolve(
    decision: Annotated[
        Literal["sent", "send-again", "drop"],
        typer.Argument(help="sent: it went out; send-again: it did not; drop: never send it."),
    ],
    messages: Annotated[
        list[str] | None, typer.Argument(help="Ids of messages, or their last characters.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that we cannot tell of.")] = False,
    campaign: Annotated[str, typer.Option(help="All of one campaign.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide about some of them, or all at once."""
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        parked = sends.review_list(tx)
        keys = _chosen(parked, messages or [], everything, campaign)
        words_of: dict[str, sends.ReviewDecision] = {
            "sent": "sent",
            "send-again": "send_again",
            "drop": "drop",
        }
        settled = sends.resolve_review(tx, opened.person(tx), keys, words_of[decision])
    out.say(f"Settled {settled:,} of {len(keys):,}.")
    out.answer("review.resolved.v1", {"decision": decision, "settled": settled, "keys": keys})


def _chosen(
    parked: list[SendRow], messages: list[str], everything: bool, campaign: str
) -> list[str]:
    if campaign:
        where = "mainspring review list"
        picked = pick(campaign, {row.campaign_id for row in parked}, "campaign", where=where)
        return [row.key for row in parked if row.campaign_id == picked]
    if everything:
        return [row.key for row in parked]
    if not messages:
        raise WrongUsage(
            "nothing_chosen",
            "It was not said which messages.",
            next_step="Name them, or say --campaign ID or --all.",
        )
    known = [row.key for row in parked]
    return [pick(one, known, "message", where="mainspring review list") for one in messages]


async def _masked(opened: Workspace, customers: dict[str, str]) -> dict[str, str]:
    """Pseudonym to the address as far as it may be shown: a…@example.test."""
    found = await build_stack(opened).people.contacts(list(customers.values()))
    shown = {contact.customer_id: masked(contact.email) for contact in found}
    return {pseudonym: shown.get(customer, "") for pseudonym, customer in customers.items()}
