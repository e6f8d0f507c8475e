"""The critic: rules first, then a model's judgment where there is one, and one verdict.

A model adds findings. It cannot take one away, and a draft that a rule holds against is never
satisfied because a model liked it.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.judging import as_advice
from agents.model import Model, ModelError
from agents.origin import Own, foreign, own_words
from agents.own_copy import OwnCopy, Recent
from agents.rules.every import run_rules
from agents.rules.readers import run_for_readers
from agents.rules.review import Review
from agents.rules.style import StyleGate
from agents.tasks import JUDGE_COPY, JudgeQuestion
from agents.untrusted import order_in
from domain.brief import Brief
from domain.critique import Critique, Finding, Verdict
from domain.draft import Draft
from domain.facts import Facts
from domain.piece import Piece
from domain.publication import RenderedVariant
from domain.voice import Guide

MOST_JUDGED = 20
"""Findings taken from a model: one that finds more than this judges nothing."""


async def criticise(
    draft: Draft,
    *,
    brief: Brief,
    facts: Facts,
    guide: Guide,
    rendered: Sequence[RenderedVariant] = (),
    own: OwnCopy | None = None,
    recent: Sequence[Recent] = (),
    model: Model | None = None,
    judge_counts: bool = True,
    round: int = 1,  # noqa: A002 (the word of the domain type)
    style: StyleGate | None = None,
) -> Critique:
    """Criticise a draft and the mails made of it.

    ``own``: what the brand's past copy is like (``agents.own_copy``); ``recent``: what it sent in
    the last 90 days; ``judge_counts``: whether the model's findings may force a revision, or only
    advise. Never raises for a model's sake: where its judgment is missing, ``judge_failed`` says
    why."""
    review = Review(
        draft.variants,
        brief,
        facts,
        guide,
        tuple(rendered),
        own or OwnCopy(),
        tuple(recent),
        style,
    )
    found = run_for_readers(review)
    judged: tuple[Finding, ...] = ()
    judged_by: tuple[str, ...] = ("rules",)
    failed = ""
    if model is not None and model.name != "house":
        question = JudgeQuestion(brief=brief, draft=draft, facts=facts, guide=guide)
        try:
            answer = await model.answer(JUDGE_COPY, question)
        except ModelError as error:
            failed = f"{model.name}: {error.what}"
        else:
            judged = _taken(answer.findings, draft, found, own_words(facts, guide, brief.offer))
            if not judge_counts:
                judged = as_advice(judged)
            judged_by = ("rules", model.name)
    everything = (*found, *judged)
    return Critique(
        verdict=verdict_of(tuple(v.id for v in draft.variants), everything),
        findings=everything,
        round=round,
        judged_by=judged_by,
        judge_failed=failed,
        style=review.style_reading,
    )


def criticise_pieces(
    pieces: Sequence[Piece],
    *,
    brief: Brief,
    facts: Facts,
    guide: Guide,
    own: OwnCopy | None = None,
    recent: Sequence[Recent] = (),
) -> Critique:
    """Criticise the pieces of one brief for the channels beside mail. Findings name the piece
    in ``variant``."""
    found = run_rules(
        Review(tuple(pieces), brief, facts, guide, own=own or OwnCopy(), recent=tuple(recent))
    )
    return Critique(verdict=verdict_of(tuple(p.id for p in pieces), found), findings=found)


def _taken(
    findings: Sequence[Finding], draft: Draft, known: Sequence[Finding], own: Own
) -> tuple[Finding, ...]:
    """A model's findings that point at something: words or a place that the draft has. What
    it says of them is read by people and by the writer: it may neither give orders nor name
    codes and addresses that stand nowhere."""
    ids = {v.id for v in draft.variants} | {""}
    words = {
        variant.id: " ".join(text for _, text in variant.texts()).casefold()
        for variant in draft.variants
    }
    words[""] = words_of_all = " ".join(words.values())
    said = {(f.variant, f.text.casefold()) for f in known if f.text}
    return tuple(
        f
        for f in findings
        if f.variant in ids
        and not any(map(order_in, (f.rule, f.why, f.mend)))
        and all(
            own(named) or named.casefold() in words_of_all
            for text in (f.rule, f.why, f.mend)
            for _, named in foreign(text, own)
        )
        and (not f.text or f.text.casefold() in words[f.variant])
        and (f.variant, f.text.casefold()) not in said
    )[:MOST_JUDGED]


def verdict_of(ids: Sequence[str], findings: Sequence[Finding]) -> Verdict:
    """failed: nothing here to revise; needs_revision: blocking or serious findings."""
    unusable = {
        f.variant
        for f in findings
        if f.rule in ("length.no_subject", "length.empty", "language.other")
    }
    if all(i in unusable for i in ids):
        return "failed"
    if any(f.severity in ("blocking", "serious") for f in findings):
        return "needs_revision"
    return "satisfied"
