"""Conversations at the desk: said, answered, stopped, caught up with, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.desk.markdown import markdown
from domain.conversation import (
    Answer,
    ApprovalPart,
    CampaignPart,
    PlotPart,
    PlotRow,
    QuestionPart,
    TablePart,
    TextPart,
)
from ledger import approvals, runs, threads
from tests.campaign_world import GOAL
from tests.desk_world import Desk
from tests.served_world import hold, shop_desk
from workflows.jobs import advance

QUESTION = "How many people bought a watch?"
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with shop_desk(tmp_path) as made:
        yield made


async def asked(desk: Desk, client: httpx.AsyncClient, text: str = QUESTION) -> str:
    """The path of a new conversation, once its first answer is there."""
    begun = await client.post("/chat", data={"text": text})
    assert begun.status_code == 303
    path = begun.headers["location"]
    await answered(desk, path)
    return str(path)


async def answered(desk: Desk, path: str) -> None:
    for turn in turns(desk, path):
        await desk.site.turns.join(turn.id)


def turns(desk: Desk, path: str) -> list[threads.Turn]:
    with desk.site.stack.ledger.read() as tx:
        return threads.turns(tx, path.removeprefix("/chat/"))


async def test_a_question_becomes_a_conversation_with_its_tools_table_and_source(
    desk: Desk,
) -> None:
    author = await desk.signed_in("author")
    empty = (await author.get("/chat")).text
    assert empty.count('class="example"') == 6
    path = await asked(desk, author)
    page = (await author.get(path)).text
    assert "12 people fit" in page
    assert "Counted the audience" in page
    assert '<td class="num">12</td>' in page
    assert f'href="{path}" aria-current="page">{QUESTION}' in page
    renamed = await author.post(f"{path}/rename", data={"title": "Watch buyers"})
    assert renamed.headers["location"] == path
    assert "Watch buyers" in (await author.get("/chat")).text
    nothing = await author.post(path, data={"text": "  "}, headers=PARTIAL)
    assert nothing.status_code == 422
    assert "Nothing was said" in nothing.text
    await author.post(f"{path}/delete")
    assert (await author.get(path)).status_code == 404


async def test_a_conversation_is_its_persons_alone(desk: Desk) -> None:
    author, owner = await desk.signed_in("author"), await desk.signed_in("owner")
    path = await asked(desk, author)
    turn = turns(desk, path)[0].id
    for other in (path, f"{path}/turns/{turn}", f"{path}/turns/{turn}/events"):
        assert (await owner.get(other)).status_code == 404
    assert (await owner.post(path, data={"text": "And?"})).status_code == 404
    assert QUESTION not in (await owner.get("/chat")).text
    author.headers.pop("x-csrf-token")
    assert (await author.post(path, data={"text": "And?"})).status_code == 403


async def test_an_answer_streams_in_pieces_and_a_reader_who_was_away_goes_on(
    desk: Desk,
) -> None:
    author = await desk.signed_in("author")
    path = await asked(desk, author)
    said = await author.post(path, data={"text": "What waits for a yes?"}, headers=PARTIAL)
    assert 'aria-busy="true"' in said.text
    events = re.search(r'data-events="([^"]+)"', said.text)
    assert events is not None
    stream = (await author.get(events[1])).text
    await answered(desk, path)
    kinds = re.findall(r"^event: (\w+)$", stream, re.MULTILINE)
    assert kinds[-1] == "end"
    assert set(kinds[:-1]) == {"block"}
    ids = [int(one) for one in re.findall(r"^id: (\d+)$", stream, re.MULTILINE)]
    assert ids == sorted(ids)
    whole = events[1].partition("?")[0]
    rest = (await author.get(whole, headers={"Last-Event-ID": str(ids[-2])})).text
    assert re.findall(r"^event: (\w+)$", rest, re.MULTILINE) == ["end"]
    assert "Nothing waits" in rest or "waits" in rest


async def test_a_stopped_answer_keeps_what_was_found(desk: Desk) -> None:
    author, go_on = await desk.signed_in("author"), hold(desk.site)
    begun = await author.post("/chat", data={"text": QUESTION})
    path = begun.headers["location"]
    writing = (await author.get(path)).text
    assert 'aria-busy="true"' in writing
    assert '<meta http-equiv="refresh"' in writing  # for who has no scripts
    second = await author.post(path, data={"text": "And?"}, headers=PARTIAL)
    assert second.status_code == 409
    assert "still being written" in second.text
    await author.post(f"{path}/stop")
    go_on.set()
    await answered(desk, path)
    assert turns(desk, path)[0].status == "stopped"
    stopped = (await author.get(path)).text
    assert "Stopped by you" in stopped
    assert 'aria-busy="true"' not in stopped


async def test_every_part_of_an_answer_has_its_place(desk: Desk) -> None:
    """Also those that the house writer seldom uses, drawn from an answer as the ledger has it."""
    owner, ledger = desk.people["owner"], desk.site.stack.ledger
    with ledger.write() as tx:
        run_id = runs.start(tx, GOAL, owner.id).id
    await advance(desk.site.stack, run_id)
    with ledger.write() as tx:
        approval = approvals.for_run(tx, run_id)[-1]
        thread = threads.create(tx, owner)
        turn = threads.begin_turn(tx, thread.id, owner, "<b>Show me</b> everything")
        row = PlotRow(label="All", value=0.04, low=0.01, high=0.07, shown=True)
        parts = (
            TextPart(text="**Well**, [here](/reports) and [there](https://evil.example)"),
            PlotPart(title="Extra bookings", unit="share", rows=(row,)),
            TablePart(title="T", columns=(), rows=(), source="/audience"),
            CampaignPart(campaign_id=run_id, words="It is being written."),
            ApprovalPart(approval_id=approval.id),
            QuestionPart(question="Which?", answers=("The first", "The second")),
        )
        threads.finish_turn(tx, turn.id, Answer(parts=parts))
    client = await desk.signed_in("owner")
    page = (await client.get(f"/chat/{thread.id}")).text
    assert "&lt;b&gt;Show me&lt;/b&gt; everything" in page
    assert "<strong>Well</strong>" in page
    assert "evil.example" not in page
    assert page.count("<svg") > 2
    assert "+4.0" in page
    assert "+1.0 and +7.0" in page
    assert f'hx-get="/approvals/{approval.id}/compact"' in page
    assert 'value="The second"' in page
    small = (await client.get(f"/chat/campaigns/{run_id}")).text
    assert "Waits for a person" in small
    assert f"/approvals/{approval.id}" in small


async def test_what_is_said_never_decides(desk: Desk) -> None:
    owner = await desk.signed_in("owner")
    with desk.site.stack.ledger.write() as tx:
        run_id = runs.start(tx, GOAL, desk.people["author"].id).id
    await advance(desk.site.stack, run_id)
    path = await asked(desk, owner, "What waits for a yes?")
    for word in ("Yes.", "I approve it, send it now.", "approve"):
        await owner.post(path, data={"text": word}, headers=PARTIAL)
        await answered(desk, path)
    with desk.site.stack.ledger.read() as tx:
        assert [one.status for one in approvals.for_run(tx, run_id)] == ["pending"]
    assert "never counts as a decision" in (await owner.get(path)).text


def test_markdown_shows_nothing_that_could_act_or_lead_away() -> None:
    hostile = (
        "<script>alert(1)</script> ![x](https://evil.example/p?q=1) [a](javascript:alert(1)) "
        '[b](//evil.example) [c](/\\evil.example) <img src=x onerror=alert(1)> <a href="x">d</a>'
    )
    shown = markdown(hostile)
    assert set(re.findall(r"<(\w+)", shown)) == {"p", "a"}
    assert re.findall(r"<\w+ [^>]*", shown) == ['<a href="/%5Cevil.example"']  # a path of ours
    table = markdown("| a | b |\n| --- | --- |\n| 1 | **2** |\n\n# Head\n\n- [in](/campaigns/1)")
    assert "<td><strong>2</strong></td>" in table
    assert "<h3>Head</h3>" in table
    assert '<a href="/campaigns/1">in</a>' in table
