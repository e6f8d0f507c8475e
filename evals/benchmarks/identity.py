"""``bench identity``: how well people are recognised, and how fast.

Two records of one person are a *pair*. Precision is the share of the pairs found that are right,
recall the share of the right ones that were found. ``ties`` counts the pairs that were tied
directly; ``clusters`` all pairs within the persons that follow (A and B, B and C: so A and C);
``persons found exactly`` counts persons with several records that were found whole and without a
stranger. ``blocking`` is the share of the right pairs that were looked at.
"""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.errors import WrongUsage
from evals.benchmarks.figures import Measurement
from evals.benchmarks.memory import forget_peak, peak_mb
from evals.records import Records, write_records
from tools.identity.graph import Ints
from tools.identity.resolution import resolving
from tools.identity.rules import IdentityRules
from tools.store.schema import LINKS, PROFILES

SMALLER = 100_000
_LABEL = re.compile(r"^rec-(\d+)-(org|dup-\d+)$")
_FEBRL = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode",
    "state", "date_of_birth", "soc_sec_id",
)  # fmt: skip


async def measure(data: Path | None, records: int = SMALLER) -> tuple[Measurement, ...]:
    """With ``data``: a file, or a folder of files, of febrl's form, whose record ids carry the
    truth. Without: invented marketing records, of both mixes (see ``evals.records``); from 10^6 on
    beside a tenth of them, for the growth."""
    if data is not None:
        own = IdentityRules(phones_are_shared=False)
        return tuple(_figures(data.name, read_febrl(data), own))
    found: list[Measurement] = []
    sizes = [records // 10, records] if records > SMALLER else [records]
    for size in sizes:
        found += _figures(f"{size:,}", write_records(size))
    if len(sizes) == 2:
        seconds = [m.value for m in found if m.name.endswith(": time")]
        found.append(
            Measurement(
                name="growth",
                value=seconds[1] / seconds[0],
                unit="ratio",
                note="time for ten times the records; 10 is in proportion",
            )
        )
    found += _figures(
        f"{min(records, SMALLER):,} sign-ups", write_records(min(records, SMALLER), mix="sign-ups")
    )
    return tuple(found)


def read_febrl(path: Path) -> Records:
    """febrl's files (P. Christen, ANU): of dataset 4, a and b are told as one.

    febrl has no address or number for contact, but a national id: like a telephone number it is
    long, nearly a person's own, and written with errors, so it stands in a number's place.
    """
    files = [path]
    if path.name in ("dataset4a.csv", "dataset4b.csv"):
        files = [path.with_name("dataset4a.csv"), path.with_name("dataset4b.csv")]
    elif path.is_dir():
        files = sorted(path.glob("*.csv"))
    rows: list[dict[str, object]] = []
    truth: dict[str, int] = {}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text, skipinitialspace=True)
            missing = {"rec_id", *_FEBRL} - set(reader.fieldnames or ())
            if missing:
                raise WrongUsage(
                    "not_febrl",
                    f"This file lacks the column {min(missing)}.",
                    thing=str(file),
                    next_step="Give a file of febrl's form: rec_id, given_name, surname, …",
                )
            for row in reader:
                label = _LABEL.match((row["rec_id"] or "").strip())
                if label is None:
                    raise WrongUsage(
                        "no_label",
                        f"The record id {row['rec_id']!r} does not say which records are one.",
                        thing=str(file),
                        next_step="Ids look like rec-12-org and rec-12-dup-0.",
                    )
                said = {column: (row[column] or "").strip() for column in _FEBRL}
                number = said["soc_sec_id"]
                customer_id = f"{file.stem}:{row['rec_id']}"
                truth[customer_id] = int(label[1])
                rows.append(
                    {
                        "customer_id": customer_id,
                        "first_name": said["given_name"] or None,
                        "last_name": said["surname"] or None,
                        "street": " ".join(
                            said[c] for c in ("address_1", "address_2", "street_number") if said[c]
                        )
                        or None,
                        "postcode": said["postcode"] or None,
                        "city": said["suburb"] or None,
                        "birthday": _day(said["date_of_birth"]),
                        "phone": f"+61{number}" if number else None,
                        "source": file.stem,
                        "created_at": at,
                        "said_at": at,
                    }
                )
    profiles = pa.table(
        [pa.array([row.get(f.name) for row in rows], f.type) for f in PROFILES], schema=PROFILES
    )
    return Records(profiles, LINKS.empty_table(), truth)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _figures(
    name: str, records: Records, rules: IdentityRules | None = None
) -> Iterator[Measurement]:
    forget_peak()
    began = time.perf_counter()
    with resolving(records.profiles, records.links, rules or IdentityRules()) as work:
        resolution = work.answer((), {})
        seconds = time.perf_counter() - began
        memory = peak_mb()
        persons_of = np.array([records.truth[customer_id] for customer_id in work.ids])
        tied, looked_at = work.tied(), work.looked_at()
    truth = records.truth
    named = {merge.customer_id: merge.person for merge in resolution.merges}
    right = _pairs(truth.values())
    model = resolution.figures.model
    yield Measurement(
        name=f"{name}: time",
        value=seconds,
        unit="s",
        note=f"{len(truth):,} records, {right:,} right pairs, parameters {model}",
    )
    yield Measurement(name=f"{name}: memory", value=memory, unit="MB", note="peak")
    yield Measurement(
        name=f"{name}: blocking coverage",
        value=_right(looked_at, persons_of) / right,
        unit="share",
        note=f"of the right pairs; {looked_at[0].size:,} pairs looked at",
    )
    yield from _agreement(f"{name}: ties", _right(tied, persons_of), tied[0].size, right)
    yield from _agreement(
        f"{name}: clusters",
        _pairs((named.get(c, c), person) for c, person in truth.items()),
        _pairs(named.get(c, c) for c in truth),
        right,
    )
    yield from _agreement(f"{name}: whole persons", *_whole(named, truth))
    correct, found = _by_address(records)
    if found:
        yield from _agreement(f"{name}: exact e-mail alone", correct, found, right)


def _agreement(name: str, correct: int, found: int, right: int) -> Iterator[Measurement]:
    precision, recall = correct / max(found, 1), correct / max(right, 1)
    note = f"{correct:,} of {found:,} found are right, of {right:,}"
    yield Measurement(name=f"{name}, precision", value=precision, unit="share", note=note)
    yield Measurement(name=f"{name}, recall", value=recall, unit="share")
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    yield Measurement(name=f"{name}, F1", value=f1, unit="share")


def _pairs(labels: Iterable[object]) -> int:
    """Pairs that have the same label."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def _right(pairs: tuple[Ints, Ints], persons: npt.NDArray[np.int64]) -> int:
    return int((persons[pairs[0]] == persons[pairs[1]]).sum())


def _whole(named: Mapping[str, str], truth: Mapping[str, int]) -> tuple[int, int, int]:
    """Persons of several records: found without a stranger and whole, found, there."""
    size, found = Counter(truth.values()), Counter(named.get(c, c) for c in truth)
    both = Counter((named.get(c, c), person) for c, person in truth.items())
    correct = sum(
        count > 1 and count == size[person] == found[name] for (name, person), count in both.items()
    )
    return (
        correct,
        sum(count > 1 for count in found.values()),
        sum(count > 1 for count in size.values()),
    )


def _by_address(records: Records) -> tuple[int, int]:
    """The usual way, for comparison: the same address is the same person."""
    ids = records.profiles.column("customer_id").to_pylist()
    addresses = records.profiles.column("email").to_pylist()
    given = [
        (address.lower(), records.truth[customer_id])
        for customer_id, address in zip(ids, addresses, strict=True)
        if address
    ]
    return _pairs(given), _pairs(address for address, _ in given)
