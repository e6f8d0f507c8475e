"""Approvals in the desk: the inbox, the cards of both gates, decisions, edits, and who may."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from app.desk.security import MAIL_POLICY
from app.views.compact import compact_of
from app.views.inbox import PAGE, inbox_of, section_of
from ledger import approvals, journal, publications, runs
from tests.campaigns_on_desk import SENDING, CampaignDesk, make_campaign_desk
from tests.mailserver import MailServer
from workflows.campaign import view


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[CampaignDesk]:
    async with make_campaign_desk(tmp_path) as made:
        yield made


def hash_in(page: httpx.Response) -> str:
    found = re.search(r'name="content_hash" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


async def test_the_inbox_says_whose_turn_it_is_and_why(tmp_path: Path) -> None:
    separate = {"limits": {"author_may_approve": False}}
    async with make_campaign_desk(tmp_path, settings=separate) as here:
        theirs = await here.to_brief(by="author")
        mine = await here.to_brief(by="owner")
        people = here.desk.people
        owner = await inbox_of(here.site, people["owner"])
        assert [item.id for item in owner.mine.items] == [theirs.id]
        assert [item.id for item in owner.others.items] == [mine.id]
        assert owner.others.items[0].deciders == "You wrote it, so Lena Voss decides"
        approver = await inbox_of(here.site, people["approver"])
        assert {item.id for item in approver.mine.items} == {theirs.id, mine.id}
        author = await inbox_of(here.site, people["author"])
        assert author.mine.total == 0
        assert author.others.total == 2
        ada = await here.desk.signed_in("owner")
        page = await ada.get("/approvals")
        assert "You wrote it, so Lena Voss decides" in page.text


async def test_an_inbox_of_a_thousand_is_read_page_by_page(here: CampaignDesk) -> None:
    brief = await here.to_brief()
    owner = here.desk.people["owner"]
    with here.site.stack.ledger.write() as tx:
        for _ in range(1000):
            run = runs.start(tx, "One of many", owner.id)
            approvals.request(tx, run.id, "brief", brief.content, brief.content_hash)
    listed = await inbox_of(here.site, owner)
    assert listed.mine.total == 1001
    assert len(listed.mine.items) == PAGE
    seen, after = [item.id for item in listed.mine.items], listed.mine.more
    while after:
        page = await section_of(here.site, owner, "mine", after)
        seen += [item.id for item in page.items]
        after = page.more
    assert len(seen) == len(set(seen)) == 1001
    ada = await here.desk.signed_in("owner")
    read = await ada.get("/approvals/list?mine=1&mine=1")  # a page that was read on twice
    assert read.text.count('class="item"') == 3 * PAGE
    assert read.text.count('name="mine" value="1"') == 2


async def test_a_brief_is_approved_with_an_answer_and_the_mail_waits_next(
    here: CampaignDesk,
) -> None:
    brief = await here.to_brief()
    ada = await here.desk.signed_in("owner")
    page = await ada.get(f"/approvals/{brief.id}")
    assert "Only you can know" in page.text
    form = {"decision": "approve", "content_hash": hash_in(page), "answer": "They asked for it."}
    answer = await ada.post(f"/approvals/{brief.id}/decide", data=form)
    assert answer.status_code == 303
    assert here.approval(brief.id).reason == "They asked for it."
    with here.site.stack.ledger.read() as tx:
        entry = next(e for e in journal.entries(tx, brief.id) if e.kind == "approval_approved")
    assert entry.data["from"]
    await here.work()
    mail = here.waiting(brief.run_id)
    after = await ada.get(f"/approvals/{brief.id}")
    assert "They asked for it." in after.text
    assert f"/approvals/{mail.id}" in after.text


async def test_the_card_of_a_mail_shows_what_a_careful_person_needs(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    page = await ada.get(f"/approvals/{mail.id}")
    for section in ("claims", "voice", "critic", "who", "when", "learn", "cost", "so-far"):
        assert f'id="{section}"' in page.text, section
    assert " ".join(mail.content_hash[at : at + 4] for at in (0, 4, 8)) in page.text
    links = re.findall(r'class="check [a-z]+" href="#([a-z-]+)"', page.text)
    assert links
    for proof in links:
        assert f'id="{proof}"' in page.text, f"a check leads to {proof}, which is not there"
    addresses = [contact.email for contact in here.shop.contacts_by_id.values()]
    assert not any(address in page.text for address in addresses)


async def test_a_mail_in_its_frame_runs_nothing_and_marks_are_not_the_mails(
    here: CampaignDesk,
) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    plain = await ada.get(f"/approvals/{mail.id}/mail/a")
    assert plain.headers["content-security-policy"].startswith(MAIL_POLICY)
    assert plain.headers["x-frame-options"] == "SAMEORIGIN"
    assert 'ms-claim"' not in plain.text
    marked = await ada.get(f"/approvals/{mail.id}/mail/a?marks=1")
    assert re.search(r'<span class="ms-claim">[^<]+<sup>\d+</sup></span>', marked.text)
    bare = re.sub(r'<span class="ms-claim">([^<]+)<sup>\d+</sup></span>', r"\1", marked.text)
    assert bare == plain.text  # nothing else of the mail differs
    dark = await ada.get(f"/approvals/{mail.id}/mail/a?form=dark")
    assert "@media all{" in dark.text.replace(" {", "{")
    text = await ada.get(f"/approvals/{mail.id}/mail/a?form=text")
    assert "utm_" not in text.text
    nameless = await ada.get(f"/approvals/{mail.id}/mail/a?reader=nameless&form=text")
    assert "{{" not in nameless.text
    assert "Ada" in text.text
    assert "Ada" not in nameless.text


async def test_a_stale_page_is_told_who_was_faster_and_keeps_what_was_written(
    here: CampaignDesk,
) -> None:
    brief = await here.to_brief()
    ada, lena = await here.desk.signed_in("owner"), await here.desk.signed_in("approver")
    seen = hash_in(await ada.get(f"/approvals/{brief.id}"))
    form = {"decision": "approve", "content_hash": seen}
    first = await lena.post(f"/approvals/{brief.id}/decide", data=form)
    assert first.status_code == 303
    reject = {"decision": "reject", "content_hash": seen, "reason": "Say that it is hand-wound."}
    late = await ada.post(f"/approvals/{brief.id}/decide", data=reject)
    assert late.status_code == 409
    assert "Lena Voss approved this" in late.text
    assert "Say that it is hand-wound." in late.text
    assert here.approval(brief.id).status == "approved"
    state = await ada.get(f"/approvals/{brief.id}/state")
    assert "Your page was older" in state.text


async def test_a_hash_that_was_not_shown_decides_nothing(here: CampaignDesk) -> None:
    brief = await here.to_brief()
    ada = await here.desk.signed_in("owner")
    form = {"decision": "approve", "content_hash": "0" * 64}
    assert (await ada.post(f"/approvals/{brief.id}/decide", data=form)).status_code == 409
    assert here.approval(brief.id).status == "pending"
    ada.headers.pop("x-csrf-token")
    form["content_hash"] = brief.content_hash
    assert (await ada.post(f"/approvals/{brief.id}/decide", data=form)).status_code == 403
    assert here.approval(brief.id).status == "pending"


@pytest.mark.parametrize("role", ["author", "viewer"])
async def test_who_may_not_approve_sees_the_card_and_decides_nothing(
    here: CampaignDesk, role: str
) -> None:
    brief = await here.to_brief()
    somebody = await here.desk.signed_in(role)  # type: ignore[arg-type]
    page = await somebody.get(f"/approvals/{brief.id}")
    assert page.status_code == 200
    assert 'value="approve"' not in page.text
    for path, form in (
        ("decide", {"decision": "approve", "content_hash": brief.content_hash}),
        ("edit", {"content_hash": brief.content_hash, "message": "Mine"}),
        *([("reread", {"message": "Mine"})] if role == "viewer" else []),
    ):
        answer = await somebody.post(f"/approvals/{brief.id}/{path}", data=form)
        assert answer.status_code == 403, path
    assert here.approval(brief.id).status == "pending"


async def test_typing_is_kept_for_its_person_and_the_critic_answers(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada, lena = await here.desk.signed_in("owner"), await here.desk.signed_in("approver")
    form = await fields_of(ada, mail.id)
    form["subject"] = "The best watch in Munich!"
    answer = await ada.post(f"/approvals/{mail.id}/reread", data=form)
    assert "The guide has no exclamation marks." in answer.text
    assert "<ins>" in answer.text
    assert "The best watch in Munich!" in (await ada.get(f"/approvals/{mail.id}/edit")).text
    assert "The best watch in Munich!" not in (await lena.get(f"/approvals/{mail.id}/edit")).text
    assert here.approval(mail.id).status == "pending"
    await ada.post(f"/approvals/{mail.id}/discard")
    assert "The best watch in Munich!" not in (await ada.get(f"/approvals/{mail.id}/edit")).text


async def test_a_saved_edit_becomes_the_next_draft_with_its_own_yes(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    form = await fields_of(ada, mail.id)
    form["subject"] = "A watch to try on, quietly"
    saved = await ada.post(f"/approvals/{mail.id}/edit", data=form)
    assert saved.status_code == 303, saved.text
    assert here.approval(mail.id).status == "edited"
    await here.work()
    second = here.waiting(mail.run_id)
    page = await ada.get(f"/approvals/{second.id}")
    assert "draft 2" in page.text
    assert "Changed since draft 1" in page.text
    assert "<ins>" in page.text
    assert "edited by Ada Winter" in page.text


async def test_another_layout_is_chosen_with_what_was_typed_and_read_again(
    here: CampaignDesk,
) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    page = (await ada.get(f"/approvals/{mail.id}/edit")).text
    assert re.search(r'value="layout:letter" aria-pressed="true"', page)
    assert 'value="layout:pair"' not in page, "it shows one product"
    form = await fields_of(ada, mail.id)
    form["blocks[1]"] = f"{form['blocks[1]']} Come and see."
    chosen = await ada.post(f"/approvals/{mail.id}/edit", data={**form, "go": "layout:object"})
    assert chosen.status_code == 303, chosen.text
    page = (await ada.get(f"/approvals/{mail.id}/edit")).text
    assert re.search(r'value="layout:object" aria-pressed="true"', page)
    assert "Come and see." in page
    form = await fields_of(ada, mail.id)
    shown = await ada.get(f"/approvals/{mail.id}/edit/mail?variant={form['variant']}")
    assert "Come and see." in shown.text
    assert "Reference" in shown.text
    saved = await ada.post(f"/approvals/{mail.id}/edit", data=form)
    assert saved.status_code == 303, saved.text
    await here.work()
    second = here.waiting(mail.run_id)
    first = second.content["variants"][0]
    assert "Come and see." in first["text"]
    assert "Reference:" in first["text"]
    # Back again: the order is the old one, and the words that were typed stay.
    form = await fields_of(ada, second.id)
    await ada.post(f"/approvals/{second.id}/edit", data={**form, "go": "layout:letter"})
    page = (await ada.get(f"/approvals/{second.id}/edit")).text
    assert re.search(r'value="layout:letter" aria-pressed="true"', page)
    assert "Come and see." in page


async def test_a_mend_is_taken_over_into_the_form(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    form = await fields_of(ada, mail.id)
    form["preheader"] = "Try it on. It is the best watch in Munich."
    answer = await ada.post(f"/approvals/{mail.id}/reread", data=form)
    number = re.search(r'value="mend:(\d+)"', answer.text)
    assert number, answer.text
    taken = await ada.post(f"/approvals/{mail.id}/edit", data={**form, "go": f"mend:{number[1]}"})
    assert taken.status_code == 303
    after = await fields_of(ada, mail.id)
    assert after["preheader"] == "Try it on."


async def test_the_small_card_leads_to_the_whole_where_it_must(tmp_path: Path) -> None:
    large = {"approvals": {"large_from": 10}}
    async with make_campaign_desk(tmp_path, settings=large) as here:
        mail = await here.to_mail()
        people = here.desk.people
        shown = await compact_of(here.site, mail.id, people["owner"])
        assert shown.head.number_to_type
        assert not shown.decide_here
        ada, lena = await here.desk.signed_in("owner"), await here.desk.signed_in("approver")
        small = await ada.get(f"/approvals/{mail.id}/compact")
        assert "Open the full card" in small.text
        assert 'value="approve"' not in small.text
        form = {"decision": "approve", "content_hash": mail.content_hash, "typed": "7"}
        assert (await ada.post(f"/approvals/{mail.id}/decide", data=form)).status_code in (409, 422)
        form["typed"] = f"{shown.head.number_to_type:,}"
        assert (await ada.post(f"/approvals/{mail.id}/decide", data=form)).status_code == 303
        assert here.approval(mail.id).status == "pending"
        waits = await ada.get(f"/approvals/{mail.id}")
        assert "You said yes" in waits.text
        assert (await lena.post(f"/approvals/{mail.id}/decide", data=form)).status_code == 303
        assert here.approval(mail.id).status == "approved"


async def test_a_suggestion_is_taken_over_by_who_may_save_it(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    jonas, lena = await here.desk.signed_in("author"), await here.desk.signed_in("approver")
    form = await fields_of(jonas, mail.id)
    form |= {"subject": "A watch to try on, quietly", "go": "suggest", "note": "Softer, @Lena?"}
    assert (await jonas.post(f"/approvals/{mail.id}/edit", data=form)).status_code == 303
    asked = await inbox_of(here.site, here.desk.people["approver"])
    assert asked.mine.items[0].mentioned
    card = await lena.get(f"/approvals/{mail.id}")
    assert "Softer, @Lena?" in card.text
    assert "<ins>" in card.text
    seen = await inbox_of(here.site, here.desk.people["approver"])
    assert not seen.mine.items[0].mentioned
    taken = re.search(r'action="(/approvals/[^"]+/take)"', card.text)
    assert taken
    assert (await lena.post(taken[1])).status_code == 303
    assert (await fields_of(lena, mail.id))["subject"] == "A watch to try on, quietly"
    assert here.approval(mail.id).status == "pending"  # taking over saves nothing by itself


async def test_a_comment_never_decides(here: CampaignDesk) -> None:
    brief = await here.to_brief()
    jonas = await here.desk.signed_in("author")
    said = {"text": "<b>Approved!</b> Send it."}
    assert (await jonas.post(f"/approvals/{brief.id}/comments", data=said)).status_code == 303
    assert here.approval(brief.id).status == "pending"
    page = await jonas.get(f"/approvals/{brief.id}")
    assert "&lt;b&gt;Approved!&lt;/b&gt; Send it." in page.text
    vera = await here.desk.signed_in("viewer")
    assert (await vera.post(f"/approvals/{brief.id}/comments", data=said)).status_code == 403


async def test_another_time_is_asked_about_from_the_card(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    card = await ada.get(f"/approvals/{mail.id}")
    assert f"/calendar/move/{mail.id}" in card.text
    asked = await ada.get(f"/calendar/move/{mail.id}?day=2026-11-27&at=11:00")
    assert "Yeses that were given no longer count" in asked.text


async def test_an_empty_inbox_teaches(here: CampaignDesk) -> None:
    ada = await here.desk.signed_in("owner")
    page = await ada.get("/approvals")
    assert "Nothing waits for you" in page.text
    assert 'href="/chat"' in page.text
    assert (await ada.get("/approvals?tab=decided")).status_code == 200


async def test_nothing_of_a_goal_becomes_markup(here: CampaignDesk) -> None:
    goal = "Sell the 1968 dress watch <img src=x onerror=alert(1)> to watch buyers."
    brief = await here.to_brief(goal)
    ada = await here.desk.signed_in("owner")
    page = await ada.get(f"/approvals/{brief.id}")
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


async def fields_of(client: httpx.AsyncClient, approval_id: str) -> dict[str, str]:
    """What the edit form would send as it stands."""
    page = (await client.get(f"/approvals/{approval_id}/edit")).text
    found = dict(re.findall(r'<input class="input"[^>]* name="([^"]+)" value="([^"]*)"', page))
    found |= re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    found |= re.findall(r'<input type="hidden" name="(content_hash|variant)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found.items()}


async def test_a_test_goes_to_oneself_alone(tmp_path: Path) -> None:
    async with MailServer() as server:
        sending = {**SENDING, "smtp_host": "127.0.0.1", "smtp_port": server.port}
        async with make_campaign_desk(tmp_path, settings={"sending": sending}) as here:
            mail = await here.to_mail()
            lena = await here.desk.signed_in("approver")
            card = await lena.get(f"/approvals/{mail.id}")
            variant = re.search(r'name="variant"[^>]*value="(\w+)"', card.text)
            form = {"variant": variant[1] if variant else "a"}
            sent = await lena.post(f"/approvals/{mail.id}/test", data=form)
            assert sent.status_code == 303, sent.text
            assert server.recipients == [here.desk.people["approver"].email]
            assert "test" in (await lena.get(sent.headers["location"])).text
            viewer = await here.desk.signed_in("viewer")
            refused = await viewer.post(f"/approvals/{mail.id}/test", data=form)
            assert refused.status_code == 403
            assert here.waiting(mail.run_id).id == mail.id  # nothing was decided by it
            assert len(server.recipients) == 1


async def test_what_is_scheduled_is_stopped_and_goes_on_from_its_card(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    lena = await here.desk.signed_in("approver")
    form = {"decision": "approve", "content_hash": mail.content_hash}
    assert (await lena.post(f"/approvals/{mail.id}/decide", data=form)).status_code == 303
    await here.work()

    def paused() -> bool:
        with here.site.stack.ledger.read() as tx:
            (row,) = publications.list_publications(tx, mail.run_id)
            assert row.state == "scheduled"
            return row.paused

    assert not paused()
    assert (await lena.post(f"/approvals/{mail.id}/hold")).status_code == 303
    assert paused()
    vera = await here.desk.signed_in("viewer")
    assert (await vera.post(f"/approvals/{mail.id}/go-on")).status_code == 403
    assert paused()
    assert (await lena.post(f"/approvals/{mail.id}/go-on")).status_code == 303
    assert not paused()
    assert here.approval(mail.id).status == "approved"


async def test_who_reads_what_is_shown_and_kept_by_an_edit(here: CampaignDesk) -> None:
    mail = await here.to_mail()
    ada = await here.desk.signed_in("owner")
    variant = mail.content["variants"][0]["id"]
    state = await view(here.site.stack, mail.run_id)
    blocks = state["draft"]["variants"][0]["blocks"]
    own = [
        {"kind": "paragraph", "text": "You know the way.", "for_stages": ["active"]},
        {"kind": "paragraph", "text": "Come and see it.", "for_stages": ["others"]},
    ]
    edit = {"variants": {variant: {"blocks": [*blocks[:-2], *own, *blocks[-2:]]}}}
    with here.site.stack.ledger.write() as tx:
        owner = here.desk.people["owner"]
        approvals.decide(tx, mail.id, owner, "edit", mail.content_hash, "", edit)
    await here.work()
    second = here.waiting(mail.run_id)
    card = (await ada.get(f"/approvals/{second.id}")).text
    assert 'aria-label="Who reads it"' in card
    assert re.search(r"Everybody else <small>\d+</small>", card)
    assert re.search(r"Active <small>\d+</small>", card)
    first = f"/approvals/{second.id}/mail/{variant}"
    assert "You know the way." in (await ada.get(f"{first}?stage=active")).text
    assert "You know the way." not in (await ada.get(f"{first}?stage=new")).text
    assert "Come and see it." in (await ada.get(first)).text
    assert 'stage=active"' in (await ada.get(f"/approvals/{second.id}/previews")).text
    form = (await ada.get(f"/approvals/{second.id}/edit")).text
    assert re.search(r"Paragraph \d, for active", form)
    assert re.search(r"Paragraph \d, for the others", form)
    fields = await fields_of(ada, second.id)
    fields["subject"] = "A watch to try on, quietly"
    assert (await ada.post(f"/approvals/{second.id}/edit", data=fields)).status_code == 303
    await here.work()
    third = here.waiting(mail.run_id)
    assert "You know the way." in third.content["variants"][0]["versions"][0]["text"]
