"""The data audit over a small shop: nothing is found where all is in order, and every fault that
is planted once is found once, at whom it was planted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.audit_file import audit_html
from app.audit_parts import fit_words
from app.audit_text import audit_text
from app.data_audit import audit_data
from app.desk.formats import Formats
from app.stack import build_stack
from app.work.audit import audit_work
from app.workspace import EXAMPLE_BRAND, Workspace, init_workspace
from domain.audit import Finding, FindingCode, LeastScore
from domain.brief import Brief
from domain.customer import Complaint
from domain.predicate import Bought, Everyone, Trait
from ledger import approvals, complaints, consent, identity_decisions, runs, sources, subjects
from ledger.people import Person
from ledger.sources import SourceDay
from tests.audit_world import NOW, PEOPLE, agreements, bring_in, order, profile, sound, visit
from tests.desk_world import make_desk
from tools.audit.growth import LiftTest, origin_of, pause
from workflows import campaign, data_audit
from workflows.saved_segments import save
from workflows.stack import Stack

GOAL = "Sell straps to all customers"


@dataclass(frozen=True)
class Shop:
    workspace: Workspace
    stack: Stack
    owner: Person


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    workspace = init_workspace(
        tmp_path / "shop", name="Halden", timezone="Europe/Berlin", currency="EUR",
        owner_name="Ada Winter", owner_email="ada@brand.example", brand=EXAMPLE_BRAND,
        simulated_at=NOW, environment={"MAINSPRING_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    with workspace.ledger.read() as tx:
        owner = workspace.person(tx)
    yield Shop(workspace, build_stack(workspace), owner)
    workspace.ledger.close()


async def test_data_in_order_have_no_finding_and_a_full_score(shop: Shop) -> None:
    bring_in(shop.workspace, sound(), agreements())
    found = await data_audit.audit(shop.stack)
    assert found.findings == ()
    assert found.headline == "Nothing in the data stands in a campaign's way."
    assert found.score.value == 100
    assert {part.value for part in found.score.parts} == {100}
    assert len(found.valuable) == len(PEOPLE)
    assert all(one.reachable and not one.traces for one in found.valuable)
    assert {row.field: row.good for row in found.matrix} == dict.fromkeys(
        (row.field for row in found.matrix), len(PEOPLE)
    )
    assert found.segments == ()
    standing = await data_audit.standing(shop.stack, Bought())
    assert standing is not None
    assert (standing.score.value, standing.of_audience, standing.quiet) == (100, (), ())


def planted() -> tuple[dict[Any, list[dict[str, Any]]], dict[FindingCode, set[str]]]:
    """The shop with one fault of each kind, and whom it was planted at."""
    rows = sound()
    profiles = {(row["customer_id"], row["source"]): row for row in rows["profiles"]}
    at: dict[FindingCode, set[str]] = {}

    def wrong(code: FindingCode, one: str, *systems: str, **changes: Any) -> None:
        for source in systems or ("crm", "shop"):
            profiles[one, source] |= changes
        at.setdefault(code, set()).add(one)

    wrong("no_address", "K00", email=None)
    wrong("no_name", "K01", first_name=None)
    wrong("invalid_values", "K02", birthday=date(2030, 1, 1))
    wrong("disagreement", "K03", "crm", phone="+4930999999")
    wrong("stale", "K04", said_at=NOW - timedelta(days=400))
    wrong("times_out_of_order", "K05", created_at=NOW - timedelta(days=2))
    wrong("duplicates", "K06", email="Same@brand.example")
    wrong("duplicates", "K07", email="same@brand.example")
    at["no_consent"], at["no_proof"] = {"K08"}, {"K09"}
    rows["orders"] += [order(3, None, key=f"U{n}", channel="boutique") for n in range(6)]
    rows["events"] += [
        visit(4, None, key="nobody", anonymous_id="device"),
        visit(5, "stranger", key="stranger"),
        visit(1, "K10", key="early", received_at=NOW - timedelta(days=2)),
    ]
    rows["events"] += [
        visit(day, "K11", key=f"app{day}", source="app") for day in range(20, 40)
    ]  # then silent
    return rows, at


def brought_in(shop: Shop) -> dict[FindingCode, set[str]]:
    rows, at = planted()
    consents = [
        *agreements(one for one in PEOPLE if one not in ("K08", "K09")),
        *agreements(["K09"], wording=""),
    ]
    bring_in(shop.workspace, rows, consents)
    workspace = shop.workspace
    unread = {"line": 7, "reason": "ordered_at: not a date", "row": {}}
    (workspace.quarantine_folder / "orders-old.jsonl").write_text(json.dumps(unread) + "\n")
    with workspace.ledger.write() as tx:
        sources.add(tx, "site", shop.owner)
        (source,) = sources.list_sources(tx)
        day = tx.real_now.date().isoformat()
        sources.count(
            tx,
            [
                SourceDay(
                    source_id=source.id,
                    day=day,
                    received=50,
                    quarantined=0,
                    left_out=0,
                    last_at=tx.real_now,
                )
            ],
        )
        key = (source.id, "Product Viewed", "price", "required")
        sources.count_violations(tx, day, {key: 2})
    return at


async def test_every_fault_planted_once_is_found_once(shop: Shop) -> None:
    at = brought_in(shop)
    stack = shop.stack
    found = await data_audit.audit(stack)
    of_people = {f.code: f for f in found.findings if f.by_person}
    of_rows = {f.code: f for f in found.findings if not f.by_person}
    assert Counter((f.code, f.by_person) for f in found.findings).most_common(1)[0][1] == 1
    assert {code: finding.people for code, finding in of_people.items()} == {
        code: len(people) for code, people in at.items()
    }
    for code, people in at.items():
        assert set(await data_audit.behind(stack, code)) == people
    assert set(of_rows) == {
        "unknown_buyers", "unknown_visitors", "quiet_source", "times_out_of_order", "off_plan",
        "unreadable",
    }  # fmt: skip
    assert (of_rows["unknown_buyers"].count, of_rows["unknown_buyers"].of) == (6, 66)
    assert of_rows["unknown_buyers"].details == (("boutique", 6),)
    assert of_rows["unknown_visitors"].count == 2
    assert of_rows["times_out_of_order"].count == 1
    assert (of_rows["off_plan"].count, of_rows["off_plan"].of) == (2, 50)
    assert of_rows["quiet_source"].what == "The source app has said nothing for 20 days."
    assert (of_rows["quiet_source"].people, of_rows["quiet_source"].top) == (1, None)
    assert (of_people["no_address"].people, of_people["no_address"].top) == (1, 1)
    assert of_people["duplicates"].details == (("e-mail", 2),)
    assert of_people["disagreement"].details == (("phone", 1),)
    assert _shares(found.score)["customers with a mail address"] == (18, 19)
    assert _shares(found.score)["sources that keep their rhythm"] == (2, 3)
    assert _shares(found.score)["of those who agreed, with the proof of it"] == (17, 18)
    assert [(c.channel, c.orders, c.unmatched) for c in found.channels] == [
        ("shop", 60, 0),
        ("boutique", 6, 6),
    ]


def _shares(score: Any) -> dict[str, tuple[int, int]]:
    return {s.name: (s.good, s.of) for part in score.parts for s in part.shares}


async def test_whom_a_person_parted_is_no_duplicate(shop: Shop) -> None:
    rows = sound()
    for one in rows["profiles"]:
        if one["customer_id"] in ("K06", "K07"):
            one["email"] = "home@brand.example"
    bring_in(shop.workspace, rows, agreements())
    codes = [finding.code for finding in (await data_audit.audit(shop.stack)).findings]
    assert "duplicates" in codes

    with shop.workspace.ledger.write() as tx:
        first, second = subjects.pseudonyms(tx, ["K06", "K07"]).values()
        made = identity_decisions.decide(tx, first, second, "apart", shop.owner)
    codes = [finding.code for finding in (await data_audit.audit(shop.stack)).findings]
    assert "duplicates" not in codes

    with shop.workspace.ledger.write() as tx:
        identity_decisions.undo(tx, made.id, shop.owner)
    codes = [finding.code for finding in (await data_audit.audit(shop.stack)).findings]
    assert "duplicates" in codes


async def test_the_hundred_are_traced_through_every_source(shop: Shop) -> None:
    brought_in(shop)
    found = await data_audit.audit(shop.stack)
    assert found.ranking.by == "value"
    assert [one.value for one in found.valuable] == sorted(
        (one.value for one in found.valuable), reverse=True
    )
    wrong = {(t.field, t.state): t.words for one in found.valuable for t in one.traces}
    assert wrong["Phone", "disagree"] == "crm ends in 999, shop ends in 003"
    assert wrong["E-mail", "missing"] == "no source says it"
    assert ("Customer since", "disagree") in wrong
    assert wrong["E-mail permission", "missing"] == "no answer is recorded"
    assert wrong["Proof of it", "missing"].startswith("agreed, and the wording")
    knows = dict(found.valuable[-1].knows)
    assert set(knows) <= {"crm", "shop", "site", "app"}
    assert {"e-mail", "phone"} <= set(knows["crm"])
    assert "orders (shop)" in knows["shop"]
    assert knows["site"] == ("site and app",)
    phone = next(row for row in found.matrix if row.field == "Phone")
    assert (phone.sources, phone.good) == (("crm", "shop"), 17)  # one contradicts, one is stale
    text = found.model_dump_json()
    assert "@brand" not in text
    assert "Winter" not in text
    assert not re.search(r"\bK\d\d\b", text)


async def test_whoever_complains_is_reached_by_no_promotion(shop: Shop) -> None:
    bring_in(shop.workspace, sound(), agreements())
    case = Complaint(
        customer_id="K03", case_id="7", source="support", opened_at=NOW - timedelta(days=2),
        closed_at=None,
    )  # fmt: skip
    with shop.stack.ledger.write() as tx:
        complaints.record(tx, [case])
    found = await data_audit.audit(shop.stack)
    (one,) = [one for one in found.valuable if not one.reachable]
    assert [(t.field, t.words) for t in one.traces] == [
        ("E-mail permission", "agreed, and a complaint is open: no promotions")
    ]


async def test_repairs_are_weighed_by_the_campaigns_that_they_change(shop: Shop) -> None:
    brought_in(shop)
    stack = shop.stack
    save(stack, "The one without an address", Trait(field="email", op="unknown"))
    with stack.ledger.write() as tx:
        for goal in (GOAL, "Sell rings to customers who bought a watch"):
            runs.start(tx, goal, shop.owner.id)
        started = runs.list_runs(tx)
    for run in started:
        await campaign.drive(stack, run.id)
    found = await data_audit.audit(stack)
    assert (found.campaigns, found.campaigns_are) == (2, "campaigns")
    assert [f.campaigns for f in found.findings] == sorted(
        (f.campaigns for f in found.findings), reverse=True
    )
    assert found.repairs == found.findings[:5]
    assert _named(found.findings, "unknown_buyers").campaigns == 1  # the other asks no orders
    assert _named(found.findings, "no_address").campaigns == 2
    worst = {one.name: one for one in found.segments}
    assert worst["The one without an address"].held_back == 1
    assert worst["The one without an address"].missing == (("no_address", 1),)
    everybody = next(one for one in found.segments if one.size == len(PEOPLE))
    assert everybody.held_back == len({"K00", "K02", "K03", "K06", "K07", "K08"})


def _named(findings: tuple[Finding, ...], code: FindingCode) -> Finding:
    return next(f for f in findings if f.code == code)


async def test_a_campaign_on_broken_data_says_so_and_below_the_limit_does_not_start(
    shop: Shop,
) -> None:
    brought_in(shop)
    stack = replace(shop.stack, least_score=LeastScore(whole=99.0))
    with stack.ledger.write() as tx:
        run = runs.start(tx, GOAL, shop.owner.id)
    stopped = await campaign.drive(stack, run.id)
    assert stopped.status == "waiting"
    assert "no campaign starts below 99" in stopped.detail
    assert "`mainspring audit data` names the repairs" in stopped.detail
    assert "Ada Winter may set audit.least_score otherwise" in stopped.detail
    with stack.ledger.read() as tx:
        assert approvals.for_run(tx, run.id) == []
    await campaign.drive(replace(stack, least_score=LeastScore(whole=50.0)), run.id)
    with stack.ledger.read() as tx:
        (asked,) = approvals.for_run(tx, run.id, "brief")
    said = Brief.model_validate(asked.content).unsupported
    assert (
        "2 of 19 (10.5 %) share an address or a phone number with another id: one person may get "
        "two mails." in said
    )
    assert any(one.startswith("app has said nothing for 20 days") for one in said)


async def test_one_part_of_the_score_alone_can_stop_a_campaign(shop: Shop) -> None:
    bring_in(shop.workspace, sound(), [])  # nobody was ever asked
    least = LeastScore(whole=50.0, parts=(("complete", 90.0), ("permission", 80.0)))
    stack = replace(shop.stack, least_score=least)
    with stack.ledger.write() as tx:
        run = runs.start(tx, GOAL, shop.owner.id)
    stopped = await campaign.drive(stack, run.id)
    assert stopped.status == "waiting"
    assert "Where the data should be proven permission they score 0 of 100" in stopped.detail
    assert "no campaign starts below 80 there" in stopped.detail
    assert "customers with an address who answered, 0 of 19" in stopped.detail
    assert "may set audit.least_permission otherwise" in stopped.detail
    found = await data_audit.audit(stack)
    assert fit_words(found.score, least).endswith(
        "no campaign starts: “Proven permission” is at 0, your limit for it is 80."
    )
    weakest = found.score.weakest
    assert weakest is not None
    assert weakest.code == "permission"
    with stack.ledger.write() as tx:
        consent.record(tx, agreements())
    assert (await campaign.drive(stack, run.id)).status != "failed"
    with stack.ledger.read() as tx:
        assert approvals.for_run(tx, run.id, "brief")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("channel: search", "it is no list of tests"),
        ("search", "it is no list of tests"),
        ("- {channel: search, start: 2026-03-01}", "test 1, end: field required"),
        (
            "- {channel: search, start: 2026-03-09, end: 2026-03-01, spend_change: -1, effect: 1, "
            "standard_error: 1}",
            "test 1: it ends on 2026-03-01, before it starts on 2026-03-09",
        ),
        (
            "- {channel: search, start: 2026-03-01, end: 2026-03-09, spend_change: -2, effect: 1, "
            "standard_error: 1}",
            "test 1, spend_change: input should be greater than or equal to -1",
        ),
        (
            "- {channel: search, start: 2026-03-01, end: 2026-03-09, spend_change: -1, "
            "effect: .inf, standard_error: 1}",
            "test 1, effect: input should be a finite number",
        ),
        ("- {channel: [", "while parsing a flow"),
        ("\0", "unacceptable character"),
    ],
)
async def test_lift_tests_that_cannot_be_read_are_refused_in_words(
    shop: Shop, written: str, said: str
) -> None:
    file = shop.workspace.folder / "lift_tests.yaml"
    file.write_text(written.replace("\\0", "\0"))
    with pytest.raises(data_audit.AuditError) as refused:
        await data_audit.audit(shop.stack)
    assert refused.value.code == "unreadable_tests"
    assert said in refused.value.what
    assert "\n" not in refused.value.what
    assert refused.value.thing == str(file)
    assert await data_audit.standing(shop.stack, Bought()) is not None  # campaigns go on
    file.unlink()
    file.mkdir()
    with pytest.raises(data_audit.AuditError, match="cannot be read"):
        await data_audit.audit(shop.stack)


EMPTY = "Nothing was imported yet."
NO_ROW_READ = "Nothing was imported yet: no row of any file could be read."
NOBODY = "There are no customers yet: no profile, and no order that names one."


@pytest.mark.parametrize(
    ("rows", "headline", "codes"),
    [
        ({}, EMPTY, {"nothing_imported"}),
        ({"events": [visit(1, "K00")]}, NOBODY, {"nothing_imported", "unknown_visitors"}),
        ({"orders": [order(1, None)]}, NOBODY, {"nothing_imported", "unknown_buyers", "no_events"}),
        (
            {"orders": [order(1, "K00")]},
            "1 of 1 customers cannot be mailed: no consent is recorded.",
            {"no_consent", "no_address", "no_name", "no_events"},
        ),
        (
            {"profiles": [profile("K00", "crm")]},
            "1 of 1 customers cannot be mailed: no consent is recorded.",
            {"no_consent", "no_events"},
        ),
    ],
    ids=["nothing", "events", "orders of nobody", "one order", "one customer"],
)
async def test_little_data_are_audited_in_plain_words(
    shop: Shop, rows: dict[Any, list[dict[str, Any]]], headline: str, codes: set[FindingCode]
) -> None:
    bring_in(shop.workspace, rows, [])
    found = await audit_data(shop.workspace, shop.stack)
    assert found.headline == headline
    assert {finding.code for finding in found.findings} == codes
    assert (found.score.value is None) == (found.described.customers == 0)
    assert list(audit_text(found, "EUR"))
    assert headline in audit_html(found, "Halden", Formats("en_GB", "Europe/Berlin", "EUR", NOW))
    standing = await data_audit.standing(shop.stack, Everyone())
    assert standing is not None
    assert standing.size == found.described.customers
    work = await audit_work(shop.workspace, shop.stack)
    assert work.roadmap.steps[0].proof.state == "open"


async def test_files_of_which_no_row_could_be_read_are_not_nothing(shop: Shop) -> None:
    unread = {"line": 7, "reason": "ordered_at: not a date", "row": {}}
    (shop.workspace.quarantine_folder / "orders-old.jsonl").write_text(json.dumps(unread) + "\n")
    found = await data_audit.audit(shop.stack)
    assert found.headline == NO_ROW_READ
    assert {finding.code for finding in found.findings} == {
        "nothing_imported", "unreadable", "no_events",
    }  # fmt: skip


async def test_the_kept_counts_follow_what_changes(shop: Shop) -> None:
    brought_in(shop)
    stack = shop.stack

    async def lacking(code: FindingCode) -> int:
        standing = await data_audit.standing(stack, Bought(at_least=0))
        assert standing is not None
        return standing.count(code)

    assert await lacking("no_consent") == 1
    with stack.ledger.write() as tx:
        consent.record(tx, agreements(["K08"]))
    assert await lacking("no_consent") == 0
    assert await lacking("no_name") == 1
    bring_in(shop.workspace, {"profiles": [profile("K01", "till")]}, [])
    assert await lacking("no_name") == 0


async def test_page_and_file_show_the_same_and_nobody_by_name(tmp_path: Path) -> None:
    async with make_desk(tmp_path, simulated_at=NOW) as desk:
        brought_in(Shop(desk.site.workspace, desk.site.stack, desk.people["owner"]))
        browser = await desk.signed_in("viewer")
        page = (await browser.get("/audit?no=4")).text
        file = (await browser.get("/audit/download?form=html")).text
        links = set(re.findall(r'href="(/people\?(?:finding|valuable)[^"]+)"', page))
        assert len(links) >= 8
        for link in sorted(links)[:3]:
            people = (await browser.get(link.replace("&amp;", "&"))).text
            assert "brand" in people
            assert not re.search(r"person\d+@", people)
    for text in (page, file):
        assert "2 of 19 customers share an address or a phone number" in text
        assert not re.search(r"person\d+@", text)
        assert "Winter0" not in text
    assert 'class="m-disagree"' in page
    assert "No. 4" in page
    assert "<script" not in file
    assert set(re.findall(r"https?://[^\"' )]+", file)) <= {"http://www.w3.org/2000/svg"}


async def test_where_customers_came_from_stands_on_their_first_touch(shop: Shop) -> None:
    rows = sound()
    for row in rows["orders"]:
        row["ordered_at"] = max(row["ordered_at"], NOW - timedelta(days=18, hours=1))
    touches = {
        "K00": {"context": {"campaign": {"medium": "email", "source": "news"}}},
        "K01": {"context": {"campaign": {"medium": "cpc", "source": "google"}}},
        "K02": {"utm_medium": "organic", "utm_source": "google"},
    }
    for one, said in touches.items():
        at = NOW - timedelta(days=30)
        rows["events"].append(visit(30, one, key=f"first{one}", at=at, properties=json.dumps(said)))
        later = json.dumps({"utm_medium": "affiliate"})
        rows["events"].append(visit(1, one, key=f"later{one}", properties=later))
    rows["orders"].append(order(2, None, key="U", channel="boutique"))
    bring_in(shop.workspace, rows, agreements())
    growth = (await data_audit.audit(shop.stack)).growth
    shown = {(row.origin, row.channel): row for row in growth.rows}
    assert shown["owned", "email"].new_customers == 1
    assert shown["rented", "google cpc"].new_customers == 1
    assert shown["other", "google organic"].new_customers == 1
    assert shown["owned", "boutique"].new_customers == 0
    assert shown["owned", "boutique"].revenue == 100
    assert shown["unknown", "shop, no first touch"].new_customers == len(PEOPLE) - 3
    assert sum(row.revenue for row in growth.rows) == 6100
    assert (growth.pause.low, growth.pause.high) == (None, None)
    assert growth.pause.why.startswith("Unknown: no experiment is on record.")
    test = "- {channel: google cpc, start: 2026-10-01, end: 2026-10-14, spend_change: -1, "
    test += "effect: -1400, standard_error: 200}\n"
    (shop.workspace.folder / "lift_tests.yaml").write_text(test)
    tested = (await data_audit.audit(shop.stack)).growth.pause
    assert tested.low is not None
    assert tested.high is not None
    a_month = 365.25 / 12 / 14
    assert (tested.low, tested.high) == pytest.approx(
        ((1400 - 1.959964 * 200) * a_month, (1400 + 1.959964 * 200) * a_month), abs=0.01
    )


@pytest.mark.parametrize(
    ("medium", "source", "channel", "origin"),
    [
        ("email", "klaviyo", "shop", "owned"),
        ("sms", None, "shop", "owned"),
        ("(none)", "(direct)", "shop", "owned"),
        (None, None, "boutique", "owned"),
        (None, None, "phone", "owned"),
        (None, None, "crm", "owned"),
        ("paid_social", "instagram", "shop", "rented"),
        (None, None, "amazon", "rented"),
        ("referral", "ebay", "shop", "rented"),
        ("organic", "google", "shop", "other"),
        ("social", "instagram", "shop", "other"),
        ("mystery", "", "shop", "unknown"),
        (None, None, "shop", "unknown"),
    ],
)
def test_whose_a_channel_is(
    medium: str | None, source: str | None, channel: str, origin: str
) -> None:
    assert origin_of(medium, source, channel)[0] == origin


def test_a_pause_is_scaled_from_the_latest_test_and_says_what_it_takes_for_granted() -> None:
    tests = [
        LiftTest(
            channel="Search", start=date(2026, 3, 1), end=date(2026, 3, 31), spend_change=0.5,
            effect=1000, standard_error=100,
        ),
        LiftTest(
            channel="search", start=date(2025, 3, 1), end=date(2025, 3, 31), spend_change=-1,
            effect=-9, standard_error=1,
        ),
    ]  # fmt: skip
    found = pause((), tests, touched=False)
    scale = 2 * (365.25 / 12) / 31
    assert found.low == pytest.approx((1000 - 196) * scale, abs=0.5)
    assert "as if the effect grew with the money" in found.why
