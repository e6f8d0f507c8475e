"""Posts and an article's brief out of a talk, in the words of whoever gave it.

Nothing is added: a post is sentences in a row, without the sounds of speech, and where it answers a
question, the question stands above it.
"""

from __future__ import annotations

from agents.series.article import article_brief
from agents.series.choosing import chosen
from agents.series.passages import Passage, passages, signs
from agents.series.spoken import without_beginning
from agents.tasks import PostWords, SeriesQuestion, SeriesWords
from domain.words import Language

_HOOK_WORDS = 14
"""A question longer than this is no hook."""
_PARAGRAPH_WORDS = 32
"""After so many words a phone shows a wall of text."""


def write_series(question: SeriesQuestion) -> SeriesWords:
    """The best passages that differ, a post each; fewer than asked for where the talk holds fewer
    that stand alone."""
    found = passages(question.sentences, question.language, question.guide)
    return SeriesWords(
        posts=tuple(
            _post(p, question.language) for p in chosen(found, question.days, question.language)
        ),
        article=article_brief(
            question.sentences,
            author=question.author,
            source=question.source,
            language=question.language,
            facts=question.facts,
            pages=question.pages,
        ),
    )


def _post(passage: Passage, language: Language) -> PostWords:
    first, *rest = passage.sentences
    texts = [without_beginning(first.text, language), *(s.text for s in rest)]
    hook = passage.question if len(passage.question.split()) <= _HOOK_WORDS else ""
    paragraphs = [_quoted(hook, language)] if hook else []
    current: list[str] = []
    for text in texts:
        turns = current and (_turn(text, language) or _words(current) >= _PARAGRAPH_WORDS)
        if turns:
            paragraphs.append(" ".join(current))
            current = []
        current.append(text)
    paragraphs.append(" ".join(current))
    return PostWords(
        angle=passage.angle,
        sentence_ids=tuple(s.id for s in passage.sentences),
        paragraphs=tuple(paragraphs),
    )


def _turn(text: str, language: Language) -> bool:
    """Whether a sentence turns to something new: a day, a person, a step."""
    marks = signs(language)
    early = " ".join(text.split()[:4])
    return any(p.search(early) for p in (marks.story, marks.turns))


def _words(texts: list[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _quoted(question: str, language: Language) -> str:
    """Somebody else's words, marked as such."""
    return f"„{question}“" if language == "de" else f"“{question}”"
