"""Who gets a mail and why, who does not, and when, on an approval's card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from app.cards import Shown
from app.views.card_brief import LeftOutShown, left_out_shown
from app.views.rule_words import who
from app.views.sending_time import first_mail_at
from domain.frozen import Frozen
from domain.publication import Content
from ledger.snapshots import Member


class AudienceShown(Frozen):
    rule: str
    """Who, in words; empty: no longer known."""
    match: int
    """People who fit the rule."""
    get_it: int
    held_back: int
    left_out: tuple[LeftOutShown, ...]
    """Each person counts once, under the first reason that applies."""
    snapshot_hash: str


class Zone(Frozen):
    """When the people of one time zone get it."""

    name: str
    people: int
    at: datetime


class WhenShown(Frozen):
    zones: tuple[Zone, ...]
    """By number of people."""
    window_start: datetime
    window_end: datetime
    """Moving it inside this window keeps the approval."""
    evidence: str
    quiet_start: int
    quiet_end: int
    cap_most: int
    cap_days: int


def audience_shown(content: Content, shown: Shown, get_it: int, held_back: int) -> AudienceShown:
    brief, plan = shown.brief, shown.plan
    reasons = left_out_shown(tuple((x.reason, x.count) for x in plan.left_out) if plan else ())
    everybody = content.size + sum(reason.people for reason in reasons)
    return AudienceShown(
        rule=who(brief.audience.rule) if brief else "",
        match=everybody,
        get_it=get_it,
        held_back=held_back,
        left_out=reasons,
        snapshot_hash=content.snapshot_hash,
    )


def when_shown(
    content: Content, shown: Shown, members: Sequence[Member], timezone: str, now: datetime
) -> WhenShown:
    counted = Counter(member.timezone or timezone for member in members)
    plain = content.model_dump(include={"window_start", "window_end", "send_hour", "send_minute"})
    return WhenShown(
        zones=tuple(
            Zone(name=zone, people=count, at=first_mail_at(plain, zone, now))
            for zone, count in counted.most_common()
        ),
        window_start=content.window_start,
        window_end=content.window_end,
        evidence=shown.plan.send_time.evidence if shown.plan else "",
        quiet_start=content.quiet_hours.start,
        quiet_end=content.quiet_hours.end,
        cap_most=content.cap.most,
        cap_days=content.cap.days,
    )
