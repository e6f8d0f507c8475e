"""What a piece is made of: the house writer's mails of the same brief, without what only a letter
says, and the short lines that library and facts give for narrow places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.claims.evidence import reduced_price
from agents.claims.support import sentences
from agents.house import copy_sentences as say
from agents.house.copy import write_copy
from agents.house.copy_passages import Library, fit_to_say, library, points_back, suits
from agents.house.copy_setting import Setting, read
from agents.languages import words
from agents.tasks import CopyQuestion, PiecesQuestion
from domain.brief import Brief
from domain.draft import CallToAction, Claim, Paragraph, Variant
from domain.goal import Objective
from domain.predicate import Everyone
from domain.words import money_words

_OPEN: dict[Objective, Objective] = {"win_back": "sell", "thank": "sell", "welcome": "sell"}
"""What a brief to known customers becomes where anybody reads it."""


@dataclass(frozen=True)
class Story:
    """One angle of the brief, told whole."""

    angle: str
    title: str
    """Empty where the mail's subject would make no sense elsewhere."""
    preheader: str
    paragraphs: tuple[str, ...]
    closing: str
    call: str
    claims: tuple[Claim, ...]
    passage_ids: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.paragraphs[0] if self.paragraphs else self.title


@dataclass(frozen=True)
class Stock:
    """Everything to write from, for one readership."""

    setting: Setting
    shelf: Library
    stories: tuple[Story, ...]


def stock(given: PiecesQuestion, *, public: bool) -> Stock:
    """``public``: for places where anybody reads it, so nothing is said of the reader."""
    question = CopyQuestion(
        brief=_public(given.brief) if public else given.brief,
        facts=given.facts,
        guide=given.guide,
        passages=given.passages,
        link=given.link,
        reject_reason=given.reject_reason,
        variants=8,
    )
    setting = read(question)
    stories = (_story(v, setting) for v in write_copy(question).variants)
    told = sorted((s for s in stories if s.paragraphs), key=lambda s: s.angle == "plain")
    return Stock(setting, library(given.passages, setting), tuple(told))


def lines(found: Stock, most: int) -> list[str]:
    """Sentences of at most so many characters that stand by themselves: of the library, of the
    product, of the house; none says what another does."""
    setting = found.setting
    product, language = setting.product, setting.language
    texts: list[str] = []
    if product is not None:
        texts += [*say.flaw(product, language)[:1], *say.details(product, language)]
        texts += [say.condition(product, language), *say.what_it_is(product, language)[:1]]
    kinds = ("proof", "closing", "body", "preheader")
    texts += [
        line.text
        for kind in kinds
        for line in found.shelf.lines
        if line.passage is not None
        and line.passage.kind == kind
        and not points_back(line.text, of_product=product is not None)
    ]
    texts += [f.text for f in setting.house if product is None or suits(f.text, product)]
    fit = (t for t in texts if t and len(t) <= most and fits(t, setting))
    return list(dict.fromkeys(fit))


def fits(text: str, setting: Setting) -> bool:
    """Whether a sentence may stand outside a letter, under the guide: nothing that only a letter
    says, nothing of one reader where anybody reads, and no full price where an offer holds."""
    kept = words(setting.language, "pieces")
    said = str(kept["only_in_mail"])
    if isinstance(setting.brief.audience.rule, Everyone):
        said = f"{said}|{kept['of_the_reader']}"
    if re.search(said.replace(" |", "|"), text, re.IGNORECASE):
        return False
    return not _full_price(text, setting) and fit_to_say(text, setting)


def _full_price(text: str, setting: Setting) -> bool:
    """Whether it names what the product costs without the offer, and not as a reference."""
    product, offer = setting.product, setting.offer
    if product is None or offer is None or reduced_price(offer, product) is None:
        return False
    return money_words(product.price, setting.language) in text and "30" not in text


def claims_in(texts: Iterable[str], stories: Sequence[Story], shelf: Library) -> tuple[Claim, ...]:
    """The claims of stories and passages whose words stand in these texts."""
    whole = "\n".join(texts)
    found = {c.text: c for s in stories for c in s.claims if c.text in whole}
    for line in shelf.lines:
        if line.passage is not None and line.passage.fact_ids and line.text in whole:
            found.setdefault(line.text, Claim(text=line.text, fact_ids=line.passage.fact_ids))
    return tuple(found.values())


def passages_in(texts: Iterable[str], shelf: Library) -> tuple[str, ...]:
    """Ids of the passages whose words stand in these texts."""
    whole = "\n".join(texts)
    return tuple(
        dict.fromkeys(
            line.passage.id
            for line in shelf.lines
            if line.passage is not None and len(line.text) > 12 and line.text in whole
        )
    )


def _public(brief: Brief) -> Brief:
    audience = brief.audience.model_copy(update={"rule": Everyone()})
    objective = _OPEN.get(brief.goal.objective, brief.goal.objective)
    goal = brief.goal.model_copy(update={"objective": objective})
    return brief.model_copy(update={"audience": audience, "goal": goal})


def _story(variant: Variant, setting: Setting) -> Story:
    """Greeting, sign-off and button apart; what only a letter says is left out."""
    texts = [b.text for b in variant.blocks if isinstance(b, Paragraph)]
    call = next((b.text for b in variant.blocks if isinstance(b, CallToAction)), "")
    signed = any(language == setting.language for language, _ in setting.guide.closings)
    inner = texts[1:-1] if signed else texts[1:]
    told = tuple(p for p in (_outside(t, setting) for t in inner) if p)
    closing = told[-1] if len(told) > 2 and inner and told[-1] == inner[-1] else ""
    return Story(
        angle=variant.angle,
        title=variant.subject.rstrip(".") if fits(variant.subject, setting) else "",
        preheader=_outside(variant.preheader, setting),
        paragraphs=told[:-1] if closing else told,
        closing=closing,
        call=call,
        claims=variant.claims,
        passage_ids=variant.provenance.passage_ids,
    )


def _outside(paragraph: str, setting: Setting) -> str:
    """The paragraph's sentences that make sense outside a letter. Where one is left out, those
    after it that point back to it are too."""
    kept: list[str] = []
    dropped = False
    reasons = words(setting.language, "pieces")["reasons"]
    for sentence in sentences(paragraph):
        said = reasons.get(sentence, sentence)
        if not fits(said, setting) or (dropped and points_back(said, of_product=False)):
            dropped = True
            continue
        kept.append(said)
        dropped = False
    return " ".join(kept)
