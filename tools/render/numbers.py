"""Figures of a report in words: each with its sign, its interval and its unit."""

from __future__ import annotations

from decimal import Decimal

from domain.figures import Effect, Figure, Unit
from domain.money import Money
from domain.words import money_words, number_words

MINUS = "\N{MINUS SIGN}"

_METRICS = {
    "viewing_booked": "Booked a viewing",
    "service_booked": "Booked a service",
    "purchase": "Bought something",
    "revenue": "Revenue per person",
    "click": "Clicked",
    "clicked": "Clicked",
    "unsubscribed": "Unsubscribed",
    "opened_by_person": "Opened by a person",
    "sent": "Sent",
    "delivered": "Delivered",
    "bounced": "Bounced",
    "complained": "Marked as spam",
    "orders": "Orders",
    "tracking": "Agreed to tracking",
    "returned": "Returned something",
}
_DID = {
    "viewing_booked": "booked a viewing",
    "service_booked": "booked a service",
    "purchase": "bought something",
    "click": "clicked",
    "clicked": "clicked",
    "unsubscribed": "unsubscribed",
    "returned": "returned something",
}
_COUNTED = {
    "viewing_booked": "viewings booked",
    "service_booked": "services booked",
    "purchase": "purchases",
    "click": "clicks",
    "clicked": "clicks",
    "unsubscribed": "unsubscribes",
}
_SEND_STATES = {
    "scheduled": "Scheduled",
    "claimed": "About to go out",
    "sending": "Going out",
    "sent": "Sent",
    "needs_review": "We cannot tell whether these went out",
    "missed": "Missed: too late to send",
    "cancelled": "Cancelled",
    "left_out": "Left out",
    "held_back": "Held back by chance",
}


def metric_words(name: str) -> str:
    """What a person reads for a figure's or an outcome's name."""
    return _METRICS.get(name) or name.replace("_", " ").strip().capitalize()


def counted_words(name: str) -> str:
    """The things that an outcome counts, in the plural."""
    return _COUNTED.get(name) or name.replace("_", " ").strip()


def outcome_noun(name: str) -> str:
    """An outcome inside a sentence: "viewings booked", "revenue per person"."""
    return _COUNTED.get(name) or metric_words(name).lower()


def did_words(name: str) -> str:
    """What people did: "booked a viewing"; empty where no word is known."""
    return _DID.get(name, "")


def state_words(name: str) -> str:
    return _SEND_STATES.get(name) or name.replace("_", " ").capitalize()


def plain(value: float | None, unit: Unit, currency: str, places: int = 1) -> str:
    """9.3%, €31.20, 1,040; "not known" where there is no value."""
    if value is None:
        return "not known"
    sign = MINUS if value < 0 else ""
    size = abs(value)
    match unit:
        case "share":
            return f"{sign}{size * 100:,.{places}f}%"
        case "money" | "per_person":
            cents = Decimal(str(round(size, 2)))
            whole = unit == "money" and size >= 1000
            amount = cents.quantize(Decimal(1)) if whole else cents.quantize(Decimal("0.01"))
            return sign + money_words(Money(amount=amount, currency=currency))
        case "count":
            return sign + number_words(size, places=0)
        case "days" | "hours":
            return f"{sign}{number_words(size)} {unit}"


def signed(value: float | None, unit: Unit, currency: str) -> str:
    """+4.3 (points, for a share), −€9.10, +12."""
    if value is None:
        return "not known"
    number = value * 100 if unit == "share" else value
    zero = round(number, 1 if unit == "share" else 2) == 0
    sign = "" if zero else (MINUS if number < 0 else "+")
    if unit == "share":
        return f"{sign}{abs(number):,.1f}"
    return sign + plain(abs(value), unit, currency)


def interval(figure: Figure, currency: str) -> str:
    """[+0.6 to +7.1]; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (signed(v, figure.unit, currency) for v in (figure.low, figure.high))
    return f"[{low} to {high}]"


def likely(figure: Figure, currency: str) -> str:
    """likely between 0.6 and 7.1; empty where there is no interval."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (
        signed(v, figure.unit, currency).removeprefix("+") for v in (figure.low, figure.high)
    )
    return f"likely between {low} and {high}"


def share_interval(figure: Figure) -> str:
    """[44.9 to 50.9] per cent, of a share that was observed."""
    if figure.low is None or figure.high is None or figure.unit != "share":
        return ""
    return f"[{figure.low * 100:.1f} to {figure.high * 100:.1f}]"


def verdict(effect: Effect) -> str:
    """More, fewer, or no effect shown: never a direction that the interval does not bear out."""
    value = effect.difference.value
    if value is None:
        return "Cannot be known"
    if not effect.shown:
        return "No effect shown"
    return "More" if value > 0 else "Fewer" if effect.unit == "share" else "Less"
