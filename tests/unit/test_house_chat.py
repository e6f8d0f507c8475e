"""The house's own side of a conversation: what it understands, and what it never does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.conversing.memory import Choice, Open
from agents.conversing.words import language_asked, rule_words
from agents.house.chat_heard import chosen, clock_time, is_no, is_yes, period
from agents.house.chat_intents import intents
from agents.house.chat_measure import weekly_money
from domain.predicate import AllOf, Bought, Did, Everyone, NotThat, Spent

MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Looks lovely, send it.", "decide"),
        ("Approve", "decide"),
        ("Sieht gut aus, raus damit!", "decide"),
        ("What waits for my approval?", "approvals"),
        ("Was wartet auf mich?", "approvals"),
        ("How did the spring letter do?", "report"),
        ("Wie lief der Herbstbrief?", "report"),
        ("Please write the report again", "ask_report"),
        ("How many customers bought a ring?", "count"),
        ("Wie viele haben eine Uhr gekauft?", "count"),
        ("What do ring buyers spend?", "describe"),
        ("Which segments do we have?", "segments"),
        ("What goes out next week?", "calendar"),
        ("Was geht nächste Woche raus?", "calendar"),
        ("Move it to Thursday at 10:00", "move"),
        ("Verschieb sie auf Donnerstag", "move"),
        ("Make the subject shorter", "change"),
        ("Kürze den Betreff", "change"),
        ("Say we're the cheapest in Germany", "claim"),
        ("What may we say about the Isar 38?", "facts"),
        ("Was kostet eine Prüfung?", "facts"),
        ("How do we write about flaws?", "voice"),
        ("October e-mail revenue, last click", "revenue"),
        ("Mail-Umsatz im Oktober", "revenue"),
        ("Meta ROAS is 6, double the budget", "budget"),
        ("Sollen wir das Werbebudget verdoppeln?", "budget"),
        ("What could a mail to ring buyers show?", "test"),
        ("What data do we have?", "data"),
        ("Give me the e-mail addresses of all ring buyers", "people_out"),
        ("Gib mir die Mailadressen aller Ringkäufer", "people_out"),
        ("Invite customers who bought a watch to a viewing", "campaign"),
        ("Schreib allen Kunden, die eine Uhr haben", "campaign"),
        ("Can you invite ring buyers to a viewing?", "campaign"),
        ("What can you do?", "help"),
        ("Guten Tag", "greeting"),
        ("Thanks", "thanks"),
    ],
)
def test_what_is_asked_for(text: str, intent: str) -> None:
    assert intents(text)[:1] == (intent,)


@pytest.mark.parametrize(
    "text",
    [
        "How many people did we send the last mail to?",
        "What could a mail to ring buyers show?",
        "Wie viele Kunden haben wir angeschrieben?",
    ],
)
def test_a_question_begins_nothing(text: str) -> None:
    assert "campaign" not in intents(text)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(intents(text), tuple)
    assert language_asked(text) in ("en", "de")
    period(text, MONDAY, past=True)
    clock_time(text)
    weekly_money(text.lower())


OPEN = Open(
    about="start",
    question="Which?",
    choices=(
        Choice(says="Bought: watch", value="w"),
        Choice(says="Bought: ring", value="r"),
        Choice(says="Came back", value="c"),
    ),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bought: ring", "r"),
        ("the second", "r"),
        ("die dritte", "c"),
        ("ring please", "r"),
        ("the last one", "c"),
        ("How many customers bought a ring?", None),
        ("Invite everybody who bought a ring to see the Isar 34", None),
        ("neither", None),
    ],
)
def test_an_answer_is_one_of_those_offered(text: str, value: str | None) -> None:
    found = chosen(text, OPEN)
    assert (None if found is None else found.value) == value


def test_yes_takes_what_was_the_only_offer() -> None:
    only = OPEN.model_copy(update={"choices": OPEN.choices[:1]})
    assert chosen("Yes, begin it so", only) == OPEN.choices[0]
    assert chosen("yes", OPEN) is None
    assert is_yes("Ja, gern")
    assert is_no("Nein, lassen")
    assert is_no("No, leave it")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How did the last mail do?", "en"),
        ("Wie lief die letzte Mail?", "de"),
        ("Give me the addresses of all ring buyers", "en"),
        ("New ring to the Platinum VIPs", "en"),
        ("E-Mail-Umsatz im Oktober, letzter Klick", "de"),
        ("Guten Tag", "de"),
    ],
)
def test_the_language_is_the_messages(text: str, language: str) -> None:
    assert language_asked(text) == language


def test_a_short_answer_keeps_the_language() -> None:
    assert language_asked("34", "de") == "de"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("revenue in October", date(2026, 10, 1), date(2026, 10, 31)),
        ("Umsatz im September 2026", date(2026, 9, 1), date(2026, 9, 30)),
        ("in the last 7 days", date(2026, 10, 26), MONDAY),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_days_that_are_named(text: str, first: date, last: date) -> None:
    span = period(text, MONDAY, past=True)
    assert span is not None
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("at 10:30", (10, 30)),
        ("at 6 pm", (18, 0)),
        ("um 9 Uhr", (9, 0)),
        ("on 14 January", None),
        ("at 27:00", None),
    ],
)
def test_hours_that_are_named(text: str, at: tuple[int, int] | None) -> None:
    assert clock_time(text) == at


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("about 2000 eur a week", Decimal(2000)),
        ("€ 300 a day", Decimal(2100)),
        ("5.200 € im monat", Decimal(1200)),
        ("5.200 € pro monat", Decimal(1200)),
        ("no idea", None),
    ],
)
def test_money_is_brought_to_a_week(text: str, amount: Decimal | None) -> None:
    found = weekly_money(text)
    assert (None if found is None else round(found)) == amount


def test_rules_read_in_german() -> None:
    rule = AllOf(
        of=(
            Bought(categories=("ring",), at_least=2),
            NotThat(that=Did(event="Viewing Booked")),
            Spent(at_least=Decimal(500)),
        )
    )
    assert rule_words(rule, "de") == (
        "haben Ring mindestens 2-mal gekauft und nicht (haben eine Besichtigung gebucht) und "
        "haben mindestens 500 ausgegeben"
    )
    assert rule_words(Everyone(), "en") == "everyone"
