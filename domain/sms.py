"""What a text message costs to send: its alphabet and its parts.

3GPP TS 23.038 (§ 6.2.1 and § 6.2.1.1) defines the 7-bit alphabet and its extension table, whose
characters are sent behind an escape and so count twice. A part holds 140 octets: 160 septets of
GSM-7, or 70 UTF-16 code units of UCS-2. Where a message needs several, each begins with a header of
six octets (3GPP TS 23.040, § 9.2.3.24.1), which leaves 153 septets or 67 code units; neither an
escape and its character nor a surrogate pair is split over two parts.
"""

from __future__ import annotations

import re
from typing import Literal

from domain.frozen import Frozen

Alphabet = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")

LONGEST_NAMES = {"first_name": "Maximilian-Alexander", "last_name": "Schwarzenberger-Huber"}
"""What a personal field may well be filled with: the parts are counted with these. A name outside
GSM-7 (Zoë is within, Łukasz is not) still turns its own message into UCS-2; whoever sends it must
allow for that."""
TYPICAL_NAMES = {"first_name": "Julia", "last_name": "Schneider"}


class Size(Frozen):
    """What a message takes up."""

    alphabet: Alphabet
    units: int
    """Septets of GSM-7, escapes included, or UTF-16 code units of UCS-2."""
    parts: int
    left: int
    """Units that the last part still has room for."""
    forcing: tuple[str, ...] = ()
    """The characters that GSM-7 lacks, each once, in order."""


def measure(text: str) -> Size:
    """Size of a text as it is sent, fields filled. An empty text has no part."""
    forcing = tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))
    alphabet: Alphabet = "UCS-2" if forcing else "GSM-7"
    weights = [_weight(c, alphabet) for c in text]
    units = sum(weights)
    if units <= _SINGLE[alphabet]:
        left = _SINGLE[alphabet] - units
        return Size(
            alphabet=alphabet, units=units, parts=1 if text else 0, left=left, forcing=forcing
        )
    room = _JOINED[alphabet]
    parts, filled = 1, 0
    for weight in weights:
        if filled + weight > room:
            parts, filled = parts + 1, 0
        filled += weight
    return Size(alphabet=alphabet, units=units, parts=parts, left=room - filled, forcing=forcing)


def filled(text: str, names: dict[str, str]) -> str:
    """The text with its personal fields filled; an unknown field stays as it is."""
    return _FIELD.sub(lambda match: names.get(match[1], match[0]), text)


def _weight(character: str, alphabet: Alphabet) -> int:
    if alphabet == "GSM-7":
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1
