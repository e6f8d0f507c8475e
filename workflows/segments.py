"""Standing segments: groups that this workspace's data can tell apart, with their definitions.

Nobody has to save one. They come from what the data hold: how often and how lately people buy, by
the house's own rhythm, what and where they buy, and which events there are. Each has words that a
goal is read by, so that a conversation can begin a campaign to it; saved ones stand in quotes.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from agents.conversing.found import Segment
from agents.house.goal_people import DUE_DAYS
from domain.frozen import Frozen
from domain.predicate import AllOf, Bought, Did, NotThat, Predicate, Spent, Stage
from domain.predicate.clauses import StageName
from tools.cdp.port import DataDescription, Rhythm
from workflows.saved_segments import saved
from workflows.stack import Stack

NEW_DAYS = 90
"""Who bought for the first time within so many days is new."""
MOST_CATEGORIES = 6

Group = Literal["purchases", "rhythm", "category", "channel", "event", "saved"]

_ARTICLES = {"watch": "eine Uhr", "ring": "einen Ring", "service": "eine Wartung"}
_CATEGORIES = {"watch": "Uhren", "ring": "Ringe", "service": "Wartung"}


class Standing(Frozen):
    """A group by its rule, before it is counted."""

    group: Group
    name: str
    name_de: str
    says: str
    """The rule as words of a goal; empty where the grammar has none for it."""
    says_de: str
    rule: Predicate


def standing(described: DataDescription) -> tuple[Standing, ...]:
    """What the data can tell apart, whether or not anybody is in it."""
    until = described.last_day or described.as_of.date()
    rhythm = described.rhythm
    recent = until - timedelta(days=NEW_DAYS)
    currency = described.currencies[0] if len(described.currencies) == 1 else ""
    found = [
        Standing(
            group="purchases",
            name="Bought once so far",
            name_de="Bisher einmal gekauft",
            says="customers who bought exactly once",
            says_de="Kunden, die genau 1-mal gekauft haben",
            rule=Bought(at_least=1, at_most=1),
        ),
        Standing(
            group="purchases",
            name="Came back",
            name_de="Wiedergekommen",
            says="customers who bought at least 2 times",
            says_de="Kunden, die mindestens 2-mal gekauft haben",
            rule=Bought(at_least=2),
        ),
        Standing(
            group="purchases",
            name="Bought three times or more",
            name_de="Dreimal oder öfter gekauft",
            says="customers who bought at least 3 times",
            says_de="Kunden, die mindestens 3-mal gekauft haben",
            rule=Bought(at_least=3),
        ),
        Standing(
            group="purchases",
            name="Known, never bought",
            name_de="Bekannt, nie gekauft",
            says="customers who never bought",
            says_de="Kunden, die nie gekauft haben",
            rule=Bought(at_least=0, at_most=0),
        ),
        Standing(
            group="purchases",
            name=f"New in the last {NEW_DAYS} days",
            name_de=f"Neu in den letzten {NEW_DAYS} Tagen",
            says="new customers",
            says_de="Neukunden",
            rule=AllOf(of=(Bought(since=recent), NotThat(that=Bought(before=recent)))),
        ),
    ]
    if rhythm.top_tenth_from is not None:
        amount = Decimal(str(rhythm.top_tenth_from))
        found.append(
            Standing(
                group="purchases",
                name="The tenth who spend most",
                name_de="Das Zehntel mit dem höchsten Wert",
                says=f"customers who spent at least {amount} {currency}".rstrip(),
                says_de=f"Kunden, die mindestens {amount} {currency} ausgegeben haben",
                rule=Spent(at_least=amount),
            )
        )
    if rhythm.wait_days is not None:
        found += _by_rhythm(rhythm)
    for category in described.categories[:MOST_CATEGORIES]:
        named = _ARTICLES.get(category, category)
        found.append(
            Standing(
                group="category",
                name=f"Bought: {category}",
                name_de=f"Gekauft: {_CATEGORIES.get(category, category)}",
                says=f"customers who bought a {category}",
                says_de=f"Kunden, die {named} gekauft haben",
                rule=Bought(categories=(category,)),
            )
        )
    if len(described.channels) > 1:
        found += [
            Standing(
                group="channel",
                name=f"Bought in: {channel}",
                name_de=f"Gekauft über: {channel}",
                says=f"customers who bought in the {channel}",
                says_de=f"Kunden, die in der {channel.capitalize()} gekauft haben",
                rule=Bought(channels=(channel,)),
            )
            for channel in described.channels
        ]
    return (*found, *_by_event(described))


async def segments(stack: Stack) -> tuple[Segment, ...]:
    """The standing ones that hold anybody and those that people saved, the largest first.

    Raises CdpError store_damaged, SegmentsError unreadable_segments.
    """
    described = await stack.customers.describe()
    named = list(standing(described))
    for one in await asyncio.to_thread(saved, stack):
        says, says_de = f"the people of “{one.name}”", f"die Personen von „{one.name}“"
        named.append(
            Standing(
                group="saved",
                name=one.name,
                name_de=one.name,
                says=says,
                says_de=says_de,
                rule=one.rule,
            )
        )
    sizes = await stack.people.sizes([group.rule for group in named], ())
    found = []
    for group, size in zip(named, sizes, strict=True):
        if size is not None and (size.people or group.group == "saved"):
            values = group.model_dump(exclude={"group", "rule"})
            found.append(Segment(**values, rule=group.rule, size=size.people))
    return tuple(sorted(found, key=lambda one: -one.size))


def _by_rhythm(rhythm: Rhythm) -> list[Standing]:
    """The stages of life, by how long these customers wait between two purchases."""
    usual, longest = rhythm.usual_days, rhythm.wait_days
    named: tuple[tuple[StageName, str, str, str, str], ...] = (
        ("new", f"New: bought once, within {usual} days",
         f"Neu: einmal gekauft, in {usual} Tagen", "", ""),
        ("active", f"Active: came back, and bought within {usual} days",
         f"Aktiv: wiedergekommen und in {usual} Tagen gekauft",
         "active customers", "aktive Kunden"),
        ("at_risk", f"At risk: silent for {usual} to {longest} days",
         f"Gefährdet: {usual} bis {longest} Tage still",
         "customers at risk", "gefährdete Kunden"),
        ("lapsed", f"Lapsed: silent for longer than {longest} days, longer than nine of ten waits",
         f"Verloren: länger als {longest} Tage still, länger als neun von zehn Abständen",
         "customers who have lapsed by their rhythm", "nach ihrem Rhythmus verlorene Kunden"),
        ("won_back", f"Won back: returned after more than {longest} days",
         f"Zurückgewonnen: nach mehr als {longest} Tagen wiedergekommen",
         "customers we won back", "zurückgewonnene Kunden"),
    )  # fmt: skip
    return [
        Standing(
            group="rhythm",
            name=name,
            name_de=name_de,
            says=says,
            says_de=says_de,
            rule=Stage(stages=(stage,)),
        )
        for stage, name, name_de, says, says_de in named
    ]


def _by_event(described: DataDescription) -> list[Standing]:
    events = {name for name, _ in described.event_names}
    found = []
    if "Viewing Booked" in events:
        found.append(
            Standing(
                group="event",
                name="Booked a viewing",
                name_de="Besichtigung gebucht",
                says="customers who booked a viewing",
                says_de="Kunden, die eine Besichtigung gebucht haben",
                rule=Did(event="Viewing Booked"),
            )
        )
    if "Service Due" in events:
        today = described.as_of.date()
        found.append(
            Standing(
                group="event",
                name=f"Service due in the last {DUE_DAYS} days",
                name_de=f"Wartung in den letzten {DUE_DAYS} Tagen fällig",
                says="customers whose service is due",
                says_de="Kunden, deren Wartung fällig ist",
                rule=Did(event="Service Due", since=today - timedelta(days=DUE_DAYS)),
            )
        )
    return found
