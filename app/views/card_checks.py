"""Before you decide: what to look at, look first, each with the part of the card that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.cards import Shown
from app.views.card_copy import MailShown
from app.views.card_learning import LearningShown
from domain.brief import Brief
from domain.frozen import Frozen
from domain.publication import Content
from workflows.proof import Proof

Level = Literal["bad", "look", "fine"]
ENOUGH = 0.8
"""A test that shows a gain this often is not called small."""
MUCH_LARGER = 1.5
"""Times the largest send of the last 90 days."""
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
    content: Content,
    shown: Shown,
    mails: Sequence[MailShown],
    learning: LearningShown | None,
    proof: Proof,
) -> tuple[Check, ...]:
    """What a person should know before they say yes to a send."""
    return look_first(
        [
            *_of_critic(shown),
            *_of_claims(mails),
            *_of_goal(shown),
            *_of_test(learning),
            *_of_consent(proof),
            *_of_size(proof),
            *_of_stock(proof),
            *_of_week(content, proof),
            *_of_budget(proof),
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


def _of_test(learning: LearningShown | None) -> list[Check]:
    if learning is None:
        return []
    if not learning.held_back:
        words = "Nobody is held back, so no effect can be shown"
        return [Check(level="look", words=words, proof="learn")]
    like = learning.like_it
    if like is not None and like.chance < ENOUGH:
        times = max(0, round(like.chance * 10))
        words = f"The test is small: a gain like the last one’s would show {times} times in 10"
        return [Check(level="look", words=words, proof="learn")]
    if learning.smallest_effect is None:
        return []
    words = f"shows gains of {learning.smallest_effect * 100:.1f} points or more"
    if learning.small:
        return [Check(level="look", words=f"The test is small: it {words}", proof="learn")]
    return [Check(level="fine", words=f"The test {words}", proof="learn")]


def _of_consent(proof: Proof) -> list[Check]:
    found = proof.consent
    if found is None:
        return []
    gone = found.people - found.agreed
    if gone:
        words = f"{_counted(gone, 'person has', 'people have')} taken their yes back since"
        return [Check(level="look", words=words, proof="consent")]
    words = "Everybody has agreed to e-mail, on record"
    return [Check(level="fine", words=words, proof="consent")]


def _of_size(proof: Proof) -> list[Check]:
    size = proof.size
    if size is None or size.largest is None:
        return []
    if size.people > MUCH_LARGER * size.largest:
        times = f"{size.people / size.largest:.1f}".removesuffix(".0")
        words = f"{times} times as large as any send of the last 90 days"
        return [Check(level="look", words=words, proof="size")]
    return []


def _of_stock(proof: Proof) -> list[Check]:
    offer = proof.offer
    if offer is None or not offer.products or offer.people <= offer.pieces:
        return []
    words = (
        f"{_counted(offer.pieces, 'piece is', 'pieces are')} in stock for {offer.people:,} people"
    )
    return [Check(level="look", words=words, proof="offer")]


def _of_week(content: Content, proof: Proof) -> list[Check]:
    cap = f"Nobody gets more than {content.cap.most} mails in {content.cap.days} days"
    found = [Check(level="fine", words=cap, proof="when")]
    if proof.week is not None and proof.week.people:
        words = (
            f"{_counted(proof.week.people, 'of them gets', 'of them get')} another mail that week"
        )
        found.append(Check(level="look", words=words, proof="when"))
    return found


def _of_budget(proof: Proof) -> list[Check]:
    left = proof.cost.mails_left_today
    if left is None or proof.people is None or proof.people <= left:
        return []
    words = f"Only {left:,} mails may still go out today; the rest waits for the next day"
    return [Check(level="look", words=words, proof="cost")]


def _of_goal(shown: Shown) -> list[Check]:
    unread = shown.brief.unread if shown.brief else ()
    return [
        Check(level="look", words=f"Not understood in the goal: “{part.words}”", proof="who")
        for part in unread
    ]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
