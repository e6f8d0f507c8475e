"""The piece writer: one brief becomes a consistent set over channels, whoever writes it.

What can be computed is not left to the writer: ids, addresses, legal lines, sender, provenance and
the label are filled here.
"""

from __future__ import annotations

from agents.claims.evidence import evidence
from agents.claims.support import tie
from agents.copy_generator import label_of
from agents.fallback import answer_or_house
from agents.model import Model, ModelError
from agents.rules.review import shown_products
from agents.tasks import GENERATE_PIECES, PiecesQuestion
from domain.brief import Brief
from domain.draft import Provenance
from domain.facts import Facts
from domain.piece import (
    InstagramPost,
    LandingPage,
    Piece,
    PieceSet,
    Push,
    Sms,
)
from prompts.library import Prompt, Prompts, shipped_prompts


async def generate_pieces(
    question: PiecesQuestion,
    model: Model,
    house: Model | None = None,
    prompts: Prompts | None = None,
) -> PieceSet:
    """Write a piece for every channel of the question. ``prompts``: those a model is asked by.

    With ``house`` given, it stands in when the model fails, and the label says so. Raises
    ModelError when nobody has a usable answer.
    """
    reply = await answer_or_house(model, house, GENERATE_PIECES, question)
    wanted = {p.channel: p for p in reversed(reply.answer.pieces) if p.channel in question.channels}
    if not wanted:
        raise ModelError(
            "empty",
            "The answer holds no piece of the channels asked for.",
            thing=reply.by,
            next_step="Ask again, or write them by hand.",
        )
    prompt = None
    if reply.by != "house":
        prompt = (prompts or shipped_prompts()).of(GENERATE_PIECES.name)
    return PieceSet(
        brief_hash=question.brief.hash(),
        pieces=tuple(
            _finished(wanted[channel], reply.by, prompt, question)
            for channel in dict.fromkeys(question.channels)
            if channel in wanted
        ),
        label=label_of(reply.by, reply.failure),
    )


def tied(piece: Piece, brief: Brief, facts: Facts) -> Piece:
    """The piece with its list of claims made whole: those that its words still make, and those
    that it forgot to list and facts do prove."""
    stems = {i.split(".", 1)[0] for i in brief.fact_ids}
    stems |= {product_id for _, product_id in shown_products(piece)}
    own = [p for p in facts.products if p.id in stems] or facts.products
    known = evidence(Facts(products=tuple(own), house=facts.house), brief.offer)
    texts = [text for place, text in piece.texts() if not is_fixed(place)]
    kept = [c for c in piece.claims if any(c.text in text for text in texts)]
    listed = {claim.text for claim in kept}
    found = [claim for claim in tie(texts, known) if claim.text not in listed]
    return piece.model_copy(update={"claims": (*kept, *found)})


def is_fixed(place: str) -> bool:
    """Whether a place holds a line that the workspace sets, and no copy."""
    return place.startswith(("legal", "opt_out", "form.consent"))


def _finished(piece: Piece, by: str, prompt: Prompt | None, question: PiecesQuestion) -> Piece:
    known = {passage.id for passage in question.passages}
    update: dict[str, object] = {
        "id": f"{piece.channel}-a",
        "language": question.brief.language,
        "provenance": Provenance(
            brief_hash=question.brief.hash(),
            passage_ids=tuple(p for p in piece.provenance.passage_ids if p in known),
            guide_version=question.guide.version(),
            prompt_hash=prompt.hash if prompt else "",
            prompt_version=prompt.version if prompt else 0,
            model=by,
        ),
    }
    return tied(
        piece.model_copy(update={**update, **_given(piece, question)}),
        question.brief,
        question.facts,
    )


def _given(piece: Piece, question: PiecesQuestion) -> dict[str, object]:
    """The fields that no writer chooses."""
    match piece:
        case Sms():
            terms = question.sms
            return {"url": question.link, "sender": terms.sender, "country": terms.country}
        case Push():
            return {"deeplink": question.link}
        case LandingPage():
            page = question.page
            form = piece.form
            return {
                "url": page.url,
                "indexed": page.indexed,
                "privacy_url": page.privacy_url,
                "legal": imprint(question),
                "cta": piece.cta and piece.cta.model_copy(update={"url": question.link}),
                "form": form.model_copy(update={"action": page.form_action})
                if form is not None and page.form_action
                else None,
            }
        case InstagramPost():
            return {"url": ""}
        case _:
            return {"url": question.link}


def imprint(question: PiecesQuestion) -> tuple[str, ...]:
    """The guide's imprint in the brief's language."""
    return tuple(
        line.text
        for line in question.guide.legal
        if line.language == question.brief.language and "imprint" in line.id
    )
