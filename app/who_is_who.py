"""Who is who in a workspace: what the latest resolution found, and what waits for a person."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.stack import customer_data, identity_rules
from app.workspace import Workspace
from domain.errors import WrongUsage
from domain.frozen import Frozen
from ledger import people
from ledger.identity_decisions import IdentityDecision, Verdict
from ledger.people import Person
from tools.identity.port import Decided, Device, Merge, Refusal, Rule, Suggestion
from tools.store import identities
from tools.store.identities import Record
from tools.store.segments import Store
from workflows import identity
from workflows.transactions import write

RULES: dict[Rule, str] = {
    "decided": "a person said so",
    "alias": "a system said that one id replaces the other",
    "same_user_id": "signed in on the device",
    "same_email": "the same address",
    "same_phone": "the same telephone number",
    "same_anonymous_id": "the same browser",
    "same_device": "the same device",
    "likely_same": "name, address and the rest agree",
}
"""Why customer ids were found to be one person, after "because"."""
HELD: dict[str, str] = {
    "shared": "too many customers or names share it",
    "placeholder": "people type it where they give none",
    "role": "it is an office's and not a person's",
}
KINDS: dict[str, str] = {
    "email": "address",
    "phone": "telephone number",
    "anonymous_id": "browser",
    "device_id": "device",
}


class WhoIsWho(Frozen):
    """The latest resolution in numbers."""

    at: datetime
    customers: int
    """Customer ids."""
    persons: int
    """People that they are."""
    merged: int
    """Customer ids that count as another one."""
    by_rule: tuple[tuple[Rule, int], ...]
    """Ties by the rule that made them."""
    to_decide: int
    """Pairs that a person is asked about and nobody has decided yet."""
    refused: int
    """Ties that do not count, for what stands against them."""
    held: tuple[tuple[Literal["shared", "placeholder", "role"], int], ...]
    """Identifiers that tie nobody, by why."""


class Shown(Frozen):
    """One customer id, and everything that makes it who it is."""

    customer_id: str
    person: str
    """The id that stands for the person; its own where there is no other."""
    merges: tuple[Merge, ...]
    """All ids of the person but that one, with the reasons of each."""
    devices: tuple[Device, ...]
    suggestions: tuple[Suggestion, ...]
    """Who else they may be, waiting for a person."""
    refusals: tuple[Refusal, ...]
    decisions: tuple[tuple[IdentityDecision, Decided], ...]


def latest(workspace: Workspace) -> Record | None:
    """The record of the latest resolution; None: there was none yet. Raises CdpError."""
    return identities.read_record(Store(workspace.store_folder))


def who_is_who(workspace: Workspace) -> WhoIsWho | None:
    """The latest resolution in numbers; None: there was none yet."""
    record = latest(workspace)
    if record is None:
        return None
    return WhoIsWho(
        at=record.at,
        customers=record.figures.customers,
        persons=record.figures.persons,
        merged=record.figures.merged,
        by_rule=record.figures.by_rule,
        to_decide=len(waiting(workspace, record)),
        refused=record.figures.refused,
        held=tuple(sorted(Counter(held.why for held in record.held).items())),
    )


def waiting(workspace: Workspace, record: Record) -> tuple[Suggestion, ...]:
    """What a person is asked, the likeliest first."""
    with workspace.ledger.read() as tx:
        return identity.waiting(record, [one for _, one in identity.decided(tx)])


def decisions(workspace: Workspace) -> list[tuple[IdentityDecision, Decided]]:
    """What people decided and did not undo, the latest first."""
    with workspace.ledger.read() as tx:
        return identity.decided(tx)


async def run(workspace: Workspace, person: Person | None = None) -> Record:
    """Look at everybody again now. Raises LedgerError not_allowed, CdpError."""
    store = Store(workspace.store_folder)
    return await identity.resolve_identities(
        workspace.ledger, store, identity_rules(workspace), person=person
    )


async def decide(
    workspace: Workspace, person: Person, one: str, other: str, verdict: Verdict
) -> IdentityDecision:
    """Keep what a person decided of two customer ids.

    Raises WrongUsage unknown_customer, LedgerError bad_value, not_allowed.
    """
    people.require(person, "approve")
    await _known(workspace, (one, other))
    record = await asyncio.to_thread(latest, workspace)
    asked = record.suggestions if record is not None else ()
    score = next((s.score for s in asked if {s.one, s.other} == {one, other}), None)
    return await write(
        workspace.ledger,
        lambda tx: identity.decide(tx, one, other, verdict, person, score=score),
    )


async def undo(workspace: Workspace, person: Person, decision_id: str) -> IdentityDecision:
    """Take a decision back. Raises LedgerError unknown, not_allowed."""
    return await write(workspace.ledger, lambda tx: identity.undo(tx, decision_id, person))


async def show(workspace: Workspace, customer_id: str) -> Shown:
    """Everything about one id. Raises WrongUsage unknown_customer."""
    await _known(workspace, (customer_id,))
    return await asyncio.to_thread(_shown, workspace, customer_id)


def _shown(workspace: Workspace, customer_id: str) -> Shown:
    store = Store(workspace.store_folder)
    person = store.persons([customer_id]).get(customer_id, customer_id)
    record = latest(workspace)
    decided = decisions(workspace)
    merges = identities.merges(store, record, person=person) if record is not None else ()
    theirs = {customer_id, person, *(merge.customer_id for merge in merges)}

    def about(one: Suggestion | Refusal | Decided) -> bool:
        return one.one in theirs or one.other in theirs

    asked = identity.waiting(record, [one for _, one in decided]) if record is not None else ()
    return Shown(
        customer_id=customer_id,
        person=person,
        merges=merges,
        devices=identities.devices(store, record, person) if record is not None else (),
        suggestions=tuple(filter(about, asked)),
        refusals=tuple(filter(about, record.refusals if record is not None else ())),
        decisions=tuple((kept, one) for kept, one in decided if about(one)),
    )


async def _known(workspace: Workspace, customer_ids: Sequence[str]) -> None:
    found = {one.customer_id for one in await customer_data(workspace).contacts(customer_ids)}
    for customer_id in customer_ids:
        if customer_id not in found:
            raise WrongUsage(
                "unknown_customer",
                f"No customer has the id {customer_id}.",
                thing=customer_id,
                next_step="Give the id as your systems write it in the imported files.",
            )
