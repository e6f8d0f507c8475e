"""Audience rules as text, as JSON and as words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import WrongUsage
from domain.frozen import canonical_json
from domain.predicate import (
    RULE,
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    InSegment,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
    as_text,
    contradictions,
    in_words,
    parse_rule,
    rule_schema,
)
from domain.predicate.naming import SegmentNameError, with_segments
from tests.audience_rules import bought_fields, did_fields, nested

_WORDS = """
bought did "x" where price at least 5 times in the last days and or not ( ) [ ] , first then within
segment stage score recency country is known more than ago
"""
WORDS = _WORDS.split()
text = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["and", "not", 'a "quoted" name', "in the last 3 days", "known", "[x]", "Ring & Co.", "\\", ""]
)
any_text = st.builds(lambda t: t or "x", text)
values = any_text | st.just("") | st.lists(any_text, max_size=2).map(tuple)
numbers = st.sampled_from(["5", "-2.5", "1250.50"])
properties = st.one_of(
    st.builds(
        Property,
        name=any_text,
        op=st.sampled_from(["is", "is_not", "in", "contains", "known", "unknown"]),
        value=values,
    ),
    st.builds(Property, name=any_text, op=st.sampled_from(["at_least", "at_most"]), value=numbers),
)
decimals = st.decimals(allow_nan=False, allow_infinity=False)
lists = st.lists(any_text, max_size=2).map(tuple)
named: dict[str, Any] = {"products": lists}
free: dict[str, Any] = {"event": any_text, "where": st.lists(properties, max_size=2).map(tuple)}
bought = st.builds(
    Bought,
    at_least=st.integers(-1, 5),
    at_most=st.none() | st.integers(0, 5),
    **(bought_fields | named | {"categories": lists, "channels": lists}),
)
did = st.builds(
    Did,
    at_least=st.integers(0, 5),
    at_most=st.none() | st.integers(0, 5),
    **(did_fields | named | free),
)
deeds = st.one_of(
    st.builds(Bought, **(bought_fields | named)), st.builds(Did, **(did_fields | named | free))
)
steps = st.builds(Step, that=deeds, within_days=st.none() | st.integers(1, 400))
every_leaf: st.SearchStrategy[Predicate] = st.one_of(
    bought,
    did,
    st.builds(
        Spent,
        at_least=st.none() | decimals,
        at_most=st.none() | decimals,
        since=did_fields["since"],
        last_days=did_fields["last_days"],
    ),
    st.builds(Trait, field=st.sampled_from(["country", "birthday"]), value=values),
    st.builds(Agreed),
    st.builds(Stage),
    st.builds(Score),
    st.builds(InSegment, name=any_text),
    st.builds(
        lambda first, then, negated: Sequence(
            steps=(
                Step(that=first), *then[:-1], then[-1].model_copy(update={"negated": negated}),
            )
        ),
        deeds, st.lists(steps, min_size=1, max_size=3), st.booleans(),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(rule=nested(every_leaf, most=6))
def test_a_rule_reads_back_from_its_text_and_its_json(rule: Predicate) -> None:
    assert parse_rule(as_text(rule)) == rule
    assert RULE.validate_json(canonical_json(rule.model_dump(mode="json"))) == rule
    assert in_words(rule)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=30))
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    try:
        rule = parse_rule(text)
    except WrongUsage as error:
        refused = error
    else:
        assert parse_rule(as_text(rule)) == rule
        return
    assert refused.code == "unreadable_rule"
    assert refused.next_step


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "bought category watch worth at least 500 in the last 90 days",
            "bought watch for 500 or more at least once in the last 90 days",
        ),
        (
            'did "Product Viewed" where brand is Omega at least 3 times and not bought',
            "Product Viewed with brand is Omega at least 3 times and not (bought at least once)",
        ),
        (
            'first did "Product Viewed" in the last 30 days then within 7 days not bought',
            "first Product Viewed in the last 30 days, then within 7 days not bought",
        ),
        (
            "agreed to sms_marketing and (stage in [at_risk, lapsed] or recency score 1 to 2)",
            "agreed to SMS and (stage is at risk or lapsed or recency score 1 to 2 of 5)",
        ),
        ('segment "Ring folk" and country in [DE, AT]', "in the segment “Ring folk” and country in "
         "DE, AT"),
        ("birthday in the next 14 days", "birthday today or in the next 14 days"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_words(text: str, words: str) -> None:
    assert in_words(parse_rule(text)) == words


@pytest.mark.parametrize(
    ("text", "place", "nearest"),
    [
        ("bougt", 1, "bought"),
        ("contry is DE", 1, "country"),
        ("agreed to sms", 11, "sms_marketing"),
        ("stage in lapst", 10, "lapsed"),
        ("bought since yesterday", 14, "a day such as"),
        ("bought and", 11, "the text ends"),
        ("(bought", 8, "“)”"),
    ],
)
def test_a_refusal_says_where_and_what_is_near(text: str, place: int, nearest: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        parse_rule(text)

    assert f"character {place} on" in caught.value.what
    assert nearest in caught.value.what


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("recency score 6 to 9", "there is 6, and it may be 5 at most"),
        ("bought in the last 0 days", "there is 0, and it may be 1 at least"),
        ("bought since 0001-01-01", "it may be 1900-01-01 at least"),
        ("first bought then not bought then bought", "only the last step of a sequence"),
        ('did "Viewed" where price at least dear', "'dear' is no number"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        parse_rule(text)

    assert why in caught.value.what


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bought since 2026-01-02 before 2026-01-02", "ends before it begins"),
        ("bought in the last 30 days more than 30 days ago", "more than 30 days ago"),
        ("not bought between 5 and 2 times", "at least 5 and at most 2"),
        ("everyone and spent at least 500 at most 100", "at least 500 and at most 100"),
        ("value score 5 to 2", "at least 5 and at most 2"),
        ('first did "A" since 2026-02-01 before 2026-01-01 then bought', "ends before it begins"),
    ],
)
def test_bounds_that_shut_out_everybody_are_named(text: str, why: str) -> None:
    (found,) = contradictions(parse_rule(text))

    assert why in found


@pytest.mark.parametrize(
    "text",
    [
        "bought since 2026-01-01 before 2026-01-02",
        "bought in the last 31 days more than 30 days ago",
        "bought never",
        "spent at least 5 at most 5",
        'first bought then not did "A" since 2026-02-01 before 2026-01-01',
    ],
)
def test_bounds_that_leave_room_are_not(text: str) -> None:
    assert contradictions(parse_rule(text)) == ()


@pytest.mark.parametrize(
    "kept",
    [
        '{"kind":"bought","at_least":2,"at_most":null,"since":"2026-01-01","before":null,'
        '"products":[],"categories":["watch"],"channels":[]}',
        '{"kind":"did","event":"Email Opened","at_least":1,"at_most":null,"since":null,'
        '"before":null,"products":[]}',
        '{"kind":"spent","at_least":"100","at_most":null,"since":null,"before":null}',
        '{"kind":"trait","field":"country","op":"in","value":["DE","AT"]}',
    ],
)
def test_rules_that_were_kept_before_read_and_keep_their_hash(kept: str) -> None:
    rule = RULE.validate_json(kept)

    assert canonical_json(rule.model_dump(mode="json")) == canonical_json(json.loads(kept))


def test_the_schema_names_every_kind() -> None:
    kinds = set(rule_schema()["discriminator"]["mapping"])

    assert {"bought", "did", "sequence", "segment", "agreed", "stage", "score", "not"} <= kinds


def test_segments_stand_for_their_rules_through_all_levels() -> None:
    named: dict[str, Predicate] = {
        "Ring folk": Bought(categories=("ring",)),
        "Warm": AnyOf(of=(InSegment(name="ring FOLK"), NotThat(that=Bought()))),
    }

    found = with_segments(AllOf(of=(InSegment(name="Warm"), Bought())), named)

    assert found == AllOf(
        of=(AnyOf(of=(named["Ring folk"], NotThat(that=Bought()))), Bought()),
    )


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        (InSegment(name="Ring fok"), "unknown_segment", "Ring folk"),
        (InSegment(name="a"), "circular_segments", "a → b"),
    ],
)
def test_unknown_and_circular_segments_are_refused(rule: Predicate, code: str, says: str) -> None:
    named: dict[str, Predicate] = {
        "Ring folk": Bought(),
        "a": InSegment(name="b"),
        "b": NotThat(that=InSegment(name="A")),
    }

    with pytest.raises(SegmentNameError) as caught:
        with_segments(rule, named)

    assert caught.value.code == code
    assert says in str(caught.value)
