"""Words that must, or must not, stand in a text; case and line breaks do not matter."""

from __future__ import annotations

import re


def missing_words(text: str, wanted: str | list[str]) -> str:
    """Why a text does not hold the words. In a list each must be there; ``a | b``: one of them."""
    plain = _plain(text)
    for words in [wanted] if isinstance(wanted, str) else wanted:
        if not any(_plain(option) in plain for option in words.split("|")):
            return f"it does not say {words!r}: {_short(text)}"
    return ""


def unwanted_words(text: str, unwanted: str | list[str]) -> str:
    """Why a text is not free of the words."""
    plain = _plain(text)
    for words in [unwanted] if isinstance(unwanted, str) else unwanted:
        if _plain(words) in plain:
            return f"it says {words!r}: {_short(text)}"
    return ""


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _short(text: str) -> str:
    one_line = re.sub(r"\s+", " ", text).strip()
    return one_line if len(one_line) <= 400 else one_line[:399] + "…"
