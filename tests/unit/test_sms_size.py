"""SMS parts, against the two standards that define them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sms import LONGEST_NAMES, filled, measure

PLAIN = st.text(st.sampled_from("abc ÄÖÜäöüß@£$%&?!.,0123456789\n"))
GSM = st.text(st.sampled_from("abc ÄÖÜäöüß€{}[]~|^\\"))


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),  # the euro sign is behind an escape
        ("€" * 81, "GSM-7", 162, 2),
        ("ß" * 160, "GSM-7", 160, 1),
        ("„" + "a" * 69, "UCS-2", 70, 1),  # a typographic quotation mark
        ("„" + "a" * 70, "UCS-2", 71, 2),
        ("ç", "UCS-2", 1, 1),  # the table has the capital alone
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
    ],
)
def test_known_sizes(text: str, alphabet: str, units: int, parts: int) -> None:
    size = measure(text)
    assert (size.alphabet, size.units, size.parts) == (alphabet, units, parts)


def test_an_escape_is_not_split_over_two_parts() -> None:
    # 152 letters leave one septet in the first part, and the euro sign needs two.
    assert measure("a" * 152 + "€" + "a" * 151).parts == 2
    assert measure("a" * 152 + "€" + "a" * 152).parts == 3
    assert measure("a" * 152 + "€" + "a" * 152).units == 306


def test_a_surrogate_pair_is_not_split_over_two_parts() -> None:
    assert measure("ж" * 66 + "😀" + "ж" * 66).parts == 3


def test_characters_that_force_ucs_2_are_named_once() -> None:
    assert measure("„Guten Tag“ „Ł“").forcing == ("„", "“", "Ł")


def test_fields_are_filled_at_their_longest() -> None:
    assert filled("Hi {{ first_name }}, {{code}}", LONGEST_NAMES) == (
        "Hi Maximilian-Alexander, {{code}}"
    )


@given(PLAIN)
def test_plain_text_counts_a_unit_a_character(text: str) -> None:
    size = measure(text)
    assert size.units == len(text)
    expected = -(-len(text) // 153) if len(text) > 160 else min(1, len(text))
    assert size.parts == expected


@given(GSM | st.text())
def test_parts_hold_all_units_and_no_part_is_empty(text: str) -> None:
    size = measure(text)
    room = {("GSM-7", True): 160, ("UCS-2", True): 70}.get(
        (size.alphabet, size.parts <= 1), 153 if size.alphabet == "GSM-7" else 67
    )
    assert 0 <= size.left <= room
    assert size.units <= size.parts * room
    if size.parts > 1:
        # At most one unit a part is lost to a pair that must stay together.
        assert size.parts <= math.ceil(size.units / (room - 1))


@given(st.text(), st.text())
def test_more_text_is_never_less(first: str, second: str) -> None:
    assert measure(first + second).parts >= measure(first).parts
