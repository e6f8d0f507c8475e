"""What of a campaign went out, as a step of its story."""

from __future__ import annotations

from app import words
from app.views.people import Asked
from app.views.story_parts import Known, Outcome, SentPart, Step
from ledger.publications import PublicationRow


def sent_step(row: PublicationRow, known: Known) -> Step | None:
    counts = known.counts[row.id]
    total = sum(counts.values())
    gone = counts.get("sent", 0)
    unknown = counts.get("needs_review", 0)
    span = known.spans[row.id]
    if not total or (row.state == "scheduled" and not gone and not unknown):
        return None if row.state == "cancelled" or not total else _scheduled(row, total)
    outcomes = [
        Outcome(
            what=words.SEND_STATES[state],
            count=count,
            href=Asked(publication=row.id, campaign=row.campaign_id, state=state).address(),
        )
        for state, count in counts.items()
        if state not in ("left_out",)
    ]
    outcomes += [
        Outcome(
            what=f"left out because {words.LEFT_OUT.get(reason, reason.replace('_', ' '))}",
            count=count,
            href=Asked(
                publication=row.id, campaign=row.campaign_id, state="left_out", reason=reason
            ).address(),
        )
        for reason, count in known.reasons[row.id].items()
    ]
    return Step(
        icon="mail",
        tone="wait" if unknown else "good" if gone else "",
        head="Sent" if gone else "Nothing sent",
        beside=f"{gone:,} of {total:,}",
        at=span[0] if span is not None else row.starts_at,
        text=("Nobody got it twice.",) if gone and not unknown else (),
        href=f"/sent/{row.id}",
        link="See exactly what went out",
        sent=SentPart(
            publication_id=row.id,
            total=total,
            sent=gone,
            seconds=(span[1] - span[0]).total_seconds() if span is not None else None,
            outcomes=tuple(outcomes),
            unknown=unknown,
        ),
    )


def _scheduled(row: PublicationRow, total: int) -> Step:
    return Step(
        icon="calendar",
        head="Scheduled",
        beside=words.people(total),
        at=row.starts_at,
        href="/calendar",
        link="Look at the calendar",
    )
