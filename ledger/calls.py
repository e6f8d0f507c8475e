"""The log of model calls: what was asked by which prompt, and what it cost. No texts."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from domain.frozen import Frozen
from ledger import budgets
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction

_c = t.calls.c
_ONE = 1_000_000


class CallTotals(Frozen):
    """The sums over a run."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    seconds: float


def record(
    tx: Transaction,
    run_id: str,
    task: str,
    prompt_hash: str,
    prompt_version: int,
    model: str,
    tokens_in: int,
    tokens_out: int,
    cost: Decimal,
    seconds: float,
    outcome: str,
) -> None:
    """Keep one call and count it against the budgets. ``cost`` in the workspace's currency."""
    row = {
        "id": new_id(),
        "run_id": run_id,
        "task": task,
        "prompt_hash": prompt_hash,
        "prompt_version": prompt_version,
        "model": model,
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost_millionths": int((cost * _ONE).to_integral_value()),
        "seconds": seconds,
        "outcome": outcome,
        "at": tx.now,
    }
    tx.connection.execute(t.calls.insert(), row)
    budgets.spend(tx, "model_calls", 1, run_id)
    budgets.spend(tx, "money", cost, run_id)


def prompt_hashes(tx: Transaction, task: str, version: int) -> set[str]:
    """Every text that a task was asked by under one version of its prompt."""
    query = sa.select(_c.prompt_hash).distinct()
    query = query.where(_c.task == task, _c.prompt_version == version)
    return set(tx.connection.execute(query).scalars())


def totals(tx: Transaction, run_id: str) -> CallTotals:
    """What a run's calls came to."""
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(_c.tokens_in), 0),
        sa.func.coalesce(sa.func.sum(_c.tokens_out), 0),
        sa.func.coalesce(sa.func.sum(_c.cost_millionths), 0),
        sa.func.coalesce(sa.func.sum(_c.seconds), 0.0),
    ).where(_c.run_id == run_id)
    calls, tokens_in, tokens_out, cost, seconds = tx.connection.execute(query).one()
    return CallTotals(
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=Decimal(cost) / _ONE,
        seconds=seconds,
    )
