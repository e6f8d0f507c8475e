"""People, their rights, and the tokens that say who is at the keyboard."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal

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

_p = t.people.c


class Person(Frozen):
    id: str
    name: str
    email: str
    role: Role

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS[self.role]


def add(tx: Transaction, name: str, email: str, role: Role) -> Person:
    """A new person of the workspace. Raises LedgerError exists, not_simulated."""
    if role == "demo_approver" and not tx.simulated:
        raise LedgerError(
            "not_simulated",
            "A demo approver exists in simulated workspaces only.",
            next_step="Add a person with the role approver.",
        )
    person = Person(id=new_id(), name=name, email=email.strip().lower(), role=role)
    if find(tx, person.email) is not None:
        raise LedgerError("exists", "There is a person with this address already.", thing=email)
    tx.connection.execute(
        t.people.insert(), {**person.model_dump(), "active": True, "added_at": tx.now}
    )
    journal.append(tx, "person_added", person_id=None, thing=person.id, data={"role": role})
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


def deactivate(tx: Transaction, person_id: str, by: Person) -> None:
    """Take a person's rights and tokens away; what they decided stays. Needs administer."""
    require_now(tx, by, "administer")
    tx.connection.execute(sa.update(t.people).where(_p.id == person_id).values(active=False))
    revoke_tokens(tx, person_id)
    journal.append(tx, "person_deactivated", person_id=by.id, thing=person_id, data={})


def issue_token(tx: Transaction, person_id: str) -> str:
    """A new secret that stands for this person; it is shown once and kept only as a hash."""
    get(tx, person_id)
    token = "ms_" + secrets.token_urlsafe(32)
    row = {"token_hash": _token_hash(token), "person_id": person_id, "issued_at": tx.now}
    tx.connection.execute(t.tokens.insert(), row)
    journal.append(tx, "token_issued", person_id=person_id, thing=person_id, data={})
    return token


def revoke_tokens(tx: Transaction, person_id: str) -> int:
    """Make every token of this person worthless; how many there were."""
    return tx.connection.execute(
        sa.update(t.tokens)
        .where(t.tokens.c.person_id == person_id, t.tokens.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    ).rowcount


def by_token(tx: Transaction, token: str) -> Person:
    """The person whom a token stands for. Raises LedgerError unknown_token."""
    held = sa.select(t.tokens.c.person_id).where(
        t.tokens.c.token_hash == _token_hash(token), t.tokens.c.revoked_at.is_(None)
    )
    person = _one(tx, _p.id.in_(held))
    if person is None:
        raise LedgerError(
            "unknown_token",
            "This token belongs to nobody in the workspace.",
            next_step="Use the token that `mainspring init` wrote, or ask an owner for a new one.",
        )
    return person


def require(person: Person, right: Right) -> None:
    """Raises LedgerError not_allowed where the person lacks the right."""
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
    known = get(tx, person.id)
    require(known, right)
    return known


def _one(tx: Transaction, condition: sa.ColumnElement[bool]) -> Person | None:
    query = sa.select(_p.id, _p.name, _p.email, _p.role).where(condition, _p.active)
    row = tx.connection.execute(query).mappings().one_or_none()
    return None if row is None else Person.model_validate(dict(row))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
