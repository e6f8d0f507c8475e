"""One person, one address hash, however the address is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.suppression import address_hash, normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.Test", " ada@example.test\n"),
        ("ada@käfer.example", "ada@xn--kfer-loa.example"),
        ("ada@k\u00e4fer.example", "ada@ka\u0308fer.example"),
    ],
)
def test_spellings_of_one_address_have_one_hash(one: str, other: str) -> None:
    assert address_hash(one, b"k") == address_hash(other, b"k")


@given(st.text(max_size=60))
def test_any_text_has_a_stable_hash(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert len(address_hash(text, b"k")) == 64


def test_another_key_gives_another_hash() -> None:
    assert address_hash("a@b.test", b"k") != address_hash("a@b.test", b"l")


def test_without_a_key_nothing_is_hashed() -> None:
    with pytest.raises(LedgerError) as refused:
        address_hash("a@b.test", b"")
    assert refused.value.code == "bad_value"
