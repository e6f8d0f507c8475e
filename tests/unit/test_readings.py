"""What each reader reads, where blocks differ by stage of life."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.blocks import STAGES, Paragraph
from domain.draft import Claim, Fallback, Variant
from domain.frozen import content_hash
from domain.publication import RenderedVariant
from domain.readings import Reading, readings, stage_words, stages_named
from tests.unit.copy_world import FACTS
from tools.render.mail import render

EVERYBODY = ("", *STAGES)
READERS = st.lists(st.sampled_from([*STAGES, "others"]), max_size=3, unique=True).map(tuple)


def variant(*blocks: tuple[str, tuple[Any, ...]], claims: tuple[Claim, ...] = ()) -> Variant:
    made = tuple(Paragraph(text=text, for_stages=stages) for text, stages in blocks)
    return Variant(
        id="a", angle="x", subject="s", preheader="p", blocks=made, claims=claims,
        fallbacks=(Fallback(field="first_name", text=""),),
    )  # fmt: skip


def words(reading: Reading) -> list[str]:
    return [b.text for b in reading.variant.blocks if isinstance(b, Paragraph)]


@given(st.lists(READERS, min_size=1, max_size=7))
def test_everybody_reads_exactly_one_mail(stages: list[tuple[Any, ...]]) -> None:
    made = variant(*((f"block {n}", each) for n, each in enumerate(stages)))
    found = readings(made)
    assert sorted(stage for one in found for stage in one.stages) == sorted(EVERYBODY)
    assert "" in found[0].stages
    assert len({tuple(words(one)) for one in found}) == len(found)
    for reading in found:
        assert not any(block.for_stages for block in reading.variant.blocks)
        assert words(reading) == [f"block {n}" for n in reading.places]
        for number, each in enumerate(stages):
            if not each:
                assert number in reading.places, "what is for everybody is read by everybody"


def test_others_are_those_whom_no_block_beside_it_names() -> None:
    made = variant(
        ("all", ()), ("new", ("new",)), ("rest", ("others",)), ("all too", ()),
        ("lapsed only", ("lapsed",)),
    )  # fmt: skip
    found = {stage: words(one) for one in readings(made) for stage in one.stages}
    assert found["new"] == ["all", "new", "all too"]
    assert found["lapsed"] == ["all", "rest", "all too", "lapsed only"]
    assert found["active"] == found[""] == ["all", "rest", "all too"]


@pytest.mark.parametrize(
    ("stages", "named"),
    [((), ()), (("new", "lapsed"), ("new", "lapsed")), (("others",), STAGES)],
)
def test_only_stages_that_matter_are_looked_up(stages: Any, named: Any) -> None:
    assert stages_named([variant(("x", stages))]) == named


def test_a_claim_belongs_to_those_who_read_it() -> None:
    made = variant(
        ("34 mm.", ("new",)), ("36 mm.", ("others",)),
        claims=(
            Claim(text="34 mm", fact_ids=("w.size_mm",)),
            Claim(text="36 mm", fact_ids=("v.size_mm",)),
        ),
    )  # fmt: skip
    for reading in readings(made):
        assert [c.text for c in reading.variant.claims] == [words(reading)[0].rstrip(".")]


def test_every_distinct_mail_is_compiled_and_one_without_stages_is_as_before() -> None:
    def made(one: Variant) -> RenderedVariant:
        return render(
            one, FACTS, language="en", legal=(), postal_address="Halden, Munich",
            shop_url="https://halden.example", image_base_url="https://halden.example",
            campaign_id="c",
        )  # fmt: skip

    plain = made(variant(("Hello {{first_name}}", ())))
    assert "versions" not in plain.model_dump()
    assert content_hash(plain) == content_hash(plain.for_stage("new"))
    mail = made(variant(("To the new", ("new",)), ("To all", ("others",))))
    assert [v.stages for v in mail.versions] == [("new",)]
    assert "To the new" in mail.for_stage("new").html
    assert "To all" not in mail.for_stage("new").text
    assert mail.for_stage("active") == mail.for_stage("")
    assert "To all" in mail.for_stage("").html


def test_stages_are_said_as_words() -> None:
    assert stage_words(("new",)) == "new"
    assert stage_words(("lapsed", "at_risk", "new")) == "new, at risk or lapsed"
    assert stage_words(("", "active")) == "active or of no stage"
