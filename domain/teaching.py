"""What people teach: locked sentences, overruled findings, and rules that they approved."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen


class Lock(Frozen):
    """A sentence that every rewriting keeps word for word."""

    angle: str
    """Of the variant that it stands in: a rewriting may give variants other ids."""
    place: str
    """subject, preheader, or a block."""
    text: str


class Overrule(Frozen):
    """A finding of style that a person lets stand, for these words in this text alone."""

    rule: str
    words: str
    content_hash: str
    """Of the rule, the words and the whole text that they stand in."""
    reason: str
    by: str
    """The person's name."""
    at: datetime


class NoMark(Frozen):
    """Never a mark: an exclamation mark, a semicolon, a dash, an emoji."""

    kind: Literal["no_mark"] = "no_mark"
    mark: Literal["!", ";", "–", "…", "emoji"]


class NoOpeningQuestion(Frozen):
    """The first sentence after the greeting asks nothing."""

    kind: Literal["no_opening_question"] = "no_opening_question"


class NoWords(Frozen):
    """Words that are not used, with what stands in their place where people always wrote that."""

    kind: Literal["no_words"] = "no_words"
    words: str
    instead: str = ""


class MostWords(Frozen):
    """A place no longer than so many words."""

    kind: Literal["most_words"] = "most_words"
    place: Literal["subject", "preheader", "paragraph", "mail"]
    words: int


class PriceEarly(Frozen):
    """Where a mail says a price, the first paragraph does."""

    kind: Literal["price_early"] = "price_early"


Check = Annotated[
    NoMark | NoOpeningQuestion | NoWords | MostWords | PriceEarly, Field(discriminator="kind")
]
"""What a rule checks, compiled: no code of anybody's, only these kinds with their values."""

RuleState = Literal["proposed", "approved", "rejected", "withdrawn"]


class RuleCase(Frozen):
    """One change by hand, or one reason to reject, that speaks for a rule."""

    campaign_id: str
    place: str
    before: str
    after: str
    """Of a rejection: its reason."""
    role: str


class TaughtRule(Frozen):
    """A rule that edits and rejections suggest."""

    id: str
    """Of its check: the same check is the same rule."""
    check: Check
    line: str
    """As writers and people read it: "No exclamation marks."."""
    state: RuleState
    cases: tuple[RuleCase, ...]
    version: int = 0
    """0: nobody decided about it yet."""
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def campaigns(self) -> int:
        return len({case.campaign_id for case in self.cases})
