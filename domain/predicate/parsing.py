"""A rule from its text; the grammar stands in ``language``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.errors import WrongUsage
from domain.nearest import nearest
from domain.predicate.clauses import (
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
    Step,
    Trait,
)
from domain.predicate.language import FIELDS, KEYWORDS, OPS, PURPOSES, SCORES, STAGES, STARTS

DEEPEST = 60
"""Brackets in brackets; nobody reads a deeper rule."""
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([()\[\],])|([^\s"()\[\],]+))')
_END = ""
T = TypeVar("T")


@dataclass(frozen=True)
class _Token:
    text: str
    at: int
    quoted: bool = False

    @property
    def word(self) -> str:
        """The word that it is of the language; empty for a quoted text."""
        return "" if self.quoted else self.text.lower()


def parse_rule(text: str) -> Predicate:
    """Raises WrongUsage unreadable_rule: what was expected, and where."""
    reader = _Reader(text, _tokens(text))
    rule = reader.rule(0)
    if reader.next.text != _END or reader.next.quoted:
        raise reader.expected("and, or, or the end")
    return rule


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, len(text) - len(text[at:].lstrip()), "a closing quotation mark")
        quoted, mark, word = match.groups()
        start = match.end() - len(quoted or mark or word)
        if quoted is not None:
            try:
                found.append(_Token(json.loads(quoted, strict=False), start, quoted=True))
            except ValueError:
                raise _unreadable(text, start, "a text as JSON writes it") from None
        else:
            found.append(_Token(mark or word, start))
        at = match.end()
    return [*found, _Token(_END, len(text))]


def _unreadable(text: str, at: int, expected: str) -> WrongUsage:
    rest = text[at : at + 30]
    return WrongUsage(
        "unreadable_rule",
        f"This audience rule cannot be read from character {at + 1} on: {expected} should stand "
        f"there, and {f'there is “{rest}”' if rest else 'the text ends'}.",
        thing=text[:200],
        next_step="Write it such as: bought category watch in the last 90 days and not stage is "
        "lapsed.",
    )


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    match first["type"]:
        case "less_than_equal":
            return f"there is {first['input']}, and it may be {first['ctx']['le']} at most"
        case "greater_than_equal":
            return f"there is {first['input']}, and it may be {first['ctx']['ge']} at least"
        case _:
            return str(first["msg"]).removeprefix("Value error, ")


class _Reader:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.place = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    # --- words --------------------------------------------------------------------------------

    def expected(self, what: str) -> WrongUsage:
        return _unreadable(self.text, self.next.at, what)

    def sees(self, *words: str) -> bool:
        """Whether these words of the language follow."""
        ahead = self.tokens[self.place : self.place + len(words)]
        return tuple(token.word for token in ahead) == words

    def take(self, *words: str) -> bool:
        if not self.sees(*words):
            return False
        self.place += len(words)
        return True

    def need(self, *words: str) -> None:
        if not self.take(*words):
            raise self.expected(f"“{' '.join(words)}”")

    def name(self, *, any_word: bool = False) -> str:
        """``any_word``: words of the language too, where nothing but a name can stand (AT, IN)."""
        token = self.next
        if not token.quoted and (
            token.text in ("", *"()[],") or (token.word in KEYWORDS and not any_word)
        ):
            raise self.expected("a name (in quotes where it is a word of the language)")
        self.place += 1
        return token.text

    def value(self, *, any_word: bool = True) -> str | tuple[str, ...]:
        if not self.take("["):
            return self.name(any_word=any_word)
        found: list[str] = []
        while not self.take("]"):
            if found:
                self.need(",")
            found.append(self.name(any_word=True))
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        found = self.value(any_word=False)
        return (found,) if isinstance(found, str) else found

    def one_of(self, what: str, known: tuple[Any, ...]) -> Any:
        token, name = self.next, self.name().lower()
        if name not in known:
            self.place -= 1
            near = ", ".join(nearest(token.text, known))
            raise self.expected(f"the name of a {what} (use one of: {near})")
        return name

    def read(self, make: Callable[[str], T], what: str) -> T:
        token = self.next
        try:
            made = make(token.text)
        except (ValueError, InvalidOperation):
            raise self.expected(what) from None
        self.place += 1
        return made

    def whole(self) -> int:
        return self.read(int, "a whole number")

    def amount(self) -> Decimal:
        return self.read(Decimal, "an amount such as 1250.50")

    def day(self) -> date:
        return self.read(date.fromisoformat, "a day such as 2026-11-25")

    def days(self) -> int:
        number = self.whole()
        if not self.take("day"):
            self.need("days")
        return number

    def made(self, make: Callable[..., T], **fields: Any) -> T:
        try:
            return make(**fields)
        except ValidationError as error:
            raise WrongUsage(
                "unreadable_rule",
                f"This audience rule cannot be read up to character {self.next.at}: {_why(error)}.",
                thing=self.text[:200],
                next_step="change it there; docs/audiences.md says what may stand in a rule",
            ) from error

    # --- rules --------------------------------------------------------------------------------

    def rule(self, depth: int) -> Predicate:
        if depth > DEEPEST:
            raise self.expected("a rule with fewer brackets in brackets")
        parts = [self.part(depth)]
        while self.take("or"):
            parts.append(self.part(depth))
        return parts[0] if len(parts) == 1 else AnyOf(of=tuple(parts))

    def part(self, depth: int) -> Predicate:
        parts = [self.unit(depth)]
        while self.take("and"):
            parts.append(self.unit(depth))
        return parts[0] if len(parts) == 1 else AllOf(of=tuple(parts))

    def unit(self, depth: int) -> Predicate:
        if depth > DEEPEST:
            raise self.expected("a rule with fewer brackets in brackets")
        if self.take("not"):
            return NotThat(that=self.unit(depth + 1))
        if self.take("("):
            inner = self.rule(depth + 1)
            self.need(")")
            return inner
        for word, kind in (("all", AllOf), ("any", AnyOf)):
            if self.take(word):
                self.need("(")
                of = () if self.sees(")") else (self.rule(depth + 1),)
                self.need(")")
                return kind(of=of)
        return self.clause()

    def clause(self) -> Predicate:
        if self.take("everyone"):
            return Everyone()
        if self.sees("bought") or self.sees("did"):
            return self.deed(counted=True)
        if self.take("spent"):
            return self.spent()
        if self.take("agreed"):
            self.need("to")
            return Agreed(purpose=self.one_of("consent", PURPOSES))
        if self.take("stage"):
            return self.stage()
        if self.take("segment"):
            return self.made(InSegment, name=self.name())
        if self.take("first"):
            return self.sequence()
        word = self.next.word
        if word in SCORES:
            return self.score()
        if word in FIELDS:
            return self.trait()
        near = ", ".join(nearest(self.next.text, STARTS))
        raise self.expected(f"a clause (use one of: {near})")

    def deed(self, *, counted: bool) -> Bought | Did:
        fields: dict[str, Any] = {}
        if did := self.take("did"):
            fields["event"] = self.name()
        else:
            self.need("bought")
        while True:
            if self.take("product") or self.take("products"):
                fields["products"] = self.names()
            elif did and self.take("where"):
                fields["where"] = (*fields.get("where", ()), self.property())
            elif not did and (self.take("category") or self.take("categories")):
                fields["categories"] = self.names()
            elif not did and (self.take("channel") or self.take("channels")):
                fields["channels"] = self.names()
            elif not did and self.take("worth"):
                fields |= self.worth()
            elif not (counted and self.count(fields)) and not self.period(fields):
                return self.made(Did, **fields) if did else self.made(Bought, **fields)

    def worth(self) -> dict[str, Any]:
        found = {}
        if self.take("at", "least"):
            found["worth_at_least"] = self.amount()
        if not found or self.sees("at", "most"):
            self.need("at", "most")
            found["worth_at_most"] = self.amount()
        return found

    def count(self, fields: dict[str, Any]) -> bool:
        if self.take("never"):
            fields |= {"at_least": 0, "at_most": 0}
            return True
        if self.take("at", "least"):
            fields["at_least"] = self.whole()
        elif self.take("exactly"):
            fields["at_least"] = fields["at_most"] = self.whole()
        elif self.take("between"):
            fields["at_least"] = self.whole()
            self.need("and")
            fields["at_most"] = self.whole()
        else:
            return False
        if not self.take("time"):
            self.need("times")
        return True

    def period(self, fields: dict[str, Any]) -> bool:
        if self.take("in", "the", "last"):
            fields["last_days"] = self.days()
        elif self.take("more", "than"):
            fields["older_days"] = self.days()
            self.need("ago")
        elif self.take("since"):
            fields["since"] = self.day()
        elif self.take("before"):
            fields["before"] = self.day()
        else:
            return False
        return True

    def spent(self) -> Spent:
        fields: dict[str, Any] = {}
        while True:
            if self.take("at", "least"):
                fields["at_least"] = self.amount()
            elif self.take("at", "most"):
                fields["at_most"] = self.amount()
            elif not self.period(fields):
                return self.made(Spent, **fields)

    def stage(self) -> Stage:
        if not self.take("is"):
            self.need("in")
        if not self.take("["):
            return Stage(stages=(self.one_of("stage", STAGES),))
        found = [self.one_of("stage", STAGES)]
        while self.take(","):
            found.append(self.one_of("stage", STAGES))
        self.need("]")
        return Stage(stages=tuple(found))

    def score(self) -> Score:
        name = self.one_of("score", SCORES)
        self.need("score")
        low = self.whole()
        high = self.whole() if self.take("to") else low
        return self.made(Score, score=name, at_least=low, at_most=high)

    def trait(self) -> Trait:
        field = self.one_of("field", FIELDS)
        for which in ("last", "next"):
            if self.take("in", "the", which):
                value = self.value()
                if not self.take("day"):
                    self.need("days")
                return self.made(Trait, field=field, op=f"{which}_days", value=value)
        return self.made(Trait, field=field, **self.condition(tuple(OPS)))

    def property(self) -> Property:
        name = self.name()
        return self.made(
            Property, name=name, **self.condition(tuple(o for o in OPS if o != "begins"))
        )

    def condition(self, ops: tuple[str, ...]) -> dict[str, Any]:
        for op in sorted(ops, key=lambda o: -len(OPS[o].split())):  # "is not" before "is"
            if self.take(*OPS[op].split()):
                bare = op in ("known", "unknown") and not (
                    self.next.quoted or self.next.text == "["
                )
                return {"op": op, "value": "" if bare else self.value()}
        raise self.expected(f"one of {', '.join(OPS[op] for op in ops)}")

    def sequence(self) -> Sequence:
        steps = [Step(that=self.deed(counted=False))]
        while self.take("then"):
            within = self.days() if self.take("within") else None
            negated = self.take("not")
            that = self.deed(counted=False)
            steps.append(self.made(Step, that=that, within_days=within, negated=negated))
        return self.made(Sequence, steps=tuple(steps))
