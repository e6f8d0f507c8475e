"""Critique: a verdict and its findings, each with a rule, a place and a mend."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.style import StyleReading

Severity = Literal["blocking", "serious", "minor"]
"""blocking: may not be published; serious: needs a revision; minor: said, not held against it."""
Verdict = Literal["satisfied", "needs_revision", "failed"]


class Finding(Frozen):
    rule: str
    """For example ``claims.price``; the part before the dot is the rule's family."""
    severity: Severity
    variant: str = ""
    """Empty: it concerns the draft as a whole."""
    place: str = ""
    """subject, preheader, blocks[2], html, …"""
    text: str = ""
    """The words at fault."""
    why: str
    mend: str
    overruled: Annotated[str, Field(exclude_if=lambda value: not value)] = ""
    """Who let it stand, and why; then it is said and not held against the draft."""


class Critique(Frozen):
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    round: int = 1
    ran_out_of_rounds: bool = False
    judged_by: tuple[str, ...] = ("rules",)
    """``rules``, and the model's name where it gave a judgment; it cannot overrule a rule."""
    judge_failed: str = ""
    """Why the model's judgment is missing, where it was asked for."""
    style: StyleReading | None = None
    """How like past copy the mails are, in the draft's order; None: not measured."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "blocking")
