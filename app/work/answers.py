"""The questionnaire's answers: a file of the workspace, without names of people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, get_args

import yaml
from filelock import FileLock
from pydantic import ValidationError

from app.work.tasks import TASKS
from app.workspace import Workspace
from domain.errors import Refused, WrongUsage
from domain.work import Answers, Business, ByHand, Range
from ledger import journal, people

FILE = "work.yaml"
LOCK_SECONDS = 10
A_WEEK = 7 * 24 * 60
"""In minutes."""
_BY_HAND = re.compile(r"(?P<key>[a-z_]+)=(?P<times>[\d.]+)x(?P<minutes>[\d.]+(-[\d.]+)?)")


def read_answers(workspace: Workspace) -> Answers:
    """What the team said; nothing where nobody has. Raises Refused unreadable_answers."""
    file = workspace.folder / FILE
    try:
        return Answers.model_validate(yaml.safe_load(file.read_text("utf-8")) or {})
    except FileNotFoundError:
        return Answers()
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise Refused(
            "unreadable_answers",
            f"The answers about your work cannot be read: {str(error).splitlines()[0]}",
            thing=str(file),
            next_step="Mend the file, or move it away and answer again.",
        ) from error


def save_answers(workspace: Workspace, answers: Answers, person: people.Person) -> None:
    """Keep the answers and say so in the history. Needs the right to write."""
    with workspace.ledger.write() as tx:
        person = people.require_now(tx, person, "write")
        dated = answers.model_copy(update={"answered_on": tx.now.date()})
        file = workspace.folder / FILE
        with FileLock(file.with_name(f".{FILE}.lock"), timeout=LOCK_SECONDS):
            part = file.with_name(f"{FILE}.part")
            plain = dated.model_dump(mode="json", exclude_none=True)
            part.write_text(yaml.safe_dump(plain, sort_keys=False), "utf-8")
            part.replace(file)
        data = {"tasks": sorted(task.key for task in answers.tasks)}
        journal.append(tx, "work_described", person_id=person.id, thing="work", data=data)


def changed(
    before: Answers,
    *,
    business: str = "",
    revenue: str = "",
    technology_budget: str = "",
    review: str = "",
    tasks: Iterable[str] = (),
) -> Answers:
    """The answers with what is newly said; an empty text says nothing new.

    ``tasks`` are as ``write_brief=8x60-90``: eight times a month by hand, 60 to 90 minutes each.
    Raises WrongUsage unreadable_answer.
    """
    said: dict[str, Any] = {}
    if business:
        if business not in get_args(Business):
            raise _unreadable(business, f"One of: {', '.join(get_args(Business))}.")
        said["business"] = business
    if revenue:
        said["revenue"] = _amount(revenue)
    if technology_budget:
        said["technology_budget"] = _amount(technology_budget)
    if review:
        said["review_minutes"] = read_range(review)
    by_hand = {task.key: task for task in before.tasks}
    by_hand |= {task.key: task for task in map(_by_hand, tasks)}
    kept = [by_hand[key] for key in TASKS if key in by_hand]
    try:
        return Answers.model_validate({**before.model_dump(), **said, "tasks": kept})
    except ValidationError as error:
        first = error.errors()[0]
        raise _unreadable(str(first["input"]), f"{first['msg']}.") from error


def from_form(form: Mapping[str, str]) -> Answers:
    """All answers anew, from fields ``business``, ``revenue``, ``technology_budget``, ``review``,
    and ``times_TASK`` with ``minutes_TASK``. Raises WrongUsage unreadable_answer."""
    said = {name: value.strip() for name, value in form.items()}
    tasks = []
    for key, task in TASKS.items():
        times, minutes = said.get(f"times_{key}", ""), said.get(f"minutes_{key}", "")
        if minutes:
            tasks.append(f"{key}={times or '0'}x{minutes}")
        elif times:
            raise _unreadable(times, f"Say also how many minutes it takes: {task.name}.")
    return changed(
        Answers(),
        business=said.get("business", ""),
        revenue=said.get("revenue", ""),
        technology_budget=said.get("technology_budget", ""),
        review=said.get("review", ""),
        tasks=tasks,
    )


def read_range(text: str) -> Range:
    """``60`` or ``60-90``, in minutes. Raises WrongUsage unreadable_answer."""
    least, _, most = text.replace("–", "-").partition("-")
    hint = "Write minutes as 60, or as 60-90, and no more than a week."
    try:
        found = Range(least=float(least), most=float(most or least))
    except ValueError as error:
        raise _unreadable(text, hint) from error
    if found.most > A_WEEK:
        raise _unreadable(text, hint)
    return found


def _by_hand(text: str) -> ByHand:
    found = _BY_HAND.fullmatch(text.replace(" ", "").replace("–", "-"))
    if found is None:
        raise _unreadable(text, "Write TASK=TIMESxMINUTES, for example write_brief=8x60-90.")
    if found["key"] not in TASKS:
        near = get_close_matches(found["key"], TASKS, n=3, cutoff=0.3) or list(TASKS)
        raise _unreadable(found["key"], f"There is no such task. One of: {', '.join(near)}.")
    try:
        return ByHand.model_validate(
            {
                "key": found["key"],
                "times": float(found["times"]),
                "minutes": read_range(found["minutes"]),
            }
        )
    except ValueError as error:
        raise _unreadable(text, "Times a month are 0 to 10,000.") from error


def _amount(text: str) -> Decimal:
    try:
        found = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise _unreadable(text, "Write the amount of a year in digits: 2400000.") from error
    if not found.is_finite():
        raise _unreadable(text, "Write the amount of a year in digits: 2400000.")
    return found


def _unreadable(text: str, hint: str) -> WrongUsage:
    return WrongUsage(
        "unreadable_answer", f"{text!r} cannot be read as an answer.", thing=text, next_step=hint
    )
