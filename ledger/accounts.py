"""How people sign in to the desk: passwords, one-time links, sessions, and guessing held off.

Everything here counts in real time. Secrets leave this room once, to their person; what is kept
of them is a hash. A password is argon2id at the library's recommended cost (RFC 9106, low memory).
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal, people
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
"""Of a password; NIST SP 800-63B asks for length, and for no other rule."""
LINK_LASTS = timedelta(hours=24)
SESSION_LASTS = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
"""A session's last use is written no more often than this."""
FAILURES_MOST = 5
FAILURES_WITHIN = timedelta(minutes=15)
"""So many failed tries for one address from one place close the door for as long; ten times as
many for one address from anywhere, and twenty times as many from one place, do too."""
_FROM_ALL_PLACES = 10
_FROM_ONE_PLACE = 20
_HASHING = threading.BoundedSemaphore(2)
"""One hash takes 64 MB and a core: a crowd at the door waits instead of taking all of both."""

_KEPT = ("started_at", "seen_at", "ends_at", "origin", "browser", "secret_hash")

_session = t.sessions.c
_link = t.sign_in_links.c
_failure = t.sign_in_failures.c


class Session(Frozen):
    person: Person
    started_at: datetime
    seen_at: datetime
    """Its last use, to within SEEN_EVERY."""
    ends_at: datetime
    origin: str
    browser: str
    secret_hash: str
    """Names the session, and opens nothing."""


def set_password(tx: Transaction, person: Person, password: str) -> None:
    """Give a person a new password. Their other sessions end, and links to them no longer work.
    Raises LedgerError bad_value."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise LedgerError(
            "bad_value",
            f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters.",
            next_step="Four words that do not belong together are easy to keep in mind.",
        )
    if password.lower() in (person.email, person.name.lower()):
        raise LedgerError(
            "bad_value", "This is your own name.", next_step="Choose something others cannot guess."
        )
    row = {"hash": _hasher().hash(_plain(password)), "changed_at": tx.now}
    changed = tx.connection.execute(
        sa.update(t.passwords).where(t.passwords.c.person_id == person.id).values(**row)
    ).rowcount
    if not changed:
        tx.connection.execute(t.passwords.insert(), {"person_id": person.id, **row})
    end_sessions(tx, person.id)
    _end_links(tx, person.id)
    journal.append(tx, "password_set", person_id=person.id, thing=person.id, data={})


def has_password(tx: Transaction, person_id: str) -> bool:
    """Whether a person can sign in without a link."""
    query = sa.select(t.passwords.c.person_id).where(t.passwords.c.person_id == person_id)
    return tx.connection.execute(query).one_or_none() is not None


def password_hash(tx: Transaction, email: str) -> str:
    """What ``password_fits`` compares with; a hash that nothing fits for nobody's address, so
    that an answer takes as long whether or not there is such a person."""
    query = (
        sa.select(t.passwords.c.hash)
        .join(t.people, t.people.c.id == t.passwords.c.person_id)
        .where(t.people.c.email == email.strip().lower(), t.people.c.active)
    )
    return tx.connection.execute(query).scalar_one_or_none() or _nobodys_hash()


def password_fits(kept: str, password: str) -> bool:
    """Slow on purpose: call it outside a transaction."""
    from argon2.exceptions import VerificationError

    try:
        with _HASHING:
            return _hasher().verify(kept, _plain(password[: MOST_CHARACTERS + 1]))
    except VerificationError:
        return False


def begin_try(tx: Transaction, email: str, origin: str) -> str:
    """Count a try with a password before the password is looked at, so that many at once are
    counted too; the hash to look at it with. ``password_hash`` says of whom.

    Raises LedgerError too_many_tries.
    """
    until = _closed_until(tx, email, origin)
    if until is not None:
        minutes = max(1, math.ceil((until - tx.real_now).total_seconds() / 60))
        raise LedgerError(
            "too_many_tries",
            "There were too many tries with a wrong password.",
            next_step=f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}, or ask "
            "an owner for a sign-in link.",
        )
    tx.connection.execute(
        sa.delete(t.sign_in_failures).where(_failure.at <= tx.real_now - FAILURES_WITHIN)
    )
    rows = [{"id": new_id(), "name": name, "at": tx.real_now} for name, _ in _names(email, origin)]
    tx.connection.execute(t.sign_in_failures.insert(), rows)
    return password_hash(tx, email)


def end_try(tx: Transaction, email: str, origin: str, *, fitted: bool) -> Person | None:
    """What became of a try: who it was, and their tries are forgotten; or a failed one's entry."""
    person = people.find(tx, email)
    if fitted and person is not None:
        for name, _ in _names(email, origin)[:2]:
            tx.connection.execute(sa.delete(t.sign_in_failures).where(_failure.name == name))
        return person
    if person is not None:
        journal.append(tx, "sign_in_failed", person_id=None, thing=person.id, data={"from": origin})
    return None


def _closed_until(tx: Transaction, email: str, origin: str) -> datetime | None:
    since = tx.real_now - FAILURES_WITHIN
    for name, most in _names(email, origin):
        query = (
            sa.select(_failure.at)
            .where(_failure.name == name, _failure.at > since)
            .order_by(_failure.at.desc())
            .limit(most)
        )
        found = tx.connection.execute(query).scalars().all()
        if len(found) == most:
            oldest: datetime = found[-1]
            return oldest + FAILURES_WITHIN
    return None


def issue_link(tx: Transaction, person_id: str, by: Person | None = None) -> str:
    """A secret that signs its person in once, within a day; older ones no longer work.

    Where somebody issues it, it needs administer. Raises LedgerError unknown, not_allowed.
    """
    people.get(tx, person_id)
    if by is not None:
        people.require_now(tx, by, "administer")
    _end_links(tx, person_id)
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _digest(token), "person_id": person_id, "issued_at": tx.real_now}
    tx.connection.execute(t.sign_in_links.insert(), {**row, "ends_at": tx.real_now + LINK_LASTS})
    by_id = None if by is None else by.id
    journal.append(tx, "link_issued", person_id=by_id, thing=person_id, data={})
    return token


def _end_links(tx: Transaction, person_id: str) -> None:
    tx.connection.execute(
        sa.update(t.sign_in_links)
        .where(_link.person_id == person_id, _link.used_at.is_(None))
        .values(used_at=tx.real_now)
    )


def whose_link(tx: Transaction, token: str) -> Person | None:
    """Whom a link that still works is for."""
    query = sa.select(_link.person_id).where(
        _link.token_hash == _digest(token), _link.used_at.is_(None), _link.ends_at > tx.real_now
    )
    person_id = tx.connection.execute(query).scalar_one_or_none()
    return None if person_id is None else people.get(tx, person_id)


def use_link(tx: Transaction, token: str) -> Person:
    """Use a link up. Of two who use it at once, one gets in. Raises LedgerError unknown_token."""
    person = whose_link(tx, token)
    used = tx.connection.execute(
        sa.update(t.sign_in_links)
        .where(_link.token_hash == _digest(token), _link.used_at.is_(None))
        .where(_link.ends_at > tx.real_now)
        .values(used_at=tx.real_now)
    ).rowcount
    if person is None or not used:
        raise LedgerError(
            "unknown_token",
            "This link was used already, or its day is over.",
            next_step="Sign in with your password, or ask an owner for a new link.",
        )
    return person


def begin_session(
    tx: Transaction, person: Person, origin: str, browser: str, lasts: timedelta = SESSION_LASTS
) -> str:
    """Sign a person in; the secret for their cookie."""
    secret = secrets.token_urlsafe(32)
    row = {
        "secret_hash": _digest(secret),
        "person_id": person.id,
        "started_at": tx.real_now,
        "seen_at": tx.real_now,
        "ends_at": tx.real_now + lasts,
        "origin": origin,
        "browser": browser[:200],
    }
    tx.connection.execute(t.sessions.insert(), row)
    journal.append(tx, "signed_in", person_id=person.id, thing=person.id, data={})
    return secret


def session(tx: Transaction, secret: str) -> Session | None:
    """The session of a cookie, if it still holds and its person is still active."""
    query = sa.select(t.sessions).where(
        _session.secret_hash == _digest(secret),
        _session.ended_at.is_(None),
        _session.ends_at > tx.real_now,
    )
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    try:
        person = people.get(tx, row["person_id"])
    except LedgerError:
        return None
    return Session(person=person, **{name: row[name] for name in _KEPT})


def note_seen(tx: Transaction, session: Session) -> None:
    """Remember that a session is in use."""
    tx.connection.execute(
        sa.update(t.sessions)
        .where(_session.secret_hash == session.secret_hash)
        .values(seen_at=tx.real_now)
    )


def sessions_of(tx: Transaction, person_id: str) -> list[Session]:
    """Where a person is signed in, the newest first."""
    person = people.get(tx, person_id)
    query = (
        sa.select(t.sessions)
        .where(_session.person_id == person_id, _session.ended_at.is_(None))
        .where(_session.ends_at > tx.real_now)
        .order_by(_session.started_at.desc())
    )
    return [
        Session(person=person, **{name: row[name] for name in _KEPT})
        for row in tx.connection.execute(query).mappings()
    ]


def end_session(tx: Transaction, secret_hash: str, by: Person) -> None:
    """Sign out: one's own session, or with the right to administer anybody's.

    A session that has ended already stays so. Raises LedgerError not_allowed.
    """
    held = sa.select(_session.person_id).where(
        _session.secret_hash == secret_hash, _session.ended_at.is_(None)
    )
    person_id = tx.connection.execute(held).scalar_one_or_none()
    if person_id is None:
        return
    if person_id != by.id:
        people.require_now(tx, by, "administer")
    tx.connection.execute(
        sa.update(t.sessions)
        .where(_session.secret_hash == secret_hash)
        .values(ended_at=tx.real_now)
    )
    journal.append(tx, "signed_out", person_id=by.id, thing=person_id, data={})


def end_sessions(tx: Transaction, person_id: str) -> int:
    """Sign a person out everywhere; how many sessions that were."""
    return tx.connection.execute(
        sa.update(t.sessions)
        .where(_session.person_id == person_id, _session.ended_at.is_(None))
        .values(ended_at=tx.real_now)
    ).rowcount


def _names(email: str, origin: str) -> tuple[tuple[str, int], ...]:
    """What tries are counted by, and how many are too many: an address from one place (whoever
    knows only the address cannot lock its person out from elsewhere), the address, the place."""
    address = email.strip().lower()
    return (
        (_digest(f"address {address} from {origin}"), FAILURES_MOST),
        (_digest(f"address {address}"), FAILURES_MOST * _FROM_ALL_PLACES),
        (_digest(f"place {origin}"), FAILURES_MOST * _FROM_ONE_PLACE),
    )


def _plain(password: str) -> str:
    """The same characters whichever keyboard wrote them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))
