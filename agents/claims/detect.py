# ruff: noqa: E501 (patterns and sentences are read whole)
"""The stretches of a text that can be checked: numbers, and words that assert something.

A word rule names the words that a fact must share for the claim to rest on it: "our master
watchmakers" needs a fact that says both master and watchmaker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from agents.claims.quantities import LONGEST, Quantity, number, quantities
from agents.languages import lexicon

Kind = Literal[
    "price",
    "percent",
    "date",
    "number",
    "warranty",
    "stock",
    "heritage",
    "craft",
    "universal",
    "superlative",
    "comparison",
    "certification",
    "popularity",
    "health",
    "value_retention",
    "promise",
    "material",
    "condition",
    "free",
]


@dataclass(frozen=True)
class Checkable:
    """One assertion in a text."""

    kind: Kind
    start: int
    end: int
    text: str
    quantity: Quantity | None = None
    needs: tuple[str, ...] = ()
    """Patterns that the words of one and the same fact must all match."""
    never: bool = False
    """No fact can bear it: a promise of value, a cure."""


@dataclass(frozen=True)
class _Rule:
    kind: Kind
    pattern: re.Pattern[str]
    needs: tuple[str, ...] = ()
    never: bool = False


def _rule(kind: Kind, pattern: str, *needs: str, never: bool = False) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.IGNORECASE), needs, never)


_MAKER = r"(?:watch|clock)?(?:makers?|smiths?)|uhrmacher\w*|goldschmied\w*|artisans?|craftsm[ae]n\w*|handwerker\w*|jewell?ers?|designers?|bakers?|engravers?"
_SERVICE = r"serviced|overhauled|restored|refurbished|refined|regulated|pressure-tested|inspected|repaired|refinished|\bapart\b|gewartet|überholt|restauriert|aufgearbeitet|revidiert|reguliert|instand gesetzt|zerlegt|geprüft"
_SERVICE_FACT = r"servic|overhaul|restor|refurb|refin|regulat|pressure|inspect|repair|revis|revid|wart|überhol|aufgearbeit|regulier|instand|zerleg|geprüft|apart"
_NOT_DONE = r"(?<!\bhave it )(?<!\bget it )(?<!\bhad it )(?<!\bbe )(?<!\bit )(?<!\blassen )(?<!\bhave your watch )(?<!\bto be )"
_NOT_TIME = r"(?!\s?(?:day|week|month|year|morning|evening|night|time|hour|minute|second|other|so\b|once|now|few|of (?:you|us|them)|letter|mail|weekday|sunday|monday|tuesday|wednesday|thursday|friday|saturday|summer|winter|spring|autumn|christmas|one\b|tag|woche|monat|jahr|morgen|abend|stunde|minute|mal\b|weihnacht|sommer|winter|samstag|sonntag|werktag))"

_RULES: tuple[_Rule, ...] = (
    _rule(
        "value_retention",
        r"(?:hold|keep|retain|gain|increas|grow|double)\w*\s+(?:\w+\s){0,2}?(?:in\s+)?value\b|appreciat\w+ in value|\b(?:an?|good|safe|sound|solid|worthwhile|lasting|best|smart|real|great|wise) investment\b(?! (?:of|by|in (?:people|training|technology|infrastructure)))|wertanlage|wertstabil\w*|wertsteigerung|behält (?:\w+ )?wert|resale value|safe haven",
        never=True,
    ),
    _rule(
        "health",
        r"\b(?:cures?|heals?|treats?|relieves?|heilt|lindert)\b (?:\w+ ){0,3}(?:eczema|pain|disease|anxiety|arthritis|migraine|cancer|schmerz\w*|krank\w*)|\bclinically\b|\bklinisch\b|\bmedically\b",
        never=True,
    ),
    _rule(
        "heritage",
        r"\b(?:since|established(?: in)?|founded(?: in)?|est\.|seit|gegründet(?: im jahr)?)\s+(?:1[5-9]\d\d|20\d\d)\b",
        r"since|founded|established|open|seit|gegründet|besteh",
    ),
    _rule(
        "heritage",
        r"\b(?:for|over|more than|seit|über|mehr als)\s+(?:over |more than |about |almost |nearly |fast |rund )?(?:a century|(?:two|three|four|five|six|\d+) (?:generations|decades|centuries|generationen|jahrzehnten?))\b|\bgenerations of\b|\bgenerationen\b|\bcentury[- ]old\b|\bage-old\b|\btime-honou?red\b",
        r"generation|century|decade|jahrzehnt|jahrhundert",
    ),
    _rule(
        "heritage",
        r"\bfamily[- ](?:owned|run|business|firm)\b|\bfamilienbetrieb\b|\bfamiliengeführt\w*",
        r"famil",
    ),
    _rule(
        "heritage",
        r"\b(?:heritage|tradition(?:al|s|ally|en|ell\w*)?|handed down|überliefert\w*)\b",
        r"heritage|tradition|handed down|überliefer",
    ),
    _rule(
        "craft",
        rf"\bmaster (?:{_MAKER})|\b(?:uhrmacher|goldschmiede)?meister\w*\b",
        r"master|meister",
        rf"{_MAKER}|meister",
    ),
    _rule("craft", rf"\b(?:our|unser\w*) (?:own |eigen\w* )?(?:{_MAKER})\b", rf"{_MAKER}"),
    _rule(
        "craft",
        r"\b(?:our|unser\w*) (?:own |eigen\w* )?(?:workshop|atelier|studio|bench|kitchen|werkstatt|werkbank|manufaktur)\b",
        r"workshop|atelier|studio|bench|kitchen|werkstatt|werkbank|manufaktur|watchmaker|uhrmacher",
    ),
    _rule(
        "craft",
        r"(?<!count )(?<!write )(?<!written )(?<!counted )\bby hand\b|\bhand-?(?:made|crafted|finished|polished|set|stitched|painted|assembled|engraved|cut|sewn|poured|picked|forged)\b|\b(?:von hand|handgemacht\w*|handgefertigt\w*|handarbeit)\b",
        r"\bby hand\b|\bhand-?(?:made|craft|finish|polish|set\b|stitch|paint|assembl|engrav|cut\b|sewn|pour|pick|forg)|\bvon hand\b|handarbeit|handgem|handgef",
    ),
    _rule("craft", rf"{_NOT_DONE}\b(?:{_SERVICE})\b", _SERVICE_FACT),
    _rule("craft", r"\bin-?house\b|\bhauseigen\w*\b", r"in-?house|our own|hauseigen|eigene"),
    _rule("craft", r"\bmade here\b|\blocally (?:made|sourced)\b", r"made here|local|our own"),
    _rule("craft", r"(?:made|hergestellt) in (?:the )?(?!\d)\w+|\bswiss[- ]made\b", "="),
    _rule(
        "universal",
        rf"\b(?:every|each)\b(?:\s+(?:single|one of our))?{_NOT_TIME}\s+\w+|\ball (?:of )?our\s+\w+|\bjede[rsmn]?\b{_NOT_TIME}\s+\w+|\balle unsere\w?\s+\w+|\bwithout exception\b|\bausnahmslos\b",
        r"\bevery|\beach\b|\ball\b|\bjede|\balle|ausnahmslos|without exception",
    ),
    _rule(
        "superlative",
        r"\b(?:cheapest|best(?! (?:regards|wishes))|finest|greatest|fastest|highest|rarest|purest|strongest|thinnest|oldest|largest|smallest|toughest|safest|most (?!of\b|people|customers|likely|days|evenings|mornings|watches|things|weeks|mails?\b|e-?mails|who|important thing)\w+|number one|no\.? ?1|#1|leading|world[- ]class|world['’]s|unrivall?ed|unmatched|unbeatable|second to none|unsurpassed|one of a kind|unique)\b",
        "=",
    ),
    _rule("superlative", r"\b(?:lowest|niedrigste\w*)\b", r"lowest|niedrigst"),
    _rule(
        "superlative",
        r"\b(?:the|our|your) only\b(?! (?:thing|question|condition|catch|reason|request|rule|one who))|\bthe (?:very )?first (?:watch|ring|brand|house|shop|company|to)\b|\bnowhere else\b|\bexclusiv\w*\b|\bexklusiv\w*\b",
        r"\bonly\b|\bfirst\b|exclusiv|exklusiv|nowhere",
    ),
    _rule(
        "superlative",
        r"\b(?:beste[rnsm]?|günstigste\w*|billigste\w*|schönste\w*|größte\w*|feinste\w*|hochwertigste\w*|führende\w*|einzigartig\w*|einmalig\w*|unschlagbar\w*|weltbeste\w*|nummer eins)\b(?! (?:grüße|wünsche))",
        "=",
    ),
    _rule(
        "comparison",
        r"\b(?:better|cheaper|faster|stronger|finer|safer|rarer|more \w+|less \w+|higher quality) than (?:any|all|other|others|the competition|competitors|anyone|anything|anywhere|most|ever|elsewhere|new ones)\b|\bunlike (?:other|any|most)\b|\bcompared (?:to|with)\b|\boutperforms?\b|\bim gegensatz zu anderen\b",
        r"than|compared|unlike|als",
    ),
    _rule(
        "certification",
        r"\b(?:certified|certificates?|certification|chronometer|cosc|gia|igi|patented|award(?:s|ed)?|award-winning|prize-winning|tested|approved by|endorsed|fair ?trade|organic|carbon[- ]neutral|climate[- ]neutral|sustainab\w+|iso ?\d*|fda|tüv|zertifi\w+|zertifikat\w*|patentiert\w*|ausgezeichnet\w*|preisgekrönt\w*|klimaneutral\w*|nachhaltig\w*|bio|authenticated|authenticity|echtheit\w*)\b",
        "=",
    ),
    _rule(
        "popularity",
        r"\bbest-?sell\w+|\bmost popular\b|\b(?:customer|crowd|fan) favou?rites?\b|\beveryone(?:['’]s| is)? (?:loves?|loving|talking)\b|\bthousands of\b|\bhundreds of (?:customers|people)\b|\bcustomers (?:love|rave|trust)\b|\bas seen (?:in|on)\b|\b(?:five|5)[- ]star\b|\baward\b|\btrending\b|\bbeliebteste\w*|\bverkaufsschlager\b|\btausende\w*\b",
        "=",
    ),
    _rule(
        "warranty",
        r"\b(?:warranty|warranties|guarantee[ds]?|money[- ]back|garantie\w*|gewährleistung)\b",
        r"warrant|guarantee|money|garantie|gewährleist",
    ),
    _rule(
        "free",
        r"\bfree (?:of charge|shipping|delivery|returns?|service|engraving|gift|sizing|resizing|cleaning)\b|\bfor free\b|\bat no (?:cost|charge)\b|\bwithout charge\b|\bcomplimentary\b|\bkostenlos\w*\b|\bkostenfrei\w*\b|\bgratis\b|\bversandkostenfrei\b",
        r"\bfree\b|no (?:cost|charge)|charge|complimentary|kostenlos|kostenfrei|gratis",
    ),
    _rule(
        "stock",
        r"\b(?:while stocks? lasts?|limited (?:edition|stock|quantit\w+|availability|time|pieces)|(?:almost|nearly) (?:gone|sold out)|sold out|selling (?:out|fast)|going fast|few (?:left|remain\w*)|hurry|back in stock|in stock|last chance|last (?:one|piece|few|pieces)|solange (?:der )?vorrat|limitiert\w*|ausverkauft|fast weg|nur noch wenige|restbestand)\b",
        r"limited|stock|left|last|sold|vorrat|limitiert|ausverkauf|lager",
    ),
    _rule(
        "material",
        r"\b(?:gold|silver|platinum|diamonds?|sapphires?|rub(?:y|ies)|emeralds?|pearls?|leather|titanium|ceramic|silk|cashmere|wool|cotton|linen|oak|walnut|stainless|steel|brass|bronze|porcelain|crystal|(?<!without the )(?<!behind )(?<!through the )(?<!behind the )glass|acrylic|plexi\w*|silber|platin|diamant\w*|saphir\w*|rubin\w*|smaragd\w*|perlen?|leder|titan|keramik|seide|wolle|baumwolle|stahl|messing|(?<!ohne )(?<!ohne das )(?<!hinter )glas|edelstahl|rotgold|gelbgold|weißgold)\b",
        "=",
    ),
    _rule(
        "condition",
        r"\b(?:scratch(?:es)?|dents?|chips?|chipped|cracks?|stains?|patina|tarnish\w*|polished|unpolished|engrav(?:ed|ing)|original (?:box|papers|strap|dial|crown|bracelet)|box and papers|full set|mint|unworn|like new|as new|never worn|kratzer|dellen?|riss\w*|flecken|poliert\w*|unpoliert\w*|gravur\w*|ungetragen|neuwertig|originalbox)\b",
        "=",
    ),
    _rule(
        "condition",
        r"\b(?:automatic|self-winding|hand-wound|hand-winding|manual wind\w*|quartz|chronograph|gmt|water-?proof|water-?resistan\w+|moon ?phase|luminous|automatik\w*|handaufzug|quarz\w*|wasserdicht\w*|wassergeschützt\w*)\b",
        "=",
    ),
)


def _of_lexicon() -> tuple[_Rule, ...]:
    """The rules that each language's claims.yaml adds."""
    return tuple(
        _Rule(
            row["kind"],
            lexicon.compiled(tuple(row["any"]), case=row.get("case", False)),
            (row["needs"],) if "needs" in row else (),
            row.get("never", False),
        )
        for code in lexicon.languages()
        for row in lexicon.read(code, "claims")
    )


@cache
def _rules() -> tuple[_Rule, ...]:
    return (*_RULES, *_of_lexicon())


_STOCK = re.compile(
    r"\b(?:we|wir) (?:only |just |still )?(?:have|haben) (?:only |just |nur |noch )?(?P<n>one|two|three|four|five|six|seven|eight|nine|ten|\d+|eine?|einen|zwei|drei|vier|fünf)\b(?! (?:question|request|rule|reason|favour|thing|suggestion|watchmaker|boutique|shop|person|wish|frage|bitte|uhrmacher|more question))"
    r"|\b(?:only|just|nur noch|noch) (?P<m>one|two|three|four|five|six|seven|eight|nine|ten|\d+|eine?s?|einen|zwei|drei|vier|fünf) (?:left|remain\w*|pieces? left|in stock|of (?:it|them)|stück|vorrätig|auf lager|verfügbar)\b"
    r"|\b(?P<k>one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:left|remain(?:s|ing)|in stock|available)\b"
    r"|\bthere is (?:only )?(?P<j>one)\b(?:\.|,| of)|\b(?:a )?(?P<s>single piece|one-off|one of one|einzelstück)\b"
    r"|\b(?:es gibt|gibt es) (?:nur |sie |ihn |es )*(?P<g>eine?|einmal|einen)\b(?=[.,;])|\b(?:is|it['’]s) (?:our|the) (?P<l>last one|last)\b|\bthe (?P<o>only one)\b",
    re.IGNORECASE,
)
_ONES = re.compile(
    r"single piece|one-off|one of one|einzelstück|last one|only one|last|einmal", re.I
)
_AS_QUOTED = re.compile(r"\{\{[^}]*\}\}|https?://\S+")


_TOLD = re.compile(
    r"\b(?:asked|wondered|wanted to know|fragte\w*|gefragt|wollte\w* wissen)\b.*\b(?:which|whether|if|what|how|ob|welche\w*|was|wie)\b"
    r"|\b(?:can(?:no|'|’)t|could(?:n['’]t| not)|won['’]t|never|nobody can|no one can|do(?:n['’]t| not)|niemand|nicht|nie) (?:\w+ ){0,3}(?:promis|guarante|versprech|versprich|garantier)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def checkables(text: str) -> tuple[Checkable, ...]:
    """Everything in the text that asserts something checkable, in order.

    Of a text longer than ``LONGEST`` only the beginning is read; the critic blocks it whole.
    """
    text = text[:LONGEST]
    blanked = _AS_QUOTED.sub(lambda m: "·" * len(m.group()), text)
    numbers = quantities(text)
    found: list[Checkable] = []
    taken: set[Quantity] = set()

    for match in _STOCK.finditer(blanked):
        words = next(g for g in match.groups() if g)
        count = _count(words)
        found.append(Checkable("stock", *match.span(), match.group(), count, ("stock",)))
        taken.update(n for n in numbers if match.start() <= n.start < match.end())
    for rule in _rules():
        for match in rule.pattern.finditer(blanked):
            if rule.kind in ("value_retention", "promise") and _told(text, match.start()):
                continue
            needs = (_stem(match.group()),) if rule.needs == ("=",) else rule.needs
            beside = None
            if rule.kind in ("heritage", "warranty"):
                beside = _beside(match, numbers, rule.kind)
                if beside is not None:
                    taken.add(beside)
            found.append(
                Checkable(rule.kind, *match.span(), match.group(), beside, needs, rule.never)
            )
    found.extend(Checkable(_kind(n), n.start, n.end, n.text, n) for n in numbers if n not in taken)
    return _bound(text, tuple(sorted(found, key=lambda c: (c.start, c.end))))


def _told(text: str, at: int) -> bool:
    """Whether somebody else's question is told, or the promise is refused: neither promises."""
    start, _ = _sentence(text, at)
    return _TOLD.search(text[start:at]) is not None


def _bound(text: str, found: tuple[Checkable, ...]) -> tuple[Checkable, ...]:
    """A sentence about every piece must rest on one fact that says all of it."""
    bound = []
    for claim in found:
        if claim.kind == "universal":
            start, end = _sentence(text, claim.start)
            more = [
                need
                for other in found
                if other.kind == "craft" and start <= other.start < end
                for need in other.needs
            ]
            claim = replace(claim, needs=(*claim.needs, *more))
        bound.append(claim)
    return tuple(bound)


def _sentence(text: str, at: int) -> tuple[int, int]:
    ends = [0, *(m.end() for m in re.finditer(r"[.!?](?=\s|$)", text)), len(text)]
    return max(e for e in ends if e <= at), min(e for e in ends if e > at or e == len(text))


def _kind(quantity: Quantity) -> Kind:
    if quantity.kind == "money":
        return "price"
    if quantity.kind == "percent":
        return "percent"
    return "date" if quantity.kind in ("date", "month") else "number"


def _count(words: str) -> Quantity:
    value = number("one" if _ONES.fullmatch(words) else words)
    return Quantity("count", value, "", 0, 0, words)


def _beside(match: re.Match[str], numbers: tuple[Quantity, ...], kind: Kind) -> Quantity | None:
    """The number that belongs to the words: inside them, or a duration just beside a warranty."""
    inside = [n for n in numbers if match.start() <= n.start < match.end()]
    if inside:
        return inside[0]
    if kind != "warranty":
        return None
    near = [
        n
        for n in numbers
        if n.kind == "duration"
        and n.unit == "months"
        and (0 <= match.start() - n.end <= 12 or 0 <= n.start - match.end() <= 16)
    ]
    return near[0] if near else None


def _stem(word: str) -> str:
    """A pattern for the word and its close relatives, in both languages."""
    word = word.casefold().strip()
    for group in _SAME:
        if re.search(group, word):
            return group
    stem = word[: max(4, len(word) - 2)] if len(word) > 4 else word
    return rf"\b{re.escape(stem)}"


_SAME = (
    r"scratch|kratzer|schramme",
    r"dent|delle",
    r"gold",
    r"silver|silber|sterling",
    r"platin",
    r"diamond|diamant|brillant",
    r"sapphire|saphir",
    r"steel|stahl|stainless",
    r"leather|leder",
    r"titan",
    r"crystal|glass|glas|acryl|plexi",
    r"hand-?wound|hand-?winding|manual|handaufzug",
    r"automat|self-winding",
    r"quart?z",
    r"water|wasser",
    r"polish|polier|poliert",
    r"engrav|gravur|graviert",
    r"box|papers|papier|full set",
    r"pearl|perle",
    r"chip",
    r"crack|riss",
    r"silk|seide",
    r"wool|wolle",
    r"certif|zertifi",
    r"authentic|echtheit",
    r"award|prize|ausgezeichnet|preisgekr",
    r"patent",
    r"sustain|nachhaltig",
    r"test",
    r"organic|\bbio\b",
    r"best-?sell|verkaufsschlager",
    r"unworn|never worn|ungetragen|like new|as new|neuwertig|mint",
)
