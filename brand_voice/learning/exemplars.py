"""Pieces of past copy that show how the brand sounds: typical, clean, and unlike each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from brand_voice.learning.documents import Block, Document, Language
from brand_voice.learning.habits import sentence_words
from brand_voice.learning.language import first_names, lore
from brand_voice.learning.personal import BLOT
from brand_voice.learning.wording import Wording
from brand_voice.lexical import same_words
from brand_voice.sentences import sentences, words
from domain.voice import Exemplar, PassageKind, VoiceChannel

MOST: dict[PassageKind, int] = {"subject": 3, "opening": 2, "body": 3, "cta": 2}
"""Of each kind, for every channel and language."""
_LENGTHS: dict[PassageKind, tuple[int, int]] = {
    "subject": (3, 12), "opening": (8, 60), "body": (12, 80), "cta": (2, 6),
}  # fmt: skip
"""Words."""
_PAIR = re.compile(r"(?<=[\w,;] )([^\W\d_a-z][\w’'-]+ [^\W\d_a-z][\w’'-]+)\b")
"""Two words with capitals within a sentence: a product, a place, or somebody's name."""


def exemplars(documents: Sequence[Document], said: Sequence[Wording]) -> tuple[Exemplar, ...]:
    """A few of each kind, channel and language; none with anybody's data in it."""
    pairs = Counter(
        pair for d in documents for pair in {p for b in d.blocks for p in _PAIR.findall(b.text)}
    )
    groups: dict[tuple[VoiceChannel, Language], list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.channel, document.language].append(document)
    found: list[Exemplar] = []
    for (channel, language), own in groups.items():
        average = sentence_words(own)
        usual = average.value if average else 14.0
        marks = [w.text for w in said if w.language == language and not w.topic]
        for kind, most in MOST.items():
            rows = [
                (-_typical(text, usual, marks), source, text)
                for text, source in _candidates(own, kind)
                if _clean(text, language, pairs)
            ]
            chosen: list[str] = []
            for _, source, text in sorted(rows):
                if len(chosen) < most and not any(same_words(text, other) for other in chosen):
                    chosen.append(text)
                    found.append(
                        Exemplar(
                            text=text, kind=kind, channel=channel, language=language, source=source
                        )
                    )
    return tuple(found)


def _candidates(own: Sequence[Document], kind: PassageKind) -> list[tuple[str, str]]:
    """(text, source) of everything that could be of the kind."""
    low, high = _LENGTHS[kind]
    found: list[tuple[str, str]] = []
    for document in own:
        prose = [b for b in document.blocks if b.kind == "prose"]
        blocks: list[Block] = []
        match kind:
            case "subject":
                if document.subject:
                    found.append((document.subject, f"{document.source}, subject"))
            case "opening":
                blocks = prose[:1]
            case "body":
                blocks = prose[1:] if len(prose) > 1 else prose if not document.subject else []
            case _:
                blocks = [b for b in document.blocks if b.kind == "button"]
        found += [
            (" ".join(b.text.split()), f"{document.source}, {b.place}")
            for b in blocks
            if b.place not in document.personal
        ]
    return [(text, source) for text, source in found if low <= len(text.split()) <= high]


def _clean(text: str, language: Language, pairs: Counter[str]) -> bool:
    """Without a gap, a merge field, a worn word, or what may be a person's name."""
    known = lore(language)
    low = text.casefold()
    named = any(word.lower() in first_names() and word[0].isupper() for word in words(text)) or any(
        pairs[pair] < 3 for pair in _PAIR.findall(text)
    )
    return not (
        BLOT in text
        or "{" in text
        or named
        or any(one in low for one in known.worn + known.pressure)
    )


def _typical(text: str, usual: float, marks: Sequence[str]) -> float:
    """How much a text sounds like the rest: its sentences' length, and phrases of the brand."""
    lengths = [len(words(s)) for s in sentences(text)] or [0]
    off = abs(sum(lengths) / len(lengths) - usual) / usual
    low = f" {text.casefold()} "
    return sum(f" {mark} " in low or f" {mark}." in low for mark in marks) - off
