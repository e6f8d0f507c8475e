"""Where customers first came from, and what hangs on channels that are rented.

Owned: e-mail, SMS, push, people who came directly, and the house's own places (boutique, phone).
Rented: ads, paid social, marketplaces: others set the price of the next customer there. Other:
search and links that nobody pays for. A first touch is the earliest event of a person that names a
campaign, at or before their first purchase; without one the order's own channel says it where it
can. A first touch is where somebody came from, never what brought them: what a pause of the ads
would cost stands on an experiment or is unknown.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Self

from pydantic import Field, model_validator

from domain.audit import AdPause, ChannelRow, Growth, Origin
from domain.figures import Query
from domain.frozen import Frozen
from tools.store.segments import literal
from tools.store.tables import Tables

DAYS = 365
MONTH = 365.25 / 12

_PATHS = {
    "medium": ("context.campaign.medium", "campaign.medium", "utm_medium", "traffic_source.medium",
               "medium"),
    "source": ("context.campaign.source", "campaign.source", "utm_source", "traffic_source.source",
               "source"),
}  # fmt: skip
"""Where Segment's, GA4's and plain exports write what brought a visit."""
_OWNED_MEDIA = frozenset({
    "email", "e-mail", "mail", "newsletter", "sms", "push", "notification", "crm", "direct",
    "(none)", "none", "app", "qr", "print", "store",
})  # fmt: skip
_RENTED_MEDIA = frozenset({
    "cpc", "ppc", "cpm", "cpv", "cpa", "paid", "paidsearch", "paid_search", "paid-search", "ads",
    "ad", "display", "banner", "retargeting", "remarketing", "paid_social", "paid-social",
    "paidsocial", "social_paid", "affiliate", "shopping", "video", "influencer", "sponsored",
    "marketplace",
})  # fmt: skip
_OTHER_MEDIA = frozenset({"organic", "referral", "social", "organic_social", "link", "seo"})
_MARKETPLACES = frozenset({
    "amazon", "ebay", "etsy", "zalando", "otto", "kaufland", "marketplace", "marketplaces",
    "chrono24", "walmart", "aboutyou", "allegro",
})  # fmt: skip
_OWN_PLACES = frozenset({
    "boutique", "store", "retail", "pos", "till", "phone", "crm", "atelier", "branch", "catalogue",
    "catalog", "mail order", "letter", "fax", "email", "sms",
})  # fmt: skip


class LiftTest(Frozen):
    """What an experiment on a channel showed: net revenue with the change less without it."""

    channel: str = Field(min_length=1)
    start: date
    end: date
    spend_change: float = Field(ge=-1, le=10)
    """−1: paused; 0.5: half as much again."""
    effect: float = Field(allow_inf_nan=False)
    """In the workspace's currency, over the test's days."""
    standard_error: float = Field(gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}")
        return self


def look(tables: Tables, tests: Sequence[LiftTest]) -> tuple[Growth, Query]:
    """The year before the last order."""
    rows, query = tables.ask_text("first-touch", _statement(tables))
    table: dict[tuple[Origin, str], list[float]] = defaultdict(lambda: [0, 0.0])
    touched = False
    end = max((row["last"] for row in rows), default=tables.today())
    for row in rows:
        origin, channel = origin_of(row["medium"], row["source"], row["channel"])
        touched |= bool(row["medium"] or row["source"])
        table[origin, channel][0] += row["newly"]
        table[origin, channel][1] += row["net"]
    found = tuple(
        ChannelRow(origin=o, channel=c, new_customers=int(n), revenue=round(net, 2))
        for (o, c), (n, net) in table.items()
        if n or net
    )
    order: tuple[Origin, ...] = ("owned", "rented", "other", "unknown")
    found = tuple(sorted(found, key=lambda r: (order.index(r.origin), -r.revenue, r.channel)))
    growth = Growth(
        start=end - timedelta(days=DAYS),
        end=end,
        rows=found,
        pause=pause(found, tests, touched=touched),
    )
    return growth, query


def origin_of(medium: str | None, source: str | None, channel: str) -> tuple[Origin, str]:
    """Whose channel it is, and its name."""
    m, s, c = ((text or "").strip().lower() for text in (medium, source, channel))
    if m in _OWNED_MEDIA and (
        m not in ("(none)", "none", "direct") or s in ("", "(direct)", "direct")
    ):
        return "owned", "direct" if m in ("(none)", "none", "direct") else m
    if s in _MARKETPLACES:
        return "rented", s
    if m in _RENTED_MEDIA:
        return "rented", f"{s} {m}".strip()
    if m in _OTHER_MEDIA:
        return "other", f"{s} {m}".strip()
    if m or s:
        return "unknown", f"{s} {m}".strip()
    if c in _MARKETPLACES:
        return "rented", c
    if c in _OWN_PLACES:
        return "owned", c
    return "unknown", f"{c}, no first touch" if c else "no first touch"


def pause(rows: Sequence[ChannelRow], tests: Sequence[LiftTest], *, touched: bool) -> AdPause:
    """A month's net revenue without the rented channels, as far as experiments say it."""
    latest: dict[str, LiftTest] = {}
    for test in sorted(tests, key=lambda t: t.end):
        if test.spend_change:
            latest[test.channel.strip().lower()] = test
    rented = [row for row in rows if row.origin == "rented"]
    if not latest:
        if rented:
            net = sum(row.revenue for row in rented)
            people = sum(row.new_customers for row in rented)
            why = (
                f"Unknown: no experiment is on record. Customers who first came by rented channels "
                f"brought {net:,.0f} in the year, and {people:,} of them were new; how many would "
                "have come anyway, only a test with the ads off can tell."
            )
        elif touched:
            why = (
                "Unknown: no first touch names a rented channel and no experiment is on record; "
                "either there are no ads, or their links carry no campaign."
            )
        else:
            why = (
                "Unknown: no visit says where people came from, and no experiment is on record. "
                "Put campaign parameters on the ads' links, or pause the ads in some regions."
            )
        return AdPause(low=None, high=None, why=why)
    cost = variance = 0.0
    for test in latest.values():
        days = (test.end - test.start).days + 1
        scale = -1 / test.spend_change * MONTH / days
        cost -= test.effect * scale
        variance += (test.standard_error * scale) ** 2
    off = 1.959964 * sqrt(variance)
    named = ", ".join(sorted(t.channel for t in latest.values()))
    untested = sorted({r.channel for r in rented} - set(latest))
    why = f"By the latest test of {named}, scaled to a month of pause"
    if any(t.spend_change != -1 for t in latest.values()):
        why += " as if the effect grew with the money"
    if untested:
        why += f"; unknown for {', '.join(untested)}"
    return AdPause(low=round(cost - off, 2), high=round(cost + off, 2), why=f"{why}.")


def _statement(tables: Tables) -> str:
    lines = tables.text(tables.lines())
    events = tables.text(tables.events())
    zone = literal(tables.timezone)
    paths = [f"$.{path}" for named in _PATHS.values() for path in named]
    medium = len(_PATHS["medium"])

    def first(start: int, end: int) -> str:
        return f"coalesce({', '.join(f'said[{n}]' for n in range(start, end + 1))})"

    return f"""
        WITH lines AS (SELECT *, CAST(timezone({zone}, ordered_at) AS DATE) AS day FROM ({lines})),
        ends AS (SELECT max(day) AS last FROM lines),
        firsts AS (
            SELECT customer_id, min(ordered_at) AS first_at, min(day) AS first_day,
                arg_min(channel, ordered_at) AS channel
            FROM lines WHERE purchase AND customer_id IS NOT NULL GROUP BY customer_id),
        -- Read once, and only where it may count: reading JSON is the dear part.
        said AS (
            SELECT f.customer_id, e.occurred_at, list_transform(
                json_extract_string(CASE WHEN json_valid(e.properties) THEN e.properties END,
                    {paths}), x -> nullif(trim(x), '')) AS said
            FROM ({events}) e JOIN firsts f ON f.customer_id = e.customer_id
                AND e.occurred_at <= f.first_at
            WHERE (e.properties LIKE '%medium%' OR e.properties LIKE '%source%')
                AND NOT coalesce(e.machine, false)),
        named AS (
            SELECT customer_id, occurred_at, {first(1, medium)} AS medium,
                {first(medium + 1, len(paths))} AS source
            FROM said),
        touches AS (
            SELECT customer_id, arg_min(medium, occurred_at) AS medium,
                arg_min(source, occurred_at) AS source
            FROM named WHERE medium IS NOT NULL OR source IS NOT NULL GROUP BY customer_id),
        money AS (
            SELECT customer_id, channel AS bought_in, CAST(sum(net) AS DOUBLE) AS net
            FROM lines, ends WHERE day > last - {DAYS} GROUP BY ALL),
        parts AS (
            SELECT t.medium, t.source, coalesce(f.channel, m.bought_in) AS channel, m.net,
                0 AS newly
            FROM money m LEFT JOIN firsts f USING (customer_id)
                LEFT JOIN touches t USING (customer_id)
            UNION ALL SELECT t.medium, t.source, f.channel, 0, 1
            FROM firsts f JOIN ends ON f.first_day > last - {DAYS}
                LEFT JOIN touches t USING (customer_id))
        SELECT medium, source, coalesce(channel, '') AS channel, sum(net) AS net,
            CAST(sum(newly) AS BIGINT) AS newly, any_value(last) AS last
        FROM parts, ends GROUP BY ALL"""
