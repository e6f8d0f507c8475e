"""What cases may ask of a critique."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.critique import Critique, Finding
from evals.assertions import Assertion


def verdict(critique: Critique, wanted: str) -> str:
    allowed = [one.strip() for one in wanted.split("|")]
    return "" if critique.verdict in allowed else f"the verdict is {_said(critique)}"


def finds(critique: Critique, wanted: list[Any]) -> str:
    """Each wanted finding is there: a rule (``claims`` means any of that family), or a mapping
    with ``rule`` and what must stand in the words at fault (``text``)."""
    for one in wanted:
        rule, text = (one, "") if isinstance(one, str) else (one["rule"], one.get("text", ""))
        if not any(
            _is(f, rule) and text.casefold() in f.text.casefold() for f in critique.findings
        ):
            what = f"{rule} at {text!r}" if text else rule
            return f"it does not find {what}: {_said(critique)}"
    return ""


def finds_nothing_of(critique: Critique, unwanted: list[str]) -> str:
    """Nothing blocking or serious of these rules or families; notes may be made."""
    for rule in unwanted:
        found = [f for f in critique.findings if _is(f, rule) and f.severity != "minor"]
        if found:
            return f"it finds {found[0].rule} in {found[0].text!r}: {found[0].why}"
    return ""


def may_go_out(critique: Critique, wanted: bool) -> str:
    found = not critique.blocking
    return "" if found is wanted else f"may go out is {found}: {_said(critique)}"


def clean(critique: Critique, wanted: object) -> str:
    """Nothing blocking or serious; good copy is not held up."""
    held = [f for f in critique.findings if f.severity != "minor"]
    return f"it holds up good copy: {_said(critique)}" if held else ""


def every_finding_has_a_mend(critique: Critique, wanted: object) -> str:
    bare = [f.rule for f in critique.findings if not f.mend or not f.why]
    return f"without why or mend: {bare}" if bare else ""


def _is(finding: Finding, rule: str) -> bool:
    return finding.rule == rule or finding.rule.split(".", 1)[0] == rule


def _said(critique: Critique) -> str:
    found = "; ".join(f"{f.severity} {f.rule} {f.text!r}" for f in critique.findings)
    return f"{critique.verdict} ({found or 'no findings'})"


ASSERTIONS: Mapping[str, Assertion] = {
    "verdict": verdict,
    "finds": finds,
    "finds_nothing_of": finds_nothing_of,
    "may_go_out": may_go_out,
    "clean": clean,
    "every_finding_has_a_mend": every_finding_has_a_mend,
}
