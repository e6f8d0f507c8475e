"""Passages of speech that can stand alone as a post: where one may begin, and what it is worth.

The weights are judgments, not measurements: they say which signs a careful editor looks for in a
transcript. A passage must be understood without what came before it, be true of the speaker, and
hold something that could be pictured: a number, a day, a person, a thing that went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from agents.languages import words
from agents.rules.words import banned_in, cliches_in
from agents.series.spoken import points_back, without_beginning
from agents.untrusted import sign_of_injection
from domain.recording import Sentence
from domain.voice import Guide
from domain.words import Language

Angle = Literal["story", "mistake", "how", "number", "opinion"]
ANGLES: tuple[Angle, ...] = ("story", "mistake", "how", "number", "opinion")

LEAST_WORDS, MOST_WORDS = 24, 150
"""Of a post: a hook, a point and an end; what a phone shows without scrolling twice."""
_MOST_SENTENCES = 14
_LONG = 34
_NUMBER = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|hundred|thousand|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dutzend|zwanzig|dreißig|vierzig|fünfzig|hundert|tausend)\b", re.IGNORECASE)  # fmt: skip  # noqa: E501
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Passage:
    """Sentences in a row, and what they would make."""

    sentences: tuple[Sentence, ...]
    angle: Angle
    worth: float
    """Only its order means something."""

    @property
    def question(self) -> str:
        """What it answers, where it begins an answer."""
        return self.sentences[0].asked

    def text(self) -> str:
        return " ".join(s.text for s in self.sentences)


def usable(sentence: Sentence, language: Language) -> bool:
    """Whether a sentence may stand in public copy: not of the room alone, and no order to us."""
    return not (
        signs(language).of_the_room.search(sentence.text)
        or sign_of_injection(sentence.text) is not None
    )


def passages(said: Sequence[Sentence], language: Language, guide: Guide) -> tuple[Passage, ...]:
    """Every passage that could be a post, the best first."""
    found = [
        _passage(part, run, language, guide)
        for run in _runs(said, language)
        for part in _parts(run, language)
    ]
    return tuple(sorted(found, key=lambda p: (-p.worth, int(p.sentences[0].id[1:]))))


def content_words(text: str, language: Language) -> frozenset[str]:
    """The words that say what a text is about, by their beginnings."""
    skipped = signs(language).stopwords
    return frozenset(
        word[:6]
        for word in (w.casefold().replace("’", "'") for w in _WORD.findall(text))
        if len(word) > 2 and word not in skipped
    )


def _runs(said: Sequence[Sentence], language: Language) -> Iterator[list[Sentence]]:
    """Sentences of one turn without a gap."""
    run: list[Sentence] = []
    for one in said:
        fits = usable(one, language)
        if run and (one.turn != run[-1].turn or not fits):
            yield run
            run = []
        if fits:
            run.append(one)
    if run:
        yield run


def _parts(run: Sequence[Sentence], language: Language) -> Iterator[tuple[Sentence, ...]]:
    for first in range(len(run)):
        if not _may_begin(run[first], language):
            continue
        count = 0
        for last in range(first, min(len(run), first + _MOST_SENTENCES)):
            count += len(_WORD.findall(run[last].text))
            if count > MOST_WORDS:
                break
            ends = last + 1 == len(run) or _may_end(run[last], run[last + 1], language)
            if count >= LEAST_WORDS and last > first and ends:
                yield tuple(run[first : last + 1])


def _may_begin(sentence: Sentence, language: Language) -> bool:
    return bool(sentence.asked) or not points_back(sentence.text, language)


def _may_end(sentence: Sentence, following: Sentence, language: Language) -> bool:
    """Whether the thought is finished: no question, and what follows does not go on from it."""
    return not sentence.text.endswith(("?", ":", "…")) and not points_back(following.text, language)


def _passage(
    part: tuple[Sentence, ...], run: Sequence[Sentence], language: Language, guide: Guide
) -> Passage:
    text = " ".join(s.text for s in part)
    marks = signs(language)
    counts: dict[Angle, float] = {
        "story": len(marks.story.findall(text)) * 1.0,
        "mistake": len(marks.mistake.findall(text)) * 0.9,
        "how": len(marks.how.findall(text)) * 0.9,
        "number": len(_NUMBER.findall(text)) * 0.45,
        "opinion": len(marks.opinion.findall(text)) * 0.8,
    }
    angle = max(ANGLES, key=lambda a: counts[a])
    tokens = [w.casefold() for w in _WORD.findall(text)]
    lengths = [len(_WORD.findall(s.text)) for s in part]
    worth = sum(min(count, 2.0) for count in counts.values())
    worth += min(2.0, 20 * sum(t in marks.first_person for t in tokens) / len(tokens))
    worth += 0.8 if len(_WORD.findall(without_beginning(part[0].text, language))) <= 14 else 0.0
    worth += 1.2 if part[0] is run[0] else 0.0  # nothing that it rests on was said before
    worth += 1.2 if part[-1] is run[-1] else 0.0  # nothing of the thought is left over
    worth += 0.6 if lengths[-1] <= 12 else 0.0
    worth += 0.4 if min(lengths) <= 5 < max(lengths) else 0.0  # speech that breathes
    worth += min(1.0, sum(lengths) / 80)
    worth -= sum(length > _LONG for length in lengths)
    worth -= 3.0 * (len(banned_in(text, guide)) + len(cliches_in(text, guide)))
    return Passage(part, angle, round(worth, 6))


@dataclass(frozen=True)
class Signs:
    """The words of ``spoken.yaml`` as they are looked for."""

    of_the_room: re.Pattern[str]
    first_person: frozenset[str]
    story: re.Pattern[str]
    mistake: re.Pattern[str]
    how: re.Pattern[str]
    opinion: re.Pattern[str]
    about_somebody: re.Pattern[str]
    turns: re.Pattern[str]
    asks: re.Pattern[str]
    stopwords: frozenset[str]


@cache
def signs(language: Language) -> Signs:
    """What shows what a sentence is, in one language."""
    said = words(language, "spoken")

    def pattern(name: str) -> re.Pattern[str]:
        return re.compile(said[name].replace(" |", "|").strip(), re.IGNORECASE)

    return Signs(
        of_the_room=pattern("of_the_room"),
        first_person=frozenset(said["first_person"]),
        story=pattern("story"),
        mistake=pattern("mistake"),
        how=pattern("how"),
        opinion=pattern("opinion"),
        about_somebody=pattern("about_somebody"),
        turns=pattern("turns"),
        asks=pattern("asks"),
        stopwords=frozenset(said["stopwords"].split()),
    )
