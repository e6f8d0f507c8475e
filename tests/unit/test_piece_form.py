"""A piece as a form: what is not changed stays, and what is typed comes back as fields."""

from __future__ import annotations

import asyncio

import pytest

from agents.house_writer import HouseWriter
from agents.pieces import generate_pieces
from app.content import channels_named, size_words
from app.views.content import place_words
from app.views.content_edit import changes_of, fields_of
from domain.errors import WrongUsage
from domain.piece import LandingPage, Piece, SearchAd, Sms
from tests.unit.test_house_pieces import WATCHES, asked
from workflows.edits import EditError
from workflows.pieces import edited

MADE = asyncio.run(generate_pieces(asked(WATCHES[0], "en"), HouseWriter())).pieces


def of(kind: type) -> Piece:
    return next(p for p in MADE if isinstance(p, kind))


@pytest.mark.parametrize("piece", MADE, ids=lambda piece: piece.channel)
def test_a_form_that_nobody_touched_changes_nothing(piece: Piece) -> None:
    typed = {field.name: field.value.replace("\n", "\r\n") for field in fields_of(piece)}
    assert edited(piece, changes_of(piece, typed)) == piece


def test_lists_are_typed_one_a_line() -> None:
    ad = of(SearchAd)
    changes = changes_of(ad, {"headlines": " One \n\nTwo\nThree", "nonsense": "x"})
    assert changes == {"headlines": ["One", "Two", "Three"]}


def test_a_page_keeps_its_product_and_takes_headings() -> None:
    page = of(LandingPage)
    changed = edited(page, changes_of(page, {"blocks": "# The case\n\n34 mm,\nsteel."}))
    assert isinstance(changed, LandingPage)
    assert [b.kind for b in changed.blocks] == ["product", "heading", "paragraph"]
    assert changed.texts()[4:6] == (("blocks[1]", "The case"), ("blocks[2]", "34 mm, steel."))


def test_what_settings_say_is_not_typed() -> None:
    assert not {"sender", "country", "legal", "claims"} & {
        f.name for p in MADE for f in fields_of(p)
    }
    with pytest.raises(EditError, match="cannot be changed by hand"):
        edited(of(Sms), {"country": "US"})


def test_places_read_as_words() -> None:
    assert place_words("headlines[3]") == "headline 4"
    assert place_words("picture.alt") == "what the picture shows"
    assert place_words("title") == "title"


def test_size_in_words() -> None:
    sms = of(Sms)
    assert size_words(sms.model_copy(update={"text": "„Hi“ {{first_name}}", "url": ""})) == (
        "1 part, with long names, UCS-2, because of „ “, 32 left"
    )
    assert size_words(of(SearchAd)) == ""


@pytest.mark.parametrize("said", ["", "fax", "sms,fax"])
def test_an_unknown_channel_is_refused(said: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        channels_named(said)
    assert "landing_page" in refused.value.next_step
