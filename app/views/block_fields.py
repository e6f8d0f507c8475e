"""A mail's blocks as fields of a form, and what was typed into them as blocks again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from app import words
from app.views.card_copy import block_name
from domain.blocks import Block, CallToAction, Heading, Quote
from domain.draft import Variant
from domain.facts import Facts
from domain.frozen import Frozen

Kind = Literal["line", "text", "choice"]
_STEP = re.compile(r"\.?(\w+)(?:\[(\d+)\])?")
_PARTS = {"who": "who", "label": "what", "text": "answer", "consent": "consent"}


class Field(Frozen):
    """One field of the form, for one place of the text."""

    name: str
    place: str
    """As findings name it: subject, blocks[2], blocks[3].items[0]."""
    label: str
    value: str
    kind: Kind = "line"
    most: int | None = None
    """Characters that fit."""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def block_fields(variant: Variant, known: Facts) -> list[Field]:
    """The fields of all blocks, in order."""
    found: list[Field] = []
    for number, block in enumerate(variant.blocks):
        found += _fields(variant, number, block, known)
    return found


def typed_blocks(variant: Variant, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The blocks with what was typed in them. A text that somebody emptied goes, and a block
    without any with it."""
    found: list[dict[str, Any]] = []
    for number, block in enumerate(variant.blocks):
        plain = block.model_dump(mode="json")
        for place, old in _places(block):
            text = typed.get(f"blocks[{number}]{place}", old).replace("\r\n", "\n").strip()
            _put(plain, block, place, text)
        kept = _without_empty(block, plain)
        if kept is not None:
            found.append(kept)
    return found


def _fields(variant: Variant, number: int, block: Block, known: Facts) -> list[Field]:
    name = f"blocks[{number}]"
    label = block_name(variant, number)
    shown = set(block.products())
    choices = tuple((p.id, p.name) for p in known.products if p.stock > 0 or p.id in shown)
    found: list[Field] = []
    for place, value in _places(block):
        at = f"{name}{place}"
        if place.startswith(".product_id") or (not place and block.products()):
            found.append(
                Field(
                    name=at, place=name, label=_label(label, place), value=value, kind="choice",
                    options=choices,
                )
            )  # fmt: skip
            continue
        hint = ""
        if isinstance(block, CallToAction):
            hint = f"opens {words.one_line(block.url.partition('?')[0], 60)}"
        elif place == ".consent":
            hint = "where their consent is kept; never shown"
        line = isinstance(block, CallToAction | Heading) or place.endswith((".label", ".consent"))
        found.append(
            Field(
                name=at, place=at, label=_label(label, place), value=value,
                kind="line" if line else "text", hint=hint,
            )
        )  # fmt: skip
    return found


def _places(block: Block) -> list[tuple[str, str]]:
    """(place within the block, value) of everything in it that a person may change."""
    if block.kind in ("product", "picture"):
        return [("", block.products()[0])]
    if block.products():
        return [(f".product_ids[{n}]", one) for n, one in enumerate(block.products())]
    found = list(block.words())
    if isinstance(block, Quote):
        found.append((".consent", block.consent))
    return found


def _label(block: str, place: str) -> str:
    numbers = re.findall(r"\[(\d+)\]", place)
    part = _PARTS.get(place.rpartition(".")[2], "")
    told = " ".join(x for x in (str(int(numbers[0]) + 1) if numbers else "", part) if x)
    return f"{block}, {told}" if told else block


def _put(plain: dict[str, Any], block: Block, place: str, text: str) -> None:
    """Put a text at a place of a block's JSON."""
    if not place:
        plain["product_id" if block.products() else "text"] = text
        return
    steps = [(key, index) for key, index in _STEP.findall(place)]
    at: Any = plain
    for key, index in steps[:-1]:
        at = at[key][int(index)] if index else at[key]
    key, index = steps[-1]
    if index:
        at[key][int(index)] = text
    else:
        at[key] = text


def _without_empty(block: Block, plain: dict[str, Any]) -> dict[str, Any] | None:
    """The block without its emptied texts; None: nothing of it is left."""
    match block.kind:
        case "list":
            plain["items"] = [item for item in plain["items"] if item]
            return plain if plain["items"] else None
        case "details":
            plain["rows"] = [row for row in plain["rows"] if row["text"]]
            return plain if plain["rows"] else None
        case "heading" | "paragraph" | "cta" | "quote":
            return plain if plain["text"] else None
        case "product" | "picture":
            return plain if plain["product_id"] else None
        case _:
            return plain
