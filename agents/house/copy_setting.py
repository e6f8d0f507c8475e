"""What the house writer knows when it writes: the brief's objects, its evidence, what to avoid."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.claims.evidence import Evidence, evidence
from agents.house.copy_revision import Avoid, avoid
from agents.learning.checks import breaks
from agents.tasks import CopyQuestion
from agents.untrusted import sign_of_injection
from domain.brief import Brief, Offer
from domain.facts import Facts, HouseFact, Product
from domain.frozen import content_hash
from domain.goal import Kpi, Objective
from domain.predicate.clauses import StageName
from domain.teaching import Check, PriceEarly
from domain.voice import Guide
from domain.words import Language

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Setting:
    """The question, sorted for writing."""

    brief: Brief
    guide: Guide
    language: Language
    objective: Objective
    kpi: Kpi
    product: Product | None
    """The one object of the mail."""
    others: tuple[Product, ...]
    """Further products of the brief, for a selection."""
    house: tuple[HouseFact, ...]
    """The brief's own house facts first; all in the mail's language."""
    offer: Offer | None
    topics: tuple[str, ...]
    stages: tuple[StageName, ...]
    """Of the audience, where it spans several."""
    evidence: tuple[Evidence, ...]
    avoid: Avoid
    seed: str
    used: Mapping[str, int]
    """How often each passage went out before."""
    effects: Mapping[str, float]
    """What passages changed, by the brief's outcome: posterior means that leave out zero."""
    recent: frozenset[tuple[str, ...]]
    """Stretches of three words that went out lately."""
    rules: tuple[Check, ...]
    """What the house's own rules check."""
    asked: frozenset[str]
    """House facts whose words the goal itself says."""

    def allows(self, place: str, text: str) -> bool:
        """Whether the house's rules let a text stand at a place."""
        return not any(breaks(check, place, text) for check in self.rules)

    @property
    def price_early(self) -> bool:
        return any(isinstance(check, PriceEarly) for check in self.rules)

    def echo(self, text: str) -> float:
        """How much of a text went out lately: the share of its stretches of three words, 0 to 1."""
        mine = stretches(text)
        return sum(one in self.recent for one in mine) / len(mine) if mine else 0.0

    def chance(self, *parts: str) -> float:
        """A number in [0, 1) that is the same for the same brief and parts, and else differs."""
        digest = hashlib.sha256("|".join((self.seed, *parts)).encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48

    @property
    def facts(self) -> Facts:
        products = (self.product,) if self.product else ()
        return Facts(products=(*products, *self.others), house=self.house)


def read(question: CopyQuestion) -> Setting:
    """The question as a Setting. Facts that carry hostile text are left aside."""
    brief = question.brief
    products = [p for p in _named(question) if _clean_product(p)]
    offer = brief.offer
    clean = Facts(
        products=tuple(products),
        house=tuple(f for f in question.facts.house if sign_of_injection(f.text) is None),
    )
    house = sorted(
        (f for f in clean.house if f.language == brief.language),
        key=lambda f: f.id not in brief.fact_ids,
    )
    asked = _asked(brief.goal.text, house)
    if asked and not brief.goal.products and brief.goal.objective in ("announce", "invite"):
        products = []  # the news is the house's own, and no article belongs beside it
    return Setting(
        brief=brief,
        guide=question.guide,
        language=brief.language,
        objective=brief.goal.objective,
        kpi=brief.kpi.kpi,
        product=products[0] if products else None,
        others=tuple(products[1:]),
        house=tuple(house),
        offer=offer,
        topics=tuple(t for t in brief.goal.topics if sign_of_injection(t) is None),
        stages=question.stages,
        evidence=evidence(clean, offer),
        avoid=avoid(question),
        seed=content_hash((brief.hash(), question.reject_reason)),
        used={w.passage_id: w.times_used for w in question.worths},
        effects={
            w.passage_id: proof.mean
            for w in question.worths
            for proof in w.against_held_back
            if proof.kpi == brief.kpi.kpi and proof.shown
        },
        recent=frozenset(one for text in question.recent for one in stretches(text)),
        rules=tuple(rule.check for rule in question.rules),
        asked=asked,
    )


def stretches(text: str) -> list[tuple[str, ...]]:
    """Every three words in a row; of a shorter text its words."""
    words = [w.casefold() for w in _WORD.findall(text)]
    if len(words) < 3:
        return [tuple(words)] if words else []
    return [tuple(words[i : i + 3]) for i in range(len(words) - 2)]


def _named(question: CopyQuestion) -> list[Product]:
    """The brief's products in the order it names them; else those of the offer or the goal."""
    brief = question.brief
    offered = brief.offer.products if brief.offer else ()
    for ids in (brief.fact_ids, offered, brief.goal.products):
        found: dict[str, Product] = {}
        for fact_id in ids:
            product = question.facts.product(fact_id)
            if product is not None:
                found[product.id] = product
        if found:
            return list(found.values())
    return []


def _clean_product(product: Product) -> bool:
    texts = (
        product.name,
        product.material,
        product.condition,
        product.reference,
        *product.flaws,
        *product.details,
        *(line for lines in product.notes.values() for line in lines),
        *(product.photo.words() if product.photo else ()),
    )
    return not any(sign_of_injection(text) for text in texts if text)


def _asked(goal: str, house: Sequence[HouseFact]) -> frozenset[str]:
    """House facts that share three longer words with the goal."""
    wanted = stems(goal)
    return frozenset(f.id for f in house if len(stems(f.text) & wanted) >= 3)


def stems(text: str) -> set[str]:
    """The first six letters of its longer words: Werkstatt and Werkstattabend are of one."""
    return {w.casefold()[:6] for w in _WORD.findall(text) if len(w) > 3}
