"""Rules that people approved, rejected or withdrew; every decision is a version of its own."""

from __future__ import annotations

import sqlalchemy as sa

from domain.teaching import RuleState, TaughtRule
from ledger import journal, people
from ledger import tables as t
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

_r = t.rules.c
_FROM: dict[RuleState, tuple[RuleState, ...]] = {
    "approved": ("proposed", "rejected", "withdrawn"),
    "rejected": ("proposed",),
    "withdrawn": ("approved",),
    "proposed": (),
}
"""From which states a rule may come to each."""


def decided(tx: Transaction) -> tuple[TaughtRule, ...]:
    """Every rule that somebody decided about, as it stands now, by its line."""
    latest = sa.select(_r.id, sa.func.max(_r.version).label("version")).group_by(_r.id).subquery()
    query = sa.select(t.rules).join(
        latest, sa.and_(_r.id == latest.c.id, _r.version == latest.c.version)
    )
    rows = tx.connection.execute(query.order_by(_r.line)).mappings()
    return tuple(_rule(tx, row) for row in rows)


def approved(tx: Transaction) -> tuple[TaughtRule, ...]:
    """Those that count: the critic checks them, and writers are told."""
    return tuple(rule for rule in decided(tx) if rule.state == "approved")


def history(tx: Transaction, rule_id: str) -> tuple[TaughtRule, ...]:
    """All versions of one rule, the oldest first."""
    query = sa.select(t.rules).where(_r.id == rule_id).order_by(_r.version)
    return tuple(_rule(tx, row) for row in tx.connection.execute(query).mappings())


def decide(
    tx: Transaction, rule: TaughtRule, person: Person, state: RuleState, reason: str = ""
) -> TaughtRule:
    """Approve, reject or withdraw a rule as it was shown. Needs the right to approve. Raises
    LedgerError not_allowed, and already_decided where the rule no longer stands as it was shown."""
    person = require_now(tx, person, "approve")
    versions = history(tx, rule.id)
    now: RuleState = versions[-1].state if versions else "proposed"
    if now not in _FROM[state] or (versions and versions[-1].version != rule.version):
        raise LedgerError(
            "already_decided",
            f"This rule is {now}; it cannot become {state}.",
            thing=rule.id,
            next_step="`mainspring rules show` tells by whom and why.",
        )
    made = rule.model_copy(
        update={
            "state": state,
            "version": len(versions) + 1,
            "reason": reason,
            "decided_by": person.name,
            "decided_at": tx.now,
        }
    )
    row = made.model_dump(mode="json", include={"id", "version", "check", "line", "state", "cases"})
    tx.connection.execute(
        t.rules.insert(), {**row, "reason": reason, "person_id": person.id, "at": tx.now}
    )
    data = {"state": state, "version": made.version, "line": made.line, "reason": reason}
    journal.append(tx, f"rule_{state}", person_id=person.id, thing=rule.id, data=data)
    return made


def _rule(tx: Transaction, row: sa.RowMapping) -> TaughtRule:
    return TaughtRule.model_validate(
        {
            "id": row["id"],
            "check": row["check"],
            "line": row["line"],
            "state": row["state"],
            "cases": row["cases"],
            "version": row["version"],
            "reason": row["reason"],
            "decided_by": people.get(tx, row["person_id"]).name,
            "decided_at": row["at"],
        }
    )
