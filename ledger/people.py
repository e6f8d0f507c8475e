"""People, their rights, and the tokens that say who is at the keyboard."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError

Right = Literal["read", "write", "approve", "publish", "administer"]
Role = Literal["owner", "approver", "author", "viewer", "demo_approver"]
"""demo_approver decides in simulated workspaces and exists in no other."""

RIGHTS: dict[Role, frozenset[Right]] = {
    "owner": frozenset({"read", "write", "approve", "publish", "administer"}),
    "approver": frozenset({"read", "write", "approve", "publish"}),
    "author": frozenset({"read", "write"}),
    "viewer": frozenset({"read"}),
    "demo_approver": frozenset({"read", "approve"}),
}

_ALL: frozenset[Right] = frozenset(get_args(Right))

TOKEN_ID = 12
"""Digits of a token's hash that name it."""

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")

_p = t.people.c


class Person(Frozen):
    id: str
    name: str
    email: str
    role: Role
    scopes: tuple[Right, ...] | None = None
    """What the token that they came with may do; None: all that their role may."""

    @property
    def rights(self) -> frozenset[Right]:
        of_role = RIGHTS[self.role]
        return of_role if self.scopes is None else of_role & frozenset(self.scopes)


class TokenRow(Frozen):
    """A token as lists show it; what it is cannot be told from this."""

    id: str
    """The first digits of its hash."""
    person_id: str
    name: str
    scopes: tuple[Right, ...] | None
    issued_at: datetime
    last_used_at: datetime | None


def add(tx: Transaction, name: str, email: str, role: Role, by: Person | None = None) -> Person:
    """A new person of the workspace. Where somebody adds them, it needs administer.

    Raises LedgerError exists, not_simulated, bad_value, not_allowed.
    """
    if by is not None:
        require_now(tx, by, "administer")
    if role == "demo_approver" and not tx.simulated:
        raise LedgerError(
            "not_simulated",
            "A demo approver exists in simulated workspaces only.",
            next_step="Add a person with the role approver.",
        )
    person = Person(id=new_id(), name=name.strip(), email=email.strip().lower(), role=role)
    if not person.name or not _ADDRESS.fullmatch(person.email):
        raise LedgerError(
            "bad_value",
            "A person needs a name and a mail address.",
            thing=email,
            next_step="Write the address as lena@brand.example.",
        )
    if find(tx, person.email) is not None:
        raise LedgerError("exists", "There is a person with this address already.", thing=email)
    tx.connection.execute(
        t.people.insert(),
        {**person.model_dump(exclude={"scopes"}), "active": True, "added_at": tx.now},
    )
    by_id = None if by is None else by.id
    journal.append(tx, "person_added", person_id=by_id, thing=person.id, data={"role": role})
    return person


def find(tx: Transaction, email: str) -> Person | None:
    """The active person of this address."""
    return _one(tx, _p.email == email.strip().lower())


def get(tx: Transaction, person_id: str) -> Person:
    """Raises LedgerError unknown."""
    person = _one(tx, _p.id == person_id)
    if person is None:
        raise LedgerError("unknown", "There is no such person.", thing=person_id)
    return person


def list_people(tx: Transaction) -> list[Person]:
    """Everybody who is active, by name."""
    query = sa.select(_p.id, _p.name, _p.email, _p.role).where(_p.active).order_by(_p.name)
    return [Person.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def names(tx: Transaction) -> dict[str, str]:
    """Everybody's name by id, those included who are no longer active."""
    return {row[0]: row[1] for row in tx.connection.execute(sa.select(_p.id, _p.name))}


def deactivate(tx: Transaction, person_id: str, by: Person) -> None:
    """Take a person's rights, tokens and sessions away; what they decided stays.

    Needs administer. Raises LedgerError last_owner: nobody could let anybody in again.
    """
    require_now(tx, by, "administer")
    _keep_an_owner(tx, person_id)
    tx.connection.execute(sa.update(t.people).where(_p.id == person_id).values(active=False))
    revoke_tokens(tx, person_id)
    tx.connection.execute(
        sa.update(t.sessions)
        .where(t.sessions.c.person_id == person_id, t.sessions.c.ended_at.is_(None))
        .values(ended_at=tx.real_now)
    )
    journal.append(tx, "person_deactivated", person_id=by.id, thing=person_id, data={})


def change_role(tx: Transaction, person_id: str, role: Role, by: Person) -> Person:
    """Give a person another role. Needs administer. Raises LedgerError last_owner."""
    require_now(tx, by, "administer")
    before = get(tx, person_id)
    if role == before.role:
        return before
    if role == "demo_approver" and not tx.simulated:
        raise LedgerError(
            "not_simulated", "A demo approver exists in simulated workspaces only.", thing=role
        )
    _keep_an_owner(tx, person_id)
    tx.connection.execute(sa.update(t.people).where(_p.id == person_id).values(role=role))
    data = {"from_role": before.role, "role": role}
    journal.append(tx, "role_changed", person_id=by.id, thing=person_id, data=data)
    return get(tx, person_id)


def issue_token(
    tx: Transaction,
    person_id: str,
    name: str = "",
    scopes: Sequence[Right] | None = None,
    by: Person | None = None,
) -> str:
    """A new secret that stands for this person; it is shown once and kept only as a hash.

    With ``scopes`` it may do no more than these, whatever its person may. Where somebody issues it
    to another, they need administer. Raises LedgerError unknown, not_allowed.
    """
    get(tx, person_id)
    if by is not None and by.id != person_id:
        require_now(tx, by, "administer")
    if by is not None and by.scopes is not None and not set(scopes or _ALL) <= set(by.scopes):
        raise LedgerError(
            "not_allowed",
            "A token cannot make another one that may do more than itself.",
            thing=by.email,
            next_step=f"Ask for no more than {', '.join(by.scopes)}, or use a token of all rights.",
        )
    token = "ms_" + secrets.token_urlsafe(32)
    row = {"token_hash": _token_hash(token), "person_id": person_id, "issued_at": tx.now}
    kept = None if scopes is None else sorted(set(scopes))
    tx.connection.execute(t.tokens.insert(), {**row, "name": name, "scopes": kept})
    data = {"name": name, "scopes": kept} if name or kept is not None else {}
    by_id = person_id if by is None else by.id
    journal.append(tx, "token_issued", person_id=by_id, thing=person_id, data=data)
    return token


def list_tokens(tx: Transaction, person_id: str | None = None) -> list[TokenRow]:
    """The tokens that work, of one person or of all, the newest first."""
    query = sa.select(t.tokens).where(t.tokens.c.revoked_at.is_(None))
    if person_id is not None:
        query = query.where(t.tokens.c.person_id == person_id)
    rows = tx.connection.execute(query.order_by(t.tokens.c.issued_at.desc())).mappings()
    shown = ("person_id", "name", "scopes", "issued_at", "last_used_at")
    return [
        TokenRow(id=row["token_hash"][:TOKEN_ID], **{name: row[name] for name in shown})
        for row in rows
    ]


def is_token(row: TokenRow, token: str) -> bool:
    """Whether a row is this token's."""
    return _token_hash(token).startswith(row.id)


def revoke_token(tx: Transaction, token_id: str, by: Person) -> None:
    """Make one token worthless: one's own, or with the right to administer anybody's.

    Raises LedgerError unknown, not_allowed.
    """
    found = next((row for row in list_tokens(tx) if row.id == token_id), None)
    if found is None:
        raise LedgerError("unknown", "There is no such token.", thing=token_id)
    if found.person_id != by.id:
        require_now(tx, by, "administer")
    tx.connection.execute(
        sa.update(t.tokens)
        .where(t.tokens.c.token_hash.startswith(token_id), t.tokens.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )
    journal.append(tx, "token_revoked", person_id=by.id, thing=found.person_id, data={})


def revoke_tokens(tx: Transaction, person_id: str) -> int:
    """Make every token of this person worthless; how many there were."""
    return tx.connection.execute(
        sa.update(t.tokens)
        .where(t.tokens.c.person_id == person_id, t.tokens.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    ).rowcount


def by_token(tx: Transaction, token: str) -> Person:
    """The person whom a token stands for, with its scopes. Raises LedgerError unknown_token."""
    held = sa.select(t.tokens.c.person_id, t.tokens.c.scopes).where(
        t.tokens.c.token_hash == _token_hash(token), t.tokens.c.revoked_at.is_(None)
    )
    row = tx.connection.execute(held).one_or_none()
    person = None if row is None else _one(tx, _p.id == row.person_id)
    if person is None or row is None:
        raise LedgerError(
            "unknown_token",
            "This token belongs to nobody in the workspace.",
            next_step="Use the token that `mainspring init` wrote, or ask an owner for a new one.",
        )
    scopes = None if row.scopes is None else tuple(row.scopes)
    return person.model_copy(update={"scopes": scopes})


def note_token_use(tx: Transaction, token: str) -> None:
    """Remember, to the hour, when a token was last used."""
    hour = tx.real_now.replace(minute=0, second=0, microsecond=0)
    tx.connection.execute(
        sa.update(t.tokens)
        .where(t.tokens.c.token_hash == _token_hash(token))
        .where(sa.or_(t.tokens.c.last_used_at.is_(None), t.tokens.c.last_used_at < hour))
        .values(last_used_at=hour)
    )


def use_is_noted(tx: Transaction, token: str) -> bool:
    """Whether ``note_token_use`` has nothing to do just now."""
    hour = tx.real_now.replace(minute=0, second=0, microsecond=0)
    query = sa.select(t.tokens.c.last_used_at).where(t.tokens.c.token_hash == _token_hash(token))
    last = tx.connection.execute(query).scalar_one_or_none()
    return last is not None and last >= hour


def require(person: Person, right: Right) -> None:
    """Raises LedgerError not_allowed where the person, or the token they came with, lacks the
    right."""
    if right in RIGHTS[person.role] and right not in person.rights:
        raise LedgerError(
            "not_allowed",
            f"This token may not do this: it was issued without the right to {right}.",
            thing=person.email,
            next_step=f"Use a token whose scopes hold {right}; an owner issues them.",
        )
    if right not in person.rights:
        able = ", ".join(role for role, rights in RIGHTS.items() if right in rights)
        raise LedgerError(
            "not_allowed",
            f"{person.name} may not do this: it needs the right to {right}.",
            thing=person.email,
            next_step=f"Ask a person with one of these roles: {able}.",
        )


def require_now(tx: Transaction, person: Person, right: Right) -> Person:
    """The person as the ledger knows them at this moment, if they have the right.

    What a caller says a person may do is not believed. Raises LedgerError unknown, not_allowed.
    """
    known = get(tx, person.id).model_copy(update={"scopes": person.scopes})
    require(known, right)
    return known


def _keep_an_owner(tx: Transaction, person_id: str) -> None:
    owners = [person.id for person in list_people(tx) if person.role == "owner"]
    if owners == [person_id]:
        raise LedgerError(
            "last_owner",
            "The last owner cannot be removed or given another role.",
            thing=person_id,
            next_step="Make somebody else an owner first.",
        )


def _one(tx: Transaction, condition: sa.ColumnElement[bool]) -> Person | None:
    query = sa.select(_p.id, _p.name, _p.email, _p.role).where(condition, _p.active)
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else Person.model_validate(dict(row))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
