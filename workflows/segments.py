"""Segments: groups that this workspace's data can tell apart, with their definitions and sizes.

Nobody has to save one. They come from what the data hold: categories that are bought, how often,
how much and how lately, and the events that there are.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from agents.conversing.found import Segment
from agents.house.goal_dates import months
from domain.predicate import AllOf, Bought, Did, NotThat, Predicate, Spent
from workflows.stack import Stack

VALUES = (1_000, 2_500, 5_000)
_GERMAN = {"watch": "Uhr", "ring": "Ring", "service": "Wartung"}


async def segments(stack: Stack, today: date) -> tuple[Segment, ...]:
    """Those that hold anybody, the largest first."""
    known = await stack.customers.describe()
    events = {name for name, _ in known.event_names}
    year, half = months(today, -12), months(today, -6)
    named: list[tuple[str, str, str, str, Predicate]] = []
    for category in known.categories:
        german = _GERMAN.get(category, category)
        named.append(
            (
                f"{category.capitalize()} buyers",
                f"Käufer: {german}",
                f"customers who bought a {category}",
                f"Kunden, die {_ein(german)} {german} gekauft haben",
                Bought(categories=(category,)),
            )
        )
    named += [
        (
            "Came back at least once",
            "Mindestens zweimal gekauft",
            "customers who bought at least 2 times",
            "Kunden, die mindestens 2-mal gekauft haben",
            Bought(at_least=2),
        ),
        (
            "Bought three times or more",
            "Dreimal oder öfter gekauft",
            "customers who bought at least 3 times",
            "Kunden, die mindestens 3-mal gekauft haben",
            Bought(at_least=3),
        ),
        (
            "Bought in the last 12 months",
            "In den letzten 12 Monaten gekauft",
            "customers who bought in the last 12 months",
            "Kunden, die in den letzten 12 Monaten gekauft haben",
            Bought(since=year),
        ),
        (
            "Bought before, not in the last six months",
            "Früher gekauft, seit sechs Monaten nicht",
            "customers who bought, and not in the last 6 months",
            "Kunden, die gekauft haben, aber nicht in den letzten 6 Monaten",
            AllOf(of=(Bought(before=half), NotThat(that=Bought(since=half)))),
        ),
    ]
    named += [
        (
            f"Spent {amount:,} or more",
            f"Mindestens {amount:,} ausgegeben".replace(",", "."),
            f"customers who spent at least {amount} {stack.currency}",
            f"Kunden, die mindestens {amount} {stack.currency} ausgegeben haben",
            Spent(at_least=Decimal(amount)),
        )
        for amount in VALUES
    ]
    if "Viewing Booked" in events:
        named.append(
            (
                "Booked a viewing",
                "Besichtigung gebucht",
                "customers who booked a viewing",
                "Kunden, die eine Besichtigung gebucht haben",
                Did(event="Viewing Booked"),
            )
        )
    if "Service Due" in events:
        named.append(
            (
                "Service due in the last 90 days",
                "Wartung in den letzten 90 Tagen fällig",
                "customers whose service is due",
                "Kunden, deren Wartung fällig ist",
                Did(event="Service Due", since=months(today, -3)),
            )
        )
    found = []
    for name, name_de, says, says_de, rule in named:
        size = len(await stack.people.select(rule))
        if size:
            found.append(
                Segment(
                    name=name, name_de=name_de, says=says, says_de=says_de, rule=rule, size=size
                )
            )
    return tuple(sorted(found, key=lambda one: -one.size))


def _ein(noun: str) -> str:
    return "einen" if noun == "Ring" else "eine"
