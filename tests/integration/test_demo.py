"""The demo whole, as a newcomer runs it: once, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import pytest

from app.workspace import Workspace, open_workspace
from evals.demo.setting import DemoError, clear
from ledger import approvals, journal, people, publications

MOST_MB = 1024
MAINSPRING = str(Path(sys.executable).with_name("mainspring"))


@dataclass(frozen=True)
class Played:
    """What the demo left behind."""

    data: dict[str, Any]
    folder: Path
    environment: dict[str, str]

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        opened = open_workspace(self.folder, self.environment)
        yield opened
        opened.ledger.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    place = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "MAINSPRING_HOME": str(place / "home")}
    folder = place / "demo"
    with (place / "said.json").open("w+b") as said:
        process = subprocess.Popen(
            [MAINSPRING, "demo", "--folder", str(folder), "--json"],
            stdout=said,
            env=environment,
        )
        process.wait()
        said.seek(0)
        answer = json.loads(said.read())
    assert process.returncode == 0, answer
    assert answer["schema"] == "demo.v1"
    return Played(answer["data"], folder, environment)


def test_the_first_campaign_shows_its_effect_and_the_second_shows_none(played: Played) -> None:
    first, second = played.data["campaigns"]
    assert first["kpi"] == "viewing_booked"
    assert first["shown"]
    assert first["low"] > 0
    assert first["low"] <= first["true_effect"] <= first["high"]
    assert not second["shown"]
    assert second["true_effect"] == 0
    assert second["low"] <= 0 <= second["high"]
    assert second["title"].startswith("No effect shown")


def test_every_mail_arrived_once_and_nobody_held_back_got_one(played: Played) -> None:
    parser = BytesHeaderParser()
    heads = [
        parser.parsebytes(path.read_bytes()) for path in (played.folder / "inbox").glob("*.eml")
    ]
    mailed = Counter(head["X-Mainspring-Campaign"] for head in heads)
    assert mailed == {c["campaign_id"]: c["mailed"] for c in played.data["campaigns"]}
    assert sum(mailed.values()) == played.data["mails"] <= 4_000
    assert len({head["Message-ID"] for head in heads}) == len(heads)
    assert all(head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for head in heads)
    with played.workspace() as opened, opened.ledger.read() as tx:
        for told in played.data["campaigns"]:
            rows = publications.assignments(tx, told["campaign_id"])
            held = [row for row in rows if row.arm == "held_back"]
            assert len(held) == told["held_back"] > 100
            assert all(row.state is None for row in held)


def test_decisions_are_the_demo_approvers_and_the_history_holds(played: Played) -> None:
    with played.workspace() as opened, opened.ledger.read() as tx:
        for told in played.data["campaigns"]:
            for approval in approvals.for_run(tx, told["campaign_id"]):
                if approval.status == "approved":
                    assert approval.decided_by is not None
                    assert people.get(tx, approval.decided_by).role == "demo_approver"
        chain = journal.verify(tx)
        assert chain.ok
        (waiting,) = approvals.pending(tx)
        assert waiting.id == played.data["waiting"]
        assert waiting.gate == "brief"


def test_reports_lie_where_the_demo_says(played: Played) -> None:
    for told in played.data["campaigns"]:
        page = Path(told["report"])
        assert page.is_file()
        assert told["title"].split(",")[0][:30] in page.read_text("utf-8")
        assert page.with_name("report.md").is_file()


def test_it_stays_within_its_memory(played: Played) -> None:
    assert played.data["peak_mb"] < MOST_MB


def test_the_newcomer_decides_about_the_third_campaign(played: Played) -> None:
    """The command that the demo ends with, as it is told."""
    done = subprocess.run(
        [MAINSPRING, "approvals", "approve", played.data["waiting"], "--advance"],
        cwd=played.folder,
        env=played.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # 3: the campaign has gone on, and waits for a word on what would go out.
    assert done.returncode in (0, 3), done.stdout + done.stderr
    with played.workspace() as opened, opened.ledger.read() as tx:
        (waiting,) = approvals.pending(tx)
        assert waiting.gate == "publish"
        decided = approvals.get(tx, played.data["waiting"])
        assert decided.decided_by is not None
        assert people.get(tx, decided.decided_by).role == "owner"


def test_the_third_campaign_goes_out_by_what_the_demo_says(played: Played) -> None:
    """After the test above: the second yes, the inbox once more, and time that passes."""

    def said(*words: str) -> str:
        done = subprocess.run(
            [MAINSPRING, *words],
            cwd=played.folder,
            env=played.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    with played.workspace() as opened, opened.ledger.read() as tx:
        (waiting,) = approvals.pending(tx)
    said("approvals", "approve", waiting.id, "--advance")
    inbox = subprocess.Popen(
        [MAINSPRING, "demo", "inbox", "--folder", str(played.folder)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=played.environment,
        text=True,
    )
    try:
        assert inbox.stdout is not None
        assert "Keeping mails" in inbox.stdout.readline()
        after = said("publish", "--once")
        for _ in range(20):
            going = re.search(r"--as-of (\S+)", after)
            if going is None:
                break
            after = said("publish", "--once", "--as-of", going[1])
    finally:
        inbox.send_signal(signal.SIGINT)
        inbox.wait(timeout=10)
    with played.workspace() as opened, opened.ledger.read() as tx:
        rows = publications.assignments(tx, waiting.run_id)
    states = Counter(row.state for row in rows if row.state is not None)
    assert set(states) <= {"sent", "left_out"}
    assert len(list((played.folder / "inbox").glob("*.eml"))) == (
        played.data["mails"] + states["sent"]
    )


def test_it_replaces_an_earlier_demo_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(DemoError) as caught:
        clear(tmp_path)
    assert caught.value.code == "not_a_demo"
    assert (tmp_path / "thesis.txt").exists()
    place = clear(tmp_path / "demo")
    (place / "inbox").mkdir()
    assert not (clear(place) / "inbox").exists()
