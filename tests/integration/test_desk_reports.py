"""Reports in the desk: the finding with its interval, what stands beside it, and its files."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path

from domain.figures import Figure
from domain.plan import HELD_BACK
from tests.integration.test_desk_campaigns import in_order, text_of
from tests.planning_world import planning_desk
from tests.unit.test_reporter import LIFT, report, yes
from tools.analytics.port import FirstTime
from workflows.report import save

CLICKS = (
    Figure(name="last_click_revenue", value=41000, unit="money", n=80, query="q-viewing_booked"),
)
FIRST = tuple(
    FirstTime(arm=arm, day=day, people=people)
    for arm, people in (("a", 5), ("b", 4), (HELD_BACK, 1))
    for day in range(10)
)


async def test_a_report_says_the_finding_and_everything_beside_it(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        run_id = plan.start("Viewings for the 1968 watch")
        found = report(
            [*LIFT, yes("a", "purchase", 1500, 20), yes(HELD_BACK, "purchase", 1000, 12)],
            last_click=CLICKS,
            first_times=FIRST,
        )
        found = found.model_copy(update={"campaign_id": run_id})
        save(found, desk.site.stack.reports)
        low, high = (found.effects[0].difference.low, found.effects[0].difference.high)
        assert low is not None
        assert high is not None
        vera = await desk.signed_in("viewer")
        page = await vera.get(f"/reports/{run_id}")
        told = text_of(page.text)
        in_order(
            told,
            found.title,
            "+1.8 points",
            f"likely between {low * 100:.1f} and {high * 100:.1f}",
            "Booked a viewing the goal",
            "More viewings booked",
            "No effect shown",
            "Variants against no mail",
            "Widened, because 2 are compared",
            "day by day",
            "28 days",
            "Last click beside the answer",
            "Show the queries",
        )
        # Every number of the effects leads to the query behind it, which stands on the page.
        anchors = set(re.findall(r'href="#(q-[^"]+)" data-query', page.text))
        assert anchors
        assert anchors <= set(re.findall(r'<section id="(q-[^"]+)"', page.text)), anchors
        assert (await vera.post(f"/reports/{run_id}")).status_code == 403
        assert "Not counted yet" not in (await vera.get("/reports")).text


async def test_last_click_never_stands_alone(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        run_id = plan.start("Viewings for the 1968 watch")
        for changes in ({"last_data_day": None}, {}):
            found = report(LIFT, last_click=CLICKS, **changes)
            save(found.model_copy(update={"campaign_id": run_id}), desk.site.stack.reports)
            ada = await desk.signed_in("owner")
            told = text_of((await ada.get(f"/reports/{run_id}")).text)
            if found.measurable == "no":
                assert "41,000" not in told
                in_order(told, "Not measurable")
            else:
                in_order(told, "€41,000", "not measured against those held back")


async def test_a_report_is_had_as_files(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        run_id = plan.start("Viewings for the 1968 watch")
        found = report(LIFT, first_times=FIRST).model_copy(update={"campaign_id": run_id})
        save(found, desk.site.stack.reports)
        vera = await desk.signed_in("viewer")

        async def file(form: str) -> str:
            answer = await vera.get(f"/reports/{run_id}/download.{form}")
            assert answer.status_code == 200
            assert "attachment" in answer.headers["content-disposition"]
            return answer.text

        assert json.loads(await file("json"))["title"] == found.title
        rows = list(csv.DictReader(io.StringIO(await file("csv"))))
        days = [row for row in rows if row["section"] == "day" and row["of"] == "treated"]
        assert float(days[-1]["value"]) == 90 / 3000
        assert {row["of"] for row in rows if row["section"] == "against_held_back"} == {"a", "b"}
        page = await file("html")
        assert unescape(page).count(found.title) >= 2
        assert "<script" not in page
        assert (await vera.get(f"/reports/{run_id}/download.exe")).status_code == 422
        assert (await vera.get("/reports/unknown/download.csv")).status_code == 404


async def test_before_anything_went_out_there_is_nothing_to_report(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        run_id = plan.start("Viewings for the 1968 watch")
        ada = await desk.signed_in("owner")
        page = await ada.get(f"/reports/{run_id}")
        assert page.status_code == 409
        assert "Nothing was scheduled yet" in text_of(page.text)
