"""The project's names and borders: top-level packages, import directions, what may be committed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS: list[str] = CONFIG["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

HOSTS = ("pyp" + "i.org", "pythonh" + "osted", "registry.n" + "pmjs", "deb.deb" + "ian.org")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|tmp|home)/\w")


def committed_files() -> list[Path]:
    """Every file that git has, or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_installed_package_claims_a_room_of_ours() -> None:
    claimed: dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name.lower() == CONFIG["project"]["name"]:
            continue
        top = {Path(str(file)).parts[0].removesuffix(".py") for file in distribution.files or ()}
        claimed |= dict.fromkeys(top & set(ROOMS), name)
    assert not claimed


def test_every_room_is_in_the_import_contract() -> None:
    contract = CONFIG["tool"]["importlinter"]
    assert set(contract["root_packages"]) == set(ROOMS)
    named = {room for layer in contract["contracts"][0]["layers"] for room in layer.split(" | ")}
    assert named == set(ROOMS)


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found: list[str] = []
    for file in committed_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if any(host in line for host in HOSTS) or MACHINE_PATH.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("name", ["torch", "pandas", "duckdb", "sqlalchemy", "rich", "pydantic"])
def test_the_front_page_loads_nothing_heavy(name: str) -> None:
    code = f"import sys, app.cli; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
