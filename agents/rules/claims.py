"""Claims against facts: what copy asserts must be listed, and the listed fact must say it."""

from __future__ import annotations

import re

from agents.claims.detect import Checkable, Kind, checkables
from agents.claims.evidence import Evidence
from agents.claims.reader import unsupported_of_reader
from agents.claims.support import bears, supporting
from agents.rules.review import Findings, Review, finding, is_piece, shown_products
from domain.critique import Severity
from domain.draft import Claim, Copy, Variant
from domain.piece import PUBLIC, Piece
from domain.predicate import Everyone

_SERIOUS: frozenset[Kind] = frozenset(("material", "condition", "comparison", "universal", "free"))
"""Kinds whose words have harmless uses as well; every other unsupported claim is blocking."""
_MENDS: dict[Kind, str] = {
    "stock": "Say the true stock, or nothing.",
    "superlative": "Name the number instead of the superlative.",
    "comparison": "Say what it is, without the others.",
    "heritage": "Add the founding as a house fact with its source, or leave it out.",
    "craft": "Say only what a fact says was done, by whom and when.",
    "universal": "Speak of this one piece.",
    "value_retention": "Leave it out: nobody can promise it.",
    "health": "Leave it out.",
    "certification": "Add the certificate as a fact, or leave it out.",
    "popularity": "Leave it out, or add the count as a fact.",
}
_SENTENCE = re.compile(r"[^.!?\n]*[.!?]?")
_WORD = re.compile(r"[^\W\d_]{4,}")


def check(review: Review) -> Findings:
    for variant in review.copies:
        known = review.evidence_for(variant)
        yield from _listed(review, variant, known)
        yield from _stated(review, variant, known)
        yield from _of_reader(review, variant)
        yield from _cards(review, variant)
        yield from _rests_on_nothing(review, variant)


def _stated(review: Review, variant: Copy, known: tuple[Evidence, ...]) -> Findings:
    """Every assertion in the text: borne by some fact, and listed."""
    described = _descriptions(review, variant)
    for place, text in variant.texts():
        if place.startswith("legal["):
            continue  # people's own lines, which rules of family legal hold against the guide
        if place == "picture.alt" and text in described:
            continue  # the fact's own words of its photo
        spans = _spans(variant, text)
        for claim in checkables(text):
            before = text[: claim.start]
            found = supporting(claim, known, before)
            if not found:
                yield _unsupported(variant, place, claim)
                continue
            if any(i.startswith("offer.") for i in found):
                continue  # rests on the brief, which the rules of family offer check
            if not any(start <= claim.start and claim.end <= end for start, end in spans):
                yield finding(
                    "claims.unlisted",
                    "serious",
                    "This can be checked, and is not listed with the fact that it rests on.",
                    f"List it as a claim on {found[0]}.",
                    variant=variant.id,
                    place=place,
                    text=claim.text,
                )


def _descriptions(review: Review, variant: Copy) -> set[str]:
    """What the facts say of the photos that it shows."""
    found: set[str] = set()
    for _, product_id in shown_products(variant):
        product = review.facts.product(product_id)
        if product is not None and product.photo is not None:
            found |= {product.picture_says(language) for language in ("en", "de")}
    return found


def _unsupported(variant: Copy, place: str, claim: Checkable) -> finding:  # type: ignore[valid-type]
    severity: Severity = "serious" if claim.kind in _SERIOUS else "blocking"
    why = (
        "No fact can bear this: it is a promise that nobody can keep."
        if claim.never
        else f"No fact given says this ({claim.kind.replace('_', ' ')})."
    )
    mend = _MENDS.get(claim.kind, "Cite a fact that says it, or take it out.")
    return finding(
        f"claims.{claim.kind}",
        severity,
        why,
        mend,
        variant=variant.id,
        place=place,
        text=claim.text,
    )


def _listed(review: Review, variant: Copy, known: tuple[Evidence, ...]) -> Findings:
    """Every claim in the list: in the copy, on facts that exist and say so."""
    whole = [text for _, text in variant.texts()]
    for claim in variant.claims:
        unknown = [i for i in claim.fact_ids if not _exists(review, i)]
        for fact_id in unknown:
            yield finding(
                "claims.unknown_fact",
                "blocking",
                f"It cites {fact_id}, which is no fact.",
                "Cite a fact that exists, or take the sentence out.",
                variant=variant.id,
                text=claim.text,
            )
        if not any(claim.text in text for text in whole):
            yield finding(
                "claims.not_in_copy",
                "minor",
                "The list holds a claim that the copy does not make.",
                "Take it off the list.",
                variant=variant.id,
                text=claim.text,
            )
            continue
        if not unknown:
            yield from _borne(review, variant, claim, known)
        yield from _expired(review, variant, claim)


def _borne(review: Review, variant: Copy, claim: Claim, known: tuple[Evidence, ...]) -> Findings:
    cited = [e for e in review.all_evidence.values() if _is_cited(e, claim)]
    offered = [e for e in known if e.id.startswith("offer.")]
    found = checkables(claim.text)
    for part in found:
        before = claim.text[: part.start]
        if any(bears(e, part, before) for e in (*cited, *offered)):
            continue
        others = supporting(part, known, before)
        if not others:
            continue  # reported where it stands in the text
        yield finding(
            "claims.wrong_fact",
            "blocking",
            f"The cited {', '.join(claim.fact_ids)} does not say this.",
            f"Cite {others[0]}.",
            variant=variant.id,
            text=part.text,
        )
    # The house writer's claims were tied by people, when they put the passage into the library.
    by_people = variant.provenance.model == "house"
    if not found and cited and not by_people and not _shares_a_word(claim, cited):
        yield finding(
            "claims.far_from_fact",
            "minor",
            f"The cited {', '.join(claim.fact_ids)} shares no word with this.",
            "Read both; cite another fact if it does not carry the sentence.",
            variant=variant.id,
            text=claim.text,
        )


def _expired(review: Review, variant: Copy, claim: Claim) -> Findings:
    for fact_id in claim.fact_ids:
        fact = review.facts.house_fact(fact_id)
        if fact and fact.valid_until and fact.valid_until < review.brief.send_until:
            yield finding(
                "claims.expired",
                "blocking",
                f"{fact_id} holds until {fact.valid_until}, and the mail may go out later.",
                "Renew the fact, send earlier, or take the sentence out.",
                variant=variant.id,
                text=claim.text,
            )


def _of_reader(review: Review, variant: Variant | Piece) -> Findings:
    # What anybody may read is said to everyone, whatever audience the brief has.
    public = is_piece(variant) and variant.channel in PUBLIC
    rule = Everyone() if public else review.brief.audience.rule
    for place, text in variant.texts():
        for words in unsupported_of_reader(text, rule):
            yield finding(
                "claims.reader",
                "serious",
                "The audience rule does not make this true of everybody who reads it.",
                "Say it without the reader's past, or narrow the audience.",
                variant=variant.id,
                place=place,
                text=words,
            )


def _cards(review: Review, variant: Copy) -> Findings:
    for place, product_id in shown_products(variant):
        product = review.facts.product(product_id)
        if product is None:
            yield finding(
                "claims.unknown_product",
                "blocking",
                "It shows a product that is not among the facts.",
                "Show a product of the brief.",
                variant=variant.id,
                place=place,
                text=product_id,
            )
        elif product.stock < 1:
            yield finding(
                "claims.sold_out",
                "blocking",
                "It shows a product of which there is none.",
                "Choose another product.",
                variant=variant.id,
                place=place,
                text=product.name,
            )


def _rests_on_nothing(review: Review, variant: Copy) -> Findings:
    """The swap test, as far as a rule can take it: a mail without a fact could be anyone's."""
    if variant.claims or variant.provenance.passage_ids:
        return
    if shown_products(variant):
        return
    offer = review.brief.offer
    whole = " ".join(text for _, text in variant.texts())
    if offer is not None and offer.code and offer.code in whole:
        return
    yield finding(
        "claims.no_fact",
        "serious",
        "Nothing in it rests on a fact: a competitor could send it.",
        "Say one thing that only this house can say.",
        variant=variant.id,
    )


def _spans(variant: Copy, text: str) -> list[tuple[int, int]]:
    """Where the listed claims stand in a text."""
    spans = []
    for claim in variant.claims:
        start = text.find(claim.text) if claim.text else -1
        while start >= 0:
            spans.append((start, start + len(claim.text)))
            start = text.find(claim.text, start + 1)
    return spans


def _exists(review: Review, fact_id: str) -> bool:
    return review.facts.knows(fact_id) or fact_id in review.all_evidence


def _is_cited(evidence: Evidence, claim: Claim) -> bool:
    """``<product>`` cites every field of it, ``<product>.<field>`` that one."""
    return evidence.id in claim.fact_ids or evidence.id.rpartition(".")[0] in claim.fact_ids


def _shares_a_word(claim: Claim, cited: list[Evidence]) -> bool:
    said = {w.casefold()[:5] for w in _WORD.findall(claim.text)}
    return any(said & {w.casefold()[:5] for w in _WORD.findall(e.words)} for e in cited)
