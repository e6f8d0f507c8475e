"""A person's edits: taken field by field, and refused where numbers come from the data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.draft import CallToAction, Claim, Draft, Paragraph, Provenance, Variant
from tests.unit import copy_world
from workflows.edits import EditError, edited_brief, edited_draft


def variant(variant_id: str) -> Variant:
    return Variant(
        id=variant_id,
        angle="flaw_first",
        subject="The 1968 dress watch",
        preheader="One scratch",
        blocks=(
            Paragraph(text="It has a scratch at seven o'clock. It costs €2,450."),
            CallToAction(text="Look", url="https://halden.example/w"),
        ),
        claims=(
            Claim(text="a scratch at seven o'clock", fact_ids=("watch-1968-dress.flaws",)),
            Claim(text="€2,450", fact_ids=("watch-1968-dress.price",)),
        ),
        provenance=Provenance(brief_hash="b", model="house"),
    )


DRAFT = Draft(variants=(variant("a"), variant("b"), variant("c")), label="no AI")


def test_one_field_of_one_variant() -> None:
    edited = edited_draft(DRAFT, {"variants": {"b": {"subject": "One scratch"}}}, "Ada")
    assert [v.subject for v in edited.variants] == [
        "The 1968 dress watch",
        "One scratch",
        "The 1968 dress watch",
    ]
    assert edited.label == "no AI, edited by Ada"
    assert edited_draft(edited, {"variants": {}}, "Ada").label == edited.label
    assert edited.variants[1].provenance == DRAFT.variants[1].provenance


def test_a_list_is_all_there_is() -> None:
    edited = edited_draft(DRAFT, {"variants": [{"id": "c"}, {"id": "a"}]}, "Ada")
    assert [v.id for v in edited.variants] == ["c", "a"]


def test_claims_go_with_their_words() -> None:
    text = {"kind": "paragraph", "text": "It has a scratch at seven o'clock."}
    edited = edited_draft(DRAFT, {"variants": {"a": {"blocks": [text]}}}, "Ada")
    assert [claim.text for claim in edited.variants[0].claims] == ["a scratch at seven o'clock"]


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"variants": None},
        {"variants": []},
        {"variants": [{"id": "a"}, {"id": "a"}]},
        {"variants": ["a"]},
        {"variants": {"z": {}}},
        {"variants": {"a": "text"}},
        {"variants": {"a": {"subject": 7}}},
        {"variants": {"a": {"id": "b"}}},
        {"variants": {"a": {"provenance": {"brief_hash": "x", "model": "me"}}}},
        {"variants": {"a": {"blocks": [{"kind": "script", "text": "x"}]}}},
        {"variants": {"a": {}}, "approved": True},
    ],
)
def test_what_cannot_be_taken_is_refused(edit: Any) -> None:
    with pytest.raises(EditError) as caught:
        edited_draft(DRAFT, edit, "Ada")
    assert caught.value.next_step or caught.value.what


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["variants", "a", "b", "id", "subject"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["variants", "label", "language"]), _JSON))
def test_no_edit_breaks_it(edit: Any) -> None:
    try:
        edited = edited_draft(DRAFT, edit, "Ada")
    except EditError:
        return
    assert {v.id for v in edited.variants} <= {"a", "b", "c"}


def test_a_brief_keeps_its_numbers() -> None:
    brief = copy_world.brief()
    edited = edited_brief(brief, {"message": "We have one.", "answer": "Yes."})
    assert (edited.message, edited.answer) == ("We have one.", "Yes.")
    assert edited_brief(brief, brief.model_dump(mode="json")) == brief
    for field in ("audience", "offer", "kpi", "holdout", "goal", "written_by", "nonsense"):
        with pytest.raises(EditError):
            edited_brief(brief, {field: "x"})
    with pytest.raises(EditError):
        edited_brief(brief, {"send_from": "soon"})
