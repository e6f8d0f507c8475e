"""Who of an audience can be mailed, and why the others cannot. Persons one by one: what is
found here never reaches an agent, a model or a checkpoint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

from domain.customer import PURPOSE_OF, Contact
from domain.plan import LeftOut
from domain.predicate import Predicate
from ledger import consent, pressure, subjects, suppression
from ledger.barring import Bars, bars
from ledger.database import Transaction
from ledger.snapshots import Member
from tools.esp.mime import ascii_address
from tools.esp.port import SendError
from workflows.stack import Stack
from workflows.transactions import read, write

Reason = Literal[
    "no_address",
    "invalid_address",
    "no_contact",
    "no_consent",
    "suppressed",
    "open_complaint",
    "cap_reached",
    "erased",
]
_ORDER: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Reached:
    """Those who can be mailed, and the number of the others by their first reason."""

    people: tuple[Contact, ...]
    left_out: Counter[Reason]

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Reason and count, as the brief keeps them."""
        return tuple((reason, self.left_out[reason]) for reason in _ORDER if self.left_out[reason])

    def reasons(self) -> tuple[LeftOut, ...]:
        """The same as the plan keeps them."""
        return tuple(LeftOut(reason=cast(Reason, r), count=count) for r, count in self.counts())


async def reach(stack: Stack, rule: Predicate, *, service: bool = False) -> Reached:
    """The people of a rule with a usable address, consent to mails and no suppression, whom
    nothing else bars. ``service``: it is no promotion, so an open complaint does not."""
    people, left_out = await _sorted_out(stack, rule, service)
    return Reached(people, Counter(left_out.values()))


async def left_out_for(stack: Stack, rule: Predicate, reason: Reason) -> tuple[str, ...]:
    """The people of a rule who would be left out for this reason just now: customer ids, sorted.

    Persons one by one, for pages that show them masked.
    """
    people, left_out = await _sorted_out(stack, rule)
    if reason in ("cap_reached", "erased"):
        ids = [contact.customer_id for contact in people]

        def look(tx: Transaction) -> list[str]:
            names = subjects.known(tx, ids)
            if reason == "erased":
                return []  # nothing leads back to them
            over = pressure.over_cap(tx, names.values(), stack.rules.cap, tx.now)
            return [i for i in ids if names.get(i) in over]

        return tuple(sorted(await read(stack.ledger, look)))
    return tuple(sorted(i for i, why in left_out.items() if why == reason))


async def _sorted_out(
    stack: Stack, rule: Predicate, service: bool = False
) -> tuple[tuple[Contact, ...], dict[str, Reason]]:
    """Those of a rule who can be mailed, and the first reason of each of the others."""
    ids = await stack.people.select(rule)
    contacts = {c.customer_id: c for c in await stack.people.contacts(ids)}
    left_out: dict[str, Reason] = {}
    found: list[Contact] = []
    for customer_id in ids:
        contact = contacts.get(customer_id)
        if contact is None or not contact.email.strip():
            left_out[customer_id] = "no_address"
        elif not _usable(contact.email):
            left_out[customer_id] = "invalid_address"
        else:
            found.append(contact)

    def look(tx: Transaction) -> tuple[dict[str, Bars], set[str], set[str]]:
        names = subjects.known(tx, [c.customer_id for c in found])
        barred, _ = bars(tx, names.values())
        agreed = consent.agreed(tx, [c.customer_id for c in found], PURPOSE_OF["email"])
        suppressed = suppression.suppressed(tx, [c.email for c in found], stack.keys.suppression)
        return {i: barred[p] for i, p in names.items()}, agreed, suppressed

    barred, agreed, suppressed = await read(stack.ledger, look)
    people = []
    for contact in found:
        barring = barred.get(contact.customer_id, Bars())
        if barring.no_contact:
            left_out[contact.customer_id] = "no_contact"
        elif contact.customer_id not in agreed:
            left_out[contact.customer_id] = "no_consent"
        elif contact.email in suppressed:
            left_out[contact.customer_id] = "suppressed"
        elif barring.complaint and not service:
            left_out[contact.customer_id] = "open_complaint"
        else:
            people.append(contact)
    return tuple(people), left_out


async def members(
    stack: Stack, campaign_id: str, reached: Reached, most: int | None
) -> tuple[tuple[Member, ...], Reached]:
    """Reachable people by their pseudonyms, without those who have had enough mails.

    ``most`` bounds them; who is within it is decided by a hash, not by the order of the data.
    Writes the pseudonyms' salts.
    """
    people = reached.people

    def name(tx: Transaction) -> tuple[dict[str, str], set[str]]:
        names = subjects.pseudonyms(tx, [c.customer_id for c in people])
        capped = pressure.over_cap(
            tx, names.values(), stack.rules.cap, tx.now, except_campaign=campaign_id
        )
        return names, set(capped)

    names, capped = await write(stack.ledger, name)
    left_out = Counter(reached.left_out)
    found: list[Member] = []
    kept: list[Contact] = []
    for contact in people:
        pseudonym = names.get(contact.customer_id)
        if pseudonym is None:
            left_out["erased"] += 1
        elif pseudonym in capped:
            left_out["cap_reached"] += 1
        else:
            found.append(Member(pseudonym=pseudonym, timezone=contact.timezone or stack.timezone))
            kept.append(contact)
    if most is not None and len(found) > most:
        found = sorted(found, key=lambda m: _lot(campaign_id, m.pseudonym))[:most]
    return tuple(sorted(found, key=lambda m: m.pseudonym)), Reached(tuple(kept), left_out)


def timezones(found: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    """How many of them live in which zone."""
    return tuple(sorted(Counter(member.timezone for member in found).items()))


def _lot(campaign_id: str, pseudonym: str) -> bytes:
    return hashlib.sha256(f"lot|{campaign_id}|{pseudonym}".encode()).digest()


def _usable(address: str) -> bool:
    try:
        ascii_address(address)
    except SendError:
        return False
    return True
