"""A small in-memory brand and its customer data, for tests of briefs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from domain.brief import AudienceEvidence
from domain.facts import Facts, HouseFact, Product
from domain.figures import Figure, Query
from domain.goal import Kpi
from domain.money import Money
from domain.pictures import Photo
from domain.predicate import Predicate
from domain.voice import Guide
from tools.cdp.port import AudiencePreview, DataDescription, Named, Rhythm

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def euro(amount: str | int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def product(product_id: str, name: str, category: str, price: int, stock: int) -> Product:
    return Product(
        id=product_id,
        name=name,
        category=category,
        price=euro(price),
        lowest_price_30_days=euro(price),
        stock=stock,
        flaws=("A scratch at seven o'clock.",) if stock == 1 else (),
        photo=Photo(path=f"images/{product_id}.png", alt=name, width=800, height=800),
    )


FACTS = Facts(
    products=(
        product("watch-1968-dress", "1968 dress watch", "watch", 2450, 1),
        product("watch-steel-38", "Steel three-hander 38 mm", "watch", 890, 12),
        product("watch-sold", "1959 diver", "watch", 3900, 0),
        product("strap-calf-18", "Calf strap 18 mm", "strap", 95, 40),
        product("service-full", "Full service, mechanical", "service", 420, 99),
    ),
    house=(
        HouseFact(id="house-workshop", text="The workshop is behind the shop.", language="en"),
        HouseFact(id="house-werkstatt", text="Die Werkstatt ist hinten.", language="de"),
        HouseFact(id="house-old", text="Open late.", valid_until=date(2026, 1, 1)),
    ),
)
GUIDE = Guide(brand="Halden", percent_off_most=0.10, principles=("Say what it costs.",))


RHYTHM = Rhythm(usual_days=120, wait_days=300, waits=4_000)


class FewCustomers:
    """CustomerData of made-up figures; remembers what it was asked."""

    def __init__(
        self,
        *,
        size: int = 3000,
        size_of: Callable[[Predicate], int] | None = None,
        baseline: float | None = 0.04,
        unit: str = "share",
        figures: dict[str, float] | None = None,
        last_day: date = date(2026, 11, 19),
        first_day: date = date(2024, 6, 1),
        events: tuple[tuple[str, int], ...] = (
            ("Email Delivered", 9000), ("Viewing Booked", 300), ("Service Due", 200),
            ("Service Booked", 90),
        ),
        unknown_lines: int = 0,
        rhythm: Rhythm = RHYTHM,
    ) -> None:  # fmt: skip
        self.size_of = size_of or (lambda rule: size)
        self.share = baseline
        self.unit = unit
        self.figures = {"average_order_value": 800.0} if figures is None else figures
        self.first_day, self.last_day = first_day, last_day
        self.events = events
        self.unknown_lines = unknown_lines
        self.rhythm = rhythm
        self.asked: list[tuple[Predicate, Kpi, int]] = []

    async def describe(self) -> DataDescription:
        return DataDescription(
            as_of=NOW,
            customers=30_000,
            orders=50_000,
            order_lines=60_000,
            events=10_000,
            first_day=self.first_day,
            last_day=self.last_day,
            currencies=("EUR",),
            timezones=(("Europe/Berlin", 30_000),),
            event_names=self.events,
            categories=("watch", "strap"),
            channels=("shop", "boutique", "phone"),
            unknown_customer_lines=self.unknown_lines,
            duplicate_lines=0,
            rhythm=self.rhythm,
        )

    async def evidence(self, rule: Predicate) -> AudienceEvidence:
        size = self.size_of(rule)
        return AudienceEvidence(
            rule=rule,
            as_of=NOW,
            size=size,
            figures=tuple(
                Figure(name=name, value=value, unit="share" if "share" in name else "money", n=size)
                for name, value in self.figures.items()
            ),
            first_day=self.first_day,
            last_day=self.last_day,
        )

    async def preview(self, rule: Predicate, beside: Sequence[Named] = ()) -> AudiencePreview:
        query = Query(id="preview", engine="computed", text="in memory")
        return AudiencePreview(rule=rule, as_of=NOW, size=self.size_of(rule), query=query)

    async def baseline(self, rule: Predicate, kpi: Kpi, days: int) -> Figure:
        self.asked.append((rule, kpi, days))
        if self.share is None:
            return Figure(name=kpi, value=None, unit="share", note="the data have no such events")
        wide: dict[str, Any] = {"low": self.share * 0.8, "high": self.share * 1.2, "n": 3000}
        unit: Any = self.unit
        return Figure(name=kpi, value=self.share, unit=unit, query="baseline", **wide)
