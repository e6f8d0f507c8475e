"""A guide as the YAML file that people edit, each line with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from brand_voice.learning.proposal import Proposal
from domain.voice import Guide

_HEADS: Mapping[str, str] = {
    "we_are": "Who you are, in a few words each.",
    "principles": "What an editor holds a draft to.",
    "words_we_use": "Words and phrases that are yours.",
    "sentence_words_average": "Form.",
    "banned": "Never, in any form. Lower case; endings are matched by the critic.",
    "cliches": "Worn words: the critic holds a draft to how often you use them yourselves.",
    "greetings": "Greeting and closing.",
    "legal": "In every mail of a language.",
    "tones": "Where a channel differs.",
    "reading": "How hard sentences may be, in years of school.",
    "exemplars": "How it sounds: past copy, with its place.",
}
KEPT = "kept from the guide in force"


def guide_text(proposal: Proposal, in_force: Guide) -> str:
    """The proposal as a file, with its reasons as comments."""
    lines = [
        f"# A guide for {_one_line(proposal.guide.brand)}, proposed from past copy. Edit it, then",
        "# approve it: until somebody does, nothing changes. Comments are yours to keep or delete.",
        *(
            f"# Read: {pile.texts:,} texts, {pile.channel}, {pile.language}."
            for pile in proposal.read
        ),
        *(f"# Open: {_one_line(one)}" for one in proposal.open),
    ]
    values = proposal.guide.model_dump(mode="json")
    before = in_force.model_dump(mode="json")
    for field, value in values.items():
        if field in _HEADS:
            lines += ["", f"# {_HEADS[field]}"]
        why = proposal.reason(field)
        if why:
            lines.append(f"# {_one_line(why)}")
        lines += _field(field, value, before.get(field), proposal)
    return "\n".join(lines) + "\n"


def plain_guide_text(guide: Guide) -> str:
    """A guide as a file, without reasons."""
    values = guide.model_dump(mode="json")
    nothing = Proposal(guide=guide, reasons=(), open=(), read=(), words=0, set_aside=())
    lines: list[str] = []
    for field, value in values.items():
        if field in _HEADS:
            lines += [*([""] if lines else []), f"# {_HEADS[field]}"]
        lines += _field(field, value, None, nothing)
    return "\n".join(lines) + "\n"


def _field(field: str, value: Any, before: Any, proposal: Proposal) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{field}: {_scalar(value)}"
        return
    if not value:
        yield f"{field}: []"
        return
    yield f"{field}:"
    had = before if isinstance(before, list) else []
    for item in value:
        key = _key(field, item)
        why = (proposal.reason(field, key) if key else "") or (
            KEPT if item in had and proposal.reasons else ""
        )
        if isinstance(item, dict):
            if why:
                yield f"  # {_one_line(why)}"
            mark = "  - "
            for name, inner in item.items():
                yield f"{mark}{name}: {_scalar(inner)}"
                mark = "    "
        else:
            text = f"[{', '.join(map(_scalar, item))}]" if isinstance(item, list) else _scalar(item)
            yield f"  - {text}" + (f"  # {_one_line(why)}" if why else "")


def _key(field: str, item: Any) -> str:
    """What a reason calls the item."""
    if isinstance(item, dict):
        return str(item.get({"legal": "id", "tones": "channel"}.get(field, ""), ""))
    return f"{item[0]} {item[1]}" if isinstance(item, list) else str(item)


def _scalar(value: Any) -> str:
    """A value as YAML writes it; texts are quoted, so that nothing in them is read as more."""
    return json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
