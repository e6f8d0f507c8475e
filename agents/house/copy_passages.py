# ruff: noqa: E501 (patterns and sentences are read whole)
"""The brand's passages: which may be used in this mail, and which suits a place best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.claims.detect import checkables
from agents.claims.quantities import MONTHS, quantities
from agents.claims.reader import unsupported_of_reader
from agents.claims.support import supporting
from agents.house import copy_sentences as say
from agents.house.copy_angles import Angle
from agents.house.copy_setting import Setting
from agents.rules.offer import speaks_of_offer
from agents.rules.words import banned_in, cliches_in, has_emoji
from agents.untrusted import sign_of_injection
from brand_voice.slots import fill, slots
from domain.facts import Product
from domain.goal import Kpi
from domain.voice import Passage, PassageKind

_SAYS = {
    "product.price": "price", "product.size_mm": "size", "product.year": "year",
    "product.material": "material", "product.condition": "condition", "product.flaw": "flaw",
    "product.detail": "detail0", "product.detail2": "detail1", "product.warranty": "warranty",
    "product.one": "stock", "offer.code": "offer", "offer.reduction": "offer",
    "offer.until": "offer", "offer.floor": "floor",
}  # fmt: skip
_FIELD_SAYS = {
    "price": "price", "size_mm": "size", "year": "year", "material": "material",
    "condition": "condition", "flaws": "flaw", "warranty_months": "warranty", "stock": "stock",
    "lowest_price_30_days": "reference",
}  # fmt: skip
_SEASONS: tuple[tuple[str, str], ...] = (
    ("christmas", r"christmas|advent|xmas|weihnacht|nikolaus"),
    ("easter", r"\beaster|oster(?:n|fest)"),
    ("valentine", r"valentin"),
    ("mother", r"mother['’]?s day|muttertag"),
    ("father", r"father['’]?s day|vatertag"),
    ("new year", r"new year|neujahr|silvester"),
    ("spring", r"\bspring\b|frühling|frühjahr"),
    ("summer", r"\bsummer\b|sommer"),
    ("autumn", r"\bautumn\b|herbst"),
    ("winter", r"\bwinter\b"),
)
_CTA_FOR: dict[Kpi, str] = {
    "viewing_booked": r"book|visit|come|half an hour|see it|appointment|stunde|termin|vorbei|besuch",
    "service_booked": r"service|book|bring|revision|termin|appointment",
    "purchase": r"see|look|buy|order|shop|get|view|reserve|choose|ansehen|kaufen|bestell|shop|zur|zum",
    "revenue": r"see|look|buy|order|shop|get|view|reserve|choose|ansehen|kaufen|bestell|shop|zur|zum",
    "click": r".",
}  # fmt: skip
_VISIT = re.compile(
    r"half an hour|appointment|\bviewing\b|put it on|\bbook\b|come (?:and|to|by|in)\b"
    r"|halbe stunde|termin\b|besichtigung|kommen sie|legen sie",
    re.IGNORECASE,
)
_REDUCES = r"\bcode\b|\breduc(?:e|es|ed|tion)\b|\breduzier\w*|\bnachlass\b|\brabatt\w*"
_STRICT = {"win_back", "welcome", "thank", "service_due", "invite", "launch"}
"""Objectives whose passages make no sense in a mail of another."""
ECHO = 8.0
"""What a passage loses where all its words went out lately."""
WORN_BY_USE = 2.5
"""What a passage loses with each campaign that it went out with: more than being proven is worth."""
MOST_COUNTED = 3
_WORD = re.compile(r"[^\W_]{3,}")
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join(m.capitalize() for m in MONTHS if len(m) > 2)})\b")


@dataclass(frozen=True)
class Line:
    """A stretch of copy: from the library, or made by rule."""

    text: str
    says: frozenset[str] = frozenset()
    passage: Passage | None = None

    @property
    def source(self) -> str:
        return self.passage.source if self.passage else ""


@dataclass(frozen=True)
class Library:
    """Every passage that is true and fit for this mail, filled."""

    setting: Setting
    lines: tuple[Line, ...]
    for_stages: tuple[Line, ...] = ()
    """What is said to readers of some stages of life alone."""

    def used(self, line: Line) -> int:
        """How often a passage went out before."""
        return self.setting.used.get(line.passage.id, 0) if line.passage is not None else 0

    def angles(self) -> tuple[str, ...]:
        """Angles that the library has an opening for."""
        return tuple(
            dict.fromkeys(
                line.passage.angle
                for line in self.lines
                if line.passage and line.passage.angle and line.passage.kind == "opening"
            )
        )

    def best(
        self,
        kinds: Sequence[PassageKind],
        angle: Angle,
        *,
        used: Iterable[str] = (),
        said: frozenset[str] = frozenset(),
        texts: Sequence[str] = (),
        near: str = "",
        letter: str = "",
        own_angle_only: bool = False,
    ) -> Line | None:
        """The passage that suits a place best; None where none does.

        ``used`` are ids that this draft holds already, ``said`` and ``texts`` what this variant
        has said, ``near`` the source that the variant already leans on, ``letter`` the source of its
        opening: a passage that points back ("He left it…") is taken from that letter alone.
        """
        taken = set(used)
        product = self.setting.product
        named = words(say.name(product, self.setting.language)) if product else set()
        ranked = sorted(
            (
                (self._score(line, angle, near), line)
                for line in self.lines
                if line.passage is not None
                and line.passage.kind in kinds
                and line.passage.id not in taken
                and not line.says & said
                and not any(alike(line.text, text, ignoring=named) for text in texts)
                and (not own_angle_only or angle.named(line.passage.angle))
                and self._in_place(line, angle, letter)
            ),
            key=lambda pair: -pair[0],
        )
        return ranked[0][1] if ranked and ranked[0][0] > 0 else None

    def _in_place(self, line: Line, angle: Angle, letter: str) -> bool:
        """Whether the passage makes sense outside the letter that it was written in."""
        passage = line.passage
        assert passage is not None
        if letter and passage.source == letter:
            return True
        if passage.angle and not angle.named(passage.angle):
            return False
        if passage.kind in ("subject", "preheader", "opening"):
            return True
        return not points_back(line.text, of_product=self.setting.product is not None)

    def _score(self, line: Line, angle: Angle, near: str) -> float:
        passage, setting = line.passage, self.setting
        assert passage is not None
        score = 1.0 + setting.chance(angle.id, passage.id)
        if passage.angle:
            score += 3.0 if angle.named(passage.angle) else -0.8
        if passage.objective:
            score += 1.5 if passage.objective == setting.objective else -0.5
        if passage.proven:
            score += 1.0
        if setting.product and setting.product.category in passage.categories:
            score += 0.8
        if near and passage.source == near:
            score += 3.0
        if slots(passage.text):
            score += 0.5
        # What the same people have read is the last to be taken again.
        score -= WORN_BY_USE * min(setting.used.get(passage.id, 0), MOST_COUNTED)
        score -= ECHO * setting.echo(line.text)
        # A point of effect is worth a point, within reason.
        score += max(-1.0, min(2.0, 100 * setting.effects.get(passage.id, 0.0)))
        return score


def library(passages: Sequence[Passage], setting: Setting) -> Library:
    """The passages that may be used: filled, true, in the guide's words, of this occasion."""
    lines: list[Line] = []
    for_stages: list[Line] = []
    for passage in passages:
        line = _usable(passage, setting)
        if line is not None:
            (for_stages if passage.stages else lines).append(line)
    return Library(setting, tuple(lines), tuple(for_stages))


def _usable(passage: Passage, setting: Setting) -> Line | None:
    if passage.language != setting.language or passage.kind == "whole":
        return None
    if passage.id in setting.avoid.passages or not _of_this_occasion(passage, setting):
        return None
    product, offer = setting.product, setting.offer
    filled = fill(passage, product, language=setting.language, offer=offer)
    if filled is None or not filled.text or "{product." in filled.text:
        return None
    text = say.weak_adjective(filled.text) if setting.language == "de" else filled.text
    if not fit_to_say(text, setting) or not setting.allows(passage.kind, text):
        return None
    known = {f.id for f in setting.house}
    if any(i not in known and setting.facts.product(i) is None for i in passage.fact_ids):
        return None
    says = {_SAYS[slot] for slot in slots(passage.text) if slot in _SAYS}
    says.update(passage.fact_ids)
    for claim in checkables(text):
        ids = supporting(claim, setting.evidence, text[: claim.start])
        if not ids:
            return None
        field = ids[0].rsplit(".", 1)[-1]
        if field in _FIELD_SAYS and not _matched_by_slot(says, ids):
            says.add(_FIELD_SAYS[field])
    if says & set(setting.avoid.subjects):
        return None
    if passage.objective != setting.objective:
        if passage.kind == "cta" and not re.search(_CTA_FOR[setting.kpi], text, re.IGNORECASE):
            return None
        if _VISIT.search(text) and not _visits(setting):
            return None
    if "visit" in setting.avoid.subjects and _VISIT.search(text):
        return None
    if setting.offer is None and re.search(_REDUCES, text, re.IGNORECASE):
        return None
    return Line(text, frozenset(says), passage)


def asks_for(text: str, kpi: Kpi) -> bool:
    """Whether a call to action asks for what is counted, and stands by itself."""
    alone = re.search(r"\b(?:it|its|he|him|his|one)\b", text, re.IGNORECASE) is None
    return alone and re.search(_CTA_FOR[kpi], text, re.IGNORECASE) is not None


def _matched_by_slot(says: set[str], ids: Sequence[str]) -> bool:
    return any(_FIELD_SAYS.get(i.rsplit(".", 1)[-1]) in says for i in ids)


def _in_season(text: str, setting: Setting) -> bool:
    """A passage that names a month is for a mail that goes out in it or the month before."""
    first, last = setting.brief.send_from, setting.brief.send_until
    near = {first.month, last.month, last.month % 12 + 1}
    months = {int(q.value) // 100 if q.kind == "date" else int(q.value)
              for q in quantities(text) if q.kind in ("date", "month")}  # fmt: skip
    months |= {MONTHS[m.casefold()] for m in _MONTH_WORD.findall(text)}
    return months <= near


def _of_this_occasion(passage: Passage, setting: Setting) -> bool:
    """Whether category, objective and season of the passage are this mail's."""
    product, goal = setting.product, setting.brief.goal
    categories = {product.category} if product else set(goal.categories)
    if passage.categories and not categories & set(passage.categories):
        return False
    if product is not None:
        rests_on = [f.text for f in setting.house if f.id in passage.fact_ids]
        if not all(suits(text, product) for text in (passage.text, *rests_on)):
            return False
    if passage.objective in _STRICT and passage.objective != setting.objective:
        return False
    if not _in_season(passage.text, setting):
        return False
    topics = " ".join((*setting.topics, *goal.topics)).casefold()
    for season, pattern in _SEASONS:
        if re.search(pattern, passage.text, re.IGNORECASE):
            said = season in topics or re.search(pattern, topics, re.IGNORECASE)
            if not said:
                return False
    return True


_USED = r"pre-?owned|second-?hand|vintage|private owner|owner before|previous owner|workshop book|gebraucht|von privat|vorbesitz\w*|werkstattbuch"
_NEW = r"\bnew (?:model|watch|ring)|\bneue[sn]? modell"
_CATEGORIES = {
    "watch": r"\bwatch(?:es|makers?)?\b|uhr(?:en|macher)?\b",
    "ring": r"\brings?\b|stones?\b|steine\b",
}


_SERVICE = re.compile(
    r"servic|\boil|\bcheck\b|taken apart|take it apart|\bweeks?\b|mechanical|timing|\bbook yours"
    r"|revision|\böl\b|prüfung|mechanisch|\bwochen\b|zerleg|zeitwaage|überhol",
    re.IGNORECASE,
)


def _of_this_service(text: str, product: Product) -> bool:
    """Whether a sentence about servicing is about this service, and not about another one."""
    own = " ".join(
        (product.name, *product.details, *(n for v in product.notes.values() for n in v))
    )
    for category, pattern in _CATEGORIES.items():
        about = re.search(pattern, text, re.IGNORECASE)
        if about and re.search(pattern, own, re.IGNORECASE) is None:
            others = (p for c, p in _CATEGORIES.items() if c != category)
            if any(re.search(p, own, re.IGNORECASE) for p in others):
                return False
    named = {w.casefold()[:5] for w in _SERVICE.findall(text)}
    return not named or bool(named & {w.casefold()[:5] for w in _SERVICE.findall(own)})


_BACK = re.compile(
    r"^(?:it|its|he|she|they|this|that|those|these|then|there it|after that|for that|so|and|but|or"
    r"|the (?:rest|other|second|note|last|one|check|estimate|code)"
    r"|er|sie (?=\w+t\b)|es|das|dies\w*|danach|dafür|dann|dort|und|aber|also|der rest)\b"
    r"|\b(?:he|him|his|she|her|they|them|this|that (?:bench|one|is)|those|these|the code"
    r"|ihm|dies\w*|dafür|damit|davon|darüber)\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|its|es)\b", re.IGNORECASE)


def points_back(text: str, *, of_product: bool) -> bool:
    """Whether the text speaks of something said before it. Where the mail has one product, "it"
    inside a sentence can only be that."""
    return _BACK.search(text) is not None or (not of_product and _IT.search(text) is not None)


def suits(text: str, product: Product) -> bool:
    """Whether a general sentence can be said of this product: nothing of earlier owners for a new
    one, nothing of watches for a ring."""
    new = product.condition.casefold().startswith(("new", "neu"))
    if re.search(_USED if new else _NEW, text, re.IGNORECASE):
        return False
    if product.category == "service":
        return _of_this_service(text, product)
    return not any(
        re.search(pattern, text, re.IGNORECASE)
        for category, pattern in _CATEGORIES.items()
        if category != product.category
    )


def fit_to_say(text: str, setting: Setting) -> bool:
    """Whether the guide and the last round allow the words at all."""
    guide = setting.guide
    return not (
        setting.avoid.forbids(text)
        or not setting.allows("paragraph", text)
        or banned_in(text, guide)
        or cliches_in(text, guide)
        or (not guide.exclamation_marks and "!" in text)
        or (not guide.emoji and has_emoji(text))
        or sign_of_injection(text) is not None
        or (setting.offer is None and speaks_of_offer(text))
        or unsupported_of_reader(text, setting.brief.audience.rule)
    )


def _visits(setting: Setting) -> bool:
    """Whether the mail may ask for a visit."""
    wants_it = setting.objective in ("viewing", "invite", "service_due")
    return wants_it or setting.kpi in ("viewing_booked", "service_booked")


def alike(one: str, other: str, *, ignoring: set[str] | None = None) -> bool:
    """Whether two sentences say the same in nearly the same words; ``ignoring`` holds the words of
    the product's name, which every sentence may say."""
    a, b = words(one) - (ignoring or set()), words(other) - (ignoring or set())
    if one.strip() == other.strip():
        return True
    shared = len(a & b)
    return shared >= 3 and shared / min(len(a), len(b)) >= 0.6


def words(text: str) -> set[str]:
    """The words of a text that carry its meaning."""
    return {w.casefold() for w in _WORD.findall(text)} - _SMALL


_SMALL = frozenset(
    (
        "the", "and", "that", "with", "have", "has", "had", "was", "were", "are", "for", "you",
        "your", "our", "this", "its", "not", "but", "all", "one", "can", "what", "from", "der",
        "die", "das", "und", "mit", "hat", "haben", "war", "sind", "für", "sie", "ihr", "ihre",
        "wir", "uns", "unser", "unsere", "nicht", "ein", "eine", "einen", "dem", "den", "des",
        "ist", "von", "auf",
    )
)  # fmt: skip
