"""Answers of a real model, recorded over the wire and given again with the network blocked.

To record anew: ``make model`` in one terminal, and in another
``MAINSPRING_RECORD=1 pytest tests/integration/test_recorded_model.py``.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import vcr
import yaml

from agents.model import Call, ChatMessage, Words
from agents.openai_model import OpenAIModel
from agents.tasks import Task
from domain.frozen import Frozen
from prompts.library import Prompt, Prompts

URL = "http://127.0.0.1:8081/v1"
KEY = "sk-this-is-a-secret"
RECORDED = Path(__file__).parent / "recorded"
RECORDING = bool(os.environ.get("MAINSPRING_RECORD"))


class Described(Frozen):
    text: str


class Found(Frozen):
    object: str
    metal: str


FIND: Task[Described, Found] = Task("find", Described, Found)
PROMPTS = Prompts(
    {
        name: Prompt(
            task=name,
            version=1,
            inputs=("text",),
            output="Found",
            template="<text>\n{{ text }}\n</text>\nName the object and its metal.\n",
            hash="0" * 64,
        )
        for name in ("find", "assistant")
    }
)
SOLD = Described(text="A wrist watch in a steel case, from 1968.")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even this machine is reached while an answer is given again."""

    def connect(self: socket.socket, address: Any) -> None:
        raise AssertionError(f"a replayed answer tried to reach {address}")

    if not RECORDING:
        monkeypatch.setattr(socket.socket, "connect", connect)
        monkeypatch.setattr(socket.socket, "connect_ex", connect)


@contextmanager
def tape(name: str) -> Iterator[Any]:
    recorder = vcr.VCR(
        record_mode="all" if RECORDING else "none",
        match_on=["method", "host", "port", "path", "body"],
        filter_headers=["authorization", "user-agent"],
        decode_compressed_response=True,
    )
    with recorder.use_cassette(str(RECORDED / f"{name}.yaml")) as played:
        yield played


class Log:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def record(self, call: Call) -> None:
        self.calls.append(call)


@pytest.fixture
async def model() -> AsyncIterator[tuple[OpenAIModel, Log]]:
    log = Log()
    made = OpenAIModel(
        URL, KEY, "smollm2", prompts=PROMPTS, call_log=log, temperature=0, most_tokens=200
    )
    yield made, log
    await made.aclose()


async def test_a_structured_answer(model: tuple[OpenAIModel, Log]) -> None:
    asking, log = model
    with tape("structured") as played:
        answer = await asking.answer(FIND, SOLD)
        assert RECORDING or played.all_played
    assert answer.object  # of the asked form; what it says is a small model's
    assert answer.metal
    (call,) = log.calls
    assert (call.outcome, call.answered_by, call.finish) == ("answered", "smollm2", "stop")
    assert call.tokens_in > 50
    assert call.tokens_out > 5


async def test_a_streamed_conversation(model: tuple[OpenAIModel, Log]) -> None:
    asking, log = model
    heard = [ChatMessage(role="user", content="Write one sentence about a watch.")]
    with tape("streamed") as played:
        pieces = [piece async for piece in asking.converse(heard)]
        assert RECORDING or played.all_played
    assert len(pieces) > 5
    text = "".join(piece.text for piece in pieces if isinstance(piece, Words))
    assert text.strip().endswith(".")
    (call,) = log.calls
    assert (call.outcome, call.streamed, call.finish) == ("answered", True, "stop")
    assert call.tokens_out > 5


async def test_another_question_is_not_answered_from_the_tape(
    model: tuple[OpenAIModel, Log],
) -> None:
    asking, _ = model
    if RECORDING:
        pytest.skip("everything is answered while recording")
    with tape("structured"), pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        await asking.answer(FIND, Described(text="A ring of gold."))


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_tape_holds_no_key_and_no_other_host(file: Path) -> None:
    text = file.read_text("utf-8")
    assert KEY not in text
    assert "authorization" not in text.casefold()
    hosts = {
        urlsplit(one["request"]["uri"]).hostname for one in yaml.safe_load(text)["interactions"]
    }
    assert hosts == {"127.0.0.1"}
