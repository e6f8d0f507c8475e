"""The offer of a brief: within the goal's and the guide's bounds, with its price and its proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from agents.briefing.words import money, number, percent
from domain.brief import AudienceEvidence, Offer
from domain.facts import Facts, Product
from domain.frozen import Frozen
from domain.goal import Goal, Impossible, OfferBounds
from domain.money import Currency, Money
from domain.voice import Guide

VALID_DAYS = 14
"""After the last day of sending, where the goal says no end."""
_CENT = Decimal("0.01")


class OfferFound(Frozen):
    """The offer, if there can be one, and what had to be said on the way."""

    offer: Offer | None = None
    unsupported: tuple[str, ...] = ()
    impossible: tuple[Impossible, ...] = ()


def wants_offer(bounds: OfferBounds | None) -> bool:
    """Whether the goal allows anything to be given away."""
    return bounds is not None and bool(
        bounds.most_share or (bounds.most_amount and bounds.most_amount.amount > 0) or bounds.code
    )


def make_offer(
    goal: Goal,
    *,
    send_from: date,
    send_until: date,
    ends: date | None,
    evidence: AudienceEvidence,
    treated: int,
    facts: Facts,
    chosen: Sequence[str],
    guide: Guide,
    currency: Currency,
) -> OfferFound:
    """The largest offer that goal and guide both allow, on the products named or ``chosen``.

    ``ends``: an occasion's last order day, where there is one. ``treated``: how many get it.
    """
    bounds = goal.offer
    if bounds is None or not wants_offer(bounds):
        return OfferFound()
    impossible: list[Impossible] = []
    share, amount = bounds.most_share, bounds.most_amount
    if share is None and amount is None:
        return OfferFound(
            unsupported=(f"The code {bounds.code} is named, but not what it gives; no offer yet.",)
        )
    if share is not None and share > guide.percent_off_most:
        impossible.append(_too_high(goal, share, guide.percent_off_most))
        share = guide.percent_off_most
        if share <= 0:
            return OfferFound(impossible=tuple(impossible))
    if amount is not None and amount.currency != currency:
        return OfferFound(
            unsupported=(
                f"The offer is in {amount.currency} and the orders in {currency}; no offer yet.",
            )
        )
    named = _offered(goal, facts, chosen)
    products, unsupported = _with_reference(named)
    if named and not products:
        return OfferFound(unsupported=unsupported, impossible=tuple(impossible))
    if not named:
        unsupported += (
            "There is no list of prices: a reduction must refer to each article's lowest price of "
            "the last 30 days, which somebody has to check.",
        )
    if amount is not None and products:
        floor_price = _floor(amount, guide)
        products = tuple(p for p in products if p.price.amount >= floor_price.amount)
        if not products:
            return OfferFound(
                unsupported=(
                    f"{money(amount)} off is more than {percent(guide.percent_off_most)} of every "
                    "article's price; no offer.",
                ),
                impossible=tuple(impossible),
            )
    exposure, basis = (
        _against_stock(products, share, amount, currency)
        if products
        else _against_audience(evidence, treated, share, amount, currency)
    )
    if exposure is None:
        return OfferFound(unsupported=(*unsupported, basis), impossible=tuple(impossible))
    until = bounds.until or ends or send_until + timedelta(days=VALID_DAYS)
    if until < send_from:
        until = send_until + timedelta(days=VALID_DAYS)
        unsupported += ("The offer would end before the first mail; its end was moved.",)
    return OfferFound(
        offer=Offer(
            code=bounds.code or _code(goal, share, amount),
            share=share if amount is None or share is not None else None,
            amount=amount if share is None else None,
            products=tuple(p.id for p in products),
            valid_from=send_from,
            valid_until=until,
            floor=_floor(amount, guide) if share is None and amount is not None else None,
            exposure=exposure,
            exposure_basis=basis,
            reference_prices=tuple(
                (p.id, p.lowest_price_30_days) for p in products if p.lowest_price_30_days
            ),
        ),
        unsupported=unsupported,
        impossible=tuple(impossible),
    )


def order_value(evidence: AudienceEvidence) -> Decimal | None:
    """What one order of these people is worth on average, as far as the figures say; where there
    is no average, what the median person spent by their median number of orders."""
    average = evidence.figure("average_order_value")
    if average is not None and average.value:
        return Decimal(str(average.value))
    value, orders = evidence.figure("value_median"), evidence.figure("orders_median")
    if value is None or orders is None or not value.value or not orders.value:
        return None
    return Decimal(str(value.value)) / Decimal(str(orders.value))


def _offered(goal: Goal, facts: Facts, chosen: Sequence[str]) -> tuple[Product, ...]:
    ids = goal.products or tuple(
        p.id for p in facts.products if goal.categories and p.category in goal.categories
    )
    stems = dict.fromkeys(ids or (fact_id.split(".", 1)[0] for fact_id in chosen))
    found = (facts.product(stem) for stem in stems)
    return tuple(p for p in found if p is not None and p.stock > 0)


def _with_reference(named: tuple[Product, ...]) -> tuple[tuple[Product, ...], tuple[str, ...]]:
    """Only articles with a lowest price of 30 days may be shown at a reduction (§ 11 PAngV)."""
    without = [p for p in named if p.lowest_price_30_days is None]
    said = tuple(
        f"{p.name}: no lowest price of the last 30 days is known, so it gets no reduction."
        for p in without
    )
    return tuple(p for p in named if p.lowest_price_30_days is not None), said


def _too_high(goal: Goal, asked: float, most: float) -> Impossible:
    return Impossible(
        code="discount_too_high",
        words=percent(asked),
        why=f"The guide allows at most {percent(most)} off.",
        instead=f"{percent(most)} off" if most > 0 else "an invitation without a reduction",
    )


def _floor(amount: Money, guide: Guide) -> Money:
    """The least order for which the amount stays within the guide's share."""
    most = Decimal(str(guide.percent_off_most)) or Decimal(1)
    return Money(
        amount=(amount.amount / most).quantize(Decimal(1), ROUND_UP), currency=amount.currency
    )


def _against_stock(
    products: tuple[Product, ...], share: float | None, amount: Money | None, currency: Currency
) -> tuple[Money | None, str]:
    pieces = sum(p.stock for p in products)
    if share is not None:
        total = sum((p.price.amount * p.stock for p in products), Decimal(0))
        cost = (total * Decimal(str(share))).quantize(_CENT, ROUND_UP)
        how = f"{percent(share)} of the price of every piece in stock"
    else:
        assert amount is not None
        cost = amount.amount * pieces
        how = f"{money(amount)} on every piece in stock"
    return (
        Money(amount=cost, currency=currency),
        f"{how}: {number(pieces)} pieces of {number(len(products))} "
        + ("article" if len(products) == 1 else "articles"),
    )


def _against_audience(
    evidence: AudienceEvidence,
    treated: int,
    share: float | None,
    amount: Money | None,
    currency: Currency,
) -> tuple[Money | None, str]:
    if share is None:
        assert amount is not None
        return amount.times(treated), f"{number(treated)} people × {money(amount)}, each once"
    value = order_value(evidence)
    if value is None:
        return None, (
            "Neither stock nor past orders say what the offer could cost, so there is no offer."
        )
    each = Money(amount=value.quantize(_CENT, ROUND_DOWN), currency=currency)
    cost = (each.amount * treated * Decimal(str(share))).quantize(_CENT, ROUND_UP)
    return (
        Money(amount=cost, currency=currency),
        f"{number(treated)} people × {percent(share)} of their average order of {money(each)}, "
        "each once; a larger order costs more",
    )


def _code(goal: Goal, share: float | None, amount: Money | None) -> str:
    """A code that can be read over the phone: the occasion and the size."""
    words = {"Christmas": "XMAS", "win_back": "AGAIN", "welcome": "HELLO", "thank": "THANKS"}
    stem = next((words[t] for t in goal.topics if t in words), None)
    stem = stem or words.get(goal.objective, "HALLO" if goal.language == "de" else "MAIL")
    size = (
        f"{(share or 0) * 100:.0f}"
        if share is not None
        else f"{amount.amount:.0f}"
        if amount
        else ""
    )
    return f"{stem}{size}"
