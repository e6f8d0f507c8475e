"""Pieces as files: what is placed is what was read, and a page fetches nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re

import pytest

from agents.house_writer import HouseWriter
from agents.pieces import generate_pieces
from brand_voice.brand import EXAMPLE
from domain.piece import LandingPage, Piece, Push, SearchAd, Sms
from tests.unit.test_house_pieces import FACTS, WATCHES, asked, offer_on
from tools.render.errors import RenderError
from tools.render.piece_files import Prepared, prepare
from tools.render.piece_links import tagged

MADE = asyncio.run(generate_pieces(asked(WATCHES[1], "de"), HouseWriter())).pieces


def prepared(piece: Piece, *, offered: bool = False) -> Prepared:
    return prepare(piece, FACTS, brief_hash="b", brand="Halden", folder=EXAMPLE, offered=offered)


def one(kind: type) -> Piece:
    return next(p for p in MADE if isinstance(p, kind))


def test_every_piece_has_its_file_and_its_picture() -> None:
    names = {f.name for p in MADE for f in prepared(p).files}
    assert names == {
        "sms.txt", "push.json", "landing_page.html", "search_ad.csv", "meta_ad.txt",
        "linkedin.txt", "instagram.txt", "facebook.txt", "youtube_title.txt",
        "youtube_description.txt",
    }  # fmt: skip
    pictures = {f.name: f for p in MADE for f in prepared(p).pictures}
    assert set(pictures) == {
        "push.png", "meta_ad.png", "linkedin.png", "instagram.png", "facebook.png",
    }  # fmt: skip
    assert pictures["instagram.png"].sha256 != pictures["linkedin.png"].sha256
    assert pictures["instagram.png"].alt.startswith("Chronograph von 1971")


def test_the_same_piece_makes_the_same_files() -> None:
    assert [prepared(p) for p in MADE] == [prepared(p) for p in MADE]


def test_a_page_fetches_nothing_and_allows_nothing_else() -> None:
    page = prepared(one(LandingPage)).files[0].text
    assert "://" not in re.sub(r'(?:action|href|content)="[^"]*"', "", page)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "form-action https://halden.example" in policy[1]
    assert "unsafe" not in policy[1]
    assert '<meta name="robots" content="noindex">' in page
    assert 'lang="de"' in page
    assert "HRB 000000" in page
    assert page.count('type="checkbox"') == 1
    assert "checked" not in page


def test_what_looks_like_markup_in_copy_is_shown_as_written() -> None:
    page = one(LandingPage).model_copy(update={"lead": "<script>alert(1)</script> & more"})
    text = prepared(page).files[0].text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text


def test_beside_an_offer_the_caption_names_no_full_price() -> None:
    watch = WATCHES[1]
    made = asyncio.run(generate_pieces(asked(watch, "en", offer_on(watch)), HouseWriter())).pieces
    page = next(p for p in made if isinstance(p, LandingPage))
    figure = re.compile(r"<figcaption>(.*?)</figcaption>")
    shown = figure.search(prepared(page, offered=True).files[0].text)
    plain = figure.search(prepared(page).files[0].text)
    assert shown is not None
    assert plain is not None
    assert "€" not in shown[1]
    assert "€" in plain[1]


@pytest.mark.parametrize("action", ["http://halden.example/f", "javascript:alert(1)", "https://"])
def test_a_form_goes_to_https_alone(action: str) -> None:
    page = one(LandingPage)
    assert isinstance(page, LandingPage)
    assert page.form is not None
    bad = page.model_copy(update={"form": page.form.model_copy(update={"action": action})})
    with pytest.raises(RenderError, match="no https address"):
        prepared(bad)


def test_search_ads_come_as_editor_reads_them_and_paused() -> None:
    ad = one(SearchAd)
    assert isinstance(ad, SearchAd)
    rows = list(csv.DictReader(io.StringIO(prepared(ad).files[0].text)))
    assert len(rows) == 1
    assert rows[0]["Ad type"] == "Responsive search ad"
    assert rows[0]["Status"] == "Paused"
    assert [rows[0][f"Headline {n}"] for n in range(1, 16)] == list(ad.headlines)
    assert rows[0]["Description 4"] == ad.descriptions[3]
    assert rows[0]["Final URL"] == ad.url


def test_a_message_is_exported_as_it_was_counted() -> None:
    sms = one(Sms)
    assert isinstance(sms, Sms)
    assert prepared(sms).files[0].text == f"{sms.whole()}\n"


def test_a_notification_is_json() -> None:
    push = one(Push)
    assert isinstance(push, Push)
    assert json.loads(prepared(push).files[0].text)["title"] == push.title


def test_addresses_carry_the_tags_of_their_channel() -> None:
    for piece in (tagged(p, "c-1") for p in MADE):
        for place, url in piece.links():
            if place in ("url", "deeplink", "cta"):
                assert "utm_campaign=c-1" in url
                assert "utm_source=" in url
    assert "utm_medium" not in dict(tagged(one(Sms), "c").links())["url"]
    app = one(Push).model_copy(update={"deeplink": "halden://watch/1"})
    assert dict(tagged(app, "c").links())["deeplink"] == "halden://watch/1"
