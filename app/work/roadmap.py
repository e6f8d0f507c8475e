"""The road in the order in which it pays: data, then what the stack already has, then content,
then measurement. Each step names the proof that unlocks the next; before it no money goes on.

Pure: from what the audit, the history and the team say, to steps, months and a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.words import listed, percent
from app.work.benchmarks import MARKETING_SHARE, TECHNOLOGY_SHARE
from domain.frozen import Frozen
from domain.work import (
    LAYERS,
    Answers,
    Benchmark,
    Layer,
    Proof,
    Range,
    Roadmap,
    Step,
)

FRESH_DAYS = 14
"""Data older than this tell little of whom to write to now."""
FIT_SCORE = 80.0
"""The data audit's score from which a campaign's numbers can be built upon."""
ANSWERED = 0.95
"""Customers of whom a yes or a no is recorded."""
OWN_PIECES = 20
"""Pieces of one's own proven copy from which drafts begin to sound like the brand."""
UNEDITED = 0.7
ENOUGH_DRAFTS = 10
HELD_BACK = 3
"""Campaigns in a row that held people back by chance."""

ProofState = Literal["reached", "open", "unknown"]


class Found(Frozen):
    """What is known of a workspace, in numbers."""

    customers: int
    orders: int
    events: int
    data_days: int | None
    """Since the latest order or event; None: there is none."""
    score: float | None
    """The data audit's, 0 to 100; None: it could not be reckoned."""
    answered: float | None
    """The share of customers of whom a yes or a no to mail is recorded."""
    campaigns: int
    """Campaigns that went out."""
    simulated: bool
    """The workspace's market is simulated: nothing in it proves anything of a real one."""
    own_pieces: int
    """Pieces in the brand's library."""
    unedited: int
    approved: int
    """Drafts approved, without an edit and in all."""
    with_held_back: tuple[bool, ...]
    """Of the latest reports, the newest first: whether people were held back by chance."""
    effects_shown: int
    """Reports that show an effect, better or worse, beyond chance."""
    revenue: Decimal | None
    """Of the latest year of orders, net; None: the orders do not span a year."""


@dataclass(frozen=True)
class _Draft:
    layer: Layer
    what: str
    why: str
    proof: Proof
    unlocks: str
    months: int


def roadmap(found: Found, answers: Answers) -> Roadmap:
    """The steps with months and money. The first that is not proven begins now."""
    drafts = tuple(_steps(found))
    fractions = by_layer(found.score)
    total, reckoned, benchmarks = budget(found, answers)
    steps: list[Step] = []
    month, released = 1, True
    for draft in drafts:
        reached = draft.proof.state == "reached"
        steps.append(
            Step(
                layer=draft.layer,
                what=draft.what,
                why=draft.why,
                proof=draft.proof,
                unlocks=draft.unlocks,
                first_month=None if reached else month,
                months=draft.months,
                budget=None if reached else _part(total, fractions, draft, drafts),
                released=released,
            )
        )
        if not reached:
            month += draft.months
            released = False
    return Roadmap(
        steps=tuple(steps),
        budget=total,
        by_layer=tuple((layer, fractions[layer]) for layer in LAYERS),
        rule="A rule of ours, not a figure from elsewhere: half of the money goes to the data "
        "while their score is 40 or less, 15 % once it is 90; what is left is parted between "
        "stack, content and measurement as 2 to 3 to 3.",
        reckoned=reckoned,
        benchmarks=benchmarks,
        score=found.score,
    )


def by_layer(score: float | None) -> dict[Layer, float]:
    """Fractions of the budget. An unknown score is treated as a low one: first find out."""
    known = 40.0 if score is None else min(90.0, max(40.0, score))
    data = 0.5 - (known - 40.0) / 50.0 * 0.35
    left = 1.0 - data
    return {
        "data": data,
        "stack": left * 2 / 8,
        "content": left * 3 / 8,
        "measurement": left * 3 / 8,
    }


def budget(found: Found, answers: Answers) -> tuple[Range | None, str, tuple[Benchmark, ...]]:
    """Of a year, how it was found, and the figures that it rests on."""
    if answers.technology_budget is not None:
        own = float(answers.technology_budget)
        return Range(least=own, most=own), "The budget that your team named.", ()
    revenue = answers.revenue if answers.revenue is not None else found.revenue
    if revenue is None:
        return (
            None,
            "Unknown: no revenue was named, and the orders do not span a year.",
            (),
        )
    if answers.business is None:
        return None, "Unknown: the kind of business was not named.", ()
    marketing = MARKETING_SHARE[answers.business]
    whose = "that your team named" if answers.revenue is not None else "of the latest year's orders"
    return (
        Range(
            least=round(float(revenue) * marketing.low * TECHNOLOGY_SHARE.low),
            most=round(float(revenue) * marketing.high * TECHNOLOGY_SHARE.high),
        ),
        f"The revenue {whose}, times what such companies spend on marketing, times what of it "
        "goes into technology. It says what others spend, not what pays.",
        (marketing, TECHNOLOGY_SHARE),
    )


def _part(
    total: Range | None, fractions: dict[Layer, float], draft: _Draft, drafts: Sequence[_Draft]
) -> Range | None:
    """A layer's money is parted evenly between its steps that are not proven yet."""
    if total is None:
        return None
    open_steps = sum(d.layer == draft.layer and d.proof.state != "reached" for d in drafts)
    share = fractions[draft.layer] / open_steps
    return Range(least=round(total.least * share), most=round(total.most * share))


def _steps(found: Found) -> Iterator[_Draft]:
    yield _Draft(
        layer="data",
        what="Bring customers, orders and events together, and keep them fresh",
        why="Whatever stands on a partial view gives a partial win.",
        proof=_all_there(found),
        unlocks="the audit's score means something",
        months=1,
    )
    yield _Draft(
        layer="data",
        what="Mend what holds most campaigns back",
        why="A campaign on broken data reaches the wrong people, and its report misleads.",
        proof=_fit(found),
        unlocks="campaigns by segment",
        months=1 if found.score is not None and found.score >= 60 else 2,
    )
    yield _Draft(
        layer="data",
        what="Record who agreed to what",
        why="Nobody is mailed without a recorded yes.",
        proof=_answered(found),
        unlocks="everybody who may be reached is reached",
        months=1,
    )
    yield _Draft(
        layer="stack",
        what="Send through the sender that you already pay for, with people held back",
        why="What the stack has is paid for; a control group tells whether it works.",
        proof=_first_campaigns(found),
        unlocks="copy that is worth testing reaches people",
        months=1,
    )
    yield _Draft(
        layer="content",
        what="Fill the library with your own proven copy, and tune the guide",
        why="Generic copy is a fault: drafts sound like what they are made of.",
        proof=_own_voice(found),
        unlocks="drafts that need no rewriting",
        months=2,
    )
    yield _Draft(
        layer="content",
        what="Get drafts approved as they were written",
        why="Hours are given back only where a person need not write again.",
        proof=_unedited(found),
        unlocks="more campaigns with the same people",
        months=2,
    )
    yield _Draft(
        layer="measurement",
        what="Hold people back in every campaign",
        why="Last click is not the truth; a group that got nothing is.",
        proof=_control_groups(found),
        unlocks="effects that can be believed",
        months=2,
    )
    yield _Draft(
        layer="measurement",
        what="Show one effect beyond chance, then spend more on what showed it",
        why="Measurement comes before spend.",
        proof=_effect(found),
        unlocks="a larger budget for what works, and tests of the ads",
        months=2,
    )


def _all_there(found: Found) -> Proof:
    what = f"Customers, orders and events are imported, the latest of the last {FRESH_DAYS} days."
    missing = [
        name
        for name, count in (
            ("customers", found.customers),
            ("orders", found.orders),
            ("events", found.events),
        )
        if not count
    ]
    if missing:
        return Proof(
            what=what, state="open", found=f"There are {listed(f'no {name}' for name in missing)}."
        )
    if found.data_days is None:
        return Proof(what=what, state="unknown", found="No moment is known of any of them.")
    fresh = found.data_days <= FRESH_DAYS
    days = "1 day" if found.data_days == 1 else f"{found.data_days:,} days"
    return Proof(
        what=what,
        state="reached" if fresh else "open",
        found=f"All three are there; the latest is {days} old.",
    )


def _fit(found: Found) -> Proof:
    what = f"The data audit's score is {FIT_SCORE:.0f} or more."
    if found.score is None:
        return Proof(what=what, state="unknown", found="There is no score yet.")
    state: ProofState = "reached" if found.score >= FIT_SCORE else "open"
    return Proof(what=what, state=state, found=f"It is {found.score:.0f} of 100.")


def _answered(found: Found) -> Proof:
    what = f"Of {percent(ANSWERED)} of the customers a yes or a no is recorded."
    if found.answered is None:
        return Proof(what=what, state="unknown", found="There are no customers yet.")
    return Proof(
        what=what,
        state="reached" if found.answered >= ANSWERED else "open",
        found=f"It is {percent(round(found.answered, 3))} of {found.customers:,}.",
    )


def _first_campaigns(found: Found) -> Proof:
    what = "One campaign went out to real people and was reported against those held back."
    if found.simulated:
        return Proof(
            what=what,
            state="open",
            found="This workspace's market is simulated: nothing here went to real people.",
        )
    measured = any(found.with_held_back)
    return Proof(
        what=what,
        state="reached" if measured else "open",
        found=f"{_counted(found.campaigns, 'campaign')} went out; "
        f"{sum(found.with_held_back)} of {_counted(len(found.with_held_back), 'report')} compare "
        "with people held back.",
    )


def _own_voice(found: Found) -> Proof:
    return Proof(
        what=f"The library holds {OWN_PIECES} pieces of proven copy or more.",
        state="reached" if found.own_pieces >= OWN_PIECES else "open",
        found=f"It holds {_counted(found.own_pieces, 'piece')}.",
    )


def _unedited(found: Found) -> Proof:
    what = (
        f"Of at least {ENOUGH_DRAFTS} approved drafts, {percent(UNEDITED)} were approved without "
        "an edit."
    )
    said = f"{found.unedited} of {found.approved} so far."
    if found.approved < ENOUGH_DRAFTS:
        return Proof(what=what, state="open", found=f"Too few to tell: {said}")
    enough = found.unedited / found.approved >= UNEDITED
    return Proof(what=what, state="reached" if enough else "open", found=said)


def _control_groups(found: Found) -> Proof:
    latest = found.with_held_back[:HELD_BACK]
    return Proof(
        what=f"The latest {HELD_BACK} reports all compare with people held back by chance.",
        state="reached" if len(latest) == HELD_BACK and all(latest) else "open",
        found=f"{sum(latest)} of {_counted(len(latest), 'report')} do.",
    )


def _effect(found: Found) -> Proof:
    return Proof(
        what="One report shows an effect, its interval without zero.",
        state="reached" if found.effects_shown else "open",
        found=f"{_counted(found.effects_shown, 'report')} so far.",
    )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
