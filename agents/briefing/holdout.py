"""How many to hold back by chance, and what so many people can show."""

from __future__ import annotations

from math import sqrt

from agents.briefing.words import number, percent, points
from domain.brief import Holdout
from domain.figures import Figure
from domain.money import Share
from tools.measurement.effects import smallest_effect, smallest_effect_mean

SHARES = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50)
NEAR_ENOUGH = 1.10
"""A share whose smallest effect is at most this many times the best one is as good as the best."""


def worth_finding(baseline: Figure) -> float:
    """The gain that a campaign is meant to find: half as much again, between one point and five.

    For revenue a person: a tenth. None of it is a forecast; it fixes how fine the test should be.
    More than five points is more than one mail is known to do to purchases or bookings.
    """
    if baseline.unit == "per_person":
        return 0.1 * (baseline.value or 0.0)
    return min(max(0.5 * (baseline.value or 0.0), 0.01), 0.05)


def least_shown(baseline: Figure, people: int, share: Share) -> float | None:
    """The smallest difference that ``people``, split by ``share``, show in 80 % of trials."""
    held = round(people * share)
    treated = people - held
    if baseline.value is None:
        return None
    if baseline.unit == "per_person":
        return smallest_effect_mean(_spread(baseline), treated, held)
    return smallest_effect(baseline.value, treated, held)


def choose_holdout(baseline: Figure, people: int, wanted: Share | None) -> Holdout:
    """The share to hold back of ``people``: the wanted one, or the least that shows enough."""
    if wanted is not None:
        least = least_shown(baseline, people, wanted)
        return Holdout(
            share=wanted,
            smallest_effect=least,
            why=f"You asked for {percent(wanted)}. {_what(baseline, people, wanted, least)}",
        )
    shown = {share: least_shown(baseline, people, share) for share in SHARES}
    goal = worth_finding(baseline)
    enough = [share for share, least in shown.items() if least is not None and least <= goal]
    if enough:
        share = min(enough)
        why = "The least share that shows a gain worth having."
    else:
        known = [least for least in shown.values() if least is not None]
        if known:
            best = min(known)
            share = min(
                s for s, least in shown.items() if least is not None and least <= best * NEAR_ENOUGH
            )
            why = "So few people need a large share held back to show anything."
        else:
            share = 0.10 if baseline.value is None else 0.50
            why = "So few people cannot show any gain." if baseline.value is not None else ""
    return Holdout(
        share=share,
        smallest_effect=shown[share],
        why=f"{why} {_what(baseline, people, share, shown[share])}".strip(),
    )


def _what(baseline: Figure, people: int, share: Share, least: float | None) -> str:
    held = round(people * share)
    groups = f"{number(people - held)} get the mail, {number(held)} are held back by chance"
    if held == 0:
        return f"{groups}: without them nobody can tell what the mail changed."
    if baseline.value is None:
        return f"{groups}; what so many show cannot be said without a baseline."
    if least is None:
        return f"{groups}: too few to show any gain."
    if baseline.unit == "per_person":
        return f"{groups}: that shows gains of {least:,.2f} a person or more."
    return (
        f"{groups}: that shows gains of {points(least)} or more, on a baseline of "
        f"{percent(baseline.value)}."
    )


def _spread(baseline: Figure) -> float:
    """The standard deviation behind a mean's 95 % interval."""
    if baseline.low is None or baseline.high is None or not baseline.n:
        return 0.0
    return (baseline.high - baseline.low) / (2 * 1.96) * sqrt(baseline.n)
