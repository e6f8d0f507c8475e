"""What the ledger holds about one person, as rows that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from ledger import subjects, suppression
from ledger import tables as t
from ledger.database import Transaction

Row = dict[str, Any]


def about(
    tx: Transaction, customer_ids: Iterable[str], addresses: Sequence[str], key: bytes
) -> dict[str, list[Row]]:
    """By what it is. ``addresses``: mail addresses and phone numbers, of which the ledger knows
    hashes alone."""
    names = subjects.known(tx, customer_ids)
    mine = list(names.values())
    hashes = {suppression.address_hash(a, key): a for a in addresses}

    def rows(query: sa.Select[Any]) -> list[Row]:
        return [dict(row) for row in tx.connection.execute(query).mappings()]

    def of(table: sa.Table, *, hide: Sequence[str] = (), order: str = "") -> list[Row]:
        columns = [c for c in table.columns if c.name not in hide]
        query = sa.select(*columns).where(table.c.pseudonym.in_(mine))
        return rows(query.order_by(table.c[order]) if order else query)

    goal = t.runs.c.goal
    sends = (
        sa.select(
            *(t.sends.c[n] for n in ("key", "campaign_id", "arm", "state", "reason", "due_at")),
            *(t.sends.c[n] for n in ("sent_at", "message_id", "response")),
            goal.label("campaign"),
        )
        .outerjoin(t.runs, t.runs.c.id == t.sends.c.campaign_id)
        .where(t.sends.c.pseudonym.in_(mine))
        .order_by(t.sends.c.due_at)
    )
    engagements = (
        sa.select(*(t.engagements.c[n] for n in ("kind", "at", "link", "by_machine", "send_key")))
        .join(t.sends, t.sends.c.key == t.engagements.c.send_key)
        .where(t.sends.c.pseudonym.in_(mine))
        .order_by(t.engagements.c.at)
    )
    audiences = (
        sa.select(
            t.snapshots.c.hash,
            t.snapshots.c.size,
            t.snapshots.c.frozen_at,
            t.snapshot_members.c.stage,
        )
        .join(t.snapshot_members, t.snapshot_members.c.snapshot_hash == t.snapshots.c.hash)
        .where(t.snapshot_members.c.pseudonym.in_(mine))
        .order_by(t.snapshots.c.frozen_at)
    )
    suppressions = sa.select(t.suppressions).where(t.suppressions.c.address_hash.in_(list(hashes)))
    either = sa.or_(t.identity_decisions.c.one.in_(mine), t.identity_decisions.c.other.in_(mine))
    decided = [t.identity_decisions.c[n] for n in ("verdict", "score", "at", "undone_at")]
    return {
        "pseudonyms": [{"customer_id": c, "pseudonym": p} for c, p in names.items()],
        "consents": of(t.consents, order="at"),
        "no_contact": of(t.no_contact),
        "complaints": of(t.complaints, hide=("id",), order="opened_at"),
        "suppressions": [
            {"address": hashes[row["address_hash"]], "reason": row["reason"], "at": row["at"]}
            for row in rows(suppressions)
        ],
        "messages": rows(sends),
        "variants": of(t.assignments),
        "engagements": rows(engagements),
        "audiences": rows(audiences),
        "identity_decisions": rows(sa.select(*decided).where(either)),
    }
