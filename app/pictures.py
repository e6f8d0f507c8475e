"""The brand's pictures: what is wrong with each, and each as a channel shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from agents.rules.pictures import rights_of
from app.workspace import Workspace
from domain.critique import Finding
from domain.errors import WrongUsage
from domain.facts import Facts, Product
from domain.frozen import Frozen
from domain.pictures import SHAPES, PictureChannel, Placement, crop_of
from ledger import facts
from tools.pictures.crop import PictureError, cut, measure

SOON_DAYS = 30


class PictureShown(Frozen):
    """One product's picture, and how it stands on a day."""

    product_id: str
    path: str
    """Empty: it has none."""
    width: int = 0
    height: int = 0
    owner: str = ""
    valid_until: date | None = None
    channels: tuple[PictureChannel, ...] = ()
    faults: tuple[str, ...] = ()
    """What keeps it from being used at all, or somewhere, in a sentence each."""
    notes: tuple[str, ...] = ()
    """What does not."""


class CutShown(Frozen):
    """One crop that was made, or why it was not."""

    product_id: str
    placement: Placement
    file: str = ""
    width: int = 0
    height: int = 0
    refused: str = ""
    """Why its rights do not allow it; empty: made."""
    note: str = ""


def known_facts(opened: Workspace) -> Facts:
    with opened.ledger.read() as tx:
        return facts.current(tx)


def today(opened: Workspace) -> date:
    with opened.ledger.read() as tx:
        return tx.now.astimezone(ZoneInfo(opened.timezone)).date()


def look(known: Facts, folder: Path, needed: Sequence[str], on: date) -> tuple[PictureShown, ...]:
    """Every product's picture as it stands on a day. ``needed``: categories that must have one."""
    return tuple(_look(product, folder, needed, on) for product in known.products)


def make(
    known: Facts,
    folder: Path,
    ids: Sequence[str],
    placements: Sequence[Placement],
    to: Path,
    on: date,
) -> tuple[CutShown, ...]:
    """Cut the pictures of products for placements into ``to``; empty: of all, for all. What the
    rights of a picture do not cover on the day is not made. Raises WrongUsage, PictureError."""
    products = _chosen(known, ids)
    to.mkdir(parents=True, exist_ok=True)
    return tuple(
        _make(product, folder, placement, to, on)
        for product in products
        for placement in placements or tuple(SHAPES)
    )


def _make(product: Product, folder: Path, placement: Placement, to: Path, on: date) -> CutShown:
    photo, shape = product.photo, SHAPES[placement]
    assert photo is not None
    refusals = [f.why for f in rights_of(product, shape.channel, on) if f.severity == "blocking"]
    if refusals:
        return CutShown(product_id=product.id, placement=placement, refused=" ".join(refusals))
    found = cut(folder / photo.path, shape, photo.focus)
    file = to / f"{product.id}-{placement.replace('_', '-')}.{found.kind}"
    file.write_bytes(found.data)
    note = ""
    if found.width < shape.least_width:
        note = f"{found.width} pixels wide; below {shape.least_width} it looks soft"
    return CutShown(
        product_id=product.id,
        placement=placement,
        file=str(file),
        width=found.width,
        height=found.height,
        note=note,
    )


def _look(product: Product, folder: Path, needed: Sequence[str], on: date) -> PictureShown:
    photo = product.photo
    if photo is None:
        wanted = f"The guide wants a picture with every {product.category}."
        missing = (wanted,) if product.category in needed else ()
        return PictureShown(product_id=product.id, path="", faults=missing)
    faults: list[str] = []
    notes: list[str] = []
    found: list[Finding] = []
    rights = photo.rights
    # Of the channels that it may stand in; which others there are is no fault.
    for channel in rights.channels if rights else ("email",):
        found += rights_of(product, channel, on)
    for one in dict.fromkeys((f.why, f.severity) for f in found):
        (faults if one[1] == "blocking" else notes).append(one[0])
    if rights is not None and not rights.channels:
        faults.append("Its rights cover no channel.")
    if rights is not None and rights.valid_until is not None:
        left = (rights.valid_until - on).days
        if 0 <= left <= SOON_DAYS:
            notes.append(f"The right to use it ends in {left} days.")
    if not photo.alt.strip():
        faults.append("Nobody has said what it shows.")
    try:
        width, height = measure(folder / photo.path)
    except PictureError as error:
        width = height = 0
        faults.append(error.what)
    else:
        if (width, height) != (photo.width, photo.height):
            faults.append(
                f"It has {width} × {height} pixels; the facts say {photo.width} × {photo.height}."
            )
        notes += _narrow(width, height, product, rights.channels if rights else ())
    return PictureShown(
        product_id=product.id,
        path=photo.path,
        width=width,
        height=height,
        owner=rights.owner if rights else "",
        valid_until=rights.valid_until if rights else None,
        channels=rights.channels if rights else (),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _narrow(
    width: int, height: int, product: Product, channels: Sequence[PictureChannel]
) -> list[str]:
    """Placements for which it is small."""
    assert product.photo is not None
    focus = product.photo.focus
    small = [
        name.replace("_", " ")
        for name, shape in SHAPES.items()
        if shape.channel in channels
        and crop_of(width, height, focus, shape).width < shape.least_width
    ]
    return [f"It is small for {', '.join(small)}."] if small else []


def _chosen(known: Facts, ids: Sequence[str]) -> list[Product]:
    if not ids:
        return [p for p in known.products if p.photo is not None]
    found: list[Product] = []
    for product_id in ids:
        product = next((p for p in known.products if p.id == product_id), None)
        if product is None or product.photo is None:
            raise WrongUsage(
                "no_picture" if product else "unknown_product",
                "The product has no picture." if product else "There is no such product.",
                thing=product_id,
                next_step="`mainspring pictures check` lists every product with its picture.",
            )
        found.append(product)
    return found
