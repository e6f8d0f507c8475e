"""A brief on its card: who, what is said, what it rests on, and what only a person can know."""

from __future__ import annotations

from datetime import date

from app import words
from app.cards import FIGURE_WORDS, aside, written_by
from app.fact_words import FactShown, facts_shown
from app.views.rule_words import who
from domain.brief import Brief, Holdout, KpiTarget, Offer
from domain.facts import Facts
from domain.figures import Figure
from domain.frozen import Frozen


class FigureShown(Frozen):
    """One figure of the evidence."""

    name: str
    figure: Figure


class Better(Frozen):
    """A better campaign than the one asked for; ``goal`` asks for it in words."""

    what: str
    why: str
    size: int | None
    goal: str


class LeftOutShown(Frozen):
    reason: str
    why: str
    """left out because …"""
    people: int


class QueryShown(Frozen):
    names: tuple[str, ...]
    """The figures that rest on it."""
    engine: str
    text: str


class BriefShown(Frozen):
    message: str
    audience: str
    """Who, in words."""
    size: int
    reachable: int | None
    left_out: tuple[LeftOutShown, ...]
    aside: tuple[tuple[str, str], ...]
    """How they are spread, and which groups they are in as well, in words."""
    figures: tuple[FigureShown, ...]
    facts: tuple[FactShown, ...]
    offer: Offer | None
    kpi: KpiTarget
    kpi_words: str
    holdout: Holdout
    send_from: date
    send_until: date
    tone: tuple[str, ...]
    question: str
    answer: str
    not_understood: tuple[str, ...]
    impossible: tuple[tuple[str, str, str], ...]
    """(its words, why not, what instead)"""
    unsupported: tuple[str, ...]
    past: tuple[str, ...]
    """What past mails changed by the same outcome."""
    better: tuple[Better, ...]
    written_by: str


def brief_shown(brief: Brief, facts: Facts) -> BriefShown:
    audience = brief.audience
    return BriefShown(
        message=brief.message,
        audience=who(audience.rule),
        size=audience.size,
        reachable=audience.reachable,
        left_out=left_out_shown(audience.left_out),
        aside=aside(audience),
        figures=tuple(
            FigureShown(name=_name(figure), figure=figure) for figure in audience.figures
        ),
        facts=facts_shown(brief.fact_ids, facts),
        offer=brief.offer,
        kpi=brief.kpi,
        kpi_words=brief.kpi.kpi.replace("_", " "),
        holdout=brief.holdout,
        send_from=brief.send_from,
        send_until=brief.send_until,
        tone=tuple(part.strip() for part in brief.tone.split(";") if part.strip()),
        question=brief.question,
        answer=brief.answer,
        not_understood=tuple(part.words for part in brief.unread),
        impossible=tuple((p.words, p.why, p.instead) for p in brief.impossible),
        unsupported=brief.unsupported,
        past=tuple(proof.words() for proof in brief.past),
        better=tuple(
            Better(
                what=other.what,
                why=other.why,
                size=other.size,
                goal=f"{brief.goal.text} {other.what}",
            )
            for other in brief.alternatives
        ),
        written_by=written_by(brief.written_by),
    )


def queries_behind(brief: Brief) -> tuple[QueryShown, ...]:
    """Every query of the brief's figures, once, with the figures that rest on it."""
    figures = brief.audience.figures
    return tuple(
        QueryShown(
            names=tuple(_name(f) for f in figures if f.query == query.id) or (query.id,),
            engine=query.engine,
            text=query.text,
        )
        for query in brief.audience.queries
    )


def _name(figure: Figure) -> str:
    return FIGURE_WORDS.get(figure.name, figure.name.replace("_", " "))


def left_out_shown(reasons: tuple[tuple[str, int], ...]) -> tuple[LeftOutShown, ...]:
    """The most first."""
    return tuple(
        LeftOutShown(
            reason=reason, why=words.LEFT_OUT.get(reason, reason.replace("_", " ")), people=count
        )
        for reason, count in sorted(reasons, key=lambda pair: -pair[1])
        if count
    )
