"""Scheduler: who gets what when, as typed ids and numbers, explained to a marketer.

It never sees a person. The workflow counts the frozen snapshot with ``count_arms`` and passes
the counts in; ``assign`` gives each pseudonym its arm by a stable hash, so that the same person
has the same arm in every process, today and in a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.errors import Refused
from domain.frozen import Frozen
from domain.money import Share
from domain.plan import HELD_BACK, Arm, Cap, LeftOut, Plan, QuietHours, SendTime
from domain.readings import LifeStage, stage_words
from tools.analytics.port import HourEvidence
from tools.measurement.effects import share_interval

DEFAULT_HOUR = 10
"""Local, where the data are too thin to learn an hour."""
LEAST_PEOPLE = 100
"""Below this many people with clicks or purchases no hour is learnt."""
LEAD = timedelta(minutes=30)
"""Between a yes and the first mail, so that a person can still stop it."""

PlanErrorCode = Literal[
    "nobody_to_mail",  # the snapshot is empty, or everybody in it is held back
    "window_over",  # no day of the window has the hour still to come
    "all_hours_quiet",  # the quiet hours leave no hour of the day
    "unknown_timezone",  # not an IANA name
]


class PlanError(Refused):
    """A plan that cannot be made; ``next_step`` names what to change."""

    code: PlanErrorCode


class PlanQuestion(Frozen):
    """Everything that a plan stands on. Dates are days of each recipient's own zone."""

    campaign_id: str
    snapshot_hash: str
    size: int
    """People in the snapshot, those to be held back included."""
    variants: tuple[str, ...]
    """The approved variants' ids."""
    holdout: Share
    arm_sizes: tuple[tuple[str, int], ...] = ()
    """What ``count_arms`` counted; empty: the expected sizes are given."""
    send_from: date
    send_until: date
    now: datetime
    """The workspace's clock, aware."""
    timezone: str
    """The workspace's zone, for recipients without one of their own."""
    timezones: tuple[tuple[str, int], ...] = ()
    """Recipients by zone; empty: all in the workspace's."""
    hours: HourEvidence | None = None
    chosen: time | None = None
    """The local time that a person chose; None: the best hour is learnt."""
    quiet_hours: QuietHours = QuietHours()
    cap: Cap = Cap(most=2)
    left_out: tuple[LeftOut, ...] = ()
    stages: tuple[tuple[LifeStage, int], ...] = ()
    """People by stage of life, where mails differ by it; those of none under ``""``."""


def arms_for(variants: Sequence[str], holdout: Share) -> tuple[tuple[str, Share], ...]:
    """Arm ids and shares: those held back first, the variants in equal parts after them."""
    if not variants:
        return ((HELD_BACK, 1.0),)
    each = (1 - holdout) / len(variants)
    held = ((HELD_BACK, holdout),) if holdout > 0 else ()
    return (*held, *((variant, each) for variant in variants))


def assign(campaign_id: str, pseudonym: str, arms: Sequence[Arm | tuple[str, Share]]) -> str:
    """The arm of one person: SHA-256 of ``campaign|pseudonym`` as a number in [0, 1), found on
    the arms laid end to end in the order given."""
    point = _point(campaign_id, pseudonym)
    pairs = [(arm.id, arm.share) if isinstance(arm, Arm) else arm for arm in arms]
    reached = 0.0
    for arm_id, share in pairs:
        reached += share
        if point < reached:
            return arm_id
    # The shares' sum may round to a hair below 1.
    return pairs[-1][0]


def count_arms(
    campaign_id: str, pseudonyms: Iterable[str], arms: Sequence[Arm | tuple[str, Share]]
) -> tuple[tuple[str, int], ...]:
    """How many people each arm gets, in the arms' order."""
    counts = {arm.id if isinstance(arm, Arm) else arm[0]: 0 for arm in arms}
    for pseudonym in pseudonyms:
        counts[assign(campaign_id, pseudonym, arms)] += 1
    return tuple(counts.items())


def due_at(plan: Plan, timezone: str) -> datetime:
    """When a recipient in that zone gets the mail, in UTC.

    It is the plan's day and hour on that zone's own clock. Where this moment lies before the
    window (the zone's morning is already over), it is the next day's. An hour that summer time
    skips is taken an hour later; one that it repeats is taken at its first coming.
    Raises PlanError unknown_timezone.
    """
    zone = _zone(timezone)
    day = plan.send_time.day
    moment = _utc(day, plan.send_time, zone)
    while moment < plan.window_start:
        day += timedelta(days=1)
        moment = _utc(day, plan.send_time, zone)
    return moment


def make_plan(question: PlanQuestion) -> Plan:
    """The plan that the second gate is asked about. Raises PlanError."""
    shares = arms_for(question.variants, question.holdout)
    arms = _arms(question, shares)
    treated = sum(arm.size for arm in arms if arm.id != HELD_BACK)
    if treated == 0:
        raise PlanError(
            "nobody_to_mail",
            f"Of {question.size} people nobody would get a mail.",
            thing=question.campaign_id,
            next_step="widen the audience rule, or import consents and addresses",
        )
    zones = [_zone(name) for name in _zone_names(question)]
    open_hours = [hour for hour in range(24) if not is_quiet(hour, question.quiet_hours)]
    if not open_hours:
        raise PlanError(
            "all_hours_quiet",
            "The quiet hours leave no hour in which a mail may go out.",
            thing=question.campaign_id,
            next_step="shorten the quiet hours in mainspring.toml",
        )
    if question.chosen is not None:
        at, learnt, n = question.chosen, False, 0
        evidence = f"A person chose {at:%H:%M}, in each recipient's own time."
    else:
        hour, evidence, learnt, n = best_hour(question.hours, open_hours)
        at = time(hour)
    day = _first_day(question, at, zones)
    send_time = SendTime(
        day=day, hour=at.hour, minute=at.minute, evidence=evidence, learnt=learnt, n=n
    )
    start = max(
        question.now.astimezone(UTC),
        min(_moment(question.send_from, time(open_hours[0]), zone) for zone in zones),
    )
    # To the end of the last day's last open hour, wherever that comes last.
    end = max(
        _moment(question.send_until, time(open_hours[-1]), zone) + timedelta(hours=1)
        for zone in zones
    )
    plan = Plan(
        campaign_id=question.campaign_id,
        snapshot_hash=question.snapshot_hash,
        size=question.size,
        arms=arms,
        send_time=send_time,
        window_start=start,
        window_end=end,
        quiet_hours=question.quiet_hours,
        cap=question.cap,
        left_out=question.left_out,
        stages=question.stages,
    )
    return plan.model_copy(update={"explanation": _explain(plan, question)})


def is_quiet(hour: int, quiet: QuietHours) -> bool:
    """Whether a local hour lies in the quiet hours; equal ends mean none are quiet."""
    if quiet.start <= quiet.end:
        return quiet.start <= hour < quiet.end
    return hour >= quiet.start or hour < quiet.end


def best_hour(hours: HourEvidence | None, open_hours: Sequence[int]) -> tuple[int, str, bool, int]:
    """The hour, its evidence in a sentence, whether it was learnt, and from how many actions.

    The busiest open hour is taken only where its share of clicks and purchases clears an even
    spread by more than chance, at an error rate shared among all open hours (Bonferroni).
    Several actions of one person are not independent, so people are counted, not actions.
    """
    default = min(open_hours, key=lambda hour: (abs(hour - DEFAULT_HOUR), hour))
    if hours is None or hours.n == 0:
        return default, f"{default}:00 by default: no clicks or purchases are known.", False, 0
    counts = [hours.counts[hour] for hour in open_hours]
    n, people = sum(counts), hours.people
    if people < LEAST_PEOPLE or n == 0:
        return (
            default,
            f"{default}:00 by default: {_number(people)} people with clicks or purchases are too "
            f"few to learn an hour from ({LEAST_PEOPLE} are needed).",
            False,
            n,
        )
    best = max(range(len(counts)), key=lambda index: (counts[index], -index))
    even = 1 / len(counts)
    share = counts[best] / n
    weight = min(n, people)
    found = share_interval(round(share * weight), weight, alpha=0.05 / len(counts))
    if found.low <= even:
        return (
            default,
            f"{default}:00 by default: among {_number(n)} clicks and purchases of "
            f"{_number(people)} people no hour stands out from chance.",
            False,
            n,
        )
    low, high = share_interval(round(share * weight), weight)[1:]
    return (
        open_hours[best],
        f"{open_hours[best]}:00 in each recipient's own time: {share:.1%} of {_number(n)} clicks "
        f"and purchases of {_number(people)} people fall in this hour (likely between {low:.1%} "
        f"and {high:.1%}; an even spread over the open hours would be {even:.1%}).",
        True,
        n,
    )


def _point(campaign_id: str, pseudonym: str) -> float:
    digest = hashlib.sha256(f"{campaign_id}|{pseudonym}".encode()).digest()
    # 53 bits: as many as a float holds exactly.
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def _arms(question: PlanQuestion, shares: tuple[tuple[str, Share], ...]) -> tuple[Arm, ...]:
    sizes = dict(question.arm_sizes) or _expected(question.size, shares)
    return tuple(Arm(id=name, share=share, size=sizes.get(name, 0)) for name, share in shares)


def _expected(size: int, shares: tuple[tuple[str, Share], ...]) -> dict[str, int]:
    """Whole numbers in proportion that add up to the size (largest remainders)."""
    sizes = {name: int(size * share) for name, share in shares}
    by_remainder = sorted(shares, key=lambda pair: pair[1] * size % 1, reverse=True)
    for name, _ in by_remainder[: size - sum(sizes.values())]:
        sizes[name] += 1
    return sizes


def _zone_names(question: PlanQuestion) -> list[str]:
    named = [name for name, count in question.timezones if name and count]
    return named if named else [question.timezone]


def _first_day(question: PlanQuestion, at: time, zones: list[ZoneInfo]) -> date:
    """The first day of the window whose time is still to come for every zone."""
    earliest = question.now.astimezone(UTC) + LEAD
    day = max(question.send_from, earliest.date() - timedelta(days=1))
    while day <= question.send_until:
        if all(_moment(day, at, zone) >= earliest for zone in zones):
            return day
        day += timedelta(days=1)
    raise PlanError(
        "window_over",
        f"{at:%H:%M} on {question.send_until.isoformat()}, the last day allowed, is over in at "
        "least one recipient's time zone.",
        thing=question.campaign_id,
        next_step="give a later last day",
    )


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return _local(datetime.combine(day, at), zone)


def _utc(day: date, send_time: SendTime, zone: ZoneInfo) -> datetime:
    return _local(datetime.combine(day, time(send_time.hour, send_time.minute)), zone)


def _local(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall time in UTC; ``fold=0`` puts a skipped hour after the gap and a repeated one first."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise PlanError(
            "unknown_timezone",
            "This is no time zone's IANA name.",
            thing=name,
            next_step="name it like Europe/Berlin",
        ) from error


def _explain(plan: Plan, question: PlanQuestion) -> tuple[str, ...]:
    held = next((arm for arm in plan.arms if arm.id == HELD_BACK), None)
    variants = [arm for arm in plan.arms if arm.id != HELD_BACK]
    mailed = sum(arm.size for arm in variants)
    lines = [
        f"{_number(mailed)} of {_number(plan.size)} people get the mail, in "
        + (
            "one variant."
            if len(variants) == 1
            else f"{len(variants)} variants of equal chance: "
            + ", ".join(f"{arm.id} to {_number(arm.size)}" for arm in variants)
            + "."
        )
    ]
    if held is None:
        lines.append("Nobody is held back, so this campaign cannot show what it changed.")
    else:
        lines.append(
            f"{_number(held.size)} people ({held.share:.0%}) are held back by chance. What they "
            "do shows what would have happened without the mail."
        )
    if plan.stages:
        by = ", ".join(f"{_number(count)} {stage_words((stage,))}" for stage, count in plan.stages)
        lines.append(f"What they read differs by their stage of life today: {by}.")
    time_of = plan.send_time
    lines.append(f"It goes out on {_day(time_of.day)}. {time_of.evidence}")
    if time_of.learnt:
        lines.append(
            "Your own past hours of sending shape this figure: nobody clicks a mail before it "
            "comes."
        )
    lines.append(
        f"It may be moved between {_day(question.send_from)} and {_day(question.send_until)} "
        "without a new approval."
    )
    quiet = plan.quiet_hours
    if quiet.start != quiet.end:
        lines.append(
            f"Nothing goes out between {quiet.start}:00 and {quiet.end}:00 where the recipient is."
        )
    mails = "mail" if plan.cap.most == 1 else "mails"
    lines.append(
        f"Nobody gets more than {plan.cap.most} {mails} in {plan.cap.days} days, all campaigns "
        "together."
    )
    lines += [
        f"{_number(out.count)} left out because {LEFT_OUT_WORDS[out.reason]}."
        for out in plan.left_out
        if out.count
    ]
    zones = len([name for name, count in question.timezones if count])
    if zones > 1:
        lines.append(f"The recipients live in {zones} time zones; each gets it by their own clock.")
    return tuple(lines)


LEFT_OUT_WORDS: dict[str, str] = {
    "no_address": "no address is known",
    "invalid_address": "the address cannot be right",
    "no_consent": "they have not agreed to mails",
    "suppressed": "they must not be mailed (complaint, bounce or an imported list)",
    "no_contact": "they must not be contacted on any channel",
    "open_complaint": "a complaint of theirs is still open",
    "cap_reached": "they have had as many mails as the limit allows",
    "unsubscribed": "they have unsubscribed",
    "bounced": "mail to them came back",
    "erased": "their data were erased",
    "quiet_hours": "it is quiet time where they live",
    "complained": "they marked an earlier mail as spam",
    "other_campaign": "another campaign writes to them in these days",
    "changed_audience": "they no longer fit the audience rule",
    "same_person": "they get it under another of their customer ids",
    "same_address": "somebody else with the same address gets the mail",
}
"""Why people get no mail, after "left out because"."""


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _number(value: int) -> str:
    return f"{value:,}"
