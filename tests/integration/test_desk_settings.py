"""Settings in the desk: limits that are written to the file, people, tokens, sessions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import settings_edit
from app.desk.identity import COOKIE
from app.settings import FILE_NAME
from ledger import accounts, budgets, people
from ledger.errors import LedgerError
from tests.desk_world import PASSWORD, Desk, make_desk

WRITTEN = """

# Our own rules.
[limits]
# three were too many in spring
cap_most = 4  # four
quiet_start = 20
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        file = settings_file(made)
        file.write_text(file.read_text("utf-8") + WRITTEN, "utf-8")
        file.chmod(0o640)
        made.site.renew()
        yield made


def settings_file(desk: Desk) -> Path:
    return desk.site.workspace.folder / FILE_NAME


async def seen(browser: httpx.AsyncClient) -> str:
    found = re.search(r'name="seen" value="(\w+)"', (await browser.get("/settings")).text)
    assert found is not None
    return found[1]


async def save(browser: httpx.AsyncClient, values: dict[str, str], **more: str) -> httpx.Response:
    form = {"seen": more.get("seen") or await seen(browser), "group": "caps", "boxes": ""}
    return await browser.post("/settings", data={**form, **more, **values})


async def test_an_edit_keeps_the_owners_file_and_is_taken_over_at_once(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    answer = await save(
        ada,
        {
            "limits.cap_most": "2",
            "limits.mails_a_day": "500",
            "model.budget_a_day": "12.50",
            "model.budget_a_run": "0.80",
        },
    )
    assert answer.headers["location"] == "/settings?saved=caps#caps"
    text = settings_file(desk).read_text("utf-8")
    assert "# three were too many in spring\ncap_most = 2  # four\nquiet_start = 20\n" in text
    assert text.startswith("# docs/configuration.md lists every setting.")
    assert tomllib.loads(text)["model"] == {"budget_a_day": 12.5, "budget_a_run": 0.8}
    assert settings_file(desk).stat().st_mode & 0o777 == 0o640
    assert [one.name for one in settings_file(desk).parent.glob(".*toml*")] == []
    assert desk.site.stack.rules.cap.most == 2
    with desk.site.stack.ledger.read() as tx:
        assert budgets.limit(tx, "mails", "day") == 500
        assert budgets.limit(tx, "money", "run") == Decimal("0.8")
    [entry] = desk.journal("settings_changed")
    assert entry["person_id"] == desk.people["owner"].id
    assert '"from":"desk 127.0.0.1"' in entry["data"]
    assert '{"after":"2","before":"4","setting":"limits.cap_most"}' in entry["data"]
    page = (await ada.get("/settings")).text
    assert "At most 2 mails in 7 days to one person" in page


async def test_boxes_and_optional_values_can_be_taken_back(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    boxes = {"boxes": "tracking.opens tracking.clicks limits.author_may_approve"}
    await save(ada, {"tracking.opens": "on", "holdout.share": "12,5 %", **boxes})
    settings = desk.site.workspace.settings
    assert (settings.tracking.opens, settings.tracking.clicks) == (True, False)
    assert settings.limits.author_may_approve is False
    assert settings.holdout.share == 0.125
    await save(ada, {"holdout.share": "", "limits.author_may_approve": "on", **boxes})
    settings = desk.site.workspace.settings
    assert settings.tracking.opens is False
    assert settings.limits.author_may_approve is True
    assert settings.holdout.share is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("limits.cap_most", "0", "It must be 1 or more."),
        ("limits.cap_days", "400", "It must be 365 or less."),
        ("limits.quiet_start", "9.5", "It must be a whole number."),
        ("limits.cap_most", "", "It must be a whole number."),
        ("approvals.first_share", "100", "It must be less than 100."),
        ("approvals.most_bounced", "a few", "It must be a number, in per cent."),
        ("model.budget_a_day", "-1", "It must be 0 or more."),
        ("model.budget_a_day", "NaN", "It must be"),
        ("limits.max_lateness_hours", '1"\nbatch = 900', "It must be a number."),
    ],
)
async def test_a_wrong_value_is_said_beside_its_field(
    desk: Desk, name: str, value: str, why: str
) -> None:
    ada = await desk.signed_in("owner")
    before = settings_file(desk).read_bytes()
    answer = await save(ada, {name: value, "limits.quiet_end": "7"})
    assert answer.status_code == 422
    field = answer.text[answer.text.index(f'id="field-{name}-error"') :]
    assert why in field[:400]
    assert settings_file(desk).read_bytes() == before
    assert desk.journal("settings_changed") == []


@pytest.mark.parametrize(
    "name",
    ["sending.smtp_host", "model.base_url", "desk.url", "workspace.id", "limits.batch", "x.y"],
)
async def test_where_data_flow_to_is_not_changed_from_a_browser(desk: Desk, name: str) -> None:
    ada = await desk.signed_in("owner")
    before = settings_file(desk).read_bytes()
    answer = await save(ada, {name: "evil.example"})
    assert answer.status_code == 409
    assert "cannot be changed here" in answer.text
    assert settings_file(desk).read_bytes() == before


async def test_a_page_that_was_older_is_told(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    old = await seen(ada)
    file = settings_file(desk)
    file.write_text(file.read_text("utf-8").replace("cap_most = 4", "cap_most = 3"), "utf-8")
    answer = await save(ada, {"limits.cap_most": "9"}, seen=old)
    assert answer.status_code == 409
    assert "Somebody changed the settings after you opened this page." in answer.text
    assert "cap_most = 3" in file.read_text("utf-8")


async def test_what_the_environment_decides_is_shown_and_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        desk.site.workspace.environment,
        "MAINSPRING_LIMITS_CAP_MOST",
        "6",
    )
    desk.site.renew()
    ada = await desk.signed_in("owner")
    page = (await ada.get("/settings")).text
    assert "Set by MAINSPRING_LIMITS_CAP_MOST where the desk runs" in page
    await save(ada, {"limits.cap_most": "1", "limits.quiet_end": "9"})
    text = settings_file(desk).read_text("utf-8")
    assert "cap_most = 4" in text
    assert "quiet_end = 9" in text


async def test_a_write_that_fails_leaves_file_and_history_as_they_were(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, before = desk.site.workspace, settings_file(desk).read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        settings_edit.edit(
            workspace, desk.people["owner"], {"limits.cap_most": "1"},
            seen=settings_edit.seen(workspace),
        )  # fmt: skip
    assert settings_file(desk).read_bytes() == before
    assert [one.name for one in workspace.folder.glob(".*toml*")] == []
    assert desk.journal("settings_changed") == []


@pytest.mark.parametrize("role", ["approver", "author", "viewer"])
async def test_only_owners_change_settings_and_people(desk: Desk, role: people.Role) -> None:
    browser = await desk.signed_in(role)
    page = (await browser.get("/settings")).text
    assert "Ada Winter can change it." in page
    assert "Save" not in page
    assert (await save(browser, {"limits.cap_most": "9"})).status_code == 403
    jonas = desk.people["author"].id
    lena = desk.people["approver"].id
    other = lena if role == "author" else jonas
    for path, data in (
        ("/settings/people", {"name": "X", "email": "x@brand.example", "role": "owner"}),
        (f"/settings/people/{other}/role", {"role": "owner"}),
        (f"/settings/people/{browser_person(desk, role)}/role", {"role": "owner"}),
        (f"/settings/people/{other}/link", {}),
        (f"/settings/people/{other}/remove", {}),
        ("/settings/connections", {}),
    ):
        assert (await browser.post(path, data=data)).status_code == 403, path
    assert (await browser.get(f"/settings/people/{other}")).status_code == 403
    listed = (await browser.get("/settings/people")).text
    assert "Ada Winter" in listed
    assert "@brand.example" not in listed


def browser_person(desk: Desk, role: people.Role) -> str:
    return desk.people[role].id


async def test_a_person_is_added_with_a_link_that_is_shown_once(desk: Desk) -> None:
    ada = await desk.signed_in("owner")
    answer = await ada.post(
        "/settings/people",
        data={"name": "Nora <b>Neu</b>", "email": "NORA@brand.example", "role": "author"},
    )
    assert "<b>Neu" not in answer.text
    [link] = re.findall(r'class="secret">(http[^<]+)<', answer.text)
    with desk.site.stack.ledger.read() as tx:
        nora = people.find(tx, "nora@brand.example")
    assert nora is not None
    again = (await ada.get(f"/settings/people/{nora.id}")).text
    assert "/welcome/" not in again
    entered = await desk.client().post(
        httpx.URL(link).path, data={"password": "a kettle under the stairs"}
    )
    assert entered.status_code == 303
    [added] = [one for one in desk.journal("person_added") if one["thing"] == nora.id]
    assert added["person_id"] == desk.people["owner"].id
    twice = await ada.post(
        "/settings/people", data={"name": "N", "email": "nora@brand.example", "role": "viewer"}
    )
    assert twice.status_code == 422
    assert "There is a person with this address already." in twice.text


async def test_a_role_holds_at_once_and_the_last_owner_stays(desk: Desk) -> None:
    ada, jonas = await desk.signed_in("owner"), await desk.signed_in("author")
    assert (await jonas.post("/pause", data={"reason": "x"})).status_code == 303
    await ada.post(f"/settings/people/{desk.people['author'].id}/role", data={"role": "viewer"})
    assert (await jonas.post("/pause", data={"reason": "x"})).status_code == 403
    last = await ada.post(
        f"/settings/people/{desk.people['owner'].id}/role", data={"role": "viewer"}
    )
    assert last.status_code == 409
    assert "The last owner cannot be removed or given another role." in last.text


async def test_removing_ends_sessions_and_tokens_at_once(desk: Desk) -> None:
    ada, lena = await desk.signed_in("owner"), await desk.signed_in("approver")
    token = desk.token("approver")
    await ada.post(f"/settings/people/{desk.people['approver'].id}/remove")
    assert (await lena.get("/settings")).status_code == 303
    with desk.site.stack.ledger.read() as tx, pytest.raises(LedgerError):
        people.by_token(tx, token)


async def test_a_token_has_the_scopes_that_it_was_given_and_no_more(desk: Desk) -> None:
    jonas = await desk.signed_in("author")
    answer = await jonas.post(
        "/settings/account/tokens", data={"name": "export", "scopes": ["read", "approve"]}
    )
    [token] = re.findall(r'class="secret">(ms_[^<]+)<', answer.text)
    assert token not in (await jonas.get("/settings/account")).text
    with desk.site.stack.ledger.write() as tx:
        person = people.by_token(tx, token)
        assert person.rights == {"read"}  # an author's token decides nothing
        with pytest.raises(LedgerError, match="more than itself"):
            people.issue_token(tx, person.id, "more", ["read", "write"], person)
        with pytest.raises(LedgerError, match="more than itself"):
            people.issue_token(tx, person.id, "all", None, person)
    nothing = await jonas.post(
        "/settings/account/tokens", data={"name": "none", "scopes": ["publish"]}
    )
    assert nothing.status_code == 422
    assert "A token needs at least one right." in nothing.text
    [listed] = re.findall(r"/tokens/(\w+)/revoke", (await jonas.get("/settings/account")).text)
    vera = await desk.signed_in("viewer")
    path = f"/settings/people/{desk.people['author'].id}/tokens/{listed}/revoke"
    assert (await vera.post(path)).status_code == 403
    assert (await jonas.post(path)).headers["location"] == "/settings/account"
    with desk.site.stack.ledger.read() as tx, pytest.raises(LedgerError):
        people.by_token(tx, token)


async def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(desk: Desk) -> None:
    here, elsewhere = await desk.signed_in("author"), await desk.signed_in("author")
    new = "a kettle under the stairs"
    form = {"old": "not the old one", "new": new}
    wrong = await here.post("/settings/account/password", data=form)
    assert wrong.status_code == 409
    assert "That is not your present password." in wrong.text
    assert (await elsewhere.get("/settings")).status_code == 200
    before = here.cookies[COOKIE]
    answer = await here.post("/settings/account/password", data={"old": PASSWORD, "new": new})
    assert answer.headers["location"] == "/settings/account?saved=password"
    assert before not in answer.headers["set-cookie"]
    assert (await elsewhere.get("/settings")).status_code == 303
    with desk.site.stack.ledger.read() as tx:
        assert accounts.password_fits(accounts.password_hash(tx, "jonas@brand.example"), new)


async def test_the_old_password_is_not_guessed_at_from_inside(desk: Desk) -> None:
    here = await desk.signed_in("author")
    for n in range(accounts.FAILURES_MOST):
        form = {"old": f"guess {n}", "new": "a kettle under the stairs"}
        assert (await here.post("/settings/account/password", data=form)).status_code == 409
    form = {"old": PASSWORD, "new": "a kettle under the stairs"}
    assert (await here.post("/settings/account/password", data=form)).status_code == 429


async def test_another_session_is_seen_and_ended(desk: Desk) -> None:
    here, elsewhere = await desk.signed_in("author"), await desk.signed_in("author")
    page = (await here.get("/settings/account")).text
    [ended] = re.findall(r"/settings/people/\S+/sessions/\w+/end", page)
    vera = await desk.signed_in("viewer")
    assert (await vera.post(ended)).status_code == 403
    assert (await here.post(ended)).headers["location"] == "/settings/account"
    assert (await elsewhere.get("/settings")).status_code == 303
    assert (await here.get("/settings")).status_code == 200


async def test_looks_are_kept_by_the_browser(desk: Desk) -> None:
    here = await desk.signed_in("viewer")
    await here.post("/settings/account/look", data={"theme": "dark"})
    page = (await here.get("/settings")).text
    assert '<html lang="en" data-theme="dark">' in page
    assert 'data-keys="off"' in page
    await here.post("/settings/account/look", data={"theme": "", "keys": "on"})
    page = (await here.get("/settings")).text
    assert "data-theme" not in page
    assert "data-keys" not in page


async def test_keys_are_shown_as_set_or_not_and_never_as_they_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-very-secret"
    monkeypatch.setitem(
        desk.site.workspace.environment,
        "MAINSPRING_MODEL_API_KEY",
        secret,
    )
    desk.site.renew()
    ada = await desk.signed_in("owner")
    looked = (await ada.get("/settings/connections")).text
    assert re.search(r"Key of the model</dt><dd>set<", looked)
    assert re.search(r"Password of the mail server</dt><dd>not set<", looked)
    assert "Check everything now" in looked
    checked = (await ada.post("/settings/connections")).text
    assert "Customer data: nothing was imported yet" in checked
    assert secret not in looked + checked


async def test_a_source_is_added_with_its_key_once_and_closed_by_an_owner(desk: Desk) -> None:
    ada, vera = await desk.signed_in("owner"), await desk.signed_in("viewer")
    made = await ada.post("/settings/sources", data={"name": "<b>shop</b>"})
    assert made.status_code == 422
    made = await ada.post("/settings/sources", data={"name": "shop-web"})
    key = re.search(r"wk_[\w-]{32}", made.text)
    assert key is not None
    again = await ada.get("/settings/sources")
    assert "shop-web" in again.text
    assert key[0] not in again.text
    assert (await vera.get("/settings/sources")).status_code == 200
    for change in ("", "/close"):
        refused = await vera.post(f"/settings/sources{change}", data={"name": "shop-web"})
        assert refused.status_code == 403
    closed = await ada.post("/settings/sources/close", data={"name": "shop-web"})
    assert closed.status_code == 303
    assert "closed" in (await ada.get("/settings/sources")).text
    assert len(desk.journal("source_added")) == len(desk.journal("source_closed")) == 1
    assert key[0] not in str(desk.journal("source_added"))
