"""The last check before a message leaves: everything is read again, in one transaction.

Between approval and sending a person may have unsubscribed, a watch may have been sold, somebody
may have pressed Pause. What was true when the plan was made counts for nothing here. Who passes
is marked ``sending``, and only after that is committed may the message be handed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from domain.customer import PURPOSE_OF
from ledger import budgets, consent, facts, pressure, sending, stopping, suppression
from ledger import tables as t
from ledger.barring import bars
from ledger.database import Transaction, in_chunks
from ledger.quiet import quiet_until
from ledger.same_people import Groups
from ledger.send_rows import UNLEASED, Send, set_many, tell

LeftOutReason = Literal[
    "no_address",
    "no_consent",
    "unsubscribed",
    "suppressed",
    "bounced",
    "complained",
    "no_contact",  # they asked for it, or complained on another channel
    "open_complaint",  # no promotions until their case is closed
    "erased",
    "cap_reached",
    "same_person",  # this campaign wrote to them under another of their ids
    "same_address",  # another person of this campaign has the same address and was mailed
    "quiet_hours",  # the window closes before the quiet hours end
]
Outcome = Literal[
    "go",  # marked sending: hand it over once the transaction is committed
    "held",  # due later: the quiet hours end, or the next day's budget begins
    "missed",  # too late, or the window is over
    "stopped",  # its publication is no longer approved
    "paused",  # all sending is paused
    "waits",  # a person pauses this one
    "lost_lease",  # somebody else answers for it
    LeftOutReason,
]

_SUPPRESSED: dict[str, LeftOutReason] = {
    "unsubscribed": "unsubscribed",
    "bounced": "bounced",
    "complained": "complained",
    "erased": "erased",
}
_c = t.sends.c
_p = t.publications.c
_a = t.approvals.c


def _any_of(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, expanding=True)


# Made once: every group of mails runs all of these, and making them costs as much as running.
_STILL_HELD = sa.select(_c.key, _c.due_at, _c.publication_id).where(
    _c.key.in_(_any_of("keys")),
    _c.state == "claimed",
    _c.wave == 0,
    _c.lease_owner == sa.bindparam("worker"),
    _c.lease_until > sa.bindparam("now"),
)
_PUBLICATIONS = (
    sa.select(
        *(_p[name] for name in ("id", "run_id", "window_start", "window_end")),
        *(_p[name] for name in ("quiet_start", "quiet_end", "cap_most", "cap_days")),
        _p.paused,
        _p.service,
        sa.and_(
            _p.state == "scheduled",
            _p.approved_hash == _p.content_hash,
            _a.status == "approved",
            _a.content_hash == _p.content_hash,
        ).label("stands"),
    )
    .join(t.approvals, _a.id == _p.approval_id)
    .where(_p.id.in_(_any_of("ids")))
)
_MAILED = sa.select(_c.campaign_id, _c.address_hash).where(
    _c.address_hash.in_(_any_of("hashes")),
    _c.campaign_id.in_(_any_of("campaigns")),
    _c.state.in_(pressure.REACHED),
)
_WRITTEN_TO = sa.select(_c.campaign_id, _c.pseudonym).where(
    _c.pseudonym.in_(_any_of("people")),
    _c.campaign_id.in_(_any_of("campaigns")),
    _c.state.in_(pressure.REACHED),
)
_GO = (
    sa.update(t.sends)
    .where(_c.key == sa.bindparam("the_key"))
    .values(
        state="sending",
        sending_at=sa.bindparam("now"),
        lease_until=sa.bindparam("until"),
        attempts=_c.attempts + 1,
        address_hash=sa.bindparam("address"),
    )
)


@dataclass(frozen=True)
class _Held:
    """A message and what the ledger says of it and its publication now."""

    send: Send
    due_at: datetime
    publication: Any


@dataclass
class _Verdicts:
    """What was found, and the rows that follow from it."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    later: dict[str, datetime] = field(default_factory=dict)


def mark_sending(
    tx: Transaction,
    send: Send,
    worker: str,
    address: str,
    suppression_key: bytes,
    max_lateness: timedelta,
    lease_seconds: float = 120,
) -> Outcome:
    """Check one message for the last time; on ``go`` it is ``sending``. See ``Outcome``."""
    return mark_sending_many(
        tx, {send: address}, worker, suppression_key, max_lateness, lease_seconds
    )[send.key]


def mark_sending_many(
    tx: Transaction,
    addresses: Mapping[Send, str],
    worker: str,
    suppression_key: bytes,
    max_lateness: timedelta,
    lease_seconds: float = 120,
) -> dict[str, Outcome]:
    """Check a batch for the last time; the outcome of each by key.

    ``addresses``: each message and the address it would go to; empty where there is none.
    A batch costs a fixed number of statements, so it is much cheaper than its messages one by
    one. The lease begins anew and must outlast the sender's time-out.
    """
    held = _still_held(tx, list(addresses), worker)
    found = _Verdicts({send.key: "lost_lease" for send in addresses})
    waiting = _check_publications(tx, held, found)
    waiting = _check_time(tx, waiting, max_lateness, found)
    waiting = _check_people(tx, waiting, addresses, suppression_key, found)
    waiting = _check_budget(tx, waiting, found)
    for item in waiting:
        found.outcomes[item.send.key] = "go"
    _write(tx, held, found, addresses, suppression_key, lease_seconds)
    return found.outcomes


def _still_held(tx: Transaction, sends: Sequence[Send], worker: str) -> list[_Held]:
    rows: dict[str, Any] = {}
    for some in in_chunks(sends):
        given = {"keys": [send.key for send in some], "worker": worker, "now": tx.real_now}
        rows |= {row.key: row for row in tx.connection.execute(_STILL_HELD, given)}
    ids = sorted({row.publication_id for row in rows.values()})
    found = tx.connection.execute(_PUBLICATIONS, {"ids": ids}) if ids else ()
    publications = {row.id: row for row in found}
    return [
        _Held(send, rows[send.key].due_at, publications[rows[send.key].publication_id])
        for send in sends
        if send.key in rows
    ]


def _check_publications(tx: Transaction, held: Sequence[_Held], found: _Verdicts) -> list[_Held]:
    if not held:
        return []
    if sending.is_paused(tx):
        found.outcomes |= {item.send.key: "paused" for item in held}
        return []
    ids = sorted({item.publication.id for item in held if item.publication.stands})
    stopped = set()
    for publication_id, why in facts.stale(tx, ids):
        stopping.stop_publication(tx, publication_id, why)
        stopped.add(publication_id)
    passed = []
    for item in held:
        if not item.publication.stands or item.publication.id in stopped:
            found.outcomes[item.send.key] = "stopped"
        elif item.publication.paused:
            found.outcomes[item.send.key] = "waits"
        else:
            passed.append(item)
    return passed


def _check_time(
    tx: Transaction, held: Sequence[_Held], max_lateness: timedelta, found: _Verdicts
) -> list[_Held]:
    passed = []
    for item in held:
        key, plan = item.send.key, item.publication
        if tx.now > plan.window_end or tx.now > item.due_at + max_lateness:
            found.outcomes[key] = "missed"
        elif tx.now < plan.window_start:
            _hold(key, plan.window_start, found)
        else:
            zone = item.send.timezone
            over = quiet_until(tx.now, zone, plan.quiet_start, plan.quiet_end)
            if over is None:
                passed.append(item)
            elif over > plan.window_end:
                found.outcomes[key] = "quiet_hours"
            else:
                _hold(key, over, found)
    return passed


def _check_people(
    tx: Transaction,
    held: Sequence[_Held],
    addresses: Mapping[Send, str],
    suppression_key: bytes,
    found: _Verdicts,
) -> list[_Held]:
    if not held:
        return []
    people = sorted({item.send.pseudonym for item in held})
    hashes = {
        item.send.key: suppression.address_hash(addresses[item.send], suppression_key)
        for item in held
        if addresses[item.send]
    }
    barred, who = bars(tx, people)
    answers = consent.latest(tx, people, PURPOSE_OF["email"], who)
    suppressed = suppression.reasons(tx, sorted(set(hashes.values())))
    mailed = _mailed(tx, held, hashes)
    written_to = _written_to(tx, held, who)
    had: dict[int, Counter[str]] = {}
    for days in {item.publication.cap_days for item in held}:
        counts = pressure.count(tx, people, days, tx.now, who=who)
        had[days] = Counter({who.of(p): number for p, number in counts.items()})

    passed = []
    for item in held:
        key, person = item.send.key, who.of(item.send.pseudonym)
        given, source = answers.get(item.send.pseudonym, (False, ""))
        reason: LeftOutReason | None = None
        if item.send.pseudonym not in barred:
            reason = "erased"
        elif key not in hashes:
            reason = "no_address"
        elif hashes[key] in suppressed:
            reason = _SUPPRESSED.get(suppressed[hashes[key]], "suppressed")
        elif barred[item.send.pseudonym].no_contact:
            reason = "no_contact"
        elif not given:
            reason = "unsubscribed" if source == consent.UNSUBSCRIBE else "no_consent"
        elif barred[item.send.pseudonym].complaint and not item.publication.service:
            reason = "open_complaint"
        elif (item.send.campaign_id, person) in written_to:
            reason = "same_person"
        elif (item.send.campaign_id, hashes[key]) in mailed:
            reason = "same_address"
        elif had[item.publication.cap_days][person] >= item.publication.cap_most:
            reason = "cap_reached"
        if reason is None:
            passed.append(item)
            mailed.add((item.send.campaign_id, hashes[key]))
            written_to.add((item.send.campaign_id, person))
            for counted in had.values():
                counted[person] += 1
        else:
            found.outcomes[key] = reason
    return passed


def _check_budget(tx: Transaction, held: Sequence[_Held], found: _Verdicts) -> list[_Held]:
    passed: list[_Held] = []
    by_run: dict[str, list[_Held]] = {}
    for item in held:
        by_run.setdefault(item.publication.run_id, []).append(item)
    for run_id, items in by_run.items():
        left = _at_least_zero(budgets.left(tx, "mails", run_id))
        going = items if left is None else items[:left]
        if going:
            budgets.spend(tx, "mails", len(going), run_id)
        passed += going
        if len(going) == len(items):
            continue
        today = _at_least_zero(budgets.left(tx, "mails"))
        if today == 0:
            tomorrow = datetime.combine(tx.now.date() + timedelta(days=1), time(), tzinfo=UTC)
            for item in items[len(going) :]:
                if tomorrow > item.publication.window_end:
                    found.outcomes[item.send.key] = "missed"
                else:
                    _hold(item.send.key, tomorrow, found)
            continue
        why = "the limit of mails for one campaign is reached"
        for publication_id in {item.publication.id for item in items[len(going) :]}:
            stopping.stop_publication(tx, publication_id, why)
        found.outcomes |= {item.send.key: "stopped" for item in items[len(going) :]}
    return passed


def _write(
    tx: Transaction,
    held: Sequence[_Held],
    found: _Verdicts,
    addresses: Mapping[Send, str],
    suppression_key: bytes,
    lease_seconds: float,
) -> None:
    by_outcome: dict[Outcome, list[Send]] = {}
    for item in held:
        by_outcome.setdefault(found.outcomes[item.send.key], []).append(item.send)
    for outcome, sends in by_outcome.items():
        match outcome:
            case "go":
                _go(tx, sends, addresses, suppression_key, lease_seconds)
            case "held":
                statement = sa.update(t.sends).where(_c.key == sa.bindparam("the_key"))
                statement = statement.values(
                    state="scheduled", due_at=sa.bindparam("due"), **UNLEASED
                )
                rows = [{"the_key": s.key, "due": found.later[s.key]} for s in sends]
                tx.connection.execute(statement, rows)
            case "stopped" | "paused" | "waits":
                set_many(tx, sends, {"state": "scheduled", **UNLEASED})
            case "missed":
                set_many(tx, sends, {"state": "missed", "reason": "too late", **UNLEASED})
                tell(tx, "missed", sends)
            case _:
                set_many(tx, sends, {"state": "left_out", "reason": outcome, **UNLEASED})
                tell(tx, "left_out", sends, reason=outcome)


def _go(
    tx: Transaction,
    sends: Sequence[Send],
    addresses: Mapping[Send, str],
    suppression_key: bytes,
    lease_seconds: float,
) -> None:
    same = {"now": tx.now, "until": tx.lease_end(lease_seconds)}
    rows = [
        {
            "the_key": s.key,
            "address": suppression.address_hash(addresses[s], suppression_key),
            **same,
        }
        for s in sends
    ]
    tx.connection.execute(_GO, rows)
    tell(tx, "sending", sends)


def _hold(key: str, until: datetime, found: _Verdicts) -> None:
    found.outcomes[key] = "held"
    found.later[key] = until


def _written_to(tx: Transaction, held: Sequence[_Held], who: Groups) -> set[tuple[str, str]]:
    """(campaign, person) of those whom this campaign has reached, under any of their ids."""
    found: set[tuple[str, str]] = set()
    campaigns = sorted({item.send.campaign_id for item in held})
    for some in in_chunks(sorted(who.person)):
        given = {"people": list(some), "campaigns": campaigns}
        rows = tx.connection.execute(_WRITTEN_TO, given)
        found.update((row[0], who.of(row[1])) for row in rows)
    return found


def _mailed(
    tx: Transaction, held: Sequence[_Held], hashes: Mapping[str, str]
) -> set[tuple[str, str]]:
    """(campaign, address) to which this campaign has gone already, under another id."""
    found: set[tuple[str, str]] = set()
    campaigns = sorted({item.send.campaign_id for item in held})
    for some in in_chunks(sorted(set(hashes.values()))):
        given = {"hashes": list(some), "campaigns": campaigns}
        found.update((row[0], row[1]) for row in tx.connection.execute(_MAILED, given))
    return found


def _at_least_zero(left: Decimal | None) -> int | None:
    return None if left is None else max(0, int(left))
