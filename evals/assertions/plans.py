"""What cases may ask of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from agents.scheduler import due_at
from domain.plan import HELD_BACK, Plan
from evals.assertions import Assertion
from evals.assertions.texts import missing_words


def hour(plan: Plan, wanted: int) -> str:
    found = plan.send_time.hour
    return "" if found == wanted else f"the hour is {found}"


def learnt(plan: Plan, wanted: bool) -> str:
    found = plan.send_time.learnt
    return "" if found is wanted else f"learnt is {found}: {plan.send_time.evidence}"


def day(plan: Plan, wanted: object) -> str:
    found = plan.send_time.day.isoformat()
    return "" if found == str(wanted) else f"the day is {found}"


def arms(plan: Plan, wanted: Mapping[str, float]) -> str:
    """Each arm's share, to half a point."""
    found = {arm.id: arm.share for arm in plan.arms}
    if set(found) != set(wanted):
        return f"the arms are {sorted(found)}"
    wrong = {arm: share for arm, share in found.items() if abs(share - wanted[arm]) > 0.005}
    return f"shares are {wrong}" if wrong else ""


def sizes_add_up(plan: Plan, wanted: object) -> str:
    total = sum(arm.size for arm in plan.arms)
    return "" if total == plan.size else f"the arms hold {total} people of {plan.size}"


def held_back_at_most(plan: Plan, wanted: int) -> str:
    found = next((arm.size for arm in plan.arms if arm.id == HELD_BACK), 0)
    return "" if found <= wanted else f"{found} are held back"


def never_quiet(plan: Plan, wanted: list[str]) -> str:
    """In each of these zones the mail is due outside the quiet hours, inside the window."""
    quiet = plan.quiet_hours
    for zone in wanted:
        due = due_at(plan, zone)
        local = due.astimezone(ZoneInfo(zone))
        over_midnight = quiet.start > quiet.end
        within = quiet.start <= local.hour < quiet.end
        if over_midnight:
            within = local.hour >= quiet.start or local.hour < quiet.end
        if within:
            return f"in {zone} it is due at {local:%H:%M}, a quiet hour"
        if not plan.window_start <= due <= plan.window_end:
            return f"in {zone} it is due at {due.isoformat()}, outside the window"
    return ""


def says(plan: Plan, wanted: str | list[str]) -> str:
    return missing_words(" ".join((*plan.explanation, plan.send_time.evidence)), wanted)


ASSERTIONS: Mapping[str, Assertion] = {
    "hour": hour,
    "learnt": learnt,
    "day": day,
    "arms": arms,
    "sizes_add_up": sizes_add_up,
    "held_back_at_most": held_back_at_most,
    "never_quiet": never_quiet,
    "says": says,
}
