"""The goal grammar: what it reads, and that it drops nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.house.goal_docs import markdown
from agents.house.goal_grammar import PASSES, read_goal
from agents.house.goal_products import find_products
from agents.house.goal_text import STOP_WORDS, Reading, lowered
from agents.tasks import GoalText
from domain.goal import Goal
from domain.predicate import AllOf, Bought, NotThat
from evals.goals import GoalCase, load_cases, score

FOLDER = Path(__file__).parents[2] / "evals" / "cases" / "goals"
TUNED = (*load_cases(FOLDER / "tuned.yaml"), *load_cases(FOLDER / "lives.yaml"))
BRAND = TUNED[0].given
TODAY = date(2026, 11, 20)


def read(text: str, **changes: object) -> Goal:
    return read_goal(BRAND.model_copy(update={"text": text, "today": TODAY} | changes))


def lost(goal: Goal, given: GoalText, monkey: list[Reading]) -> list[str]:
    """Words that are neither read, nor quoted, nor without meaning."""
    reading = monkey[-1]
    quoted = bytearray(len(given.text))
    for part in goal.unread:
        quoted[part.start : part.end] = b"\x01" * (part.end - part.start)
    found = []
    for match in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", given.text):
        span = slice(*match.span())
        if match.group().lower() in STOP_WORDS or lowered(match.group()) in STOP_WORDS:
            continue
        if not any(reading.taken[span]) and not any(quoted[span]):
            found.append(match.group())
    return found


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """Every Reading that the grammar makes."""
    made: list[Reading] = []
    real = Reading.__post_init__

    def remember(self: Reading) -> None:
        real(self)
        made.append(self)

    monkeypatch.setattr(Reading, "__post_init__", remember)
    return made


@pytest.mark.parametrize("case", TUNED, ids=lambda case: case.id)
def test_the_goals_that_it_was_written_on(case: GoalCase) -> None:
    assert score(case, read_goal(case.given)).wrong == ()


def test_the_known_sentence_is_read_whole() -> None:
    goal = read(
        "Win back customers who bought twice or more before September 2010 and not since, with a "
        "Christmas offer of at most 10 %",
        today=date(2010, 12, 10),
    )
    september = date(2010, 9, 1)
    assert goal.audience == AllOf(
        of=(Bought(at_least=2, before=september), NotThat(that=Bought(since=september)))
    )
    assert goal.objective == "win_back"
    assert goal.topics == ("Christmas",)
    assert goal.offer is not None
    assert goal.offer.most_share == pytest.approx(0.10)
    assert goal.unread == ()
    assert goal.impossible == ()


WORDS = st.sampled_from(
    sorted(
        {
            word
            for case in TUNED
            for word in case.given.text.split()
        }
        | {"opera", "gefälligst", "1.234,56", "Straße", "İstanbul", "–", "“", "5", "%", "?!", "ŉ"}
    )
)  # fmt: skip


@given(words=st.lists(WORDS, max_size=25))
@settings(deadline=None, max_examples=200)
def test_no_word_is_dropped(words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        made: list[Reading] = []
        real = Reading.__post_init__

        def remember(self: Reading) -> None:
            real(self)
            made.append(self)

        patch.setattr(Reading, "__post_init__", remember)
        given = BRAND.model_copy(update={"text": " ".join(words), "today": TODAY})
        goal = read_goal(given)
        assert lost(goal, given, made) == []
    for part in goal.unread:
        assert given.text[part.start : part.end] == part.words


@given(text=st.text(max_size=120))
@settings(deadline=None, max_examples=200)
def test_any_text_is_answered_with_true_places(text: str) -> None:
    goal = read(text)
    assert goal.text == text
    for part in goal.unread:
        assert text[part.start : part.end] == part.words
        assert part.words.strip()


def test_what_is_read_is_in_the_goal_or_quoted(readings: list[Reading]) -> None:
    """Phrases about people that no rule took are given back as unread."""
    goal = read("Mail something nice twice in the boutique")
    assert goal.audience is None
    assert {part.words for part in goal.unread} >= {"twice", "in the boutique"} or any(
        "twice" in part.words for part in goal.unread
    )


HELD_OUT = load_cases(FOLDER / "heldout.yaml")
IMPOSSIBLE = load_cases(FOLDER / "impossible.yaml")


@pytest.mark.parametrize("case", HELD_OUT, ids=lambda case: case.id)
def test_unseen_goals_lose_no_word(case: GoalCase, readings: list[Reading]) -> None:
    goal = read_goal(case.given)
    assert lost(goal, case.given, readings) == []


def test_unseen_goals_are_read_no_worse_than_when_last_measured() -> None:
    """Nine of thirty were wholly as expected at first sight, with 382 of 420 fields; fifteen, with
    390, after the grammar was taught by other goals."""
    scores = [score(case, read_goal(case.given)) for case in HELD_OUT]
    assert sum(s.passed for s in scores) >= 15
    assert sum(len(s.wrong) for s in scores) <= 30


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=lambda case: case.id)
def test_what_cannot_be_done_is_refused_with_the_nearest_that_can(case: GoalCase) -> None:
    goal = read_goal(case.given)
    assert {i.code for i in goal.impossible} == set(case.impossible)
    for found in goal.impossible:
        assert found.words in case.given.text
        assert found.why
        assert found.instead


@pytest.mark.parametrize(
    "text",
    [
        "Sell straps to watch buyers on 3 December and on 5 December",
        "Sell straps to watch buyers, 10 % off, 20 % off",
        "Sell straps, hold back 10 %, hold back 30 %",
        "Sell straps, at most 100 people, at most 200 people",
        "Customers who bought in May 2025, in June 2025",
    ],
)
def test_a_second_word_on_the_same_bound_is_quoted_not_laid_over_the_first(text: str) -> None:
    goal = read(text)
    assert goal.unread


SERVICES = (
    ("service-handwound", "full service for a hand-wound watch", "service"),
    ("service-resize", "ring resizing", "service"),
    ("watch-1955", "1955 watch with small seconds", "watch"),
    ("ring-pair", "pair of wedding bands", "ring"),
)


@pytest.mark.parametrize(
    ("said", "categories", "products"),
    [
        ("a watch", ("watch",), ()),
        ("the watches", ("watch",), ()),
        ("a hand-wound watch", ("watch",), ()),
        ("the full service", (), ("service-handwound",)),
        ("the full service for a hand-wound watch", (), ("service-handwound",)),
        ("the ring resizing", (), ("service-resize",)),
        ("the 1955 watch with small seconds", (), ("watch-1955",)),
        ("wedding bands", (), ("ring-pair",)),
        ("rings for ring", ("ring",), ()),
    ],
)
def test_small_words_and_what_an_article_is_for_do_not_name_it(
    said: str, categories: tuple[str, ...], products: tuple[str, ...]
) -> None:
    goal = read(f"Mail about {said}", products=SERVICES, categories=("watch", "ring", "service"))
    assert (goal.categories, goal.products) == (categories, products)


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("before the end of January", date(2027, 1, 31)),
        ("vor Ende Januar", date(2027, 1, 31)),
        ("before the end of the month", date(2026, 11, 30)),
        ("bis Ende nächster Woche", date(2026, 11, 29)),
        ("before January", date(2026, 12, 31)),
        ("before mid January", date(2027, 1, 10)),
    ],
)
def test_before_the_end_is_not_before_its_last_days(said: str, until: date) -> None:
    assert read(f"Sell straps {said}").send_until == until


@pytest.mark.parametrize(
    "text",
    ["Sell rings, not watches", "Verkaufe Ringe, keine Uhren", "Sell rings instead of watches",
     "Sell rings. Customer service is closed"],
)  # fmt: skip
def test_what_is_denied_is_quoted_and_adds_no_category(text: str) -> None:
    goal = read(text)
    assert goal.categories == ("ring",)
    assert goal.unread


def test_a_goal_in_another_languages_letters_is_all_unread() -> None:
    text = "Отправь письмо всем"
    assert [part.words for part in read(text).unread] == [text]


def test_every_example_of_the_documentation_is_read() -> None:
    for _, rules in PASSES:
        for rule in rules:
            for example in rule.examples:
                reading = Reading(BRAND.model_copy(update={"text": example, "today": TODAY}))
                if "\\x00" in rule.pattern:
                    find_products(reading)
                reading.apply(rule)
                assert any(c.kind == rule.kind for c in reading.chunks), example


def test_the_page_is_as_the_tables_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "goals.md"
    assert page.read_text("utf-8") == markdown(), "python -m agents.house.goal_docs > docs/goals.md"


@pytest.mark.parametrize(
    "text",
    [
        "Write to customers who have been inactive for 3000 years",
        "Sell straps to people who bought more than 5000 years ago",
        "Schreib Kunden, die in den letzten 99999999999 Tagen gekauft haben",
        "Invite customers who bought a watch, in 999999 weeks",
    ],
)
def test_a_period_beyond_all_calendars_is_read_or_quoted(text: str) -> None:
    goal = read_goal(GoalText(text=text, today=date(2026, 11, 20), currency="EUR"))

    assert goal.text == text
