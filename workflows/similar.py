"""Past results that are most like a campaign, from the reports that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from domain.brief import Brief
from domain.facts import Facts
from domain.figures import Effect
from domain.frozen import Frozen
from domain.goal import Kpi
from domain.report import Report
from ledger import approvals, past
from ledger.database import Transaction

MOST_REPORTS = 200
"""The latest that are looked at."""
SHOWN = 3


class SimilarResult(Frozen):
    """What a campaign like this one changed, whatever came of it."""

    campaign_id: str
    title: str
    """The report's finding, in a sentence."""
    goal: str
    began_at: datetime
    kpi: Kpi
    effect: Effect
    """On the KPI, against those held back."""
    why: tuple[str, ...]
    """What makes it similar, most telling first."""
    shared_people: int
    """People of this audience whom it wrote to as well."""
    people: int
    """Whom it wrote to."""


@dataclass(frozen=True)
class _Traits:
    """What campaigns are compared by."""

    kpi: Kpi
    objective: str
    products: frozenset[str]
    categories: frozenset[str]


def kept_reports(folder: Path) -> list[Report]:
    """The latest reports of a workspace, newest first; one that cannot be read is passed over."""
    found = []
    for path in folder.glob("*/report.json"):
        try:
            found.append(Report.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue
    return sorted(found, key=lambda report: report.as_of, reverse=True)[:MOST_REPORTS]


def most_similar(
    tx: Transaction,
    brief: Brief,
    campaign_id: str,
    snapshot_hash: str,
    reports: Sequence[Report],
    known: Facts,
) -> tuple[SimilarResult, ...]:
    """The three past results nearest to a brief by KPI, products, category, objective and people,
    also those without effect. ``snapshot_hash``: of its frozen audience; empty: not frozen yet."""
    measured = [r for r in reports if r.effects and r.campaign_id != campaign_id]
    shared = past.shared_with(tx, snapshot_hash, [r.campaign_id for r in measured])
    mine = _traits(brief, known)
    ranked: list[tuple[float, SimilarResult]] = []
    for report in measured:
        theirs = _brief(tx, report.campaign_id)
        if theirs is None:
            continue
        both, wrote = shared.get(report.campaign_id, (0, 0))
        score, why = _likeness(mine, _traits(theirs, known), known, both, wrote)
        if why:
            made = SimilarResult(
                campaign_id=report.campaign_id,
                title=report.title,
                goal=report.goal,
                began_at=report.period_start,
                kpi=report.kpi,
                effect=report.effects[0],
                why=why,
                shared_people=both,
                people=wrote,
            )
            ranked.append((score, made))
    ranked.sort(key=lambda pair: (pair[0], pair[1].began_at), reverse=True)
    return tuple(made for _, made in ranked[:SHOWN])


def _likeness(
    mine: _Traits, theirs: _Traits, known: Facts, both: int, wrote: int
) -> tuple[float, tuple[str, ...]]:
    """How near, and by what. Each of KPI, things and people counts for at most one."""
    parts: list[tuple[float, str]] = []
    if mine.kpi == theirs.kpi:
        parts.append((1.0, f"the same aim, {mine.kpi.replace('_', ' ')}"))
    products = mine.products & theirs.products
    categories = mine.categories & theirs.categories
    if products:
        names = [p.name for i in sorted(products) if (p := known.product(i)) is not None]
        parts.append((1.0, f"the same piece, {names[0]}" if names else "the same piece"))
    elif categories:
        parts.append((0.6, f"the same category, {sorted(categories)[0]}"))
    if both and wrote:
        parts.append((both / wrote, f"{both:,} of its {wrote:,} people are in this one too"))
    if mine.objective == theirs.objective != "unsaid":
        parts.append((0.4, f"the same purpose, {mine.objective.replace('_', ' ')}"))
    parts.sort(key=lambda part: -part[0])
    return sum(part[0] for part in parts), tuple(part[1] for part in parts)


def _traits(brief: Brief, known: Facts) -> _Traits:
    products = {p.id for i in brief.fact_ids if (p := known.product(i)) is not None}
    products |= set(brief.goal.products)
    categories = {p.category for i in products if (p := known.product(i)) is not None}
    return _Traits(
        kpi=brief.kpi.kpi,
        objective=brief.goal.objective,
        products=frozenset(products),
        categories=frozenset(categories | set(brief.goal.categories)),
    )


def _brief(tx: Transaction, run_id: str) -> Brief | None:
    """The brief that a campaign went by."""
    approved = [a for a in approvals.for_run(tx, run_id, "brief") if a.status == "approved"]
    return Brief.model_validate(approved[-1].content) if approved else None
