"""Every rule of the critic, declared once in catalogue.yaml; ``python -m agents.rules.catalogue``
prints docs/critic-rules.md."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from domain.critique import Severity

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Rule:
    id: str
    severities: tuple[Severity, ...]
    """What its findings may be, by the case."""
    finds: str
    why: str
    mend: str

    @property
    def family(self) -> str:
        return self.id.split(".", 1)[0]


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the file."""
    text = Path(__file__).with_name("catalogue.yaml").read_text("utf-8")
    rows = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    rules = [
        Rule(
            row[0],
            tuple(cast(Severity, s.strip()) for s in row[1].split(",")),
            row[2],
            row[3],
            row[4],
        )
        for row in rows
    ]
    found = {rule.id: rule for rule in rules}
    if len(found) != len(rules):
        raise ValueError("a rule is declared twice")
    if any(s not in get_args(Severity) for rule in rules for s in rule.severities):
        raise ValueError("a rule has a severity that there is not")
    return found


def declared(rule: str) -> None:
    """Raises ValueError for a rule that the catalogue does not know: none is written that the
    documentation leaves out."""
    if rule not in catalogue():
        raise ValueError(f"{rule} is not declared in agents/rules/catalogue.yaml")


def page() -> str:
    """docs/critic-rules.md."""
    rules = catalogue().values()
    parts = [
        "# The critic's rules",
        "",
        f"{len(rules)} rules, by family. Written from agents/rules/catalogue.yaml by `make docs`; "
        "[critic.md](critic.md) says how they work together. blocking: may not be published; "
        "serious: needs a revision; minor: said, not held against it. Not legal advice.",
    ]
    for family, own in groupby(sorted(rules, key=lambda r: r.family), lambda r: r.family):
        parts += [
            "",
            f"## {family}",
            "",
            "| Rule | Severity | Finds | Why | Mend |",
            "|---|---|---|---|---|",
        ]
        parts += [
            f"| `{r.id}` | {', '.join(r.severities)} | {r.finds} | {r.why} | {r.mend} |"
            for r in own
        ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
