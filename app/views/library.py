"""The library as the desk shows it: passages with what they changed, and rules from edits."""

from __future__ import annotations

from datetime import date
from typing import Literal

from app.views.brand import KINDS, PAGE
from domain.frozen import Frozen
from domain.proof import Worth
from domain.teaching import TaughtRule
from domain.voice import Passage, PassageKind
from ledger.database import Transaction
from workflows.library import shelf
from workflows.stack import Stack
from workflows.teaching import proposed
from workflows.transactions import read

Sort = Literal["effect", "used", "last", "kind"]


class PassageLine(Frozen):
    """One passage in the table."""

    passage: Passage
    worth: Worth
    effect: str
    """In words; empty: not measured."""


class LibraryPage(Frozen):
    """Passages: those that a search found, or all of a kind, a page at a time."""

    asked: str
    kind: str
    language: str
    only_proven: bool
    sort: Sort
    total: int
    lines: tuple[PassageLine, ...]
    page: int
    pages: int
    kinds: tuple[str, ...] = KINDS


class RulesPage(Frozen):
    rules: tuple[TaughtRule, ...]
    """Those that wait for a word first."""
    least: int
    """Campaigns in which something must recur."""


async def library_page(
    stack: Stack,
    *,
    asked: str = "",
    kind: str = "",
    language: str = "",
    only_proven: bool = False,
    sort: Sort = "effect",
    page: int = 1,
) -> LibraryPage:
    """Passages by meaning where something is asked, else in the order asked for."""
    wanted: PassageKind | None = next((k for k in KINDS if k == kind), None)
    known = await read(stack.ledger, lambda tx: shelf(tx, stack.brand))
    mine = {p.id: p for p in known.passages}
    if asked:
        near = await stack.voice.search(
            asked[:400], kind=wanted, language=language or None, n=2 * PAGE
        )
        found = [mine[p.id] for p in near if p.id in mine]
    else:
        found = [
            p for p in known.passages if wanted in (None, p.kind) and language in ("", p.language)
        ]
        found.sort(key=lambda p: _place(p, known.worths[p.id], sort))
    shown = [p for p in found if p.proven or not only_proven]
    pages = max(1, -(-len(shown) // PAGE))
    at = min(max(page, 1), pages)
    return LibraryPage(
        asked=asked,
        kind=wanted or "",
        language=language,
        only_proven=only_proven,
        sort=sort,
        total=len(shown),
        lines=tuple(_line(p, known.worths[p.id]) for p in shown[(at - 1) * PAGE : at * PAGE]),
        page=at,
        pages=pages,
    )


async def rules_page(stack: Stack, least: int) -> RulesPage:
    """Every rule that edits suggest, and what was decided about each."""

    def look(tx: Transaction) -> tuple[TaughtRule, ...]:
        return proposed(tx, least)

    found = await read(stack.ledger, look)
    order = ("proposed", "approved", "withdrawn", "rejected")
    return RulesPage(
        rules=tuple(sorted(found, key=lambda rule: order.index(rule.state))), least=least
    )


def _line(passage: Passage, worth: Worth) -> PassageLine:
    measured = worth.against_held_back
    return PassageLine(
        passage=passage,
        worth=worth,
        effect=measured[0].words() if measured else passage.effect,
    )


def _place(passage: Passage, worth: Worth, sort: Sort) -> tuple[float, str]:
    match sort:
        case "effect":  # by what is sure: the near end of the interval
            return -max((p.low for p in worth.against_held_back), default=-1.0), passage.id
        case "used":
            return -float(worth.times_used), passage.id
        case "last":
            return -float((worth.last_used or date.min).toordinal()), passage.id
        case "kind":
            return float(KINDS.index(passage.kind)), passage.id
