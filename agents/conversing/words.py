"""How the assistant says numbers, days, rules and reasons, in English and German."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from agents.conversing.memory import Language
from agents.conversing.rules_german import CATEGORIES_DE, german
from agents.house.goal_grammar import language_of
from agents.house.goal_text import lowered
from agents.scheduler import LEFT_OUT_WORDS
from domain.figures import Figure
from domain.money import Money
from domain.predicate import Predicate, in_words
from domain.words import money_words, number_words

_GERMAN_ASKS = re.compile(
    r"(?<!\w)(?:wie|was|wann|welche[rsn]?|wer|warum|wieso|viele|lief|läuft|steht|bitte|danke|hallo|"
    r"umsatz|zeig|mach|kürze?|ändere?|verschieb\w*|freigabe\w*|wartet|kannst|können|ja|nein|heute|"
    r"morgen|woche|betreff|kunden|sende|starte?|sag|behaupte|verdopple|verdoppeln|raus|gut|"
    r"sieht|passt|freigegeben|genehmigt|guten|tag|moin|servus|grüß|der|die|das|und|mit|für|den|"
    r"dem|einen|eine|einem|alle|allen|aller|wir|uns|unsere[nrms]?|mir|ist|sind|haben|hat|nicht|"
    r"auf|zum|zur|im|von|vom)(?!\w)"
)
_ENGLISH_ASKS = re.compile(
    r"(?<!\w)(?:how|what|when|which|who|why|many|did|does|do|is|are|was|were|please|thanks|hello|"
    r"hi|revenue|show|make|shorten|change|move|approve|waits?|can|could|yes|no|today|tomorrow|"
    r"week|subject|start|say|double|looks?|good|lovely|new|last|the|of|to|all|and|for|with|me|"
    r"our|my|on|off|a|we|us|you|this|that|it|they|them|not|give|write|send|mail|offer|by|"
    r"customers|people|buyers|everyone)(?!\w)"
)
_REASONS_DE = {
    "no_address": "keine Adresse bekannt ist",
    "invalid_address": "die Adresse nicht stimmen kann",
    "no_consent": "sie Werbung per E-Mail nicht zugestimmt haben",
    "suppressed": "ihre Adresse nicht angeschrieben werden darf",
    "no_contact": "sie auf keinem Weg angesprochen werden dürfen",
    "open_complaint": "eine Beschwerde von ihnen noch offen ist",
    "cap_reached": "sie in diesen Tagen genug Mails bekommen haben",
    "unsubscribed": "sie sich abgemeldet haben",
    "bounced": "Mails an sie zurückkamen",
    "erased": "ihre Daten gelöscht wurden",
    "complained": "sie eine frühere Mail als Spam gemeldet haben",
    "same_person": "sie dieselbe Mail unter einer anderen Kundennummer bekommen",
    "same_address": "jemand anderes mit derselben Adresse die Mail bekommt",
}
_DAYS_DE = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_MONTHS_DE = ("Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov",
              "Dez")  # fmt: skip


def language_asked(text: str, before: Language = "en") -> Language:
    """The language to answer in: of more of the small words; undecided: as before."""
    plain = lowered(text)
    german = len(_GERMAN_ASKS.findall(plain)) + (2 if re.search("[äöüß„]", plain) else 0)
    english = len(_ENGLISH_ASKS.findall(plain))
    if german != english:
        return "de" if german > english else "en"
    if len(plain.split()) < 3:
        return before
    return "de" if language_of(plain) == "de" else "en"


def pick(language: Language, english: str, german: str) -> str:
    return german if language == "de" else english


def count(value: float | Decimal, language: Language) -> str:
    """1,234 or 1.234."""
    return number_words(value, language, places=0)


def people(value: int, language: Language) -> str:
    if language == "de":
        return f"{count(value, language)} {'Person' if value == 1 else 'Personen'}"
    return f"{count(value, language)} {'person' if value == 1 else 'people'}"


def share(value: float, language: Language, places: int = 1) -> str:
    """12.5% or 12,5 %."""
    shown = number_words(value * 100, language, places)
    return f"{shown}\N{NO-BREAK SPACE}%" if language == "de" else f"{shown}%"


def points(value: float, language: Language) -> str:
    """A difference of shares: +4.3 points."""
    shown = number_words(abs(value) * 100, language)
    sign = "+" if value >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{shown} {pick(language, 'points', 'Punkte')}"


def amount(value: float | Decimal, currency: str, language: Language) -> str:
    exact = Decimal(str(value))
    rounded = exact.quantize(Decimal(1) if abs(exact) >= 100 else Decimal("0.01"))
    sign = "\N{MINUS SIGN}" if rounded < 0 else ""
    return sign + money_words(Money(amount=abs(rounded), currency=currency), language)


def in_unit(value: float, unit: str, currency: str, language: Language) -> str:
    match unit:
        case "share":
            return share(value, language)
        case "money" | "per_person":
            return amount(value, currency, language)
        case "days":
            return f"{number_words(value, language)} {pick(language, 'days', 'Tage')}"
        case "hours":
            return f"{number_words(value, language)} {pick(language, 'hours', 'Stunden')}"
        case _:
            return number_words(value, language)


def interval(figure: Figure, currency: str, language: Language) -> str:
    """[0.6 to 7.1]; empty where the figure was counted and not estimated."""
    if figure.low is None or figure.high is None:
        return ""
    low = in_unit(figure.low, figure.unit, currency, language)
    high = in_unit(figure.high, figure.unit, currency, language)
    return f"[{low} {pick(language, 'to', 'bis')} {high}]"


def likely(low: str, high: str, language: Language) -> str:
    return pick(
        language, f"likely between {low} and {high}", f"wahrscheinlich zwischen {low} und {high}"
    )


def day(on: date, language: Language) -> str:
    """Fri 27 Nov 2026, or Fr, 27. Nov 2026."""
    if language == "de":
        return f"{_DAYS_DE[on.weekday()]}, {on.day}. {_MONTHS_DE[on.month - 1]} {on.year}"
    return f"{on:%a} {on.day} {on:%b} {on.year}"


def moment(at: datetime, timezone: str, language: Language) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{day(local.date(), language)}, {local:%H:%M}"


def reason(name: str, language: Language) -> str:
    """Why somebody is left out, after "left out because"."""
    if language == "de":
        return _REASONS_DE.get(name, name.replace("_", " "))
    return LEFT_OUT_WORDS.get(name, name.replace("_", " "))


def rule_words(rule: Predicate, language: Language) -> str:
    """An audience rule as a marketer reads it."""
    return german(rule) if language == "de" else in_words(rule)


def category(name: str, language: Language) -> str:
    return CATEGORIES_DE.get(name, name) if language == "de" else name
