"""What the calendar counts: who gets how many, who would be over the cap, who gets two in a row."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.views.calendar import Calendar, Item, calendar
from ledger import approvals, crowding, pressure, same_people, schedules
from ledger.pressure import over_cap
from tests.desk_world import make_desk
from tests.integration.test_desk_campaigns import text_of
from tests.planning_world import CAP, TUESDAY, fill, planning_desk


def items(page: Calendar) -> dict[str, Item]:
    return {item.title: item for week in page.weeks for day in week.days for item in day.items}


async def test_the_month_begins_with_last_week_and_tells_what_comes(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        fill(plan)
        stack = desk.site.stack
        page = await calendar(stack)
        assert (page.first, page.last) == (date(2026, 11, 16), date(2026, 12, 20))
        assert [day.on for week in page.weeks for day in week.days if day.today] == [
            date(2026, 11, 24)
        ]
        sunday = await calendar(stack, week_start=6)
        assert sunday.first == date(2026, 11, 15)
        assert page.next is not None
        assert page.next.title == "A year on your wrist"
        states = {title: item.state for title, item in items(page).items()}
        assert states == {
            "Pearls, new this autumn": "sent",
            "Collector's letter No. 12": "sent",
            "A year on your wrist": "waiting",
            "Advent evening": "approved",
            "Last order dates": "approved",
            "Engraving, last day": "approved",
        }


async def test_loads_and_conflicts_are_what_a_plain_count_says(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        made = fill(plan)
        found = items(await calendar(desk.site.stack))
        # Advent 0–24, orders 5–34 a day (of 16 hours) later, engraving 0–19 another day later.
        orders = found["Last order dates"]
        assert [(c.title, c.count) for c in orders.conflicts] == [("Advent evening", 20)]
        engraving = found["Engraving, last day"]
        assert {c.title: c.count for c in engraving.conflicts} == {
            "Advent evening": 20,
            "Last order dates": 15,
        }
        with plan.ledger.read() as tx:
            for name, item in (("advent", "Advent evening"), ("late", "Engraving, last day")):
                at = found[item].at
                whom = plan.names(slice(0, 40))
                mine = set(plan.names(slice(0, 25 if name == "advent" else 20)))
                campaign = found[item].campaign_id
                plainly = over_cap(tx, whom, CAP, at, except_campaign=campaign) & mine
                assert found[item].over_cap == len(plainly), name
                listed = crowding.over_cap_people(tx, made[name], CAP)
                assert set(listed) == plainly
        assert found["Engraving, last day"].over_cap == 15
        week = next(w for w in (await calendar(desk.site.stack)).weeks if w.number == 48)
        # 0–4 get two of these three, 5–19 three, 20–24 two, 25–34 one.
        assert [(n, count) for n, count, _ in week.load.mails] == [(1, 10), (2, 10), (3, 15)]
        assert week.load.over_cap == 15
        before = next(w for w in (await calendar(desk.site.stack)).weeks if w.number == 47)
        assert before.load.left_out == 2


async def test_numbers_of_the_calendar_lead_to_so_many_people(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        fill(plan)
        ada = await desk.signed_in("owner")
        page = await calendar(desk.site.stack)
        asked: list[tuple[str, int]] = []
        for week in page.weeks:
            asked += [(href, count) for _, count, href in week.load.mails]
            if week.load.left_out:
                asked.append((week.load.left_out_href, week.load.left_out))
        for item in items(page).values():
            asked += [(one.href, one.count) for one in item.conflicts if item.what != "approval"]
            if item.over_cap:
                asked.append((item.over_cap_href, item.over_cap))
        assert len(asked) >= 8
        for href, count in asked:
            answer = await ada.get(href)
            assert answer.text.count("@example.test") == count, href
            assert f"{count}" in text_of(answer.text)


async def test_mails_to_several_ids_of_a_person_crowd_one_inbox(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        made = fill(plan)
        ada = await desk.signed_in("owner")
        name = plan.names(slice(0, 40))
        # Two who get all but one mail, and that one under another id; and two ids of one audience.
        same = {name[30]: name[0], name[31]: name[1], name[22]: name[21]}
        with plan.ledger.write() as tx:
            same_people.replace(tx, same)
        page = await calendar(desk.site.stack)
        found = items(page)
        orders, engraving = found["Last order dates"], found["Engraving, last day"]
        assert [(c.title, c.count) for c in orders.conflicts] == [("Advent evening", 21)]
        assert {c.title: c.count for c in engraving.conflicts} == {
            "Advent evening": 20,
            "Last order dates": 17,
        }
        # 25–29 and 32–34 get one, 2–4 and 20, 23, 24 two, 0, 1 and 5–19 three; 21 and 22 four.
        week = next(w for w in page.weeks if w.number == 48)
        assert [(n, count) for n, count, _ in week.load.mails] == [(1, 8), (2, 6), (3, 17), (4, 1)]
        assert week.load.known == 37
        assert week.load.people == 32
        # The check before a mail leaves would count so too.
        with plan.ledger.read() as tx:
            at, campaign = engraving.at, engraving.campaign_id
            over = pressure.over_cap(tx, name[:20], CAP, at, except_campaign=campaign)
            assert set(crowding.over_cap_people(tx, made["late"], CAP)) == over
            assert crowding.over_cap_of(tx, made["late"], CAP) == len(over) == 17
            # Who waits for a yes is compared with what the same people get, whatever their ids.
            waiting = {made["late"]: 18, made["advent"]: 18, made["orders"]: 15}
            approval = approvals.get(tx, made["year"])
            shared = crowding.shared_with_snapshot(
                tx, approval.content["snapshot_hash"], TUESDAY, TUESDAY + timedelta(days=9)
            )
            assert shared == waiting
        # Of the number for each, the people behind it: under every id that a mail goes to.
        (conflict,) = orders.conflicts
        assert (await ada.get(conflict.href)).text.count("@example.test") == 22
        for href, count in ((href, count) for _, count, href in week.load.mails):
            assert (await ada.get(href)).text.count("@example.test") == count


async def test_a_schedule_shows_each_of_its_days(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        jonas, vera = await desk.signed_in("author"), await desk.signed_in("viewer")
        form = {"goal": "Welcome whoever is new", "cron": "0 10 * * TUE,SAT"}
        assert (await vera.post("/calendar/schedules", data=form)).status_code == 403
        assert (await jonas.post("/calendar/schedules", data=form)).status_code == 303
        page = await calendar(desk.site.stack)
        days = [
            day.on
            for week in page.weeks
            for day in week.days
            if any(item.state == "repeats" for item in day.items)
        ]
        # Tuesday's ten o'clock in Berlin is over at nine UTC: it stands at exactly now.
        assert days[0] == date(2026, 11, 28)
        assert all(on.weekday() in (1, 5) for on in days)
        refused = await jonas.post("/calendar/schedules", data={**form, "cron": "every day"})
        assert refused.status_code == 409 or refused.status_code == 422
        with plan.ledger.read() as tx:
            (row,) = schedules.list_schedules(tx)
        await jonas.post(f"/calendar/schedules/{row.id}/remove")
        assert "Welcome whoever is new" not in (await jonas.get("/calendar")).text


@pytest.mark.parametrize(("role", "status"), [("author", 403), ("viewer", 403), ("approver", 303)])
async def test_moving_needs_the_right_to_publish(tmp_path: Path, role: str, status: int) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        made = fill(plan)
        somebody = await desk.signed_in(role)  # type: ignore[arg-type]
        form = {"day": "2026-11-28", "at": "18:00"}
        answer = await somebody.post(f"/calendar/move/{made['advent']}", data=form)
        assert answer.status_code == status
        assert len(desk.journal("publication_moved")) == (status == 303)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_no_day_is_too_far(tmp_path: Path, day: str) -> None:
    async with make_desk(tmp_path) as desk:
        browser = await desk.signed_in("viewer")
        assert (await browser.get(f"/calendar?around={day}")).status_code == 200


async def test_the_reader_sees_their_own_week_and_dates(tmp_path: Path) -> None:
    async with planning_desk(tmp_path) as (desk, plan):
        fill(plan)
        ada = await desk.signed_in("owner")
        german = await ada.get("/calendar", headers={"accept-language": "de-DE"})
        assert "16. Nov. to 20. Dezember 2026" in text_of(german.text)
        american = await ada.get("/calendar", headers={"accept-language": "en-US"})
        assert "Nov 15 to December 19, 2026" in text_of(american.text)
        assert "Europe/Berlin" in text_of(american.text)
        assert "simulated" in text_of(american.text)
