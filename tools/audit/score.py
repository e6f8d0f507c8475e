"""One number from 0 to 100 for the data, with every part that it is made of.

Weights: how complete the data are (.30) bounds what any campaign can do at all. Whether sources
agree (.20) and whether permission is proven (.20) decide whether it is done to the right person,
and lawfully. Whether values can be read (.15) and are fresh (.15) costs a part of each campaign
and seldom the whole. They are a judgement and stand here alone. A part is the plain mean of its
shares; a share with nothing to judge is left out, and so is a part, whose weight goes to the
others: what is unknown is neither good nor bad.
"""

from __future__ import annotations

from domain.audit import PartCode, Score, ScorePart, Share
from domain.frozen import Frozen
from tools.audit.port import Problems

WEIGHTS: tuple[tuple[PartCode, float], ...] = (
    ("complete", 0.30),
    ("readable", 0.15),
    ("agreeing", 0.20),
    ("fresh", 0.15),
    ("permission", 0.20),
)
FRESH_DAYS = 14
"""Data older than this tell little of whom to write to now."""


class OffPlan(Frozen):
    """Messages of the tracking sources, and how often they broke the tracking plan."""

    days: int
    received: int = 0
    broken: tuple[tuple[str, int], ...] = ()
    """Source and event, and how often; the most frequent first."""

    @property
    def count(self) -> int:
        return sum(number for _, number in self.broken)


def score(problems: Problems, off_plan: OffPlan) -> Score:
    """What the data are worth to a campaign."""
    parts = []
    for code, weight in WEIGHTS:
        shares = _SHARES[code](problems, off_plan)
        known = [share.value for share in shares if share.value is not None]
        value = round(100 * sum(known) / len(known), 1) if known else None
        parts.append(ScorePart(code=code, weight=weight, shares=shares, value=value))
    if not problems.customers:
        return Score(value=None, parts=tuple(parts))
    known_parts = [(p.weight, p.value) for p in parts if p.value is not None]
    whole = sum(weight for weight, _ in known_parts)
    value = round(sum(weight * v for weight, v in known_parts) / whole, 1) if whole else None
    return Score(value=value, parts=tuple(parts))


def _complete(p: Problems, off_plan: OffPlan) -> tuple[Share, ...]:
    m = p.matching
    return (
        *p.complete,
        _without("order lines that name a customer", m.unknown_lines, m.order_lines),
        _without("events of a known customer", m.unknown_events, m.events),
    )


def _readable(p: Problems, off_plan: OffPlan) -> tuple[Share, ...]:
    read = p.rows + p.quarantined if p.rows else 0
    return (
        _without("rows of files that could be read", p.quarantined, read),
        *p.readable,
        _without("values that could be kept", p.set_aside, _values(p) + p.set_aside),
        _without("messages without a breach of the plan", off_plan.count, off_plan.received),
    )


def _agreeing(p: Problems, off_plan: OffPlan) -> tuple[Share, ...]:
    return (
        _without(
            "customers of two sources or more whose details agree",
            p.count("disagreement"),
            p.known_twice,
        ),
        _without("customers with one id", p.count("duplicates"), p.customers),
        _without("customers whose days are in order", p.count("times_out_of_order"), p.customers),
    )


def _fresh(p: Problems, off_plan: OffPlan) -> tuple[Share, ...]:
    judged = [s for s in p.sources if s.usual_gap_days is not None]
    late = FRESH_DAYS if p.silent_days is None else min(p.silent_days, FRESH_DAYS)
    return (
        _without("customers confirmed within a year", p.count("stale"), p.dated),
        _without("sources that keep their rhythm", sum(s.quiet for s in judged), len(judged)),
        _without(
            f"of the last {FRESH_DAYS} days the data reach into",
            late,
            FRESH_DAYS if p.sources else 0,
        ),
    )


def _permission(p: Problems, off_plan: OffPlan) -> tuple[Share, ...]:
    return (
        Share(name="customers with an address who answered", good=p.answered, of=p.with_address),
        _without("of those who agreed, with the proof of it", p.count("no_proof"), p.agreed),
    )


_SHARES = {
    "complete": _complete,
    "readable": _readable,
    "agreeing": _agreeing,
    "fresh": _fresh,
    "permission": _permission,
}


def _values(p: Problems) -> int:
    """Values of the fields that can be judged."""
    return sum(share.of for share in p.readable)


def _without(name: str, bad: int, of: int) -> Share:
    return Share(name=name, good=max(of - bad, 0), of=of)
