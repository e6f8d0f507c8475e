"""How complete and how valid each field is, source by source."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from domain.audit import FieldOfSource, Share
from domain.figures import Query
from tools.audit.ground import VALID, valid
from tools.store.schema import PROFILE_FIELDS
from tools.store.tables import Tables

NEEDED = ("email", "first_name", "language")
"""What a mail needs of a customer: where to, whom to greet, in which language."""


def by_source(tables: Tables) -> tuple[tuple[FieldOfSource, ...], Query]:
    """Known and valid values of each field that a source has ever said."""
    counted = ", ".join(
        f"count({f}) AS {f}_known, count(*) FILTER ({f} IS NOT NULL AND {valid(f, tables)}) "
        f"AS {f}_valid"
        for f in PROFILE_FIELDS
    )
    rows, query = tables.ask_text(
        "fields",
        f"SELECT source, count(*) AS n, {counted} FROM said GROUP BY source ORDER BY n DESC",
    )
    found = tuple(
        FieldOfSource(
            source=row["source"],
            field=field,
            known=row[f"{field}_known"],
            valid=row[f"{field}_valid"],
            of=row["n"],
        )
        for row in rows
        for field in PROFILE_FIELDS
        if row[f"{field}_known"]
    )
    return found, query


def complete(tables: Tables) -> tuple[tuple[Share, ...], Query]:
    """Customers with each of what a mail needs."""
    counted = ", ".join(f"count({f}) AS {f}" for f in NEEDED)
    (row,), query = tables.ask_text("complete", f"SELECT count(*) AS n, {counted} FROM person")
    words = {
        "email": "customers with a mail address",
        "first_name": "customers with a first name",
        "language": "customers whose language is known",
    }
    return tuple(Share(name=words[f], good=row[f], of=row["n"]) for f in NEEDED), query


def readable(tables: Tables) -> tuple[tuple[Share, ...], Query]:
    """Values that can be what they say they are, over the fields that can be judged."""
    known = " + ".join(f"count({f})" for f in VALID)
    good = " + ".join(f"count(*) FILTER ({f} IS NOT NULL AND {valid(f, tables)})" for f in VALID)
    (row,), query = tables.ask_text(
        "readable", f"SELECT {known} AS known, {good} AS good FROM person"
    )
    name = "values that can be what they say they are"
    return (Share(name=name, good=row["good"], of=row["known"]),), query
