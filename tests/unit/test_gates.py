"""What a gate asks, and how answers are read: whatever is not clearly a yes is no yes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.campaign import builder
from workflows.gates import AnswerError, read_answer, request
from workflows.state import NODES, CampaignState

STATE: CampaignState = {
    "run_id": "r",
    "brief": {"message": "m"},
    "brief_hash": "b",
    "draft": {"variants": []},
    "plan": {},
    "content_hash": "c",
    "critique": {"findings": []},
}


def test_node_names_are_frozen() -> None:
    frozen = (
        "read_goal", "audit", "write_brief", "gate_brief", "retrieve_voice", "generate_copy",
        "criticise", "plan", "gate_publish", "enqueue",
    )  # fmt: skip
    assert frozen == NODES
    assert tuple(builder().nodes) == frozen


def test_the_request_is_of_the_public_form() -> None:
    asked = request("publish", STATE)
    assert set(asked) == {"action_requests", "review_configs"}
    (action,), (config,) = asked["action_requests"], asked["review_configs"]
    assert set(action) == {"name", "args", "description"}
    assert config["action_name"] == action["name"]
    assert config["allowed_decisions"] == ["approve", "edit", "reject"]
    assert action["args"]["content_hash"] == "c"
    assert request("brief", STATE)["action_requests"][0]["args"]["content_hash"] == "b"


def test_what_blocks_cannot_be_approved() -> None:
    blocked: CampaignState = {**STATE, "critique": {"findings": [{"severity": "blocking"}]}}
    config = request("publish", blocked)["review_configs"][0]
    assert config["allowed_decisions"] == ["edit", "reject"]


@pytest.mark.parametrize(
    ("sent", "kind", "reason", "edit"),
    [
        ({"decisions": [{"type": "approve"}]}, "approve", "", None),
        ({"decisions": [{"type": "reject", "message": "no"}]}, "reject", "no", None),
        (
            {"decisions": [{"type": "edit", "edited_action": {"name": "x", "args": {"a": 1}}}]},
            "edit",
            "",
            {"a": 1},
        ),
        ([{"type": "accept"}], "approve", "", None),
        ([{"type": "accept", "args": None}], "approve", "", None),
        ([{"type": "ignore"}], "reject", "", None),
        ([{"type": "response", "args": "shorter"}], "reject", "shorter", None),
        ([{"type": "edit", "args": {"action": "x", "args": {"a": 1}}}], "edit", "", {"a": 1}),
        ({"type": "approve"}, "approve", "", None),
    ],
)
def test_both_forms_are_read(sent: Any, kind: str, reason: str, edit: Any) -> None:
    answer = read_answer(sent)
    assert (answer.kind, answer.reason, answer.edit) == (kind, reason, edit)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        [],
        "approve",
        True,
        {"decisions": []},
        {"decisions": [{"type": "approve"}, {"type": "reject"}]},
        {"decisions": [{"type": "APPROVE"}]},
        {"decisions": [{"type": ["approve"]}]},
        {"decisions": ["approve"]},
        {"decisions": [{"type": "edit"}]},
        {"decisions": {"type": "approve"}, "x": 1} | {"decisions": None},
        {"approved": True},
    ],
)
def test_what_cannot_be_read_is_refused(sent: Any) -> None:
    with pytest.raises(AnswerError):
        read_answer(sent)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "decisions", "args", "message"]), inner)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_no_answer_breaks_it(sent: Any) -> None:
    try:
        answer = read_answer(sent)
    except AnswerError:
        return
    assert answer.kind in ("approve", "edit", "reject")
