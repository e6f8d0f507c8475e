"""Halden, the example to copy: complete, in its own voice, and never beyond its facts."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from typing import get_args

import pytest

from brand_voice.brand import EXAMPLE, load_brand, load_facts
from brand_voice.learning.files import Source, read_source
from brand_voice.learning.reading import judge
from brand_voice.reading_level import school_years
from brand_voice.slots import fill, slots
from domain.brief import Offer
from domain.facts import Product
from domain.money import Money
from domain.voice import Passage, VoiceChannel

BRAND = load_brand(EXAMPLE)
FACTS = load_facts(EXAMPLE)
EVERY_KIND = ("subject", "preheader", "opening", "body", "proof", "offer", "cta", "closing")
OBJECTIVES = (
    "viewing", "sell", "service_due", "win_back", "launch",
    "invite", "thank", "announce", "welcome",
)  # fmt: skip
OFFER = Offer.model_validate(
    {
        "code": "COUNT5",
        "share": 0.05,
        "valid_from": "2025-12-11",
        "valid_until": "2026-01-10",
        "exposure": {"amount": "100", "currency": "EUR"},
        "exposure_basis": "stock",
    }
)


def filled(passage: Passage) -> list[str]:
    """The passage as every product that fits would have it."""
    fits = (fill(passage, p, language=passage.language, offer=OFFER) for p in FACTS.products)
    return [one.text for one in fits if one is not None]


def test_it_has_what_a_brand_needs() -> None:
    assert len(FACTS.products) == 36
    assert len({p.category for p in FACTS.products}) == 3
    assert sum(p.stock == 1 for p in FACTS.products) >= 18
    assert len(BRAND.guide.cliches) >= 100
    for language in ("en", "de"):
        legal = {line.id for line in BRAND.guide.legal if line.language == language}
        assert legal == {f"{part}-{language}" for part in ("imprint", "why", "unsubscribe")}
        greeting = next(g for g in BRAND.guide.greetings if g.language == language)
        assert "{{first_name}}" in greeting.with_name
        assert any(of == language for of, _ in BRAND.guide.closings)


@pytest.mark.parametrize("product", FACTS.products, ids=lambda p: p.id)
def test_every_product_can_be_sold_in_both_languages(product: Product) -> None:
    assert product.details
    assert product.flaws or product.category == "service" or product.condition == "new"
    assert product.condition
    for key in ("de", "de.name", "de.gender", "de.condition"):
        assert product.notes.get(key), f"{product.id} lacks {key}"
    assert len(product.notes.get("de.flaws", ())) == len(product.flaws)
    assert len(product.notes["de"]) == len(product.details)
    assert product.lowest_price_30_days is not None
    assert product.photo is not None
    assert product.picture_says("de") != product.picture_says("en")
    rights = product.photo.rights
    assert rights is not None
    assert {"email", "instagram", "meta_ad"} <= set(rights.channels)
    picture = (EXAMPLE / product.photo.path).read_bytes()
    assert len(picture) <= 25_000
    assert struct.unpack(">II", picture[16:24]) == (product.photo.width, product.photo.height)


def test_there_are_enough_passages_of_each_kind() -> None:
    for language in ("en", "de"):
        for kind in EVERY_KIND:
            found = [p for p in BRAND.passages if (p.language, p.kind) == (language, kind)]
            assert len(found) >= 12, (language, kind)


def test_every_objective_can_be_met_from_several_angles() -> None:
    angles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for passage in BRAND.passages:
        angles[passage.language, passage.objective].add(passage.angle)
    for objective in OBJECTIVES:
        assert len(angles["en", objective]) >= 3, objective
        assert len(angles["de", objective]) >= 2, objective


@pytest.mark.parametrize("passage", BRAND.passages, ids=lambda p: p.id)
def test_a_passage_stands_in_its_message_and_on_its_facts(passage: Passage) -> None:
    message = (EXAMPLE / passage.source).read_text("utf-8")
    pattern = re.sub(r"\\\{(product|offer)\\\.[a-z_0-9]+\\\}", ".+?", re.escape(passage.text))
    # A sentence that a slot begins was capitalised, and no full stop is doubled.
    assert re.search(pattern.replace(r".+?\.", r".+?\.?"), message), "not in its message"
    assert all(FACTS.house_fact(fact_id) for fact_id in passage.fact_ids)
    in_german = [fact_id.endswith("-de") for fact_id in passage.fact_ids]
    assert all(german == (passage.language == "de") for german in in_german)
    assert filled(passage), "no product fits"


@pytest.mark.parametrize("passage", BRAND.passages, ids=lambda p: p.id)
def test_a_passage_keeps_to_the_guide(passage: Passage) -> None:
    for text in filled(passage):
        lower = text.lower()
        for banned in (*BRAND.guide.banned, *BRAND.guide.cliches):
            assert not re.search(rf"(?<!\w){re.escape(banned)}", lower), banned
        assert "!" not in text
        assert "{" not in text
        assert not re.search(r"[\U0001f000-\U0001ffff☀-➿]", text)


def test_numbers_rest_on_a_fact() -> None:
    """A number in a passage's own words, outside its slots, stands in a house fact it cites."""
    for passage in BRAND.passages:
        own = re.sub(r"\{[^}]*\}", "", passage.text)
        if not re.search(r"\d", own):
            continue
        cited = " ".join(
            fact.text for fact_id in passage.fact_ids if (fact := FACTS.house_fact(fact_id))
        )
        for number in re.findall(r"\d[\d:.]*\d|\d", own):
            assert number in cited, (passage.id, number)


def test_sentences_are_short() -> None:
    bodies = [p for p in BRAND.passages if p.kind in ("opening", "body", "proof", "closing")]
    for language in ("en", "de"):
        lengths = [
            len(sentence.split())
            for p in bodies
            if p.language == language
            for sentence in re.split(r"(?<=[.?])\s+", filled(p)[0])
        ]
        assert sum(lengths) / len(lengths) <= BRAND.guide.sentence_words_average


def test_subjects_fit_for_most_products() -> None:
    for passage in BRAND.passages:
        if passage.kind == "subject":
            texts = filled(passage)
            short = [t for t in texts if len(t) <= BRAND.guide.subject_most_characters]
            assert len(short) >= len(texts) / 2, passage.id


def test_proven_passages_carry_evidence_that_leaves_out_zero() -> None:
    proven = [p for p in BRAND.passages if p.proven]
    assert 0 < len(proven) < len(BRAND.passages) / 3
    for passage in BRAND.passages:
        assert bool(passage.effect) == passage.proven
        if passage.proven:
            found = re.search(r"\(([\d.]+) to ([\d.]+)\), n [\d,]+", passage.effect)
            assert found, passage.effect
            assert 0 < float(found[1]) < float(found[2])


def test_slots_are_known() -> None:
    known = {
        "name", "the_name", "the_name_acc", "the_name_dat", "price", "size_mm", "year",
        "reference", "material", "condition", "flaw", "detail", "detail2", "warranty", "one",
        "new", "f", "m", "n",
    }  # fmt: skip
    for passage in BRAND.passages:
        for slot in (*slots(passage.text), *passage.needs):
            thing, field = slot.split(".")
            assert field in (known if thing == "product" else {"code", "reduction", "until"})


def test_a_price_is_never_above_what_thirty_days_allow_a_reduction_from() -> None:
    for product in FACTS.products:
        low = product.lowest_price_30_days or Money(amount=product.price.amount, currency="EUR")
        assert low.amount <= product.price.amount


def test_every_exemplar_stands_where_it_says() -> None:
    for exemplar in BRAND.guide.exemplars:
        file = exemplar.source.partition(",")[0]
        written = " ".join((EXAMPLE / file).read_text("utf-8").split())
        assert exemplar.text in written, exemplar.source


def test_every_channel_has_its_tone() -> None:
    told = [one.channel for one in BRAND.guide.tones]
    assert sorted(told) == sorted(get_args(VoiceChannel))


def test_no_letter_is_harder_to_read_than_the_guide_allows() -> None:
    files = sorted((EXAMPLE / "messages").glob("*.md"))
    found = [one for file in files for one in read_source(Source(file, file.name))]
    letters = judge(found, lambda text: None, None).documents
    assert len(letters) == len(files)
    for limit in BRAND.guide.reading:
        own = [d for d in letters if d.language == limit.language]
        every = [text for d in own for text in d.prose()]
        average = school_years(every, limit.language)
        assert average is not None
        assert abs(average - limit.school_years) < 0.3
        for letter in own:
            level = school_years(letter.prose(), limit.language)
            assert level is not None
            assert level <= limit.at_most, letter.source
