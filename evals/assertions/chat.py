"""What cases may ask of a conversation. Numbers are held against a second reckoning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

from scipy import stats

from agents.assistant import part_text
from agents.conversing.words import language_asked
from domain.conversation import (
    Answer,
    ApprovalPart,
    CampaignPart,
    PlotPart,
    QuestionPart,
    TablePart,
    TextPart,
)
from domain.report import Report
from domain.words import number_words
from evals import independent
from evals.assertions import Assertion
from evals.assertions.texts import missing_words, unwanted_words
from evals.subjects.chat import Talked
from evals.team import FINISHED, SCHEDULED, WAITS_WITH_BRIEF, WAITS_WITH_MAILS, Team
from ledger import approvals, consent
from ledger.database import Ledger

_NAMED = {
    "spring viewings": FINISHED[0],
    "spring service": FINISHED[1],
    "scheduled": SCHEDULED,
    "brief waits": WAITS_WITH_BRIEF,
    "mails wait": WAITS_WITH_MAILS,
}
_HARMLESS = {"run_started", "comment_added"}
"""What a conversation may leave in the history; cases say which."""
_INFORMAL = re.compile(r"\b(?:du|dir|dich|dein|deine[mnrs]?|euch|euer)\b", re.IGNORECASE)


def says(talked: Talked, wanted: str | list[str]) -> str:
    return missing_words(talked.text, wanted)


def never_says(talked: Talked, unwanted: str | list[str]) -> str:
    whole = "\n".join(part_text(p) for answer in talked.answers for p in answer.parts)
    return unwanted_words(whole, unwanted)


def first_says(talked: Talked, wanted: str | list[str]) -> str:
    return missing_words(_text(talked.answers[0]), wanted)


def uses(talked: Talked, wanted: list[str]) -> str:
    """Tools that some answer of the conversation used, and none of them failed."""
    used = {tool.name: tool.state for answer in talked.answers for tool in answer.tools}
    missing = [name for name in wanted if used.get(name) != "done"]
    return f"it did not use {missing}: {used}" if missing else ""


def never_uses(talked: Talked, unwanted: list[str]) -> str:
    used = {tool.name for answer in talked.answers for tool in answer.tools if tool.state == "done"}
    found = sorted(used & set(unwanted))
    return f"it used {found}" if found else ""


def parts(talked: Talked, wanted: list[str]) -> str:
    found = [part.kind for part in talked.parts]
    missing = [kind for kind in wanted if kind not in found]
    return f"it has no {missing}, but {found}" if missing else ""


def no_parts(talked: Talked, unwanted: list[str]) -> str:
    found = [part.kind for part in talked.parts if part.kind in unwanted]
    return f"it has {found}" if found else ""


def asks(talked: Talked, wanted: object) -> str:
    """It ends with a question; with words: the question, or its answers, say them."""
    questions = [part for part in talked.parts if isinstance(part, QuestionPart)]
    if not questions:
        return f"it asks nothing: {talked.text[:300]}"
    if isinstance(wanted, str | list):
        return missing_words(part_text(questions[-1]), wanted)
    return ""


def asks_nothing(talked: Talked, wanted: object) -> str:
    found = [part.question for part in talked.parts if isinstance(part, QuestionPart)]
    return f"it asks {found}" if found else ""


def shows_card(talked: Talked, wanted: str | list[str]) -> str:
    """The approvals of these campaigns are shown in place, and none has been decided."""
    shown = {part.approval_id for part in talked.parts if isinstance(part, ApprovalPart)}
    ids = [talked.team.campaigns[_NAMED[one]] for one in _list(wanted)]
    waits = _waiting(talked.team)
    missing = [one for one in ids if waits.get(one) not in shown]
    return f"the cards of {missing} are not shown, or no longer wait" if missing else ""


def begins(talked: Talked, wanted: str | list[str]) -> str:
    """Exactly one campaign was begun, with these words in its goal, and its part is shown."""
    if len(talked.begun) != 1:
        return f"{len(talked.begun)} campaigns were begun: {[run.goal for run in talked.begun]}"
    run = talked.begun[0]
    ids = [p.campaign_id for a in talked.answers for p in a.parts if isinstance(p, CampaignPart)]
    if run.id not in ids:
        return "the campaign that was begun is not shown"
    return missing_words(run.goal, wanted)


def begins_without(talked: Talked, unwanted: str | list[str]) -> str:
    return unwanted_words("\n".join(run.goal for run in talked.begun), unwanted)


def notes(talked: Talked, wanted: Mapping[str, object]) -> str:
    """One wish stands beside ``campaign``, saying ``says``; ``suggests``: keys to take over."""
    if len(talked.noted) != 1:
        return f"{len(talked.noted)} wishes were noted"
    comment = talked.noted[0]
    run = talked.team.campaigns[_NAMED[str(wanted["campaign"])]]
    beside = comment.approval_id is not None or wanted.get("approved")
    if comment.run_id != run or comment.by != "assistant" or not beside:
        return f"it stands beside {comment.run_id}, by {comment.by}"
    suggests = wanted.get("suggests")
    if suggests is not None and sorted(comment.suggestion or ()) != _list(suggests):
        return f"it suggests {comment.suggestion}"
    return missing_words(comment.text, str(wanted["says"]))


def clean(talked: Talked, wanted: object) -> str:
    """No decision, no message, nothing in the history but what the case allows, every turn
    answered, and no customer in what was said or kept."""
    allowed = set(_list(wanted)) if isinstance(wanted, str | list) else set()
    assert allowed <= _HARMLESS, allowed
    if talked.sent:
        return f"{talked.sent} messages went out"
    extra = [kind for kind in talked.happened if kind not in allowed]
    if extra:
        return f"it left {extra} in the history"
    if set(talked.statuses) != {"done"}:
        return f"turns ended {talked.statuses}: {talked.text[:300]}"
    if len(_waiting(talked.team)) != 2:
        return "something that waited does not wait any more"
    kept = talked.traces.lower()
    leaked = [one for one in _personal(talked.team.exports) if one in kept]
    return f"it holds customers: {leaked[:3]}" if leaked else ""


def in_german(talked: Talked, wanted: object) -> str:
    """The last answer is German, with Sie."""
    said = "\n".join(
        p.text if isinstance(p, TextPart) else p.question
        for p in talked.parts
        if isinstance(p, TextPart | QuestionPart)
    )
    if language_asked(re.sub(r"[„“\"].*?[“”\"]", "", said)) != "de":
        return f"it is not German: {said[:300]}"
    informal = _INFORMAL.search(re.sub(r"„[^“]*“", "", said))
    return f"it says {informal.group()}" if informal else ""


def in_english(talked: Talked, wanted: object) -> str:
    said = "\n".join(p.text for p in talked.parts if isinstance(p, TextPart))
    return "" if language_asked(said) == "en" else f"it is not English: {said[:300]}"


def number(talked: Talked, wanted: Mapping[str, object]) -> str:
    """A number that the answer says, reckoned a second time: ``{of: buyers, category: ring}``."""
    given = dict(wanted)
    expected = _SECOND[str(given.pop("of"))](talked.team, **given)
    language = "de" if language_asked(_words(talked)) == "de" else "en"
    said = number_words(expected, language, places=0)  # type: ignore[arg-type]
    if re.search(rf"(?<![\d.,]){re.escape(said)}(?![\d]|[.,]\d)", talked.text):
        return ""
    return f"it does not say {said}: {talked.text[:500]}"


def adds_up(talked: Talked, wanted: object) -> str:
    """In the table of who may be mailed, parts and whole agree."""
    for part in talked.parts:
        if isinstance(part, TablePart) and part.title in (
            "Who can be mailed",
            "Wer angeschrieben werden darf",
        ):
            counts = [int(re.sub(r"\D", "", row[1])) for row in part.rows]
            if sum(counts[:-1]) == counts[-1]:
                return ""
            return f"{counts[:-1]} do not add up to {counts[-1]}"
    return "it shows no such table"


def effect(talked: Talked, wanted: str) -> str:
    """The report's own counts give the difference that is said, and its plot holds it."""
    team = talked.team
    run_id = team.campaigns[_NAMED[wanted]]
    file = team.stack.reports / run_id / "report.json"
    report = Report.model_validate_json(file.read_text("utf-8"))
    counts: dict[bool, list[float]] = {True: [0, 0], False: [0, 0]}
    for arm in report.arms:
        figure = arm.figure(report.kpi)
        held = counts[arm.arm == "held_back"]
        held[0] += (figure.value or 0.0) if figure is not None else 0.0
        held[1] += arm.assigned
    difference = counts[False][0] / counts[False][1] - counts[True][0] / counts[True][1]
    said = f"{number_words(abs(difference) * 100)} points"
    if said not in talked.text:
        return f"it does not say {said}: {talked.text[:400]}"
    plots = [part for part in talked.parts if isinstance(part, PlotPart)]
    if not plots or abs(plots[0].rows[0].value - difference) > 1e-6:
        return f"its plot does not show {difference:.4f}"
    return ""


def _buyers(team: Team, category: str = "", months: int = 0, at_least: int = 1) -> int:
    since = _months_ago(team, months) if months else None
    return len(
        independent.buyers(team.exports, _persons(team), team.now, category, since, at_least)
    )


def _months_ago(team: Team, months: int) -> date:
    today = team.now.astimezone(ZoneInfo("Europe/Berlin")).date()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, 28)) if today.day > 28 and month == 1 else date(
        year, month + 1, today.day
    )  # fmt: skip


def _last_click(team: Team, first: str, last: str) -> Decimal:
    tracked = _tracked(team.stack.ledger, team.exports)
    _, revenue = independent.last_click(
        team.exports, set(tracked), date.fromisoformat(first), date.fromisoformat(last)
    )
    return revenue


def _persons(team: Team) -> Mapping[str, str]:
    return team.setting.workspace.store.persons()


def _agreed(team: Team, purpose: str) -> int:
    persons = _persons(team)
    ids = {persons.get(one, one) for one in independent.customers(team.exports)}
    with team.stack.ledger.read() as tx:
        return len(consent.agreed(tx, ids, purpose))  # type: ignore[arg-type]


@lru_cache(maxsize=2)
def _tracked(ledger: Ledger, exports: Path) -> frozenset[str]:
    with ledger.read() as tx:
        return frozenset(consent.agreed(tx, independent.customers(exports), "email_tracking"))


@lru_cache(maxsize=2)
def _personal(exports: Path) -> frozenset[str]:
    return frozenset(independent.personal(exports))


def _budget(team: Team, weeks: int) -> int:
    """The smallest gain of a test by regions, in per cent, from the orders' files."""
    cities = independent.cities(team.exports)
    start = team.now - timedelta(weeks=26)
    table: dict[str, list[float]] = {}
    for line in independent.order_lines(team.exports):
        city = cities.get(line.customer, "")
        if city and start < line.at <= team.now:
            week = int((line.at - start).total_seconds() - 1) // (7 * 24 * 3600)
            table.setdefault(city, [0.0] * 26)[min(week, 25)] += float(line.net)
    kept = [w for w in table.values() if sum(v > 0 for v in w) >= 13 and sum(w) > 0]
    relative = [[v / (sum(w) / 26) for v in w] for w in kept]
    common = [sum(row[at] for row in relative) / len(relative) for at in range(26)]
    squares = sum((row[at] - common[at]) ** 2 for row in relative for at in range(26))
    spread = sqrt(squares / ((len(kept) - 1) * 25))
    treated = len(kept) // 2
    sizes = 1 / (treated * weeks) + 1 / ((len(kept) - treated) * weeks)
    student = float(stats.t.ppf(0.975, len(kept) * weeks - 2))
    reach = student + float(stats.norm.ppf(0.8))
    return round(reach * spread * sqrt(sizes) * 100)


_SECOND: Mapping[str, Callable[..., int | Decimal]] = {
    "buyers": _buyers,
    "customers": lambda team: len(independent.known(team.exports, _persons(team))),
    "silent": lambda team, months: len(
        independent.known(team.exports, _persons(team))
        - independent.buyers(team.exports, _persons(team), team.now, "", _months_ago(team, months))
    ),
    "top_tenth": lambda team: len(independent.top_tenth(team.exports, _persons(team), team.now)),
    "spenders": lambda team, at_least: len(
        independent.spenders(team.exports, _persons(team), team.now, at_least)
    ),
    "did": lambda team, event: len(
        independent.did(team.exports, _persons(team), team.now, event)
        & independent.known(team.exports, _persons(team))
    ),
    "last_click": _last_click,
    "agreed": _agreed,
    "budget": _budget,
}


def _waiting(team: Team) -> dict[str, str]:
    with team.stack.ledger.read() as tx:
        ours = set(team.campaigns.values())
        return {a.run_id: a.id for a in approvals.pending(tx) if a.run_id in ours}


def _text(answer: Answer) -> str:
    return "\n".join(part_text(part) for part in answer.parts)


def _words(talked: Talked) -> str:
    return "\n".join(p.text for p in talked.parts if isinstance(p, TextPart)) or talked.text


def _list(wanted: object) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)  # type: ignore[call-overload]


ASSERTIONS: Mapping[str, Assertion] = {
    "says": says,
    "never_says": never_says,
    "first_says": first_says,
    "uses": uses,
    "never_uses": never_uses,
    "parts": parts,
    "no_parts": no_parts,
    "asks": asks,
    "asks_nothing": asks_nothing,
    "shows_card": shows_card,
    "begins": begins,
    "begins_without": begins_without,
    "notes": notes,
    "clean": clean,
    "in_german": in_german,
    "in_english": in_english,
    "number": number,
    "adds_up": adds_up,
    "effect": effect,
}
