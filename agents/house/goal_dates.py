"""Dates and periods in plain English and German, for the goal grammar.

A phrase without a year is ambiguous: "in December" is the last one where people are described
and the next one where a mail is planned. ``resolve`` is therefore told which way to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from agents.briefing.timing import feast
from agents.house.goal_text import SHORTHANDS, number


class Span(NamedTuple):
    """Days, both included."""

    first: date
    last: date


MONTHS = {
    name: index
    for index, names in enumerate(
        (
            "january jan januar jänner", "february feb februar feber", "march mar märz maerz",
            "april apr", "may mai", "june jun juni", "july jul juli", "august aug",
            "september sept sep", "october oct oktober okt", "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: index
    for index, names in enumerate(
        (
            "monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag",
            "friday freitag", "saturday samstag sonnabend", "sunday sonntag",
        )
    )
    for name in names.split()
}  # fmt: skip
SEASONS = {
    "spring": 3, "frühling": 3, "frühjahr": 3, "summer": 6, "sommer": 6, "autumn": 9, "fall": 9,
    "herbst": 9, "winter": 12,
}  # fmt: skip
FEASTS = {
    "christmas eve": "Christmas", "christmas": "Christmas", "xmas": "Christmas",
    "weihnachten": "Christmas", "heiligabend": "Christmas", "heiligem abend": "Christmas",
    "black friday": "Black Friday", "easter": "Easter", "ostern": "Easter",
    "valentine's day": "Valentine's Day", "valentines day": "Valentine's Day",
    "valentinstag": "Valentine's Day", "mother's day": "Mother's Day",
    "mothers day": "Mother's Day", "muttertag": "Mother's Day", "cyber monday": "Cyber Monday",
    "st nicholas' day": "St Nicholas' Day", "nikolaus": "St Nicholas' Day",
    "nikolaustag": "St Nicholas' Day", "new year's eve": "New Year's Eve",
    "silvester": "New Year's Eve",
}  # fmt: skip


def _either(words: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_MONTH = rf"(?:{_either(MONTHS)})\.?"
_DAY = rf"(?:{_either(WEEKDAYS)})"
_SEASON = rf"(?:{_either(SEASONS)})"
_FEAST = rf"(?:{_either(FEASTS)})"
_YEAR = r"(?:19|20)\d\d"
_UNIT = (
    r"(?:days?|fortnights?|weeks?|months?|quarters?|half[- ]years?|years?|halbe[nsm]? jahr(?:e|"
    r"en|es)?|"
    r"halbjahr(?:e|en|es)?|tag(?:e|en)?|wochen?|monat(?:e|en|s)?|"
    r"quartal(?:e|en)?|jahr(?:e|en|es)?)"
)
_LAST = r"(?:last|past|previous|letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?)"
_NEXT = r"(?:next|coming|upcoming|nächste[nmrs]?|kommende[nmrs]?)"
_THIS = r"(?:this|the current|diese[nmrs]?|heurige[nmrs]?)"
_WHICH = rf"(?:{_LAST}|{_NEXT}|{_THIS})"


class Phrase(NamedTuple):
    """One way of naming days."""

    pattern: str
    means: str
    example: str
    read: Callable[[re.Match[str], date, bool], Span | None]


def month_span(year: int, month: int) -> Span:
    return Span(date(year, month, 1), months(date(year, month, 1), 1) - timedelta(days=1))


EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""A period that reaches further ("for 3,000 years") reaches to here: no customer's data do."""


def months(day: date, count: int) -> date:
    """That many calendar months later (earlier, if negative), on the last day where needed."""
    index = day.year * 12 + day.month - 1 + count
    if index < EARLIEST.year * 12:
        return EARLIEST
    if index >= (LATEST.year + 1) * 12:
        return LATEST
    year, month = divmod(index, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def back(today: date, count: int, unit: str) -> date:
    """The day ``count`` days, fortnights, weeks, months, half years or so on before (after, if "
    "negative)."""
    match unit[0]:
        case "d" | "t":
            return _days_back(today, count)
        case "w":
            return _days_back(today, 7 * count)
        case "f":
            return _days_back(today, 14 * count)
        case "h":
            return months(today, -6 * count)
        case "m":
            return months(today, -count)
        case "q":
            return months(today, -3 * count)
        case _:
            return months(today, -12 * count)


def _days_back(today: date, count: int) -> date:
    day = today.toordinal() - count
    return date.fromordinal(min(max(day, EARLIEST.toordinal()), LATEST.toordinal()))


def _nearest(make: Callable[[int], Span | None], today: date, past: bool) -> Span | None:
    """Of yearly spans the last one begun, or the next one not yet over."""
    years = range(today.year, today.year - 6, -1) if past else range(today.year, today.year + 6)
    for year in years:
        span = make(year)
        if span and (span.first <= today if past else span.last >= today):
            return span
    return None


def _yearly(
    make: Callable[[int], Span | None], year: str | None, today: date, past: bool
) -> Span | None:
    return make(int(year)) if year else _nearest(make, today, past)


def _one(day: date) -> Span:
    return Span(day, day)


def _safe(year: int, month: int, day: int) -> Span | None:
    try:
        return _one(date(year, month, day))
    except ValueError:
        return None


def _month(words: str) -> int:
    return MONTHS[words.rstrip(".")]


def _week(today: date, offset: int) -> Span:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    return Span(monday, monday + timedelta(days=6))


def _which(words: str) -> int:
    return -1 if re.match(_LAST, words) else 1 if re.match(_NEXT, words) else 0


def _unit_span(match: re.Match[str], today: date, past: bool) -> Span | None:
    offset, unit = _which(match["which"]), match["unit"]
    if unit.startswith("w"):
        if "end" in unit:
            week = _week(today, offset)
            return Span(week.first + timedelta(days=5), week.last)
        return _week(today, offset)
    if unit.startswith("m"):
        at = months(today.replace(day=1), offset)
        return month_span(at.year, at.month)
    if unit.startswith("q"):
        at = months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3 * offset)
        return Span(at, months(at, 3) - timedelta(days=1))
    return Span(date(today.year + offset, 1, 1), date(today.year + offset, 12, 31))


def _season(year: int, month: int) -> Span:
    first = date(year, month, 1)
    return Span(first, months(first, 3) - timedelta(days=1))


def _which_season(match: re.Match[str], today: date, past: bool) -> Span | None:
    offset, month = _which(match["which"]), SEASONS[match["season"]]
    if offset < 0:
        for year in range(today.year, today.year - 3, -1):
            span = _season(year, month)
            if span.last < today:
                return span
    if offset > 0:
        return next(s for y in (0, 1) if (s := _season(today.year + y, month)).first > today)
    return _season(today.year, month)


def _which_month(match: re.Match[str], today: date, past: bool) -> Span | None:
    offset, month = _which(match["which"]), _month(match["month"])
    if offset < 0:
        year = today.year if month < today.month else today.year - 1
    elif offset > 0:
        year = today.year if month > today.month else today.year + 1
    else:
        year = today.year
    return month_span(year, month)


def _weekday(match: re.Match[str], today: date, past: bool) -> Span | None:
    wanted = WEEKDAYS[match["day"]]
    which = match["which"] or ""
    if re.match(_LAST, which) or (past and not which):
        return _one(today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1))
    days = (wanted - today.weekday() - 1) % 7 + 1
    return _one(today + timedelta(days=days))


def _part(match: re.Match[str], today: date, past: bool) -> Span | None:
    span = _yearly(lambda y: month_span(y, _month(match["month"])), match["year"], today, past)
    if span is None:
        return None
    first, last = span
    part = match["part"]
    if part.startswith(("begin", "early", "anfang", "start")):
        return Span(first, first + timedelta(days=9))
    if part.startswith(("mid", "mitte")):
        return Span(first + timedelta(days=10), first + timedelta(days=19))
    return Span(first + timedelta(days=20), last)


def _part_of_unit(match: re.Match[str], today: date, past: bool) -> Span | None:
    """A month's thirds as ``_part`` has them; of a year its first or last month."""
    which, unit = match["which"] or "", match["unit"]
    offset, part = _which(which) if which else 0, match["part"]
    at_start = part.startswith(("begin", "start", "anfang", "early"))
    middle = part.startswith(("mid", "mitte"))
    if unit.startswith("w"):
        days = _week(today, offset).first
        first, last = (0, 1) if at_start else (2, 3) if middle else (4, 6)
        return Span(days + timedelta(days=first), days + timedelta(days=last))
    if unit.startswith("m"):
        first_day = months(today.replace(day=1), offset)
        whole = month_span(first_day.year, first_day.month)
        if at_start:
            return Span(first_day, first_day + timedelta(days=9))
        if middle:
            return Span(first_day + timedelta(days=10), first_day + timedelta(days=19))
        return Span(first_day + timedelta(days=20), whole.last)
    size = 3 if unit.startswith("q") else 12
    start = date(today.year, (today.month - 1) // size * size + 1, 1)
    start = months(start, size * offset)
    place = 0 if at_start else size // 2 if middle else size - 1
    at = months(start, place)
    return month_span(at.year, at.month)


def _end_of(match: re.Match[str], today: date, past: bool) -> Span | None:
    """Monatsende, Jahresende."""
    if match["unit"].startswith("m"):
        return Span(month_span(today.year, today.month).first + timedelta(days=20),
                    month_span(today.year, today.month).last)  # fmt: skip
    return month_span(today.year, 12)


def _month_of_year(match: re.Match[str], today: date, past: bool) -> Span | None:
    return month_span(today.year + _which(match["which"]), _month(match["month"]))


def _weekend(match: re.Match[str], today: date, past: bool) -> Span | None:
    week = _week(today, -1 if past and today.weekday() < 5 else 0)
    return Span(week.first + timedelta(days=5), week.last)


_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": 5, "erste": 1, "erster": 1, "ersten": 1, "1.": 1, "zweite": 2, "zweiten": 2, "2.": 2,
    "dritte": 3, "dritten": 3, "3.": 3, "vierte": 4, "vierten": 4, "4.": 4, "letzte": 5,
    "letzten": 5,
}  # fmt: skip


def _nth_week(match: re.Match[str], today: date, past: bool) -> Span | None:
    span = _yearly(lambda y: month_span(y, _month(match["month"])), match["year"], today, past)
    if span is None:
        return None
    nth = _ORDINALS[match["nth"]]
    if nth == 5:
        return Span(span.last - timedelta(days=6), span.last)
    first = span.first + timedelta(days=7 * (nth - 1))
    return Span(first, first + timedelta(days=6))


def _nth_weekday(match: re.Match[str], today: date, past: bool) -> Span | None:
    span = _yearly(lambda y: month_span(y, _month(match["month"])), match["year"], today, past)
    if span is None:
        return None
    nth, wanted = _ORDINALS[match["nth"]], WEEKDAYS[match["day"]]
    if nth == 5:
        return _one(span.last - timedelta(days=(span.last.weekday() - wanted) % 7))
    first = span.first + timedelta(days=(wanted - span.first.weekday()) % 7)
    return _one(first + timedelta(days=7 * (nth - 1)))


def _quarter(match: re.Match[str], today: date, past: bool) -> Span | None:
    named = match["q"] or match["nth"]
    first = ((int(named) if named.isdigit() else _ORDINALS[named]) - 1) * 3 + 1
    return _yearly(lambda y: _season(y, first), match["year"], today, past)


def _feast(match: re.Match[str], today: date, past: bool) -> Span | None:
    name = FEASTS[match["feast"]]
    year = match["year"]
    if match["which"]:
        past = _which(match["which"]) < 0
    if match["of"]:
        year = str(today.year + _which(match["of"]))

    def make(at: int) -> Span | None:
        on = feast(name, at)
        return _one(on) if on else None

    if past and not year:
        return next(s for y in range(3) if (s := make(today.year - y)) and s.first < today)
    return _yearly(make, year, today, past)


def _numeric(match: re.Match[str], today: date, past: bool) -> Span | None:
    day, month, year = int(match["d"]), int(match["m"]), match["year"]
    if year and len(year) == 2:
        year = f"20{year}"
    return _yearly(lambda y: _safe(y, month, day), year, today, past)


def _new_year(match: re.Match[str], today: date, past: bool) -> Span | None:
    return _nearest(lambda y: _one(date(y, 1, 1)), today, past)


_ORD = r"(?:st|nd|rd|th|\.)?"
_WEEKDAY_BEFORE = rf"(?:{_DAY}s?,? (?:the |den |dem |der )?)?"
_PART = (
    r"(?P<part>beginning of|early|start of|mid-?|middle of|late|(?:very )?end of|anfang|mitte|ende)"
)
PHRASES: tuple[Phrase, ...] = (
    Phrase(
        rf"(?:(?P<which>{_WHICH}) (?:week|woche)(?: am)? (?P<day>{_DAY})|"
        rf"(?P<day2>{_DAY}) (?:of )?(?:the )?(?P<which2>{_WHICH}) (?:week|woche))",
        "that day of the calendar week", "Thursday next week",
        lambda m, t, p: _one(
            _week(t, _which(m["which"] or m["which2"])).first
            + timedelta(days=WEEKDAYS[m["day"] or m["day2"]])
        ),
    ),
    Phrase(
        rf"{_WEEKDAY_BEFORE}(?P<year>{_YEAR})-(?P<m>\d\d)-(?P<d>\d\d)",
        "that day", "2026-12-03",
        lambda m, t, p: _safe(int(m["year"]), int(m["m"]), int(m["d"])),
    ),
    Phrase(
        rf"{_WEEKDAY_BEFORE}(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.(?:\s?(?P<year>(?:19|"
        rf"20)?\d\d)(?!\d))?",
        "that day, the next or last one where no year is named", "3.12.2026", _numeric,
    ),
    Phrase(
        rf"{_WEEKDAY_BEFORE}(?:the )?(?P<d>\d{{1,2}}){_ORD} (?:of )?(?P<month>{_MONTH})"
        rf"(?:,? (?P<year>{_YEAR})| (?:this year|dieses jahres))?",
        "that day", "3 December",
        lambda m, t, p: _yearly(
            lambda y: _safe(y, _month(m["month"]), int(m["d"])), m["year"], t, p
        ),
    ),
    Phrase(
        rf"{_WEEKDAY_BEFORE}(?P<month>{_MONTH}) (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?"
        rf"(?:,? (?P<year>{_YEAR}))?(?!\d)",
        "that day", "December 3rd, 2026",
        lambda m, t, p: _yearly(
            lambda y: _safe(y, _month(m["month"]), int(m["d"])), m["year"], t, p
        ),
    ),
    Phrase(
        rf"(?:the )?(?P<nth>{_either(_ORDINALS)}) (?:full )?(?:week|woche) "
        rf"(?:of |in |im |des )?(?P<month>{_MONTH})(?: (?P<year>{_YEAR}))?",
        "seven days, counted from the month's first; the last week ends with the month",
        "first week of December", _nth_week,
    ),
    Phrase(
        rf"(?:the )?(?P<nth>{_either(_ORDINALS)}) (?P<day>{_DAY}) (?:of |in |im |des )?"
        rf"(?P<month>{_MONTH})(?: (?P<year>{_YEAR}))?",
        "that day", "first Monday in December", _nth_weekday,
    ),
    Phrase(
        rf"(?:der |die )?(?P<nth>{_either(_ORDINALS)}) (?P<month>{_MONTH})-?(?:woche)"
        rf"(?: (?P<year>{_YEAR}))?",
        "seven days, counted from the month's first", "ersten Dezemberwoche", _nth_week,
    ),
    Phrase(
        rf"(?:the )?{_PART}\s?(?P<month>{_MONTH})(?: (?P<year>{_YEAR}))?",
        "days 1-10, 11-20 or 21 to the end", "mid December", _part,
    ),
    Phrase(
        rf"(?:the )?{_PART} (?:(?:the|der|des) )?(?:(?P<which>{_WHICH}) )?"
        r"(?P<unit>week|woche|month|monats?|quarter|quartals|year|jahres)",
        "of a month a third, of a year its first or last month", "end of next week",
        _part_of_unit,
    ),
    Phrase(r"(?:the )?(?P<unit>month|year|monats|jahres)[- ]?end(?:e)?",
           "from the 21st; December", "Jahresende", _end_of),
    Phrase(
        rf"(?P<month>{_MONTH}),? (?:of |des )?(?P<which>{_WHICH}) (?:year|jahr(?:es)?)",
        "that month of that year", "December last year", _month_of_year,
    ),
    Phrase(
        rf"(?P<which>{_WHICH}) (?P<season>{_SEASON})", "the season as said", "last summer",
        _which_season,
    ),
    Phrase(
        rf"(?:the |dem |der |den )?(?P<which>{_WHICH}) "
        r"(?P<unit>weekend|wochenende|week|woche|month|monats?|quarter|quartals?|year|jahr(?:es|"
        r"r)?)",
        "the calendar week (from Monday), month, quarter or year", "next week", _unit_span,
    ),
    Phrase(rf"(?P<which>{_WHICH}) (?P<month>{_MONTH})", "the month as said", "last September",
           _which_month),
    Phrase(
        rf"(?P<season>{_SEASON}) (?:of )?(?P<year>{_YEAR})", "three months; winter from December",
        "summer 2025", lambda m, t, p: _season(int(m["year"]), SEASONS[m["season"]]),
    ),
    Phrase(
        rf"(?:the )?(?:(?:q|quartal )(?P<q>[1-4])|(?P<nth>first|second|third|fourth|1st|2nd|3rd|"
        rf"4th|"
        rf"ersten?|zweiten?|dritten?|vierten?|[1-4]\.) (?:quarter|quartal))"
        rf"(?: (?:of )?(?P<year>{_YEAR}))?",
        "the quarter", "Q3 2026", _quarter,
    ),
    Phrase(
        rf"(?P<month>{_MONTH}),? (?:of )?(?P<year>{_YEAR})", "the month", "September 2010",
        lambda m, t, p: month_span(int(m["year"]), _month(m["month"])),
    ),
    Phrase(
        rf"(?:the )?(?:(?P<which>{_WHICH}) )?(?P<feast>{_FEAST})(?: (?:of )?(?:(?P<year>{_YEAR})|"
        rf"(?P<of>{_WHICH}) (?:year|jahr(?:es)?)))?",
        "the feast's day; Christmas is 24 December", "Christmas", _feast,
    ),
    Phrase(r"(?:the )?(?:weekend|wochenende)", "the next Saturday and Sunday, or the last",
           "the weekend", _weekend),
    Phrase(r"new year(?:'s(?: day)?)?|neujahr|the new year|jahreswechsel|neuen jahr",
           "1 January", "New Year", _new_year),
    Phrase(
        rf"(?:(?P<which>{_WHICH}) )?(?P<day>{_DAY})(?:s|abend|morgen)?"
        r"(?: (?:morning|evening|afternoon))?",
        "the next such day, or the last one", "Friday", _weekday,
    ),
    Phrase(r"today|tonight|this (?:morning|afternoon|evening)|heute(?: abend| noch| nachmittag)?|"
           r"right now|sofort|jetzt(?: gleich)?|immediately|straight away",
           "the day itself", "today", lambda m, t, p: _one(t)),
    Phrase(r"tomorrow(?: (?:morning|evening))?|morgen(?: früh| abend)?", "the day after",
           "tomorrow", lambda m, t, p: _one(t + timedelta(days=1))),
    Phrase(r"the day after tomorrow|übermorgen", "two days on", "übermorgen",
           lambda m, t, p: _one(t + timedelta(days=2))),
    Phrase(r"yesterday|gestern", "the day before", "yesterday",
           lambda m, t, p: _one(t - timedelta(days=1))),
    Phrase(
        rf"(?P<year>{_YEAR})", "the year", "2025",
        lambda m, t, p: Span(date(int(m["year"]), 1, 1), date(int(m["year"]), 12, 31)),
    ),
    Phrase(
        rf"(?P<month>{_MONTH})", "the month, the next or the last one", "December",
        lambda m, t, p: _nearest(lambda y: month_span(y, _month(m["month"])), t, p),
    ),
    Phrase(
        rf"(?:the )?(?P<season>{_SEASON})", "the season, the next or the last one", "autumn",
        lambda m, t, p: _nearest(lambda y: _season(y, SEASONS[m["season"]]), t, p),
    ),
)  # fmt: skip

_COMPILED = tuple((re.compile(phrase.pattern), phrase) for phrase in PHRASES)


def _anonymous(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


DATE = f"(?:{'|'.join(_anonymous(phrase.pattern) for phrase in PHRASES)})"
_NEED_A_WORD = {"summer 2025", "Christmas", "the weekend", "New Year", "2025", "December", "autumn"}
"""Examples of phrases too bare to be days without a preposition before them."""
BARE_DATE = (
    "(?:"
    + "|".join(
        _anonymous(phrase.pattern) for phrase in PHRASES if phrase.example not in _NEED_A_WORD
    )
    + ")"
)
_OF_A_YEAR = rf"(?:,? (?:of |des )?(?:{_YEAR}|{_WHICH} (?:year|jahr(?:es)?)))?"
MONTH_OR_YEAR = rf"(?:{_MONTH}{_OF_A_YEAR}|{_YEAR}|q[1-4](?: {_YEAR})?)"
FEAST_OF_A_YEAR = (
    rf"(?:{_WHICH} (?:{_FEAST})|(?:{_FEAST}) (?:(?:of )?{_WHICH} (?:year|jahr(?:es)?)|{_YEAR}))"
)
DAY_OF_MONTH = (
    rf"(?:{_WEEKDAY_BEFORE}(?:the |dem )?\d{{1,2}}{_ORD} (?:of )?{_MONTH}(?:,? {_YEAR})?|"
    rf"\d{{1,2}}\.\s?\d{{1,2}}\.(?:\s?(?:19|20)?\d\d(?!\d))?)"
)
SHORTHANDS.update(
    {
        "DATE": DATE,
        "BARE": BARE_DATE,
        "FEASTED": FEAST_OF_A_YEAR,
        "MONTHLIKE": MONTH_OR_YEAR,
        "DAYDATE": DAY_OF_MONTH,
        "UNIT": _UNIT,
        "LASTLY": _LAST,
        "NEXT": _NEXT,
    }
)


def resolve(words: str, today: date, *, past: bool) -> Span | None:
    """The days that a phrase of DATE names, seen from ``today``; None if it names none."""
    words = words.strip()
    for pattern, phrase in _COMPILED:
        match = pattern.fullmatch(words)
        if match:
            return phrase.read(match, today, past)
    return None


def count_of(words: str) -> int:
    return int(number(words))
