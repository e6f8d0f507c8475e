"""Consent: every yes and no with its evidence; the latest counts, and a no beats a yes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.customer import Consent, ConsentPurpose
from domain.frozen import Frozen
from ledger import journal, subjects
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new

UNSUBSCRIBE = "unsubscribe"
"""The source of a no that came by the link in a mail."""

_c = t.consents.c
_LATEST = (  # made once: it runs before every group of mails
    sa.select(_c.pseudonym, _c.given, _c.source)
    .where(_c.pseudonym.in_(sa.bindparam("people", expanding=True)))
    .where(_c.purpose == sa.bindparam("purpose"))
    .where(sa.or_(~_c.given, _c.at <= sa.bindparam("now")))
    # Of two answers at one moment the no is read last and stands.
    .order_by(_c.at, _c.given.desc())
)


def record(tx: Transaction, consents: Iterable[Consent]) -> int:
    """Keep answers; the number that was new. The same answer again adds nothing."""
    given = list(consents)
    ids = subjects.pseudonyms(tx, (consent.customer_id for consent in given))
    rows = [
        {
            "pseudonym": ids[consent.customer_id],
            "purpose": consent.purpose,
            "at": consent.at,
            "given": consent.given,
            "source": consent.source,
            "wording": consent.wording,
            "campaign_id": "",
        }
        for consent in given
    ]
    new = insert_new(tx, t.consents, rows)
    if new:
        journal.append(tx, "consents_recorded", person_id=None, thing="consents", data={"new": new})
    return new


def agreed(tx: Transaction, customer_ids: Iterable[str], purpose: ConsentPurpose) -> set[str]:
    """Those of the customers whose latest answer is yes."""
    by_pseudonym = {p: c for c, p in subjects.known(tx, customer_ids).items()}
    answers = latest(tx, sorted(by_pseudonym), purpose)
    return {by_pseudonym[p] for p, (given, _) in answers.items() if given}


def latest(
    tx: Transaction, pseudonyms: Sequence[str], purpose: ConsentPurpose
) -> dict[str, tuple[bool, str]]:
    """Pseudonym → (latest answer, its source) of those who answered at all.

    A yes dated later than the clock is not known yet; a no counts from when it is written.
    """
    found: dict[str, tuple[bool, str]] = {}
    for some in in_chunks(pseudonyms):
        asked = {"people": list(some), "purpose": purpose, "now": tx.now}
        for pseudonym, given, source in tx.connection.execute(_LATEST, asked):
            found[pseudonym] = (given, source)
    return found


class Answer(Frozen):
    """One person's latest answer, with its evidence."""

    given: bool
    at: datetime
    source: str
    wording: str


def answers(
    tx: Transaction, pseudonyms: Sequence[str], purpose: ConsentPurpose
) -> dict[str, Answer]:
    """Pseudonym → latest answer with its evidence, of those who answered at all."""
    found: dict[str, Answer] = {}
    query = _LATEST.add_columns(_c.at, _c.wording)
    for some in in_chunks(pseudonyms):
        asked = {"people": list(some), "purpose": purpose, "now": tx.now}
        for pseudonym, given, source, at, wording in tx.connection.execute(query, asked):
            found[pseudonym] = Answer(given=given, at=at, source=source, wording=wording)
    return found


def unsubscribe(tx: Transaction, pseudonym: str, campaign_id: str, at: datetime) -> bool:
    """A person's no by the link in a mail; False where it was kept before. Never refused."""
    row = {
        "pseudonym": pseudonym,
        "purpose": "email_marketing",
        "at": at,
        "given": False,
        "source": UNSUBSCRIBE,
        "wording": "",
        "campaign_id": campaign_id,
    }
    if insert_new(tx, t.consents, [row]) == 0:
        return False
    data = {"campaign_id": campaign_id}
    journal.append(tx, "unsubscribed", person_id=None, thing=pseudonym, data=data)
    return True


def unsubscribed_by(tx: Transaction, campaign_id: str) -> set[str]:
    """Pseudonyms of those who said no by the link in this campaign's mail."""
    query = sa.select(_c.pseudonym).where(
        _c.campaign_id == campaign_id, _c.source == UNSUBSCRIBE, _c.at <= tx.now
    )
    return set(tx.connection.execute(query).scalars())
