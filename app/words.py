"""How numbers, moments and states read on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.figures import Figure
from domain.money import Money

TITLE = 64
"""Characters of a campaign's name at most."""
_CLAUSE = re.compile(r"[.!?]? *[,;:–] | from | with |[.!?] ")
"""Where a goal may be cut, so that what stays reads as a name."""

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "JPY": "¥"}

LEFT_OUT = {
    "no_address": "no mail address is known",
    "invalid_address": "the address cannot be valid",
    "no_consent": "they have not agreed to marketing mail",
    "suppressed": "their address is on the list of those not to be mailed",
    "no_contact": "they asked not to be contacted, or marked a mail as spam",
    "open_complaint": "a complaint of theirs is still open",
    "cap_reached": "they have had the most mails of these days",
    "unsubscribed": "they unsubscribed",
    "bounced": "their address bounced",
    "erased": "they were erased on request",
    "quiet_hours": "the window closes before their quiet hours end",
    "complained": "they marked a mail as spam",
    "same_person": "they had this campaign's mail under another of their customer ids",
    "same_address": "somebody else in this campaign has the same address",
    "unfillable": "the mail could not be filled for them",
    "other_campaign": "they are in another campaign",
    "changed_audience": "they no longer fit the audience rule",
}
"""Why somebody gets no mail: left out because …"""

AUDIT_FINDINGS = {
    "no_address": "no address",
    "no_consent": "no answer on consent",
    "no_proof": "no proof of consent",
    "no_name": "no first name",
    "invalid_values": "impossible values",
    "disagreement": "sources disagree",
    "duplicates": "two ids",
    "stale": "stale details",
    "times_out_of_order": "days out of order",
}
"""What people lack by the data audit."""

SEND_STATES = {
    "scheduled": "scheduled",
    "claimed": "about to go out",
    "sending": "going out",
    "sent": "sent",
    "needs_review": "we cannot tell whether they went out",
    "missed": "too late, not sent",
    "cancelled": "cancelled",
    "left_out": "left out",
}

APPROVAL_STATES = {
    "pending": "waits for your yes",
    "approved": "approved",
    "edited": "edited",
    "rejected": "rejected",
    "expired": "expired, must be asked for again",
    "void": "no longer approved",
}

GATES = {"brief": "the brief", "publish": "the scheduled send"}

RUN_STATES = {
    "running": "being worked on",
    "waiting": "waits for a person",
    "publishing": "going out",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}

SEVERITIES = {"blocking": "may not go out", "serious": "look", "minor": "note"}


def number(value: float | Decimal) -> str:
    """12,345 or 12.3: whole where it is whole, else one decimal."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


def days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"


def money(amount: Decimal | float, currency: str) -> str:
    """€ 2,450 or € 12.50: cents only where there are any."""
    whole = amount == int(amount)
    symbol = SYMBOLS.get(currency, currency)
    return f"{symbol} {amount:,.0f}" if whole else f"{symbol} {amount:,.2f}"


def of_money(value: Money) -> str:
    return money(value.amount, value.currency)


def percent(share: float) -> str:
    """0.125 as 12.5 %."""
    shown = f"{share * 100:.1f}".removesuffix(".0")
    return f"{shown} %"


def points(difference: float) -> str:
    """A difference of two shares, in percentage points."""
    return f"{difference * 100:.1f} points"


def figure(value: Figure, currency: str) -> str:
    """A figure with its interval and size: 11.2 % (likely between 10.1 % and 12.4 %, n 561)."""
    if value.value is None:
        return f"not known: {value.note}" if value.note else "not known"
    shown = _in_unit(value.value, value.unit, currency)
    beside: list[str] = []
    if value.low is not None and value.high is not None:
        low = _in_unit(value.low, value.unit, currency)
        beside.append(f"likely between {low} and {_in_unit(value.high, value.unit, currency)}")
    if value.n is not None:
        beside.append(f"n {value.n:,}")
    return f"{shown} ({', '.join(beside)})" if beside else shown


def _in_unit(value: float, unit: str, currency: str) -> str:
    match unit:
        case "share":
            return percent(value)
        case "money" | "per_person":
            return money(round(value, 2), currency)
        case "days":
            return f"{number(value)} days"
        case "hours":
            return f"{number(value)} hours"
        case _:
            return number(value)


def moment(at: datetime, timezone: str) -> str:
    """Thu 26 Nov 2026, 18:30, in the workspace's zone."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def day(on: date) -> str:
    """Thu 26 Nov 2026."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def one_line(text: str, most: int = 70) -> str:
    """The text on one line, cut where it is longer."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def title(goal: str) -> str:
    """What a campaign is called: its goal, or the first part of it where it is long."""
    flat = " ".join(goal.split()).rstrip(".")
    if len(flat) <= TITLE:
        return flat
    ends = [found.start() for found in _CLAUSE.finditer(flat[: TITLE + 1]) if found.start() > 20]
    return flat[: ends[-1]] if ends else one_line(flat, TITLE)


def without_fields(text: str) -> str:
    """A text whose personal fields stand as nobody's: "Good morning {{first_name}}," as
    "Good morning,"."""
    return " ".join(re.sub(r",?\s*\{\{\s*[a-z_]+\s*\}\}", "", text).split())


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    found = list(words)
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else "".join(found)
