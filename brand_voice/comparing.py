"""What differs between two guides, line by line, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.frozen import Frozen
from domain.voice import ChannelTone, Guide, ReadingLevel

LABELS: Mapping[str, str] = {
    "brand": "Brand",
    "we_are": "We are",
    "we_are_not": "We are not",
    "principles": "Principles",
    "banned": "Never",
    "cliches": "Worn out",
    "words_we_use": "Words we use",
    "sentence_words_average": "Words in a sentence, on average",
    "subject_most_characters": "Characters of a subject, at most",
    "exclamation_marks": "Exclamation marks",
    "emoji": "Emoji",
    "percent_off_most": "Largest reduction",
    "pictures_needed": "A picture is needed for",
    "greetings": "Greetings",
    "closings": "Closings",
    "legal": "Legal lines",
    "postal_address": "Address",
    "shop_url": "Shop",
    "allowed_hosts": "Links lead to",
    "tones": "Tone per channel",
    "reading": "Reading level",
    "exemplars": "How it sounds",
}
"""Every field of the guide, as people call it."""


class GuideChange(Frozen):
    """One field that reads otherwise."""

    field: str
    label: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


def compare(before: Guide, after: Guide) -> tuple[GuideChange, ...]:
    """The fields that differ, in the guide's order; of lists, the entries that went and came."""
    old, new = (_lines(guide) for guide in (before, after))
    return tuple(
        GuideChange(
            field=field,
            label=LABELS.get(field, field),
            gone=tuple(one for one in old[field] if one not in new[field]),
            new=tuple(one for one in new[field] if one not in old[field]),
        )
        for field in new
        if set(old[field]) != set(new[field])
    )


def _lines(guide: Guide) -> dict[str, tuple[str, ...]]:
    values = {field: getattr(guide, field) for field in Guide.model_fields}
    return {
        field: tuple(map(_line, value)) if isinstance(value, tuple) else (_line(value),)
        for field, value in values.items()
        if value != ""
    } | {field: () for field, value in values.items() if value == ""}


def _line(value: Any) -> str:
    """One entry in words."""
    match value:
        case bool():
            return "allowed" if value else "none"
        case (language, text):
            return f"{text} ({language})"
        case ChannelTone():
            length = value.sentence_words_average
            words = "" if length is None else f" ({length:g} words in a sentence)"
            return f"{value.channel.replace('_', ' ')}: {value.tone}{words}"
        case ReadingLevel():
            return (
                f"{value.school_years:g} years of school, at most {value.at_most:g} "
                f"({value.language})"
            )
        case Frozen():
            parts = value.model_dump(mode="json", exclude_none=True)
            named = {k: v for k, v in parts.items() if k not in ("id", "language")}
            said = " · ".join(str(v) for v in named.values())
            return f"{said} ({parts['language']})" if "language" in parts else said
        case float():
            return f"{value:g}"
        case _:
            return str(value)
