"""No mail rests on what a large mail program does not show: every layout against caniemail."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.layouts import LAYOUTS, Layout, arranged
from tests.client_support import BIG, Feature, Used, read_features
from tests.unit.test_layouts import OF_LAYOUT, every_block, letter, mail

pytestmark = pytest.mark.shared

LOST = {
    "css-border-radius": "the button's corners are square",
    "css-border-spacing": "cells lie edge to edge, and ours have their own padding",
    "css-color-scheme": "the program darkens the mail by its own lights, or not at all",
    "css-cursor": "the pointer is an arrow",
    "css-height": "pictures keep their width, and so their shape",
    "css-max-height": "only of the hidden preheader",
    "css-opacity": "only of the hidden preheader",
    "css-outline": "a line that is asked to be absent was never there",
    "css-overflow": "only of the hidden preheader",
    "css-table-layout": "tables are laid out by what is in them, as asked",
    "css-white-space": "a label of two words may take two lines",
    "css-word-break": "a long word is wider than its column",
    "css-word-spacing": "words stand at their usual distance",
    "html-style": "columns stand below each other, and dark colours are the program's own",
}
"""What some large program does not have, and what its readers see instead: nothing is lost."""


@pytest.fixture(scope="module")
def features(shared_data: Path) -> dict[str, Feature]:
    folder = shared_data / "email" / "caniemail"
    if not folder.is_dir():
        pytest.skip("caniemail's tables are not beside the project")
    found = read_features(folder)
    assert len(found) > 250
    assert found["css-border-radius"].without() == (
        "outlook/windows", "gmx/desktop-webmail", "web-de/desktop-webmail",
    )  # fmt: skip
    assert set(found["html-table"].support) >= set(BIG) - {"gmail/ios"}
    return found


@pytest.mark.parametrize("layout", [*LAYOUTS, "every block"])
def test_a_mail_rests_on_nothing_that_a_large_program_lacks(
    layout: Layout | str, features: dict[str, Feature]
) -> None:
    blocks = (
        every_block() if layout == "every block" else arranged(letter(*OF_LAYOUT[layout]), layout)  # type: ignore[index,arg-type]
    )
    used = Used(mail(blocks).html)
    assert {"html-table", "css-padding", "css-color"} <= used.inline
    lacking = {
        name: features[name].without()
        for name in sorted(used.inline)
        if name in features and features[name].without() and name not in LOST
    }
    assert not lacking


def test_every_loss_is_one(features: dict[str, Feature]) -> None:
    """What is excused is in some mail, and really lacking somewhere."""
    used = Used(mail(every_block()).html).inline
    for name in LOST:
        assert name in used, f"{name} is in no mail any more"
        assert features[name].without(), f"{name} is supported everywhere now"
