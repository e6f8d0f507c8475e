"""From speech to sentences: what one person said, without the sounds, asides and stammering.

Words are left out and never put in, so that every sentence is the person's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agents.languages import words
from brand_voice.sentences import sentences
from domain.recording import Recording, Sentence, Utterance
from domain.words import Language

_STAGE = re.compile(r"\[[^\]]{1,40}\]|\((?:laugh|applau|music|inaudible|pause|lach|musik|unverst)[^)]*\)|\*\w[^*]{0,30}\*", re.IGNORECASE)  # fmt: skip  # noqa: E501
_SPACE_BEFORE = re.compile(r"\s+([,.;:!?…])")
_COMMAS = re.compile(r",\s*(?:,\s*)+")
_COMMA_END = re.compile(r",\s*([.!?…])")
_GAP = "\x1f"  # where a sound was: the word before it is often said again
_AGAIN = re.compile(rf"\b(\w+),?\s+(?:{_GAP}\s+)+\1\b", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:wenn|dass|weil|ob|als|obwohl|aber|sondern|but|because|although|if)\b")
_LONGEST_QUESTION = 14
"""Words of a question that can stand at the head of an answer."""


@dataclass(frozen=True)
class _Patterns:
    sounds: re.Pattern[str]
    asides: re.Pattern[str]
    stammered: re.Pattern[str]
    beginning: re.Pattern[str]
    pointing_back: re.Pattern[str]
    not_pointing: re.Pattern[str]


def said_by(recording: Recording, speaker: str, language: Language) -> tuple[Sentence, ...]:
    """Every sentence of ``speaker`` (empty: of a recording that names nobody), cleaned."""
    found: list[Sentence] = []
    for number, (turn, asked) in enumerate(_turns(recording, speaker, language)):
        for place, (text, utterance) in enumerate(_cut(turn, language)):
            found.append(
                Sentence(
                    id=f"s{len(found) + 1}",
                    text=text,
                    turn=number,
                    start=utterance.start,
                    line=utterance.line,
                    asked=asked if place == 0 else "",
                )
            )
    return tuple(found)


def cleaned(text: str, language: Language) -> str:
    """A stretch of speech without its sounds, asides between commas, and words said twice."""
    patterns = _patterns(language)
    text = _STAGE.sub(" ", text)
    text = _AGAIN.sub(r"\1", patterns.sounds.sub(f" {_GAP} ", text)).replace(_GAP, " ")
    text = patterns.asides.sub(_aside, text)
    text = patterns.stammered.sub(r"\1", text)
    return _tidy(text)


def _aside(match: re.Match[str]) -> str:
    """What is left of an aside: its end, or the comma that the clause after it needs."""
    follows = match.string[match.end() :].lstrip()
    begun = match.group().lstrip().startswith(",") and _CLAUSE.match(follows)
    return match["end"] or (", " if begun else " ")


def without_beginning(text: str, language: Language) -> str:
    """A sentence without the words that only lead into it: "So, well, last week …"."""
    return _capital(_tidy(_patterns(language).beginning.sub("", text, count=1))) or text


def points_back(text: str, language: Language) -> bool:
    """Whether a sentence is understood only by somebody who heard what came before it."""
    patterns = _patterns(language)
    bare = without_beginning(text, language)
    return bool(patterns.pointing_back.match(bare)) and not patterns.not_pointing.match(bare)


def _turns(
    recording: Recording, speaker: str, language: Language
) -> Iterator[tuple[list[Utterance], str]]:
    """(utterances, the question before them) of every turn of the speaker."""
    turn: list[Utterance] = []
    asked = before = ""
    spoken = bool(recording.speakers())
    for one in recording.utterances:
        if one.speaker != speaker:
            if turn:
                yield turn, asked
                turn, before = [], ""
            before = f"{before} {one.text}"
            continue
        if not turn:
            asked, before = _question(before, language), ""
        elif not spoken and not points_back(one.text, language):  # a note stands for itself
            yield turn, asked
            turn, asked = [], ""
        turn.append(one)
    if turn:
        yield turn, asked


def _question(text: str, language: Language) -> str:
    """The last short question of what somebody else said, without the name it is put to."""
    for sentence in reversed(sentences(cleaned(text, language))):
        if not sentence.endswith("?"):
            continue
        bare = without_beginning(sentence, language)
        bare = _capital(re.sub(r"^[A-ZÄÖÜ][\w-]+,\s+", "", bare))
        bare = _capital(without_beginning(bare, language))
        if len(bare.split()) <= _LONGEST_QUESTION:
            return bare
    return ""


def _cut(turn: list[Utterance], language: Language) -> Iterator[tuple[str, Utterance]]:
    """(sentence, the utterance in which it begins)."""
    whole = ""
    starts: list[tuple[int, Utterance]] = []
    for one in turn:
        text = cleaned(one.text, language)
        if text:
            starts.append((len(whole), one))
            whole = f"{whole}{text} "
    at = 0
    for sentence in sentences(whole):
        place = whole.find(sentence, at)
        place = at if place < 0 else place
        at = place + len(sentence)
        begun = [utterance for start, utterance in starts if start <= place]
        text = _capital(_tidy(sentence))
        if re.search(r"\w{2}", text) and begun:
            yield text, begun[-1]


@cache
def _patterns(language: Language) -> _Patterns:
    said = words(language, "spoken")
    sounds, asides, beginnings, stammered, pointing_back, not_pointing = (
        "|".join(re.escape(word) for word in sorted(said[name], key=len, reverse=True))
        for name in (
            "sounds", "asides", "beginnings", "stammered", "pointing_back", "not_pointing"
        )
    )  # fmt: skip
    return _Patterns(
        sounds=re.compile(rf"(?<![\w'’-]),?\s*(?:{sounds})(?![\w'’-])[,…]?", re.IGNORECASE),
        # Between commas, or at a sentence's head before one: elsewhere it may mean something.
        asides=re.compile(
            rf"(?:(?<=[.!?])\s+|^|,\s*|(?<=\b[AaUu]nd)\s|(?<=\b[Bb]ut)\s)"
            rf"(?:{asides})(?:(?P<comma>,)|(?P<end>[.!?]))",
            re.IGNORECASE,
        ),
        stammered=re.compile(rf"\b({stammered})(?:[,…—–-]*\s+\1\b)+", re.IGNORECASE),
        beginning=re.compile(rf"^(?:(?:{beginnings})\b(?![’'-])[,.…]?\s+)+", re.IGNORECASE),
        pointing_back=re.compile(rf"(?:{pointing_back})\b", re.IGNORECASE),
        not_pointing=re.compile(rf"(?:{not_pointing})\b", re.IGNORECASE),
    )


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    text = _SPACE_BEFORE.sub(r"\1", text)
    text = _COMMAS.sub(", ", text)
    return _COMMA_END.sub(r"\1", text).strip(" ,")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
