"""Phrases about time: what a stretch of time bounds, and how to find its days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from agents.house.goal_dates import Span, back, count_of, months, resolve
from agents.house.goal_text import Rule, compiled
from agents.tasks import GoalText


class Period(NamedTuple):
    """A stretch of time as it was said: what it bounds, and how to find its days."""

    role: str
    """since, after, before, until, within, between, quiet, then or next."""
    words: str = ""
    other: str = ""
    fixed: Span | None = None

    def span(self, today: date, *, past: bool) -> Span | None:
        return self.fixed or resolve(self.words, today, past=past)

    def days(self, today: date, *, past: bool) -> Span | None:
        """Of a stretch between two: its first and last day, in that order."""
        first, last = self.span(today, past=past), resolve(self.other, today, past=past)
        if first is None or last is None:
            return None
        if last.last >= first.first:
            return Span(first.first, last.last)
        if past:  # "November or December", said in November: those of last year
            return Span(months(first.first, -12), last.last)
        return Span(first.first, months(last.last, 12))

    @property
    def ahead(self) -> bool | None:
        """Whether it can only lie ahead (True) or behind (False)."""
        if self.role in ("quiet", "then", "lately"):
            return False
        if self.role == "next":
            return True
        first = self.words.split(" ")[0]
        if re.match(
            r"(?:next|coming|upcoming|nächst|kommend|tomorrow|tonight|today|heute|morgen"
            r"|übermorgen|right|sofort|jetzt|immediately|straight)",
            first,
        ):
            return True
        if re.match(r"(?:last|past|previous|letzt|vergangen|vorig|yesterday|gestern)", first):
            return first.startswith("last") and " week " in self.words
        return None


def _lately(match: re.Match[str], given: GoalText) -> Period:
    count = count_of(match["n"]) if match["n"] else 1
    unit = match["unit"] or match["one"] or match["one2"] or match["one3"]
    return Period("lately", fixed=Span(back(given.today, count, unit), given.today))


def _ahead(match: re.Match[str], given: GoalText) -> Period:
    count = count_of(match["n"]) if match["n"] else 1
    return Period("next", fixed=Span(given.today, back(given.today, -count, match["unit"])))


def _in_so_many(match: re.Match[str], given: GoalText) -> Period:
    day = back(given.today, -count_of(match["n"]), match["unit"])
    return Period("next", fixed=Span(day, day))


def _ago(match: re.Match[str], given: GoalText) -> Period:
    day = back(given.today, count_of(match["n"]), match["unit"])
    return Period("before", words="-", fixed=Span(day, day))


def _quiet(match: re.Match[str], given: GoalText) -> Period:
    day = back(given.today, count_of(match["n"]), match["unit"])
    return Period("quiet", fixed=Span(day, given.today))


_ENDS = re.compile(
    r"(?:the )?(?:(?:very )?end of|late|ende|month-? ?end|year-? ?end|\w+sende)(?!\w)"
)


def _before(match: re.Match[str], given: GoalText) -> Period | None:
    """ "Before the end of January" ends with January, not before its last third."""
    words = match["date"].strip()
    return _prep("until" if _ENDS.match(words) else "before")(match, given)  # type: ignore[return-value]


def _few_days(match: re.Match[str], given: GoalText) -> Period | None:
    """ "Between 1 and 12 December": the first day's month is the last one's."""
    last = match["last"].strip()
    month = re.search(
        r"(?<=\d\.)\s?\d{1,2}\..*$|(?<=\d) .*$|(?<=\d[.a-z]) .*$|(?<=\d[a-z]{2}) .*$", last
    )
    if month is None:
        return None
    dot = "." if "." in month.group() and month.group().strip()[0].isdigit() else " "
    return _stretch(f"{match['d']}{dot}{month.group().strip()}", last, given)


def _one_after_another(match: re.Match[str], given: GoalText) -> Period | None:
    """ "In 2021, 2022 or 2023": one stretch, if they follow each other without a gap."""
    items = [m.group() for m in compiled("<MONTHLIKE>").finditer(match.group())]
    common = re.search(r"(?<=[a-zäöü.]) .*$|(?<=q\d) .*$", items[-1])
    if common:
        items = [i if re.search(r"\d{4}|year|jahr", i) else i + common.group() for i in items]
    spans = [resolve(item, given.today, past=True) for item in items]
    for left, right in pairwise(spans):
        if left is None or right is None:
            return None
        follows = left.last + timedelta(days=1)
        yearly = not re.search(r"\d{4}|year|jahr", items[0])
        if follows != right.first and not (yearly and follows.month == right.first.month):
            return None
    return Period("between", items[0], items[-1])


def _stretch(first: str, last: str, given: GoalText) -> Period | None:
    ok = resolve(first, given.today, past=True) and resolve(last, given.today, past=True)
    return Period("between", first, last) if ok else None


def _prep(role: str) -> Callable[[re.Match[str], GoalText], object | None]:
    def read(match: re.Match[str], given: GoalText) -> Period | None:
        words = match["date"].strip()
        return Period(role, words) if resolve(words, given.today, past=True) else None

    return read


def _between(match: re.Match[str], given: GoalText) -> Period | None:
    first, last = match["first"].strip(), match["last"].strip()
    year = re.search(r"(?:19|20)\d\d$", last)
    if year and not re.search(r"(?:19|20)\d\d", first):
        first = f"{first} {year.group()}"
    return _stretch(first, last, given)


TIME: tuple[Rule, ...] = (
    Rule(
        "period",
        r"(?:(?:between|from|zwischen|vom|von|on|am) )?(?:the |dem )?(?P<d>\d{1,2})(?:st|nd|rd|"
        r"th|\.)?"
        r"(?: and | und | to | until | till | bis (?:zum )?| ?- ?)(?P<last><DAYDATE>)",
        "from the first day to the last, both included",
        ("between 1 and 12 December", "vom 1. bis 12. Dezember"),
        _few_days,
    ),
    Rule(
        "period",
        r"(?:(?:in|im|during|of|from|aus|vom|den|der|dem|the|jahr(?:en)?|years?) "
        r")*(?:<MONTHLIKE>,? ){1,5}"
        r"(?:and |or |und |oder |bzw\. )(?:in |im )?<MONTHLIKE>",
        "those months or years, if they follow each other",
        ("in 2021, 2022 or 2023", "im Januar oder Februar"),
        _one_after_another,
    ),
    Rule(
        "period",
        r"(?:between|zwischen|from|von) (?:the |dem )?(?P<first><DATE>) (?:and|und|to|until|till|"
        r"bis|"
        r"-) (?:zum |the )?(?P<last><DATE>)",
        "from the first day to the last, both included",
        ("between March 2025 and May 2025", "von März bis Mai 2025"),
        _between,
    ),
    Rule(
        "period",
        r"(?:more than|over|longer than|at least|vor mehr als|vor über|länger als) "
        r"(?P<n><COUNT>) (?P<unit><UNIT>)(?: ago| her)?(?<!länger)",
        "longer ago than that",
        ("more than 12 months ago", "vor mehr als 2 Jahren"),
        lambda m, g: _ago(m, g) if re.search(r"ago|vor |her$", m.group()) else None,
    ),
    Rule(
        "period",
        r"(?:in |over |within |during |of |from |for |innerhalb |während |im )?(?:the |den |der |"
        r"dem |"
        r"die |das )?<LASTLY> (?:(?P<n><COUNT>) (?P<unit><UNIT>)|"
        r"(?P<one>fortnight|half[- ]year|halben jahr(?:es)?|halbjahr(?:es)?)|"
        r"(?<=the last )(?P<one2>year|month|week)|(?<=the past )(?P<one3>year|month|week))",
        "since so many days, weeks, months or years ago",
        ("in the last 12 months", "in den letzten 30 Tagen"),
        _lately,
    ),
    Rule(
        "period",
        r"(?:within|in|over|during|for|innerhalb|binnen) (?:the |den |der |das )?<NEXT> "
        r"(?P<n><COUNT>) (?P<unit><UNIT>)|(?:within|innerhalb von|innerhalb|binnen) "
        r"(?P<n2><COUNT>) "
        r"(?P<unit2><UNIT>)",
        "from today for so long",
        ("in the next two weeks", "innerhalb von 10 Tagen"),
        lambda m, g: _next_few(m, g),
    ),
    Rule(
        "period",
        r"(?:for|since|in|seit|within)(?: more than| over| at least| about| über| mehr als| "
        r"mindestens| etwa| gut)? (?P<n><COUNT>) (?:full )?(?P<unit><UNIT>)(?: or more| or longer| "
        r"now| time| und länger| oder länger)?",
        "so long without a purchase; after ‘in’ and without ‘not’, so long from today",
        ("have not bought for a year", "seit 12 Monaten nicht gekauft"),
        _quiet,
    ),
    Rule(
        "period",
        r"since then|ever since|seitdem|seither|since(?= (?:then)?$|[,.;)]| and| with|$)|seit "
        r"damals|"
        r"danach|afterwards",
        "since the day named before",
        ("and not since", "seitdem nicht mehr"),
        lambda m, g: Period("then"),
    ),
    Rule(
        "period",
        r"(?:not (?:before|earlier than)|nicht vor|frühestens(?: am| ab)?|no earlier than|starting"
        r"(?: on| from)?|ab|as of|beginning(?: on)?|since|seit) (?:the |dem |der |den )?"
        r"(?P<date><DATE>)(?: on| onwards?| an)?",
        "on that day or later",
        ("since 2025", "ab 3. Dezember"),
        _prep("since"),
    ),
    Rule(
        "period",
        r"(?:from|vom) (?:the |dem |der )?(?P<date><DATE>)(?P<on> on| onwards?| an)?",
        "of people: in that time; of the mail: on that day or later",
        ("one-time buyers from 2024", "from Monday"),
        lambda m, g: _prep("since" if m["on"] else "from")(m, g),
    ),
    Rule(
        "period",
        r"(?:(?:(?:is |are )?(?:valid|redeemable|gültig|gilt|läuft|runs?|only|nur|noch) )*)"
        r"(?:until|till|by|not (?:after|later than)|nicht (?:nach|später als)|no later than|"
        r"bis(?: zum| einschließlich| spätestens)?|spätestens(?: am|"
        r" "
        r"bis)?|valid until|gültig bis(?: zum)?|ends?(?: on)?|ending(?: on)?|expires?(?: on)?) "
        r"(?:the |dem |der |den |end of )?(?P<date><DATE>)",
        "on that day or earlier",
        ("until 24 December", "bis 15.12."),
        _prep("until"),
    ),
    Rule(
        "period",
        r"(?:after|nach) (?:the |dem |der )?(?P<date><DATE>)",
        "later than that",
        ("after Christmas",),
        _prep("after"),
    ),
    Rule(
        "period",
        r"(?:noch )?(?:before|prior to|earlier than|vor|ahead of|in time for|rechtzeitig (?:vor|"
        r"zu)) "
        r"(?:the |dem |der |den )?(?P<date><DATE>)",
        "earlier than that; before the end of a month is in that month",
        ("before September 2010", "vor Weihnachten", "before the end of January"),
        _before,
    ),
    Rule(
        "period",
        r"(?:on|in|during|over|at|for|am|im|an|zu|zum|über|während|of|from|vom|des|der|around|"
        r"in der|in den|in dem|to go out(?: on)?|send(?: it)?(?: on)?) "
        r"(?:the |der |den |dem |kommenden |jahr |year |laufe des )?(?P<date><DATE>)",
        "on those days",
        ("on Friday", "in der ersten Dezemberwoche"),
        _prep("within"),
    ),
)

BARE_TIME: tuple[Rule, ...] = (
    Rule(
        "period",
        r"(?:around |about |roughly |some ?time |etwa |circa |gegen |möglichst )*(?P<date><BARE>)",
        "on those days",
        ("tonight", "next week"),
        _prep("within"),
    ),
)


def _next_few(match: re.Match[str], given: GoalText) -> Period:
    count, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    return Period("next", fixed=Span(given.today, back(given.today, -count_of(count), unit)))


FEAST_DAYS = Rule(
    "period",
    r"(?:(?:on|at|over|around|for|an|zu|um|am) )?(?P<which><FEASTED>)|(?:on|around|am|um) "
    r"(?P<date>black friday|christmas(?: eve)?|easter|ostern|weihnachten|"
    r"heiligabend|valentine's day|valentinstag|mother's day|muttertag|cyber monday|nikolaus|"
    r"silvester)",
    "on that day",
    ("on Black Friday", "at Christmas last year"),
    lambda m, g: Period("within", (m["which"] or m["date"]).strip()),
)
