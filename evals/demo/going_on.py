"""How the demo's market goes on answering once its workspace is in a newcomer's hands.

Whenever the simulated clock is moved, the mails that arrived a week or more before are read, and
what came of them is imported, as a shop's and a sender's exports would be.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from app.workspace import Workspace
from domain.frozen import Frozen
from evals.demo.setting import Setting, bring_in
from evals.market.answer import answer
from evals.market.history import make_market
from evals.market.inbox import Inbox
from evals.market.received import read_mails
from evals.market.world import World
from ledger import people

ANSWERED = "market.json"
"""In the demo's folder: the market's seed, and how far it has answered."""
READ_WITHIN = timedelta(days=7)
"""By then everybody has read a mail who will, and done what it moves them to."""


class Answered(Frozen):
    """How far the market has answered."""

    seed: int
    until: datetime
    stretches: int
    """Their number fixes the random numbers of the next."""
    mails: int
    """Of the inbox, in the order in which they came."""


def note_answered(folder: Path, answered: Answered) -> None:
    (folder / ANSWERED).write_text(answered.model_dump_json() + "\n", encoding="utf-8")


def market_answers(workspace: Workspace, inbox: Inbox, end: datetime) -> bool:
    """Import what the market did since it last answered. False: it is too early to tell."""
    kept = Answered.model_validate_json((workspace.folder / ANSWERED).read_text(encoding="utf-8"))
    came = inbox.received()
    mails = read_mails(came[kept.mails :])
    if not mails or end.timestamp() < max(m.sent for m in mails) + READ_WITHIN.total_seconds():
        return False
    with workspace.ledger.read() as tx:
        known = people.list_people(tx)
    setting = Setting(
        workspace=workspace,
        market=make_market(World(seed=kept.seed)),
        inbox=inbox,
        approver=next(one for one in known if one.role == "demo_approver"),
        owner=next(one for one in known if one.role == "owner"),
    )
    number = kept.stretches + 1
    found = answer(
        setting.market,
        mails,
        start=kept.until,
        end=end,
        number=number,
        folder=workspace.folder / "exports",
        products=setting.products,
    )
    bring_in(setting, "orders", found.orders)
    bring_in(setting, "events", found.events)
    now_answered = Answered(seed=kept.seed, until=end, stretches=number, mails=len(came))
    note_answered(workspace.folder, now_answered)
    return True
