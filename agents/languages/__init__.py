"""What belongs to a language: a folder ``<code>/`` of YAML files, one a subject. A further language
is a further folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.words import Language


@cache
def words(language: Language, subject: str) -> Mapping[str, Any]:
    """What ``<language>/<subject>.yaml`` says; the same object each time."""
    file = Path(__file__).parent / language / f"{subject}.yaml"
    found: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found
