"""What each platform takes, as data: hard limits, beyond which it refuses or cuts, and advisable
ones, beyond which people no longer see the words.

Sources. Platforms change these without notice, and what a feed shows is mostly not published:

- ``3gpp``: 3GPP TS 23.038 and TS 23.040: alphabet, parts, sender of at most eleven letters.
- ``ctia``: CTIA Messaging Principles: an opt-out in marketing messages.
- ``apns``: Apple, "Generating a remote notification": payload of at most 4,096 bytes; FCM the same.
- ``push-seen``: what a locked iPhone and an Android drawer show of a notification, by experiments
  that agree (about 178 letters on iOS; 65 and 240 on Android); not published by the makers.
- ``google-rsa``: Google Ads Help, "About responsive search ads" (answer 7684791): 3 to 15 headlines
  of 30, 2 to 4 descriptions of 90, two paths of 15; a double-width character counts twice.
- ``google-snippet``: Google does not publish a limit for titles and descriptions in results; about
  60 and 155 letters are shown.
- ``meta-ads``: Meta Ads Guide, image ads in the feed: 125 letters of primary text before "more",
  headline 27; Ads Manager takes no more than 255 for a headline.
- ``linkedin``: LinkedIn, posts: commentary of at most 3,000; about 210 before "more".
- ``instagram``: Instagram Platform, content publishing: caption of at most 2,200; 30 hashtags,
  of which Instagram by now takes five; 125 before "more".
- ``facebook``: Facebook Pages API: a post of at most 63,206; about 480 before "more".
- ``youtube``: YouTube Data API, ``videos``: title of at most 100 characters, description of at most
  5,000 bytes, neither with < or >; over 60 hashtags none counts; about 70 letters of a title and
  the first 150 of a description are shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal

from domain.frozen import Frozen
from domain.piece import Piece, PieceChannel
from domain.sms import LONGEST_NAMES, filled, measure

Unit = Literal["characters", "bytes", "parts", "items"]


class Limit(Frozen):
    """One limit of one place."""

    place: str
    """A field, each of a list's (``headlines[]``), or ``whole``: all that is posted or sent."""
    unit: Unit
    most: int
    least: int = 0
    hard: bool
    """Beyond it the platform refuses or cuts; else it is shown shortened, or less of it works."""
    why: str
    """What happens beyond it, to a person."""
    source: str


class Measured(Frozen):
    """How much of a limit a text takes."""

    limit: Limit
    place: str
    """With its number in a list: ``headlines[3]``."""
    used: int

    @property
    def kept(self) -> bool:
        return self.limit.least <= self.used <= self.limit.most


def _hard(
    place: str, most: int, why: str, source: str, unit: Unit = "characters", least: int = 0
) -> Limit:
    return Limit(place=place, unit=unit, most=most, least=least, hard=True, why=why, source=source)


def _seen(place: str, most: int, why: str, source: str, unit: Unit = "characters") -> Limit:
    return Limit(place=place, unit=unit, most=most, hard=False, why=why, source=source)


_REFUSED = "the platform refuses it"
_MORE = "the rest is hidden behind “more”"

LIMITS: dict[PieceChannel, tuple[Limit, ...]] = {
    "sms": (
        _hard("whole", 10, "gateways refuse longer ones", "3gpp", "parts", least=1),
        _seen("whole", 2, "every part is paid for, and a long one is not read", "3gpp", "parts"),
    ),
    "push": (
        _hard("whole", 4096, _REFUSED, "apns", "bytes"),
        _seen("title", 50, "the lock screen cuts it", "push-seen"),
        _seen("body", 150, "the lock screen cuts it", "push-seen"),
    ),
    "landing_page": (
        _seen("title", 60, "search results cut it", "google-snippet"),
        _seen("description", 155, "search results cut it", "google-snippet"),
        _seen("headline", 80, "it fills a phone's screen", "google-snippet"),
    ),
    "search_ad": (
        _hard("headlines", 15, _REFUSED, "google-rsa", "items", least=3),
        _hard("headlines[]", 30, _REFUSED, "google-rsa"),
        _hard("descriptions", 4, _REFUSED, "google-rsa", "items", least=2),
        _hard("descriptions[]", 90, _REFUSED, "google-rsa"),
        _hard("paths", 2, _REFUSED, "google-rsa", "items"),
        _hard("paths[]", 15, _REFUSED, "google-rsa"),
        _hard("url", 2048, _REFUSED, "google-rsa"),
    ),
    "meta_ad": (
        _hard("headline", 255, _REFUSED, "meta-ads"),
        _seen("primary_text", 125, _MORE, "meta-ads"),
        _seen("headline", 40, "the feed cuts it", "meta-ads"),
        _seen("description", 30, "the feed cuts it", "meta-ads"),
    ),
    "linkedin": (
        _hard("whole", 3000, _REFUSED, "linkedin"),
        _seen("hashtags", 5, "more of them lower its reach", "linkedin", "items"),
    ),
    "instagram": (
        _hard("whole", 2200, _REFUSED, "instagram"),
        _hard("hashtags", 30, _REFUSED, "instagram", "items"),
        _seen("hashtags", 5, "Instagram counts no more", "instagram", "items"),
    ),
    "facebook": (
        _hard("whole", 63206, _REFUSED, "facebook"),
        _seen("text", 480, _MORE, "facebook"),
    ),
    "youtube": (
        _hard("title", 100, _REFUSED, "youtube", least=1),
        _hard("whole", 5000, _REFUSED, "youtube", "bytes"),
        _hard("hashtags", 60, "YouTube then ignores them all", "youtube", "items"),
        _seen("title", 70, "search results cut it", "youtube"),
    ),
}
FOLDS: dict[PieceChannel, tuple[str, int]] = {
    "meta_ad": ("primary_text", 125),
    "linkedin": ("text", 210),
    "instagram": ("text", 125),
    "facebook": ("text", 480),
    "youtube": ("description", 150),
}
"""Where a feed folds the text: so many letters are seen without a tap, and must carry it."""


def measured(piece: Piece) -> tuple[Measured, ...]:
    """Every limit of the piece's channel with what the piece uses of it."""
    return tuple(
        Measured(limit=limit, place=place, used=_used(piece, limit, value))
        for limit in LIMITS[piece.channel]
        for place, value in _values(piece, limit.place)
    )


def width(text: str) -> int:
    """Characters as Google Ads counts them: a double-width one is two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _values(piece: Piece, place: str) -> Iterator[tuple[str, object]]:
    if place == "whole":
        yield place, _whole(piece)
    elif place.endswith("[]"):
        name = place.removesuffix("[]")
        for number, text in enumerate(getattr(piece, name)):
            yield f"{name}[{number}]", text
    else:
        yield place, getattr(piece, place)


def _whole(piece: Piece) -> str:
    """All of it, with personal fields as long as they may well be."""
    match piece.channel:
        case "sms" | "linkedin" | "instagram" | "facebook" | "youtube":
            said = piece.whole()
        case _:
            said = "".join(text for _, text in (*piece.texts(), *piece.links()))
    return filled(said, LONGEST_NAMES)


def _used(piece: Piece, limit: Limit, value: object) -> int:
    if limit.unit == "items":
        return len(value) if isinstance(value, tuple) else 0
    text = filled(str(value), LONGEST_NAMES)
    if limit.unit == "bytes":
        return len(text.encode())
    if limit.unit == "parts":
        return measure(text).parts
    return width(text) if piece.channel == "search_ad" else len(text)
