"""What customers ask and say, and the ideas for briefs that it gives."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen, content_hash

IdeaKind = Literal["question", "wish", "complaint"]


class Remark(Frozen):
    """A comment, review or message, without anything that tells who wrote it."""

    text: str
    source: str
    """The file and the place in it."""
    language: Literal["en", "de"]


class BriefIdea(Frozen):
    """One thing that several people ask, wish or complain of."""

    kind: IdeaKind
    language: Literal["en", "de"]
    words: str
    """The sentence that says it best, as somebody wrote it."""
    remarks: int
    """How many remarks say so."""
    examples: tuple[tuple[str, str], ...]
    """(sentence, source) of a few others."""
    products: tuple[str, ...] = ()
    """Ids of the products that it is about."""
    answers: tuple[str, ...] = ()
    """Ids of facts that may answer it; none: nothing that may be claimed does."""

    def hash(self) -> str:
        return content_hash([self.kind, self.language, self.words])
