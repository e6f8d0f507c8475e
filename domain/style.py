"""How like a brand's own past copy something is written: a share, with its uncertainty."""

from __future__ import annotations

from domain.frozen import Frozen
from domain.money import Share


class StyleScore(Frozen):
    """Of the brand's own past messages, the share that are less like the rest than this is.

    An ordinary message of the brand's own stands anywhere between 0 and 1, by chance: one in
    twenty is below 0.05, and that is what a limit of 0.05 doubts in error.
    """

    share: Share
    low: Share
    high: Share
    """95 % of where a text of this length by the same hand would stand."""
    words: int
    own: int
    """Past messages that it was held against."""
    unlike: tuple[str, ...] = ()
    """What is most unlike them, in words: "sentences of 24 words, yours have 11"."""

    def words_of_share(self) -> str:
        """For example "62 % (35 to 84)"."""
        share, low, high = (f"{100 * part:.0f}" for part in (self.share, self.low, self.high))
        return f"{share} % ({low} to {high})"


class StyleReading(Frozen):
    """The pieces of one draft, each by itself and all together."""

    pieces: tuple[StyleScore, ...]
    pooled: StyleScore
