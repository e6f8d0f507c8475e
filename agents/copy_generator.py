"""The copy generator: a brief becomes a Draft, whoever writes it.

What can be computed is not left to the writer: provenance, ids and the label are filled here.
"""

from __future__ import annotations

import re
from typing import get_args

from agents.claims.evidence import evidence
from agents.claims.support import tie
from agents.fallback import answer_or_house
from agents.learning.locks import keep
from agents.model import Model, ModelError
from agents.tasks import GENERATE_COPY, CopyQuestion
from domain.brief import Brief
from domain.draft import (
    Block,
    CallToAction,
    Draft,
    Fallback,
    PersonalField,
    Provenance,
    Quote,
    Variant,
)
from domain.facts import Facts
from prompts.library import Prompt, Prompts, shipped_prompts

_NO_SPACE = re.compile(r"\s+")
_ANGLE = re.compile(r"[^\W\d_]{1,20}(?:_[^\W\d_]{1,20}){0,2}")

HOUSE_LABEL = "assembled from your library, no AI"


async def generate_copy(
    question: CopyQuestion,
    model: Model,
    house: Model | None = None,
    prompts: Prompts | None = None,
) -> Draft:
    """Draft the variants of one mail. ``prompts``: those that the model is asked by.

    With ``house`` given, it stands in when the model fails, and the draft's label says so.
    Raises ModelError when nobody has a usable answer.
    """
    reply = await answer_or_house(model, house, GENERATE_COPY, question)
    variants = reply.answer.variants[: question.variants]
    if not variants:
        raise ModelError(
            "empty",
            "The answer holds no variant.",
            thing=reply.by,
            next_step="Ask again, or write the copy by hand.",
        )
    prompt = None
    if reply.by != "house":
        prompt = (prompts or shipped_prompts()).of(GENERATE_COPY.name)
    known = {passage.id for passage in question.passages}
    draft = Draft(
        language=question.brief.language,
        variants=tuple(
            _finished(variant, _id(number), reply.by, prompt, known, question)
            for number, variant in enumerate(variants)
        ),
        label=label_of(reply.by, reply.failure),
    )
    # A rule can put back what was locked; what a model drops, the critic holds against it.
    return _tied(keep(draft, question.locked), question) if reply.by == "house" else draft


def _tied(draft: Draft, question: CopyQuestion) -> Draft:
    """With the claims of sentences that were put back."""
    variants = tuple(tied(v, question.brief, question.facts) for v in draft.variants)
    return draft.model_copy(update={"variants": variants})


def _finished(
    variant: Variant,
    variant_id: str,
    by: str,
    prompt: Prompt | None,
    known: set[str],
    question: CopyQuestion,
) -> Variant:
    """The variant with everything that code knows better than its writer.

    What a model may not choose is not checked but set: where links lead, what stands in for a
    name, and an angle of plain words.
    """
    if by != "house":
        variant = _bound(variant, variant_id, question.link)
    return variant.model_copy(
        update={
            "id": variant_id,
            "claims": tied(variant, question.brief, question.facts).claims,
            "subject": variant.subject.strip(),
            "preheader": variant.preheader.strip(),
            "provenance": Provenance(
                brief_hash=question.brief.hash(),
                passage_ids=tuple(p for p in variant.provenance.passage_ids if p in known),
                guide_version=question.guide.version(),
                prompt_hash=prompt.hash if prompt else "",
                prompt_version=prompt.version if prompt else 0,
                model=by,
            ),
        }
    )


def _bound(variant: Variant, variant_id: str, link: str) -> Variant:
    named = " ".join(text for _, text in variant.texts())
    fields = [f for f in get_args(PersonalField) if f"{{{{{f}}}}}" in _NO_SPACE.sub("", named)]
    return variant.model_copy(
        update={
            "angle": _plain_angle(variant.angle, variant_id),
            "blocks": tuple(_bound_block(block, link) for block in variant.blocks),
            "fallbacks": tuple(Fallback(field=f, text="") for f in fields),
        }
    )


def _bound_block(block: Block, link: str) -> Block:
    match block:
        case CallToAction():
            return block.model_copy(update={"url": link})
        case Quote():  # only a person knows that somebody agreed to be quoted
            return block.model_copy(update={"consent": ""})
        case _:
            return block


def _plain_angle(angle: str, variant_id: str) -> str:
    """One to three plain words; people read it beside results for months."""
    words = re.sub(r"[\s_-]+", "_", angle.strip().casefold())
    return words if _ANGLE.fullmatch(words) else f"variant_{variant_id}"


def tied(variant: Variant, brief: Brief, facts: Facts) -> Variant:
    """The variant with its list of claims made whole: those that its copy still makes, and those
    that it forgot to list and facts do prove. For a writer's answer, and for a person's edit."""
    shown = {product_id for block in variant.blocks for product_id in block.products()}
    stems = {i.split(".", 1)[0] for i in brief.fact_ids} | shown
    own = [p for p in facts.products if p.id in stems] or facts.products
    known = evidence(Facts(products=tuple(own), house=facts.house), brief.offer)
    texts = [text for _, text in variant.texts()]
    kept = [c for c in variant.claims if any(c.text in text for text in texts)]
    listed = {claim.text for claim in kept}
    found = [claim for claim in tie(texts, known) if claim.text not in listed]
    return variant.model_copy(update={"claims": (*kept, *found)})


def _id(number: int) -> str:
    """a, b, …, z, a1, b1, …"""
    letter = "abcdefghijklmnopqrstuvwxyz"[number % 26]
    return letter if number < 26 else f"{letter}{number // 26}"


def label_of(by: str, failure: str) -> str:
    """What stands on a draft: who wrote it, and in whose place."""
    if by != "house":
        return by
    return f"{HOUSE_LABEL} (in place of {failure})" if failure else HOUSE_LABEL
