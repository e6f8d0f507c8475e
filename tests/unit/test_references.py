"""Ids by their last characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.references import pick, short
from domain.errors import WrongUsage

KNOWN = ["01a2-aaaa1111", "01a2-bbbb1111", "01a2-cccc2222"]


def test_an_end_that_only_one_id_has_is_enough() -> None:
    assert pick("2222", KNOWN, "campaign", where="list") == KNOWN[2]
    assert pick(short(KNOWN[0]), KNOWN, "campaign", where="list") == KNOWN[0]


@pytest.mark.parametrize(("given_id", "code"), [("1111", "ambiguous_id"), ("9", "unknown_id")])
def test_what_is_not_clear_is_refused_with_the_command_that_lists(given_id: str, code: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        pick(given_id, KNOWN, "campaign", where="mainspring campaign list")
    assert caught.value.code == code
    assert "mainspring campaign list" in caught.value.next_step


@given(st.text())
def test_nothing_but_an_end_is_ever_taken(text: str) -> None:
    try:
        assert pick(text, KNOWN, "campaign", where="list").endswith(text)
    except WrongUsage:
        assert text == "" or sum(one.endswith(text) for one in KNOWN) != 1
