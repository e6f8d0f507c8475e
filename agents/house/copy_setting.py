"""What the house writer knows when it writes: the brief's objects, its evidence, what to avoid."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from agents.claims.evidence import Evidence, evidence
from agents.house.copy_revision import Avoid, avoid
from agents.tasks import CopyQuestion
from agents.untrusted import sign_of_injection
from domain.brief import Brief, Offer
from domain.facts import Facts, HouseFact, Product
from domain.frozen import content_hash
from domain.goal import Kpi, Objective
from domain.voice import Guide
from domain.words import Language


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
    evidence: tuple[Evidence, ...]
    avoid: Avoid
    seed: str

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
        evidence=evidence(clean, offer),
        avoid=avoid(question),
        seed=content_hash((brief.hash(), question.reject_reason)),
    )


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
