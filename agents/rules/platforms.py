"""Pieces for other channels: what their platform takes, and the picture that they need."""

from __future__ import annotations

from agents.rules.review import Findings, Review, finding, shown_products
from domain.limits import Measured, measured
from domain.piece import Piece

_NEEDS_PICTURE = {"instagram": "blocking", "meta_ad": "serious", "facebook": "minor"}
_LEAST_WORDS = 3


def check(review: Review) -> Findings:
    for piece in review.pieces:
        for found in measured(piece):
            if not found.kept:
                yield from _beyond(piece, found)
        yield from _says_nothing(piece)
        yield from _picture(review, piece)


def _beyond(piece: Piece, found: Measured) -> Findings:
    limit = found.limit
    short = found.used < limit.least
    bound = f"at least {limit.least:,}" if short else f"at most {limit.most:,}"
    yield finding(
        "length.platform" if limit.hard else "length.seen",
        "blocking" if limit.hard else "minor",
        f"{found.used:,} {limit.unit}; {bound}: {limit.why}.",
        "Write more of them." if short else "Shorten it.",
        variant=piece.id,
        place=found.place,
    )


def _says_nothing(piece: Piece) -> Findings:
    if sum(len(text.split()) for _, text in piece.texts()) < _LEAST_WORDS:
        yield finding(
            "length.empty", "serious", "It says nothing.", "Say one fact.", variant=piece.id
        )


def _picture(review: Review, piece: Piece) -> Findings:
    if not hasattr(piece, "picture"):
        return
    if piece.picture is None:
        severity = _NEEDS_PICTURE.get(piece.channel)
        if severity is not None:
            yield finding(
                "pictures.missing",
                severity,  # type: ignore[arg-type]
                "It has no picture, without which it cannot be posted or is not seen.",
                "Choose the photo of a product of the brief.",
                variant=piece.id,
            )
        return
    if not piece.picture.alt.strip():
        yield finding(
            "pictures.alt",
            "serious",
            "Whoever does not load or see the picture gets nothing.",
            "Say in words what it shows.",
            variant=piece.id,
            place="picture",
        )
    for place, product_id in shown_products(piece):
        product = review.facts.product(product_id)
        if place == "picture" and product is not None and product.photo is None:
            yield finding(
                "pictures.missing",
                "serious",
                "The product has no photo.",
                "Add one to the product's facts, or show another product.",
                variant=piece.id,
                place=place,
                text=product_id,
            )
