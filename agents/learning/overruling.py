"""Overruled findings: style that a person lets stand, with a reason, for one text alone.

Only what is a matter of taste can be overruled. Claims, offers, legal lines, links, fields,
injection, discrimination and dark patterns cannot: nobody's word makes them true or allowed.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.critic import verdict_of
from domain.critique import Critique, Finding
from domain.draft import Draft
from domain.frozen import content_hash
from domain.teaching import Overrule

OF_STYLE = frozenset({"voice", "style", "variety", "sameness", "reading", "taught"})
NEVER = frozenset({"voice.urgency"})
"""Of those families, what is no taste: false hurry."""


def may_be_overruled(finding: Finding) -> bool:
    family = finding.rule.split(".", 1)[0]
    return family in OF_STYLE and finding.rule not in NEVER and finding.severity != "blocking"


def bound_to(finding: Finding, draft: Draft) -> str:
    """What an overruling of this finding holds for: its rule, its words, and the text they are in.
    The same words in a changed sentence are another matter."""
    variants = [v for v in draft.variants if finding.variant in ("", v.id)]
    texts = [
        text
        for v in variants
        for place, text in v.texts()
        if finding.place in ("", place) or place not in dict(v.texts())
    ]
    return content_hash([finding.rule, finding.text, texts])


def overruled(
    critique: Critique,
    draft: Draft,
    said: Sequence[Overrule],
) -> Critique:
    """The critique with overruled findings counted as said and not held against it, and the verdict
    that is left."""
    if not said:
        return critique
    known = {(o.rule, o.words, o.content_hash): o for o in said}
    findings = tuple(_counted(finding, draft, known) for finding in critique.findings)
    if findings == critique.findings:
        return critique
    new = verdict_of(tuple(v.id for v in draft.variants), findings)
    return critique.model_copy(update={"findings": findings, "verdict": new})


def _counted(
    finding: Finding, draft: Draft, known: dict[tuple[str, str, str], Overrule]
) -> Finding:
    if not may_be_overruled(finding):
        return finding
    found = known.get((finding.rule, finding.text, bound_to(finding, draft)))
    if found is None:
        return finding
    return finding.model_copy(
        update={"severity": "minor", "overruled": f"{found.by}: {found.reason}"}
    )
