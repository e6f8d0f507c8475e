# ruff: noqa: E501 (copy is read whole)
"""The critic against claims: what halden.md says it must catch, and what it must let through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.claims.detect import checkables
from agents.claims.quantities import quantities
from agents.claims.reader import unsupported_of_reader
from agents.critic import criticise
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import (
    CallToAction,
    Claim,
    Draft,
    Fallback,
    Paragraph,
    ProductCard,
    Provenance,
    Variant,
)
from domain.facts import Facts, HouseFact
from domain.predicate import AllOf, AnyOf, Bought, Did, Everyone
from tests.unit.copy_world import CHRISTMAS, FACTS, GUIDE, HOUSE, RING, WATCH, brief

W = "watch-1968-dress"
GOOD_FACTS = FACTS.model_copy(
    update={
        "products": (
            WATCH.model_copy(
                update={
                    "condition": "Serviced here in March",
                    "flaws": ("a scratch at seven o'clock, in photo four",),
                }
            ),
            RING,
        )
    }
)
GOOD = Variant(
    id="a",
    angle="flaw_first",
    subject="A 1968 dress watch, and its one scratch",
    preheader="34 mm, steel, serviced here in March. The scratch is in photo four.",
    blocks=(
        Paragraph(text="Good morning {{first_name}},"),
        Paragraph(
            text="Our watchmaker had this one apart in March. It is hand-wound and gains about six seconds a day. There is a scratch at seven o'clock. We left it: polishing would have cost the lugs their edge."
        ),
        ProductCard(product_id=W),
        Paragraph(text="€2,450, two years' warranty. We have one."),
        Paragraph(text="If 34 mm sounds small, we thought so too. Put it on first."),
        CallToAction(text="Book half an hour", url="https://halden.example/book"),
    ),
    claims=(
        Claim(text="A 1968 dress watch, and its one scratch", fact_ids=(f"{W}.year", f"{W}.flaws")),
        Claim(
            text="34 mm, steel, serviced here in March.",
            fact_ids=(f"{W}.size_mm", f"{W}.material", f"{W}.condition"),
        ),
        Claim(text="The scratch is in photo four.", fact_ids=(f"{W}.flaws",)),
        Claim(text="Our watchmaker had this one apart in March.", fact_ids=(f"{W}.details",)),
        Claim(
            text="It is hand-wound and gains about six seconds a day.",
            fact_ids=(f"{W}.details",),
        ),
        Claim(text="There is a scratch at seven o'clock.", fact_ids=(f"{W}.flaws",)),
        Claim(text="€2,450, two years' warranty.", fact_ids=(f"{W}.price", f"{W}.warranty_months")),
        Claim(text="We have one.", fact_ids=(f"{W}.stock",)),
        Claim(text="If 34 mm sounds small", fact_ids=(f"{W}.size_mm",)),
    ),
    fallbacks=(Fallback(field="first_name", text=""),),
    provenance=Provenance(brief_hash="x", model="tiny"),
)


def saying(text: str, *fact_ids: str, subject: str = "The 1968 dress watch") -> Variant:
    """The good mail with one more paragraph, and that paragraph's claim."""
    claims = (Claim(text="The 1968 dress watch", fact_ids=(f"{W}.name",)), *GOOD.claims[1:])
    if fact_ids:
        claims = (*claims, Claim(text=text, fact_ids=fact_ids))
    blocks = (*GOOD.blocks[:2], Paragraph(text=text), *GOOD.blocks[2:])
    return GOOD.model_copy(update={"blocks": blocks, "subject": subject, "claims": claims})


async def judged(
    *variants: Variant, facts: Facts = GOOD_FACTS, about: Brief | None = None
) -> Critique:
    return await criticise(
        Draft(variants=variants), brief=about or brief(), facts=facts, guide=GUIDE
    )


def rules(critique: Critique) -> set[str]:
    return {f.rule for f in critique.findings}


def words(critique: Critique, family: str) -> set[str]:
    return {f.text for f in critique.findings if f.rule.startswith(f"{family}.")}


async def test_the_good_mail_passes() -> None:
    critique = await judged(GOOD)
    assert critique.verdict == "satisfied", critique.findings
    assert not critique.findings


async def test_the_real_exam_is_three_unsupported_claims() -> None:
    critique = await judged(
        saying("Since 1962, our master watchmakers have refined every piece by hand.")
    )
    assert critique.verdict == "needs_revision"
    assert {"claims.heritage", "claims.craft", "claims.universal"} <= rules(critique)
    assert {"Since 1962", "master watchmakers", "by hand", "every piece"} <= words(
        critique, "claims"
    )
    assert {f.severity for f in critique.findings if f.rule == "claims.heritage"} == {"blocking"}


async def test_the_real_exam_is_failed_in_german_too() -> None:
    variant = saying("Seit 1962 verfeinern unsere Uhrmachermeister jedes Stück von Hand.")
    assert {"Seit 1962", "jedes Stück", "von Hand"} <= words(await judged(variant), "claims")


async def test_the_real_exam_is_not_passed_by_citing_facts_that_say_other_things() -> None:
    text = "Since 1962, our master watchmakers have refined every piece by hand."
    born_1962 = WATCH.model_copy(update={"year": 1962, "name": "1962 dress watch"})
    bench = HouseFact(id="house.bench", text="Every watch is timed before it is sold.")
    hand = HouseFact(id="house.hand", text="Straps are stitched by hand.")
    facts = Facts(products=(born_1962,), house=(*HOUSE, bench, hand))
    critique = await judged(
        saying(text, f"{W}.year", "house.bench", "house.hand", "house.watchmaker"), facts=facts
    )
    found = {f.rule for f in critique.blocking if "claims" in f.rule}
    assert {"claims.heritage", "claims.craft"} <= found
    assert "claims.universal" in rules(critique)


async def test_the_real_exam_is_passed_where_one_fact_says_it() -> None:
    text = "Since 1962, our master watchmakers have refined every piece by hand."
    fact = HouseFact(
        id="house.all", text="Since 1962 our master watchmakers have refined every piece by hand."
    )
    facts = GOOD_FACTS.model_copy(update={"house": (*HOUSE, fact)})
    critique = await judged(saying(text, "house.all"), facts=facts)
    assert not [f for f in critique.findings if f.rule.startswith("claims.")]


async def test_hollow_shouting_is_caught_everywhere() -> None:
    variant = Variant(
        id="a",
        angle="x",
        subject="✨ Timeless elegance awaits!",
        preheader="Elevate your style with our exquisite collection.",
        blocks=(
            Paragraph(text="Dear valued customer,"),
            Paragraph(text="Elevate your style with our exquisite collection. Timeless elegance awaits!"),
            CallToAction(text="Buy", url="https://halden.example/"),
        ),
        provenance=Provenance(brief_hash="x", model="tiny"),
    )  # fmt: skip
    critique = await judged(variant)
    assert {
        "voice.banned",
        "voice.emoji",
        "voice.exclamation",
        "voice.greeting",
        "claims.no_fact",
    } <= rules(critique)
    assert {w.casefold() for w in words(critique, "voice")} >= {"timeless", "elevate", "exquisite"}


async def test_every_wrong_of_the_loud_sale_is_caught() -> None:
    variant = Variant(
        id="a",
        angle="x",
        subject="LAST CHANCE {{first_name}}!",
        preheader="Up to 30% OFF.",
        blocks=(
            Paragraph(text="Up to 30% OFF. Cheapest in Germany. Only 3 left! bit.ly/x"),
            CallToAction(text="Buy", url="https://bit.ly/x"),
        ),
        provenance=Provenance(brief_hash="x", model="tiny"),
    )
    critique = await judged(variant)
    assert {
        "offer.percent",
        "claims.percent",
        "claims.superlative",
        "claims.stock",
        "links.shortener",
        "fields.fallback",
        "dark.urgency",
        "voice.capitals",
    } <= rules(critique)
    assert len(critique.blocking) >= 5


async def test_a_percent_within_the_brief_needs_its_end_its_code_and_the_reference_price() -> None:
    offer = CHRISTMAS.model_copy(update={"products": (W,)})
    critique = await judged(saying("10% off, just because."), about=brief(offer=offer))
    assert {"offer.end", "offer.code_unsaid", "offer.reference"} <= rules(critique)
    whole = saying(
        "€2,205 until 17 December with the code XMAS10, because it is Christmas. The lowest price of the last 30 days was €2,450.",
        f"{W}.lowest_price_30_days",
    )
    critique = await judged(whole, about=brief(offer=offer))
    assert not words(critique, "offer")
    assert not [f for f in critique.findings if f.rule.startswith(("claims.", "offer."))]


@pytest.mark.parametrize(
    ("text", "cited", "rule"),
    [
        ("It costs €2,540.", "price", "claims.price"),
        ("It is 36 mm across.", "size_mm", "claims.number"),
        ("It was made in 1986.", "year", "claims.number"),
        ("It has five years' warranty.", "warranty_months", "claims.warranty"),
        ("We have two.", "stock", "claims.stock"),
        ("Only 3 left.", "stock", "claims.stock"),
        ("It gains about nine seconds a day.", "details", "claims.number"),
        ("Serviced in May.", "condition", "claims.date"),
        ("It is the finest of its kind.", "details", "claims.superlative"),
        ("It is a certified chronometer.", "details", "claims.certification"),
        ("It will hold its value.", "price", "claims.value_retention"),
        ("Our bestseller.", "details", "claims.popularity"),
        ("The case is solid gold.", "material", "claims.material"),
        ("It is waterproof.", "details", "claims.condition"),
        ("The delivery is free of charge.", "price", "claims.free"),
        ("Better than any other.", "details", "claims.comparison"),
        ("A family business.", "name", "claims.heritage"),
        ("Handmade in Switzerland.", "details", "claims.craft"),
    ],
)
async def test_a_claim_that_its_fact_does_not_bear_is_found(
    text: str, cited: str, rule: str
) -> None:
    critique = await judged(saying(text, f"{W}.{cited}"))
    assert rule in rules(critique), critique.findings
    assert critique.verdict == "needs_revision"


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The price is 2.450 €.", "price"),
        ("Two years of warranty come with it.", "warranty_months"),
        ("Its warranty runs for 24 months.", "warranty_months"),
        ("It gains some six seconds a day.", "details"),
        ("It is a single piece.", "stock"),
        ("It is thirty-four millimetres across, or 3.4 cm.", "size_mm"),
    ],
)
async def test_the_same_value_in_other_words_is_borne(text: str, cited: str) -> None:
    critique = await judged(saying(text, f"{W}.{cited}"))
    found = [f for f in critique.findings if f.rule.startswith("claims.")]
    assert not found


async def test_what_facts_prove_must_still_be_listed_with_the_right_fact() -> None:
    unlisted = await judged(saying("The case is 34 mm across."))
    assert "claims.unlisted" in rules(unlisted)
    wrong = await judged(saying("The case is 34 mm across.", f"{W}.price"))
    assert "claims.wrong_fact" in rules(wrong)
    unknown = await judged(saying("The case is 34 mm across.", "watch-9.size_mm"))
    assert "claims.unknown_fact" in rules(unknown)


async def test_another_products_facts_prove_nothing() -> None:
    critique = await judged(saying("It costs €890."))
    assert "claims.price" in rules(critique)


async def test_a_sold_product_and_an_expired_fact_block() -> None:
    sold = WATCH.model_copy(update={"stock": 0})
    critique = await judged(GOOD, facts=Facts(products=(sold,), house=HOUSE))
    assert {"claims.sold_out", "claims.stock"} <= rules(critique)
    old = HouseFact(
        id="house.fair", text="We are at the fair in hall 4.", valid_until=date(2026, 9, 1)
    )
    facts = GOOD_FACTS.model_copy(update={"house": (*HOUSE, old)})
    critique = await judged(saying("We are at the fair in hall 4.", "house.fair"), facts=facts)
    assert "claims.expired" in rules(critique)


def test_of_the_reader_only_what_the_audience_rule_makes_true() -> None:
    asked, bought = "You asked about it in May.", "Your last order was a ring."
    assert unsupported_of_reader(asked, Bought()) == ("You asked",)
    assert not unsupported_of_reader(asked, AllOf(of=(Bought(), Did(event="Product Viewed"))))
    assert unsupported_of_reader(bought, Everyone())
    assert unsupported_of_reader(bought, AnyOf(of=(Bought(), Everyone())))
    assert not unsupported_of_reader(bought, Bought(at_least=2))
    assert not unsupported_of_reader("If you asked us, we would say no.", Everyone())


def test_quantities_are_read_in_both_languages() -> None:
    found = {
        (q.kind, q.value, q.unit)
        for q in quantities(
            "€2,450 and 2.450,50 €, 10 % off, zwei Jahre Garantie, 14. Dezember 2026, March 3rd, "
            "seven o'clock, six seconds, 34 mm, since 1962, in May, 1960s, 12 jewels, £4.95"
        )
    }
    assert {
        ("money", Decimal(2450), "EUR"),
        ("money", Decimal("2450.5"), "EUR"),
        ("percent", Decimal(10), ""),
        ("duration", Decimal(24), "months"),
        ("date", Decimal(1214), "2026"),
        ("date", Decimal(303), ""),
        ("clock", Decimal(7), ""),
        ("duration", Decimal(6), "seconds"),
        ("measure", Decimal(34), "mm"),
        ("year", Decimal(1962), ""),
        ("month", Decimal(5), ""),
        ("year", Decimal(1960), ""),
        ("measure", Decimal(12), "jewels"),
        ("money", Decimal("4.95"), "GBP"),
    } <= found


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for claim in checkables(text):
        assert 0 <= claim.start <= claim.end <= len(text)


@given(st.decimals(min_value=1, max_value=999_999, places=2), st.sampled_from(["€", "£", "$"]))
def test_money_survives_both_ways_of_writing_it(amount: Decimal, sign: str) -> None:
    english = f"{sign}{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))[1:] + f" {sign}"
    for text in (english, german):
        (found,) = quantities(f"It costs {text}, no more")
        assert found.value == amount
