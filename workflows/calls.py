"""Where model calls are counted: the ledger's log and budget, of the run under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from agents.model import Call, ModelError
from ledger import budgets, calls
from ledger.database import Ledger
from ledger.errors import LedgerError

_run: ContextVar[str] = ContextVar("mainspring_run", default="")


@contextmanager
def during(run_id: str) -> Iterator[None]:
    """Calls made inside belong to this run."""
    before = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(before)


def run_under_way() -> str:
    """The campaign, or the turn of a conversation, that is worked on; empty where none is."""
    return _run.get()


class LedgerCallLog:
    """Keeps every call in the ledger (agents.model.CallLog)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(self, call: Call) -> None:
        with self._ledger.write() as tx:
            calls.record(
                tx,
                _run.get(),
                call.task,
                call.prompt_hash,
                call.prompt_version,
                call.model,
                call.tokens_in,
                call.tokens_out,
                call.cost,
                call.seconds,
                call.outcome,
            )


class LedgerBudget:
    """Asks the ledger whether anything is left for models (agents.model.Budget)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def check(self) -> None:
        """Raises ModelError budget_spent."""
        try:
            with self._ledger.read() as tx:
                for what in ("money", "model_calls"):
                    budgets.check(tx, what, _run.get() or None)
        except LedgerError as error:
            if error.code != "budget_spent":
                raise
            raise ModelError(
                "budget_spent", error.what, thing=error.thing, next_step=error.next_step
            ) from error
