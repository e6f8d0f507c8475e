"""What the ledger says of everybody's mail, at once: for questions over all, as an audit asks.

What a send rests on is asked of its own people alone (ledger/consent.py, ledger/barring.py). Here
almost everybody has one id and answered once, so that there is nothing to weigh, and the database
says it of all of them in one statement; the others are asked as a send asks.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from domain.customer import ConsentPurpose
from ledger import consent, subjects
from ledger import tables as t
from ledger.barring import Bars, bars
from ledger.database import Transaction
from ledger.same_people import everybody, groups

_c, _s, _same = t.consents.c, t.subjects.c, t.same_people.c


class Said(NamedTuple):
    """One customer's answer that counts."""

    customer_id: str
    agreed: bool
    proven: bool
    """It is known where it was given, and with which words."""


def answers(tx: Transaction, purpose: ConsentPurpose) -> list[Said]:
    """The answer of every customer who gave one, under any of their ids."""
    known = sa.and_(_c.purpose == purpose, sa.or_(~_c.given, _c.at <= tx.now))
    of_several = sa.select(_same.pseudonym)
    once = (
        sa.select(
            _c.pseudonym,
            sa.func.max(sa.cast(_c.given, sa.Integer)).label("given"),
            sa.func.max(_c.source).label("source"),
            sa.func.max(_c.wording).label("wording"),
        )
        .where(known, _c.pseudonym.not_in(of_several))
        .group_by(_c.pseudonym)
        .having(sa.func.count() == 1)
        .subquery()
    )
    rows = tx.connection.execute(
        sa.select(_s.customer_id, once.c.given, once.c.source, once.c.wording).join_from(
            once, t.subjects, _s.pseudonym == once.c.pseudonym
        )
    )
    found = [Said(who, bool(given), bool(source and words)) for who, given, source, words in rows]
    oftener = (
        sa.select(_c.pseudonym).where(known).group_by(_c.pseudonym).having(sa.func.count() > 1)
    )
    rest = sorted(tx.connection.execute(sa.union(oftener, of_several)).scalars())
    weighed = consent.answers(tx, rest, purpose)
    ids = subjects.customer_ids(tx, weighed)
    found += [
        Said(ids[one], answer.given, bool(answer.source and answer.wording))
        for one, answer in weighed.items()
        if one in ids
    ]
    return found


def agreed(tx: Transaction, purpose: ConsentPurpose) -> list[str]:
    """Every customer whose answer that counts is yes; without what proves it, in a third of the
    time."""
    yes = sa.func.max(sa.case((_c.given, _c.at)))
    no = sa.func.max(sa.case((~_c.given, _c.at)))
    under_one_id = (
        sa.select(_c.pseudonym)
        .where(_c.purpose == purpose, sa.or_(~_c.given, _c.at <= tx.now))
        .where(_c.pseudonym.not_in(sa.select(_same.pseudonym)))
        .group_by(_c.pseudonym)
        .having(yes.is_not(None), sa.or_(no.is_(None), yes > no))
        .subquery()
    )
    query = sa.select(_s.customer_id).join(under_one_id, _s.pseudonym == under_one_id.c.pseudonym)
    found = list(tx.connection.execute(query).scalars())
    weighed = consent.latest(tx, sorted(everybody(tx)), purpose)
    of_several = subjects.customer_ids(tx, [one for one, (given, _) in weighed.items() if given])
    return [*found, *of_several.values()]


def next_yes(tx: Transaction, purpose: ConsentPurpose) -> datetime | None:
    """When the next yes that is dated ahead begins to count; None: there is none."""
    ahead = sa.select(sa.func.min(_c.at)).where(_c.purpose == purpose, _c.given, _c.at > tx.now)
    found: datetime | None = tx.connection.execute(ahead).scalar_one()
    return found


def barred(tx: Transaction) -> dict[str, Bars]:
    """Customer id → what bars them whatever they agreed to, under any of their ids."""
    either = sa.union(sa.select(t.no_contact.c.pseudonym), sa.select(t.complaints.c.pseudonym))
    named = sorted(tx.connection.execute(either).scalars())
    everyone = {*named, *groups(tx, named).person}
    found, _ = bars(tx, everyone)
    ids = subjects.customer_ids(tx, found)
    return {ids[one]: why for one, why in found.items() if one in ids and any(why)}
