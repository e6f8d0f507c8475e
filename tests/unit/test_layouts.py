"""Layouts: the same words and products in another order, and each of them a whole mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.critic import criticise
from brand_voice.brand import EXAMPLE, load_brand, load_facts
from domain.blocks import Block
from domain.draft import (
    BulletList,
    CallToAction,
    DetailRow,
    Details,
    Divider,
    Draft,
    FactsTable,
    Fallback,
    Heading,
    Pair,
    Paragraph,
    Picture,
    ProductCard,
    ProductList,
    Quote,
    Variant,
)
from domain.layouts import LAYOUTS, Layout, arranged, possible
from domain.publication import RenderedVariant
from tests.unit.copy_world import FACTS, GUIDE, WATCH, brief
from tests.unit.test_critic_claims import GOOD
from tools.render.check import check
from tools.render.mail import render

HALDEN, BRAND = load_facts(EXAMPLE), load_brand(EXAMPLE)
DRESS, CHRONO, RING = "watch-1968-dress", "watch-1971-chronograph", "ring-1934-signet"
GREETING = Paragraph(text="Good morning {{first_name}},")
OPENING = Paragraph(text="Our watchmaker had this one apart in March.")
CALL = CallToAction(text="Book half an hour", url="https://halden.example/visit")
SIGNED = Paragraph(text="Korbinian Hast, at the bench")
OF_LAYOUT: dict[Layout, tuple[str, ...]] = {
    "letter": (DRESS,),
    "object": (DRESS,),
    "pair": (DRESS, CHRONO),
    "selection": (DRESS, CHRONO, RING),
    "visit": (),
    "service": ("service-handwound",),
}


def letter(*products: str, more: tuple[Block, ...] = ()) -> tuple[Block, ...]:
    cards = (ProductCard(product_id=one) for one in products)
    return (GREETING, OPENING, *cards, *more, CALL, SIGNED)


def mail(blocks: tuple[Block, ...], language: Any = "en") -> RenderedVariant:
    variant = Variant(
        id="a", angle="x", subject="A watch", preheader="34 mm.", blocks=blocks,
        fallbacks=(Fallback(field="first_name", text=""),),
    )  # fmt: skip
    guide = BRAND.guide
    return render(
        variant, HALDEN, language=language,
        legal=[line.text for line in guide.legal if line.language == language],
        postal_address=guide.postal_address, shop_url=guide.shop_url,
        image_base_url="https://halden.example", campaign_id="c", brand=guide.brand,
    )  # fmt: skip


def words(blocks: tuple[Block, ...]) -> list[str]:
    return [text for block in blocks for _, text in block.words()]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_makes_a_whole_mail(layout: Layout, language: str) -> None:
    products = OF_LAYOUT[layout]
    made = mail(arranged(letter(*products), layout), language)
    assert not check(made, allowed_hosts=("halden.example",)), layout
    assert len(made.html.encode()) < 50 * 1024
    assert f'lang="{language}"' in made.html
    for product_id in products:
        product = HALDEN.product(product_id)
        assert product is not None
        name = next(iter(product.notes["de.name"])) if language == "de" else product.name
        assert name.lower() in made.text.lower(), "the text part names what is shown"
        assert ("€" if language == "en" else "\u00a0€") in made.text
    pictures = re.findall(r"<img[^>]*>", made.html)
    assert len(pictures) == (0 if layout in ("visit", "service") else len(products))
    assert all(re.search(r'alt="[^"]+"', one) for one in pictures)


def every_block() -> tuple[Block, ...]:
    return letter(
        DRESS,
        more=(
            Heading(text="What was done"),
            BulletList(items=("taken apart & oiled", "timed for <five> days")),
            Quote(text="They would not promise it.", who="a customer in Munich", consent="file 4"),
            Details(rows=(DetailRow(label="Where", text="Uhrmachergasse 4"),)),
            Divider(),
            Divider(line=False),
            FactsTable(product_ids=(DRESS, CHRONO)),
            Pair(product_ids=(DRESS, CHRONO)),
            ProductList(product_ids=(RING,)),
            Picture(product_id=RING),
        ),
    )


def test_each_block_has_its_place_in_html_and_in_plain_text() -> None:
    made = mail(every_block())
    for said in (
        "What was done", "- taken apart & oiled", "“They would not promise it.”\na customer",
        "Where: Uhrmachergasse 4", "* * *", "Reference: Kaltenau 612", "Reference: Dorvin 2204",
    ):  # fmt: skip
        assert said in made.text, said
    assert "file 4" not in made.text + made.html, "where a consent is kept is nobody's to read"
    assert "timed for &lt;five&gt; days" in made.html
    assert made.html.count("<img") == 5
    assert "1934 signet ring" in made.text
    assert not check(made, allowed_hosts=("halden.example",))


@given(
    st.lists(st.sampled_from([DRESS, CHRONO, RING, "isar-38"]), max_size=4, unique=True),
    st.lists(st.sampled_from(LAYOUTS), min_size=1, max_size=4),
)
def test_no_layout_loses_a_word_or_a_product(products: list[str], steps: list[Layout]) -> None:
    start = letter(*products, more=(Heading(text="Heading"), BulletList(items=("one", "two"))))
    blocks = start
    for layout in steps:
        if layout not in possible(blocks):
            with pytest.raises(ValueError, match=layout):
                arranged(blocks, layout)
            continue
        blocks = arranged(blocks, layout)
        assert arranged(blocks, layout) == blocks
        assert sorted(words(blocks)) == sorted(words(start))
        assert {i for b in blocks for i in b.products()} == set(products)
        assert [b for b in blocks if isinstance(b, CallToAction)] == [CALL]


def test_what_an_earlier_program_drafted_is_the_same_value() -> None:
    blocks = [{"kind": "paragraph", "text": "t"}, {"kind": "product", "product_id": "w"}]
    plain = {"id": "a", "angle": "x", "subject": "s", "preheader": "p", "blocks": blocks}
    made = Variant.model_validate(plain).model_dump(mode="json")
    assert made["blocks"] == blocks
    assert "layout" not in made


@pytest.mark.parametrize(
    ("consent", "who", "rules"),
    [
        ("", "a customer in Munich", {"quotes.consent"}),
        ("file 4", " ", {"quotes.who"}),
        ("file 4", "a customer in Munich", set()),
    ],
)
async def test_nobody_is_quoted_without_consent(consent: str, who: str, rules: set[str]) -> None:
    quote = Quote(text="Put it on first, they said.", who=who, consent=consent)
    copy = GOOD.model_copy(update={"blocks": (*GOOD.blocks[:-1], quote, GOOD.blocks[-1])})
    critique = await criticise(Draft(variants=(copy,)), brief=brief(), facts=FACTS, guide=GUIDE)
    assert {f.rule for f in critique.findings if f.rule.startswith("quotes.")} == rules


async def test_words_in_every_kind_of_block_are_checked() -> None:
    said = "Founded in 1962."
    for block in (
        BulletList(items=("One.", said)),
        Details(rows=(DetailRow(label="Since", text=said),)),
        Quote(text=said, who="a customer", consent="file 4"),
    ):
        copy = GOOD.model_copy(update={"blocks": (*GOOD.blocks, block)})
        critique = await criticise(Draft(variants=(copy,)), brief=brief(), facts=FACTS, guide=GUIDE)
        at = len(GOOD.blocks)
        found = [f for f in critique.blocking if f.rule.startswith("claims.")]
        assert any(f.place.startswith(f"blocks[{at}]") for f in found), block.kind


async def test_a_table_shows_only_what_there_is() -> None:
    sold = FACTS.model_copy(
        update={"products": (WATCH.model_copy(update={"stock": 0}), *FACTS.products[1:])}
    )
    for block in (FactsTable(product_ids=(WATCH.id,)), ProductList(product_ids=(WATCH.id,))):
        copy = GOOD.model_copy(update={"blocks": (*GOOD.blocks, block)})
        critique = await criticise(Draft(variants=(copy,)), brief=brief(), facts=sold, guide=GUIDE)
        places = {f.place for f in critique.blocking if f.rule == "claims.sold_out"}
        assert f"blocks[{len(GOOD.blocks)}]" in places
