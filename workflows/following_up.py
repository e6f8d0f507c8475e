"""What comes after the last mail: looking at the results, some days later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ledger import jobs
from ledger.database import Transaction
from ledger.publications import PublicationRow


def schedule_reports(tx: Transaction, rows: Sequence[PublicationRow], days: Sequence[int]) -> None:
    """Look at the results some days after the last mail; the last look ends the run."""
    for row in rows:
        for number in days:
            jobs.put(
                tx,
                f"collect:{row.id}:{number}",
                "collect_results",
                {"run_id": row.run_id, "days": number, "last": number == max(days)},
                due_at=tx.now + timedelta(days=number),
            )
