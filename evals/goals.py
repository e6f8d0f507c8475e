"""Goals in plain words with what should be understood of them, and a score by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from agents.tasks import GoalText
from domain.frozen import Frozen
from domain.goal import Goal, OfferBounds
from domain.money import Money
from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    NotThat,
    Predicate,
    Sequence,
    Spent,
    Stage,
    Trait,
)

FIELDS = (
    "language", "objective", "audience", "products", "categories", "offer", "kpi", "send_from",
    "send_until", "most_recipients", "holdout", "topics", "unread", "impossible",
)  # fmt: skip


class GoalCase(Frozen):
    id: str
    given: GoalText
    expected: Goal
    unread: tuple[str, ...]
    """Words that must be quoted back; no others may be."""
    impossible: tuple[str, ...]
    """The codes, in any order."""


class FieldScores(Frozen):
    case_id: str
    wrong: tuple[tuple[str, str, str], ...]
    """Field, expected, found."""

    @property
    def passed(self) -> bool:
        return not self.wrong


def load_cases(path: Path) -> tuple[GoalCase, ...]:
    """The cases of one YAML file, read against brand.yaml beside it."""
    brand = yaml.safe_load((path.parent / "brand.yaml").read_text("utf-8"))
    return tuple(_case(raw, brand) for raw in yaml.safe_load(path.read_text("utf-8")))


def score(case: GoalCase, found: Goal) -> FieldScores:
    """Every field that differs from what the case expects."""
    wrong = []
    for name in FIELDS:
        if name == "unread":
            left: Any = tuple(sorted(case.unread))
            right: Any = tuple(sorted(u.words for u in found.unread))
        elif name == "impossible":
            left = tuple(sorted(case.impossible))
            right = tuple(sorted({i.code for i in found.impossible}))
        elif name in ("products", "categories", "topics"):
            left = tuple(sorted(getattr(case.expected, name)))
            right = tuple(sorted(getattr(found, name)))
        else:
            left, right = getattr(case.expected, name), getattr(found, name)
        if left != right:
            wrong.append((name, str(left), str(right)))
    return FieldScores(case_id=case.id, wrong=tuple(wrong))


def _case(raw: dict[str, Any], brand: dict[str, Any]) -> GoalCase:
    expect = dict(raw.get("expect") or {})
    currency = raw.get("currency", brand["currency"])
    given = GoalText(
        text=raw["text"],
        today=raw.get("today", brand["today"]),
        currency=currency,
        products=tuple(tuple(p) for p in brand["products"]),
        categories=tuple(dict.fromkeys(p[2] for p in brand["products"])),
        event_names=tuple(brand["event_names"]),
    )
    unread = tuple(expect.pop("unread", ()))
    impossible = tuple(expect.pop("impossible", ()))
    if expect.get("audience") is not None:
        expect["audience"] = predicate(expect["audience"])
    if expect.get("offer") is not None:
        offer = dict(expect["offer"])
        if "most_amount" in offer:
            offer["most_amount"] = Money(amount=offer["most_amount"], currency=currency)
        expect["offer"] = OfferBounds(**offer)
    return GoalCase(
        id=raw["id"],
        given=given,
        expected=Goal(text=raw["text"], **expect),
        unread=unread,
        impossible=impossible,
    )


def predicate(raw: dict[str, Any]) -> Predicate:
    """``{all: [{bought: {at_least: 2}}, {not: {bought: {}}}]}`` as a rule."""
    ((kind, inner),) = raw.items()
    match kind:
        case "everyone":
            return Everyone()
        case "all":
            return AllOf(of=tuple(predicate(part) for part in inner))
        case "any":
            return AnyOf(of=tuple(predicate(part) for part in inner))
        case "not":
            return NotThat(that=predicate(inner))
        case "bought":
            return Bought(**_plain(inner))
        case "spent":
            return Spent(**_plain(inner))
        case "did":
            return Did(**_plain(inner))
        case "trait":
            return Trait(**_plain(inner))
        case "agreed":
            return Agreed(purpose=inner)
        case "stage":
            return Stage(stages=(inner,))
        case "sequence":
            return Sequence.model_validate({"steps": inner})
        case _:
            raise ValueError(f"{kind} is no kind of rule")


def _plain(inner: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in inner.items()}
