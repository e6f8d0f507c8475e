"""A draft as it would go out, the way the workflow renders it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.draft import Draft
from domain.publication import RenderedVariant
from evals.ground import Ground
from tools.render.errors import RenderError
from tools.render.mail import render

IMAGES = "https://halden.example"
"""Below it lie the brand folder's images."""


@dataclass(frozen=True)
class Mails:
    """The variants that make a mail, and why the others do not."""

    made: tuple[RenderedVariant, ...]
    refused: tuple[str, ...]


def rendered(draft: Draft, ground: Ground) -> Mails:
    """Render every variant."""
    guide = ground.brand.guide
    made, refused = [], []
    for variant in draft.variants:
        try:
            made.append(
                render(
                    variant,
                    ground.facts,
                    language=draft.language,
                    legal=[line.text for line in guide.legal if line.language == draft.language],
                    postal_address=guide.postal_address,
                    shop_url=guide.shop_url,
                    image_base_url=IMAGES,
                    campaign_id="case",
                    brand=guide.brand,
                )
            )
        except RenderError as error:
            refused.append(str(error))
    return Mails(tuple(made), tuple(refused))
