"""What comes back of messages: delivered, bounced, complained, opened, clicked.

Each is kept once, by an id that is the same however often it is told. From here a job brings them
to the store, where analytics count them; ``stored_at`` says of which it has done so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from domain.frozen import Frozen, content_hash
from ledger import jobs
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new

EngagementKind = Literal[
    "delivered", "bounced", "bounced_softly", "complained", "opened", "clicked"
]
SETTLES = timedelta(minutes=2)
"""So long an opening or click may still turn out to be a program's, before it is stored."""

_c = t.engagements.c


class Engagement(Frozen):
    id: str
    """The source's own id of it, or ``own_id``."""
    send_key: str
    kind: EngagementKind
    at: datetime
    """Business time."""
    by_machine: bool = False
    link: str = ""
    """Of a click: where it led."""
    source: str
    """picture, link, or the webhook's name."""


class Waiting(Engagement):
    """One that is not stored yet, with what its event names."""

    campaign_id: str
    pseudonym: str


def own_id(send_key: str, kind: EngagementKind, at: datetime, *more: str) -> str:
    """The id of what a source gives none: the same for all of one hour, so that a mail that is
    opened over and over counts once an hour."""
    return content_hash([send_key, kind, at.strftime("%Y-%m-%dT%H"), *more])


def record(tx: Transaction, engagements: Iterable[Engagement]) -> int:
    """Keep what is new; how many. The messages must be known."""
    rows = [{**one.model_dump(), "stored_at": None} for one in engagements]
    return insert_new(tx, t.engagements, rows)


def known(tx: Transaction, engagement_id: str) -> bool:
    """Whether it was kept before."""
    query = sa.select(_c.id).where(_c.id == engagement_id)
    return tx.connection.execute(query).one_or_none() is not None


def by_machine(tx: Transaction, send_key: str, links: Sequence[str]) -> int:
    """Say of clicks that are not stored yet that a program made them; of how many."""
    wanted = sa.and_(
        _c.send_key == send_key,
        _c.kind == "clicked",
        _c.link.in_(links),
        _c.stored_at.is_(None),
        ~_c.by_machine,
    )
    changed = sa.update(t.engagements).where(wanted).values(by_machine=True)
    return tx.connection.execute(changed).rowcount


def ask_to_store(tx: Transaction) -> bool:
    """Put the job that stores what has settled; False where nothing has, or one waits already."""
    oldest = tx.connection.execute(
        sa.select(_c.id).where(_settled(tx)).order_by(_c.at, _c.id).limit(1)
    ).scalar_one_or_none()
    if oldest is None:
        return False
    # Where a job gave up, the next day's takes its place.
    return jobs.put(tx, f"engagements:{oldest}:{tx.real_now.date()}", "store_engagements", {})


def waiting(tx: Transaction, limit: int = 5000) -> list[Waiting]:
    """What has settled and is not stored yet, oldest first."""
    names = (*Engagement.model_fields,)
    query = (
        sa.select(*(_c[name] for name in names), t.sends.c.campaign_id, t.sends.c.pseudonym)
        .join(t.sends, t.sends.c.key == _c.send_key)
        .where(_settled(tx))
        .order_by(_c.at, _c.id)
        .limit(limit)
    )
    return [Waiting.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def mark_stored(tx: Transaction, ids: Sequence[str]) -> None:
    for some in in_chunks(ids):
        done = sa.update(t.engagements).where(_c.id.in_(some)).values(stored_at=tx.real_now)
        tx.connection.execute(done)


def counts(tx: Transaction, send_keys: Sequence[str]) -> dict[EngagementKind, int]:
    """Messages of these to which each happened, programs left out."""
    found: dict[EngagementKind, int] = {}
    for some in in_chunks(send_keys):
        query = (
            sa.select(_c.kind, sa.func.count(sa.distinct(_c.send_key)))
            .where(_c.send_key.in_(some), ~_c.by_machine)
            .group_by(_c.kind)
        )
        for kind, number in tx.connection.execute(query):
            found[kind] = found.get(kind, 0) + number
    return found


def _settled(tx: Transaction) -> sa.ColumnElement[bool]:
    """A simulated clock stands still, so nothing is waited for there."""
    latest = tx.now if tx.simulated else tx.now - SETTLES
    return sa.and_(_c.stored_at.is_(None), _c.at <= latest)
