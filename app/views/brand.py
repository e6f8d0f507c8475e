"""Brand: the guide, the library of passages with their evidence, and the facts that mails cite."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from app.views import voice
from app.views.voice import ProposalHead
from app.voice import VersionRow
from brand_voice import versions
from brand_voice.versions import Evidence
from domain.errors import Refused
from domain.facts import HouseFact, Product
from domain.frozen import Frozen
from domain.voice import Guide, PassageKind
from ledger import facts, runs
from ledger.database import Transaction
from ledger.facts import FactRow
from workflows.stack import Stack
from workflows.transactions import read

PAGE = 25
ENDS_SOON = timedelta(days=30)
"""A fact that ends within so many days is shown before those that last."""
OLD = timedelta(days=90)
"""Price and stock that nobody imported for so long may be wrong."""
KINDS: tuple[PassageKind, ...] = get_args(PassageKind)
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})

Freshness = Literal["ended", "ends soon", "old", ""]


class GuidePage(Frozen):
    guide: Guide
    version: str
    file: str
    """Where it is edited."""
    passages: int
    proven: int
    facts: int
    evidence: Evidence
    """What its lines rest on, where they were learnt."""
    versions: tuple[VersionRow, ...]
    """The one in force first."""
    proposal: ProposalHead | None
    """A guide that waits for a yes."""


class FactLine(Frozen):
    """One fact in a list."""

    fact: Product | HouseFact
    source: str
    put_at: datetime
    freshness: Freshness
    campaigns: tuple[tuple[str, str], ...]
    """Id and goal of those that cite it."""


class FactsPage(Frozen):
    products: tuple[FactLine, ...]
    house: tuple[FactLine, ...]
    ended: int
    """Facts whose time is over: no mail may cite them."""
    sold_out: int


async def guide_page(stack: Stack) -> GuidePage:
    """The guide as people wrote it."""
    passages = stack.brand.passages
    known = await read(stack.ledger, facts.current)
    brand = stack.brand.folder
    has_file = (brand / versions.GUIDE).is_file()
    return GuidePage(
        guide=stack.brand.guide,
        version=stack.brand.guide.version(),
        file=str(Path(stack.brand.folder.name) / "guide.yaml"),
        passages=len(passages),
        proven=sum(1 for p in passages if p.proven),
        facts=len(known.products) + len(known.house),
        evidence=versions.in_force(brand).evidence if has_file else Evidence(),
        versions=await voice.rows(stack),
        proposal=await voice.head(brand) if has_file else None,
    )


async def facts_page(stack: Stack) -> FactsPage:
    """Every fact; what is no longer true, or soon will not be, comes first."""

    def look(tx: Transaction) -> tuple[tuple[FactRow, ...], dict[str, str], datetime]:
        rows = facts.listed(tx)
        cited = {one for row in rows for one in row.campaigns}
        return rows, {one: runs.get(tx, one).goal for one in cited}, tx.now

    rows, goals, now = await read(stack.ledger, look)
    today = now.astimezone(ZoneInfo(stack.timezone)).date()
    lines = sorted(
        (_line(row, goals, now, today) for row in rows),
        key=lambda line: (_ORDER[line.freshness], line.fact.id),
    )
    products = tuple(line for line in lines if isinstance(line.fact, Product))
    return FactsPage(
        products=products,
        house=tuple(line for line in lines if isinstance(line.fact, HouseFact)),
        ended=sum(1 for line in lines if line.freshness == "ended"),
        sold_out=sum(1 for line in products if _sold_out(line)),
    )


_ORDER: dict[Freshness, int] = {"ended": 0, "ends soon": 1, "old": 2, "": 3}


def _sold_out(line: FactLine) -> bool:
    return isinstance(line.fact, Product) and line.fact.stock == 0


def _line(row: FactRow, goals: dict[str, str], now: datetime, today: date) -> FactLine:
    return FactLine(
        fact=row.fact,
        source=row.source,
        put_at=row.put_at,
        freshness=_freshness(row, now, today),
        campaigns=tuple((one, goals[one]) for one in row.campaigns),
    )


def _freshness(row: FactRow, now: datetime, today: date) -> Freshness:
    if isinstance(row.fact, HouseFact):
        until = row.fact.valid_until
        if until is None:
            return ""
        return "ended" if until < today else "ends soon" if until <= today + ENDS_SOON else ""
    return "old" if now - row.put_at > OLD else ""


async def photo(stack: Stack, product_id: str) -> Path:
    """The file of a product's picture. Raises Refused unknown."""
    product = (await read(stack.ledger, facts.current)).product(product_id)
    if product is not None and product.photo is not None:
        folder = stack.brand.folder.resolve()
        file = (folder / product.photo.path).resolve()
        # A fact's path comes from a file that somebody imported.
        if file.is_relative_to(folder) and file.suffix.lower() in _PICTURES and file.is_file():
            return file
    raise Refused("unknown", "There is no picture of this product.", thing=product_id[:80])
