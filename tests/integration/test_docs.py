"""The pages of docs/ tell the truth: their commands run, and print what the page says.

In a block marked ``console`` a line that begins with ``$ `` is a command; what follows must stand
in its output in that order. ``…`` stands for anything, and eight hexadecimal digits stand for the
end of an id, which later commands then use. ``# exits 3`` after a command says how it ends.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.commanding import Inbox, port_of, serve

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXITS = re.compile(r"\s+# exits (\d)$")
ID = re.compile(r"\b[0-9a-f]{8}\b")
PAGES = sorted(path.name for path in DOCS.glob("*.md") if BLOCK.search(path.read_text("utf-8")))
NEED_DATA = {"bring-your-own-data.md"}


@dataclass
class Step:
    command: str
    exits: int = 0
    output: list[str] = field(default_factory=list)


def steps_of(page: Path) -> list[Step]:
    found: list[Step] = []
    for block in BLOCK.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                exits = EXITS.search(line)
                command = EXITS.sub("", line[2:])
                found.append(Step(command, int(exits[1]) if exits else 0))
            elif line.startswith("> "):
                found[-1].command += "\n" + line[2:]
            elif line.strip():
                found[-1].output.append(line)
    return found


def pattern_of(line: str, ids: list[str]) -> re.Pattern[str]:
    """The line as a pattern; ids that are not known yet become groups."""
    parts: list[str] = []
    for piece in re.split(r"(…|\b[0-9a-f]{8}\b)", " ".join(line.split())):
        if piece == "…":
            parts.append(".*")
        elif ID.fullmatch(piece):
            ids.append(piece)
            parts.append("([0-9a-f]{8})")
        else:
            parts.append(re.escape(piece))
    return re.compile("".join(parts))


def follow(step: Step, output: str, known: dict[str, str]) -> None:
    """Check the output of a step, and learn the ids that it shows."""
    lines = iter(" ".join(line.split()) for line in output.splitlines())
    for expected in step.output:
        ids: list[str] = []
        pattern = pattern_of(expected, ids)
        match = next((found for line in lines if (found := pattern.search(line))), None)
        assert match, f"{step.command}\nnever printed: {expected}\nbut:\n{output}"
        known |= dict(zip(ids, match.groups(), strict=True))


@pytest.fixture
def around(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str], Inbox]]:
    """A folder with the project's docs in it, and a mail server on this machine."""
    (tmp_path / "docs").symlink_to(DOCS)
    inbox = Inbox()
    server = serve(inbox)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("MAINSPRING_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MAINSPRING_HOME": str(tmp_path / "home"),
        "MAINSPRING_SENDING_SMTP_PORT": str(port_of(server)),
        "MAINSPRING_SENDING_SMTP_HOST": "127.0.0.1",
    }
    yield tmp_path, environment, inbox
    server.stop()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_run(
    page: str,
    around: tuple[Path, dict[str, str], Inbox],
    request: pytest.FixtureRequest,
) -> None:
    folder, environment, _ = around
    if page in NEED_DATA:
        environment["DATA"] = str(request.getfixturevalue("shared_data"))
    known: dict[str, str] = {}
    for step in steps_of(DOCS / page):
        command = ID.sub(lambda match: known.get(match[0], match[0]), step.command)
        # `cd` in one step holds for the next, as it does in a terminal.
        ran = subprocess.run(
            ["bash", "-c", f"{command}\ncode=$?; pwd > '{folder}/.here'; exit $code"],
            cwd=(folder / ".here").read_text().strip() if (folder / ".here").exists() else folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        output = ran.stdout + ran.stderr
        assert ran.returncode == step.exits, f"$ {command}\n{output}"
        follow(step, ran.stdout + ran.stderr, known)


def test_links_between_pages_lead_somewhere() -> None:
    for page in (*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
