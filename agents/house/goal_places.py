"""Phrases that say where people live and which language they speak."""

from __future__ import annotations

import re

from agents.house.goal_dates import resolve
from agents.house.goal_text import Rule
from agents.tasks import GoalText
from domain.predicate import Predicate, Trait

COUNTRIES: dict[str, tuple[str, ...]] = {
    "DE": ("Germany", "Deutschland", "german", "deutsche"),
    "AT": ("Austria", "Österreich", "austrian", "österreichische"),
    "CH": ("Switzerland", "Schweiz", "swiss", "schweizer"),
    "GB": ("United Kingdom", "Großbritannien", "british", "britische", "uk"),
    "FR": ("France", "Frankreich", "french", "französische"),
    "IT": ("Italy", "Italien", "italian", "italienische"),
    "ES": ("Spain", "Spanien", "spanish", "spanische"),
    "NL": ("Netherlands", "Niederlande", "dutch", "niederländische"),
    "BE": ("Belgium", "Belgien", "belgian", "belgische"),
    "US": ("United States", "USA", "american", "amerikanische"),
    "IE": ("Ireland", "Irland", "irish", "irische"),
    "PL": ("Poland", "Polen", "polish", "polnische"),
    "DK": ("Denmark", "Dänemark", "danish", "dänische"),
    "SE": ("Sweden", "Schweden", "swedish", "schwedische"),
}
"""Code, English name, German name, English and German adjective."""
LANGUAGES = {
    "german": "de", "english": "en", "french": "fr", "italian": "it", "spanish": "es",
    "deutsch": "de", "englisch": "en", "französisch": "fr", "italienisch": "it",
}  # fmt: skip

_COUNTRY = "|".join(
    sorted(
        {re.escape(n.lower()) for names in COUNTRIES.values() for n in names[:2]}
        | {"uk", "the uk"},
        key=len,
        reverse=True,
    )
)
_NATION = "|".join(
    sorted((n for names in COUNTRIES.values() for n in names[2:]), key=len, reverse=True)
)


def _country(code: str) -> Trait:
    names = COUNTRIES[code]
    return Trait(field="country", op="in", value=(code, names[0], names[1]))


def _by_name(match: re.Match[str], given: GoalText) -> Predicate | None:
    found = [_code(name) for name in re.findall(_COUNTRY, match["country"])]
    codes = [code for code in dict.fromkeys(found) if code]
    if not codes:
        return None
    names = tuple(name for code in codes for name in (code, *COUNTRIES[code][:2]))
    return Trait(field="country", op="in", value=names)


def _code(name: str) -> str | None:
    if name in ("uk", "the uk"):
        return "GB"
    return next(
        (c for c, names in COUNTRIES.items() if name in (n.lower() for n in names[:2])), None
    )


def _by_nation(match: re.Match[str], given: GoalText) -> Predicate | None:
    words = match["nation"]
    return next((_country(c) for c, names in COUNTRIES.items() if words in names[2:]), None)


def _city(match: re.Match[str], given: GoalText) -> Predicate | None:
    cities = re.split(
        r",? (?:and|or|und|oder) |, ", given.text[match.start("city") : match.end("city")]
    )
    if not all(re.match(r"[A-ZÄÖÜ]", city) for city in cities):
        return None
    if any(_code(city.lower()) for city in cities):
        return None
    if any(resolve(city.lower(), given.today, past=True) for city in cities):
        return None  # "customers in December"
    if len(cities) == 1:
        return Trait(field="city", op="is", value=cities[0])
    return Trait(field="city", op="in", value=tuple(cities))


def _language(match: re.Match[str], given: GoalText) -> Predicate:
    words = next(w for w in (match["lang"], match["lang2"], match["lang3"]) if w)
    return Trait(field="language", op="is", value=LANGUAGES[words])


_PEOPLE_BEFORE_A_TOWN = """
customers people clients kunden kundinnen buyers owners everyone everybody anyone anybody those
folks subscribers shoppers käufer käufern käuferinnen besitzer besitzern living live based die alle
allen leute leuten kontakte
"""
_AFTER_PEOPLE = f"(?:{'|'.join(f'(?<={word} )' for word in _PEOPLE_BEFORE_A_TOWN.split())})"
_TOWN = r"(?:(?:bad|new|san|st\.|den|los) )?[a-zäöüß][a-zäöüß-]{2,}(?: am main)?"
_AFTER_TOWN = (
    r"(?= (?:who|that|die|which|with|to|on|ein|wohnen|leben|ein,|zu|about|and|und|an|for|before|"
    r"next|"
    r"this|by|but|have|haben|for|in|zur|zum|mit|auf|über|für|am|im|bis|ab|vor|until|from|"
    r"regarding|should|"
    r"sollen|können|einladen|anschreiben|informieren)\b|\s?[,.;:?!)-]|\s?$)"
)
_ONE, _SEVERAL = _TOWN, rf"{_TOWN}(?:, {_TOWN})*,? (?:and|or|und|oder) {_TOWN}"
LIVING_IN = (
    Rule(
        "predicate",
        rf"(?:(?:who |that |die )?(?:live |living |based |wohnen |leben )?)?(?:in|from|aus|across) "
        rf"(?:the |der |den |ganz )?(?P<country>(?:{_COUNTRY})(?:(?:,| and| or| und| oder|,? sowie)"
        rf"(?: the| der| den| aus| from| in)* (?:{_COUNTRY}))*)(?: live| wohnen| leben| kommen)?",
        "people by country",
        ("in Switzerland", "aus Österreich"),
        _by_name,
    ),
    *(
        Rule(
            "predicate",
            rf"{_AFTER_PEOPLE}(?:in|from|aus|near|around|rund um) (?P<city>{towns}){_AFTER_TOWN}"
            r"(?: wohnen| leben)?",
            "people by city",
            examples,
            _city,
        )
        for towns, examples in (
            (_SEVERAL, ("customers in Berlin and Hamburg",)),
            (_ONE, ("customers in Munich", "Kunden aus München")),
        )
    ),
)
SPEAKING = (
    Rule(
        "predicate",
        rf"(?P<lang>{'|'.join(LANGUAGES)})[- ]?(?:speaking|speakers|sprachige[nr]?|sprechende[nr]?)"
        rf"|(?:who |that )?(?:speak|read|prefer)s? (?P<lang2>{'|'.join(LANGUAGES)})|"
        rf"(?:die )?(?P<lang3>{'|'.join(LANGUAGES)}) (?:sprechen|lesen)",
        "people by their language",
        ("German-speaking",),
        _language,
    ),
    Rule(
        "predicate",
        rf"(?P<nation>{_NATION})[nrs]?(?= (?:<PEOPLE>))",
        "people by country",
        ("Austrian customers",),
        _by_nation,
    ),
)
