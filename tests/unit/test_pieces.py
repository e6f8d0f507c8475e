"""Pieces: one shape for every channel, and each channel's limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.limits import LIMITS, measured
from domain.piece import (
    PIECE,
    InstagramPost,
    LandingPage,
    PageForm,
    Piece,
    Push,
    SearchAd,
    ShownPicture,
    Sms,
    YouTubeVideo,
)

AD = SearchAd(
    id="search_ad-a",
    angle="flaw_first",
    headlines=("A 1968 dress watch", "34 mm, steel", "One scratch, in photo four"),
    descriptions=("Serviced here in March.", "€2,450, two years' warranty."),
    paths=("watches", "1968"),
    url="https://halden.example/watches/1968",
)


def broken(piece: Piece, *, hard: bool = True) -> set[str]:
    return {m.place for m in measured(piece) if not m.kept and m.limit.hard is hard}


def test_a_piece_survives_its_json() -> None:
    assert PIECE.validate_json(PIECE.dump_json(AD)) == AD
    assert PIECE.validate_json(PIECE.dump_json(AD)).hash() == AD.hash()


def test_an_unknown_channel_or_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        PIECE.validate_python({"channel": "fax", "id": "a", "angle": "b", "text": "c"})
    with pytest.raises(ValidationError):
        PIECE.validate_python({**AD.model_dump(), "headline": "one"})


def test_every_channel_has_limits_with_their_source() -> None:
    assert all(LIMITS.values())
    assert all(limit.why and limit.source for limits in LIMITS.values() for limit in limits)


def test_a_search_ad_within_its_limits() -> None:
    assert broken(AD) == set()
    assert ("headlines[2]", "One scratch, in photo four") in AD.texts()


def test_a_search_ad_beyond_them() -> None:
    ad = AD.model_copy(update={"headlines": ("a" * 31, "b" * 30), "descriptions": ("c" * 91,) * 5})
    assert broken(ad) == {"headlines", "headlines[0]", "descriptions"} | {
        f"descriptions[{n}]" for n in range(5)
    }


def test_google_counts_double_width_characters_twice() -> None:
    assert broken(AD.model_copy(update={"headlines": ("時" * 15, "a", "b")})) == set()
    assert broken(AD.model_copy(update={"headlines": ("時" * 16, "a", "b")})) == {"headlines[0]"}


def test_a_message_is_counted_as_it_is_sent() -> None:
    sms = Sms(id="a", angle="b", text="x" * 140, url="https://h.example/1", opt_out="To end: STOP")
    assert sms.whole().endswith("https://h.example/1 To end: STOP")
    assert broken(sms, hard=False) == set()
    long = sms.model_copy(update={"text": "Dear {{first_name}}, " + "x" * 254})
    assert broken(long, hard=False) == {"whole"}, "with the longest name it takes a third part"


def test_youtube_counts_the_description_in_bytes() -> None:
    video = YouTubeVideo(id="a", angle="b", title="t", description="ä" * 2500)
    assert broken(video) == set()
    assert broken(video.model_copy(update={"description": "ä" * 2501})) == {"whole"}


def test_what_is_read_and_where_it_leads() -> None:
    picture = ShownPicture(product_id="p", alt="A steel watch")
    post = InstagramPost(id="a", angle="b", text="t", hashtags=("watch",), picture=picture)
    assert post.texts() == (("text", "t"), ("hashtags[0]", "watch"), ("picture.alt", picture.alt))
    assert post.whole() == "t\n\n#watch"
    push = Push(id="a", angle="b", title="t", body="u", deeplink="halden://watch/1")
    assert push.links() == (("deeplink", "halden://watch/1"),)
    form = PageForm(heading="h", button="Send", consent="I agree.", action="https://h.example/f")
    page = LandingPage(
        id="a", angle="b", title="t", description="d", headline="h", lead="l", form=form
    )
    assert ("form.consent", "I agree.") in page.texts()
    assert page.links() == (("form.action", "https://h.example/f"),)


@given(st.lists(st.text(max_size=40), max_size=20), st.lists(st.text(max_size=100), max_size=6))
def test_measuring_takes_any_text(headlines: list[str], descriptions: list[str]) -> None:
    ad = AD.model_copy(update={"headlines": tuple(headlines), "descriptions": tuple(descriptions)})
    assert broken(ad) >= {f"headlines[{n}]" for n, h in enumerate(headlines) if len(h) > 30}
