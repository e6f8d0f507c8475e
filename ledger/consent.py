"""Consent: every yes and no with its evidence; the latest counts, and a no beats a yes.

Where several ids are one person (ledger/same_people.py), their answers are read together, on the
safe side. A no on any of the ids stands until that same id says yes later, or until the person
says so by their own hand (``OWN_HAND``) on the page that a mail to any of their ids leads to. A yes
that a file brings for another id lifts nothing. And nobody may be written to of whom no id says
yes. Each answer stays with the id that gave it: if the ids turn out to be two people, each has
their own answers again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.customer import Consent, ConsentPurpose
from domain.frozen import Frozen
from ledger import journal, subjects
from ledger import tables as t
from ledger.database import Transaction, insert_new
from ledger.same_people import NOBODY, Groups, groups

UNSUBSCRIBE = "unsubscribe"
"""The source of a no that came by the link in a mail."""
OWN_HAND = "preference page"
"""The source of what a person says on the page that their mails lead to."""

_c = t.consents.c
_SAID = (  # made once: it runs before every group of mails
    sa.select(_c.pseudonym, _c.given, _c.source)
    .where(_c.pseudonym.in_(sa.bindparam("people", expanding=True)))
    .where(_c.purpose == sa.bindparam("purpose"))
    .where(sa.or_(~_c.given, _c.at <= sa.bindparam("now")))
    # Of two answers at one moment the no is read last and stands.
    .order_by(_c.at, _c.given.desc())
)


def record(tx: Transaction, consents: Iterable[Consent], *, own_hand: bool = False) -> int:
    """Keep answers; the number that was new. The same answer again adds nothing.

    ``own_hand``: they come from the page that a person's mails lead to. No file can say so.
    """
    given = list(consents)
    ids = subjects.pseudonyms(tx, (consent.customer_id for consent in given))
    rows = [
        {
            "pseudonym": ids[consent.customer_id],
            "purpose": consent.purpose,
            "at": consent.at,
            "given": consent.given,
            "source": _source(consent, own_hand),
            "wording": consent.wording,
            "campaign_id": "",
        }
        for consent in given
    ]
    new = insert_new(tx, t.consents, rows)
    if new:
        journal.append(tx, "consents_recorded", person_id=None, thing="consents", data={"new": new})
    return new


def _source(consent: Consent, own_hand: bool) -> str:
    told = consent.source == OWN_HAND and not own_hand
    return f"{OWN_HAND}, as a file says" if told else consent.source


def agreed(tx: Transaction, customer_ids: Iterable[str], purpose: ConsentPurpose) -> set[str]:
    """Those of the customers whose latest answer is yes."""
    by_pseudonym = {p: c for c, p in subjects.known(tx, customer_ids).items()}
    answers = latest(tx, sorted(by_pseudonym), purpose)
    return {by_pseudonym[p] for p, (given, _) in answers.items() if given}


def latest(
    tx: Transaction,
    pseudonyms: Sequence[str],
    purpose: ConsentPurpose,
    who: Groups | None = None,
) -> dict[str, tuple[bool, str]]:
    """Pseudonym → (answer that counts, its source) of those whose person answered at all.

    A yes dated later than the clock is not known yet; a no counts from when it is written.
    ``who``: the groups of these people, where the caller knows them already.
    """
    who = groups(tx, pseudonyms) if who is None else who
    said: dict[str, _Said] = {}
    for some in who.chunks(pseudonyms):
        asked = {"people": list(some), "purpose": purpose, "now": tx.now}
        for pseudonym, given, source in tx.connection.execute(_SAID, asked):
            said.setdefault(who.of(pseudonym), _Said()).take(pseudonym, given, source)
    found = {}
    for pseudonym in pseudonyms:
        answers = said.get(who.of(pseudonym))
        if answers is not None:
            found[pseudonym] = answers.counts
    return found


def latest_of_id(
    tx: Transaction, pseudonym: str, purpose: ConsentPurpose
) -> tuple[bool, str] | None:
    """What was last said under this one id, whoever it is one person with."""
    return latest(tx, [pseudonym], purpose, NOBODY).get(pseudonym)


@dataclass
class _Said:
    """What one person said under all their ids, taken in the order of time."""

    noes: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Id → source and evidence of its no that stands."""
    yes: tuple[str, Any] = ("", None)

    def take(self, pseudonym: str, given: bool, source: str, evidence: Any = None) -> None:
        if not given:
            # A person has mostly one id; the order of several is that of their latest no.
            self.noes.pop(pseudonym, None)
            self.noes[pseudonym] = (source, evidence)
            return
        self.noes.pop(pseudonym, None)
        if source == OWN_HAND:
            self.noes.clear()
        self.yes = (source, evidence)

    @property
    def counts(self) -> tuple[bool, str]:
        return not self.noes, self._last[0]

    @property
    def evidence(self) -> Any:
        return self._last[1]

    @property
    def _last(self) -> tuple[str, Any]:
        """Of several noes the one by a link in a mail tells most."""
        standing = list(self.noes.values())
        by_link = [no for no in standing if no[0] == UNSUBSCRIBE]
        return (by_link or standing or [self.yes])[-1]


class Answer(Frozen):
    """One person's answer that counts, with its evidence."""

    given: bool
    at: datetime
    source: str
    wording: str


def answers(
    tx: Transaction, pseudonyms: Sequence[str], purpose: ConsentPurpose
) -> dict[str, Answer]:
    """Pseudonym → the answer that counts with its evidence, of those whose person answered."""
    who = groups(tx, pseudonyms)
    said: dict[str, _Said] = {}
    query = _SAID.add_columns(_c.at, _c.wording)
    for some in who.chunks(pseudonyms):
        asked = {"people": list(some), "purpose": purpose, "now": tx.now}
        for pseudonym, given, source, *evidence in tx.connection.execute(query, asked):
            said.setdefault(who.of(pseudonym), _Said()).take(pseudonym, given, source, evidence)
    found: dict[str, Answer] = {}
    for pseudonym in pseudonyms:
        one = said.get(who.of(pseudonym))
        if one is not None:
            given, source = one.counts
            at, wording = one.evidence
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
