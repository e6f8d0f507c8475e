"""A piece as a form: a field for each text, and what was typed read back as changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.views.content import place_words
from domain.frozen import Frozen
from domain.limits import LIMITS
from domain.piece import Piece

_LISTS = ("headlines", "descriptions", "paths", "hashtags")


class EditField(Frozen):
    name: str
    label: str
    value: str
    rows: int = 1
    hint: str = ""


def fields_of(piece: Piece) -> tuple[EditField, ...]:
    """What a person types in: texts, lists one line each, a page's paragraphs apart by an empty
    line, addresses, and what the picture shows."""
    held = piece.model_dump(mode="json")
    found: list[EditField] = []
    for name, value in held.items():
        if name in ("text", "title", "body", "headline", "description", "lead", "primary_text",
                    "opt_out", "deeplink", "url") and isinstance(value, str):  # fmt: skip
            found.append(_field(piece, name, value))
        elif name in _LISTS:
            found.append(_list(piece, name, value))
        elif name == "blocks":
            found.append(
                EditField(
                    name=name, label="paragraphs", value=_written(value), rows=10,
                    hint="An empty line between paragraphs; # before a heading.",
                )
            )  # fmt: skip
        elif name == "form" and value:
            found += [
                EditField(
                    name=f"form.{part}", label=place_words(f"form.{part}"), value=value[part],
                    rows=3 if part == "consent" else 1,
                )
                for part in ("heading", "consent", "button")
            ]  # fmt: skip
        elif name == "cta" and isinstance(value, dict):
            found.append(EditField(name="cta.text", label="button", value=value["text"]))
        elif name == "picture" and value:
            label = place_words("picture.alt")
            found.append(EditField(name="picture.alt", label=label, value=value["alt"], rows=2))
    return tuple(found)


def changes_of(piece: Piece, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as a piece's fields; fields that are not among those of the form are not
    looked at."""
    held: dict[str, Any] = piece.model_dump(mode="json")
    changed: dict[str, Any] = {}
    for field in fields_of(piece):
        if field.name not in typed:
            continue
        text = typed[field.name].replace("\r\n", "\n").strip()
        name, _, part = field.name.partition(".")
        if name in _LISTS:
            lines = [line.strip().lstrip("#") for line in text.splitlines()]
            changed[name] = [line for line in lines if line]
        elif name == "blocks":
            changed[name] = _read(text, held["blocks"])
        elif part:
            changed[name] = {**changed.get(name, held[name]), part: text}
        else:
            changed[name] = text
    return changed


def _field(piece: Piece, name: str, value: str) -> EditField:
    long = len(value) > 70 or name in ("text", "body", "lead", "primary_text")
    rows = min(14, max(3, len(value) // 60 + value.count("\n") + 1)) if long else 1
    return EditField(
        name=name, label=_label(piece, name), value=value, rows=rows, hint=_most(piece, name)
    )


def _label(piece: Piece, name: str) -> str:
    if piece.channel == "landing_page" and name == "url":
        return "where the page stands"
    return {"url": "leads to", "deeplink": "leads to"}.get(name, place_words(name))


def _list(piece: Piece, name: str, value: Sequence[str]) -> EditField:
    each = _most(piece, f"{name}[]")
    hint = f"One a line. {each}" if each else "One a line."
    return EditField(
        name=name, label=name, value="\n".join(value), rows=max(2, len(value) + 1), hint=hint
    )


def _most(piece: Piece, place: str) -> str:
    limits = [one for one in LIMITS[piece.channel] if one.place == place]
    if not limits:
        return ""
    least = min(limits, key=lambda one: one.most)
    said = "At most" if least.hard else "Better no more than"
    return f"{said} {least.most:,} characters."


def _written(blocks: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        f"# {b['text']}" if b["kind"] == "heading" else b["text"]
        for b in blocks
        if b["kind"] in ("heading", "paragraph")
    ]
    return "\n\n".join(lines)


def _read(text: str, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The page's blocks again: its product stays where it was, at the top."""
    cards = [dict(b) for b in before if b["kind"] == "product"]
    told: list[dict[str, Any]] = []
    for part in text.split("\n\n"):
        said = " ".join(part.split())
        if said.startswith("#"):
            told.append({"kind": "heading", "text": said.lstrip("# ")})
        elif said:
            told.append({"kind": "paragraph", "text": said})
    return [*cards, *told]
