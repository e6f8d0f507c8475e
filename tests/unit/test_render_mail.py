"""A variant as a mail: what is in both parts, what clients need, and what copy cannot do to it."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.draft import (
    Block,
    CallToAction,
    Fallback,
    Heading,
    Paragraph,
    ProductCard,
    Provenance,
    Variant,
)
from domain.facts import Facts, Product
from domain.money import Money
from domain.pictures import Photo
from domain.publication import RenderedVariant
from tools.render.check import check
from tools.render.errors import RenderError
from tools.render.mail import render

FACTS = Facts(
    products=(
        Product(
            id="watch-1",
            name="1968 dress watch",
            category="watch",
            year=1968,
            size_mm=34,
            material="steel",
            price=Money(amount=Decimal(2450), currency="EUR"),
            stock=1,
            url="/watches/watch-1?colour=silver",
            photo=Photo(path="images/watch-1.png", alt='A watch, "34 mm"', width=600, height=450),
            notes={"de.name": ("Anzuguhr",), "de.material": ("Stahl",), "de.alt": ("Eine Uhr",)},
        ),
    )
)
LEGAL = ("Halden GmbH, Uhrmachergasse 4, 80331 München.", "You get this because you agreed.")


def variant(*blocks: Block, **more: object) -> Variant:
    return Variant.model_validate(
        {
            "id": "b",
            "angle": "flaw_first",
            "subject": "A 1968 dress watch, and its one scratch",
            "preheader": "34 mm, steel.",
            "blocks": blocks or (Paragraph(text="Good morning {{first_name}},"),),
            "fallbacks": (Fallback(field="first_name", text=""),),
            "provenance": Provenance(brief_hash="", model="house"),
            **more,
        }
    )


WHOLE = variant(
    ProductCard(product_id="watch-1"),
    Heading(text="Its one scratch"),
    Paragraph(text="Good morning {{first_name}},"),
    Paragraph(text="There is a scratch at seven o'clock.\nWe left it."),
    CallToAction(text="Book half an hour", url="https://halden.example/visit#top"),
)


def mail(of: Variant = WHOLE, **more: object) -> RenderedVariant:
    given: dict[str, object] = {
        "language": "en",
        "legal": LEGAL,
        "postal_address": "Halden GmbH, Uhrmachergasse 4, 80331 München",
        "shop_url": "https://www.halden.example",
        "image_base_url": "https://img.halden.example/brand",
        "campaign_id": "c-1",
        "brand": "Halden",
        **more,
    }
    return render(of, FACTS, **given)  # type: ignore[arg-type]


class _Words(HTMLParser):
    """What a reader sees of a page, and the tags that it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> _Words:
    page = _Words()
    page.feed(html)
    return page


def test_both_parts_say_the_same() -> None:
    found = mail()
    seen = " ".join(" ".join(read(found.html).words).split())
    for words in ("Its one scratch", "Good morning {{first_name}},", "We left it.", "€2,450"):
        assert words in seen
        assert words in " ".join(found.text.split())
    assert "1968 dress watch" in found.text
    assert found.fallbacks == (("first_name", ""),)


def test_a_whole_mail_has_no_fault() -> None:
    assert check(mail(), allowed_hosts=["halden.example"], legal=LEGAL) == ()


def test_links_carry_the_campaign_and_keep_what_they_had() -> None:
    links = [link for link in read(mail().html).links if link.startswith("https")]
    assert len(links) == 2  # the card's picture, the button
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert query["utm_source"] == ["halden.example"]
        assert query["utm_medium"] == ["email"]
        assert query["utm_campaign"] == ["c-1"]
        assert query["utm_content"] == ["b"]
    assert "colour=silver" in links[0]
    assert links[1].endswith("#top")
    assert set(links) <= set(mail().text.split())


def test_the_unsubscribe_link_is_left_to_be_filled_and_is_not_tracked() -> None:
    found = mail()
    assert "{{unsubscribe_url}}" in read(found.html).links
    assert found.text.rstrip().endswith("Unsubscribe:\n{{unsubscribe_url}}")
    without = mail(unsubscribe=False)
    assert "{{unsubscribe_url}}" not in without.html + without.text


def test_the_postal_address_stands_once() -> None:
    found = mail()
    assert found.text.count("80331") == 1
    assert mail(legal=()).text.count("80331") == 1


def test_german_mails_speak_german() -> None:
    found = mail(language="de")
    assert '<html lang="de"' in found.html
    assert "Abmelden" in found.html
    assert "2.450\N{NO-BREAK SPACE}€" in found.text
    assert "Anzuguhr" in found.text
    assert 'alt="Eine Uhr"' in found.html


def test_dark_mode_survives_inlining() -> None:
    html = mail().html
    assert "@media (prefers-color-scheme:dark)" in html
    assert "[data-ogsc]" in html
    assert "color-scheme:light dark" in html
    assert "supported-color-schemes" in html


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = mail().html
    assert "fonts.googleapis" not in html
    assert "@import" not in html
    addresses = re.findall(r"src=\"([^\"]*)\"", html)
    assert addresses == ["https://img.halden.example/brand/images/watch-1.png"]


def test_the_text_part_is_wrapped_but_links_are_whole() -> None:
    long = variant(Paragraph(text="word " * 60), *WHOLE.blocks)
    for line in mail(long).text.splitlines():
        assert len(line) <= 66 or line.startswith("https://")


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(RenderError, match="not among the facts") as error:
        mail(variant(ProductCard(product_id="watch-9")))
    assert error.value.code == "unknown_product"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " JavaScript:x"]
)
def test_a_link_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(RenderError) as error:
        mail(variant(CallToAction(text="Go", url=url)))
    assert error.value.code == "bad_address"


HOSTILE = (
    "<script>alert(1)</script>",
    "</mj-text><mj-raw><script>1</script></mj-raw><mj-text>",
    '<mj-include path="/etc/passwd" type="html"/>',
    '"><img src=x onerror=alert(1)>',
    "&lt;script&gt; & 1 < 2",
    "{% for x in y %}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_copy_is_shown_and_not_obeyed(text: str) -> None:
    plain = read(mail(variant(Paragraph(text="x"), CallToAction(text="x", url="/a"))).html)
    whole = variant(
        Paragraph(text=text), CallToAction(text=text, url="/a"), subject=text, preheader=text
    )
    hostile = read(mail(whole).html)
    assert hostile.tags == plain.tags
    assert text in " ".join(hostile.words)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_any_text_can_be_laid_out(text: str) -> None:
    plain = [t for t in read(mail(variant(Paragraph(text="x"))).html).tags if t != "br"]
    found = mail(variant(Paragraph(text=text), subject=text, preheader=text))
    assert [t for t in read(found.html).tags if t != "br"] == plain
    assert "\n" not in found.subject
    assert "\r" not in found.subject
