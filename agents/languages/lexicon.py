"""The words of each language that rules and house writer look for, read once from YAML.

A language is a folder beside this file, with one file for each subject. What is read here is the
union over all languages, because copy of one language borrows words of another.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages there are, in order of name."""
    return tuple(sorted(p.name for p in FOLDER.iterdir() if (p / "claims.yaml").is_file()))


@cache
def read(language: str, subject: str) -> Any:
    """What the file of a subject holds."""
    path = FOLDER / language / f"{subject}.yaml"
    return yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 (a safe loader)


@cache
def words(subject: str) -> tuple[str, ...]:
    """The terms of a subject that is a plain list, of every language, each once."""
    return tuple(dict.fromkeys(w for code in languages() for w in read(code, subject)))


@cache
def pattern(subject: str, key: str) -> re.Pattern[str]:
    """The patterns below a key of a subject, of every language, as one."""
    return compiled(tuple(p for code in languages() for p in read(code, subject)[key]))


def compiled(alternatives: tuple[str, ...], *, case: bool = False) -> re.Pattern[str]:
    """Any of the alternatives, where a word begins."""
    joined = "|".join(f"(?:{one})" for one in alternatives)
    return re.compile(rf"(?<![\w'’-])(?:{joined})", re.NOFLAG if case else re.IGNORECASE)
