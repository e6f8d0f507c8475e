"""What else the same people get: other campaigns beside one, and whom the cap would leave out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.frozen import Frozen
from domain.plan import Cap
from ledger.pressure import Mail


class OtherSend(Frozen):
    """Another campaign that writes to the same people."""

    campaign_id: str
    goal: str
    starts_at: datetime
    """Its first mail to one of them, in the days looked at."""
    people: int
    """How many of them it writes to in these days."""


def over_cap(near: Sequence[Mail], cap: Cap, at: datetime) -> set[str]:
    """Those who have had, or will have had, the most mails in the days before ``at``."""
    counts: dict[str, int] = {}
    for mail in near:
        if at - timedelta(days=cap.days) < mail.at <= at:
            counts[mail.pseudonym] = counts.get(mail.pseudonym, 0) + 1
    return {pseudonym for pseudonym, count in counts.items() if count >= cap.most}


def others(
    near: Sequence[Mail], goals: dict[str, str], begin: datetime, end: datetime
) -> tuple[OtherSend, ...]:
    by_campaign: dict[str, list[Mail]] = {}
    for mail in near:
        if begin <= mail.at < end:
            by_campaign.setdefault(mail.campaign_id, []).append(mail)
    found = [
        OtherSend(
            campaign_id=campaign_id,
            goal=goals[campaign_id],
            starts_at=min(mail.at for mail in mails),
            people=len({mail.pseudonym for mail in mails}),
        )
        for campaign_id, mails in by_campaign.items()
    ]
    return tuple(sorted(found, key=lambda other: (other.starts_at, other.campaign_id)))
