"""The house writer's copy: true, varied, in the brand's words, and moved by what was found."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from agents.copy_generator import HOUSE_LABEL, generate_copy
from agents.critic import criticise
from agents.house_writer import HouseWriter
from agents.rules.variety import overlap
from agents.tasks import CopyQuestion
from brand_voice.brand import EXAMPLE, load_brand, load_facts
from domain.critique import Critique, Finding
from domain.draft import CallToAction, Draft, Paragraph, ProductCard
from domain.facts import Facts, Product
from domain.layouts import arranged
from domain.money import Money
from domain.readings import readings
from tests.unit.copy_world import (
    CHRISTMAS,
    FACTS,
    GIFT_GUIDE,
    GUIDE,
    HOUSE,
    LIBRARY,
    WATCH,
    brief,
    gift_question,
    question,
)

HALDEN, HALDEN_FACTS = load_brand(EXAMPLE), load_facts(EXAMPLE)


async def written(given: CopyQuestion) -> tuple[Draft, Critique]:
    draft = await generate_copy(given, HouseWriter())
    critique = await criticise(draft, brief=given.brief, facts=given.facts, guide=given.guide)
    return draft, critique


def halden(product: Product, language: str = "en", **more: object) -> CopyQuestion:
    """A question as the workflow asks it: the brief's product, and the house's own facts."""
    service = product.category == "service"
    objective, kpi = ("service_due", "service_booked") if service else ("viewing", "viewing_booked")
    own = {
        "brief": brief(
            objective=objective, kpi=kpi, fact_ids=(product.id,), language=language,  # type: ignore[arg-type]
            message=f"The {product.name} is here.",
        ),
        "facts": Facts(products=(product,), house=HALDEN_FACTS.house),
        "guide": HALDEN.guide,
        "passages": tuple(
            p
            for p in HALDEN.passages
            if p.language == language and p.objective in (objective, "sell")
        ),
        "link": "https://halden.example/viewing",
    }  # fmt: skip
    return CopyQuestion(**{**own, **more})


def whole(draft: Draft) -> str:
    return "\n".join(text for v in draft.variants for _, text in v.texts())


def body(draft: Draft, at: int) -> str:
    return " ".join(b.text for b in draft.variants[at].blocks if isinstance(b, Paragraph))


IN_STOCK = [p for p in HALDEN_FACTS.products if p.stock > 0]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("product", IN_STOCK, ids=lambda p: p.id)
async def test_every_product_of_the_example_gets_three_true_and_different_mails(
    product: Product, language: str
) -> None:
    draft, critique = await written(halden(product, language))
    assert len(draft.variants) == 3
    assert not [f for f in critique.findings if f.severity != "minor"], critique.findings
    assert len({v.angle for v in draft.variants}) == 3
    assert len({v.subject for v in draft.variants}) == 3
    assert draft.label == HOUSE_LABEL
    for variant in draft.variants:
        assert len(variant.subject) <= 60
        said = whole(draft).replace(" {{first_name}}", "")
        assert not re.search(r"[{}]|\S  |\.\.|\w\s[.,;]|None", said), said
        assert isinstance(variant.blocks[0], Paragraph)
        assert "{{first_name}}" in variant.blocks[0].text
        assert [f.field for f in variant.fallbacks] == ["first_name"]
        assert sum(isinstance(b, CallToAction) for b in variant.blocks) == 1
        assert {i for b in variant.blocks for i in b.products()} == {product.id}
        text = " ".join(t for _, t in variant.texts())
        sentences = [s for s in re.split(r"(?<=[.?])\s+", text) if len(s.split()) > 5]
        assert len(sentences) == len(set(sentences)), "a sentence is said twice"


async def test_each_mail_says_what_it_costs_and_ties_it_to_the_fact() -> None:
    draft, _ = await written(question())
    for variant in draft.variants:
        text = " ".join(t for _, t in variant.texts())
        assert "€2,450" in text
        assert "scratch" in text
        cited = {i for c in variant.claims for i in c.fact_ids}
        assert {f"{WATCH.id}.price", f"{WATCH.id}.stock"} <= cited


async def test_the_same_question_gives_the_same_draft_and_another_brief_another() -> None:
    first, _ = await written(question())
    again, _ = await written(question())
    assert first == again
    subjects = set()
    for number in range(12):
        draft, _ = await written(question(brief=brief(message=f"Brief {number}")))
        subjects.add(tuple(v.subject for v in draft.variants))
    assert len(subjects) >= 4


async def test_variants_are_not_one_variant() -> None:
    draft, _ = await written(halden(IN_STOCK[0]))
    a, b, c = draft.variants
    assert max(overlap(a, b), overlap(a, c), overlap(b, c)) < 0.45


async def test_passages_are_cited_and_untrue_or_unfit_ones_never_used() -> None:
    draft, _ = await written(question())
    used = {p for v in draft.variants for p in v.provenance.passage_ids}
    assert used
    assert used <= {p.id for p in LIBRARY}
    # b3 is about rings, b5 the unsupported claim, b6 of another season, t2 of a sale, o3 untrue
    # of the reader, w1 a whole mail.
    assert not used & {"b3", "b5", "b6", "t2", "o3", "w1"}
    text = whole(draft)
    assert "1962" not in text
    assert "Christmas" not in text


async def test_a_small_folder_with_an_order_offer_is_enough() -> None:
    draft, critique = await written(gift_question())
    assert critique.verdict == "satisfied", critique.findings
    assert len(draft.variants) == 3
    for variant in draft.variants:
        text = " ".join(t for _, t in variant.texts())
        assert "10%" in text
        assert "17 December" in text
        assert "XMAS10" in text
        assert not [b for b in variant.blocks if isinstance(b, ProductCard)]


@pytest.mark.parametrize("topics", [(), ("Christmas",)])
async def test_an_empty_library_is_enough_too(topics: tuple[str, ...]) -> None:
    base = gift_question().brief
    about = base.model_copy(update={"goal": base.goal.model_copy(update={"topics": topics})})
    draft, critique = await written(gift_question(passages=(), brief=about))
    assert critique.verdict == "satisfied", critique.findings
    assert len(draft.variants) == 3


async def test_a_reduced_product_names_price_reason_end_and_reference() -> None:
    offer = CHRISTMAS.model_copy(
        update={"products": (WATCH.id,), "reference_prices": ((WATCH.id, WATCH.price),)}
    )
    about = brief(objective="sell", kpi="purchase", offer=offer)
    draft, critique = await written(question(brief=about))
    assert critique.verdict == "satisfied", critique.findings
    for at in range(3):
        text = body(draft, at)
        assert "€2,205" in text
        assert "30 days" in text
        assert "17 December" in text
        assert "reason" in text


async def test_an_offer_in_german_over_the_turn_of_the_year_says_the_year() -> None:
    offer = CHRISTMAS.model_copy(update={"valid_until": date(2011, 1, 6)})
    about = brief(
        objective="win_back", kpi="purchase", fact_ids=(), offer=offer, language="de",
        topics=("Christmas",),
    )  # fmt: skip
    guide = GIFT_GUIDE.model_copy(update={"greetings": GUIDE.greetings, "closings": ()})
    draft, critique = await written(gift_question(brief=about, guide=guide, passages=()))
    assert critique.verdict == "satisfied", critique.findings
    assert "6. Januar 2011" in whole(draft)
    assert "10\N{NO-BREAK SPACE}%" in whole(draft)
    assert "Weihnachten" in whole(draft)
    assert "Guten Tag {{first_name}}," in whole(draft)


async def test_a_name_in_capitals_is_calmed() -> None:
    shouted = Product(
        id="85123A",
        name="WHITE HANGING HEART T-LIGHT HOLDER",
        category="gift",
        price=Money(amount="2.95", currency="GBP"),
        stock=300,
    )
    given = gift_question(
        brief=brief(objective="sell", kpi="purchase", fact_ids=("85123A",)),
        facts=Facts(products=(shouted,)),
    )
    draft, critique = await written(given)
    assert "white hanging heart t-light holder" in whole(draft).casefold()
    assert "WHITE" not in whole(draft)
    assert not critique.blocking


async def test_a_finding_moves_the_revision() -> None:
    first, _ = await written(question())
    faulty = next(v for v in first.variants if "o1" in v.provenance.passage_ids)
    finding = Finding(
        rule="claims.unsupported",
        severity="blocking",
        variant=faulty.id,
        place="blocks[1]",
        text="We would rather you heard it from us",
        why="Nobody can check it.",
        mend="Drop it.",
    )
    second, critique = await written(question(last=first, findings=(finding,)))
    assert "heard it from us" not in whole(second)
    assert critique.verdict == "satisfied"
    kept = [v.angle for v in first.variants if v.id != faulty.id]
    assert set(kept) <= {v.angle for v in second.variants}


async def test_a_finding_of_sameness_gives_up_the_angle() -> None:
    first, _ = await written(question())
    finding = Finding(
        rule="variety.words", severity="serious", variant="b", why="Same.", mend="Another angle."
    )
    second, _ = await written(question(last=first, findings=(finding,)))
    assert first.variants[1].angle not in {v.angle for v in second.variants}


@pytest.mark.parametrize(
    ("reason", "gone"),
    [
        ("Please do not mention the price.", "€2,450"),
        ("No warranty talk, thank you.", "warranty"),
        ("Leave out the stock.", "We have one"),
        ("Don't talk about the scratch so much, drop the flaw.", "seven o'clock"),
        ('I do not like "Put it on first".', "Put it on first"),
    ],
)
async def test_a_persons_reason_is_heard(reason: str, gone: str) -> None:
    first, _ = await written(question())
    second, _ = await written(question(last=first, reject_reason=reason))
    assert gone not in whole(second)
    assert second != first


async def test_too_long_makes_it_shorter() -> None:
    first, _ = await written(question())
    second, _ = await written(question(last=first, reject_reason="Too long, make it shorter."))
    assert len(whole(second)) < len(whole(first))


async def test_rejected_without_a_hint_still_gives_another_draft() -> None:
    first, _ = await written(question())
    second, _ = await written(question(last=first, reject_reason="Not convinced."))
    assert whole(second) != whole(first)


async def test_the_label_says_who_wrote_it_and_why() -> None:
    class Broken(HouseWriter):
        name = "tiny"

        async def answer(self, task, given):  # type: ignore[no-untyped-def]
            from agents.model import ModelError

            raise ModelError("timeout", "The model gave no answer in 2 seconds.")

    draft = await generate_copy(question(), Broken(), HouseWriter())
    assert draft.label.startswith(HOUSE_LABEL)
    assert "no answer in 2 seconds" in draft.label


async def test_sold_out_pieces_are_never_offered_as_single_ones() -> None:
    sold = WATCH.model_copy(update={"stock": 0})
    _, critique = await written(question(facts=Facts(products=(sold,), house=HOUSE)))
    assert "claims.sold_out" in {f.rule for f in critique.findings}


async def test_several_products_may_be_a_selection() -> None:
    about = brief(objective="sell", kpi="purchase", fact_ids=("watch-1968-dress", "ring-river"))
    angles = set()
    for number in range(12):
        given = question(
            brief=about.model_copy(update={"message": f"Two things, {number}"}), facts=FACTS
        )
        draft, critique = await written(given)
        assert not critique.blocking, critique.findings
        angles |= {v.angle for v in draft.variants}
    assert "selection" in angles


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("objective", "product_id", "layout"),
    [
        ("viewing", "watch-1968-dress", "letter"),
        ("launch", "isar-38", "object"),
        ("sell", "watch-1971-chronograph", "object"),
        ("service_due", "service-handwound", "service"),
        ("invite", "watch-1968-dress", "visit"),
    ],
)
async def test_the_layout_suits_what_the_brief_wants(
    objective: Any, product_id: str, layout: str, language: str
) -> None:
    product = next(p for p in HALDEN_FACTS.products if p.id == product_id)
    asked = halden(product, language)
    goal = asked.brief.goal.model_copy(update={"objective": objective})
    asked = asked.model_copy(update={"brief": asked.brief.model_copy(update={"goal": goal})})
    draft, critique = await written(asked)
    assert {v.layout for v in draft.variants} == {layout}
    assert not [f for f in critique.findings if f.severity != "minor"], critique.findings
    for variant in draft.variants:
        assert variant.blocks == arranged(variant.blocks, variant.layout)
        assert {i for b in variant.blocks for i in b.products()} == {product_id}


@pytest.mark.parametrize("number", [2, 3])
async def test_several_products_are_shown_beside_each_other(number: int) -> None:
    asked = halden(IN_STOCK[0])
    ids = tuple(p.id for p in IN_STOCK[:number])
    goal = asked.brief.goal.model_copy(update={"products": ids})
    about = asked.brief.model_copy(update={"fact_ids": ids, "goal": goal})
    facts = Facts(products=tuple(IN_STOCK[:number]), house=asked.facts.house)
    found = set()
    for seed in range(3):
        said = about.model_copy(update={"message": f"{seed}"})
        more = asked.model_copy(update={"brief": said, "facts": facts})
        draft, critique = await written(more)
        assert not [f for f in critique.findings if f.severity != "minor"], critique.findings
        for variant in draft.variants:
            if variant.angle == "selection":
                found.add(variant.layout)
                assert {i for b in variant.blocks for i in b.products()} == set(ids)
    assert found == {"pair" if number == 2 else "selection"}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("product", IN_STOCK[::7], ids=lambda p: p.id)
async def test_each_stage_of_life_reads_what_is_true_of_it(product: Product, language: str) -> None:
    passages = tuple(p for p in HALDEN.passages if p.language == language)
    asked = halden(product, language, passages=passages, stages=("new", "active", "lapsed"))
    draft, critique = await written(asked)
    assert not [f for f in critique.findings if f.severity != "minor"], critique.findings
    own = {p.text: p.stages for p in passages if p.stages}
    told = 0
    for variant in draft.variants:
        read = readings(variant)
        for reading in read:
            for block in reading.variant.blocks:
                if isinstance(block, Paragraph) and block.text in own:
                    assert set(reading.stages) <= set(own[block.text])
                    assert any(own[p.text] for p in passages if p.text == block.text)
                    told += 1
        assert "won_back" in read[0].stages, "of whom there are too few"
    assert told >= 3
    plain, _ = await written(asked.model_copy(update={"stages": ()}))
    assert not [b for v in plain.variants for b in v.blocks if b.for_stages]
    assert not [b for v in plain.variants for _, b in v.texts() if b in own]
