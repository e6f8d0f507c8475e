"""What a score stands on, counted once: problems of people, fields, rows and sources."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import cast

from domain.audit import FindingCode
from domain.figures import Query
from tools.audit import fields, sources
from tools.audit.ground import COMPARED, VALID, sharing, valid
from tools.audit.port import Problems
from tools.store.rows import rows_of
from tools.store.tables import Tables

_DETAILS_SHOWN = 6
Details = tuple[tuple[str, int], ...]


def count(tables: Tables, rows: int, quarantine: Path) -> tuple[Problems, tuple[Query, ...]]:
    """Over the tables of tools/audit/ground.py. ``rows``: those that the store holds."""
    by_code = rows_of(
        tables.run_text(
            "SELECT code, count(*) AS n FROM problem GROUP BY code ORDER BY n DESC, code"
        )
    )
    (people,), about_people = tables.ask_text(
        "people",
        """
        SELECT count(*) AS customers, count(email) AS with_address,
            count(*) FILTER (email IS NOT NULL AND answered) AS answered,
            count(*) FILTER (agreed) AS agreed, count(said_at) AS dated,
            (SELECT count(*) FROM twice) AS known_twice
        FROM person""",
    )
    complete, about_complete = fields.complete(tables)
    readable, about_readable = fields.readable(tables)
    matching, about_matching = sources.matching(tables)
    health, about_sources = sources.health(tables)
    quarantined, set_aside = count_quarantined(quarantine)
    found = Problems(
        **people,
        by_code=tuple((cast(FindingCode, row["code"]), row["n"]) for row in by_code),
        details=(
            ("disagreement", _differing(tables)),
            ("invalid_values", _invalid(tables)),
            ("duplicates", _shared(tables)),
        ),
        complete=complete,
        readable=readable,
        matching=matching,
        sources=health,
        rows=rows,
        quarantined=quarantined,
        set_aside=set_aside,
    )
    queries = (about_people, about_complete, about_readable, about_matching, *about_sources)
    return found, queries


def count_quarantined(folder: Path) -> tuple[int, int]:
    """Rows that could not be read, and values left out of rows that could, over all imports."""
    rows = values = 0
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                if "field" in json.loads(line):
                    values += 1
                else:
                    rows += 1
    return rows, values


def _differing(tables: Tables) -> Details:
    """Customers by the field that their sources contradict each other in."""
    counted = ", ".join(f"count(*) FILTER ({f}) AS {f}" for f in COMPARED)
    (row,) = rows_of(tables.run_text(f"SELECT {counted} FROM twice"))
    return _largest(Counter(row))


def _invalid(tables: Tables) -> Details:
    counted = ", ".join(
        f"count(*) FILTER ({f} IS NOT NULL AND NOT coalesce({valid(f, tables)}, false)) AS {f}"
        for f in VALID
    )
    (row,) = rows_of(tables.run_text(f"SELECT {counted} FROM person"))
    return _largest(Counter(row))


def _shared(tables: Tables) -> Details:
    """Customers by what they share with another id."""
    return _largest(
        Counter(
            {
                "e-mail": _one(tables, f"SELECT count(*) FROM ({sharing('lower(email)')})"),
                "phone": _one(tables, f"SELECT count(*) FROM ({sharing('phone')})"),
            }
        )
    )


def _one(tables: Tables, statement: str) -> int:
    return int(tables.run_text(statement).column(0)[0].as_py())


def _largest(found: Counter[str]) -> Details:
    return tuple((name, n) for name, n in found.most_common(_DETAILS_SHOWN) if n)
