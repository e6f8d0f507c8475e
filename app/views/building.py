"""An audience rule as a form: its clauses as fields, and back. Nothing is guessed: what cannot be
read is said beside its clause, and gives no rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from pydantic import ValidationError

from domain.frozen import Frozen
from domain.predicate import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    NotThat,
    Predicate,
    Spent,
    Trait,
    TraitField,
)

ClauseKind = Literal["bought", "spent", "did", "trait"]
MOST_CLAUSES = 12
TRAITS: tuple[str, ...] = get_args(TraitField)
OPERATIONS = (
    ("is", "is"), ("is_not", "is not"), ("in", "is one of"), ("at_least", "is on or after"),
    ("at_most", "is on or before"), ("known", "is known"), ("unknown", "is not known"),
)  # fmt: skip


class Clause(Frozen):
    """One clause, as its fields hold it."""

    kind: ClauseKind
    negated: bool = False
    values: dict[str, str]
    """at_least, at_most, since, before, products, categories, channels, event, field, op, value."""
    problem: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")


class Draft(Frozen):
    """A rule on its way: clauses that hold all together, or any of them."""

    join: Literal["all", "any"] = "all"
    clauses: tuple[Clause, ...] = ()
    rule: Predicate | None = None
    """None: no clause yet, or one that cannot be read."""
    whole: str = ""
    """Why the rule is shown as text alone: it nests deeper than the form does."""

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(clause.problem for clause in self.clauses if clause.problem)


def built(form: Mapping[str, str]) -> Draft:
    """From the form's fields: ``join``, and ``c<number>.<name>`` of each clause."""
    clauses = []
    for number in range(MOST_CLAUSES):
        prefix = f"c{number}."
        fields = {k.removeprefix(prefix): v for k, v in form.items() if k.startswith(prefix)}
        kind = next((k for k in get_args(ClauseKind) if k == fields.get("kind")), None)
        if kind is not None:
            values = {k: v.strip() for k, v in fields.items() if k not in ("kind", "negated")}
            clauses.append(Clause(kind=kind, negated="negated" in fields, values=values))
    return _read("any" if form.get("join") == "any" else "all", clauses)


def with_clause(draft: Draft, kind: str) -> Draft:
    """With a further, empty clause."""
    found: ClauseKind = next((k for k in get_args(ClauseKind) if k == kind), "bought")
    start = {"bought": {"at_least": "1"}, "did": {"at_least": "1"}, "trait": {"op": "is"}}
    added = Clause(kind=found, values=start.get(found, {}))
    return _read(draft.join, [*draft.clauses, added][:MOST_CLAUSES])


def without_clause(draft: Draft, number: int) -> Draft:
    return _read(draft.join, [c for at, c in enumerate(draft.clauses) if at != number])


def from_rule(rule: Predicate) -> Draft:
    """The form of a rule; a rule that nests deeper than the form can is kept whole."""
    join: Literal["all", "any"] = "any" if isinstance(rule, AnyOf) else "all"
    parts = rule.of if isinstance(rule, AllOf | AnyOf) else (rule,)
    clauses = []
    for part in parts:
        negated = isinstance(part, NotThat)
        inner = part.that if isinstance(part, NotThat) else part
        if isinstance(inner, Everyone):
            continue
        if not isinstance(inner, Bought | Spent | Did | Trait):
            return Draft(
                join=join,
                rule=rule,
                whole="This rule nests its clauses; the form cannot change it, but begin anew.",
            )
        clauses.append(Clause(kind=inner.kind, negated=negated, values=_values(inner)))
    return _read(join, clauses) if clauses else Draft(rule=rule)


def _values(part: Bought | Spent | Did | Trait) -> dict[str, str]:
    values = {}
    for name, value in part.model_dump(mode="json").items():
        if name == "kind" or value in (None, "", []):
            continue
        values[name] = ", ".join(value) if isinstance(value, list) else str(value)
    return values


def _read(join: Literal["all", "any"], clauses: list[Clause]) -> Draft:
    read, rules = [], []
    for clause in clauses:
        try:
            part = _clause(clause)
        except ValueError as error:
            read.append(clause.model_copy(update={"problem": _why(error)}))
            continue
        read.append(clause.model_copy(update={"problem": ""}))
        rules.append(NotThat(that=part) if clause.negated else part)
    whole = len(rules) == len(clauses) and rules
    rule: Predicate | None = None
    if whole:
        rule = rules[0] if len(rules) == 1 else (AllOf if join == "all" else AnyOf)(of=tuple(rules))
    return Draft(join=join, clauses=tuple(read), rule=rule)


def _clause(clause: Clause) -> Predicate:
    """Raises ValueError in words."""
    match clause.kind:
        case "bought":
            return Bought(
                at_least=_whole(clause, "at_least", 1),
                at_most=_bound(clause, "at_most"),
                since=_day(clause, "since"),
                before=_day(clause, "before"),
                products=_names(clause, "products"),
                categories=tuple(name.lower() for name in _names(clause, "categories")),
                channels=tuple(name.lower() for name in _names(clause, "channels")),
            )
        case "spent":
            low, high = _amount(clause, "at_least"), _amount(clause, "at_most")
            if low is None and high is None:
                raise ValueError("Say how much at least, or at most.")
            return Spent(
                at_least=low,
                at_most=high,
                since=_day(clause, "since"),
                before=_day(clause, "before"),
            )
        case "did":
            if not clause.value("event"):
                raise ValueError("Choose what they did.")
            return Did(
                event=clause.value("event"),
                at_least=_whole(clause, "at_least", 1),
                at_most=_bound(clause, "at_most"),
                since=_day(clause, "since"),
                before=_day(clause, "before"),
                products=_names(clause, "products"),
            )
        case "trait":
            return _trait(clause)


def _trait(clause: Clause) -> Trait:
    field, op, value = (clause.value(name) for name in ("field", "op", "value"))
    if op not in ("known", "unknown") and not value:
        raise ValueError("Say which value.")
    given: dict[str, object] = {"field": field or "country", "op": op or "is", "value": value}
    if op == "in":
        given["value"] = _names(clause, "value")
    elif op in ("known", "unknown"):
        given["value"] = ""
    return Trait.model_validate(given)


def _names(clause: Clause, name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in clause.value(name).split(",") if part.strip())


def _whole(clause: Clause, name: str, default: int) -> int:
    found = _bound(clause, name)
    return default if found is None else found


def _bound(clause: Clause, name: str) -> int | None:
    text = clause.value(name)
    if not text:
        return None
    if not text.isdigit() or len(text) > 9:
        raise ValueError(f"“{text}” is no whole number.")
    return int(text)


def _amount(clause: Clause, name: str) -> Decimal | None:
    text = clause.value(name)
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"“{text}” is no amount; write it as 1250.50.") from None
    if not amount.is_finite():
        raise ValueError(f"“{text}” is no amount; write it as 1250.50.")
    return amount


def _day(clause: Clause, name: str) -> date | None:
    text = clause.value(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is no day; write it as 2026-11-25.") from None


def _why(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{first['loc'][-1]}: {first['msg']}."
    return str(error)
