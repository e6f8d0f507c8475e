"""A team in the middle of its work: what cases about conversations take place in.

The small simulated market, its customers imported, and five campaigns by the demo's own steps: two
finished with their reports, one scheduled, one that waits with its brief and one with its mails.
The clock stands in the evening, a quarter of an hour before the quiet hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.stack import build_stack
from evals.demo import campaign, setting
from evals.demo.setting import TIMEZONE, Setting
from evals.market.inbox import running_inbox
from evals.market.world import World
from evals.seeded import seeded
from ledger import clock, people
from ledger.people import Person
from workflows.stack import Stack

FINISHED = (
    "Spring letter: get viewings for the 1968 dress watch from customers who bought watches in "
    "the last 12 months, hold back 30 %",
    "Spring service letter: remind everyone whose service is due to book it, hold back 30 %",
)
SCHEDULED = "Invite customers who booked a viewing to see the Isar 38, hold back 20 %"
WAITS_WITH_BRIEF = (
    "Win back customers who bought twice or more and not in the last six months, with at most "
    "10 % off rings"
)
WAITS_WITH_MAILS = "Invite customers who bought a ring to see the 1925 sapphire ring"
EVENING = 20
"""The local hour at which the conversations take place, and 45 minutes."""


@dataclass(frozen=True)
class Team:
    """Where conversations take place, and who holds them."""

    setting: Setting
    stack: Stack
    owner: Person
    viewer: Person
    author: Person
    campaigns: Mapping[str, str]
    """Ids by goal."""
    now: datetime

    @property
    def exports(self) -> Path:
        """The files that everything was imported from."""
        return self.setting.workspace.folder / "exports"


def make_team(folder: Path, world: World) -> Team:
    """Play it all into ``folder``. Raises what the product raises."""
    environment = {"MAINSPRING_HOME": str(folder / "home")}
    with running_inbox(folder / "inbox") as inbox, seeded(world.seed):
        here = setting.make_workspace(folder / "team", world, inbox, environment)
        exports = setting.export_history(here)
        for kind, path in (
            ("facts", here.products),
            ("facts", here.workspace.brand_folder / "house.jsonl"),
            ("customers", exports.customers),
            ("orders", exports.orders),
            ("events", exports.events),
            ("suppressions", exports.suppressions),
        ):
            setting.bring_in(here, kind, path)  # type: ignore[arg-type]
        campaigns: dict[str, str] = {}
        for number, goal in enumerate(FINISHED, 1):
            campaigns[goal] = _finished(here, goal, number)
        campaigns[SCHEDULED] = _to_gate(here, SCHEDULED, publish=True)
        campaign.approve(here, campaign.waiting(here, campaigns[SCHEDULED], "publish"))
        campaign.work_on(here, campaigns[SCHEDULED], _unsaid)
        campaigns[WAITS_WITH_BRIEF] = _to_gate(here, WAITS_WITH_BRIEF, publish=False)
        campaigns[WAITS_WITH_MAILS] = _to_gate(here, WAITS_WITH_MAILS, publish=True)
    with here.workspace.ledger.write() as tx:
        local = tx.now.astimezone(ZoneInfo(TIMEZONE))
        evening = local.replace(hour=EVENING, minute=45, second=0, microsecond=0)
        clock.advance(tx, evening if evening > local else evening + timedelta(days=1))
        viewer = people.add(tx, "Vera", "vera@halden.example", "viewer")
        author = people.add(tx, "Anton", "anton@halden.example", "author")
    return Team(
        setting=here,
        stack=build_stack(here.workspace),
        owner=here.owner,
        viewer=viewer,
        author=author,
        campaigns=campaigns,
        now=campaign.now(here),
    )


def _to_gate(here: Setting, goal: str, *, publish: bool) -> str:
    run_id = campaign.start(here, goal)
    campaign.work_on(here, run_id, _unsaid)
    brief = campaign.waiting(here, run_id, "brief")
    if publish:
        campaign.approve(here, brief)
        campaign.work_on(here, run_id, _unsaid)
        campaign.waiting(here, run_id, "publish")
    return run_id


def _finished(here: Setting, goal: str, number: int) -> str:
    since = campaign.now(here)
    run_id = _to_gate(here, goal, publish=True)
    campaign.approve(here, campaign.waiting(here, run_id, "publish"))
    campaign.work_on(here, run_id, _unsaid)
    campaign.send_everything(here)
    campaign.market_answers(here, run_id, since=since, number=number)
    campaign.do_what_is_due(here)
    return run_id


def _unsaid(line: str) -> None:
    """Nobody watches this."""


def close(team: Team) -> None:
    """Let go of the workspace's files."""
    team.stack.ledger.close()
