"""The desk's pages of the library and of rules, and marks on a card; the same over /v1."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ledger import approvals, library, marks, rules
from tests.campaigns_on_desk import CampaignDesk, make_campaign_desk

PASSAGE = "2026-03-dress-flaw.subject"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[CampaignDesk]:
    async with make_campaign_desk(tmp_path) as made:
        yield made


async def test_the_library_is_a_table_with_evidence_and_can_be_sorted(world: CampaignDesk) -> None:
    vera = await world.desk.signed_in("viewer")
    page = await vera.get("/brand/library?kind=subject&language=en")
    assert "points viewings booked (" in page.text
    assert "Retire…" not in page.text  # she may only read
    last = await vera.get("/brand/library?kind=subject&sort=last")
    assert last.status_code == 200
    assert last.text.index("2026-10-") < last.text.index("2026-07-")


async def test_a_person_retires_a_passage_and_brings_it_back(world: CampaignDesk) -> None:
    lena = await world.desk.signed_in("approver")
    said = {"passage": PASSAGE, "reason": "Everybody has read it."}
    assert (await lena.post("/brand/library/retire", data=said)).status_code == 303
    with world.site.stack.ledger.read() as tx:
        assert library.states(tx)[PASSAGE].state == "retired"
    assert (await lena.post("/brand/library/restore", data=said)).status_code == 303
    vera = await world.desk.signed_in("viewer")
    assert (await vera.post("/brand/library/retire", data=said)).status_code == 403


async def test_a_sentence_is_locked_and_a_finding_overruled_on_the_card(
    world: CampaignDesk,
) -> None:
    waiting = await world.to_mail()
    lena = await world.desk.signed_in("approver")
    subject = {"variants": {"a": {"subject": "The iconic dress watch"}}}
    with world.site.stack.ledger.write() as tx:
        approvals.decide(
            tx, waiting.id, world.desk.people["approver"], "edit", waiting.content_hash,
            edit=subject,
        )  # fmt: skip
    await world.work()
    waiting = world.waiting(waiting.run_id)
    card = await lena.get(f"/approvals/{waiting.id}")
    assert "Let it stand…" in card.text
    assert "Keep word for word" in card.text
    token = {"Authorization": f"Bearer {world.desk.token('approver')}"}
    api = world.desk.client(headers=token)
    shown = (await api.get(f"/v1/approvals/{waiting.id}")).json()
    number = next(f["number"] for f in shown["critique"]["findings"] if f["rule"] == "voice.banned")
    said = {"number": str(number), "reason": "It is the maker's name."}
    assert (await lena.post(f"/approvals/{waiting.id}/overrule", data=said)).status_code == 303
    sentence = {"variant": "a", "sentence": "The iconic dress watch"}
    assert (await lena.post(f"/approvals/{waiting.id}/lock", data=sentence)).status_code == 303
    after = await lena.get(f"/approvals/{waiting.id}")
    assert "Let stand by Lena Voss: It is the maker" in after.text
    assert "locked by Lena Voss" in after.text
    locked = await api.post(
        f"/v1/approvals/{waiting.id}/locks",
        json={"variant": "a", "sentence": "The iconic dress watch"},
    )
    assert locked.json()["text"] == "The iconic dress watch"
    gone = await api.delete(f"/v1/approvals/locks/{locked.json()['id']}")
    assert gone.status_code == 204
    with world.site.stack.ledger.read() as tx:
        kept = marks.marks(tx, waiting.run_id)
    assert kept.locks == ()
    assert [one.reason for one in kept.overrules] == ["It is the maker's name."]


async def test_a_rule_is_shown_with_its_cases_and_approved_on_the_page(
    world: CampaignDesk,
) -> None:
    for number in range(3):
        waiting = await world.to_mail(f"Sell the Isar 38 to watch buyers, letter {number}")
        lena = await world.desk.signed_in("approver")
        await lena.post(
            f"/approvals/{waiting.id}/decide",
            data={"decision": "reject", "content_hash": waiting.content_hash,
                  "reason": "No semicolons, please."},
        )  # fmt: skip
        await world.work()
    page = await lena.get("/brand/rules")
    assert "1 rule waits for your word" in page.text
    assert "No semicolons, please." in page.text
    rule_id = page.text.split('action="/brand/rules/', 1)[1].split('"', 1)[0]
    jonas = await world.desk.signed_in("author")
    refused = await jonas.post(f"/brand/rules/{rule_id}", data={"state": "approved"})
    assert refused.status_code == 403
    done = await lena.post(f"/brand/rules/{rule_id}", data={"state": "approved"})
    assert done.status_code == 303
    with world.site.stack.ledger.read() as tx:
        assert [rule.line for rule in rules.approved(tx)] == ["No semicolons."]
