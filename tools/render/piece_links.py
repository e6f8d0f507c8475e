"""A piece's addresses with the UTM tags of its channel, as they are approved and exported."""

from __future__ import annotations

from collections.abc import Mapping

from domain.piece import LandingPage, Piece, PieceChannel, Push
from tools.render.links import tracked

UTM: Mapping[PieceChannel, tuple[str, str]] = {
    "sms": ("sms", ""),
    "push": ("app", "push"),
    "landing_page": ("landing_page", "web"),
    "search_ad": ("google", "cpc"),
    "meta_ad": ("meta", "paid_social"),
    "linkedin": ("linkedin", "social"),
    "instagram": ("instagram", "social"),
    "facebook": ("facebook", "social"),
    "youtube": ("youtube", "video"),
}
"""utm_source and utm_medium; a text message has room for the first alone."""


def tagged(piece: Piece, campaign_id: str) -> Piece:
    """The piece with the addresses that lead to the brand marked; those of an app stay."""
    source, medium = UTM[piece.channel]
    content = "" if piece.channel == "sms" else piece.id

    def tags(url: str) -> str:
        return tracked(
            url, source=source, medium=medium, campaign_id=campaign_id, variant_id=content
        )

    if isinstance(piece, Push):
        return piece.model_copy(update={"deeplink": tags(piece.deeplink)})
    if isinstance(piece, LandingPage):
        cta = piece.cta
        marked = None if cta is None else cta.model_copy(update={"url": tags(cta.url)})
        return piece.model_copy(update={"cta": marked})
    return piece.model_copy(update={"url": tags(piece.url)})
