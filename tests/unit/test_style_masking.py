"""What the style measure sees of a text: no topic, no names, no markup; always the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brand_voice.style.masking import (
    LONGEST,
    MASK,
    NAME,
    NUMBER,
    Mask,
    guess_language,
    languages,
    word_classes,
)

LANGUAGES = st.sampled_from(languages())
WORDS = st.text(alphabet=st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=15)
MARKS = st.sampled_from(list(".,;:!?-—–()[]{}*_#<>/\\'’\"“”`~@&%+=|$€…•·\n\t 0123456789×¤"))
PROSE = st.lists(st.one_of(WORDS, MARKS, st.just(" ")), max_size=60).map("".join)
_MASKED = re.compile(rf"({MASK}+)('?[^\W\d_]*)")


@given(PROSE, LANGUAGES)
def test_only_words_of_the_list_are_seen(text: str, language: str) -> None:
    kept = word_classes(language)
    for token in Mask(language).tokens(text):
        match token.kind:
            case "kept":
                assert token.text in kept or token.text.strip("'") in kept
            case "masked":
                assert _MASKED.fullmatch(token.text)
                assert len(token.text) <= LONGEST
            case "name":
                assert token.text == NAME
            case "number":
                assert token.text == NUMBER
            case "mark":
                assert not re.search(r"\w", token.text)


@given(st.one_of(PROSE, st.text()), LANGUAGES)
def test_masking_again_changes_nothing(text: str, language: str) -> None:
    mask = Mask(language)
    once = mask.text(text)
    assert mask.text(once) == once


@given(WORDS, WORDS)
def test_two_topic_words_of_the_same_build_look_the_same(one: str, other: str) -> None:
    def shown(word: str) -> str:
        return Mask("en").text(f"We like the qqq{word.lower()}qq of it.")

    a, b = f"qqq{one.lower()}qq", f"qqq{other.lower()}qq"
    if len(a) == len(b):
        assert shown(one) == shown(other)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("We service watches and we shipped one.", f"We {MASK * 7} {MASK * 5}es and we "),
        ("Ask the team at **Halden** for it.", f"Ask the {MASK * 4} at {NAME} for it."),
        ("It is at https://halden.example/a?b=1, ok.", f"It is at {NAME}, ok."),
        ("Use `pip install x` for 1,200.50 things.", f"Use {NAME} for {NUMBER} things."),
        ("Good morning {{first_name}}, the {product.price} is it.", f"{NAME}, the {NAME} is it."),
        ("<p>It is <b>not</b> here.</p>", "It is not here."),
        ("# But why\n\n- We do\n- They don’t", "But why We do They don't"),
        ("See [what we do](https://x.example).", "See what we do."),
        ("She has an iPhone, HTTP and S3.", f"She has an {NAME}, {NAME} and {NAME}."),
    ],
)
def test_what_is_neutralised(text: str, shown: str) -> None:
    assert shown in Mask("en").text(text)


def test_names_given_are_masked_even_where_the_list_has_their_words() -> None:
    text = "Next to it, open food facts help."
    assert Mask("en").text(text) == f"Next to it, open {MASK * 4} facts help."
    mask = Mask("en", names=("Open Food Facts", "Next"))
    assert mask.text(text) == f"{NAME} to it, {NAME} help."
    assert NAME in mask.text("we like open-food-facts")


def test_german_nouns_are_no_names_and_languages_are_told_apart() -> None:
    text = "Die Uhr geht sechs Sekunden am Tag vor, und wir lassen sie so."
    assert guess_language(text) == "de"
    assert guess_language("It gains six seconds a day, and we leave it so.") == "en"
    assert NAME not in Mask("de").text(text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_lists_hold_small_words_without_names_or_digits(language: str) -> None:
    classes = word_classes(language)
    assert 900 < len(classes) < 1_500
    assert all(word == word.lower() and not re.search(r"[\d_]", word) for word in classes)
