"""An audience rule as a form: its clauses as fields, and back. Nothing is guessed: what cannot be
read is said beside its clause, and gives no rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

from app.views.clause_forms import KINDS, START, ClauseKind, clause_of, values_of
from domain.frozen import Frozen
from domain.predicate import AllOf, AnyOf, Everyone, NotThat, Predicate

MOST_CLAUSES = 12


class Clause(Frozen):
    """One clause, as its fields hold it."""

    kind: ClauseKind
    negated: bool = False
    values: dict[str, str]
    """By the names of clause_forms."""
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
    """Why the rule is shown as text alone: the form has too few fields for it."""

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(clause.problem for clause in self.clauses if clause.problem)


def built(form: Mapping[str, str]) -> Draft:
    """From the form's fields: ``join``, and ``c<number>.<name>`` of each clause."""
    clauses = []
    for number in range(MOST_CLAUSES):
        prefix = f"c{number}."
        fields = {k.removeprefix(prefix): v for k, v in form.items() if k.startswith(prefix)}
        kind = next((k for k in KINDS if k == fields.get("kind")), None)
        if kind is not None:
            values = {k: v.strip() for k, v in fields.items() if k not in ("kind", "negated")}
            clauses.append(Clause(kind=kind, negated="negated" in fields, values=values))
    return _read("any" if form.get("join") == "any" else "all", clauses)


def with_clause(draft: Draft, kind: str) -> Draft:
    """With a further, empty clause."""
    found: ClauseKind = next((k for k in KINDS if k == kind), "bought")
    added = Clause(kind=found, values=START.get(found, {}))
    return _read(draft.join, [*draft.clauses, added][:MOST_CLAUSES])


def without_clause(draft: Draft, number: int) -> Draft:
    return _read(draft.join, [c for at, c in enumerate(draft.clauses) if at != number])


def from_rule(rule: Predicate) -> Draft:
    """The form of a rule; a rule that the form has too few fields for is kept whole."""
    join: Literal["all", "any"] = "any" if isinstance(rule, AnyOf) else "all"
    parts = rule.of if isinstance(rule, AllOf | AnyOf) else (rule,)
    clauses = []
    for part in parts:
        negated = isinstance(part, NotThat)
        inner = part.that if isinstance(part, NotThat) else part
        if isinstance(inner, Everyone):
            continue
        values = values_of(inner)
        if values is None:
            return Draft(
                join=join,
                rule=rule,
                whole="The form has too few fields for this rule. Change it as text below.",
            )
        kind = next(k for k in KINDS if k == inner.kind)
        clauses.append(Clause(kind=kind, negated=negated, values=values))
    return _read(join, clauses) if clauses else Draft(rule=rule)


def _read(join: Literal["all", "any"], clauses: list[Clause]) -> Draft:
    read, rules = [], []
    for clause in clauses:
        try:
            part = clause_of(clause.kind, clause.values)
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


def _why(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        why = str(first["msg"]).removeprefix("Value error, ")
        return f"{first['loc'][-1]}: {why}." if first["loc"] else f"{why}."
    return str(error)
