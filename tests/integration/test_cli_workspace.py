"""Making a workspace, its people, and the commands that need no campaign."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.integration.commanding import Commands


@pytest.fixture
def shop(tmp_path: Path) -> Commands:
    made = Commands(tmp_path / "shop", tmp_path / "home")
    made.init()
    return made


def test_init_makes_a_workspace_and_an_owner(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    answer = shop.data(
        "init", str(shop.folder), "--timezone", "Europe/London", "--currency", "GBP",
        "--owner", "Ada", "--email", "ada@example.test",
    )  # fmt: skip
    token = Path(answer["token_file"])
    assert token.is_relative_to(shop.home)
    assert not token.is_relative_to(shop.folder)
    if os.name == "posix":
        assert token.stat().st_mode & 0o777 == 0o600
    (person,) = shop.data("people", "list")
    assert (person["name"], person["role"]) == ("Ada", "owner")
    assert {path.name for path in shop.folder.iterdir()} >= {"mainspring.toml", "brand", "data"}
    everything = "".join(
        path.read_text(errors="replace") for path in shop.folder.rglob("*") if path.is_file()
    )
    assert token.read_text().strip() not in everything


def test_init_asks_for_zone_and_currency(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    said = shop.run("init", str(shop.folder), exits=2).stderr
    assert "--timezone and --currency must be said" in said
    assert not shop.folder.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--timezone", "Europe/Londn", "--currency", "GBP"), "Europe/London"),
        (("--timezone", "Europe/London", "--currency", "pounds"), "workspace.currency"),
        (("--timezone", "Europe/London", "--currency", "GBP", "--at", "2010-12-10"), "--simulated"),
        (
            ("--timezone", "Europe/London", "--currency", "GBP", "--simulated", "--at", "soon"),
            "no day or moment",
        ),
    ],
)
def test_init_says_what_is_wrong_and_leaves_nothing(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    assert said in shop.run("init", str(shop.folder), *options, exits=2).stderr
    assert not shop.folder.exists()
    assert not shop.home.exists()


def test_init_cites_no_line_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    said = shop.run(
        "init", str(shop.folder), "--timezone", "Mars/Phobos", "--currency", "EUR", exits=2
    ).stderr
    assert "'Mars/Phobos'" in said
    assert "line " not in said
    assert "mainspring.toml" not in said


def test_init_twice_is_refused_and_changes_nothing(shop: Commands) -> None:
    before = (shop.folder / "mainspring.toml").read_text()
    said = shop.run(
        "init", str(shop.folder), "--timezone", "UTC", "--currency", "EUR", exits=4
    ).stderr
    assert "There is a workspace in this folder already." in said
    assert (shop.folder / "mainspring.toml").read_text() == before


def test_init_never_writes_over_a_history_that_lost_its_settings(shop: Commands) -> None:
    (shop.folder / "mainspring.toml").unlink()
    said = shop.run("init", str(shop.folder), "--timezone", "UTC", "--currency", "EUR", exits=4)
    assert "ledger.sqlite" in said.stderr


def test_a_brand_folder_is_copied(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    shop.init("--brand", str(Path(__file__).parents[2] / "docs" / "examples" / "gift_shop"))
    assert "Quill & Barley" in (shop.folder / "brand" / "guide.yaml").read_text()


def test_a_folder_that_is_no_brand_is_refused(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    said = shop.run(
        "init", str(shop.folder), "--timezone", "UTC", "--currency", "EUR",
        "--brand", str(tmp_path), exits=4,
    )  # fmt: skip
    assert "guide.yaml" in said.stderr
    assert not shop.folder.exists()


@pytest.mark.parametrize("words", [("campaign", "list"), ("sending", "status")])
def test_a_damaged_history_is_a_sentence(shop: Commands, words: tuple[str, ...]) -> None:
    (shop.folder / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    error = shop.data(*words, exits=1)
    assert error["code"] == "damaged"
    assert "ledger.sqlite" in error["thing"]
    assert "backup" in error["next_step"]


def test_the_doctor_goes_on_where_one_part_is_broken(shop: Commands) -> None:
    (shop.folder / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    (shop.folder / "brand" / "guide.yaml").unlink()
    (shop.folder / "brand" / "guide.yaml").mkdir()
    checks = shop.data("doctor", exits=1)["checks"]
    assert {"settings", "history", "brand", "mail server", "disk"} <= {c["part"] for c in checks}
    assert all(check["mend"] for check in checks if check["state"] == "look")


def test_a_file_that_cannot_be_written_is_a_sentence(shop: Commands, tmp_path: Path) -> None:
    error = shop.data("audit", "journal", "--export", str(tmp_path / "nope" / "x.json"), exits=1)
    assert error["code"] == "file_refused"
    assert error["thing"].endswith("x.json")
    assert "folder" in error["next_step"]


def test_commands_act_as_the_token_s_person(shop: Commands) -> None:
    added = shop.data("people", "add", "Bo", "bo@example.test", "--role", "viewer")
    shop.environment = {"MAINSPRING_TOKEN": added["token"]}
    said = shop.run("sending", "pause", exits=4).stderr
    assert "Bo" in said or "viewer" in said
    shop.environment = {"MAINSPRING_TOKEN": "ms_wrong"}
    assert shop.run("sending", "pause", exits=4).stderr


def test_without_a_token_the_way_to_one_is_said(shop: Commands) -> None:
    next(shop.home.glob("*/token")).unlink()
    said = shop.run("sending", "pause", exits=3).stderr
    assert "MAINSPRING_TOKEN" in said


def test_a_removed_person_decides_nothing_any_more(shop: Commands) -> None:
    added = shop.data("people", "add", "Bo", "bo@example.test", "--role", "approver")
    shop.run("people", "remove", "bo@example.test")
    shop.environment = {"MAINSPRING_TOKEN": added["token"]}
    shop.run("sending", "pause", exits=4)


def test_pause_all_and_resume(shop: Commands) -> None:
    shop.run("sending", "pause", "--reason", "wrong price on the site")
    status = shop.data("sending", "status")
    assert status["pause"]["paused"] is True
    assert "wrong price on the site" in shop.run("sending", "status").stdout
    shop.run("sending", "resume")
    assert shop.data("sending", "status")["pause"]["paused"] is False


def test_schedules(shop: Commands) -> None:
    made = shop.data("schedule", "add", "0 9 * * MON", "Win back everybody.", "--catch-up", "all")
    assert (made["cron"], made["zone"], made["catch_up"]) == ("0 9 * * MON", "Europe/London", "all")
    assert [one["id"] for one in shop.data("schedule", "list")] == [made["id"]]
    shop.run("schedule", "remove", made["id"][-8:])
    assert shop.data("schedule", "list") == []


@pytest.mark.parametrize(
    "words",
    [
        ("schedule", "add", "every day", "Sell."),
        ("schedule", "add", "0 9 * * *", "Sell.", "--zone", "Mars/Base"),
        ("schedule", "add", "0 9 * * *", "Sell.", "--catch-up", "some"),
        ("schedule", "remove", "nothing"),
        ("campaign", "show", "nothing"),
        ("campaign", "new", "  "),
        ("approvals", "show"),
        ("approvals", "approve", "nothing"),
        ("report", "show", "nothing"),
        ("review", "resolve", "sent"),
        ("publish",),
        ("publish", "--once", "--worker"),
        ("import", "orders", "no-such-file.csv"),
        ("import", "nonsense", "file.csv"),
        ("import", "orders", "file.csv", "--map", "nonsense"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_something(shop: Commands, words: tuple[str, ...]) -> None:
    assert shop.run(*words, exits=2).stderr.strip()


def test_empty_lists_say_when_they_fill(shop: Commands) -> None:
    for words, said in (
        (("campaign", "list"), "No campaigns yet."),
        (("approvals", "list"), "Nothing waits for a yes."),
        (("schedule", "list"), "No schedules."),
        (("review", "list"), "Every message is accounted for."),
        (("sending", "status"), "Nothing is scheduled."),
    ):
        assert said in shop.run(*words).stdout


def test_the_history_is_shown_verified_and_exported(shop: Commands, tmp_path: Path) -> None:
    shop.run("sending", "pause")
    assert "sending paused by Ada" in shop.run("audit", "journal").stdout
    assert shop.data("audit", "journal", "--verify")["ok"] is True
    file = tmp_path / "history.jsonl"
    shop.run("audit", "journal", "--export", str(file))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))


def test_an_altered_history_is_found(shop: Commands) -> None:
    import sqlite3

    shop.run("sending", "pause")
    with sqlite3.connect(shop.folder / "ledger.sqlite") as connection:
        connection.execute("UPDATE journal SET data = replace(data, 'reason', 'season')")
    said = shop.run("audit", "journal", "--verify", exits=1).stdout
    assert "broken at entry" in said


def test_upgrade_of_a_present_workspace_changes_nothing(shop: Commands) -> None:
    assert "at this version" in shop.run("upgrade").stdout


def test_as_of_is_for_simulated_workspaces_alone(tmp_path: Path) -> None:
    real = Commands(tmp_path / "real", tmp_path / "home")
    real.run("init", str(real.folder), "--timezone", "UTC", "--currency", "EUR")
    said = real.run("campaign", "new", "Sell.", "--as-of", "2010-12-10", exits=4).stderr
    assert "simulated" in said


def test_what_the_ledger_knows_already_is_not_called_new(shop: Commands, tmp_path: Path) -> None:
    left = tmp_path / "left.csv"
    left.write_text("address,reason\na@example.test,spam\nb@example.test,bounce\n")
    listed = tmp_path / "products.jsonl"
    listed.write_text('{"id": "w", "name": "Watch", "price": {"amount": "9", "currency": "GBP"}}\n')
    for kind, file, rows in (("suppressions", left, 2), ("facts", listed, 1)):
        first = shop.data("import", kind, str(file))["intake"]
        again = shop.data("import", kind, str(file))["intake"]
        assert (first["added"], first["already_known"]) == (rows, 0)
        assert (again["added"], again["already_known"]) == (0, rows)
    assert "facts: 1 product; 0 new" in shop.run("import", "facts", str(listed)).stdout


def test_a_file_of_which_nothing_can_be_read_fails_and_changes_nothing(
    shop: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "products.jsonl"
    file.write_text('{"id": "w", "name": "Watch", "price": {"amount": "9", "currency": "GBP"}}\n')
    shop.run("import", "facts", str(file))
    file.write_text("nonsense\nmore of it\n" + json.dumps({"id": "x", "price": "free"}) + "\n")
    failed = shop.run("import", "facts", str(file), "--currency", "GBP", exits=1)
    assert "Nothing of this file could be read" in failed.stderr
    assert "products" not in failed.stderr
    doctor = json.loads(shop.run("doctor", "--json", exits=1).stdout)["data"]["checks"]
    assert not any("no facts are known" in check["what"] for check in doctor)


def test_contradictions_stand_in_the_audit(shop: Commands, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("customer_id,city,language\n1,Leeds,en\n1,York,en\n2,Hull,en\n3,Hull,zzzz9\n")
    shop.run("import", "customers", str(file))
    shop.run("import", "customers", str(file))
    audit = shop.data("audit", "data")
    assert audit["conflicts"] == 1
    assert (audit["quarantined"], audit["set_aside"]) == (0, 1)
    assert ["customers contradicted in one file", "1"] in audit["rows"]
