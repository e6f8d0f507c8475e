"""What cases may ask of written copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations, pairwise

from domain.draft import CallToAction, Paragraph, Variant
from evals.assertions import Assertion
from evals.assertions.texts import missing_words, unwanted_words
from evals.subjects.copy import Written

_WORD = re.compile(r"[\w'’]+")
_NUMBER = re.compile(r"\d[\d.,]*")
_GMAIL_CUTS_AT = 102 * 1024


def variants_at_least(written: Written, wanted: int) -> str:
    found = len(written.draft.variants)
    return "" if found >= wanted else f"there are {found} variants"


def angles_differ(written: Written, wanted: object) -> str:
    angles = [variant.angle for variant in written.draft.variants]
    return "" if len(set(angles)) == len(angles) else f"the angles are {angles}"


def texts_differ(written: Written, wanted: float) -> str:
    """No two variants share more than this part of their words' pairs: other angles, not other
    synonyms. The facts themselves are the same in all."""
    pairs = {variant.id: _pairs(variant) for variant in written.draft.variants}
    for one, other in combinations(pairs, 2):
        shared = len(pairs[one] & pairs[other]) / max(1, min(len(pairs[one]), len(pairs[other])))
        if shared > wanted:
            return f"variants {one} and {other} share {shared:.0%} of their words"
    return ""


def may_go_out(written: Written, wanted: bool) -> str:
    blocking = [f"{f.rule} {f.text!r}" for f in written.critique.blocking]
    return "" if (not blocking) is wanted else f"blocked by {blocking}"


def satisfies_the_critic(written: Written, wanted: object) -> str:
    if written.critique.verdict == "satisfied":
        return ""
    held = [f"{f.rule} {f.text!r}" for f in written.critique.findings if f.severity != "minor"]
    return f"{written.critique.verdict} after {written.rounds} rounds: {held}"


def rounds_at_most(written: Written, wanted: int) -> str:
    return "" if written.rounds <= wanted else f"it took {written.rounds} rounds"


def says(written: Written, wanted: str | list[str]) -> str:
    """Somewhere in the variants."""
    return missing_words(_everything(written), wanted)


def each_says(written: Written, wanted: str | list[str]) -> str:
    """In every variant."""
    for variant in written.draft.variants:
        why = missing_words(_text(variant), wanted)
        if why:
            return f"variant {variant.id}: {why}"
    return ""


def never_says(written: Written, unwanted: str | list[str]) -> str:
    return unwanted_words(_everything(written), unwanted)


def every_claim_is_cited(written: Written, wanted: object) -> str:
    """Claims stand in the copy and rest on facts that exist, or on the brief's own offer."""
    for variant in written.draft.variants:
        if not variant.claims:
            return f"variant {variant.id} claims nothing"
        for claim in variant.claims:
            unknown = [
                fact_id
                for fact_id in claim.fact_ids
                if not written.facts.knows(fact_id) and not fact_id.startswith("offer.")
            ]
            if unknown or not claim.fact_ids:
                return f"variant {variant.id} rests {claim.text!r} on {unknown or 'nothing'}"
            if claim.text.casefold() not in _text(variant).casefold():
                return f"variant {variant.id} claims {claim.text!r}, which it does not say"
    return ""


def numbers_are_facts(written: Written, wanted: object) -> str:
    """Every number of the copy stands in a fact or in the brief, or is a price less the offer."""
    brief, facts = written.brief, written.facts
    known = set(_NUMBER.findall(facts.model_dump_json() + brief.model_dump_json()))
    plain = {_digits(number) for number in known} | {_digits(one) for one in _reduced(written)}
    for variant in written.draft.variants:
        for number in _NUMBER.findall(_text(variant)):
            if _digits(number) not in plain:
                return f"variant {variant.id} says {number}, which no fact does"
    return ""


def _reduced(written: Written) -> set[str]:
    """What the offered products cost with the offer, as prices are written."""
    offer = written.brief.offer
    if offer is None or offer.share is None:
        return set()
    products = [written.facts.product(one) for one in offer.products]
    prices = [one.price.amount * (1 - Decimal(str(offer.share))) for one in products if one]
    return {f"{price:.2f}" for price in prices} | {f"{price:.0f}" for price in prices}


def subject_at_most(written: Written, wanted: int) -> str:
    long = [v.subject for v in written.draft.variants if len(v.subject) > wanted]
    return f"too long: {long}" if long else ""


def greets(written: Written, wanted: str) -> str:
    """The first paragraph of each variant begins so, with a fallback for the name."""
    for variant in written.draft.variants:
        first = next((b.text for b in variant.blocks if isinstance(b, Paragraph)), "")
        if not first.startswith(wanted):
            return f"variant {variant.id} begins {first[:60]!r}"
        if "{{first_name}}" in first and not any(
            one.field == "first_name" for one in variant.fallbacks
        ):
            return f"variant {variant.id} has nothing in place of a missing name"
    return ""


def asks_for_something(written: Written, wanted: object) -> str:
    for variant in written.draft.variants:
        asks = [block for block in variant.blocks if isinstance(block, CallToAction)]
        if len(asks) != 1:
            return f"variant {variant.id} has {len(asks)} calls to action"
    return ""


def shows(written: Written, wanted: list[str]) -> str:
    """These products are shown in each variant."""
    for variant in written.draft.variants:
        shown = {one for block in variant.blocks for one in block.products()}
        missing = set(wanted) - shown
        if missing:
            return f"variant {variant.id} does not show {sorted(missing)}"
    return ""


def label(written: Written, wanted: str) -> str:
    return missing_words(written.draft.label, wanted)


def provenance(written: Written, wanted: object) -> str:
    """Each variant says which brief, guide and passages it comes from."""
    for variant in written.draft.variants:
        source = variant.provenance
        if source.brief_hash != written.brief.hash():
            return f"variant {variant.id} names another brief"
        if source.guide_version != written.guide.version():
            return f"variant {variant.id} names another guide"
        if not source.passage_ids:
            return f"variant {variant.id} names no passage"
    return ""


def mails_are_whole(written: Written, wanted: object) -> str:
    """Each variant makes a mail with a text part, under what mail programs cut at."""
    if len(written.mails.made) != len(written.draft.variants):
        why = written.mails.refused
        return f"{len(written.mails.made)} of {len(written.draft.variants)} make a mail: {why}"
    for mail in written.mails.made:
        size = len(mail.html.encode())
        if size >= _GMAIL_CUTS_AT:
            return f"variant {mail.id} has {size:,} bytes"
        if "{{unsubscribe_url}}" not in mail.html or "{{unsubscribe_url}}" not in mail.text:
            return f"variant {mail.id} has no way out"
        if not mail.text.strip():
            return f"variant {mail.id} has no text part"
    return ""


def sentences_average_at_most(written: Written, wanted: float) -> str:
    for variant in written.draft.variants:
        text = " ".join(b.text for b in variant.blocks if isinstance(b, Paragraph))
        sentences = [one for one in re.split(r"(?<=[.?!:])\s+", text) if one.strip()]
        average = sum(len(_WORD.findall(one)) for one in sentences) / max(1, len(sentences))
        if average > wanted:
            return f"variant {variant.id}: {average:.1f} words a sentence"
    return ""


def _everything(written: Written) -> str:
    return " ".join(_text(variant) for variant in written.draft.variants)


def _text(variant: Variant) -> str:
    return " ".join(text for _, text in variant.texts())


def _pairs(variant: Variant) -> set[tuple[str, str]]:
    words = [word.casefold() for word in _WORD.findall(_text(variant))]
    return set(pairwise(words))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).lstrip("0") or "0"


ASSERTIONS: Mapping[str, Assertion] = {
    "variants_at_least": variants_at_least,
    "angles_differ": angles_differ,
    "texts_differ": texts_differ,
    "may_go_out": may_go_out,
    "satisfies_the_critic": satisfies_the_critic,
    "rounds_at_most": rounds_at_most,
    "says": says,
    "each_says": each_says,
    "never_says": never_says,
    "every_claim_is_cited": every_claim_is_cited,
    "numbers_are_facts": numbers_are_facts,
    "subject_at_most": subject_at_most,
    "greets": greets,
    "asks_for_something": asks_for_something,
    "shows": shows,
    "label": label,
    "provenance": provenance,
    "mails_are_whole": mails_are_whole,
    "sentences_average_at_most": sentences_average_at_most,
}
