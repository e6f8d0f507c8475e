"""The house writer's answer to READ_GOAL: plain words to a typed goal, by documented phrases.

English and German. The text is read in passes, each an ordered table of phrases; what no phrase
reads is quoted back as unread, and nothing is dropped: every word is either part of a phrase, or
in an unread stretch, or one of goal_text.STOP_WORDS. docs/goals.md is written from the tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

from agents.house.goal_audience import Audience
from agents.house.goal_impossible import BARRED
from agents.house.goal_life import CONSENT, LIFE
from agents.house.goal_people import DUE, NOT, PEOPLE_FIRST, VERBS
from agents.house.goal_periods import BARE_TIME, FEAST_DAYS, TIME, Period
from agents.house.goal_places import LIVING_IN
from agents.house.goal_products import Articles, find_products
from agents.house.goal_rules import BOUNDS, GREETING, MANNERS, MEASURES, OBJECTIVES, OFFER, TOPICS
from agents.house.goal_text import STOP_WORDS, Chunk, Reading, Rule
from agents.tasks import GoalText
from domain.goal import Goal, Impossible, Objective, OfferBounds
from domain.money import Money
from domain.predicate import Everyone, Predicate

PASSES: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Greeting", GREETING),
    ("What the campaign is measured by", MEASURES),
    ("Bounds", BOUNDS),
    ("Offer", OFFER),
    ("People", (CONSENT, *LIFE, *PEOPLE_FIRST)),
    ("Time", TIME[:-1]),
    ("Occasions", (FEAST_DAYS, *TOPICS)),
    ("Days", (*BARE_TIME, TIME[-1])),
    ("Purchases", VERBS[:-2]),
    ("What it is for", OBJECTIVES),
    ("Manner", MANNERS),
    ("Everyone", VERBS[-2:]),
    ("Not", (NOT,)),
)
_BARRED_RULES = tuple(
    Rule("barred", entry.pattern, entry.code, (entry.example,), lambda m, g, e=entry: e)  # type: ignore[misc]
    for entry in BARRED
)
_PRIORITY: tuple[Objective, ...] = (
    "win_back", "service_due", "viewing", "launch", "welcome", "thank", "invite", "announce",
    "sell",
)  # fmt: skip
_FREE_TOPIC = re.compile(
    r"(?<!\w)(?:about|regarding|on the topic of|rund um|zum thema|über|"
    r"(?:the )?(?:topic|subject)(?: is|:)|thema(?: ist|:))(?!\w)"
)
_TRAILING = re.compile(r"(?:\s+(?:to|an|for|für|who|with|mit|and|und))?\s*$")
_LEADING = re.compile(
    r"^\s*(?:our|the|unsere[nr]?|die|den|das|der|a|an|dass|that)\s+", flags=re.IGNORECASE
)
_MARK = re.compile(r"[;:!?()]|[.,](?!\d)")
_CAN_BE_DENIED = {"article", "mail", "period", "topic", "objective", "kpi", "code"}
_THAT = re.compile(r"(?<!\w)(?:that|dass)(?!\w)")


def read_goal(given: GoalText) -> Goal:
    """What was understood of a goal; see the module's promise about the rest."""
    reading = Reading(given)
    for rule in (CONSENT, *_BARRED_RULES):
        reading.apply(rule)
    for name, rules in PASSES:
        if name == "Offer":
            _due_first(reading)
            find_products(reading)
        for rule in rules:
            reading.apply(rule)
    chunks = sorted(reading.chunks, key=lambda chunk: chunk.start)
    builder = Audience(reading)
    audience = builder.build([c for c in chunks if c.kind != "barred"])
    goal = _Goal(reading, [c for c in chunks if id(c) not in builder.used])
    goal.people_dated = any(draft.dated for draft in builder.drafts)
    goal.read()
    return goal.made(audience)


def _due_first(reading: Reading) -> None:
    """ "Service due" is about people; "service" alone is an article. Towns come before "ring
    buyers in Vienna" is taken apart."""
    for rule in (*PEOPLE_FIRST[:DUE], *LIVING_IN):
        reading.apply(rule)


class _Goal:
    """What is not about people: the campaign's own parts, from the chunks that are left."""

    def __init__(self, reading: Reading, chunks: Sequence[Chunk]) -> None:
        self.reading = reading
        self.chunks = chunks
        self.parts: dict[str, Any] = {}
        self.offer: dict[str, Any] | None = None
        self.topics: list[str] = []
        self.objectives: list[Objective] = []
        self.products: list[str] = []
        self.categories: list[str] = []
        self.impossible: list[Impossible] = []
        self.everyone = False
        self.people_dated = False
        """People are described by a period: another one in the past is hardly a day of sending."""
        self.doubtful = False
        """A phrase that narrows the audience was not understood: then it is not everyone."""
        self.language = language_of(reading.plain)

    @property
    def today(self) -> date:
        return self.reading.given.today

    def read(self) -> None:
        for place, chunk in enumerate(self.chunks):
            self._one(chunk, self.chunks[place - 1] if place else None)
        self._free_topics()
        self._contradictions()

    def _one(self, chunk: Chunk, before: Chunk | None) -> None:
        value = chunk.value
        if chunk.kind in _CAN_BE_DENIED and self._denied(chunk, before):
            self.reading.release(chunk)  # "rings, not watches": quoted with its "not"
            return
        match chunk.kind:
            case "barred":
                entry = cast(Any, value)
                self._bar(entry.code, chunk, entry.why, entry.instead)
                self.everyone = self.everyone or entry.code == "without_consent"
            case "objective":
                self.objectives.append(cast(Objective, value))
            case "topic":
                self.topics.append(str(value))
            case "kpi" | "holdout" | "most_recipients" | "no_holdout" if self._said(chunk.kind):
                self.reading.release(chunk)  # the first word on a bound stands
            case "kpi" | "holdout" | "most_recipients":
                self.parts[chunk.kind] = value
            case "no_holdout":
                self.parts["holdout"] = 0.0
            case "language":
                self.language = str(value)
            case "no_offer":
                self.offer = self.offer or {}
                self.parts["no_offer"] = True
            case "share_off" | "amount_off" | "code" if self._offered(chunk.kind):
                self.reading.release(chunk)
            case "share_off":
                self._share(chunk, cast(float, value))
            case "amount_off":
                self.offer = {**(self.offer or {}), "most_amount": cast(Money, value)}
            case "code":
                self.offer = {**(self.offer or {}), "code": str(value)}
            case "article":
                articles = cast(Articles, value)
                self.products += articles.products
                if articles.category:
                    self.categories.append(articles.category)
            case "period":
                self._period(chunk, cast(Period, value), before)
            case "everyone":
                self.everyone = True
            case "people" | "mail" | "owner_after":
                pass
            case "idiom":
                self.reading.release(chunk)
            case _:  # a phrase about people that found no place in a rule
                self.doubtful = True
                self.reading.release(chunk)

    def _denied(self, chunk: Chunk, before: Chunk | None) -> bool:
        """Whether a "not" that turned round no phrase about people stands directly before."""
        if before is None or before.kind != "not":
            return False
        between = self.reading.plain[before.end : chunk.start]
        return not _MARK.search(between) and all(
            word in STOP_WORDS for word in re.findall(r"\w+", between)
        )

    def _said(self, kind: str) -> bool:
        return kind.removeprefix("no_") in self.parts

    def _offered(self, kind: str) -> bool:
        """A second reduction or code is quoted back, not laid over the first."""
        names = {
            "share_off": ("most_share", "most_amount"),
            "amount_off": ("most_share", "most_amount"),
        }
        return any((self.offer or {}).get(name) for name in names.get(kind, ("code",)))

    def _share(self, chunk: Chunk, share: float) -> None:
        if share > 1:
            self._bar(
                "discount_too_high", chunk, "More than the whole price cannot be taken off.",
                "a reduction that the brand's guide allows",
            )  # fmt: skip
            return
        if share >= 0.7:
            self._bar(
                "discount_too_high", chunk, "So much off tells people that the price was wrong.",
                "a reduction that the brand's guide allows",
            )  # fmt: skip
        self.offer = {**(self.offer or {}), "most_share": share}

    def _period(self, chunk: Chunk, period: Period, before: Chunk | None) -> None:
        """A period that no description of people took: when it goes out, or how long it is
        valid."""
        if period.role in ("lately", "then"):
            self.doubtful = True
            self.reading.release(chunk)
            return
        if self.reading.unread_before(chunk.start):  # it belongs to words that were not read
            self.reading.release(chunk)
            return
        span = period.span(self.today, past=False)
        if period.role == "quiet":
            if not re.match(r"in |within ", chunk.words.lower()) or span is None:
                self.reading.release(chunk)
                return
            if {"send_from", "send_until"} & self.parts.keys():
                self.reading.release(chunk)
                return
            day = self.today + (span.last - span.first)
            self.parts["send_from"] = self.parts["send_until"] = day
            return
        if span is None:
            self.reading.release(chunk)
            return
        if period.role == "until" and before is not None and self._valid_until(before, chunk):
            self.offer = {**(self.offer or {}), "until": span.last}
            return
        first: date | None = span.first
        last: date | None = span.last
        match period.role:
            case "since" | "from":
                last = None
            case "after":
                first, last = span.last + timedelta(days=1), None
            case "before":
                first, last = None, span.first - timedelta(days=1)
            case "until":
                first = None
            case "between":
                days = period.days(self.today, past=False)
                first, last = days if days else (first, None)
            case _:
                pass
        taken = {"send_from", "send_until"} & self.parts.keys()
        if (first and "send_from" in taken) or (last and "send_until" in taken):
            self.reading.release(chunk)  # the first day named stands
            return
        if (last or first or self.today) < self.today and self.people_dated:
            self.doubtful = True
            self.reading.release(chunk)
            return
        if (last or first or self.today) < self.today:
            self._bar(
                "past_date", chunk, "This day is over.",
                f"any day from {(self.today + timedelta(days=1)).isoformat()}",
            )  # fmt: skip
            return
        if first is not None:
            self.parts["send_from"] = max(first, self.today)
        if last is not None:
            self.parts["send_until"] = last

    def _valid_until(self, before: Chunk, chunk: Chunk) -> bool:
        """ "10 % off until Sunday": directly after the offer it is the offer's end."""
        if before.kind not in ("share_off", "amount_off", "code"):
            return False
        between = self.reading.plain[before.end : chunk.start]
        return not re.search(r"[.;!?]", between) and not any(
            word not in STOP_WORDS for word in re.findall(r"\w+", between)
        )

    def _free_topics(self) -> None:
        """After "about", or after an announcement: the words as they stand, up to the next phrase
        or mark, are what the copy takes up."""
        for lead, start in sorted(self._topic_leads()):
            end = start
            while end < len(self.reading.plain) and not self._closed(end):
                end += 1
            following = next((c for c in self.reading.chunks if c.start == end), None)
            own = re.findall(r"\w+", self.reading.plain[start:end])
            if (
                following is not None and following.kind == "article"
                and any(word not in STOP_WORDS for word in own)
            ):  # fmt: skip
                end = following.end  # "about caring for a leather strap"
            if following is not None and _is_people(following):
                continue  # "our best customers": the words belong to the people
            words = _TRAILING.sub("", self.reading.given.text[start:end])
            topic = _LEADING.sub("", words).strip()
            if any(w.lower() not in STOP_WORDS for w in re.findall(r"\w+", topic)):
                self.topics.append(topic)
                self.reading.take(lead, start + len(words))

    def _topic_leads(self) -> set[tuple[int, int]]:
        """Where the words before a free topic begin and end."""
        plain, free = self.reading.plain, self.reading.free
        leads = {m.span() for m in _FREE_TOPIC.finditer(plain) if free(*m.span())}
        if "announce" in self.objectives:
            leads |= {m.span() for m in _THAT.finditer(plain) if free(*m.span())}
            leads |= {
                (c.end, c.end)
                for c in self.chunks
                if c.kind == "objective" and c.words.lower() != "know"
            }
        return leads

    def _closed(self, at: int) -> bool:
        """Whether a free topic ends here: at words already read, or at a mark outside a number."""
        if self.reading.taken[at] or self.reading.released[at]:
            return True
        return _MARK.match(self.reading.plain, at) is not None

    def _contradictions(self) -> None:
        offer = self.offer or {}
        if self.parts.pop("no_offer", False) and (
            offer.get("most_share") or offer.get("most_amount")
        ):
            chunk = next(c for c in self.chunks if c.kind == "no_offer")
            self._bar("contradiction", chunk, "An offer is both wished and excluded.",
                      "no reduction, which is what this reads")  # fmt: skip
            self.offer = {}
        first, last = self.parts.get("send_from"), self.parts.get("send_until")
        if first and last and first > last:
            chunk = next(c for c in self.chunks if c.kind == "period")
            self._bar("contradiction", chunk, "The last day lies before the first.",
                      f"from {first.isoformat()}, without a last day")  # fmt: skip
            del self.parts["send_until"]
        if self.parts.get("holdout", 0) >= 1:
            chunk = next(c for c in self.chunks if c.kind == "holdout")
            self._bar("contradiction", chunk, "Who is held back gets no mail: nobody would.",
                      "hold back half")  # fmt: skip
            del self.parts["holdout"]

    def _bar(self, code: str, chunk: Chunk, why: str, instead: str) -> None:
        self.impossible.append(
            Impossible(code=cast(Any, code), words=chunk.words.strip(), why=why, instead=instead)
        )

    def made(self, audience: Predicate | None) -> Goal:
        unread = self.reading.unread()
        if audience is None and self.everyone and not self.doubtful:
            audience = Everyone()
        said = next((o for o in _PRIORITY if o in self.objectives), "unsaid")
        return Goal(
            text=self.reading.given.text,
            language=cast(Any, self.language),
            objective=cast(Objective, said),
            audience=audience,
            products=tuple(dict.fromkeys(self.products)),
            categories=tuple(dict.fromkeys(self.categories)),
            offer=None if self.offer is None else OfferBounds(**self.offer),
            topics=tuple(dict.fromkeys(self.topics)),
            unread=unread,
            impossible=tuple(self.impossible),
            **self.parts,
        )


def _is_people(chunk: Chunk) -> bool:
    """People named without "to" before them."""
    people = chunk.kind in ("people", "everyone", "owners", "owner_after")
    return people and not re.match(r"(?:to|an|for|für) ", chunk.words.lower())


_GERMAN = """
der die das und mit für an alle kunden ein eine einen zu zum zur im in den dem vor seit nicht auf
über bis haben gekauft schreib schick wer uns unsere ohne rabatt uhr uhren am aus bei letzten
kundinnen erinnere lade gewinne verkaufe begrüße
"""
_ENGLISH = """
the and with for to all customers a an of in on before since not who bought our send mail write no
by at most people from about off we them their that week month year last next
"""
_GERMAN_MARKS, _ENGLISH_MARKS = frozenset(_GERMAN.split()), frozenset(_ENGLISH.split())


def language_of(plain: str) -> str:
    """English, unless more of the small words are German."""
    words = re.findall(r"\w+", plain)
    german = sum(w in _GERMAN_MARKS or bool(re.search("[äöüß]", w)) for w in words)
    english = sum(w in _ENGLISH_MARKS for w in words)
    return "de" if german > english else "en"
