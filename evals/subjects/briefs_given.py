"""A brief as a case states it: what is about, who, and what may be given away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from domain.brief import AudienceEvidence, Brief, Holdout, KpiTarget, Offer
from domain.figures import Figure
from domain.goal import Goal
from domain.money import Money
from domain.predicate import Everyone

TODAY = date(2026, 11, 2)


def brief_of(given: dict[str, Any]) -> Brief:
    """``about``: product ids; ``message``; ``language``; ``objective``; ``kpi``; ``offer``:
    code, share, until; ``facts``: further fact ids."""
    about = tuple(given.get("about", ()))
    kpi = given.get("kpi", "viewing_booked")
    language = given.get("language", "en")
    baseline = Figure(name=kpi, value=0.03, unit="share", low=0.02, high=0.04, n=2000)
    return Brief(
        goal=Goal(
            text=given.get("goal", "given by the case"),
            language=language,
            objective=given.get("objective", "viewing"),
            products=about,
            kpi=kpi,
            topics=tuple(given.get("topics", ())),
        ),
        language=language,
        audience=AudienceEvidence(
            rule=Everyone(), as_of=datetime(2026, 11, 2, 8, tzinfo=UTC), size=2000, reachable=1400
        ),
        message=given.get("message", "Come and look at one watch."),
        fact_ids=(*about, *given.get("facts", ())),
        offer=_offer(given["offer"], about) if given.get("offer") else None,
        kpi=KpiTarget(kpi=kpi, baseline=baseline, target=0.05, days=28),
        holdout=Holdout(share=0.2, smallest_effect=0.025, why=""),
        tone=given.get("tone", "plain"),
        question="",
        send_from=TODAY,
        send_until=date(2026, 11, 9),
        written_by="house",
    )


def _offer(given: dict[str, Any], about: tuple[str, ...]) -> Offer:
    return Offer(
        code=given["code"],
        share=given.get("share"),
        products=about,
        valid_from=TODAY,
        valid_until=given["until"],
        exposure=Money(amount=Decimal(500), currency="EUR"),
        exposure_basis="given by the case",
        reference_prices=tuple(
            (product, Money(amount=Decimal(str(price)), currency="EUR"))
            for product, price in given.get("reference_prices", {}).items()
        ),
    )
