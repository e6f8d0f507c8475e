"""``mainspring identity`` from import to undo, with the resolution that workspaces use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.commanding import Commands

SHOP = """customer_id,email,first_name,last_name,phone
shop-1,lena@x.example,Lena,Kraus,
shop-2,tom@x.example,Tom,Berg,
shop-3,eva@x.example,Eva,Stone,
"""
CRM = """customer_id,email,first_name,last_name
crm-7,LENA@x.example,Lena,Kraus
crm-8,zoe@y.example,Zoe,Quill
"""


@pytest.fixture
def shop(tmp_path: Path) -> Commands:
    commands = Commands(tmp_path / "shop", tmp_path / "home")
    commands.init()
    for name, text in (("shop.csv", SHOP), ("crm.csv", CRM)):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        commands.run("import", "customers", str(file), "--tz", "Europe/London")
    return commands


def test_found_explained_decided_and_undone(shop: Commands) -> None:
    assert "Nobody has looked yet" in shop.run("identity", "list").stdout
    found = shop.data("identity", "run")
    assert (found["customers"], found["persons"]) == (5, 4)
    assert found["by_rule"] == [["same_email", 1]]
    shown = shop.data("identity", "show", "crm-7")
    (merge,) = shown["merges"]
    assert {merge["customer_id"], merge["person"]} == {"crm-7", "shop-1"}
    said = shop.run("identity", "show", "shop-1").stdout
    assert "both have the address l…@…" in said
    assert f"mainspring identity decide {merge['customer_id']} {merge['person']} apart" in said

    apart = shop.data("identity", "decide", "shop-1", "crm-7", "apart")
    shop.run("identity", "decide", "shop-2", "crm-8", "same")
    assert shop.data("identity", "run")["persons"] == 4
    (merge,) = shop.data("identity", "list", "merged")
    assert {merge["customer_id"], merge["person"]} == {"crm-8", "shop-2"}
    assert len(shop.data("identity", "list", "decided")) == 2
    assert "A person decided" in shop.run("identity", "list", "apart").stdout
    shop.run("identity", "undo", apart["id"])
    assert shop.data("identity", "run")["persons"] == 3

    error = shop.data("identity", "decide", "shop-1", "nobody", "same", exits=2)
    assert error["code"] == "unknown_customer"
    assert shop.data("identity", "undo", "ffff", exits=2)["code"] == "unknown_id"
    assert shop.data("identity", "decide", "shop-1", "shop-1", "same", exits=2)


def test_a_number_ties_two_surnames_where_the_settings_say_that_it_is_one_persons(
    shop: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "app.csv"
    file.write_text(
        "customer_id,first_name,last_name,phone\n"
        "app-1,Ida,Wolf,+4915112643798\napp-2,,Lang,+4915112643798\n",
        "utf-8",
    )
    shop.run("import", "customers", str(file), "--tz", "Europe/London")
    assert "same_phone" not in dict(shop.data("identity", "run")["by_rule"])
    monkeypatch.setenv("MAINSPRING_IDENTITY_PHONES_ARE_SHARED", "false")
    assert dict(shop.data("identity", "run")["by_rule"])["same_phone"] == 1
