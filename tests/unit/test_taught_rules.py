"""Rules from people's own changes; locked sentences; overruled findings: pure functions."""

from __future__ import annotations

import pytest

from agents.critic import criticise
from agents.house.copy import write_copy
from agents.learning import checks, locks
from agents.learning.overruling import bound_to, may_be_overruled, overruled
from agents.learning.proposing import Change, proposals
from domain.critique import Critique, Finding
from domain.draft import Draft, Paragraph
from domain.teaching import Lock, NoMark, NoWords, Overrule, PriceEarly, TaughtRule
from tests.campaign_world import MONDAY
from tests.unit import copy_world as world
from workflows.teaching import masked


def change(campaign: str, before: str, after: str, place: str = "paragraph") -> Change:
    return Change(campaign_id=campaign, place=place, before=before, after=after, role="approver")


def lines(*changes: Change, least: int = 3) -> list[str]:
    return [rule.line for rule in proposals(changes, least)]


@pytest.mark.parametrize(
    ("place", "before", "after", "line"),
    [
        ("subject", "Look here!", "Look here.", "No exclamation marks."),
        ("paragraph", "It runs; we know.", "It runs. We know.", "No semicolons."),
        ("opening", "Did you know? It runs.", "It runs.", "Never open with a question."),
        ("paragraph", "A lovely watch for you.", "A steel watch for you.",
         "Write “steel”, not “lovely”."),
        ("paragraph", "It is really quite old now.", "It is quite old now.", "Never say “really”."),
        ("opening", "Our watchmaker had it apart.", "It costs €2,450. Our watchmaker had it apart.",
         "Where there is a price, the first paragraph says it."),
        ("subject", "A very long subject about one small watch and its story",
         "One small watch", "Subjects have at most 5 words."),
    ],
)  # fmt: skip
def test_what_people_change_in_three_campaigns_is_proposed(
    place: str, before: str, after: str, line: str
) -> None:
    three = [change(f"c{n}", before, after, place) for n in range(3)]
    assert line in lines(*three)
    assert line not in lines(*three[:2])
    same = [change("c1", before, after, place) for _ in range(3)]
    assert line not in lines(*same)  # one campaign is one opinion


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("No exclamation marks, please.", "No exclamation marks."),
        ("Keine Ausrufezeichen.", "No exclamation marks."),
        ("Never open with a question", "Never open with a question."),
        ("Nicht mit einer Frage anfangen", "Never open with a question."),
        ("The price comes too late: price first.",
         "Where there is a price, the first paragraph says it."),
        ("Don't say “gem” again", "Never say “gem”."),
        ("Subject at most 6 words", "Subjects have at most 6 words."),
        ("Absätze kürzer als 41 Wörter", "Paragraphs have at most 40 words."),
    ],
)  # fmt: skip
def test_reasons_to_reject_are_read_in_their_own_words(reason: str, line: str) -> None:
    three = [change(f"c{n}", "", reason, "") for n in range(3)]
    assert lines(*three) == [line]


def test_a_rule_that_people_break_themselves_as_often_is_not_proposed() -> None:
    mended = [change(f"c{n}", "Look!", "Look.", "subject") for n in range(3)]
    broken = [change(f"d{n}", "Look.", "Look here!", "subject") for n in range(3)]
    assert "No exclamation marks." in lines(*mended)
    assert "No exclamation marks." not in lines(*mended, *broken)


def test_a_text_written_anew_says_nothing_of_its_words() -> None:
    three = [
        change(f"c{n}", "Our watchmaker opened this one.", "Come and have coffee.")
        for n in range(3)
    ]
    assert lines(*three) == []


def test_a_proposal_shows_its_cases_and_keeps_its_id() -> None:
    three = [change(f"c{n}", "Look here!", "Look here.", "subject") for n in range(3)]
    (rule,) = proposals(three, 3)
    assert rule.state == "proposed"
    assert rule.campaigns == 3
    assert [case.before for case in rule.cases] == ["Look here!"] * 3
    assert proposals([*three, *three], 3)[0].id == rule.id


def test_nothing_of_a_person_is_kept() -> None:
    said = masked("Ask Frau Anna Huber (anna@x.example, +49 89 1234567, H400001) about 34 mm.")
    assert said == "Ask Frau [name] ([address], [number], [number]) about 34 mm."
    assert masked("€2,450, 1968, 28,800 an hour, 80331 Munich") == (
        "€2,450, 1968, 28,800 an hour, 80331 Munich"
    )


def approved(check: NoMark | NoWords | PriceEarly) -> TaughtRule:
    return TaughtRule(
        id=checks.rule_id(check), check=check, line=checks.line_of(check), state="approved",
        cases=(),
    )  # fmt: skip


def draft_of(**more: object) -> Draft:
    return Draft(variants=write_copy(world.question(**more)).variants)


def test_an_approved_rule_is_checked_and_the_house_writer_keeps_it() -> None:
    plain = draft_of()
    words = next(
        word for word in ("scratch", "steel", "bench", "photograph")
        if any(word in text for v in plain.variants for _, text in v.texts())
    )  # fmt: skip
    rule = approved(NoWords(words=words))
    found = checks.findings(plain, [rule])
    assert found
    assert {f.rule for f in found} == {"taught.no_words"}
    assert all(f.severity == "serious" for f in found)
    assert checks.findings(draft_of(rules=(rule,)), [rule]) == ()


def test_the_house_writer_says_the_price_first_where_a_rule_asks_for_it() -> None:
    rule = approved(PriceEarly())
    assert checks.findings(draft_of(rules=(rule,)), [rule]) == ()


def locked(draft: Draft, text: str) -> Lock:
    return Lock(angle=draft.variants[0].angle, place="blocks[1]", text=text)


def test_a_locked_sentence_that_a_rewriting_drops_is_found_and_put_back() -> None:
    draft = draft_of()
    lock = locked(draft, "We left the scratch, and would again.")
    (finding,) = locks.broken(draft, [lock])
    assert (finding.rule, finding.text) == ("lock.changed", lock.text)
    kept = locks.keep(draft, [lock])
    assert locks.broken(kept, [lock]) == ()
    assert any(lock.text in b.text for b in kept.variants[0].blocks if isinstance(b, Paragraph))
    assert locks.keep(kept, [lock]) == kept
    # A variant of another angle does not keep it for the first.
    assert kept.variants[1:] == draft.variants[1:]


def test_a_locked_subject_stays_the_subject() -> None:
    draft = draft_of()
    lock = Lock(angle=draft.variants[0].angle, place="subject", text="One watch, one scratch")
    assert locks.keep(draft, [lock]).variants[0].subject == lock.text


def finding(rule: str, text: str = "very", **more: str) -> Finding:
    return Finding(rule=rule, severity="serious", text=text, why="w", mend="m", **more)


@pytest.mark.parametrize("rule", ["voice.banned", "variety.words", "taught.no_mark", "style.mean"])
def test_style_may_be_overruled(rule: str) -> None:
    assert may_be_overruled(finding(rule))


@pytest.mark.parametrize(
    "rule",
    ["claims.price", "offer.code", "legal.imprint", "injection.text", "fields.unknown",
     "links.host", "discrimination.trait", "patterns.urgency", "voice.urgency", "lock.changed"],
)  # fmt: skip
def test_what_is_no_taste_may_not(rule: str) -> None:
    assert not may_be_overruled(finding(rule))


def test_a_blocking_finding_may_not_be_overruled() -> None:
    assert not may_be_overruled(finding("voice.banned").model_copy(update={"severity": "blocking"}))


async def test_an_overruled_finding_counts_as_said_for_this_text_alone() -> None:
    given = world.question()
    draft = draft_of()
    first = draft.variants[0].model_copy(update={"subject": "An iconic watch"})
    draft = draft.model_copy(update={"variants": (first, *draft.variants[1:])})

    async def read(one: Draft) -> Critique:
        return await criticise(one, brief=given.brief, facts=given.facts, guide=given.guide)

    critique = await read(draft)
    found = next(f for f in critique.findings if f.rule == "voice.banned")
    said = Overrule(
        rule=found.rule, words=found.text, content_hash=bound_to(found, draft),
        reason="It is the model's name.", by="Ada", at=MONDAY,
    )  # fmt: skip
    counted = overruled(critique, draft, [said])
    mine = next(f for f in counted.findings if f.rule == "voice.banned")
    assert mine.severity == "minor"
    assert mine.overruled == "Ada: It is the model's name."
    assert counted.verdict == "satisfied"
    # The same word in another sentence is another matter.
    other = first.model_copy(update={"subject": "Our iconic watch"})
    changed = draft.model_copy(update={"variants": (other, *draft.variants[1:])})
    again = overruled(await read(changed), changed, [said])
    assert again.verdict == "needs_revision"
    assert all(not f.overruled for f in again.findings)
