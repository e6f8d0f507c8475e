"""Purchases as order lines, the way a till and a shop export them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from evals.market.activity import SERVED, Acts, Doings
from evals.market.catalogue import Shelf, Sold, sell_rings, sell_services, sell_watches
from evals.market.identities import Identities
from evals.market.moments import as_text, in_opening_hours
from evals.market.people import DAY, Floats, Ints, People, stream

CURRENCY = "EUR"
_UNREADABLE = (
    "{order}-1,{order},,not yet,{id},,watch,1,1200.00,0.00,0.19,EUR,boutique,false",
    "{order}-1,{order},,2026-02-31T10:00:00Z,{id},,watch,1,980.00,0.00,0.19,EUR,phone,false",
    "{order}-1,{order},,2026-03-04T10:00:00Z,{id},,ring,one,640.00,0.00,0.19,EUR,shop,false",
    "{order}-1,{order},,2026-03-04T10:00:00Z,{id},,ring,1,on request,0.00,0.19,EUR,shop,false",
)


def order_lines(
    people: People,
    identities: Identities,
    done: Doings,
    shelf: Shelf,
    *,
    start: int,
    end: int,
    prefix: str,
    label: int,
    more: Acts | None = None,
) -> pa.Table:
    """Order lines for a stretch's purchases and their returns, in the order they were written.

    ``more`` are purchases that mails led to; they are watches or rings bought after a viewing.
    """
    world = people.world
    rng = stream(world, 20, label)
    after = done.bought_after if more is None else done.bought_after.joined_with(more)
    came = stream(world, 21, label).random(len(done.services)) < SERVED
    served = done.services.where(came)
    served = Acts(served.who, served.at + 2 * DAY)
    served = served.where(served.at < end)
    groups = [
        (done.watches, *sell_watches(rng, len(done.watches), prefix.lower())),
        (done.rings, *_rings(rng, shelf, len(done.rings))),
        (served, *sell_services(rng, len(served))),
        (after, *_after_viewing(rng, people, after, f"{prefix.lower()}v")),
    ]
    who = np.concatenate([acts.who for acts, _, _ in groups])
    at = np.concatenate([acts.at for acts, _, _ in groups])
    sold = [article for _, articles, _ in groups for article in articles]
    price = np.concatenate([prices for _, _, prices in groups])
    in_person = np.zeros(who.size, dtype=bool)
    in_person[len(done.watches) + len(done.rings) :] = True

    near = people.near[who]
    by = rng.random(who.size)
    often = world.boutique_far + (world.boutique_near - world.boutique_far) * near
    channel = np.where(
        in_person | (by < often), "boutique", np.where(by > 1 - world.phone, "phone", "shop")
    )
    counter = (channel != "shop") & ~in_person
    at = np.where(counter, np.clip(in_opening_hours(rng, at), start, end - 1), at)
    discount = np.where(
        rng.random(who.size) < world.discounted,
        np.round(price * rng.choice([0.05, 0.10], who.size), 2),
        0.0,
    )
    category = np.array([article.category for article in sold])
    # Pre-owned watches fall under the margin scheme: no VAT is shown in their price.
    margin = (category == "watch") & (rng.random(who.size) < 0.7)
    outside = np.isin(np.array(identities.countries)[who], ["CH", "GB", "US", "JP"])
    vat = np.where(margin | (outside & (channel == "shop")), 0.0, 0.19)

    order = np.argsort(at, kind="stable")
    ids = np.array(identities.ids)[who]
    ids = np.where(rng.random(who.size) < world.unknown_customer, "", ids)
    numbers = np.char.add(f"{prefix}-", np.char.zfill(np.arange(who.size).astype(str), 6))
    table = _table(
        numbers,
        ids[order],
        at[order],
        [sold[i] for i in order.tolist()],
        np.ones(who.size, dtype=np.int64),
        price[order],
        discount[order],
        vat[order],
        channel[order],
        np.zeros(who.size, dtype=bool),
    )
    return _with_returns(table, at[order], end=end, prefix=prefix, rng=rng, share=world.returned)


def write_orders(table: pa.Table, path: Path, *, unreadable: int = 0) -> int:
    """Write order lines as CSV, with a few lines that nobody can read. Returns the lines."""
    pacsv.write_csv(table, path)
    with path.open("a", encoding="utf-8") as file:
        for number in range(unreadable):
            text = _UNREADABLE[number % len(_UNREADABLE)]
            file.write(text.format(order=f"X-{number:04d}", id=f"sold-watch-x{number}") + "\n")
    return int(table.num_rows) + unreadable


def _rings(rng: np.random.Generator, shelf: Shelf, count: int) -> tuple[list[Sold], Floats]:
    """Rings: half of them models that the brand folder still sells, where it has any."""
    sold, prices = sell_rings(rng, count)
    models = [n for n, c in enumerate(shelf.categories) if c == "ring" and not shelf.single[n]]
    if not models:
        return sold, prices
    for position in np.flatnonzero(rng.random(count) < 0.5).tolist():
        model = models[position % len(models)]
        sold[position] = Sold(shelf.ids[model], shelf.names[model], "ring")
        prices[position] = shelf.prices[model]
    return sold, prices


def _after_viewing(
    rng: np.random.Generator, people: People, acts: Acts, mark: str
) -> tuple[list[Sold], Floats]:
    """Couples leave with rings, everybody else with a watch."""
    sold, prices = sell_watches(rng, len(acts), mark)
    rings, ring_prices = sell_rings(rng, len(acts))
    for position in np.flatnonzero(people.kind[acts.who] == 2).tolist():
        sold[position] = rings[position]
        prices[position] = ring_prices[position]
    return sold, prices


def _table(
    numbers: np.ndarray,
    ids: np.ndarray,
    at: Ints,
    sold: list[Sold],
    quantity: Ints,
    price: Floats,
    discount: Floats,
    vat: Floats,
    channel: np.ndarray,
    cancellation: np.ndarray,
) -> pa.Table:
    return pa.table(
        {
            "line_id": pa.array(np.char.add(numbers, "-1")),
            "order_id": pa.array(numbers),
            "customer_id": pa.array(ids),
            "ordered_at": pa.array(as_text(at)),
            "product_id": pa.array([article.product_id for article in sold]),
            "description": pa.array([article.description for article in sold]),
            "category": pa.array([article.category for article in sold]),
            "quantity": pa.array(quantity),
            "unit_price": pc.cast(pa.array(price), pa.decimal128(12, 2)),
            "discount": pc.cast(pa.array(np.round(discount, 2)), pa.decimal128(12, 2), safe=False),
            "vat_rate": pc.cast(pa.array(vat), pa.decimal128(4, 2), safe=False),
            "currency": pa.array([CURRENCY] * len(sold)),
            "channel": pa.array(channel),
            "cancellation": pa.array(cancellation),
        }
    )


def _with_returns(
    table: pa.Table, at: Ints, *, end: int, prefix: str, rng: np.random.Generator, share: float
) -> pa.Table:
    """Some of the pieces come back within three weeks, as documents of their own."""
    back_at = at + rng.integers(3 * DAY, 20 * DAY, at.size)
    goods = np.asarray(pc.not_equal(table["category"], "service"))
    comes_back = (rng.random(at.size) < share) & (back_at < end) & goods
    rows = np.flatnonzero(comes_back)
    if rows.size == 0:
        return table
    back = table.take(pa.array(rows))
    numbers = np.char.add(f"{prefix}R-", np.char.zfill(np.arange(rows.size).astype(str), 5))
    back = _put(back, "line_id", pa.array(np.char.add(numbers, "-1")))
    back = _put(back, "order_id", pa.array(numbers))
    back = _put(back, "ordered_at", pa.array(as_text(back_at[rows])))
    back = _put(back, "discount", pc.negate(back["discount"]))
    back = _put(back, "quantity", pa.array(np.full(rows.size, -1, dtype=np.int64)))
    back = _put(back, "cancellation", pa.array(np.ones(rows.size, dtype=bool)))
    return pa.concat_tables([table, back])


def _put(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)
