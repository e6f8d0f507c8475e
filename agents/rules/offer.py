# ruff: noqa: E501 (patterns and sentences are read whole)
"""The offer: what the copy gives away is what the brief allows, with end, code and reference."""

from __future__ import annotations

import re
from decimal import Decimal

from agents.claims.evidence import reduced_price
from agents.claims.quantities import quantities
from agents.languages import lexicon
from agents.rules.review import Findings, Review, body, finding, is_piece
from domain.brief import Offer
from domain.draft import Copy, Variant

_OFF = re.compile(
    r"\b(?:off|discounts?|reduc\w+|less|save|saving|cheaper|sale|voucher|coupon|rabatt\w*|nachlass"
    r"|weniger|günstiger|reduziert\w*|sparen|ersparnis|gutschein\w*|statt|instead of)\b",
    re.IGNORECASE,
)
_NEAR = 40
"""Characters around a percentage in which a word speaks of a reduction."""
_CODE = re.compile(
    r"\b(?i:code|gutscheincode|codes|rabattcode)\b[:\s]+(?:is |lautet )?[\"“„]?([A-Z0-9][A-Z0-9-]{2,})\b"
)
_REASON = re.compile(
    r"\b(?:reason|why\b|would like (?:you|to)|because|since you|thank|sorry|back\b|occasion|for (?:christmas|easter|your)|grund|anlass"
    r"|weil|denn|dank|zum|zu (?:weihnachten|ostern))",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"30 (?:days|tage)", re.IGNORECASE)


def check(review: Review) -> Findings:
    for variant in review.copies:
        yield from _percents(review, variant)
        yield from _codes(review, variant)
        if review.brief.offer is None:
            yield from _none_allowed(variant)
        else:
            yield from _beyond(review, review.brief.offer, variant)
            yield from _terms(review, review.brief.offer, variant)


def _percents(review: Review, variant: Copy) -> Findings:
    offer = review.brief.offer
    allowed = Decimal(str(offer.share)) * 100 if offer and offer.share is not None else Decimal(0)
    most = Decimal(str(review.guide.percent_off_most)) * 100
    for place, text in variant.texts():
        for said in quantities(text):
            if said.kind != "percent" or (said.value <= allowed and said.value <= most):
                continue
            if not _OFF.search(text[max(0, said.start - _NEAR) : said.end + _NEAR]):
                continue
            yield finding(
                "offer.percent",
                "blocking",
                f"The brief allows {allowed.normalize():f}%, the guide at most {most.normalize():f}%."
                if offer
                else "The brief has no offer.",
                "Say what the brief allows.",
                variant=variant.id,
                place=place,
                text=said.text,
            )


def _codes(review: Review, variant: Copy) -> Findings:
    allowed = review.brief.offer.code if review.brief.offer else ""
    for place, text in variant.texts():
        for match in _CODE.finditer(text):
            if match.group(1) != allowed:
                yield finding(
                    "offer.code",
                    "blocking",
                    f"The brief's code is {allowed}." if allowed else "The brief has no code.",
                    "Use the brief's code, or none.",
                    variant=variant.id,
                    place=place,
                    text=match.group(1),
                )


def speaks_of_offer(text: str) -> str:
    """The words that speak of a reduction or a gift; empty where there are none."""
    for kind in ("reduction", "fraction", "beyond"):
        match = lexicon.pattern("offers", kind).search(text)
        if match:
            return match.group()
    return ""


def _beyond(review: Review, offer: Offer, variant: Copy) -> Findings:
    """More than the brief's offer: gifts, two for one, instalments, or another share in words."""
    known = review.evidence_for(variant)
    for place, text in variant.texts():
        for match in lexicon.pattern("offers", "beyond").finditer(text):
            words = match.group()
            if not any(words.casefold() in e.words.casefold() for e in known):
                yield finding(
                    "offer.beyond", "blocking", "The brief's offer does not hold this.",
                    "Say what the brief allows, and nothing further.",
                    variant=variant.id, place=place, text=words,
                )  # fmt: skip
        for match in lexicon.pattern("offers", "fraction").finditer(text):
            said = _share(match.group())
            if offer.share is None or abs(said - offer.share * 100) > 1:
                yield finding(
                    "offer.percent", "blocking",
                    f"The brief allows {(offer.share or 0) * 100:g}%, and this says {said:g}%.",
                    "Say what the brief allows.", variant=variant.id, place=place,
                    text=match.group(),
                )  # fmt: skip


def _share(words: str) -> float:
    """Per cent that "half off" and its like speak of."""
    shares = {
        w: n
        for code in lexicon.languages()
        for w, n in lexicon.read(code, "offers")["shares"].items()
    }
    low = words.casefold()
    return next((float(shares[w]) for w in sorted(shares, key=len, reverse=True) if w in low), 50.0)


def _none_allowed(variant: Copy) -> Findings:
    for place, text in variant.texts():
        words = speaks_of_offer(text)
        if words:
            yield finding(
                "offer.not_in_brief",
                "blocking",
                "It speaks of an offer, and the brief has none.",
                "Take it out, or ask for an offer in the goal.",
                variant=variant.id,
                place=place,
                text=words,
            )


def _terms(review: Review, offer: Offer, variant: Copy) -> Findings:
    """An offer is said whole: reduction, code, end, reason, and the reference price."""
    texts = " ".join(text for _, text in body(variant))
    said = quantities(texts)
    percent = Decimal(str(offer.share)) * 100 if offer.share is not None else None
    amounts = {
        money.amount
        for product in review.facts.products
        if (money := reduced_price(offer, product)) is not None
    }
    spoken = (
        any(q.kind == "percent" and q.value == percent for q in said)
        or (offer.code and offer.code in texts)
        or any(q.kind == "money" and q.value in amounts for q in said)
        or (offer.amount is not None and any(q.value == offer.amount.amount for q in said))
    )
    if not spoken and not isinstance(variant, Variant):
        return  # thirty letters of a headline need not say it
    if not spoken:
        yield finding(
            "offer.unsaid",
            "serious",
            "The brief has an offer, and the mail does not say it.",
            "Say the reduction, its end and its reason.",
            variant=variant.id,
        )
        return
    day = Decimal(offer.valid_until.month * 100 + offer.valid_until.day)
    if not any(q.kind == "date" and q.value == day for q in said):
        yield finding(
            "offer.end",
            "serious",
            "The offer stands without its end date.",
            f"Say that it ends on {offer.valid_until.day} {offer.valid_until:%B}.",
            variant=variant.id,
        )
    if offer.code and offer.code not in texts:
        yield finding(
            "offer.code_unsaid",
            "serious",
            "The offer needs a code, and the mail does not give it.",
            f"Give the code {offer.code}.",
            variant=variant.id,
        )
    if not _REASON.search(texts):
        asked = any("reason" in p.casefold() for p in review.guide.principles)
        yield finding(
            "offer.reason",
            "serious" if asked and not _is_narrow(variant) else "minor",
            "A reduction without its reason.",
            "Say in one sentence why there is a reduction.",
            variant=variant.id,
        )
    if offer.products and not _REFERENCE.search(texts):
        yield finding(
            "offer.reference",
            "blocking",
            "A reduced price must name the lowest price of the last 30 days (§ 11 PAngV).",
            "Name it beside the reduced price.",
            variant=variant.id,
        )


def _is_narrow(variant: Copy) -> bool:
    """Whether there is hardly room for more than the terms that the law asks for."""
    return is_piece(variant) and variant.channel in ("sms", "push", "search_ad", "meta_ad")
