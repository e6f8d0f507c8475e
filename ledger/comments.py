"""What people say to each other about a campaign before they decide. A comment never decides.

``@Ada``, ``@ada@halden.example`` and ``@Ada Lovelace`` mention a person who is active; whoever is
mentioned finds it among what they have not seen. A comment may carry a suggestion: an edit, or
another time, in the form in which a decision takes it, for a person to take over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal, people
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

By = Literal["person", "assistant"]

MOST_CHARACTERS = 4000

_c = t.comments.c
_m = t.mentions.c


class Comment(Frozen):
    id: str
    run_id: str
    approval_id: str | None = None
    """The approval beside which it was said."""
    person_id: str
    by: By = "person"
    """assistant: on the person's behalf."""
    text: str
    suggestion: dict[str, Any] | None = None
    """An edit as ``approvals.decide`` takes it; ``{"send_at": …}`` is another time."""
    at: datetime
    settled_at: datetime | None = None
    mentions: tuple[str, ...] = ()
    """Ids of the people who are mentioned."""


def add(
    tx: Transaction,
    run_id: str,
    person: Person,
    text: str,
    *,
    approval_id: str | None = None,
    by: By = "person",
    suggestion: Mapping[str, Any] | None = None,
) -> Comment:
    """Say something about a campaign. Needs write.

    Raises LedgerError unknown, not_allowed, bad_value (nothing said, or too much of it).
    """
    person = require_now(tx, person, "write")
    said = text.strip()
    if not said or len(said) > MOST_CHARACTERS:
        raise LedgerError(
            "bad_value",
            "A comment says something, in at most 4,000 characters.",
            thing=run_id,
            next_step="Shorten it, or put it into two.",
        )
    _check_belongs(tx, run_id, approval_id)
    comment = Comment(
        id=new_id(),
        run_id=run_id,
        approval_id=approval_id,
        person_id=person.id,
        by=by,
        text=said,
        suggestion=None if suggestion is None else dict(suggestion),
        at=tx.now,
        mentions=tuple(p.id for p in mentioned(said, people.list_people(tx))),
    )
    tx.connection.execute(t.comments.insert(), comment.model_dump(exclude={"mentions"}))
    if comment.mentions:
        rows = [{"comment_id": comment.id, "person_id": one} for one in comment.mentions]
        tx.connection.execute(t.mentions.insert(), rows)
    data = {"comment_id": comment.id, "by": by, "suggests": sorted(comment.suggestion or ())}
    journal.append(tx, "comment_added", person_id=person.id, thing=run_id, data=data)
    return comment


def get(tx: Transaction, comment_id: str) -> Comment:
    """Raises LedgerError unknown."""
    found = _many(tx, _c.id == comment_id)
    if not found:
        raise LedgerError("unknown", "There is no such comment.", thing=comment_id)
    return found[0]


def for_run(tx: Transaction, run_id: str) -> list[Comment]:
    """All that was said about a campaign, oldest first."""
    return _many(tx, _c.run_id == run_id)


def settle(tx: Transaction, comment_id: str, person: Person) -> bool:
    """Say that it is dealt with, or that its suggestion was taken over. Needs write.

    False: it was settled before.
    """
    person = require_now(tx, person, "write")
    comment = get(tx, comment_id)
    if comment.settled_at is not None:
        return False
    tx.connection.execute(
        sa.update(t.comments).where(_c.id == comment_id).values(settled_at=tx.now)
    )
    data = {"comment_id": comment_id}
    journal.append(tx, "comment_settled", person_id=person.id, thing=comment.run_id, data=data)
    return True


def unseen_mentions(tx: Transaction, person_id: str) -> list[Comment]:
    """What mentions a person and was not seen by them, oldest first."""
    mine = sa.select(_m.comment_id).where(_m.person_id == person_id, _m.seen_at.is_(None))
    return _many(tx, _c.id.in_(mine))


def mark_seen(tx: Transaction, person_id: str, run_id: str | None = None) -> int:
    """The person has seen what mentions them, in one campaign or in all; how many that were."""
    unseen = sa.and_(_m.person_id == person_id, _m.seen_at.is_(None))
    if run_id is not None:
        unseen &= _m.comment_id.in_(sa.select(_c.id).where(_c.run_id == run_id))
    return tx.connection.execute(
        sa.update(t.mentions).where(unseen).values(seen_at=tx.now)
    ).rowcount


def mentioned(text: str, known: list[Person]) -> list[Person]:
    """The people whom a text mentions, by address, whole name, or a first name that one person
    alone has."""
    names: dict[str, list[Person]] = {}
    for person in known:
        name = person.name.casefold()
        for word in {person.email.casefold(), name, *name.split()[:1]}:
            names.setdefault(word, []).append(person)
    found: dict[str, Person] = {}
    # The longest first, and each taken out, so that "@Ada Lovelace" is not also "@Ada".
    rest = text.casefold()
    for word in sorted(names, key=len, reverse=True):
        pattern = rf"(?<!\w)@{re.escape(word)}(?![\w@]|[.-]\w)"
        if len(names[word]) == 1 and re.search(pattern, rest):
            found[names[word][0].id] = names[word][0]
        rest = re.sub(pattern, " ", rest)
    return [person for person in known if person.id in found]


def _check_belongs(tx: Transaction, run_id: str, approval_id: str | None) -> None:
    runs = sa.select(t.runs.c.id).where(t.runs.c.id == run_id)
    if tx.connection.execute(runs).one_or_none() is None:
        raise LedgerError("unknown", "There is no such campaign.", thing=run_id)
    a = t.approvals.c
    its = sa.select(a.id).where(a.id == approval_id, a.run_id == run_id)
    if approval_id is not None and tx.connection.execute(its).one_or_none() is None:
        raise LedgerError("unknown", "This campaign has no such approval.", thing=approval_id)


def _many(tx: Transaction, condition: sa.ColumnElement[bool]) -> list[Comment]:
    query = sa.select(t.comments).where(condition).order_by(_c.at, _c.id)
    rows = [dict(row) for row in tx.connection.execute(query).mappings()]
    by_comment: dict[str, list[str]] = {}
    which = sa.select(_m.comment_id, _m.person_id).join(t.comments, _c.id == _m.comment_id)
    for comment_id, person_id in tx.connection.execute(which.where(condition)):
        by_comment.setdefault(comment_id, []).append(person_id)
    return [
        Comment.model_validate({**row, "mentions": sorted(by_comment.get(row["id"], ()))})
        for row in rows
    ]
