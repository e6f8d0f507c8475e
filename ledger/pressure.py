"""Contact pressure: how many mails a person has had under any of their ids, over all campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.plan import Cap
from ledger import tables as t
from ledger.database import Transaction
from ledger.same_people import Groups, groups

REACHED = ("sending", "sent", "needs_review")
"""States in which a message may have reached the person."""
PLANNED = (*REACHED, "scheduled", "claimed")

_c = t.sends.c
_moment = sa.func.coalesce(_c.sending_at, _c.due_at, type_=_c.due_at.type)
_COUNT = (  # made once: it runs before every group of mails
    sa.select(_c.pseudonym, sa.func.count())
    .where(
        _c.pseudonym.in_(sa.bindparam("people", expanding=True)),
        _c.state.in_(sa.bindparam("states", expanding=True)),
        _moment > sa.bindparam("after"),
        _moment <= sa.bindparam("until"),
        _c.campaign_id != sa.bindparam("but"),
    )
    .group_by(_c.pseudonym)
)


def over_cap(
    tx: Transaction,
    pseudonyms: Iterable[str],
    cap: Cap,
    at: datetime,
    *,
    except_campaign: str = "",
) -> set[str]:
    """Those who would be over the cap with one mail more at ``at``.

    Counts what went out and what is scheduled in the days before ``at``, over all campaigns but
    ``except_campaign`` (the one that is being planned again).
    """
    counts = count(tx, sorted(set(pseudonyms)), cap.days, at, PLANNED, except_campaign)
    return {pseudonym for pseudonym, n in counts.items() if n >= cap.most}


def count(
    tx: Transaction,
    pseudonyms: Sequence[str],
    days: int,
    at: datetime,
    states: Sequence[str] = REACHED,
    except_campaign: str = "",
    who: Groups | None = None,
) -> dict[str, int]:
    """Pseudonym → messages to their person in the days up to ``at``, in any of these states.

    ``who``: the groups of these people, where the caller knows them already.
    """
    who = groups(tx, pseudonyms) if who is None else who
    had: dict[str, int] = {}
    for some in who.chunks(pseudonyms):
        given = {
            "people": list(some),
            "states": list(states),
            "after": at - timedelta(days=days),
            "until": at,
            "but": except_campaign,
        }
        for pseudonym, number in tx.connection.execute(_COUNT, given):
            had[who.of(pseudonym)] = had.get(who.of(pseudonym), 0) + number
    return {p: had[who.of(p)] for p in pseudonyms if who.of(p) in had}


class Mail(Frozen):
    """One message to one of the people asked about, of another campaign."""

    pseudonym: str
    """One of those asked about; of several that are one person the same for all their mails."""
    campaign_id: str
    at: datetime
    """When it went out, or is due."""


def mails(
    tx: Transaction,
    pseudonyms: Iterable[str],
    after: datetime,
    until: datetime,
    *,
    except_campaign: str = "",
) -> list[Mail]:
    """What these people got and will get in (after, until], over all campaigns but one."""
    asked = sorted(set(pseudonyms))
    who = groups(tx, asked)
    stands_for = {person: theirs[0] for person, theirs in who.among(asked).items()}
    found: list[Mail] = []
    for some in who.chunks(asked):
        query = sa.select(_c.pseudonym, _c.campaign_id, _moment).where(
            _c.pseudonym.in_(some),
            _c.state.in_(PLANNED),
            _moment > after,
            _moment <= until,
            _c.campaign_id != except_campaign,
        )
        rows = tx.connection.execute(query)
        found += [
            Mail(pseudonym=stands_for[who.of(pseudonym)], campaign_id=campaign_id, at=at)
            for pseudonym, campaign_id, at in rows
        ]
    return found
