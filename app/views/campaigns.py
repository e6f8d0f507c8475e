"""The list of campaigns: where each stands, and what comes next in it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from app import words
from domain.frozen import Frozen
from domain.publication import SendState
from ledger import listing, people, sending
from ledger.database import Ledger, Transaction
from ledger.listing import Waiting
from ledger.publications import PublicationRow
from ledger.runs import Run, RunStatus
from workflows.transactions import read

PAGE = 50

StateKind = Literal[
    "waiting", "approved", "sent", "draft", "paused", "stopped", "finished", "running", "failed"
]
"""How a state is drawn; its words say the rest."""
Filter = Literal["all", "waiting", "running", "scheduled", "done", "ended"]

FILTERS: dict[Filter, tuple[str, tuple[RunStatus, ...]]] = {
    "all": ("All", ()),
    "waiting": ("Wait for a person", ("waiting",)),
    "running": ("Being worked on", ("running",)),
    "scheduled": ("Going out", ("publishing",)),
    "done": ("Finished", ("done",)),
    "ended": ("Stopped", ("failed", "cancelled")),
}


class CampaignRow(Frozen):
    id: str
    title: str
    state: StateKind
    state_words: str
    next: str
    """What comes next, in words; ``next_at`` follows them where it is known."""
    next_at: datetime | None = None
    next_href: str = ""
    people: int | None = None
    """With a message, in all scheduled sends."""
    started_by: str
    created_at: datetime


class CampaignList(Frozen):
    rows: tuple[CampaignRow, ...]
    counts: dict[Filter, int]
    show: Filter
    search: str
    next_page: str = ""
    """The address of the next page; empty at the end."""


class Standing(Frozen):
    """Where a campaign stands."""

    state: StateKind
    words: str
    next: str
    next_at: datetime | None = None
    next_href: str = ""


async def campaign_list(
    ledger: Ledger, *, show: Filter = "all", search: str = "", before: str = ""
) -> CampaignList:
    """One page of the campaigns, the newest first."""

    def look(tx: Transaction) -> CampaignList:
        statuses = FILTERS[show][1]
        runs = listing.runs_page(tx, statuses=statuses, search=search, before=before, limit=PAGE)
        ids = [run.id for run in runs]
        waiting = listing.waiting_for(tx, ids)
        sends = listing.publications_of(tx, ids)
        counts = listing.counts_of(tx, [row.id for rows in sends.values() for row in rows])
        paused = sending.is_paused(tx)
        names = people.names(tx)
        by_status = listing.count_runs(tx, search)
        return CampaignList(
            rows=tuple(
                _row(run, waiting.get(run.id), sends.get(run.id, []), counts, paused, names)
                for run in runs
            ),
            counts={
                name: sum(n for status, n in by_status.items() if not of or status in of)
                for name, (_, of) in FILTERS.items()
            },
            show=show,
            search=search,
            next_page=address(show, search, ids[-1]) if len(ids) == PAGE else "",
        )

    return await read(ledger, look)


def standing(
    run: Run, waiting: Waiting | None, sends: list[PublicationRow], *, paused: bool
) -> Standing:
    """Where a campaign stands, and what comes next."""
    if waiting is not None:
        gate = words.GATES[waiting.gate]
        return Standing(
            state="waiting",
            words="Waits for your yes",
            next=f"a yes to {gate}, until",
            next_at=waiting.expires_at,
            next_href=f"/approvals/{waiting.id}",
        )
    scheduled = next((row for row in sends if row.state == "scheduled"), None)
    match run.status:
        case "running":
            return Standing(state="running", words="Being worked on", next="a brief or drafts")
        case "publishing" if scheduled is not None:
            if paused or scheduled.paused:
                return Standing(
                    state="paused",
                    words="Paused",
                    next="goes out once it is resumed",
                    next_href="/calendar",
                )
            return Standing(
                state="approved",
                words="Approved",
                next="goes out",
                next_at=scheduled.starts_at,
                next_href=f"/sent/{scheduled.id}",
            )
        case "publishing":
            return Standing(
                state="sent",
                words="Sent",
                next="results come in",
                next_href=f"/reports/{run.id}",
            )
        case "done":
            return Standing(
                state="finished", words="Finished", next="read its report",
                next_href=f"/reports/{run.id}",
            )  # fmt: skip
        case "waiting":
            stopped = any(row.state == "stopped" for row in sends)
            return Standing(
                state="stopped" if stopped else "waiting",
                words="Stopped" if stopped else "Waits for a person",
                next=words.one_line(run.detail, 90),
                next_href=f"/campaigns/{run.id}",
            )
        case "failed":
            return Standing(state="failed", words="Failed", next=words.one_line(run.detail, 90))
        case "cancelled":
            return Standing(state="stopped", words="Cancelled", next="")


def _row(
    run: Run,
    waiting: Waiting | None,
    sends: list[PublicationRow],
    counts: dict[str, dict[SendState, int]],
    paused: bool,
    names: dict[str, str],
) -> CampaignRow:
    now = standing(run, waiting, sends, paused=paused)
    messages = [n for row in sends for n in counts[row.id].values()]
    return CampaignRow(
        id=run.id,
        title=words.title(run.goal),
        state=now.state,
        state_words=now.words,
        next=now.next,
        next_at=now.next_at,
        next_href=now.next_href,
        people=sum(messages) if messages else None,
        started_by=names.get(run.started_by, ""),
        created_at=run.created_at,
    )


def address(show: Filter, search: str, before: str = "") -> str:
    """The address of a page of the list."""
    fields = {"show": show, "search": search, "before": before}
    return f"/campaigns?{urlencode({k: v for k, v in fields.items() if v})}"
