"""The audit of work: counted from the history, hours from what the team says, never a name."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from app.views.work import work_page
from app.work.answers import changed, read_answers, save_answers
from app.work.audit import DAYS, audit_work
from domain.work import Answers, TaskKey, TaskWork, WorkAudit
from ledger.people import Role
from tests.desk_world import PEOPLE, make_desk
from tests.planning_world import planning_desk


def of(found: WorkAudit, key: TaskKey) -> TaskWork:
    return next(work for work in found.tasks if work.task.key == key)


async def test_what_was_done_is_counted_and_given_back_by_what_the_team_says(
    tmp_path: Path,
) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        for goal in ("Viewings for the 1968 watch", "Mail to owners whose service is due"):
            plan.start(goal)
        site = desk.site
        silent = await audit_work(site.workspace, site.stack)
        sent = of(silent, "check_data").done
        assert sent == 2
        assert silent.hours is None, "nobody has said what anything takes"
        assert "unknown" in silent.headline
        assert of(silent, "decide").hours is None
        said = changed(Answers(), tasks=["check_data=2x30-60"])
        save_answers(site.workspace, said, desk.people["author"])
        found = await audit_work(site.workspace, site.stack)
        checked = of(found, "check_data")
        assert checked.hours is not None
        assert (checked.hours.least, checked.hours.most) == (1, 2)
        monthly = 2 / DAYS * 365.25 / 12
        assert checked.share is not None
        assert abs(checked.share - monthly / (monthly + 2)) < 1e-9
        assert checked.standing == "partly"
        assert of(found, "post_social").standing == "not_here"
        assert of(found, "write_report").standing == "could_be"
        entries = desk.journal("work_described")
        assert [json.loads(e["data"])["tasks"] for e in entries] == [["check_data"]]


async def test_the_page_takes_answers_and_names_nobody(tmp_path: Path) -> None:
    async with make_desk(tmp_path) as desk:
        jonas = await desk.signed_in("author")
        empty = await jonas.get("/audit/work")
        assert empty.status_code == 200
        assert "Not said yet: the kind of business" in empty.text
        form = {"business": "shop", "technology_budget": "12000", "review": "5-10"}
        kept = await jonas.post(
            "/audit/work", data={**form, "times_send": "2", "minutes_send": "20-40"}
        )
        assert kept.status_code == 303
        page = await jonas.get("/audit/work?saved=yes")
        assert 'value="20-40"' in page.text
        assert "The budget that your team named." in page.text
        wrong = await jonas.post("/audit/work", data={**form, "minutes_send": "<b>soon</b>"})
        assert wrong.status_code == 422 or wrong.status_code == 400
        assert "<b>soon" not in wrong.text
        assert "&lt;b&gt;soon" in wrong.text, "what was typed is not lost"
        assert read_answers(desk.site.workspace).of("send") is not None
        vera = await desk.signed_in("viewer")
        assert (await vera.post("/audit/work", data=form)).status_code == 403
        whole = (await work_page(desk.site)).model_dump_json()
        kept_file = (desk.site.workspace.folder / "work.yaml").read_text("utf-8")
        roles: list[Role] = ["owner", "approver", "author", "viewer"]
        for role in roles:
            for secret in (*PEOPLE[role], desk.people[role].id):
                assert secret not in whole
                assert secret not in kept_file


async def test_a_damaged_answer_file_is_refused_in_words(tmp_path: Path) -> None:
    async with make_desk(tmp_path) as desk:
        file = desk.site.workspace.folder / "work.yaml"
        file.write_text(yaml.safe_dump({"tasks": [{"key": "nap"}]}), "utf-8")
        ada = await desk.signed_in("owner")
        page = await ada.get("/audit/work")
        assert page.status_code < 500
        assert "cannot be read" in page.text
