"""Audience rules of every kind, as hypothesis makes them, over the names of audience_world."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    Everyone,
    NotThat,
    Predicate,
    Property,
    Sequence,
    Spent,
    Step,
    Trait,
)
from tests.audience_world import CATEGORIES, CHANNELS, EVENTS_USED, PRODUCTS, PURPOSES

some = st.sampled_from
days = st.dates(date(2026, 2, 25), date(2026, 4, 3))
maybe_day = st.none() | days
windows = st.none() | st.integers(1, 30)
counts = st.integers(0, 3)
maybe_count = st.none() | counts
amounts = st.none() | some([Decimal(v) for v in (-100, 0, 50, 100, 300)])


def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(some(values), max_size=2, unique=True).map(tuple)


properties = st.one_of(
    st.builds(
        Property,
        name=some(["brand", "product_id"]),
        op=some(["is", "is_not", "in", "contains", "known", "unknown"]),
        value=several(("omega", "quoted", "W1")),
    ),
    st.builds(
        Property,
        name=some(["price", "watch.year"]),
        op=some(["at_least", "at_most"]),
        value=some(["99.5", "500", "1972"]),
    ),
)
once = {"at_least": st.just(1), "at_most": st.none()}
bought_fields = {
    "since": maybe_day,
    "before": maybe_day,
    "last_days": windows,
    "older_days": windows,
    "products": several(PRODUCTS),
    "categories": several(CATEGORIES),
    "channels": several(CHANNELS),
    "worth_at_least": amounts,
    "worth_at_most": amounts,
}
did_fields = {
    "event": some(EVENTS_USED),
    "since": maybe_day,
    "before": maybe_day,
    "last_days": windows,
    "older_days": windows,
    "products": several(PRODUCTS),
    "where": st.lists(properties, max_size=2).map(tuple),
}
times = {"at_least": counts, "at_most": maybe_count}
bought = st.builds(Bought, **times, **bought_fields)
did = st.builds(Did, **times, **did_fields)
spent = st.builds(
    Spent,
    at_least=amounts,
    at_most=amounts,
    since=maybe_day,
    before=maybe_day,
    last_days=windows,
    older_days=windows,
)
worded = st.builds(
    Trait,
    field=some(["country", "city", "language", "customer_id", "postcode"]),
    op=some(["is", "is_not", "in", "known", "unknown", "contains", "begins"]),
    value=several(("germany", "France", "köln", "de", "c1", "80")),
)
dated = st.builds(
    Trait,
    field=some(["created_at", "birthday"]),
    op=some(["is", "is_not", "in", "at_least", "at_most", "known", "unknown"]),
    value=(days | some([date(1980, 2, 29), date(1990, 3, 29)])).map(lambda d: (d.isoformat(),)),
)
rolling = st.sampled_from(
    [
        Trait(field=field, op=op, value=value)
        for field, op in (("created_at", "last_days"), ("birthday", "next_days"))
        for value in ("1", "5", "300", "366")
    ]
)
agreed = st.builds(Agreed, purpose=some(PURPOSES))
first_step = st.builds(
    Step,
    that=st.builds(Bought, **once, **bought_fields) | st.builds(Did, **once, **did_fields),
)
plain_step = st.one_of(st.builds(Did, event=some(EVENTS_USED)), st.builds(Bought))
later_step = st.builds(
    Step, that=plain_step | first_step.map(lambda s: s.that), within_days=windows
)
last_step = st.builds(Step, that=plain_step, within_days=windows, negated=st.booleans())
sequences = st.builds(
    lambda first, middle, last: Sequence(steps=(first, *middle, last)),
    plain_step.map(lambda that: Step(that=that)) | first_step,
    st.lists(later_step, max_size=1),
    last_step,
)
leaves: st.SearchStrategy[Predicate] = st.one_of(
    st.just(Everyone()), bought, spent, did, worded, dated, rolling, agreed, sequences
)


def nested(leaf: st.SearchStrategy[Predicate], most: int = 4) -> st.SearchStrategy[Predicate]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: AllOf(of=tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: AnyOf(of=tuple(parts))),
            inner.map(lambda rule: NotThat(that=rule)),
        ),
        max_leaves=most,
    )
