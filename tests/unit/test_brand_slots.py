"""Slots are filled from facts alone, and say which fact each sentence rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from brand_voice.slots import fill, slots
from domain.brief import Offer
from domain.facts import Product
from domain.money import Money
from domain.voice import Passage

WATCH = Product(
    id="watch-1968",
    name="1968 dress watch",
    category="watch",
    year=1968,
    size_mm=34,
    material="steel",
    condition="serviced in March 2026",
    flaws=("a scratch at seven o'clock",),
    details=("It gains six seconds a day.",),
    warranty_months=24,
    price=Money(amount=Decimal(2450), currency="EUR"),
    stock=1,
    notes={
        "de": ("Sechs Sekunden Vorgang am Tag.",),
        "de.name": ("Anzuguhr von 1968",),
        "de.gender": ("f",),
        "de.flaws": ("ein Kratzer bei sieben Uhr",),
        "de.material": ("Stahl",),
        "de.condition": ("überholt im März 2026",),
    },
)
OFFER = Offer(
    code="COUNT5",
    share=0.05,
    valid_from=date(2026, 11, 2),
    valid_until=date(2026, 11, 30),
    exposure=Money(amount=Decimal(100), currency="EUR"),
    exposure_basis="one piece",
)


def passage(text: str, **more: object) -> Passage:
    return Passage.model_validate({"id": "p", "kind": "body", "text": text, "source": "m", **more})


def test_fills_every_slot_in_english() -> None:
    text = (
        "The {product.name}: {product.size_mm} mm, {product.material}, {product.year}. "
        "There is {product.flaw}. {product.detail} {product.price}, {product.warranty}. "
        "{product.one}"
    )
    found = fill(passage(text), WATCH)
    assert found is not None
    assert found.text == (
        "The 1968 dress watch: 34 mm, steel, 1968. There is a scratch at seven o'clock. "
        "It gains six seconds a day. €2,450, two years' warranty. We have one."
    )


def test_german_takes_the_article_of_its_case() -> None:
    text = "{product.the_name} kostet {product.price}. Fragen Sie nach {product.the_name_dat}."
    found = fill(passage(text, language="de"), WATCH, language="de")
    assert found is not None
    assert found.text == (
        "Die Anzuguhr von 1968 kostet 2.450\N{NO-BREAK SPACE}€. "
        "Fragen Sie nach der Anzuguhr von 1968."
    )


def test_german_nouns_that_change_are_written_out() -> None:
    forms = ("der Chronograph", "den Chronographen", "dem Chronographen")
    notes = {**WATCH.notes, "de.name": ("Chronograph",), "de.gender": ("m",), "de.the_name": forms}
    watch = WATCH.model_copy(update={"notes": notes})
    text = "{product.the_name}, {product.the_name_acc}, {product.the_name_dat}, {product.name}"
    found = fill(passage(text, language="de"), watch, language="de")
    assert found is not None
    assert found.text == "Der Chronograph, den Chronographen, dem Chronographen, Chronograph"


def test_each_sentence_with_a_slot_is_a_claim_on_its_facts() -> None:
    found = fill(passage("It costs {product.price}. Come in. {product.one}"), WATCH)
    assert found is not None
    assert [(c.text, c.fact_ids) for c in found.claims] == [
        ("It costs €2,450.", ("watch-1968.price",)),
        ("We have one.", ("watch-1968.stock",)),
    ]


def test_a_passage_on_house_facts_is_one_claim_on_all_of_them() -> None:
    text = "{product.price}. It was timed for five days."
    found = fill(passage(text, fact_ids=("house-timing",)), WATCH)
    assert found is not None
    assert [(c.text, c.fact_ids) for c in found.claims] == [
        ("€2,450. It was timed for five days.", ("house-timing", "watch-1968.price"))
    ]


@pytest.mark.parametrize(
    "text",
    ["{product.reference}", "{product.detail2}", "{product.nonsense}", "{offer.code}"],
)
def test_a_slot_without_a_fact_makes_the_passage_unfit(text: str) -> None:
    assert fill(passage(text), WATCH) is None


def test_no_product_no_text() -> None:
    assert fill(passage("The {product.name}."), None) is None
    found = fill(passage("Nothing to fill."), None)
    assert found is not None
    assert found.claims == ()


def test_we_have_one_only_where_there_is_one() -> None:
    several = WATCH.model_copy(update={"stock": 3})
    sold = WATCH.model_copy(update={"stock": 0})
    for product in (several, sold):
        assert fill(passage("{product.one}"), product) is None
        assert fill(passage("There is no second.", needs=("product.one",)), product) is None
    assert fill(passage("There is no second.", needs=("product.one",)), WATCH) is not None


def test_a_need_is_checked_and_not_shown() -> None:
    found = fill(passage("It has been worn.", needs=("product.year",)), WATCH)
    assert found is not None
    assert found.text == "It has been worn."
    assert fill(passage("It is new.", needs=("product.new",)), WATCH) is None


def test_offer_slots_take_code_reduction_and_last_day() -> None:
    text = "{offer.code}: {offer.reduction} off until {offer.until}."
    found = fill(passage(text), WATCH, offer=OFFER)
    assert found is not None
    assert found.text == "COUNT5: 5% off until 30 November 2026."


def test_a_flaw_that_ends_with_a_full_stop_does_not_double_it() -> None:
    initials = WATCH.model_copy(update={"flaws": ("initials: K. A.",)})
    found = fill(passage("It has {product.flaw}. We left them."), initials)
    assert found is not None
    assert found.text == "It has initials: K. A. We left them."


def test_a_value_after_a_whole_sentence_begins_with_a_capital() -> None:
    found = fill(passage("{product.one} {product.material}, {product.year}."), WATCH)
    assert found is not None
    assert found.text == "We have one. Steel, 1968."


def test_slots_lists_them_in_order() -> None:
    assert slots("{product.price} and {offer.code}, {product.price}") == (
        "product.price",
        "offer.code",
        "product.price",
    )
