"""The brief of an article, made of the talk's own sentences: what it answers, says and links to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log

from agents.claims.evidence import evidence
from agents.claims.support import unsupported
from agents.series.passages import content_words, usable
from agents.series.phrases import key_phrases, questions, sections
from agents.series.places import where
from agents.series.spoken import points_back, without_beginning
from domain.facts import Facts
from domain.recording import Sentence
from domain.series import ArticleBrief, Author, InternalLink, Point, Section, SitePage
from domain.words import Language

MOST_TITLE, MOST_DESCRIPTION = 60, 155
"""Letters that search results show; Google publishes no limit."""
_POINTS = 4
_LINKS = 5
_WORDS_A_POINT = 80
"""What a writer makes of one point: a paragraph."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def article_brief(
    said: Sequence[Sentence],
    *,
    author: Author,
    source: str,
    language: Language,
    facts: Facts,
    pages: Sequence[SitePage],
) -> ArticleBrief:
    """Title, description, outline and links, each in words that were said."""
    fit = [s for s in said if usable(s, language)] or list(said)
    names = frozenset(part.casefold() for part in author.name.split())
    phrases = key_phrases(fit, language, names)
    outline = tuple(
        made
        for part in sections(fit, language)
        if (made := _section(part, phrases, source, language))
    )
    asked = tuple(dict.fromkeys(q for s in fit for q in questions(s, language)))
    title = _title(asked, fit, phrases, language)
    points = sum(len(s.points) for s in outline)
    return ArticleBrief(
        language=language,
        query=_plain(title),
        title=title,
        description=_description(fit, title, phrases, language),
        slug=slug(title),
        sections=outline,
        questions=asked,
        links=_links(fit, pages, language),
        to_check=_to_check(fit, facts),
        least_words=max(400, 50 * round(points * _WORDS_A_POINT * 0.8 / 50)),
        most_words=max(700, 50 * round(points * _WORDS_A_POINT * 1.4 / 50)),
    )


def slug(title: str) -> str:
    """The last part of an address: small letters, digits and hyphens; at most 60 of them."""
    text = title.casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text))
    while len("-".join(words)) > MOST_TITLE:
        words.pop()
    return "-".join(words)


def _title(
    questions: Sequence[str], said: Sequence[Sentence], phrases: Sequence[str], language: Language
) -> str:
    """The question that is nearest to the subject; else a short sentence that was said; else the
    subject itself."""
    subject = [_plain(p) for p in phrases[:6]]

    def near(text: str) -> float:
        return sum(p in _plain(text) for p in subject)

    asked = [q for q in questions if len(q) <= MOST_TITLE and not _to_one_person(q, language)]
    if asked:
        return max(asked, key=lambda q: (near(q), -questions.index(q)))
    short = [
        without_beginning(s.text, language).rstrip(".")
        for s in said
        if 12 <= len(s.text) <= MOST_TITLE and not points_back(s.text, language)
    ]
    if short and max(map(near, short)) > 0:
        return max(short, key=lambda t: (near(t), -len(t)))
    words = " ".join(phrases[:2])
    return words[:1].upper() + words[1:]


def _to_one_person(question: str, language: Language) -> bool:
    """Asked of the speaker alone ("when did you last …"): no reader would ask it so."""
    return re.search(_YOU[language], question, re.IGNORECASE) is not None


_YOU: dict[Language, str] = {
    "en": r"\b(?:did|have|were|are) you\b|\byour\b",
    "de": r"\b(?:haben|sind|waren|machen|würden|hast|bist|warst|machst) (?:sie|du)\b"
    r"|\bih?re?n?\b|\bdeine?\w*\b",
}


def _description(
    said: Sequence[Sentence], title: str, phrases: Sequence[str], language: Language
) -> str:
    """Whole sentences that were said, as many as are shown: the answer to the title's question,
    else those about the subject."""
    answer = next((at for at, s in enumerate(said) if s.asked == title), None)
    if answer is not None:
        text = ""
        for one in said[answer:]:
            longer = f"{text} {one.text}" if text else without_beginning(one.text, language)
            if one.turn != said[answer].turn or len(longer) > MOST_DESCRIPTION:
                break
            text = longer
        if len(text) > MOST_DESCRIPTION / 3:
            return text
    subject = [_plain(p) for p in phrases[:8]]
    best, worth = "", -1.0
    for first, one in enumerate(said):
        if points_back(one.text, language) or _plain(one.text) == _plain(title):
            continue
        text = without_beginning(one.text, language)
        for following in [*said[first + 1 : first + 3], None]:
            if len(text) > MOST_DESCRIPTION:
                break
            score = sum(p in _plain(text) for p in subject) + len(text) / MOST_DESCRIPTION
            if score > worth and not text.endswith("?"):
                best, worth = text, score
            if following is None or following.turn != one.turn:
                break
            text = f"{text} {following.text}"
    return best


def _section(
    part: Sequence[Sentence], phrases: Sequence[str], source: str, language: Language
) -> Section | None:
    about = content_words(" ".join(s.text for s in part), language)
    heading = next((q for s in part for q in questions(s, language)), "")
    asked = bool(heading)
    if not heading:
        found = next((p for p in phrases if content_words(p, language) <= about and about), "")
        heading = found[:1].upper() + found[1:]
    worth = sorted(
        (s for s in part if len(s.text.split()) >= 5 and not s.text.endswith("?")),
        key=lambda s: -len(content_words(s.text, language)),
    )[:_POINTS]
    points = tuple(
        Point(text=without_beginning(s.text, language), where=where(source, (s,)))
        for s in part
        if s in worth
    )
    enough = len(points) > (0 if asked else 1)
    return Section(heading=heading, points=points) if heading and enough else None


def _links(
    said: Sequence[Sentence], pages: Sequence[SitePage], language: Language
) -> tuple[InternalLink, ...]:
    """The pages whose titles share the rarest words with the talk, and which words those are."""
    talk: Counter[str] = Counter()
    for sentence in said:
        talk.update(content_words(sentence.text, language))
    titles = [(page, content_words(page.title, language)) for page in pages]
    spread = Counter(word for _, words in titles for word in words)
    found = []
    for page, words in titles:
        shared = [w for w in words if w in talk and spread[w] <= max(1, len(pages) / 4)]
        if shared:
            worth = sum(talk[w] * log(1 + len(pages) / spread[w]) for w in shared)
            found.append((worth, page, shared))
    found.sort(key=lambda row: (-row[0], row[1].url))
    return tuple(
        InternalLink(url=page.url, anchor=page.title, why=_why(shared, page, language))
        for _, page, shared in found[:_LINKS]
    )


def _why(shared: Sequence[str], page: SitePage, language: Language) -> str:
    words = [w for w in re.findall(r"[^\W_]+", page.title) if w.casefold()[:6] in shared]
    said = ", ".join(dict.fromkeys(words))
    return f"The talk speaks of {said}." if language == "en" else f"Im Gespräch geht es um {said}."


def _to_check(said: Sequence[Sentence], facts: Facts) -> tuple[str, ...]:
    known = evidence(facts, None)
    return tuple(s.text for s in said if unsupported(s.text, known))


def _plain(text: str) -> str:
    return text.casefold().rstrip("?.! ")
