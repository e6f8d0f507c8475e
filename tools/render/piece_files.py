"""A piece as the files that people place: what is approved is exactly these bytes.

A text message, posts and a video's words are plain text to paste; a notification is JSON; search
ads are a table that Google Ads Editor imports, paused; a landing page is one HTML file. Pictures
are cut for their channel, and named here by the hash of what was cut.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

from domain.facts import Facts
from domain.frozen import Frozen
from domain.pictures import SHAPES, Placement
from domain.piece import (
    LandingPage,
    MetaAd,
    Piece,
    PieceChannel,
    Push,
    SearchAd,
    ShownPicture,
    Sms,
    YouTubeVideo,
)
from tools.pictures.crop import Cut, cut
from tools.render.errors import RenderError
from tools.render.page import landing_page

PLACEMENTS: Mapping[PieceChannel, Placement] = {
    "push": "linkedin",
    "landing_page": "landing_page",
    "meta_ad": "meta_ad",
    "linkedin": "linkedin",
    "instagram": "instagram",
    "facebook": "facebook",
}
"""How each channel cuts the picture; a notification takes a post's wide one."""
_HEADLINES, _DESCRIPTIONS = 15, 4


class PieceFile(Frozen):
    name: str
    media_type: str
    text: str


class PictureFile(Frozen):
    """A picture beside a piece, cut anew from the brand folder when it is exported; its hash says
    whether it is still the one that was approved."""

    name: str
    product_id: str
    placement: Placement
    sha256: str
    alt: str


class Prepared(Frozen):
    """All that an approval of a piece is bound to."""

    schema_version: int = 1
    brief_hash: str
    piece: Piece
    files: tuple[PieceFile, ...]
    pictures: tuple[PictureFile, ...] = ()


def prepare(
    piece: Piece, facts: Facts, *, brief_hash: str, brand: str, folder: Path, offered: bool
) -> Prepared:
    """The piece with its files. ``folder`` is the brand's; ``offered``: the brief has an offer on
    what the piece shows. Raises RenderError, PictureError."""
    pictures: tuple[PictureFile, ...] = ()
    picture = getattr(piece, "picture", None)
    if isinstance(picture, ShownPicture):
        made = cut_for(piece.channel, picture.product_id, facts, folder)
        if made is not None:
            pictures = (
                PictureFile(
                    name=f"{piece.channel}.{made.kind}",
                    product_id=picture.product_id,
                    placement=PLACEMENTS[piece.channel],
                    sha256=hashlib.sha256(made.data).hexdigest(),
                    alt=picture.alt,
                ),
            )
    files = _files(piece, facts, brand, folder, offered)
    return Prepared(brief_hash=brief_hash, piece=piece, files=files, pictures=pictures)


def cut_for(channel: PieceChannel, product_id: str, facts: Facts, folder: Path) -> Cut | None:
    """A product's picture as a channel shows it; None where it has none. Raises PictureError, and
    RenderError bad_address for a path out of the brand folder."""
    product = facts.product(product_id)
    placement = PLACEMENTS.get(channel)
    if product is None or product.photo is None or placement is None:
        return None
    file = (folder / product.photo.path).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise RenderError(
            "bad_address",
            "the picture lies outside the brand folder",
            thing=product.photo.path,
            next_step="put it below images/",
        )
    return cut(file, SHAPES[placement], product.photo.focus)


def _files(
    piece: Piece, facts: Facts, brand: str, folder: Path, offered: bool
) -> tuple[PieceFile, ...]:
    match piece:
        case Sms():
            return (_text("sms.txt", piece.whole()),)
        case Push():
            said = {"title": piece.title, "body": piece.body, "deeplink": piece.deeplink}
            body = json.dumps(said, ensure_ascii=False, indent=2)
            return (PieceFile(name="push.json", media_type="application/json", text=f"{body}\n"),)
        case LandingPage():
            shown = next((b.product_id for b in piece.blocks if b.kind == "product"), "")
            picture = cut_for(piece.channel, shown, facts, folder) if shown else None
            page = landing_page(piece, facts, brand=brand, picture=picture, priced=not offered)
            return (PieceFile(name="landing_page.html", media_type="text/html", text=page),)
        case SearchAd():
            table = search_ads((piece,), campaign=brand)
            return (PieceFile(name="search_ad.csv", media_type="text/csv", text=table),)
        case MetaAd():
            parts = (
                ("Primary text", piece.primary_text), ("Headline", piece.headline),
                ("Description", piece.description), ("Call to action", piece.cta),
                ("Website URL", piece.url),
            )  # fmt: skip
            return (_text("meta_ad.txt", "\n\n".join(f"{k}:\n{v}" for k, v in parts if v)),)
        case YouTubeVideo():
            return (
                _text("youtube_title.txt", piece.title),
                _text("youtube_description.txt", piece.whole()),
            )
        case _:
            return (_text(f"{piece.channel}.txt", piece.whole()),)


def search_ads(ads: tuple[SearchAd, ...], *, campaign: str) -> str:
    """Responsive search ads as Google Ads Editor imports them from CSV: one row an ad, paused, so
    that an import alone shows nothing to anybody."""
    heads = [
        "Campaign", "Ad Group", "Ad type",
        *(f"Headline {n}" for n in range(1, _HEADLINES + 1)),
        *(f"Description {n}" for n in range(1, _DESCRIPTIONS + 1)),
        "Path 1", "Path 2", "Final URL", "Status",
    ]  # fmt: skip
    to = io.StringIO(newline="")
    rows = csv.writer(to)
    rows.writerow(heads)
    for ad in ads:
        rows.writerow(
            [
                campaign, ad.angle.replace("_", " "), "Responsive search ad",
                *_padded(ad.headlines, _HEADLINES), *_padded(ad.descriptions, _DESCRIPTIONS),
                *_padded(ad.paths, 2), ad.url, "Paused",
            ]
        )  # fmt: skip
    return to.getvalue()


def _padded(texts: tuple[str, ...], count: int) -> list[str]:
    return [*texts[:count], *[""] * (count - len(texts))]


def _text(name: str, text: str) -> PieceFile:
    return PieceFile(name=name, media_type="text/plain", text=f"{text}\n")
