"""``mainspring voice``: from past copy to a guide in force, and who may do what."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from brand_voice.brand import EXAMPLE, load_brand
from domain.voice import Guide
from tests.integration.commanding import Commands

MESSAGES = EXAMPLE / "messages"
LETTERS = len(list(MESSAGES.glob("*.md")))
GERMAN = len(list(MESSAGES.glob("*-de.md")))


@pytest.fixture
def shop(tmp_path: Path) -> Commands:
    made = Commands(tmp_path / "shop", tmp_path / "home")
    made.init()
    return made


def in_force(shop: Commands) -> Guide:
    return load_brand(shop.folder / "brand").guide


def test_learnt_edited_approved_and_taken_back(shop: Commands) -> None:
    before = in_force(shop)
    learnt = shop.data("voice", "learn", str(MESSAGES))
    assert [(p["channel"], p["language"], p["texts"]) for p in learnt["read"]] == [
        ("email", "de", GERMAN), ("email", "en", LETTERS - GERMAN),
    ]  # fmt: skip
    assert in_force(shop) == before, "a proposal changes nothing"

    file = shop.folder / "brand" / "voice" / "proposal.yaml"
    text = file.read_text("utf-8")
    assert f"exclamation marks in 0 of {LETTERS} texts" in text
    assert '- "half an hour"  # in ' in text
    file.write_text(text.replace('- "half an hour"', '- "thirty minutes"'), encoding="utf-8")
    waiting = shop.data("voice", "versions")["proposal"]
    assert waiting != learnt["version"], "an edited proposal is another version"
    shop.run("voice", "approve", learnt["version"], exits=2)

    said = shop.run("voice", "diff").stdout
    assert "Words we use:\n" in said
    assert "  + thirty minutes\n" in said
    shop.run("voice", "approve", waiting[-8:])
    now = in_force(shop)
    assert now.version() == waiting
    assert "thirty minutes" in now.words_we_use
    assert not now.exclamation_marks
    assert now.brand == before.brand
    assert not file.exists()
    listed = shop.data("voice", "versions")
    assert listed["proposal"] is None
    now_row, before_row = listed["versions"]
    assert (now_row["version"], now_row["in_force"], now_row["texts"]) == (waiting, True, LETTERS)
    assert now_row["approved_by"] == "Ada"
    assert (before_row["version"], before_row["approved_by"]) == (before.version(), "")

    shop.run("voice", "approve", before.version())
    assert in_force(shop) == before
    changes = shop.data("voice", "diff", waiting[-8:], "in-force")["changes"]
    assert "thirty minutes" in next(c for c in changes if c["field"] == "words_we_use")["gone"]
    history = [e["kind"] for e in shop.data("audit", "journal")]
    assert history[:3] == ["voice_approved", "voice_approved", "voice_learnt"]


def test_who_may(shop: Commands) -> None:
    token = shop.data("people", "add", "Jo", "jo@example.test", "--role", "author")["token"]
    viewer = shop.data("people", "add", "Vi", "vi@example.test", "--role", "viewer")["token"]
    shop.environment["MAINSPRING_TOKEN"] = viewer
    shop.run("voice", "learn", str(MESSAGES), exits=4)
    shop.environment["MAINSPRING_TOKEN"] = token
    version = shop.data("voice", "learn", str(MESSAGES))["version"]
    shop.run("voice", "approve", version, exits=4)
    assert in_force(shop).version() != version
    shop.environment["MAINSPRING_TOKEN"] = viewer
    shop.run("voice", "discard", exits=4)
    shop.environment["MAINSPRING_TOKEN"] = token
    shop.run("voice", "discard")
    shop.run("voice", "diff", exits=4)


def test_people_s_lists_are_kept_and_what_was_not_shown_stays(shop: Commands) -> None:
    shutil.copytree(EXAMPLE, shop.folder / "brand", dirs_exist_ok=True)
    before = in_force(shop)
    shop.run("voice", "learn", str(MESSAGES))
    text = (shop.folder / "brand" / "voice" / "proposal.yaml").read_text("utf-8")
    after = Guide.model_validate(yaml.safe_load(text))
    for field in ("we_are", "we_are_not", "principles", "banned", "cliches", "words_we_use"):
        old, new = getattr(before, field), getattr(after, field)
        assert new[: len(old)] == old, field
        assert len(set(new)) == len(new) or field == "banned"
    assert after.legal == before.legal
    assert after.postal_address == before.postal_address
    assert after.percent_off_most == before.percent_off_most
    assert after.greetings == before.greetings
    assert after.closings == before.closings
    assert 7 < after.sentence_words_average < 9.5
    assert "likely between" in text
    assert "in force: 12" in text


def test_a_guide_by_hand_and_what_cannot_be_read(shop: Commands, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("brand: Shop\nemoji: false\n", encoding="utf-8")
    version = shop.data("voice", "propose", str(own))["version"]
    assert "Emoji:\n  - allowed\n  + none\n" in shop.run("voice", "diff").stdout
    own.write_text("brand: Shop\nemojis: false\n", encoding="utf-8")
    refused = shop.data("voice", "propose", str(own), exits=2)
    assert refused["code"] == "unreadable_file"
    assert "emojis" in refused["what"]
    shop.run("voice", "approve", version)
    assert shop.data("voice", "learn", "https://brand.example", exits=2)["code"] == "address"
    assert shop.data("voice", "learn", str(tmp_path / "no"), exits=2)["code"] == "missing_file"
    empty = tmp_path / "empty.md"
    empty.write_text("\n")
    assert shop.data("voice", "learn", str(empty), exits=2)["code"] == "nothing_learnt"
    assert shop.data("voice", "learn", str(own), "--channel", "fax", exits=2)["code"] == (
        "unknown_channel"
    )
    assert shop.run("voice", "show").stdout.startswith("brand: Shop\nemoji: false\n# Version ")
