"""What a request of the tracking API says, for whatever may be sent; and the tracking plan."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake import messages, rows, writer
from app.intake.messages import CALL_NAMES, CLOCK_IS_RIGHT, MessageError
from app.tracking_plan import load_plan
from tools.store.readers import as_text

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "type", "event", "name", "category", "userId", "anonymousId", "previousId", "groupId",
    "messageId", "timestamp", "originalTimestamp", "sentAt", "properties", "traits", "context",
    "integrations",
)  # fmt: skip
TYPES = st.sampled_from((*messages.CALLS, "other"))
MESSAGES = st.fixed_dictionaries({"type": TYPES}, optional=dict.fromkeys(FIELDS[1:], JSON))


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_one_line_of_json_or_refused_in_words(body: bytes) -> None:
    try:
        said, line = messages.parsed(body)
    except MessageError:
        return
    assert b"\n" not in line
    assert repr(messages.parsed(line)[0]) == repr(said)


@given(st.lists(MESSAGES, max_size=4), st.sampled_from(sorted(CALL_NAMES)), JSON)
def test_of_any_request_each_message_is_taken_or_refused(
    batch: list[dict[str, Any]], call: str, sent_at: Any
) -> None:
    kind = CALL_NAMES[call]
    body = {"batch": batch, "sentAt": sent_at} if kind == "batch" else {**(batch or [{}])[0]}
    try:
        said = messages.read(kind, body, NOW)
    except MessageError:
        return
    assert said.misfits == messages.judged(kind, body, len(json.dumps(body)))
    assert len(said.messages) + len(said.misfits) == (len(batch) if kind == "batch" else 1)
    for message in said.messages:
        assert message.user_id or message.anonymous_id
        assert message.at.tzinfo is not None
        kept = [rows.event_of(message, "id", NOW), rows.customer_of(message)]
        assert any(row is not None for row in kept)
        for row in kept:
            if row is not None:
                texts = [as_text(value) for value in row.values()]
                assert pa.array(texts, pa.string()).to_pylist() == texts


@given(
    st.timedeltas(timedelta(days=-900), timedelta(days=900)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_a_moment_keeps_its_distance_to_the_sending(wrong: timedelta, ago: timedelta) -> None:
    sent_at = NOW + wrong
    said = (sent_at - ago).isoformat()
    body = {"event": "X", "userId": "u", "timestamp": said, "sentAt": sent_at.isoformat()}
    [message] = messages.read("track", body, NOW).messages
    if abs(wrong) > CLOCK_IS_RIGHT:
        assert message.at == NOW - ago
    else:
        assert message.at == datetime.fromisoformat(said)


def test_a_trickle_into_a_large_store_leaves_the_processor_most_of_the_time() -> None:
    assert writer.rest(0.4, 0) == 0.8
    assert writer.rest(60, 0) == writer.MOST_REST_SECONDS
    assert writer.rest(60, writer.MUCH_BYTES + 1) == 0, "much waits"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{", "not JSON"),
        ("[]", "a JSON object"),
        ('{"type": "number or so"}', "no JSON Schema: at $.type"),
        ('{"properties": {"a": {"$ref": "#/$defs/none"}}}', "not in this file"),
        ('{"$ref": "https://schemas.example/order.json"}', "nothing is fetched"),
        ('{"properties": {"a": {"$ref": "file:///etc/passwd"}}}', "nothing is fetched"),
        ('{"properties": {"a": {"pattern": "("}}}', "pattern"),
    ],
)
def test_a_broken_file_of_the_plan_says_what_is_wrong_and_the_others_count(
    tmp_path: Path, written: str, why: str
) -> None:
    (tmp_path / "Broken.json").write_text(written)
    good = {"$ref": "#/$defs/order", "$defs": {"order": {"required": ["total"]}}}
    (tmp_path / "Order Completed.json").write_text(json.dumps(good))
    plan = load_plan(tmp_path)
    [fault] = plan.faults
    assert fault.file == "Broken.json"
    assert why in fault.why
    assert plan.broken("Order Completed", {"email": "a@b.test"}) == [("$.total", "required")]
    assert plan.broken("Order Completed", {"total": 1}) == []
    assert plan.broken("Broken", {"anything": 1}) == []
    assert plan.broken("Other", {}) == [("$", "not_planned")]
