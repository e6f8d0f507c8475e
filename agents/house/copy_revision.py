# ruff: noqa: E501 (patterns and sentences are read whole)
"""What a revision must not repeat: read from the critic's findings and a person's reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agents.tasks import CopyQuestion
from domain.draft import Variant
from domain.voice import Passage

Subject = Literal["price", "warranty", "stock", "flaw", "offer", "year", "size", "visit", "humour"]

_NOT = r"(?:no|not|don['’]?t|do not|never|without|drop|remove|leave out|cut|avoid|stop|less|lose|kein\w*|nicht|ohne|weg mit|streich\w*|lass\w*)"
_SUBJECTS: tuple[tuple[Subject, str], ...] = (
    ("price", r"price|cost|preis"),
    ("warranty", r"warrant|guarantee|garantie"),
    ("stock", r"stock|scarcity|we have one|urgency|bestand|stück"),
    ("flaw", r"flaw|scratch|defect|wrong with|makel|kratzer|fehler"),
    ("offer", r"offer|discount|reduction|percent|angebot|rabatt|nachlass"),
    ("year", r"year|age|jahr"),
    ("size", r"size|millimet|\bmm\b|größe"),
    ("visit", r"visit|half an hour|appointment|viewing|besuch|termin"),
    ("humour", r"humou?r|jok|funny|witz"),
)
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Avoid:
    """What the last round taught."""

    passages: frozenset[str] = frozenset()
    """Ids of passages at fault."""
    angles: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    """Words at fault; nothing that holds them is said again."""
    subjects: frozenset[Subject] = frozenset()
    """What a person does not want spoken of."""
    shorter: bool = False

    def forbids(self, text: str) -> bool:
        folded = text.casefold()
        return any(t in folded for t in self.texts)


def avoid(question: CopyQuestion) -> Avoid:
    """What findings and reason say against the last draft."""
    passages: set[str] = set()
    texts: set[str] = set()
    angles: set[str] = set()
    reason = question.reject_reason.casefold()
    by_id = {p.id: p for p in question.passages}
    variants = {v.id: v for v in question.last.variants} if question.last else {}
    for finding in question.findings:
        if finding.severity == "minor":
            continue
        words = finding.text.casefold().strip()
        family = finding.rule.split(".", 1)[0]
        if family in ("variety", "variants", "sameness") and finding.variant in variants:
            angles.add(variants[finding.variant].angle)
        if len(words) >= 3 and family not in ("offer", "legal", "length", "rendered", "links"):
            texts.add(words)
        for variant in variants.values():
            if finding.variant in ("", variant.id):
                passages.update(_at_fault(variant, words, finding.place, by_id))
    for quoted in re.findall(r"[\"“„'‘]([^\"”“'’]{3,})[\"”“'’]", reason):
        texts.add(quoted)
    if reason and question.last:
        passages.update(_spoken_against(question.last.variants, reason, by_id))
        angles.update(
            v.angle
            for v in question.last.variants
            if re.search(rf"{_NOT}\b[^.]{{0,40}}\b{re.escape(v.angle.replace('_', ' '))}", reason)
        )
    subjects = {
        name
        for name, words in _SUBJECTS
        if re.search(rf"\b{_NOT}\b[^.,;]{{0,40}}\b(?:{words})", reason)
    }
    shorter = bool(
        re.search(r"\b(?:shorter|too long|brief(?:er)?|kürzer|zu lang)\b", reason)
    ) or any(f.rule in ("length.body", "style.body") for f in question.findings)
    return Avoid(
        frozenset(passages), frozenset(angles), tuple(sorted(texts)), frozenset(subjects), shorter
    )


def _at_fault(
    variant: Variant, words: str, place: str, passages: Mapping[str, Passage]
) -> set[str]:
    """The variant's passages that the words at fault come from."""
    found = set()
    for passage_id in variant.provenance.passage_ids:
        passage = passages.get(passage_id)
        if passage is None:
            continue
        same_place = place in ("subject", "preheader") and passage.kind == place
        if same_place or (words and words in passage.text.casefold()):
            found.add(passage_id)
    return found


def _spoken_against(
    variants: tuple[Variant, ...], reason: str, passages: Mapping[str, Passage]
) -> set[str]:
    """Passages whose rarer words the reason takes up."""
    said = set(_WORD.findall(reason))
    found = set()
    for variant in variants:
        for passage_id in variant.provenance.passage_ids:
            passage = passages.get(passage_id)
            if passage is not None:
                words = set(_WORD.findall(passage.text.casefold()))
                if len(words & said) >= 3:
                    found.add(passage_id)
    return found
