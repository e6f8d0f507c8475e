"""From the example's library to the mail that would go out: written, rendered, criticised whole."""

from __future__ import annotations

import pytest

from agents.copy_generator import generate_copy, tied
from agents.critic import criticise
from agents.house_writer import HouseWriter
from domain.draft import Paragraph
from domain.publication import RenderedVariant
from tests.unit.test_house_copy import HALDEN, HALDEN_FACTS, halden
from tools.render.mail import render


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("product", ["watch-1968-dress", "ring-1925-sapphire", "service-handwound"])
async def test_what_the_house_writes_goes_out_clean(product: str, language: str) -> None:
    found = HALDEN_FACTS.product(product)
    assert found is not None
    given = halden(found, language)
    draft = await generate_copy(given, HouseWriter())
    guide = HALDEN.guide
    mails: list[RenderedVariant] = [
        render(
            variant,
            given.facts,
            language=draft.language,
            legal=[line.text for line in guide.legal if line.language == language],
            postal_address=guide.postal_address,
            shop_url=guide.shop_url,
            image_base_url="https://halden.example/mail/",
            campaign_id="c1",
            brand=guide.brand,
        )
        for variant in draft.variants
    ]
    critique = await criticise(
        draft, brief=given.brief, facts=HALDEN_FACTS, guide=guide, rendered=mails
    )
    assert critique.verdict == "satisfied", critique.findings


async def test_an_edit_that_facts_prove_needs_no_list_and_a_false_one_blocks() -> None:
    found = HALDEN_FACTS.product("watch-1968-dress")
    assert found is not None
    given = halden(found)
    draft = await generate_copy(given, HouseWriter())
    first = draft.variants[0]

    def edited(text: str) -> object:
        blocks = (*first.blocks[:-2], Paragraph(text=text), *first.blocks[-2:])
        changed = tied(first.model_copy(update={"blocks": blocks}), given.brief, given.facts)
        return draft.model_copy(update={"variants": (changed, *draft.variants[1:])})

    for text, blocking in (
        ("The case is 34 mm across and of steel.", False),
        ("The case is 36 mm across.", True),
        ("Since 1962, our master watchmakers have refined every piece by hand.", True),
    ):
        critique = await criticise(
            edited(text),  # type: ignore[arg-type]
            brief=given.brief,
            facts=given.facts,
            guide=given.guide,
        )
        assert bool(critique.blocking) is blocking, (text, critique.findings)
        assert not [f for f in critique.findings if f.rule == "claims.unlisted"]
