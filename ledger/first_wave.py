"""The first part of a large send, and what the rest waits for.

    running → passed                     the rest goes out
            ↘ held → passed | ended      a person looks, and lets the rest go or ends it

A message of ``wave`` 1 waits; nobody claims it. Once the first part stayed within the bounds that
were approved, or a person says so, the rest becomes wave 0 like any other message, in the same
statement for all of it. So it is never half let go, and whoever was drawn first is never sent to
again: they are ``sent``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.frozen import Frozen
from domain.publication import FirstWave
from ledger import jobs, journal, runs
from ledger import tables as t
from ledger.consent import UNSUBSCRIBE
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now
from ledger.pressure import REACHED

FirstWaveState = Literal["", "running", "passed", "held"]
UNDER_WAY = ("scheduled", "claimed", "sending")

_p = t.publications.c
_s = t.sends.c
_e = t.engagements.c
_WORDS = {"bounced": "bounced", "complained": "complained", "unsubscribed": "unsubscribed"}


class Figures(Frozen):
    """What came of the first part so far. A person counts once in each."""

    reached: int
    """Mails that went out, or may have."""
    bounced: int
    complained: int
    unsubscribed: int


class Standing(Frozen):
    """Where a scheduled send with a first part stands."""

    state: FirstWaveState
    under_way: int
    """Mails of the first part that are still to go."""
    figures: Figures
    rest: int
    """Mails that wait for it."""
    judged_at: datetime | None
    """When the first part is judged; None: it is not all out yet, or was judged."""
    bounds: FirstWave


def draw(campaign_id: str, arms: Mapping[str, str], share: float) -> set[str]:
    """Who goes first, of pseudonym → arm: that part of every arm, and at least one person of each.

    Drawn by a hash, so that it is the same in every process and owes nothing to the data's order.
    """
    by_arm: dict[str, list[str]] = {}
    for pseudonym, arm in arms.items():
        by_arm.setdefault(arm, []).append(pseudonym)
    drawn: set[str] = set()
    for people in by_arm.values():
        number = part_of(len(people), share)
        drawn |= set(sorted(people, key=lambda who: _lot(campaign_id, who))[:number])
    return drawn


def part_of(people: int, share: float) -> int:
    """How many of the people of one arm go first: at least that share, and at least one."""
    return max(1, math.ceil(round(share * people, 9))) if people else 0


def look(tx: Transaction) -> None:
    """Where a first part is all out, have it judged once its wait is over."""
    for row in tx.connection.execute(_running()):
        if _under_way(tx, row.id):
            continue
        last = _last_sent(tx, row.id)
        wait = FirstWave.model_validate(row.content["first"]).wait
        payload = {"run_id": row.run_id, "publication_id": row.id}
        key = f"first_wave:{row.id}:{row.approval_id}:{last.isoformat() if last else 'nobody'}"
        jobs.put(tx, key, "judge_first_wave", payload, due_at=last + wait if last else tx.now)


def judge(tx: Transaction, publication_id: str) -> FirstWaveState:
    """Let the rest go, or hold it for a person, by what is known now; "": nothing to judge yet."""
    row = tx.connection.execute(_running().where(_p.id == publication_id)).one_or_none()
    if row is None or _under_way(tx, publication_id):
        return ""
    bounds = FirstWave.model_validate(row.content["first"])
    last = _last_sent(tx, publication_id)
    if last is not None and tx.now < last + bounds.wait:
        return ""
    found = figures(tx, publication_id)
    data = {**found.model_dump(), "run_id": row.run_id}
    over = over_bounds(found, bounds)
    if not over:
        rest = _let_go(tx, publication_id)
        said = f"the first {found.reached:,} mails stayed within bounds, and the rest goes out"
        runs.set_status(tx, row.run_id, "publishing", said)
        journal.append(
            tx,
            "first_wave_passed",
            person_id=None,
            thing=publication_id,
            data={**data, "rest": rest},
        )
        return "passed"
    _set(tx, publication_id, "held")
    rest = _rest(tx, publication_id)
    runs.set_status(
        tx,
        row.run_id,
        "waiting",
        f"the rest, {rest:,} mails, waits for you, because {'; '.join(over)}. Let it go with "
        "`mainspring sending release`, or end it with `mainspring sending end`",
    )
    data |= {"because": list(over), "rest": rest}
    journal.append(tx, "first_wave_held", person_id=None, thing=publication_id, data=data)
    return "held"


def release(tx: Transaction, publication_id: str, person: Person) -> int:
    """Let the rest of a held send go after all; how many mails. Needs publish.

    Raises LedgerError unknown, not_allowed, not_approved (nothing is held, or its window is over).
    """
    person = require_now(tx, person, "publish")
    run_id, window_end = _held(tx, publication_id)
    if tx.now > window_end:
        raise LedgerError(
            "not_approved",
            "The approved window of this send is over.",
            thing=publication_id,
            next_step="End it, and start a new campaign for those who had no mail.",
        )
    rest = _let_go(tx, publication_id)
    runs.set_status(tx, run_id, "publishing", f"{person.name} let the rest go")
    data = {"run_id": run_id, "rest": rest}
    journal.append(tx, "first_wave_released", person_id=person.id, thing=publication_id, data=data)
    return rest


def end(tx: Transaction, publication_id: str, person: Person) -> int:
    """Send nothing more of a held send; how many mails stay here. Needs publish.

    Raises LedgerError unknown, not_allowed, not_approved (nothing is held).
    """
    person = require_now(tx, person, "publish")
    run_id, _ = _held(tx, publication_id)
    rest = _drop_rest(tx, publication_id, "cancelled", f"{person.name} ended it")
    runs.set_status(tx, run_id, "publishing", f"{person.name} ended it after the first part")
    data = {"run_id": run_id, "rest": rest}
    journal.append(tx, "first_wave_ended", person_id=person.id, thing=publication_id, data=data)
    return rest


def close_late(tx: Transaction) -> None:
    """Where the window is over and the rest still waits, it is too late for it."""
    waits = sa.exists().where(_s.publication_id == _p.id, _s.wave == 1, _s.state == "scheduled")
    query = sa.select(_p.id).where(
        _p.state == "scheduled",
        _p.first_wave.in_(("running", "held")),
        _p.window_end < tx.now,
        waits,
    )
    for publication_id in tx.connection.execute(query.order_by(_p.id)).scalars().all():
        rest = _drop_rest(tx, publication_id, "missed", "too late")
        data = {"messages": rest, "reason": "the first part was not through in time"}
        journal.append(tx, "rest_missed", person_id=None, thing=publication_id, data=data)


def standing(tx: Transaction, publication_id: str) -> Standing | None:
    """Where it stands; None: all of this send goes out at its time. Raises LedgerError unknown."""
    query = sa.select(_p.content, _p.first_wave).where(_p.id == publication_id)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(publication_id)
    if not row.first_wave:
        return None
    bounds = FirstWave.model_validate(row.content["first"])
    under_way = _under_way(tx, publication_id) if row.first_wave == "running" else 0
    last = _last_sent(tx, publication_id) if row.first_wave == "running" else None
    return Standing(
        state=row.first_wave,
        under_way=under_way,
        figures=_judged_on(tx, publication_id) or figures(tx, publication_id),
        rest=_rest(tx, publication_id),
        judged_at=last + bounds.wait if last is not None and not under_way else None,
        bounds=bounds,
    )


def figures(tx: Transaction, publication_id: str) -> Figures:
    """What is known of the mails of the first part: refused by the server, told by the provider,
    found in the bounces, or said by their people."""
    first = sa.and_(_s.publication_id == publication_id, _s.wave == 0)
    reached = sa.and_(first, _s.state.in_(REACHED))
    told = (
        sa.select(_e.kind, _s.key)
        .join(t.sends, _s.key == _e.send_key)
        .where(first, _e.kind.in_(("bounced", "complained")))
    )
    marked = (
        sa.select(t.suppressions.c.reason, _s.key)
        .join(t.sends, _s.address_hash == t.suppressions.c.address_hash)
        .where(reached, t.suppressions.c.at >= _s.sending_at)
        .where(t.suppressions.c.reason.in_(tuple(_WORDS)))
    )
    refused = sa.select(sa.literal("bounced"), _s.key).where(
        first, _s.state == "left_out", _s.reason == "bounced", _s.attempts > 0
    )
    c = t.consents.c
    gone = (
        sa.select(sa.literal("unsubscribed"), _s.key)
        .join(t.consents, sa.and_(c.pseudonym == _s.pseudonym, c.campaign_id == _s.campaign_id))
        .where(reached, c.source == UNSUBSCRIBE, ~c.given)
    )
    found: dict[str, set[str]] = {kind: set() for kind in _WORDS}
    for query in (told, marked, refused, gone):
        for kind, key in tx.connection.execute(query):
            found[kind].add(key)
    query = sa.select(_s.key).where(reached)
    went = set(tx.connection.execute(query).scalars()) | found["bounced"]
    return Figures(reached=len(went), **{kind: len(keys) for kind, keys in found.items()})


def over_bounds(found: Figures, bounds: FirstWave) -> tuple[str, ...]:
    """Why the rest should not go out by itself, in words; empty: it stayed within bounds."""
    if not found.reached:
        return ("nobody of the first part could be mailed",)
    said = []
    for kind, word in _WORDS.items():
        count, most = getattr(found, kind), getattr(bounds, f"most_{kind}")
        if count / found.reached > most:
            said.append(
                f"{count:,} of the first {found.reached:,} {word} "
                f"({_percent(count / found.reached)}, more than {_percent(most)})"
            )
    return tuple(said)


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def _running() -> sa.Select[Any]:
    return sa.select(_p.id, _p.run_id, _p.approval_id, _p.content).where(
        _p.state == "scheduled", _p.first_wave == "running"
    )


def _under_way(tx: Transaction, publication_id: str) -> int:
    query = sa.select(sa.func.count()).where(
        _s.publication_id == publication_id, _s.state.in_(UNDER_WAY), _s.wave == 0
    )
    return int(tx.connection.execute(query).scalar_one())


def _rest(tx: Transaction, publication_id: str) -> int:
    query = sa.select(sa.func.count()).where(
        _s.publication_id == publication_id, _s.state == "scheduled", _s.wave == 1
    )
    return int(tx.connection.execute(query).scalar_one())


def _last_sent(tx: Transaction, publication_id: str) -> datetime | None:
    moment = sa.func.max(_s.sending_at, type_=_s.sending_at.type)
    query = sa.select(moment).where(
        _s.publication_id == publication_id, _s.state.in_(REACHED), _s.wave == 0
    )
    return tx.connection.execute(query).scalar_one_or_none()


def _held(tx: Transaction, publication_id: str) -> tuple[str, datetime]:
    """The run and the window's end of a send whose rest is held."""
    query = sa.select(_p.run_id, _p.window_end, _p.state, _p.first_wave)
    row = tx.connection.execute(query.where(_p.id == publication_id)).one_or_none()
    if row is None:
        raise _unknown(publication_id)
    if row.state != "scheduled" or row.first_wave != "held":
        raise LedgerError(
            "not_approved",
            "Nothing of this scheduled send is held after a first part.",
            thing=publication_id,
            next_step="`mainspring sending status` shows where each stands.",
        )
    return str(row.run_id), row.window_end


def _let_go(tx: Transaction, publication_id: str) -> int:
    """The rest is due at its time, or now where that is over; how many mails."""
    _set(tx, publication_id, "passed")
    waiting = sa.and_(_s.publication_id == publication_id, _s.state == "scheduled", _s.wave == 1)
    # What waited for the first part is not late.
    late = sa.update(t.sends).where(waiting, _s.due_at < tx.now)
    tx.connection.execute(late.values(due_at=tx.now))
    return tx.connection.execute(sa.update(t.sends).where(waiting).values(wave=0)).rowcount


def _drop_rest(tx: Transaction, publication_id: str, state: str, reason: str) -> int:
    statement = sa.update(t.sends).where(
        _s.publication_id == publication_id, _s.state == "scheduled", _s.wave == 1
    )
    return tx.connection.execute(statement.values(state=state, reason=reason)).rowcount


def _judged_on(tx: Transaction, publication_id: str) -> Figures | None:
    """The figures on which it passed: afterwards all mails are of one kind."""
    for entry in journal.entries(tx, publication_id, limit=1000):
        if entry.kind in ("first_wave_passed", "first_wave_held"):
            return Figures(**{name: entry.data[name] for name in Figures.model_fields})
    return None


def _set(tx: Transaction, publication_id: str, state: FirstWaveState) -> None:
    statement = sa.update(t.publications).where(_p.id == publication_id)
    tx.connection.execute(statement.values(first_wave=state))


def _lot(campaign_id: str, pseudonym: str) -> bytes:
    return hashlib.sha256(f"first|{campaign_id}|{pseudonym}".encode()).digest()


def _unknown(publication_id: str) -> LedgerError:
    return LedgerError(
        "unknown",
        "There is no such scheduled send.",
        thing=publication_id,
        next_step="`mainspring sending status` lists them.",
    )
