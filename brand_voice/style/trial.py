"""How good a brand's measure is: its own messages that it never saw, and others' of manners that it
never saw, one by one and three at a time as a campaign has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brand_voice.style.copy import Message
from brand_voice.style.masking import Mask
from brand_voice.style.measure import train
from domain.frozen import Frozen

FOLDS = 5
CAMPAIGN = 3
"""Mails of a campaign."""
CAMPAIGNS = 40
"""Put together by chance from the messages of each fold, of each side."""


class Rate(Frozen):
    doubted: int
    of: int


class Trial(Frozen):
    """At the limit that was asked for."""

    own_mails: Rate
    """Doubted in error, as are own_campaigns."""
    own_campaigns: Rate
    other_mails: Rate
    """Doubted rightly, as are other_campaigns."""
    other_campaigns: Rate


def trial(
    own: Sequence[Message], others: Sequence[Message], mask: Mask, least: float
) -> Trial | None:
    """Learn five times from four fifths, and try the rest. None: there is too little copy."""
    manners = sorted({_manner(message) for message in others})
    shares: dict[tuple[str, int], list[float]] = {
        (side, size): [] for side in ("own", "other") for size in (1, CAMPAIGN)
    }
    for fold in range(FOLDS):
        held = {"own": [m for at, m in enumerate(own) if at % FOLDS == fold]}
        held["other"] = [m for m in others if manners.index(_manner(m)) % FOLDS == fold]
        measure = train(
            [m for m in own if m not in held["own"]],
            [m for m in others if m not in held["other"]],
            mask,
        )
        if measure is None:
            return None
        rng = np.random.default_rng(fold)
        for side, messages in held.items():
            texts = [message.text for message in messages]
            if texts:
                shares[side, 1] += [piece.share for piece in measure.read(texts).pieces]
            if len(texts) < CAMPAIGN:
                continue
            for _ in range(CAMPAIGNS):
                drawn = [texts[at] for at in rng.choice(len(texts), CAMPAIGN, replace=False)]
                shares[side, CAMPAIGN].append(measure.read(drawn).pooled.share)
    rates = {
        key: Rate(doubted=sum(share < least for share in found), of=len(found))
        for key, found in shares.items()
    }
    return Trial(
        own_mails=rates["own", 1],
        own_campaigns=rates["own", CAMPAIGN],
        other_mails=rates["other", 1],
        other_campaigns=rates["other", CAMPAIGN],
    )


def _manner(message: Message) -> str:
    return message.id.partition("/")[0]
