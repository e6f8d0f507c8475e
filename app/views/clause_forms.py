"""One clause of an audience rule as the fields of a form, and back. Nothing is guessed: what cannot
be read is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast, get_args

from domain.predicate import (
    Agreed,
    Bought,
    Did,
    InSegment,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
)
from domain.predicate.clauses import PropertyOp
from domain.predicate.language import FIELDS, PURPOSES, SCORES, STAGES

ClauseKind = Literal[
    "bought", "spent", "did", "trait", "agreed", "stage", "score", "segment", "sequence"
]
KINDS: tuple[ClauseKind, ...] = get_args(ClauseKind)
MOST_PROPERTIES = 3
PURCHASE = "a purchase"
"""What a step of a sequence says for buying."""

TRAITS = FIELDS
OPERATIONS = (
    ("is", "is"), ("is_not", "is not"), ("in", "is one of"), ("contains", "contains"),
    ("begins", "begins with"), ("at_least", "is on or after"), ("at_most", "is on or before"),
    ("last_days", "in the last … days"), ("next_days", "birthday within … days"),
    ("known", "is known"), ("unknown", "is not known"),
)  # fmt: skip
PROPERTY_OPERATIONS = (
    ("is", "is"), ("is_not", "is not"), ("in", "is one of"), ("contains", "contains"),
    ("at_least", "at least"), ("at_most", "at most"), ("known", "is said"),
    ("unknown", "is not said"),
)  # fmt: skip
START: dict[str, dict[str, str]] = {
    "bought": {"at_least": "1"},
    "did": {"at_least": "1"},
    "trait": {"op": "is"},
    "sequence": {"then.event": PURCHASE, "not_then": "on", "within_days": "7"},
    "score": {"at_least": "4", "at_most": "5"},
}
"""What a further clause begins with."""

Values = Mapping[str, str]


def values_of(part: Predicate) -> dict[str, str] | None:
    """The fields of a clause; None where the form has too few for it."""
    if part.kind not in KINDS:
        return None
    values = _written(part)
    try:
        return values if clause_of(part.kind, values) == part else None
    except ValueError:
        return None


def clause_of(kind: ClauseKind, values: Values) -> Predicate:
    """Raises ValueError in words."""
    read = _Fields(values)
    match kind:
        case "bought":
            return Bought(
                **read.count(), **read.period(), products=read.names("products"),
                categories=tuple(name.lower() for name in read.names("categories")),
                channels=tuple(name.lower() for name in read.names("channels")),
                worth_at_least=read.amount("worth_at_least"),
                worth_at_most=read.amount("worth_at_most"),
            )  # fmt: skip
        case "spent":
            low, high = read.amount("at_least"), read.amount("at_most")
            if low is None and high is None:
                raise ValueError("Say how much at least, or at most.")
            return Spent(at_least=low, at_most=high, **read.period())
        case "did":
            return Did(
                event=read.needed("event", "Choose what they did."), **read.count(),
                **read.period(), products=read.names("products"), where=read.properties(),
            )  # fmt: skip
        case "trait":
            return read.trait()
        case "agreed":
            return Agreed.model_validate({"purpose": read.text("purpose") or PURPOSES[0]})
        case "stage":
            stages = tuple(name for name in STAGES if read.text(name))
            if not stages:
                raise ValueError("Choose one stage or more.")
            return Stage(stages=stages)
        case "score":
            return Score.model_validate(
                {
                    "score": read.text("score") or SCORES[0],
                    "at_least": read.whole("at_least", 1),
                    "at_most": read.whole("at_most", 5),
                }
            )
        case "segment":
            return InSegment(name=read.needed("name", "Choose a segment."))
        case "sequence":
            return read.sequence()


def _written(part: Predicate) -> dict[str, str]:
    match part:
        case Stage(stages=stages):
            return dict.fromkeys(stages, "on")
        case Sequence(steps=(first, then)):
            values = {
                **_step("first", first),
                **_step("then", then),
                "not_then": "on" if then.negated else "",
                "within_days": str(then.within_days or ""),
            }
            return {name: value for name, value in values.items() if value}
        case _:
            values = _plain(part.model_dump(mode="json", exclude={"kind", "where"}))
    if isinstance(part, Did):
        for number, one in enumerate(part.where[:MOST_PROPERTIES]):
            written = _plain(one.model_dump(mode="json"))
            values |= {f"p{number}.{name}": value for name, value in written.items()}
    return values


def _step(name: str, step: Step) -> dict[str, str]:
    that = step.that
    written = _plain(that.model_dump(mode="json", include={"products", "last_days"}))
    event = that.event if isinstance(that, Did) else PURCHASE
    return {f"{name}.event": event} | {f"{name}.{k}": v for k, v in written.items()}


def _plain(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }


class _Fields:
    """A form's values, read one by one."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def text(self, name: str) -> str:
        return self._values.get(name, "")

    def needed(self, name: str, otherwise: str) -> str:
        text = self.text(name)
        if not text:
            raise ValueError(otherwise)
        return text

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def bound(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not text.isdigit() or len(text) > 9:
            raise ValueError(f"“{text}” is no whole number.")
        return int(text)

    def whole(self, name: str, default: int) -> int:
        found = self.bound(name)
        return default if found is None else found

    def count(self) -> dict[str, Any]:
        return {"at_least": self.whole("at_least", 1), "at_most": self.bound("at_most")}

    def period(self) -> dict[str, Any]:
        return {
            "since": self.day("since"),
            "before": self.day("before"),
            "last_days": self.bound("last_days"),
            "older_days": self.bound("older_days"),
        }

    def amount(self, name: str) -> Decimal | None:
        text = self.text(name)
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise ValueError(f"“{text}” is no amount; write it as 1250.50.") from None
        if not amount.is_finite():
            raise ValueError(f"“{text}” is no amount; write it as 1250.50.")
        return amount

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}” is no day; write it as 2026-11-25.") from None

    def condition(self, prefix: str = "") -> dict[str, object]:
        """op and value of a trait or a property."""
        op, value = self.text(f"{prefix}op") or "is", self.text(f"{prefix}value")
        if op in ("known", "unknown"):
            return {"op": op, "value": ""}
        if not value:
            raise ValueError("Say which value.")
        return {"op": op, "value": self.names(f"{prefix}value") if op == "in" else value}

    def trait(self) -> Trait:
        return Trait.model_validate({"field": self.text("field") or "country", **self.condition()})

    def properties(self) -> tuple[Property, ...]:
        found = []
        for number in range(MOST_PROPERTIES):
            name = self.text(f"p{number}.name")
            if name:
                condition = self.condition(f"p{number}.")
                found.append(
                    Property(
                        name=name,
                        op=cast(PropertyOp, condition["op"]),
                        value=cast(str | tuple[str, ...], condition["value"]),
                    )
                )
        return tuple(found)

    def sequence(self) -> Sequence:
        then = Step(
            that=self._deed("then"),
            within_days=self.bound("within_days"),
            negated=bool(self.text("not_then")),
        )
        return Sequence(steps=(Step(that=self._deed("first")), then))

    def _deed(self, name: str) -> Bought | Did:
        event = self.needed(f"{name}.event", "Choose what they did first, and what then.")
        products, last = self.names(f"{name}.products"), self.bound(f"{name}.last_days")
        if event == PURCHASE:
            return Bought(products=products, last_days=last)
        return Did(event=event, products=products, last_days=last)
