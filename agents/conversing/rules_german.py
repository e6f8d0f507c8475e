"""An audience rule as a German marketer reads it."""

from __future__ import annotations

from domain.customer import ConsentPurpose
from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    InSegment,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Trait,
)

CATEGORIES_DE = {"watch": "Uhr", "ring": "Ring", "service": "Wartung", "strap": "Armband"}
_EVENTS_DE = {
    "Viewing Booked": "haben eine Besichtigung gebucht",
    "Service Booked": "haben eine Wartung gebucht",
    "Service Due": "haben eine fällige Wartung",
    "Email Link Clicked": "haben in einer Mail geklickt",
    "Email Opened": "haben eine Mail geöffnet",
    "Product Viewed": "haben ein Stück angesehen",
}
_PURPOSES_DE: dict[ConsentPurpose, str] = {
    "email_marketing": "Werbung per E-Mail",
    "sms_marketing": "SMS",
    "push_marketing": "Push-Nachrichten",
    "phone_marketing": "Anrufen",
    "post_marketing": "Briefpost",
    "email_tracking": "der Messung von Öffnungen und Klicks",
}
_STAGES_DE = {
    "new": "neu",
    "active": "aktiv",
    "at_risk": "gefährdet",
    "lapsed": "verloren",
    "won_back": "zurückgewonnen",
}
_SCORES_DE = {
    "recency": "Neuheit des letzten Kaufs",
    "frequency": "Häufigkeit der Käufe",
    "value": "Wert",
}
_OPS_DE = {
    "is": "ist",
    "is_not": "ist nicht",
    "in": "ist eines von",
    "at_least": "mindestens",
    "at_most": "höchstens",
    "contains": "enthält",
    "begins": "beginnt mit",
    "known": "ist bekannt",
    "unknown": "ist nicht bekannt",
}


def german(rule: Predicate) -> str:
    """As ``in_words`` says it in English."""
    match rule:
        case Everyone():
            return "alle"
        case AllOf(of=of):
            return " und ".join(_bracketed(part) for part in of)
        case AnyOf(of=of):
            return " oder ".join(_bracketed(part) for part in of)
        case NotThat(that=that):
            return f"nicht ({german(that)})"
        case Bought():
            return f"{_bought(rule, _times(rule))}{_period(rule)}"
        case Did():
            often = "" if rule.at_least == 1 and rule.at_most is None else f" ({_times(rule)})"
            return f"{_did(rule)}{often}{_period(rule)}"
        case Spent():
            low = f"mindestens {rule.at_least}" if rule.at_least is not None else ""
            high = f"höchstens {rule.at_most}" if rule.at_most is not None else ""
            return f"haben {' und '.join(filter(None, (low, high)))} ausgegeben{_period(rule)}"
        case Trait(op="last_days"):
            return f"{rule.field} in den letzten {_value(rule.value)} Tagen"
        case Trait(op="next_days"):
            return f"{rule.field} heute oder in den nächsten {_value(rule.value)} Tagen"
        case Trait():
            return f"{rule.field} {_OPS_DE.get(rule.op, rule.op)} {_value(rule.value)}".rstrip()
        case Agreed():
            return f"haben {_PURPOSES_DE[rule.purpose]} zugestimmt"
        case Stage():
            return f"sind {' oder '.join(_STAGES_DE[name] for name in rule.stages)}"
        case Score():
            bounds = sorted({rule.at_least, rule.at_most})
            return f"{_SCORES_DE[rule.score]}: {' bis '.join(map(str, bounds))} von 5"
        case InSegment():
            return f"sind im Segment „{rule.name}“"
        case Sequence():
            return _sequence(rule)


def _bracketed(rule: Predicate) -> str:
    words = german(rule)
    return f"({words})" if isinstance(rule, AllOf | AnyOf) else words


def _bought(rule: Bought, times: str) -> str:
    what = ", ".join((*rule.products, *(CATEGORIES_DE.get(c, c) for c in rule.categories)))
    where = f" über {', '.join(rule.channels)}" if rule.channels else ""
    said = " ".join(filter(None, ("haben", what, times, "gekauft")))
    return f"{said}{where}{_worth(rule)}"


def _worth(rule: Bought) -> str:
    low = f"mindestens {rule.worth_at_least}" if rule.worth_at_least is not None else ""
    high = f"höchstens {rule.worth_at_most}" if rule.worth_at_most is not None else ""
    bounds = " und ".join(filter(None, (low, high)))
    return f" für {bounds}" if bounds else ""


def _did(rule: Did) -> str:
    where = f" mit {', '.join(map(_property, rule.where))}" if rule.where else ""
    return f"{_EVENTS_DE.get(rule.event, f'Ereignis {rule.event}')}{where}"


def _property(condition: Property) -> str:
    return f"{condition.name} {_OPS_DE[condition.op]} {_value(condition.value)}".rstrip()


def _sequence(rule: Sequence) -> str:
    said = "zuerst "
    for number, step in enumerate(rule.steps):
        if number:
            said += (
                f", dann {f'innerhalb von {step.within_days} Tagen ' if step.within_days else ''}"
            )
            said += "nicht: " if step.negated else ""
        once = _bought(step.that, "") if isinstance(step.that, Bought) else _did(step.that)
        said += once + _period(step.that)
    return said


def _times(rule: Bought | Did) -> str:
    if rule.at_most is None:
        return f"mindestens {rule.at_least}-mal"
    if rule.at_most == rule.at_least:
        return f"genau {rule.at_least}-mal"
    return f"{rule.at_least}- bis {rule.at_most}-mal"


def _period(rule: Bought | Did | Spent) -> str:
    last = f" in den letzten {rule.last_days} Tagen" if rule.last_days else ""
    older = f" vor mehr als {rule.older_days} Tagen" if rule.older_days else ""
    since = f" seit {rule.since.isoformat()}" if rule.since else ""
    before = f" vor {rule.before.isoformat()}" if rule.before else ""
    return last + older + since + before


def _value(value: str | tuple[str, ...]) -> str:
    return ", ".join(value) if isinstance(value, tuple) else value
