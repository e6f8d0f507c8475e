"""The goals of evals/cases/goals as cases of a run: one group a file, all fields must be right."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from evals.case import Case, CaseError
from evals.goals import load_cases

FILES = ("tuned", "lives", "heldout", "impossible")
"""tuned and lives: the grammar was written on them; heldout: nobody looked at them meanwhile."""
UNSEEN = "(kept unseen, so that nobody tunes the grammar on it)"


def load_goal_cases(folder: Path) -> tuple[Case, ...]:
    """Raises CaseError unreadable_case."""
    found: list[Case] = []
    for name in FILES:
        path = folder / f"{name}.yaml"
        if not path.is_file():
            continue
        try:
            cases = load_cases(path)
        except (yaml.YAMLError, ValidationError, TypeError, KeyError, ValueError) as error:
            raise CaseError(
                "unreadable_case", f"The goals cannot be read: {error}", thing=path.name
            ) from error
        found += [
            Case(
                id=f"goals/{name}/{case.id}",
                kind="goals",
                group=f"goals/{name}",
                title=UNSEEN if name == "heldout" else case.given.text,
                given={"case": case},
                expect=(("understood_unseen" if name == "heldout" else "understood", case),),
            )
            for case in cases
        ]
    return tuple(found)
