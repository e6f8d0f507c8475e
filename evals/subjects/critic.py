"""Critiques: copy that a case states whole, as the critic finds it."""

from __future__ import annotations

from typing import Any

from agents.critic import criticise
from agents.model import Model
from domain.critique import Critique
from domain.draft import (
    Block,
    CallToAction,
    Claim,
    Draft,
    Fallback,
    Heading,
    Paragraph,
    ProductCard,
    Provenance,
    Variant,
)
from evals.case import Case
from evals.ground import Ground
from evals.subjects.briefs_given import brief_of
from evals.subjects.rendered import rendered

LINK = "https://halden.example/viewing"


async def produce(case: Case, ground: Ground, model: Model) -> Critique:
    """``variants``: each with subject, preheader, ``body`` (a text is a paragraph; ``{cta: text}``,
    ``{product: id}``, ``{heading: text}``) and ``claims``: text → fact ids."""
    given = case.given
    brief = brief_of(given)
    draft = Draft(
        language=brief.language,
        variants=tuple(
            _variant(one, "abcdef"[number]) for number, one in enumerate(given["variants"])
        ),
        label="given by the case",
    )
    mails = rendered(draft, ground).made
    return await criticise(
        draft,
        brief=brief,
        facts=ground.facts,
        guide=ground.brand.guide,
        rendered=mails,
        model=None if model.name == "house" else model,
    )


def _variant(given: dict[str, Any], name: str) -> Variant:
    return Variant(
        id=name,
        angle=given.get("angle", f"angle {name}"),
        subject=given["subject"],
        preheader=given.get("preheader", ""),
        blocks=tuple(_block(one) for one in given["body"]),
        claims=tuple(
            Claim(text=text, fact_ids=tuple(ids)) for text, ids in given.get("claims", {}).items()
        ),
        fallbacks=tuple(
            Fallback(field=field, text=text) for field, text in given.get("fallbacks", {}).items()
        ),
        provenance=Provenance(brief_hash="0" * 64, model="case"),
    )


def _block(given: Any) -> Block:
    match given:
        case str():
            return Paragraph(text=given)
        case {"cta": text, **more}:
            return CallToAction(text=text, url=more.get("url", LINK))
        case {"product": product}:
            return ProductCard(product_id=product)
        case {"heading": text}:
            return Heading(text=text)
        case _:
            raise ValueError(f"a block of the body cannot be read: {given!r}")
