"""Brief writer: reads a goal, and writes who, why, what, at what price, and what is not known.

Numbers come from code and from the data alone; words and the choice of products come from the
model, or from the house writer, and are checked here before they stand in a brief.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from agents.briefing.alternatives import alternatives
from agents.briefing.audience import rule_of, with_rhythm
from agents.briefing.doubts import doubts
from agents.briefing.holdout import choose_holdout, worth_finding
from agents.briefing.offer import make_offer
from agents.briefing.timing import Timing, timing_of
from agents.briefing.turned import unturned
from agents.claims.quantities import quantities
from agents.fallback import Reply, answer_or_house
from agents.house.goal_grammar import read_goal as read_by_grammar
from agents.model import Model
from agents.tasks import READ_GOAL, WRITE_BRIEF, BriefQuestion, BriefWords, GoalText
from agents.untrusted import without_orders
from domain.brief import AudienceEvidence, Brief, KpiTarget
from domain.facts import Facts
from domain.goal import Goal, Impossible, Kpi, Objective, Unread
from domain.money import Currency, Share
from domain.predicate import Predicate
from domain.proof import PastProof
from domain.voice import Guide
from tools.cdp.port import CustomerData, Rhythm

KPI_DAYS = 28
"""How long after the send people are watched, unless said otherwise."""

_KPI_OF: dict[Objective, Kpi] = {
    "viewing": "viewing_booked",
    "invite": "viewing_booked",
    "service_due": "service_booked",
    "announce": "click",
    "thank": "click",
}


async def read_goal(
    text: str,
    *,
    today: date,
    currency: Currency,
    facts: Facts,
    model: Model,
    house: Model | None = None,
    categories: Sequence[str] = (),
    event_names: Sequence[str] = (),
) -> Goal:
    """What was understood of a goal. ``today`` is a day of the workspace's zone; ``categories``
    and ``event_names`` are what the data hold beyond the facts. Raises ModelError."""
    given = GoalText(
        text=text,
        today=today,
        currency=currency,
        products=tuple((p.id, p.name, p.category) for p in facts.products),
        categories=tuple(dict.fromkeys([*(p.category for p in facts.products), *categories])),
        event_names=tuple(event_names),
    )
    reply = await answer_or_house(model, house, READ_GOAL, given)
    return reply.answer if reply.by == "house" else checked(reply.answer, given)


def checked(goal: Goal, given: GoalText) -> Goal:
    """A model's reading, with the text as it was given, unread words at their true places, and
    nothing that the brand does not sell. What the text does not hold is not quoted from it."""
    text = given.text
    by_rules = read_by_grammar(given)
    unread = []
    for part in goal.unread:
        start = part.start if text[part.start : part.end] == part.words else text.find(part.words)
        if part.words and start >= 0:
            unread.append(Unread(words=part.words, start=start, end=start + len(part.words)))
    kept, order = without_orders(text)
    if order and not any(text.find(order) <= part.start for part in unread):
        start = text.find(order)
        unread.append(Unread(words=order, start=start, end=start + len(order)))
    ids = {product_id for product_id, _, _ in given.products}
    found = {part.code for part in goal.impossible}
    return goal.model_copy(
        update={
            "text": text,
            "unread": tuple(unread),
            "impossible": (
                *goal.impossible,
                *(part for part in by_rules.impossible if part.code not in found),
            ),
            **_as_typed(goal, by_rules, kept),
            "products": tuple(p for p in goal.products if p in ids),
            "categories": tuple(c for c in goal.categories if c in given.categories),
        }
    )


def _as_typed(goal: Goal, by_rules: Goal, text: str) -> dict[str, object]:
    """What a goal gives away, to how many, and its themes: as somebody typed it, or as the rules
    read it. A model does not make an offer."""
    numbers = {said.value for said in quantities(text)}

    def typed(value: float | None, *, times: int = 1) -> bool:
        return value is None or round(Decimal(str(value)) * times, 4) in numbers

    offer = goal.offer
    made_up = offer is not None and not (
        typed(offer.most_share, times=100)
        and (offer.most_amount is None or offer.most_amount.amount in numbers)
        and (offer.code or "").casefold() in text.casefold()
    )
    return {
        "offer": by_rules.offer if made_up else offer,
        "most_recipients": goal.most_recipients
        if typed(goal.most_recipients)
        else by_rules.most_recipients,
        "holdout": goal.holdout if typed(goal.holdout, times=100) else by_rules.holdout,
        "topics": tuple(t for t in goal.topics if t.casefold() in text.casefold()),
    }


def audience_rule(goal: Goal, today: date, rhythm: Rhythm) -> Predicate:
    """The rule to gather evidence for, as data of this rhythm can answer it."""
    return with_rhythm(rule_of(goal, today), today, rhythm)


async def write_brief(
    goal: Goal,
    *,
    today: date,
    currency: Currency,
    customers: CustomerData,
    evidence: AudienceEvidence,
    facts: Facts,
    guide: Guide,
    model: Model,
    house: Model | None = None,
    holdout: Share | None = None,
    kpi_days: int = KPI_DAYS,
    reject_reason: str = "",
    data_doubts: Sequence[str] = (),
    past: Callable[[Kpi], tuple[PastProof, ...]] = lambda kpi: (),
) -> Brief:
    """The brief of a goal.

    ``evidence`` is that of ``audience_rule(…)`` with reach filled in; ``holdout`` is
    the workspace's wish, which the goal's own goes before. A ``reject_reason`` is read as a goal:
    what it says of offer, days, size and holdout changes the brief, and the rest goes to the
    writer and is quoted. ``data_doubts``: what the audit says against the data. ``past``: what
    earlier mails changed by an outcome.
    Raises ModelError and CdpError.
    """
    goal, not_read = amended(goal, reject_reason, today, currency)
    kpi = goal.kpi or _KPI_OF.get(goal.objective, "purchase")
    proofs = past(kpi)
    question = BriefQuestion(
        goal=goal,
        today=today,
        audience=evidence,
        facts=facts,
        guide=guide,
        reject_reason=reject_reason,
        past=tuple(proof.words() for proof in proofs),
    )
    reply = await answer_or_house(model, house, WRITE_BRIEF, question)
    reply, without = await _grounded(reply, house, question)
    taken, not_taken = unturned(reply, question)
    words = _only_known(taken, facts)
    timing = timing_of(goal, today)
    baseline = await customers.baseline(evidence.rule, kpi, kpi_days)
    wanted = goal.holdout if goal.holdout is not None else holdout
    people = _people(goal, evidence, wanted)
    held = choose_holdout(baseline, people, wanted)
    offer = make_offer(
        goal,
        send_from=timing.send_from,
        send_until=timing.send_until,
        ends=_last_day(timing),
        evidence=evidence,
        treated=people - round(people * held.share),
        facts=facts,
        chosen=words.fact_ids,
        guide=guide,
        currency=currency,
    )
    described = await customers.describe()
    unsupported = doubts(
        goal,
        evidence=evidence,
        described=described,
        facts=facts,
        kpi=kpi,
        baseline=baseline,
        holdout=held,
        timing=timing,
        people=people,
    )
    return Brief(
        goal=goal,
        language=goal.language,
        audience=evidence,
        message=words.message,
        fact_ids=words.fact_ids,
        offer=offer.offer,
        kpi=KpiTarget(
            kpi=kpi,
            baseline=baseline,
            target=(baseline.value or 0.0) + worth_finding(baseline),
            days=kpi_days,
        ),
        holdout=held,
        tone=words.tone,
        question=words.question,
        unsupported=(
            *data_doubts,
            *unsupported,
            *offer.unsupported,
            *not_read,
            *not_taken,
            *without,
        ),
        alternatives=await alternatives(
            goal,
            evidence=evidence,
            timing=timing,
            baseline=baseline,
            holdout=held,
            people=people,
            customers=customers,
            facts=facts,
        ),
        past=proofs,
        unread=goal.unread,
        impossible=(*goal.impossible, *offer.impossible, *_over(goal, timing)),
        send_from=timing.send_from,
        send_until=timing.send_until,
        written_by=reply.by,
    )


def amended(
    goal: Goal, reject_reason: str, today: date, currency: Currency
) -> tuple[Goal, tuple[str, ...]]:
    """The goal with the bounds that a person named when rejecting the last brief, and what of
    their reason could not be turned into one."""
    if not reject_reason.strip():
        return goal, ()
    said = read_by_grammar(GoalText(text=reject_reason, today=today, currency=currency))
    bounds = ("offer", "send_from", "send_until", "most_recipients", "holdout", "kpi")
    update = {name: value for name in bounds if (value := getattr(said, name)) is not None}
    if said.topics:
        update["topics"] = said.topics
    quoted = "; ".join(f"“{part.words}”" for part in said.unread)
    note = (f"Of your reason to reject, this was not turned into a bound: {quoted}.",)
    return goal.model_copy(update=update), note if quoted else ()


def _last_day(timing: Timing) -> date | None:
    """The last day on which an offer for an occasion is of use."""
    occasion = timing.occasion
    if occasion is None:
        return None
    return occasion.last_order if occasion.last_order >= timing.send_until else occasion.on


def _people(goal: Goal, evidence: AudienceEvidence, holdout: Share | None) -> int:
    """Those who take part, mailed and held back: bounded by the most who may be mailed."""
    reach = evidence.size if evidence.reachable is None else evidence.reachable
    if goal.most_recipients is None:
        return reach
    share = min(holdout if holdout is not None else 0.2, 0.9)
    return min(reach, round(goal.most_recipients / (1 - share)))


async def _grounded(
    reply: Reply[BriefWords], house: Model | None, question: BriefQuestion
) -> tuple[Reply[BriefWords], tuple[str, ...]]:
    """The reply; or the house writer's, and why, where a model named no fact that is known and the
    house writer does: copy may say only what facts prove, so nothing could be written of it."""
    if house is None or reply.by == house.name:
        return reply, ()
    if _only_known(reply.answer, question.facts).fact_ids:
        return reply, ()
    instead = await house.answer(WRITE_BRIEF, question)
    if not _only_known(instead, question.facts).fact_ids:
        return reply, ()
    why = f"{reply.by} named no fact that is known: this brief is assembled without it."
    return Reply(instead, house.name), (why,)


def _only_known(words: BriefWords, facts: Facts) -> BriefWords:
    """A writer may name only facts that exist and pieces that are there."""
    known = []
    for fact_id in words.fact_ids:
        product = facts.product(fact_id)
        if facts.knows(fact_id) and (product is None or product.stock > 0):
            known.append(fact_id)
    return words.model_copy(update={"fact_ids": tuple(dict.fromkeys(known))})


def _over(goal: Goal, timing: Timing) -> tuple[Impossible, ...]:
    if not timing.moved or any(found.code == "past_date" for found in goal.impossible):
        return ()
    return (
        Impossible(
            code="past_date",
            words=goal.send_until.isoformat() if goal.send_until else "",
            why="These days are over.",
            instead=f"{timing.send_from.isoformat()} to {timing.send_until.isoformat()}",
        ),
    )
