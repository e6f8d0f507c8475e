"""A case: what is given, what must come of it, and what it may cost, in one YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from domain.errors import MainspringError
from domain.frozen import Frozen

Kind = Literal["goals", "briefs", "copy", "critic", "plans", "reports", "chat"]
KINDS: tuple[Kind, ...] = get_args(Kind)

CASES = Path(__file__).parent / "cases"


class CaseError(MainspringError):
    """A case, or what it stands on, that cannot be run at all.

    Codes: ``no_cases``, ``unreadable_case``, ``unknown_assertion``, ``no_ground``.
    """

    exit_code = 5


class Limits(Frozen):
    """Efficiency: what a case may take. Going over is logged, and fails nothing."""

    seconds: float | None = None
    calls: int | None = None
    tokens: int | None = None


class Case(Frozen):
    """One case. ``expect`` are success assertions, each with what it wants."""

    id: str
    kind: Kind
    group: str
    """What its result is counted under: the kind, or a part of it (``goals/heldout``)."""
    title: str
    why: str = ""
    """Why this must hold, for whoever sees it fail."""
    given: dict[str, Any]
    expect: tuple[tuple[str, Any], ...]
    limits: Limits = Limits()
