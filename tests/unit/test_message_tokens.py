"""Tokens in the links of mails: read as they were written, and not to be made or altered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.message_tokens import (
    MOST_LINKS,
    Token,
    click_token,
    message_token,
    open_token,
    probe_token,
    read_token,
)

digits = st.binary(min_size=32, max_size=32).map(bytes.hex)
keys = st.binary(min_size=16, max_size=64)
places = st.integers(0, MOST_LINKS - 1)
Maker = Callable[[str, str, int, bytes], tuple[str, Token]]

MAKERS: list[Maker] = [
    lambda key, hashed, place, k: (message_token(key, k), Token("message", key)),
    lambda key, hashed, place, k: (message_token(key, k, hashed), Token("message", key, hashed)),
    lambda key, hashed, place, k: (probe_token(bytes.fromhex(key), k), Token("probe", key)),
    lambda key, hashed, place, k: (open_token(key, k), Token("open", key)),
    lambda key, hashed, place, k: (click_token(key, place, k), Token("click", key, link=place)),
]
made = st.builds(
    lambda maker, key, hashed, place, k: (*maker(key, hashed, place, k), k),
    st.sampled_from(MAKERS),
    digits,
    digits,
    places,
    keys,
)


@given(made)
def test_what_was_written_is_read(one: tuple[str, Token, bytes]) -> None:
    token, said, key = one
    assert read_token(token, key) == said
    assert len(token) < 200


@given(made, keys)
def test_another_key_reads_nothing(one: tuple[str, Token, bytes], other: bytes) -> None:
    token, _, key = one
    if other != key:
        assert read_token(token, other) is None


@given(made, st.data())
def test_nothing_of_it_can_be_changed(one: tuple[str, Token, bytes], data: st.DataObject) -> None:
    token, _, key = one
    place = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.characters(exclude_characters=token[place]))
    assert read_token(token[:place] + put + token[place + 1 :], key) is None
    assert read_token(token[:place] + token[place + 1 :], key) is None
    assert read_token(token + put, key) is None


@given(st.text(max_size=300))
def test_any_text_is_refused_quietly(text: str) -> None:
    assert read_token(text, b"k" * 32) is None


def test_a_link_of_an_earlier_version_still_works() -> None:
    old = "baurq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urj5X5HWgzZAT01WfseA8zsRC9nwkuS0PYOchrhXr58IE"
    assert read_token(old, b"k" * 32) == Token("message", "ab" * 32)


@pytest.mark.parametrize("key", ["", "ab", "AB" * 32, "g" * 64, "ab" * 33])
def test_only_a_key_gets_a_token(key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        message_token(key, b"k" * 32)
