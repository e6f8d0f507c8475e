"""Sources: websites, apps and servers that write events here, each with a write key of its own.

The key is shown once and kept as a hash. Beside each source stands what came of it: messages and
unreadable ones by day, and what did not follow the tracking plan. Days are of real time, in UTC.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction, insert_new
from ledger.errors import LedgerError
from ledger.people import Person, require_now

KEPT = timedelta(days=30)
"""A spool file is remembered far longer than it lies there."""

_NAME = re.compile(r"\w[\w .-]{0,59}")
_s = t.sources.c
_d = t.source_days.c
_v = t.violations.c


class Source(Frozen):
    id: str
    name: str
    made_by: str
    """A person's id."""
    made_at: datetime
    closed_at: datetime | None


class SourceDay(Frozen):
    """What came of one source on one day."""

    source_id: str
    day: str
    received: int
    """Messages, the unreadable ones among them."""
    quarantined: int
    left_out: int
    """Values that could not be read; their messages are kept without them."""
    last_at: datetime


class Violation(Frozen):
    """One way in which events did not follow the plan, and how often."""

    source: str
    """The source's name."""
    event: str
    path: str
    """JSON path, as the plan names it: ``$.products[*].price``."""
    rule: str
    """The keyword of JSON Schema that was broken; ``not_planned``: the plan has no such event."""
    number: int
    last_at: datetime


def add(tx: Transaction, name: str, by: Person) -> tuple[Source, str]:
    """A new source and its write key, which nobody can read again; a closed one of this name is
    opened again with a new key.

    Raises LedgerError not_allowed, bad_value, exists.
    """
    require_now(tx, by, "administer")
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise LedgerError(
            "bad_value",
            "A source's name has 1 to 60 letters, digits, blanks, dots, hyphens or underscores.",
            thing=name[:80],
            next_step="Name it by what writes: shop-web, ios-app, tills.",
        )
    known = _one(tx, name)
    if known is not None and known.closed_at is None:
        raise LedgerError(
            "exists",
            "There is a source of this name already.",
            thing=name,
            next_step=f"Close it first to give it another key: mainspring sources close {name!r}",
        )
    key = "wk_" + secrets.token_urlsafe(24)
    values = {"key_hash": key_hash(key), "made_by": by.id, "made_at": tx.now, "closed_at": None}
    if known is None:
        tx.connection.execute(t.sources.insert(), {"id": new_id(), "name": name, **values})
    else:
        tx.connection.execute(sa.update(t.sources).where(_s.id == known.id).values(**values))
    made = _one(tx, name)
    assert made is not None
    journal.append(tx, "source_added", person_id=by.id, thing=made.id, data={"name": name})
    return made, key


def close(tx: Transaction, name: str, by: Person) -> Source:
    """Take a source's key away; what it wrote stays. Raises LedgerError not_allowed, unknown."""
    require_now(tx, by, "administer")
    known = _one(tx, name.strip())
    if known is None or known.closed_at is not None:
        raise LedgerError(
            "unknown",
            "There is no open source of this name.",
            thing=name,
            next_step="mainspring sources list",
        )
    closed = sa.update(t.sources).where(_s.id == known.id).values(closed_at=tx.now)
    tx.connection.execute(closed)
    journal.append(tx, "source_closed", person_id=by.id, thing=known.id, data={"name": known.name})
    return known.model_copy(update={"closed_at": tx.now})


def list_sources(tx: Transaction) -> list[Source]:
    """All of them, the closed ones too, by name."""
    query = sa.select(*(_s[name] for name in Source.model_fields)).order_by(_s.name)
    return [Source.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def open_keys(tx: Transaction) -> dict[str, Source]:
    """Hash of the write key → source, of those that may write."""
    columns = (_s.key_hash, *(_s[name] for name in Source.model_fields))
    query = sa.select(*columns).where(_s.closed_at.is_(None))
    return {
        row["key_hash"]: Source.model_validate({k: row[k] for k in Source.model_fields})
        for row in tx.connection.execute(query).mappings()
    }


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def days(tx: Transaction, days: int = 7) -> list[SourceDay]:
    """What came of each source on these last days, today among them; newest first."""
    query = sa.select(t.source_days).where(_d.day > _since(tx, days)).order_by(_d.day.desc())
    return [SourceDay.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def last_seen(tx: Transaction) -> dict[str, datetime]:
    """Source id → when it last wrote."""
    latest = sa.func.max(_d.last_at, type_=_d.last_at.type)
    query = sa.select(_d.source_id, latest).group_by(_d.source_id)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def violations(tx: Transaction, days: int = 7) -> list[Violation]:
    """What did not follow the plan on these last days, the most frequent first."""
    number = sa.func.sum(_v.number).label("number")
    latest = sa.func.max(_v.last_at, type_=_v.last_at.type).label("last_at")
    query = (
        sa.select(_s.name.label("source"), _v.event, _v.path, _v.rule, number, latest)
        .join(t.sources, _s.id == _v.source_id)
        .where(_v.day > _since(tx, days))
        .group_by(_s.name, _v.event, _v.path, _v.rule)
        .order_by(number.desc(), _s.name, _v.event, _v.path, _v.rule)
    )
    return [Violation.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def events_that_violate(tx: Transaction, source_id: str, day: str) -> set[str]:
    """Names under which violations of a source are counted on a day."""
    query = sa.select(_v.event).where(_v.source_id == source_id, _v.day == day).distinct()
    return set(tx.connection.execute(query).scalars())


def take(tx: Transaction, file: str) -> bool:
    """Take a spool file, in the transaction of its effects. False: it was taken before."""
    return insert_new(tx, t.spooled, [{"file": file, "at": tx.real_now}]) == 1


def count(tx: Transaction, came: Iterable[SourceDay]) -> None:
    """Add to the counts of days."""
    for day in came:
        row = day.model_dump()
        if insert_new(tx, t.source_days, [row]) == 0:
            more = {
                "received": _d.received + day.received,
                "quarantined": _d.quarantined + day.quarantined,
                "left_out": _d.left_out + day.left_out,
                "last_at": sa.case((_d.last_at > day.last_at, _d.last_at), else_=day.last_at),
            }
            mine = sa.and_(_d.source_id == day.source_id, _d.day == day.day)
            tx.connection.execute(sa.update(t.source_days).where(mine).values(**more))


def count_violations(
    tx: Transaction, day: str, broken: Mapping[tuple[str, str, str, str], int]
) -> None:
    """Add to the counts of (source id, event, path, rule) on a day."""
    for (source_id, event, path, rule), number in broken.items():
        key = {"source_id": source_id, "event": event, "day": day, "path": path, "rule": rule}
        if insert_new(tx, t.violations, [{**key, "number": number, "last_at": tx.real_now}]) == 0:
            mine = sa.and_(*(_v[name] == value for name, value in key.items()))
            more = {"number": _v.number + number, "last_at": tx.real_now}
            tx.connection.execute(sa.update(t.violations).where(mine).values(**more))


def forget_old(tx: Transaction) -> int:
    """Drop the names of spool files that are gone long since; how many."""
    old = sa.delete(t.spooled).where(t.spooled.c.at <= tx.real_now - KEPT)
    return tx.connection.execute(old).rowcount


def _since(tx: Transaction, days: int) -> str:
    return (tx.real_now.date() - timedelta(days=days)).isoformat()


def _one(tx: Transaction, name: str) -> Source | None:
    return next((one for one in list_sources(tx) if one.name == name), None)
