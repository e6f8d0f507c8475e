"""How the house writer arranges a mail: by what the brief wants and how many products it shows."""

from __future__ import annotations

import re

from agents.house import copy_sentences as say
from agents.house.copy_mail import Mail
from agents.languages import words
from domain.blocks import Block, CallToAction, DetailRow, Details, Heading
from domain.facts import Product
from domain.layouts import MOST_LISTED, Layout, arranged, possible

_LEAST_ROWS = 2
"""A visit needs to know when and where."""


def shown(mail: Mail) -> list[Product]:
    """The products that the mail shows: the brief's one object, or its selection."""
    setting = mail.setting
    if setting.product is None:
        return []
    others = setting.others[: MOST_LISTED - 1] if mail.angle.id == "selection" else ()
    return [setting.product, *others]


def lay_out(mail: Mail, blocks: tuple[Block, ...]) -> tuple[Layout, tuple[Block, ...]]:
    """The layout that suits a mail's blocks, and the blocks in it."""
    layout = _layout(mail)
    if layout not in possible(blocks):
        return "letter", blocks
    if layout == "object" and mail.setting.product is not None:
        named = say.upper(say.name(mail.setting.product, mail.setting.language))
        blocks = (Heading(text=named), *blocks)
    if layout == "visit":
        call = next(n for n, b in enumerate(blocks) if isinstance(b, CallToAction))
        blocks = (*blocks[:call], Details(rows=_rows(mail)), *blocks[call:])
    return layout, arranged(blocks, layout)


def _layout(mail: Mail) -> Layout:
    setting = mail.setting
    if mail.angle.id == "selection":
        return "pair" if len(shown(mail)) == 2 else "selection"
    needs_picture = setting.product and setting.product.category in setting.guide.pictures_needed
    if setting.objective == "service_due" and setting.product and not needs_picture:
        return "service"
    if setting.objective in ("invite", "announce") and len(_rows(mail)) >= _LEAST_ROWS:
        return "visit"
    pictured = setting.product is not None and setting.product.photo is not None
    if setting.objective in ("launch", "sell") and pictured:
        return "object"
    return "letter"


def _rows(mail: Mail) -> tuple[DetailRow, ...]:
    """When and where, as the house's own facts say it."""
    found: list[DetailRow] = []
    for row in words(mail.setting.language, "layouts")["rows"]:
        for fact in mail.setting.house:
            said = re.match(row["fact"], fact.text, re.IGNORECASE)
            if said is not None:
                text = say.upper(said["said"].rstrip("."))
                found.append(DetailRow(label=row["label"], text=text))
                break
    return tuple(found)
