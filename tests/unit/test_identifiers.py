"""Finding a person in texts, and blacking them out: they and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import BLACKED, Identifiers, Phone, is_telling

ANNA = Identifiers(
    customer_ids=("H100001", "17"),
    devices=("a1b2c3d4-e5f6",),
    addresses=("anna@x.example",),
    phones=(Phone(country="49", national="1701234567"),),
    names=(("Anna", "Müllerschön"),),
)


@pytest.mark.parametrize(
    ("text", "blacked"),
    [
        ("write to ANNA@x.example.", f"write to {BLACKED * 14}."),
        ("?to=anna%40x.example&a=1", f"?to={BLACKED * 16}&a=1"),
        ("joanna@x.example", "joanna@x.example"),
        ("anna@x.example.org", "anna@x.example.org"),
        ("+49 170 1234567", f"{BLACKED * 3} {BLACKED * 3} {BLACKED * 7}"),
        ("0049(0)170 123 45 67!", f"{BLACKED * 10} {BLACKED * 3} {BLACKED * 2} {BLACKED * 2}!"),
        ("0170/1234567", BLACKED * 12),
        ("1701234567", "1701234567"),  # may be anything: a moment, a price
        ("(H100001)", f"({BLACKED * 7})"),
        ("H1000012", "H1000012"),
        ("17", "17"),
        ("Müllerschön, Anna", f"{BLACKED * 12} {BLACKED * 4}"),
        ("Anna\nMüllerschön: MÜLLERSCHÖN", f"{BLACKED * 4}\n{BLACKED * 11}: {BLACKED * 11}"),
        ("Frau Müllerschön", "Frau Müllerschön"),  # not she alone, as far as anybody knows
        ("Johanna Müllerschöner", "Johanna Müllerschöner"),
    ],
)  # fmt: skip
def test_she_is_blacked_out_and_nobody_else(text: str, blacked: str) -> None:
    assert ANNA.black_out(text) == blacked
    assert bool(ANNA.find(text)) == (text != blacked)


def test_who_is_named_in_one_text_is_meant_in_the_others() -> None:
    said = {"goal": "Invite Anna Müllerschön", "words": ["Anna", 3, None], "Müllerschön": True}
    assert ANNA.black_out_json(said) == {
        "goal": f"Invite {BLACKED * 4} {BLACKED * 11}",
        "words": [BLACKED * 4, 3, None],
        BLACKED * 11: True,
    }


PIECES = (
    "anna@x.example", "anna%40x.example", "+49 (0)170/12 34 567", "0170 1234567", "H100001",
    "Anna Müllerschön", "Müllerschön Anna", "jo", "x", "1", "_", " ", ".", "\n", "ß", "@",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nothing_is_found_in_what_was_blacked_out_and_places_stay(text: str) -> None:
    blacked = ANNA.black_out(text)
    assert len(blacked) == len(text)
    assert ANNA.find(blacked) == ()


@pytest.mark.parametrize(
    ("identifier", "telling"),
    [("17850", False), ("c17", False), ("H10001", True), ("1234567890", True), ("abcdef", False)],
)
def test_short_ids_are_not_looked_for_in_running_text(identifier: str, telling: bool) -> None:
    assert is_telling(identifier) == telling
