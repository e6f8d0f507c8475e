"""Texts read against a brand's past copy, for the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.workspace import Workspace
from brand_voice.style.copy import plain_message
from brand_voice.style.masking import guess_language
from brand_voice.style.measure import LEAST_MESSAGES, LEAST_WORDS
from brand_voice.style.styles import Styles
from brand_voice.style.trial import Rate, Trial
from domain.errors import WrongUsage
from domain.style import StyleReading, StyleScore

STDIN = "standard input"
_LANGUAGES = {"en": "English", "de": "German"}


def texts_of(files: Sequence[Path]) -> list[tuple[str, str]]:
    """(name, text) of every file, or of standard input. Raises WrongUsage for what has no text."""
    found = []
    for file in files:
        try:
            found.append((str(file), plain_message(file.read_text("utf-8"))))
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUsage(
                "unreadable_text",
                f"It cannot be read as UTF-8 text: {error}.",
                thing=str(file),
                next_step="Name files of text, each one message.",
            ) from error
    if not files and not sys.stdin.isatty():
        found.append((STDIN, sys.stdin.read()))
    found = [(name, text) for name, text in found if text.strip()]
    if not found:
        raise WrongUsage(
            "no_text",
            "There is no text to read.",
            next_step="Name files, or give a text: mainspring voice style < text.txt",
        )
    return found


def language_of(texts: Sequence[tuple[str, str]]) -> str:
    return guess_language("\n".join(text for _, text in texts))


def too_little(styles: Styles, language: str) -> str:
    """Why nothing is measured, in a sentence."""
    own = styles.own(language)
    words = sum(len(message.text.split()) for message in own)
    return (
        f"Your library has {len(own)} past messages in {_LANGUAGES.get(language, language)} "
        f"({words:,} words). From {LEAST_MESSAGES} messages with {LEAST_WORDS} words on, drafts "
        "are held against them; until then nothing is measured, and no draft is doubted."
    )


def lines_of(texts: Sequence[tuple[str, str]], reading: StyleReading, least: float) -> list[str]:
    wide = max(len(name) for name, _ in texts)
    lines = [
        f"{name:<{wide}}  {_line(score)}"
        for (name, _), score in zip(texts, reading.pieces, strict=True)
    ]
    if len(texts) > 1:
        lines.append(f"{'together':<{wide}}  {_line(reading.pooled)}")
    verdict = "below" if reading.pooled.share < least else "above"
    return [
        f"More like your past copy than so many of your own {reading.pooled.own} messages:",
        *lines,
        f"That is {verdict} the limit of {100 * least:g} %, under which a draft is doubted.",
    ]


def trial_lines(found: Trial, least: float) -> list[str]:
    def said(rate: Rate) -> str:
        part = f" ({100 * rate.doubted / rate.of:.1f} %)" if rate.of else ""
        return f"{rate.doubted} of {rate.of}{part}"

    return [
        f"At a limit of {100 * least:g} %, on messages that were not learnt from:",
        f"  your own, doubted in error   {said(found.own_mails)} mails, "
        f"{said(found.own_campaigns)} campaigns of three",
        f"  others', doubted rightly     {said(found.other_mails)} mails, "
        f"{said(found.other_campaigns)} campaigns of three",
    ]


def _line(score: StyleScore) -> str:
    said = f"{score.words_of_share()}, {score.words:,} words"
    return f"{said}; {'; '.join(score.unlike)}" if score.unlike else said


def styles_of(workspace: Workspace) -> Styles:
    """Raises BrandError where the brand folder cannot be used."""
    from app.stack import styles
    from brand_voice.brand import load_brand

    return styles(workspace, load_brand(workspace.brand_folder))
