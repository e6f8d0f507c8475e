"""Cases of a support system. What they are about is not read."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

from domain.customer import Complaint
from tools.store.outcome import Outcome
from tools.store.people import UNKNOWN, find_people
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.segments import Store
from tools.store.staging import Staged
from tools.store.values import email, identifier, moment, one_of, strictly

STATUS = {
    "open": (
        "open", "opened", "reopened", "new", "neu", "offen", "pending", "waiting", "on hold",
        "hold", "in progress", "assigned", "escalated", "working",
    ),
    "closed": (
        "closed", "close", "solved", "resolved", "done", "completed", "finished", "archived",
        "geschlossen", "gelöst", "erledigt", "cancelled", "canceled",
    ),
}  # fmt: skip


def take_in(staged: Staged, store: Store, timezone: str | None, latest: datetime) -> Outcome:
    """Judge the rows, find their people, return one complaint a case: its last row.

    What the status says goes before the closing's moment. A case that is closed without a moment
    counts as closed when it was opened: it keeps nobody out.
    """
    times = staged.times(timezone, latest, ["opened_at", "closed_at"])
    staged.judge(
        [
            identifier("case_id", required=True),
            strictly(identifier("customer_id")),
            email("email"),
            moment("opened_at", times, required=True),
            moment("closed_at", times),
            one_of("status", STATUS, "a status"),
        ]
    )
    find_people(staged, store)
    staged.refuse("customer_id IS NULL", UNKNOWN)
    rows = staged.arrow(
        "SELECT customer_id, case_id, opened_at, CASE status WHEN 'open' THEN NULL "
        "WHEN 'closed' THEN coalesce(closed_at, opened_at) ELSE closed_at END AS closed_at "
        f"FROM judged QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY {LINE} DESC) = 1 "
        f"ORDER BY {LINE}"
    )
    complaints = tuple(
        Complaint.model_validate(row | {"source": staged.source}) for row in rows_of(rows)
    )
    still_open = sum(case.closed_at is None for case in complaints)
    return Outcome(
        added=len(complaints),
        duplicates=staged.count("SELECT count(*) FROM judged") - len(complaints),
        notes=(f"Open: {still_open:,} of {len(complaints):,} cases.",) if complaints else (),
        complaints=complaints,
    )
