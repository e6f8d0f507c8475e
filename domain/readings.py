"""What each reader of a mail reads, where its blocks differ by stage of life.

Blocks for some readers that stand side by side belong together: ``others`` among them is whoever is
of no stage that one of them names. Nobody reads two of what was meant for one of two, and whoever
never bought, and so has no stage, is always among the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from domain.blocks import STAGES, Block
from domain.draft import Variant
from domain.frozen import Frozen

LifeStage = Literal["", "new", "active", "at_risk", "lapsed", "won_back"]
"""A stage of life; empty: none is known."""


_WORDS: dict[LifeStage, str] = {
    "new": "new",
    "active": "active",
    "at_risk": "at risk",
    "lapsed": "lapsed",
    "won_back": "won back",
    "": "of no stage",
}


class Reading(Frozen):
    """One distinct mail of a variant, and who reads it."""

    stages: tuple[LifeStage, ...]
    variant: Variant
    """As these people read it: without what is for others, and without their claims."""
    places: tuple[int, ...]
    """The number of each of its blocks among those of the whole variant."""


def readings(variant: Variant) -> tuple[Reading, ...]:
    """Every distinct mail, that of people without a stage first. One, where no block differs."""
    found: dict[tuple[int, ...], list[LifeStage]] = {}
    everybody: tuple[LifeStage, ...] = ("", *STAGES)
    for stage in everybody:
        found.setdefault(_shown(variant.blocks, stage), []).append(stage)
    return tuple(
        Reading(stages=tuple(stages), variant=_read(variant, places), places=places)
        for places, stages in found.items()
    )


def stages_named(variants: Iterable[Variant]) -> tuple[LifeStage, ...]:
    """The stages that some block of them names: whose members must be known before sending."""
    named = {stage for v in variants for block in v.blocks for stage in block.for_stages}
    return tuple(stage for stage in STAGES if stage in named or "others" in named)


def stage_words(stages: Iterable[LifeStage]) -> str:
    """new, at risk or lapsed: as pages say it."""
    said = [_WORDS[stage] for stage in sorted(stages, key=list(_WORDS).index)]
    return " or ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def _shown(blocks: Sequence[Block], stage: LifeStage) -> tuple[int, ...]:
    shown: list[int] = []
    at = 0
    while at < len(blocks):
        end = at
        while end < len(blocks) and blocks[end].for_stages:
            end += 1
        named = {one for block in blocks[at:end] for one in block.for_stages}
        here = stage if stage in named else "others"
        shown += [n for n in range(at, end) if here in blocks[n].for_stages]
        if end < len(blocks):
            shown.append(end)
        at = end + 1
    return tuple(shown)


def _read(variant: Variant, places: tuple[int, ...]) -> Variant:
    if not any(block.for_stages for block in variant.blocks):
        return variant
    blocks = tuple(variant.blocks[place].model_copy(update={"for_stages": ()}) for place in places)
    read = variant.model_copy(update={"blocks": blocks})
    texts = [text for _, text in read.texts()]
    gone = [
        text
        for number, block in enumerate(variant.blocks)
        if number not in places
        for _, text in block.words()
    ]
    # What is said in the others' blocks alone is no claim of this mail.
    claims = tuple(
        claim
        for claim in variant.claims
        if any(claim.text in text for text in texts) or not any(claim.text in text for text in gone)
    )
    return read.model_copy(update={"claims": claims})
