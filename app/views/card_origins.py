"""Who wrote each sentence of a mail: a passage of the library, the guide, a person, a model, or the
house writer from the facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from domain.draft import CallToAction, Variant
from domain.frozen import Frozen
from domain.publication import Content
from domain.voice import Guide, Passage
from ledger.approvals import Approval

Kind = Literal["person", "library", "guide", "model", "facts"]

_SLOT = re.compile(r"\\\{[a-z]+\\\.[a-z_0-9]+\\\}")


class Origin(Frozen):
    """One sentence, and where it comes from."""

    text: str
    kind: Kind
    who: str
    """The person, the passage's message, or the model; empty: of facts and guide."""


def origins_of(
    variant: Variant,
    drafts: Sequence[Approval],
    names: Mapping[str, str],
    guide: Guide,
    passages: Sequence[Passage],
) -> tuple[Origin, ...]:
    """``drafts``: every approval of the campaign's mails up to this one, oldest first; ``names``:
    of the people who decided them."""
    before = [(one, _words_of(one)) for one in drafts[:-1]]
    known = [(passage, _pattern(passage)) for passage in passages]
    return tuple(
        _origin(sentence, variant, before, names, guide, known)
        for sentence in sentences_of(variant)
    )


def _origin(
    sentence: str,
    variant: Variant,
    before: Sequence[tuple[Approval, str]],
    names: Mapping[str, str],
    guide: Guide,
    known: Sequence[tuple[Passage, re.Pattern[str]]],
) -> Origin:
    # A sentence is a person's where the draft before it did not have it, and they edited that.
    for draft, text in reversed(before):
        if _flat(sentence) in text:
            continue
        if draft.status == "edited" and draft.decided_by:
            who = names.get(draft.decided_by, "somebody who has left")
            return Origin(text=sentence, kind="person", who=who)
        break
    for passage, pattern in known:
        if pattern.search(_flat(sentence)):
            return Origin(text=sentence, kind="library", who=passage.source)
    if _flat(sentence) in {_flat(line) for line in _of_guide(guide)}:
        return Origin(text=sentence, kind="guide", who="")
    if variant.provenance.model not in ("", "house"):
        return Origin(text=sentence, kind="model", who=variant.provenance.model)
    return Origin(text=sentence, kind="facts", who="")


def _of_guide(guide: Guide) -> list[str]:
    return [
        *(g.with_name for g in guide.greetings),
        *(g.without_name for g in guide.greetings),
        *(text for _, text in guide.closings),
    ]


def _pattern(passage: Passage) -> re.Pattern[str]:
    """A sentence of the passage, whatever its slots are filled with."""
    parts = [
        _SLOT.sub(".+", re.escape(_flat(part)))
        for part in re.split(r"(?<=[.?!])\s+", passage.text)
        if part.strip()
    ]
    return re.compile("^(?:" + "|".join(parts or ["(?!)"]) + ")$")


def _words_of(approval: Approval) -> str:
    content = Content.model_validate(approval.content)
    return _flat(" ".join(f"{v.subject} {v.preheader} {v.text}" for v in content.variants))


def _flat(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def sentences_of(variant: Variant) -> tuple[str, ...]:
    """Every sentence of its body, without the calls to action."""
    texts = [
        text
        for block in variant.blocks
        if not isinstance(block, CallToAction)
        for _, text in block.words()
    ]
    return tuple(
        sentence.strip()
        for text in texts
        for sentence in re.split(r"(?<=[.?!])\s+|\n", text)
        if sentence.strip()
    )
