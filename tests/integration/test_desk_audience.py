"""Audience, brand and data audit in the desk, over a small shop with known numbers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app.importing import import_file
from app.views.audience import list_segments, rule_json
from app.views.building import built, from_rule
from domain.errors import MainspringError
from domain.predicate import (
    Agreed,
    AllOf,
    AnyOf,
    Bought,
    Did,
    InSegment,
    NotThat,
    Predicate,
    Property,
    Score,
    Sequence,
    Spent,
    Stage,
    Step,
    Trait,
)
from tests.desk_world import Desk, make_desk
from workflows.saved_segments import save, saved, with_named, without_names

CUSTOMERS = """customer_id,email,country,email_consent,email_consent_at,email_consent_source
K1,a@example.test,DE,yes,2026-01-01,till
K2,b@example.test,DE,yes,2026-01-01,till
K3,c@example.test,AT,,,
K4,,DE,,,
K5,not an address,DE,no,,
"""
ORDERS = """order_id,customer_id,ordered_at,sku,category,quantity,price,channel
1,K1,2026-01-05T10:00:00Z,R1,ring,1,100,shop
2,K1,2026-03-05T10:00:00Z,W1,watch,1,900,boutique
3,K2,2026-02-05T10:00:00Z,R1,ring,1,100,shop
4,K3,2026-02-06T10:00:00Z,R1,ring,2,100,shop
5,K3,2026-05-06T10:00:00Z,S1,strap,x,50,shop
"""


def bring_in(desk: Desk, folder: Path) -> None:
    """The small shop's files, and the facts of the example brand."""
    workspace, owner = desk.site.workspace, desk.people["owner"]
    for kind, text in (("customers", CUSTOMERS), ("orders", ORDERS)):
        file = folder / f"{kind}.csv"
        file.write_text(text, "utf-8")
        import_file(
            workspace, kind, file,  # type: ignore[arg-type]
            mapping={}, timezone="Europe/Berlin", currency="EUR", person=owner,
        )  # fmt: skip
    for facts in ("products.jsonl", "house.jsonl"):
        import_file(
            workspace, "facts", workspace.brand_folder / facts,
            mapping={}, timezone=None, currency=None, person=owner,
        )  # fmt: skip


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make_desk(tmp_path) as made:
        bring_in(made, tmp_path)
        yield made


async def test_segments_have_their_true_sizes(desk: Desk) -> None:
    found = {s.name: (s.size, s.reachable) for s in await list_segments(desk.site.stack)}
    assert found["Bought once so far"] == (2, 1)
    assert found["Came back"] == (1, 1)
    assert found["Known, never bought"] == (2, 0)
    assert found["Bought: ring"] == (3, 2)
    assert found["Bought in: boutique"] == (1, 1)
    browser = await desk.signed_in("viewer")
    page = await browser.get("/audience")
    assert "2 of 5 people can be mailed" in page.text
    left_out = dict(
        re.findall(r"<td>([^<]+)</td><td class=\"num\"><a href=\"/people[^>]+>(\d+)", page.text)
    )
    assert left_out["no mail address is known"] == "2"
    assert left_out["they have not agreed to marketing mail"] == "1"


async def test_every_number_of_a_segment_leads_to_people(desk: Desk) -> None:
    browser = await desk.signed_in("viewer")
    rule = rule_json(Bought(categories=("ring",)))
    page = await browser.get(f"/audience/segment?{urlencode({'rule': rule, 'name': 'Ring'})}")
    assert "3 people, 2 of them can be mailed" in page.text
    assert "SELECT" in page.text
    links = set(re.findall(r'href="(/people[^"]+)"', page.text))
    assert len(links) >= 2
    for link in links:
        shown = await browser.get(link.replace("&amp;", "&"))
        assert shown.status_code == 200
        assert "a@example.test" not in shown.text


async def test_a_rule_is_built_and_what_the_data_do_not_have_is_refused(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    fields = {
        "join": "all", "c0.kind": "bought", "c0.at_least": "1", "c0.categories": "ring",
        "c1.kind": "bought", "c1.negated": "on", "c1.channels": "boutique",
    }  # fmt: skip
    page = await browser.get("/audience/build", params=fields)
    assert "2 people, 1 can be mailed" in page.text
    as_text = "Bought ring at least once and not (bought in boutique at least once)"
    assert as_text in page.text
    wrong = await browser.get("/audience/build", params={**fields, "c0.categories": "rng"})
    assert "The data have no category" in wrong.text
    assert "use one of: ring" in wrong.text
    odd = await browser.get("/audience/build", params={**fields, "c0.at_least": "two"})
    assert "“two” is no whole number." in odd.text
    shut = await browser.get("/audience/build", params={**fields, "c0.at_most": "0"})
    assert "nothing is at least 1 and at most 0" in shut.text
    event = await browser.get(
        "/audience/build", params={"c0.kind": "did", "c0.event": "Email Opend"}
    )
    assert "Email Opened" in event.text.partition("use one of")[2][:80]


async def test_a_named_segment_starts_a_campaign(desk: Desk) -> None:
    browser = await desk.signed_in("author")
    rule = Bought(categories=("ring",))
    answer = await browser.post(
        "/audience/save", data={"rule": rule_json(rule), "name": "Ring folk"}
    )
    assert answer.status_code == 303
    assert saved(desk.site.stack)[0].rule == rule
    page = await browser.get(answer.headers["location"])
    assert "For the people of “Ring folk”: " in page.text
    listed = await list_segments(desk.site.stack)
    assert [s.name for s in listed if s.group == "saved"] == ["Ring folk"]
    viewer = await desk.signed_in("viewer")
    refused = await viewer.post("/audience/save", data={"rule": rule_json(rule), "name": "x"})
    assert refused.status_code == 403
    text = "Get viewings for the dress watch from “Ring folk”"
    blank, named = without_names(text, saved(desk.site.stack))
    assert len(blank) == len(text)
    assert [s.name for s in named] == ["Ring folk"]
    from agents.house.goal_grammar import read_goal
    from agents.tasks import GoalText

    goal = read_goal(GoalText(text=blank, today=date(2026, 11, 24), currency="EUR"))
    assert with_named(goal, text, named, named).audience == rule
    text = "Write to the people of “Ring fork”"
    goal = read_goal(GoalText(text=text, today=date(2026, 11, 24), currency="EUR"))
    (missed,) = with_named(goal, text, [], named).impossible
    assert (missed.code, missed.instead) == ("unknown_segment", "“Ring folk”")
    assert (await browser.post("/audience/forget", data={"name": "Ring folk"})).status_code == 303
    assert saved(desk.site.stack) == ()
    with pytest.raises(MainspringError):
        save(desk.site.stack, "a “quoted” name", rule)


@pytest.mark.parametrize(
    "rule",
    [
        Bought(at_least=2, categories=("ring", "watch"), since=date(2026, 1, 1)),
        AllOf(of=(Spent(at_least="10.5"), NotThat(that=Did(event="Email Opened")))),
        AnyOf(of=(Trait(field="country", op="in", value=("DE", "AT")), Bought())),
        Trait(field="email", op="unknown"),
        AllOf(
            of=(
                Bought(last_days=90, older_days=7, worth_at_least="250"),
                Did(
                    event="Product Viewed",
                    where=(
                        Property(name="price", op="at_least", value="500"),
                        Property(name="brand", op="in", value=("Omega", "Halden")),
                    ),
                ),
                Stage(stages=("at_risk", "lapsed")),
                NotThat(that=Agreed(purpose="sms_marketing")),
                Score(score="value", at_least=4),
                InSegment(name="Ring folk"),
                Sequence(
                    steps=(
                        Step(that=Did(event="Product Viewed", last_days=30)),
                        Step(that=Bought(products=("W1",)), within_days=7, negated=True),
                    )
                ),
            )
        ),
    ],
)
def test_a_rule_survives_its_form(rule: Predicate) -> None:
    draft = from_rule(rule)
    form: dict[str, str] = {"join": draft.join}
    for number, clause in enumerate(draft.clauses):
        form[f"c{number}.kind"] = clause.kind
        if clause.negated:
            form[f"c{number}.negated"] = "on"
        form |= {f"c{number}.{name}": value for name, value in clause.values.items()}
    assert built(form).rule == rule


async def test_the_audit_names_repairs_people_and_rows_not_read(desk: Desk) -> None:
    browser = await desk.signed_in("owner")
    page = await browser.get("/audit")
    assert "2 of 5 customers cannot be mailed: no consent is recorded" in page.text
    assert re.search(r"[\d,]+ entries, unbroken", page.text)
    unread = re.findall(r'href="(/audit/unread/[^"]+)"', page.text)
    orders = next(link for link in unread if "orders" in link)
    rows = await browser.get(orders)
    assert "quantity: not a number" in rows.text
    assert "K3" not in rows.text
    people = await browser.get(next(link for link in unread if "customers" in link))
    assert "the row was kept without this value" in people.text
    assert "</span> n…" in people.text
    assert (await browser.get("/audit/unread/..%2Fledger.sqlite")).status_code == 404
    downloaded = json.loads((await browser.get("/audit/download?form=json")).text)
    assert downloaded["audit"]["agreed"] == 2
    assert "<h1>" in (await browser.get("/audit/download?form=html")).text
    history: list[Any] = [
        json.loads(line) for line in (await browser.get("/audit/history.jsonl")).text.splitlines()
    ]
    assert [entry["seq"] for entry in history] == list(range(1, len(history) + 1))
    author = await desk.signed_in("author")
    assert (await author.get("/audit/history.jsonl")).status_code == 403


async def test_the_brand_is_readable(desk: Desk) -> None:
    browser = await desk.signed_in("viewer")
    guide = await browser.get("/brand")
    assert "Name the flaw before the customer finds it." in guide.text
    facts = await browser.get("/brand/facts")
    assert "106 facts that mails may cite" in facts.text
    photo = re.search(r'src="(/brand/photo/[^"]+)"', facts.text)
    assert photo is not None
    picture = await browser.get(photo[1])
    assert picture.headers["content-type"].startswith("image/")
    assert (await browser.get("/brand/photo/..%2F..%2Fmainspring.toml")).status_code == 404
    library = await browser.get("/brand/library?kind=subject&language=de&proven=on")
    assert "Proven" in library.text
    assert ">German · " in library.text
    assert ">English · " not in library.text
    pages = await browser.get("/brand/library?page=2")
    assert "Page 2 of" in pages.text
