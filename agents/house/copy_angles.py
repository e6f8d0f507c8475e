# ruff: noqa: E501 (patterns and sentences are read whole)
"""Angles: the reasons to read a mail, each with its own subject, opening and order of facts.

An angle is taken where the facts carry it. A brand's library may name further angles; those are
taken where it has an opening for them (``own``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.house import copy_scripts as scripts
from agents.house import copy_sentences as say
from agents.house.copy_scripts import ABOUT, Script
from agents.house.copy_setting import Setting

_OUR = r"\bour (?:own )?(?:{0})|\bunser\w* (?:eigen\w* )?(?:{0})"
HOUSE_WORDS: dict[str, str] = {
    "flaw_first": r"\bflaws?\b.*photo|\bmakel\b.*foto",
    "watchmaker": _OUR.format(r"watchmaker|goldsmith|bench|workshop|kitchen|uhrmacher|werkbank"),
    "one_piece": r"keep a piece|single pieces|legen wir ein stück|einzelstücke",
    "visit": r"\bviewing\b|\bbesichtigung\b",
    "price": r"\bprices (?:include|are)|\bcan come back\b|\bpreise enthalten\b|zum vollen preis",
    "service": r"should be serviced|old oil|full service|überholt werden|altes öl|vollrevision",
    "return": r"\bof us\b|zu viert|we write|wir schreiben",
    "offer": r"\bdelivery\b|\bcan come back\b|\bversand\b|zum vollen preis",
    "topic": r"\bdelivery\b|\bengraving\b|\bversand\b|\bgravur\b",
    "house": ABOUT,
    "thank": r"adjustments|first two years|anpassungen|ersten zwei jahren",
}
"""What a house fact is about, by the angle that it suits; in both languages."""


@dataclass(frozen=True)
class Angle:
    id: str
    also: tuple[str, ...]
    """Other names that libraries give it."""
    weight: Callable[[Setting], float]
    """0: the facts do not carry it; more: better for this brief."""
    script: Callable[[Setting], Script]

    def named(self, name: str) -> bool:
        return name == self.id or name in self.also


def own(name: str, also: tuple[str, ...] = ()) -> Angle:
    """An angle that only the brand's library carries."""
    return Angle(name, also, lambda s: 1.0, scripts.plain)


def _wants(setting: Setting, *objectives: str) -> bool:
    return setting.objective in objectives


def _carries(*fields: str) -> Callable[[Setting], bool]:
    def check(s: Setting) -> bool:
        p = s.product
        if p is None:
            return False
        known = {
            "flaw": bool(say.flaw(p, s.language)) and "flaw" not in s.avoid.subjects,
            "details": bool(say.details(p, s.language)),
            "one": p.stock == 1 and "stock" not in s.avoid.subjects,
            "price": "price" not in s.avoid.subjects,
        }
        return all(known[f] for f in fields)

    return check


ANGLES: tuple[Angle, ...] = (
    Angle("flaw_first", ("flaw",), lambda s: 2.2 if _carries("flaw")(s) else 0, scripts.flaw_first),
    Angle("watchmaker", ("proof", "bench", "craft", "maker"),
          lambda s: 2.0 if _carries("details")(s) else 0, scripts.proof),
    Angle("number", ("numbers", "figures"),
          lambda s: 1.9 if s.product and len(scripts.figures(s)) >= 2 else 0, scripts.number),
    Angle("one_piece", ("stock", "single", "one"),
          lambda s: 1.8 if _carries("one")(s) else 0, scripts.one_piece),
    Angle("visit", ("viewing", "half_hour", "appointment"),
          lambda s: 0 if "visit" in s.avoid.subjects
          else 2.4 if s.kpi == "viewing_booked" or _wants(s, "viewing", "invite") else 0, scripts.visit),
    Angle("offer", ("discount", "reduction"),
          lambda s: 2.6 if s.offer and "offer" not in s.avoid.subjects else 0, scripts.offer),
    Angle("price", ("cost", "plain_price"),
          lambda s: 1.5 if _carries("price")(s) and s.offer is None else 0, scripts.price),
    Angle("topic", ("season", "christmas", "occasion", "gift"),
          lambda s: 3.6 if s.topics and say.is_season(s.topics[0]) else 0, scripts.topic),
    Angle("return", ("win_back", "again", "while"),
          lambda s: 2.5 if _wants(s, "win_back") else 0, scripts.returning),
    Angle("service", ("service_due", "maintenance"),
          lambda s: 3.0 if s.kpi == "service_booked" or _wants(s, "service_due") else 0, scripts.service),
    Angle("selection", ("range", "choice"),
          # Who names several products wants to see them beside each other.
          lambda s: 0 if not (s.product and s.others)
          else 7.0 if len(s.brief.goal.products) > 1 else 1.7, scripts.selection),
    Angle("launch", ("new", "news", "arrival"),
          lambda s: 2.3 if s.product and _wants(s, "launch", "announce") else 0, scripts.launch),
    Angle("announce", ("news", "note"),
          lambda s: 5.0 if s.asked and _wants(s, "announce", "invite", "unsaid") else 0, scripts.announce),
    Angle("thank", ("thanks", "welcome"),
          lambda s: 2.6 if _wants(s, "thank", "welcome") else 0, scripts.thank),
    Angle("house", ("about",),
          lambda s: 0.9 if s.product is None and len(s.house) >= 2 else 0, scripts.about_us),
    Angle("plain", ("letter",), lambda s: 0.8, scripts.plain),
)  # fmt: skip
"""In order of preference where weights are equal."""
