"""Pictures: there where they are needed, with rights that cover channel and day, and said in words.

``platforms`` knows which channels take nothing without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agents.rules.review import Findings, Review, finding, is_piece, shown_products
from domain.draft import Copy, Variant
from domain.facts import Facts, Product
from domain.pictures import PictureChannel
from domain.piece import LandingPage, Piece


def check(review: Review) -> Findings:
    arriving = {mail.id: mail.html for mail in review.rendered}
    for copy in review.copies:
        yield from _missing(review, copy, arriving.get(copy.id, "<img"))
        for place, product in _pictured(review.facts, copy):
            if not is_piece(copy):
                yield from _words(product, review.language(copy), copy.id, place)
            channel = _channel(copy)
            if channel is not None:
                until = review.brief.send_until
                yield from rights_of(product, channel, until, copy=copy.id, place=place)


def rights_of(
    product: Product, channel: PictureChannel, until: date, *, copy: str = "", place: str = ""
) -> Findings:
    """What of the rights in a product's photo keeps it from a channel up to a day, included."""
    photo = product.photo
    if photo is None:
        return
    at = {"variant": copy, "place": place, "text": photo.path}
    rights = photo.rights
    if rights is None:
        yield finding(
            "pictures.rights_unsaid", "minor",
            "Nobody has said whose picture this is, and where it may be used.",
            f"Add rights to the photo of {product.id}: owner, licence, channels.", **at,
        )  # fmt: skip
        return
    if rights.valid_until is not None and rights.valid_until < until:
        yield finding(
            "pictures.expired", "blocking",
            f"The right to use it ends on {rights.valid_until}, and this may go out or stand until "
            f"{until}.",
            f"Ask {rights.owner} for longer, take another picture, or send earlier.", **at,
        )  # fmt: skip
    if channel not in rights.channels:
        allowed = ", ".join(rights.channels).replace("_", " ") or "nothing"
        yield finding(
            "pictures.channel", "blocking",
            f"Its rights do not cover {channel.replace('_', ' ')}; they cover {allowed}.",
            f"Ask {rights.owner} for this channel too, or take another picture.", **at,
        )  # fmt: skip
    if rights.people and not rights.consent:
        people = "A person" if rights.people == 1 else f"{rights.people} people"
        yield finding(
            "pictures.consent", "blocking",
            f"{people} can be recognised in it, and no consent is on file.",
            "Get their consent in writing and say where it is kept, or take another picture.", **at,
        )  # fmt: skip


def _missing(review: Review, copy: Variant | Piece, arriving: str) -> Findings:
    """A mail or page about something that the guide wants a picture of, without one."""
    if not isinstance(copy, Variant | LandingPage):
        return
    needing = list(_needing(review, copy))
    if not needing:
        return
    pictured = [product for _, product in _pictured(review.facts, copy)]
    if not any(product in pictured for product in needing):
        one = next((p for p in needing if p.photo is not None), needing[0])
        yield finding(
            "pictures.missing",
            "blocking",
            f"It is about {one.name}, and the guide wants a picture with every {one.category}.",
            f"Show {one.id}." if one.photo else f"Give {one.id} a photo in the facts, and show it.",
            variant=copy.id,
        )
    elif "<img" not in arriving:
        yield finding(
            "pictures.missing",
            "blocking",
            f"It is about {needing[0].name}, and it would arrive without any picture.",
            "Set [sending] image_base_url to the address that the brand's images lie at.",
            variant=copy.id,
            place="html",
        )


def _words(product: Product, language: str, variant: str, place: str) -> Findings:
    said = product.picture_says(language).strip()
    at = {"variant": variant, "place": place, "text": product.photo.path if product.photo else ""}
    if not said:
        yield finding(
            "pictures.alt", "serious",
            "Whoever does not load or see the picture gets nothing.",
            "Say in the product's photo what it shows.", **at,
        )  # fmt: skip
    elif language != "en" and said == product.picture_says("en").strip():
        yield finding(
            "pictures.alt_language", "minor",
            f"What the picture shows is not said in the copy's language ({language}).",
            f"Add alts.{language} to the photo of {product.id}.", **at,
        )  # fmt: skip


def _pictured(facts: Facts, copy: Copy) -> Iterator[tuple[str, Product]]:
    """(place, product) of every photo that is shown."""
    unpictured = (
        {f"blocks[{n}]" for n, block in enumerate(copy.blocks) if not block.pictures()}
        if isinstance(copy, Variant | LandingPage)
        else ()
    )
    for place, product_id in shown_products(copy):
        product = facts.product(product_id)
        if place not in unpictured and product is not None and product.photo is not None:
            yield place, product


def _needing(review: Review, copy: Copy) -> Iterator[Product]:
    """Products that a copy shows or rests a claim on, whose category needs a picture."""
    shown = (product_id for _, product_id in shown_products(copy))
    cited = (i.split(".", 1)[0] for claim in copy.claims for i in claim.fact_ids)
    for product_id in dict.fromkeys((*shown, *cited)):
        product = review.facts.product(product_id)
        if product is not None and product.category in review.guide.pictures_needed:
            yield product


def _channel(copy: Variant | Piece) -> PictureChannel | None:
    if isinstance(copy, Variant):
        return "email"
    return None if copy.channel == "sms" else copy.channel
