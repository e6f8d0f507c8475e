"""Sentences, syllables and reading levels, against texts whose level is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brand_voice.reading_level import school_years, syllables
from brand_voice.sentences import sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We have one. It ticks.", ["We have one.", "It ticks."]),
        ("Dr. Hast opened it at 7 a.m. and closed it.", 1),
        ("Am 3. März kam sie zurück. Wir haben z. B. den Kratzer gelassen.", 2),
        ("It costs 2.450 € and gains +6 s. We left the scratch.", 2),
        ("Why? Because we can!", ["Why?", "Because we can!"]),
        ("One line\nwrapped over two.\n\nAnother", ["One line wrapped over two.", "Another"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str] | int) -> None:
    found = sentences(text)
    assert (len(found) if isinstance(expected, int) else found) == expected


@pytest.mark.parametrize(
    ("language", "counts"),
    [
        (
            "en",
            {"watch": 1, "made": 1, "table": 2, "serviced": 2, "watchmaker": 3, "ended": 2,
             "makes": 1, "photographs": 3, "the": 1, "polishing": 3},
        ),
        (
            "de",
            {"Uhr": 1, "Werkbank": 2, "Kratzer": 2, "Bandanstöße": 4, "überholt": 3, "Bäume": 2,
             "Geschäftsführerin": 5},
        ),
    ],
)  # fmt: skip
def test_syllables(language: str, counts: dict[str, int]) -> None:
    assert {w: syllables(w, "de" if language == "de" else "en") for w in counts} == counts


def test_levels_of_known_texts() -> None:
    # Lincoln's first sentence is usually given a Flesch-Kincaid grade of about 12 to 13.
    gettysburg = (
        "Four score and seven years ago our fathers brought forth on this continent a new nation, "
        "conceived in liberty, and dedicated to the proposition that all men are created equal."
    )
    level = school_years([gettysburg], "en")
    assert level is not None
    assert 11 < level < 15
    easy = school_years(["We have one. It is small. Put it on."], "en")
    assert easy is not None
    assert easy < 3
    law = school_years(
        ["Die Widerrufsbelehrung unterliegt verbraucherschutzrechtlichen Informationspflichten, "
         "deren Nichteinhaltung Schadensersatzansprüche begründet."], "de",
    )  # fmt: skip
    plain = school_years(["Die Uhr geht gut. Wir haben sie auf. Sie ist alt."], "de")
    assert law is not None
    assert plain is not None
    assert law > 15 > 5 > plain
    assert school_years(["", "123"], "en") is None


@given(st.text(max_size=300))
def test_no_word_is_lost_and_nothing_breaks(text: str) -> None:
    cut = [word for sentence in sentences(text) for word in words(sentence)]
    assert "".join(cut) == "".join(words(" ".join(text.split())))
    for language in ("en", "de"):
        school_years([text], "de" if language == "de" else "en")
