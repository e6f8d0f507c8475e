"""Phrases about time: what a stretch of time bounds, and how to find its days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from agents.house.goal_dates import Span, back, count_of, resolve
from agents.house.goal_text import Rule
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

    def end(self, today: date, *, past: bool) -> Span | None:
        return resolve(self.other, today, past=past)

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
    return Period("lately", fixed=Span(back(given.today, count, match["unit"]), given.today))


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
    ok = resolve(first, given.today, past=True) and resolve(last, given.today, past=True)
    return Period("between", first, last) if ok else None


TIME: tuple[Rule, ...] = (
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
        r"(?:in |over |within |during |of |from |for |innerhalb |während )?(?:the |den |der |dem |"
        r"die |das )?<LASTLY> (?P<n><COUNT>) (?P<unit><UNIT>)",
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
        r"(?:after|nach) (?:the |dem |der )?(?P<date><DATE>)",
        "later than that",
        ("after Christmas",),
        _prep("after"),
    ),
    Rule(
        "period",
        r"(?:before|prior to|earlier than|vor|ahead of|in time for|rechtzeitig (?:vor|zu)) "
        r"(?:the |dem |der |den )?(?P<date><DATE>)",
        "earlier than that",
        ("before September 2010", "vor Weihnachten"),
        _prep("before"),
    ),
    Rule(
        "period",
        r"(?:until|till|by|no later than|bis(?: zum| einschließlich| spätestens)?|spätestens(?: am|"
        r" "
        r"bis)?|valid until|gültig bis(?: zum)?|ends?(?: on)?|ending(?: on)?|expires?(?: on)?) "
        r"(?:the |dem |der |den |end of )?(?P<date><DATE>)",
        "on that day or earlier",
        ("until 24 December", "bis 15.12."),
        _prep("until"),
    ),
    Rule(
        "period",
        r"(?:on|in|during|over|at|for|am|im|an|zu|zum|über|während|of|from|vom|des|der|around|"
        r"in der|in den|in dem|to go out(?: on)?|send(?: it)?(?: on)?) "
        r"(?:the |der |den |dem |kommenden )?(?P<date><DATE>)",
        "on those days",
        ("on Friday", "in der ersten Dezemberwoche"),
        _prep("within"),
    ),
)

BARE_TIME: tuple[Rule, ...] = (
    Rule(
        "period",
        r"(?P<date><BARE>)",
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
    r"(?:on|around|am|um) (?P<date>black friday|christmas(?: eve)?|easter|ostern|weihnachten|"
    r"heiligabend|valentine's day|valentinstag|mother's day|muttertag)",
    "on that day",
    ("on Black Friday",),
    _prep("within"),
)
