"""Copy that some readers get nothing of is criticised, and never stops the critic."""

from __future__ import annotations

import pytest

from agents.critic import criticise
from domain.blocks import Heading, Paragraph
from domain.draft import Block, Draft, Variant
from tests.unit.copy_world import FACTS, GUIDE, brief


@pytest.mark.parametrize(
    "blocks",
    [
        (Paragraph(text="1968", for_stages=("won_back",)),),
        (Heading(text="C2B913D5F68407", for_stages=("won_back",)),) * 3,
        (),
    ],
)
async def test_a_mail_without_a_block_for_most_readers(blocks: tuple[Block, ...]) -> None:
    """As a small model wrote it."""
    mail = Variant(
        id="a", angle="x", subject="Arrangement d'un témarre", preheader="p", blocks=blocks
    )
    critique = await criticise(Draft(variants=(mail,)), brief=brief(), facts=FACTS, guide=GUIDE)
    assert critique.verdict != "satisfied"
    assert any(one.severity in ("blocking", "serious") for one in critique.findings)
