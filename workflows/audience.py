"""Who of an audience can be mailed, and why the others cannot. Persons are in it, though as columns
and not one by one: what is found here never reaches an agent, a model or a checkpoint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal, cast, get_args

import pyarrow as pa
import pyarrow.compute as pc

from domain.blocks import STAGES
from domain.plan import LeftOut
from domain.predicate import AllOf, Predicate, Stage
from domain.readings import LifeStage
from ledger import permissions, pressure, subjects
from ledger.database import Transaction
from ledger.snapshots import Member
from tools.cdp.port import CdpError
from tools.esp.addresses import usable
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

    people: pa.Table
    """customer_id, and timezone where it is known."""
    left_out: Counter[Reason]

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Reason and count, as the brief keeps them."""
        return tuple((reason, self.left_out[reason]) for reason in _ORDER if self.left_out[reason])

    def reasons(self) -> tuple[LeftOut, ...]:
        """The same as the plan keeps them."""
        return tuple(LeftOut(reason=cast(Reason, r), count=count) for r, count in self.counts())

    def timezones(self, otherwise: str) -> dict[str, str]:
        """Customer id → time zone."""
        ids, zones = (self.people.column(n).to_pylist() for n in ("customer_id", "timezone"))
        return {i: zone or otherwise for i, zone in zip(ids, zones, strict=True)}


async def reach(stack: Stack, rule: Predicate, *, service: bool = False) -> Reached:
    """The people of a rule with a usable address, consent to mails and no suppression, whom
    nothing else bars. ``service``: it is no promotion, so an open complaint does not."""
    found = await _sorted_out(stack, rule, service)
    counted = found.column("reason").value_counts().to_pylist()
    left_out = {c["values"]: c["counts"] for c in counted if c["values"] is not None}
    people = found.filter(pc.is_null(found.column("reason")))
    return Reached(people.select(["customer_id", "timezone"]), Counter(left_out))


async def left_out_for(stack: Stack, rule: Predicate, reason: Reason) -> tuple[str, ...]:
    """The people of a rule who would be left out for this reason just now: customer ids, sorted.

    Persons one by one, for pages that show them masked.
    """
    found = await _sorted_out(stack, rule)
    why = found.column("reason")
    if reason in ("cap_reached", "erased"):
        ids = found.filter(pc.is_null(why)).column("customer_id").to_pylist()

        def look(tx: Transaction) -> list[str]:
            names = subjects.known(tx, ids)
            if reason == "erased":
                return []  # nothing leads back to them
            over = pressure.over_cap(tx, names.values(), stack.rules.cap, tx.now)
            return [i for i in ids if names.get(i) in over]

        return tuple(sorted(await read(stack.ledger, look)))
    theirs = found.filter(pc.equal(why, reason))
    return tuple(sorted(theirs.column("customer_id").to_pylist()))


async def _sorted_out(stack: Stack, rule: Predicate, service: bool = False) -> pa.Table:
    """customer_id and timezone of everybody who fits a rule, with the first reason why they cannot
    be mailed; null where they can."""
    people = await stack.people.addresses(rule)

    def look(tx: Transaction) -> pa.Table:
        barred = permissions.barred(tx)
        ids = people.column("customer_id").combine_chunks()
        addresses = people.column("email").combine_chunks()
        reasons: dict[Reason, pa.Array] = {
            "no_address": pc.equal(pc.utf8_trim_whitespace(pc.fill_null(addresses, "")), ""),
            "invalid_address": pc.invert(usable(addresses)),
            "no_contact": _among(ids, [i for i, why in barred.items() if why.no_contact]),
            "no_consent": pc.invert(pc.is_in(ids, value_set=stack.reach_copy.agreed(tx))),
        }
        # An address costs a hash: only those are looked up for whom nothing else stands.
        left = pc.invert(reduce(pc.or_, reasons.values()))
        told = stack.reach_copy.suppressed(tx, addresses.filter(left), stack.keys.suppression)
        reasons["suppressed"] = pc.replace_with_mask(pc.invert(left), left, told)
        if not service:
            reasons["open_complaint"] = _among(
                ids, [i for i, why in barred.items() if why.complaint]
            )
        named = pa.StructArray.from_arrays(list(reasons.values()), list(reasons))
        first = pc.case_when(named, *map(pa.scalar, reasons))
        return people.select(["customer_id", "timezone"]).append_column("reason", first)

    return await read(stack.ledger, look)


def _among(ids: pa.Array, some: Sequence[str]) -> pa.Array:
    return pc.is_in(ids, value_set=pa.array(some, pa.string()))


async def stages_of(
    stack: Stack, rule: Predicate, names: Sequence[LifeStage]
) -> dict[str, LifeStage]:
    """Customer id → stage of life, of the people of a rule who are in one of these stages. Empty
    where the data hold too few returns to tell."""
    found: dict[str, LifeStage] = {}
    try:
        for name in names:
            if name:
                of = AllOf(of=(rule, Stage(stages=(name,))))
                found |= dict.fromkeys(await stack.people.select(of), name)
    except CdpError as error:
        if error.code != "no_rhythm":
            raise
        return {}  # everybody reads what is for the others
    return found


async def members(
    stack: Stack,
    campaign_id: str,
    reached: Reached,
    most: int | None,
    stages: Mapping[str, LifeStage] | None = None,
) -> tuple[tuple[Member, ...], Reached]:
    """Reachable people by their pseudonyms, without those who have had enough mails.

    ``most`` bounds them; who is within it is decided by a hash, not by the order of the data.
    ``stages`` are kept with them, by customer id. Writes the pseudonyms' salts.
    """
    zones = reached.timezones(stack.timezone)

    def name(tx: Transaction) -> tuple[dict[str, str], set[str]]:
        names = subjects.pseudonyms(tx, zones)
        capped = pressure.over_cap(
            tx, names.values(), stack.rules.cap, tx.now, except_campaign=campaign_id
        )
        return names, set(capped)

    names, capped = await write(stack.ledger, name)
    left_out = Counter(reached.left_out)
    found: list[Member] = []
    kept: list[str] = []
    for customer_id, timezone in zones.items():
        pseudonym = names.get(customer_id)
        if pseudonym is None:
            left_out["erased"] += 1
        elif pseudonym in capped:
            left_out["cap_reached"] += 1
        else:
            stage = (stages or {}).get(customer_id, "")
            found.append(Member(pseudonym=pseudonym, timezone=timezone, stage=stage))
            kept.append(customer_id)
    if most is not None and len(found) > most:
        found = sorted(found, key=lambda m: _lot(campaign_id, m.pseudonym))[:most]
    ids = reached.people.column("customer_id")
    still = reached.people.filter(pc.is_in(ids, value_set=pa.array(kept, pa.string())))
    return tuple(sorted(found, key=lambda m: m.pseudonym)), Reached(still, left_out)


def timezones(found: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    """How many of them live in which zone."""
    return tuple(sorted(Counter(member.timezone for member in found).items()))


def count_stages(found: Sequence[Member]) -> tuple[tuple[LifeStage, int], ...]:
    """How many of them are in which stage of life; those of none last."""
    counted = Counter(member.stage for member in found)
    stages: tuple[LifeStage, ...] = (*STAGES, "")
    return tuple((stage, counted[stage]) for stage in stages if counted[stage])


def _lot(campaign_id: str, pseudonym: str) -> bytes:
    return hashlib.sha256(f"lot|{campaign_id}|{pseudonym}".encode()).digest()
