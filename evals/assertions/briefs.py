"""What cases may ask of a brief."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from domain.predicate import in_words
from evals.assertions import Assertion
from evals.assertions.texts import missing_words, unwanted_words
from evals.subjects.briefs import Briefed


def audience_says(briefed: Briefed, wanted: str | list[str]) -> str:
    return missing_words(in_words(briefed.brief.audience.rule), wanted)


def size_between(briefed: Briefed, wanted: list[int]) -> str:
    size = briefed.brief.audience.size
    return "" if wanted[0] <= size <= wanted[1] else f"the audience has {size:,} people"


def fewer_can_be_mailed(briefed: Briefed, wanted: object) -> str:
    """Not everybody who fits agreed; those left out are counted by reason."""
    audience = briefed.brief.audience
    left_out = dict(audience.left_out)
    if audience.reachable is None or not audience.reachable < audience.size:
        return f"{audience.reachable} of {audience.size} can be mailed"
    if sum(left_out.values()) != audience.size - audience.reachable:
        return f"{audience.size - audience.reachable} are left out, the reasons count {left_out}"
    return "" if "no_consent" in left_out else f"nobody is left out for consent: {left_out}"


def every_figure_has_a_query(briefed: Briefed, wanted: object) -> str:
    known = {query.id for query in briefed.brief.audience.queries}
    for figure in briefed.brief.audience.figures:
        if figure.query not in known:
            return f"{figure.name} comes from {figure.query!r}, which is not among {known}"
    return "" if known else "there are no queries"


def kpi(briefed: Briefed, wanted: str) -> str:
    found = briefed.brief.kpi.kpi
    return "" if found == wanted else f"the KPI is {found}"


def baseline_between(briefed: Briefed, wanted: list[float]) -> str:
    found = briefed.brief.kpi.baseline
    if found.value is None or found.low is None or found.high is None:
        return f"the baseline is {found.value}, likely between {found.low} and {found.high}"
    return "" if wanted[0] <= found.value <= wanted[1] else f"the baseline is {found.value:.4f}"


def target_above_baseline(briefed: Briefed, wanted: object) -> str:
    target, base = briefed.brief.kpi.target, briefed.brief.kpi.baseline.value or 0.0
    return "" if target > base else f"the target {target} is not above the baseline {base}"


def held_back(briefed: Briefed, wanted: float) -> str:
    found = briefed.brief.holdout.share
    return "" if abs(found - wanted) < 0.005 else f"{found:.1%} are held back"


def smallest_effect_between(briefed: Briefed, wanted: list[float]) -> str:
    found = briefed.brief.holdout.smallest_effect
    if found is None:
        return "it says of no effect that it could be shown"
    return "" if wanted[0] <= found <= wanted[1] else f"the smallest effect is {found:.4f}"


def rests_on(briefed: Briefed, wanted: list[str]) -> str:
    """These facts are among those that the copy may use."""
    stems = {fact_id.split(".", 1)[0] for fact_id in briefed.brief.fact_ids}
    missing = [one for one in wanted if one not in stems]
    return f"it rests on {sorted(stems)}, not on {missing}" if missing else ""


def facts_exist(briefed: Briefed, wanted: object) -> str:
    unknown = [one for one in briefed.brief.fact_ids if not briefed.facts.knows(one)]
    return f"it names facts that there are not: {unknown}" if unknown else ""


def in_stock(briefed: Briefed, wanted: object) -> str:
    for fact_id in briefed.brief.fact_ids:
        product = briefed.facts.product(fact_id)
        if product is not None and product.stock < 1:
            return f"it is about {product.id}, which is sold"
    return ""


def message_says(briefed: Briefed, wanted: str | list[str]) -> str:
    return missing_words(briefed.brief.message, wanted)


def one_message(briefed: Briefed, wanted: object) -> str:
    words = len(briefed.brief.message.split())
    return "" if 3 <= words <= 40 else f"the message has {words} words: {briefed.brief.message}"


def asks(briefed: Briefed, wanted: object) -> str:
    """One line that the data cannot know."""
    question = briefed.brief.question
    return "" if question.strip().endswith("?") else f"it asks {question!r}"


def no_offer(briefed: Briefed, wanted: object) -> str:
    offer = briefed.brief.offer
    return "" if offer is None else f"it offers {offer.code}"


def offer_at_most(briefed: Briefed, wanted: float) -> str:
    """An offer within the bound, with code, end, exposure and the 30-day prices it refers to."""
    offer = briefed.brief.offer
    if offer is None:
        return "there is no offer"
    if offer.share is None or offer.share > wanted + 1e-9:
        return f"the offer is {offer.share}"
    if not offer.code or offer.valid_until < offer.valid_from:
        return f"the offer {offer.code!r} runs from {offer.valid_from} until {offer.valid_until}"
    if offer.exposure.amount <= Decimal(0) or not offer.exposure_basis:
        return f"its exposure is {offer.exposure.amount}: {offer.exposure_basis!r}"
    return ""


def cannot_support(briefed: Briefed, wanted: str | list[str]) -> str:
    return missing_words(" ".join(briefed.brief.unsupported), wanted)


def proposes(briefed: Briefed, wanted: int) -> str:
    """At least so many better campaigns, each with its reason."""
    found = briefed.brief.alternatives
    if len(found) < wanted:
        return f"it proposes {len(found)} alternatives"
    bare = [one.what for one in found if not one.why]
    return f"without a reason: {bare}" if bare else ""


def quotes_back(briefed: Briefed, wanted: list[str]) -> str:
    """Words that were not understood are quoted; an empty list: all of it was."""
    found = [part.words for part in briefed.brief.unread]
    if not wanted:
        return f"it quotes back {found}" if found else ""
    return missing_words(" … ".join(found), wanted)


def says_impossible(briefed: Briefed, wanted: list[str]) -> str:
    found = {part.code for part in briefed.brief.impossible}
    missing = [code for code in wanted if code not in found]
    if missing:
        return f"it holds {sorted(found)} impossible, not {missing}"
    bare = [part.code for part in briefed.brief.impossible if not part.instead]
    return f"without what can be done instead: {bare}" if bare else ""


def language(briefed: Briefed, wanted: str) -> str:
    found = briefed.brief.language
    return "" if found == wanted else f"the language is {found}"


def never_says(briefed: Briefed, unwanted: str | list[str]) -> str:
    brief = briefed.brief
    return unwanted_words(f"{brief.message} {brief.tone} {brief.question}", unwanted)


ASSERTIONS: Mapping[str, Assertion] = {
    "audience_says": audience_says,
    "size_between": size_between,
    "fewer_can_be_mailed": fewer_can_be_mailed,
    "every_figure_has_a_query": every_figure_has_a_query,
    "kpi": kpi,
    "baseline_between": baseline_between,
    "target_above_baseline": target_above_baseline,
    "held_back": held_back,
    "smallest_effect_between": smallest_effect_between,
    "rests_on": rests_on,
    "facts_exist": facts_exist,
    "in_stock": in_stock,
    "message_says": message_says,
    "one_message": one_message,
    "asks": asks,
    "no_offer": no_offer,
    "offer_at_most": offer_at_most,
    "cannot_support": cannot_support,
    "proposes": proposes,
    "quotes_back": quotes_back,
    "says_impossible": says_impossible,
    "language": language,
    "never_says": never_says,
}
