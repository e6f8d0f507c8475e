"""The catalogue of the critic's rules: complete, and the same as its page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from agents.claims.detect import Kind
from agents.languages import lexicon
from agents.rules.catalogue import catalogue, page
from agents.rules.review import finding

ROOT = Path(__file__).parents[2]
_ID = re.compile(r"[a-z]+\.[a-z_0-9]+")


def _written(path: Path) -> Iterator[str]:
    """Rule ids that stand as first argument of a finding, or as its ``rule``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        given = [k.value for k in node.keywords if k.arg == "rule"]
        if name in ("finding", "found", "_bad_link", "_head_finding", "_note"):
            given += node.args[:1]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
            elif isinstance(value, ast.IfExp):
                yield from (
                    part.value
                    for part in (value.body, value.orelse)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def test_every_rule_that_is_written_is_declared() -> None:
    files = [
        *(ROOT / "agents" / "rules").glob("*.py"),
        ROOT / "tools" / "render" / "check.py",
        ROOT / "workflows" / "writing.py",
    ]
    written = {i for path in files for i in _written(path) if _ID.fullmatch(i)}
    assert len(written) > 80
    assert written - set(catalogue()) == set()
    assert {f"claims.{kind}" for kind in get_args(Kind)} <= set(catalogue())


def test_a_finding_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="not declared"):
        finding("claims.nothing_of_the_kind", "blocking", "why", "mend")


def test_every_severity_that_is_written_is_declared() -> None:
    """Of findings whose rule and severity stand beside each other."""
    seen = 0
    for path in (ROOT / "agents" / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "finding" or len(node.args) < 2:
                continue
            rule, said = node.args[:2]
            if not (isinstance(rule, ast.Constant) and isinstance(rule.value, str)):
                continue
            branches = [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
            for one in branches:
                if isinstance(one, ast.Constant):
                    seen += 1
                    assert one.value in catalogue()[rule.value].severities, rule.value
    assert seen > 60


def test_every_rule_says_what_why_and_mend() -> None:
    assert all(r.severities and r.finds and r.why and r.mend for r in catalogue().values())


def test_the_page_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "critic-rules.md").read_text("utf-8") == page(), "run `make docs`"


def test_every_language_has_every_subject_and_its_patterns_compile() -> None:
    names = [{p.name for p in (lexicon.FOLDER / code).iterdir()} for code in lexicon.languages()]
    assert len(names) > 1
    assert all(one == names[0] for one in names)
    for kind in ("urgency", "guilt", "opt_out"):
        assert lexicon.pattern("manner", kind).search("") is None
    for kind in ("reduction", "fraction", "beyond"):
        assert lexicon.pattern("offers", kind).search("") is None
