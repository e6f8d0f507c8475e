"""Cases as they lie in evals/cases, one folder a kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evals.case import CASES, KINDS, Case, CaseError, Kind
from evals.goal_cases import load_goal_cases


def load_cases(
    kinds: Iterable[Kind] = (), ids: Iterable[str] = (), folder: Path = CASES
) -> tuple[Case, ...]:
    """The cases of some kinds (none named: all), or those whose id is named.

    Raises CaseError no_cases and unreadable_case.
    """
    chosen, named = set(kinds) or set(KINDS), set(ids)
    found = [
        case
        for kind in KINDS
        if kind in chosen and kind != "goals"
        for path in sorted((folder / kind).glob("*.yaml"))
        for case in read_cases(path, kind)
    ]
    if "goals" in chosen and (folder / "goals").is_dir():
        found += load_goal_cases(folder / "goals")
    ids_seen = [case.id for case in found]
    twice = sorted({one for one in ids_seen if ids_seen.count(one) > 1})
    if twice:
        raise CaseError("unreadable_case", "Two cases have one id.", thing=", ".join(twice))
    if named:
        found = [case for case in found if case.id in named]
    if not found:
        raise CaseError(
            "no_cases",
            "There are no such cases.",
            thing=", ".join(sorted(named or chosen)),
            next_step=f"Kinds are {', '.join(KINDS)}.",
        )
    return tuple(found)


def read_cases(path: Path, kind: Kind) -> tuple[Case, ...]:
    """The case or list of cases in a file."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = read if isinstance(read, list) else [read]
        return tuple(_case(row, kind) for row in rows)
    except (yaml.YAMLError, ValidationError, TypeError, KeyError, ValueError) as error:
        raise CaseError(
            "unreadable_case",
            f"The case cannot be read: {error}",
            thing=f"{kind}/{path.name}",
            next_step="A case has id, title, given and expect; evals/case.py says the form.",
        ) from error


def _case(row: dict[str, Any], kind: Kind) -> Case:
    expect = tuple(_assertion(item) for item in row.pop("expect"))
    if not expect:
        raise ValueError("a case without assertions passes for nothing")
    return Case.model_validate({"group": kind, **row, "kind": kind, "expect": expect})


def _assertion(item: Any) -> tuple[str, Any]:
    """``- name`` or ``- name: what it wants``."""
    if isinstance(item, str):
        return item, None
    ((name, wanted),) = item.items()
    return str(name), wanted
