"""The front page: quick, whole, and clear about wrong words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import BROUGHT, COMMANDS, app, load
from app.output import print_error
from domain.errors import MainspringError, PersonNeeded, Refused, WrongUsage

MAINSPRING = Path(sys.executable).with_name("mainspring")


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(MAINSPRING), *words], capture_output=True, text=True, check=False, cwd=cwd
    )


def test_help_names_every_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for name, line in COMMANDS.items():
        assert name in shown.stdout
        assert line in shown.stdout


def test_help_imports_typer_alone() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import app.cli"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines()}
    ours = {name for name in loaded if name.split(".")[0] in ("app", "domain", "ledger", "tools")}
    assert ours == {"app", "app.cli", "domain", "domain.errors"}


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in BROUGHT])
def test_every_command_loads_and_has_help(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    assert "Usage: mainspring" in shown.output


def test_brought_commands_are_entry_points() -> None:
    assert {found.name for found in entry_points(group="mainspring.commands")} == set(BROUGHT)


def test_a_misspelt_command_is_wrong_usage_with_a_hint() -> None:
    shown = run("campain")
    assert shown.returncode == 2
    assert "Did you mean 'campaign'?" in shown.stderr


def test_no_command_shows_the_page() -> None:
    assert "Commands:" in run().stdout + run().stderr


def test_outside_a_workspace_the_next_step_is_said(tmp_path: Path) -> None:
    shown = run("campaign", "list", cwd=tmp_path)
    assert shown.returncode == 2
    assert "There is no workspace" in shown.stderr
    assert "mainspring init" in shown.stderr
    assert shown.stdout == ""


def test_errors_have_a_json_form(tmp_path: Path) -> None:
    shown = run("campaign", "list", "--json", cwd=tmp_path)
    assert shown.returncode == 2
    error = json.loads(shown.stdout)
    assert error["schema"] == "error.v1"
    assert error["data"]["code"] == "no_workspace"
    assert error["data"]["next_step"]


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("--bogus",),
        ("campaign", "new"),
        ("campaign", "nonsense"),
        ("import", "nope", "x.csv"),
        ("audit", "journal", "--limit", "many"),
    ],
)
def test_wrong_words_have_the_json_form_too(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--json"])
    assert shown.exit_code == 2
    error = json.loads(shown.stdout)
    assert error["schema"] == "error.v1"
    assert error["data"]["code"] == "wrong_words"
    assert "--help" in error["data"]["next_step"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("mainspring.toml: no", "mainspring.toml: no.\n"),
        ("guide.yaml: no.", "guide.yaml: no.\n"),
        ("it was. Not", "It was. Not.\n"),
        ("", ".\n"),
    ],
)
def test_a_sentence_begins_large_and_a_file_keeps_its_name(
    what: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_error(MainspringError("code", what), as_json=False)
    assert capsys.readouterr().err == said


def test_each_kind_of_error_has_its_exit_code() -> None:
    codes = [kind.exit_code for kind in (MainspringError, WrongUsage, PersonNeeded, Refused)]
    assert codes == [1, 2, 3, 4]


def test_a_missing_command_of_another_room_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [])
    with pytest.raises(MainspringError, match="not installed"):
        load("demo")


def test_the_version_is_said() -> None:
    assert run("--version").stdout.startswith("mainspring ")


def test_output_survives_a_terminal_that_knows_no_unicode(tmp_path: Path) -> None:
    ran = subprocess.run(
        [str(MAINSPRING), "--help"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 0
