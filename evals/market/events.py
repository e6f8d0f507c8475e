"""Events as a sender's and a shop's exports name them, as one table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from evals.market.activity import Acts, Doings
from evals.market.catalogue import Shelf
from evals.market.identities import Identities
from evals.market.mailings import Brought
from evals.market.moments import as_text
from evals.market.people import Bools, Ints, stream
from evals.market.world import World


class EventRows:
    """Gathers acts and makes one table of them, ordered by time."""

    def __init__(self, identities: Identities, prefix: str) -> None:
        self._identities = identities
        self._prefix = prefix
        self._names: list[str] = []
        self._campaigns: list[str] = []
        self._parts: list[tuple[Acts, int, int, bool, npt.NDArray[np.object_] | None]] = []

    def add(
        self,
        event: str,
        acts: Acts,
        *,
        campaign: str = "",
        machine: bool = False,
        products: npt.NDArray[np.object_] | None = None,
    ) -> None:
        if len(acts) == 0:
            return
        self._parts.append(
            (acts, _place(self._names, event), _place(self._campaigns, campaign), machine, products)
        )

    def add_mailing(self, brought: Brought, campaign: str, *, deliveries: bool = True) -> None:
        if deliveries:
            self.add("Email Delivered", brought.delivered, campaign=campaign)
        self.add("Email Bounced", brought.bounced, campaign=campaign)
        self.add("Email Opened", brought.opened, campaign=campaign)
        self.add("Email Opened", brought.machine_opened, campaign=campaign, machine=True)
        self.add("Email Link Clicked", brought.clicked, campaign=campaign)
        self.add("Unsubscribed", brought.unsubscribed, campaign=campaign)
        self.add("Email Marked as Spam", brought.spam, campaign=campaign)

    def add_doings(self, done: Doings, world: World, shelf: Shelf, *, label: int) -> None:
        """What people did by themselves, apart from purchases."""
        self.add("Viewing Booked", done.viewings)
        self.add("Service Due", done.dues)
        self.add("Service Booked", done.services)
        looked = looked_at(world, shelf, len(done.views), label=label)
        self.add("Product Viewed", done.views, products=looked)

    def table(self, *, until: int) -> pa.Table:
        """All rows before ``until``, by time."""
        who = np.concatenate([part[0].who for part in self._parts])
        at = np.concatenate([part[0].at for part in self._parts])
        sizes = [len(part[0]) for part in self._parts]
        event = np.repeat([part[1] for part in self._parts], sizes)
        campaign = np.repeat([part[2] for part in self._parts], sizes)
        machine = np.repeat([part[3] for part in self._parts], sizes)
        product = np.concatenate(
            [
                part[4] if part[4] is not None else np.full(size, "", dtype=object)
                for part, size in zip(self._parts, sizes, strict=True)
            ]
        )
        order = np.argsort(at, kind="stable")
        order = order[at[order] < until]
        at = at[order]
        numbers = np.char.add(f"{self._prefix}-", np.arange(order.size).astype(str))
        ids = pa.DictionaryArray.from_arrays(
            pa.array(who[order].astype(np.int32)), pa.array(self._identities.ids)
        )
        return pa.table(
            {
                "event_id": pa.array(numbers),
                "event": _texts(self._names, event[order]),
                "customer_id": ids.cast(pa.string()),
                "timestamp": pa.array(at * 1_000_000, pa.timestamp("us", "UTC")),
                "campaign_id": _texts(self._campaigns, campaign[order]),
                "product_id": pa.array(product[order], pa.string()),
                "machine": pa.array(machine[order]),
            }
        )


def looked_at(world: World, shelf: Shelf, count: int, *, label: int) -> npt.NDArray[np.object_]:
    """The products that were looked at: few of them often, most of them seldom."""
    rng = stream(world, 40, label)
    ids = shelf.ids or tuple(f"piece-{number:02d}" for number in range(36))
    weight = 1.0 / np.arange(1, len(ids) + 1) ** 0.7
    picks: Ints = rng.choice(len(ids), size=count, p=weight / weight.sum())
    return np.array(ids, dtype=object)[picks]


def write_parquet(table: pa.Table, path: Path) -> int:
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)


def write_jsonl(table: pa.Table, path: Path) -> int:
    """One event a line, as a webhook receiver keeps them."""
    moments = as_text(np.asarray(table["timestamp"].cast(pa.int64())) // 1_000_000)
    rows = table.drop_columns(["timestamp"]).to_pylist()
    with path.open("w", encoding="utf-8") as file:
        for row, moment in zip(rows, moments.tolist(), strict=True):
            kept = {key: value for key, value in row.items() if value not in ("", None)}
            file.write(json.dumps({**kept, "timestamp": moment}, ensure_ascii=False) + "\n")
    return int(table.num_rows)


def _place(names: list[str], name: str) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)


def _texts(names: list[str], codes: Ints | Bools) -> pa.Array:
    indices = pa.array(codes.astype(np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(names)).cast(pa.string())
