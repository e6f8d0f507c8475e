"""Before you decide: what to look at, look first, each with the part of the card that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.cards import Shown
from app.views.card_copy import MailShown
from app.views.card_people import AudienceShown
from domain.brief import Brief
from domain.frozen import Frozen
from domain.publication import Content

Level = Literal["bad", "look", "fine"]
_ORDER: dict[Level, int] = {"bad": 0, "look": 1, "fine": 2}


class Check(Frozen):
    level: Level
    words: str
    proof: str
    """The section of the card that shows it: its id."""


def look_first(checks: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(sorted(checks, key=lambda check: _ORDER[check.level]))


def brief_checks(brief: Brief) -> tuple[Check, ...]:
    """What a person should know before they say yes to a brief."""
    found: list[Check] = []
    for part in brief.unread:
        words = f"Not understood: “{part.words}”"
        found.append(Check(level="look", words=words, proof="doubts"))
    for refused in brief.impossible:
        words = f"Cannot be done: “{refused.words}”"
        found.append(Check(level="look", words=words, proof="doubts"))
    if brief.unsupported:
        count = len(brief.unsupported)
        what = "one thing" if count == 1 else f"{count} things"
        found.append(Check(level="look", words=f"The data cannot say {what}", proof="doubts"))
    if brief.alternatives:
        found.append(Check(level="look", words="There is perhaps a better way", proof="better"))
    if not brief.unread and not brief.impossible:
        found.append(Check(level="fine", words="All of your goal was understood", proof="says"))
    if brief.fact_ids:
        count = len(brief.fact_ids)
        words = f"It may rest on {count} {'fact' if count == 1 else 'facts'}"
        found.append(Check(level="fine", words=words, proof="facts"))
    return look_first(found)


def mail_checks(
    size: int,
    content: Content,
    shown: Shown,
    mails: Sequence[MailShown],
    audience: AudienceShown,
) -> tuple[Check, ...]:
    """What a person should know before they say yes to a send."""
    return look_first(
        [
            *_of_critic(shown),
            *_of_claims(mails),
            *_of_test(shown, audience),
            *_of_goal(shown),
            Check(level="fine", words="Everybody has agreed to e-mail, on record", proof="who"),
            Check(
                level="fine",
                words=f"Nobody gets more than {content.cap.most} mails in {content.cap.days} days",
                proof="when",
            ),
        ]
    )


def _of_critic(shown: Shown) -> list[Check]:
    if shown.critique is None:
        return []
    findings = shown.critique.findings
    grave = [f for f in findings if f.severity == "blocking"]
    serious = [f for f in findings if f.severity == "serious"]
    small = [f for f in findings if f.severity == "minor"]
    found: list[Check] = []
    if grave:
        what = _counted(len(grave), "finding rules", "findings rule")
        found.append(Check(level="bad", words=f"{what} out a yes", proof="critic"))
    if serious:
        what = _counted(len(serious), "serious finding", "serious findings")
        found.append(Check(level="look", words=f"{what} open", proof="critic"))
    if small:
        what = _counted(len(small), "small finding", "small findings")
        found.append(Check(level="look", words=f"{what} open", proof="critic"))
    if not findings:
        found.append(Check(level="fine", words="The critic finds no fault", proof="critic"))
    return found


def _of_claims(mails: Sequence[MailShown]) -> list[Check]:
    claims = [claim for mail in mails for claim in mail.claims]
    loose = [c for c in claims if not c.facts or not all(fact.known for fact in c.facts)]
    if loose:
        words = f"{_counted(len(loose), 'claim rests', 'claims rest')} on no fact"
        return [Check(level="bad", words=words, proof="claims")]
    if not claims:
        return [Check(level="fine", words="It claims nothing that needs proof", proof="claims")]
    what = "The one claim rests" if len(claims) == 1 else f"All {len(claims)} claims rest"
    return [Check(level="fine", words=f"{what} on a fact", proof="claims")]


def _of_test(shown: Shown, audience: AudienceShown) -> list[Check]:
    if not audience.held_back:
        words = "Nobody is held back, so no effect can be shown"
        return [Check(level="look", words=words, proof="learn")]
    least = shown.brief.holdout.smallest_effect if shown.brief else None
    baseline = shown.brief.kpi.baseline if shown.brief else None
    if least is None or baseline is None or baseline.unit != "share":
        return []
    wanted = shown.brief.kpi.target - (baseline.value or 0) if shown.brief else 0
    words = f"Shows gains of {least * 100:.1f} points or more"
    if wanted and least > wanted:
        words = f"The test is small: it shows gains of {least * 100:.1f} points or more"
        return [Check(level="look", words=words, proof="learn")]
    return [Check(level="fine", words=words, proof="learn")]


def _of_goal(shown: Shown) -> list[Check]:
    unread = shown.brief.unread if shown.brief else ()
    return [
        Check(level="look", words=f"Not understood in the goal: “{part.words}”", proof="who")
        for part in unread
    ]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
