"""Evidence for copy: the posterior, what is worn, and what is folded into the library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import isclose
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agents.house.copy import write_copy
from agents.learning import evidence
from agents.learning.folding import passages_of
from agents.learning.wear import Readers, WearRules, worn
from domain.draft import Paragraph, Variant
from domain.proof import Context, Counts, Observation, VariantResult
from domain.voice import Passage
from tests.unit import copy_world as world

DAY = date(2026, 3, 2)
CONTEXT = Context(objective="viewing", season="spring")


def seen(value: float, error: float, campaign: str = "c", days: int = 0) -> Observation:
    return Observation(
        campaign=campaign, on=DAY + timedelta(days=days), value=value, error=error, n=1000
    )


observations = st.lists(
    st.builds(
        seen,
        st.floats(-0.2, 0.2),
        st.floats(0.001, 0.1),
        st.text("abcdef", min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=12,
)


@given(observations, st.randoms())
def test_the_order_of_campaigns_does_not_matter(some: list[Observation], chance: Random) -> None:
    turned = list(some)
    chance.shuffle(turned)
    width = evidence.prior_width(some)
    assert width == evidence.prior_width(turned)
    assert evidence.posterior("purchase", some, width) == evidence.posterior(
        "purchase", turned, width
    )


@given(observations, st.floats(-0.2, 0.2), st.floats(0.001, 0.1))
def test_more_data_narrows_it(some: list[Observation], value: float, error: float) -> None:
    width = evidence.prior_width(some)
    before = evidence.posterior("purchase", some, width)
    after = evidence.posterior("purchase", [*some, seen(value, error)], width)
    assert after.high - after.low < before.high - before.low


@given(observations)
def test_it_is_drawn_towards_nothing(some: list[Observation]) -> None:
    found = evidence.posterior("purchase", some, evidence.prior_width(some))
    assert abs(found.mean) <= max(abs(o.value) for o in some)
    assert found.low < found.mean < found.high


def test_its_numbers() -> None:
    """One campaign of +4 ± 1 points, a prior of 2 points: precision 1/4 + 1, mean 4 / 1.25."""
    found = evidence.posterior("purchase", [seen(0.04, 0.01)], 0.02)
    assert isclose(found.mean, 0.032)
    assert isclose(found.high - found.mean, 1.959964 * 0.01 / 1.25**0.5, rel_tol=1e-6)
    assert found.proven
    assert found.words() == "+3.2 points purchases (1.4 to 5.0), n 1,000, 1 campaign"


def test_what_the_data_do_not_show_is_reported_as_none() -> None:
    found = evidence.posterior("viewing_booked", [seen(0.01, 0.01)], 0.02)
    assert not found.proven
    assert found.words().startswith("no effect on viewings booked shown (−1.0 to 2.6 points)")


def result(campaign: str, variant: str, passages: tuple[str, ...], own: int) -> VariantResult:
    return VariantResult(
        campaign_id=campaign,
        variant=variant,
        angle=variant,
        passage_ids=passages,
        kpi="viewing_booked",
        own=Counts(n=2000, total=own, squares=own),
        held_back=Counts(n=1000, total=20, squares=20),
        context=CONTEXT,
        went_out=DAY,
        measured_at=datetime(2026, 4, 1, tzinfo=UTC),
    )


def test_a_passage_of_two_variants_is_measured_once_a_campaign() -> None:
    results = [result("c1", "a", ("p", "q"), 90), result("c1", "b", ("p",), 70)]
    keyed = evidence.of_results(results, lambda r: r.passage_ids)
    (both,) = keyed["p", "viewing_booked"]
    assert isclose(both.value, 160 / 4000 - 0.02)
    assert both.n == 5000
    (one,) = keyed["q", "viewing_booked"]
    assert isclose(one.value, 0.045 - 0.02)


def test_variants_are_compared_inside_their_campaign() -> None:
    results = [result("c1", "a", ("p",), 90), result("c1", "b", ("q",), 50)]
    found = evidence.proofs(evidence.against_others(results, lambda r: r.passage_ids))
    assert found["p"][0].mean > 0 > found["q"][0].mean
    alone = evidence.against_others([result("c1", "a", ("p",), 90)], lambda r: r.passage_ids)
    assert not alone


def test_clicks_prove_nothing_against_those_who_got_no_mail() -> None:
    clicked = result("c1", "a", ("p",), 400).model_copy(update={"kpi": "click"})
    assert not evidence.of_results([clicked], lambda r: r.passage_ids)


def test_what_the_brands_file_says_is_one_campaign_of_its_message() -> None:
    passages = [
        world.passage(f"p{n}", "body", "x", "flaw_first", source="messages/m.md",
                      effect="+2.1 points viewings booked (0.6 to 3.6), n 4,120")
        for n in range(3)
    ]  # fmt: skip
    (one,) = evidence.of_file(passages, lambda p: (p.angle,))["flaw_first", "viewing_booked"]
    assert isclose(one.value, 0.021)
    assert isclose(one.error, 0.03 / (2 * 1.959964), rel_tol=1e-6)
    assert one.n == 4120
    odd = [world.passage("p", "body", "x", effect="people liked it")]
    assert not evidence.of_file(odd, lambda p: (p.id,))


def test_a_passage_whose_effect_has_gone_is_worn() -> None:
    rules = WearRules()
    falling = [seen(0.03, 0.005, f"c{n}", n) for n in range(3)]
    falling += [seen(0.0, 0.005, f"d{n}", 10 + n) for n in range(2)]
    assert worn(falling, None, rules) == (
        "its effect fell from +3.0 to +0.0 points in the last 2 campaigns"
    )
    steady = [seen(0.03, 0.005, f"c{n}", n) for n in range(6)]
    assert worn(steady, None, rules) == ""
    assert worn(falling[:2], None, rules) == ""


def test_a_passage_that_the_same_people_read_too_often_is_worn() -> None:
    rules = WearRules(times=3, days=180, share=0.5)
    assert worn([], Readers(people=100, often=49), rules) == ""
    assert worn([], Readers(people=100, often=50), rules) == (
        "50 of the 100 people it went to last had it 3 times or more in 180 days"
    )


def test_new_words_that_went_out_become_passages_with_slots() -> None:
    given = world.question()
    (variant, *_) = write_copy(given).variants
    written = variant.model_copy(
        update={
            "provenance": variant.provenance.model_copy(update={"model": "some-model"}),
            "blocks": (
                variant.blocks[0],
                Paragraph(text="Look at the 1968 dress watch for €2,450 before Saturday."),
                *variant.blocks[1:],
            ),
        }
    )

    def fold(one: Variant, by: Sequence[str] = ()) -> tuple[Passage, ...]:
        return passages_of(
            [one],
            brief=given.brief,
            facts=given.facts,
            guide=given.guide,
            known=given.passages,
            campaign_id="c1",
            went_out=DAY,
            by_people=by,
        )

    new = {p.text: p for p in fold(written)}
    one = new["Look at {product.the_name} for {product.price} before Saturday."]
    assert (one.kind, one.angle, one.source) == (
        "opening", variant.angle, "campaign c1, variant a",
    )  # fmt: skip
    assert not one.proven
    assert not any(p.text in new for p in given.passages)  # what is known is not folded in twice
    # Of the house writer's own draft only a person's words are new.
    assert fold(variant) == ()
    by_hand = variant.model_copy(update={"subject": "One watch, and a question"})
    assert [p.text for p in fold(by_hand, ["One watch, and a question"])] == [by_hand.subject]
