"""A model's words of a brief, unless it was turned: then the house's stand in their place.

What a model read may have told it what to say. A person decides on these words, and the copy
begins with them, so they hold no order, no address or code that the house does not have, no words
that instruct models, and no promise, price or certificate without a fact.
"""

from __future__ import annotations

from agents.claims.detect import Kind
from agents.claims.evidence import evidence
from agents.claims.support import unsupported
from agents.fallback import Reply
from agents.house.brief import write_brief
from agents.origin import foreign, of_leaving, of_prompt, own_words
from agents.tasks import BriefQuestion, BriefWords
from agents.untrusted import sign_of_injection

_NEEDS_A_FACT: frozenset[Kind] = frozenset(
    ("health", "value_retention", "certification", "percent", "price")
)


def unturned(
    reply: Reply[BriefWords], question: BriefQuestion
) -> tuple[BriefWords, tuple[str, ...]]:
    """The words to go on with, and what is said of those that were not taken."""
    if reply.by == "house":
        return reply.answer, ()
    words = reply.answer
    found = next(
        (
            sign
            for text in (words.message, words.tone, words.question)
            if (sign := _sign(text, question)) is not None
        ),
        None,
    )
    if found is None:
        return words, ()
    note = (
        f"The words that {reply.by} wrote for this brief were not taken: they hold {found[0]} "
        f"(“{found[1][:80]}”). The house's own stand here; look at what it had read."
    )
    return write_brief(question), (note,)


def _sign(text: str, question: BriefQuestion) -> tuple[str, str] | None:
    own = own_words(question.facts, question.guide)
    known = evidence(question.facts)
    found = sign_of_injection(text) or next(foreign(text, own), None)
    if found is not None:
        return found
    for what, words in (
        ("words that instruct models", of_prompt(text)),
        ("words on how the letters stop", of_leaving(text)),
    ):
        if words:
            return what, words
    claim = next((c for c in unsupported(text, known) if c.kind in _NEEDS_A_FACT), None)
    return (
        None if claim is None else (f"a {claim.kind.replace('_', ' ')} without a fact", claim.text)
    )
