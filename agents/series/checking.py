"""What only posts in somebody's name can get wrong: of whom they tell, and whose words they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.rules.review import finding
from agents.series.passages import signs
from domain.critique import Finding
from domain.piece import Piece
from domain.recording import Sentence
from domain.series import CONSENT_RULE, Author
from domain.words import Language

LEAST_OWN_WORDS = 0.85
"""Below this share of somebody's own words, a post is another's that bears their name."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def own_share(text: str, sentences: Sequence[Sentence]) -> float:
    """The share of a text's words that stand in the sentences, each as often as it was said."""
    said = Counter(w.casefold() for s in sentences for w in _WORD.findall(f"{s.asked} {s.text}"))
    written = Counter(w.casefold() for w in _WORD.findall(text))
    total = sum(written.values())
    return round(sum((written & said).values()) / total, 3) if total else 0.0


def tells_of(text: str, language: Language) -> str:
    """Who is told of besides the author, in the text's words; empty: nobody."""
    found = signs(language).about_somebody.search(text)
    return found.group() if found else ""


def check_words(post: Piece, sentences: Sequence[Sentence], author: Author) -> Iterator[Finding]:
    """Findings about one post, as it reads now."""
    text = getattr(post, "text", "")
    if not text:
        return
    about = tells_of(text, post.language)
    if about:
        yield finding(
            CONSENT_RULE,
            "serious",
            "It tells of somebody else.",
            "Have they agreed? Say so with your yes, or change what gives them away.",
            variant=post.id,
            place="text",
            text=about,
        )
    share = own_share(text, sentences)
    if share < LEAST_OWN_WORDS:
        yield finding(
            "series.not_their_words",
            "serious",
            f"Only {share:.0%} of its words are {author.name}'s own.",
            "Take what was said, and leave out the rest.",
            variant=post.id,
            place="text",
        )
