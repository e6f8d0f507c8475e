"""From phrases about people to one audience rule.

Phrases stand in a row; punctuation cuts the row into segments. A verb ("bought", "looked at")
opens a draft, and the counts, articles, channels and periods in its reach fill it. A negation
turns round the verb or the phrase that follows it, and opens a draft of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from agents.house.goal_draft import Draft
from agents.house.goal_periods import Period
from agents.house.goal_products import Articles, Shelf
from agents.house.goal_segments import HEADS, PEOPLE, german_verb, segments
from agents.house.goal_text import STOP_WORDS, Chunk, Reading
from domain.predicate import (
    AllOf,
    AnyOf,
    Predicate,
)

_FILLS = {"times", "article", "channel", "period", "not"}
_ENDS_REACH = re.compile(r"(?<!\w)(?:about|with|mit|on|over|über|regarding|to|for|für)(?!\w)")
_MARK = re.compile(r"[.,;:!?()]")
_AND = re.compile(
    r"(?:and|und)(?: also| auch| again| wieder| noch ?einmal)*(?: an?| the| eine[nrm]?| ein)? $"
)


@dataclass
class Audience:
    """Builds the rule, and says which chunks it used."""

    reading: Reading
    drafts: list[Draft] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    last_date: date | None = None

    @property
    def today(self) -> date:
        return self.reading.given.today

    def build(self, chunks: Sequence[Chunk]) -> Predicate | None:
        for segment in segments(self.reading.plain, chunks):
            self._segment(segment)
        parts = self._alternatives()
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else AllOf(of=tuple(parts))

    def _alternatives(self) -> list[Predicate]:
        """The drafts in order; those joined by "or" become one."""
        groups: list[list[Predicate]] = []
        for draft in self.drafts:
            if draft.joined_by_or and groups:
                groups[-1].append(draft.predicate(self.today))
            else:
                groups.append([draft.predicate(self.today)])
        joined = [g[0] if len(g) == 1 else AnyOf(of=tuple(g)) for g in groups]
        return [p for at, p in enumerate(joined) if p not in joined[:at]]

    def _segment(self, chunks: list[Chunk]) -> None:
        heads = [c for c in chunks if c.kind in HEADS or c.kind == "owner_after"]
        before = len(self.drafts)
        current: Draft | None = None
        pending: list[tuple[Chunk, Chunk | None]] = []
        """German: what stands before its verb, and what negates it."""
        negation: Chunk | None = None
        german = any(
            c.kind in ("bought", "event", "spent", "owner") and german_verb(c) for c in heads
        )
        for place, chunk in enumerate(chunks):
            following = next((c for c in chunks[place + 1 :] if c.kind not in PEOPLE), None)
            match chunk.kind:
                case "not":
                    negation = self._negate(chunk, chunks[:place], following, current)
                    if negation is None and current is not None and current.negative:
                        continue
                case "not_then":
                    last = current or (self.drafts[-1] if self.drafts else None)
                    if last is not None and last.can_be_followed:
                        last.not_then = cast(int, chunk.value)
                        self.used.add(id(chunk))
                case "predicate":
                    draft = Draft("ready", chunk.start, ready=cast(Predicate, chunk.value))
                    draft.joined_by_or = self._or_before(chunk)
                    draft.negative = self._take_negation(negation)
                    negation = None
                    self._open(draft, chunk)
                case "owners":
                    draft = Draft("bought", chunk.start, negative=self._take_negation(negation))
                    negation = None
                    draft.joined_by_or = self._or_before(chunk)
                    articles = cast(Articles, chunk.value)
                    draft.products = articles.products
                    draft.categories = (articles.category,) if articles.category else ()
                    draft.complete = True
                    self._open(draft, chunk)
                    current = draft
                case "owner_after":
                    current = self._owner_after(chunk, chunks[:place], negation) or current
                    if current is not None and current.at == chunk.start:
                        negation = None
                case kind if kind in HEADS:
                    current = self._head(chunk, negation, current, following)
                    negation = None
                    self._fill_waiting(current, pending)
                    pending = []
                case kind if kind in _FILLS:
                    if current is not None and current.complete and not _of_owners(chunk):
                        current = None  # "watch owners a full service in January"
                    if current is not None and (german or self._within_reach(current, chunk)):
                        current, negation = self._fill_or_negate(current, chunk, negation)
                    elif german and any(h.start > chunk.start for h in heads):
                        denied = negation if chunk.kind == "article" else None
                        pending.append((chunk, denied))
                        negation = None if denied else negation
                    elif chunk.kind == "period" and negation is not None and self.drafts:
                        current, negation = self._fill_or_negate(self.drafts[-1], chunk, negation)
                    elif chunk.kind == "article" and self._owned(chunk, negation):
                        draft = Draft("bought", chunk.start)
                        draft.negative = self._take_negation(negation)
                        negation = None
                        self._open(draft, chunk)
                        self._fill(draft, chunk, None)
                        current = None
                case "people" | "everyone":
                    pass
                case _ if not german:
                    current = None  # another part of the goal has begun
        self._share_periods(before)

    def _fill_waiting(self, current: Draft, waiting: Sequence[tuple[Chunk, Chunk | None]]) -> None:
        """ "Eine Uhr, aber kein Armband gekauft": one purchase, and one that was not made."""
        denied = [(c, no) for c, no in waiting if no is not None]
        open_articles = [c for c, no in waiting if no is None and c.kind == "article"]
        for chunk, no in waiting:
            if no is None or not open_articles:
                self._fill(current, chunk, None)
        for chunk, no in denied:
            self.used.add(id(no))
            if not open_articles:
                current.negative = True
                continue
            other = Draft(
                current.kind, chunk.start, event=current.event, negative=True,
                channels=current.channels, since=current.since, before=current.before,
            )  # fmt: skip
            self.drafts.append(other)
            self._fill(other, chunk, None)

    def _head(
        self, chunk: Chunk, negation: Chunk | None, last: Draft | None, following: Chunk | None
    ) -> Draft:
        kind = "bought" if chunk.kind == "owner" else chunk.kind
        if kind == "bought" and negation is not None and last is not None and last.kind == "lapsed":
            # "lapsed customers who have not bought for a year": the same thing said twice.
            self._take_negation(negation)
            self.used.add(id(chunk))
            return last
        if (
            kind == "bought" and negation is None and last is not None
            and last.kind == "bought" and last.named and not _objects(last)
        ):  # fmt: skip
            self.used.add(id(chunk))  # "shop customers who bought …": one purchase
            last.named = False
            return last
        draft = Draft(kind, chunk.start, owns=chunk.kind == "owner")
        if chunk.kind in ("times_people", "channel_people"):
            draft.kind, draft.named = "bought", True
            if chunk.kind == "times_people":
                draft.times = cast(tuple[int, int | None], chunk.value)
            else:
                draft.channels = (str(chunk.value),)
        if chunk.kind == "event":
            draft.event = str(chunk.value).removeprefix("not ")
        if chunk.kind == "spent":
            assert isinstance(chunk.value, tuple)
            draft.least, draft.most = chunk.value
        negated = str(chunk.value).startswith("not ")
        draft.negative = self._take_negation(negation) or negated
        draft.joined_by_or = self._or_before(chunk)
        previous = last or (self.drafts[-1] if self.drafts else None)
        names_another = following is not None and following.kind == "article"
        if (
            draft.kind == "bought" and draft.negative and not names_another
            and previous is not None and previous.kind == "event" and previous.products
        ):  # fmt: skip
            draft.products = previous.products  # "looked at it but haven't bought it"
        self._open(draft, chunk)
        return draft

    def _open(self, draft: Draft, chunk: Chunk) -> None:
        self.drafts.append(draft)
        self.used.add(id(chunk))

    def _take_negation(self, negation: Chunk | None) -> bool:
        if negation is None:
            return False
        self.used.add(id(negation))
        return True

    def _negate(
        self, chunk: Chunk, earlier: list[Chunk], following: Chunk | None, current: Draft | None
    ) -> Chunk | None:
        """Keep a negation for what follows; or turn round the period just before it."""
        ahead = HEADS | _FILLS | {"predicate", "owners"}
        if following is not None and following.kind in ahead - {"not"}:
            return chunk
        previous = earlier[-1] if earlier else None
        if previous is None or previous.kind != "period" or not self.drafts:
            return chunk
        apart = following is None or _MARK.search(self.reading.plain[chunk.end : following.start])
        if not apart or not self._ends_with(chunk):
            return chunk  # "in 2024 but not the loud ones" says nothing of 2024
        assert isinstance(previous.value, Period)
        base = current or self.drafts[-1]
        if base.negative:
            self.used.add(id(chunk))
            return None
        if id(previous) in self.used:
            # "gekauft haben und seitdem nicht mehr": the period was given to the verb.
            self._forget(base, previous)
        draft = Draft("bought", chunk.start, negative=True)
        self.used.add(id(chunk))
        self._open(draft, chunk)
        self._fill(draft, previous, None)
        return None

    def _ends_with(self, chunk: Chunk) -> bool:
        """Whether nothing but small words follows, up to the next mark or phrase."""
        plain = self.reading.plain
        end = min(
            (c.start for c in self.reading.chunks if c.start >= chunk.end), default=len(plain)
        )
        rest = _MARK.split(plain[chunk.end : end])[0]
        return all(word in STOP_WORDS for word in re.findall(r"\w+", rest))

    def _forget(self, draft: Draft, period: Chunk) -> None:
        draft.since, draft.before = draft.undated

    def _fill_or_negate(
        self, current: Draft, chunk: Chunk, negation: Chunk | None
    ) -> tuple[Draft, Chunk | None]:
        if negation is None:
            if (
                chunk.kind == "period" and current.kind in ("bought", "event") and current.dated
                and self._and_before(chunk) and not self._completes(current, _period(chunk))
                and not _period(chunk).ahead and _period(chunk).role != "then"
            ):  # fmt: skip
                again = Draft(current.kind, chunk.start, event=current.event)
                self._fill(again, chunk, None)
                if id(chunk) in self.used:
                    self.drafts.append(again)
                    return again, None
            if chunk.kind == "article" and self._and_before(chunk) and _objects(current):
                another = Draft(
                    current.kind, chunk.start, event=current.event, negative=current.negative,
                    channels=current.channels,
                )  # fmt: skip
                self._open(another, chunk)
                current = another
            self._fill(current, chunk, None)
            return current, None
        at_once = not re.search(r"but|aber|jedoch", self.reading.plain[current.at : chunk.start])
        if chunk.kind == "article" and _bare(current) and (current.owns or at_once):
            current.negative = True  # "who own no watch", "who bought no ring"
            self.used.add(id(negation))
            self._fill(current, chunk, None)
            return current, None
        draft = Draft(
            current.kind if chunk.kind == "article" else "bought", chunk.start,
            event=current.event, negative=True,
        )  # fmt: skip
        self.used.add(id(negation))
        self._open(draft, chunk)
        self._fill(draft, chunk, None)
        return draft, None

    def _fill(self, draft: Draft, chunk: Chunk, negation: Chunk | None) -> None:
        value = chunk.value
        match chunk.kind:
            case "times" if draft.kind in ("bought", "event") and draft.times is None:
                assert isinstance(value, tuple)
                draft.times = value
            case "article":
                assert isinstance(value, Articles)
                if draft.kind not in ("bought", "event") or draft.event.startswith("Service"):
                    return
                draft.products += value.products
                if value.category and draft.kind == "event":
                    # An event names products; a category is all of its articles.
                    given = self.reading.given
                    shelf = Shelf(given.products, given.categories)
                    draft.products += shelf.of_category(value.category)
                elif value.category:
                    draft.categories += (value.category,)
            case "channel" if draft.kind == "bought":
                draft.channels += (str(value),)
            case "period":
                assert isinstance(value, Period)
                if not self._bound(draft, value):
                    return
            case _:
                return
        self.used.add(id(chunk))

    def _bound(self, draft: Draft, period: Period) -> bool:
        if period.ahead or draft.kind == "ready":
            return False
        if draft.dated and not self._completes(draft, period):
            return False  # a second period is never laid over the first
        draft.undated = (draft.since, draft.before)
        if period.role == "then":
            if self.last_date is None:
                return False
            draft.since = self.last_date
            return True
        span = period.span(self.today, past=True)
        if span is None:
            return False
        after = span.last + timedelta(days=1)
        match period.role:
            case "since":
                draft.since = span.first
            case "after":
                draft.since = after
            case "before":
                draft.before = span.first
            case "until":
                draft.before = after
            case "between":
                days = period.days(self.today, past=True)
                if days is None:
                    return False
                draft.since, draft.before = days.first, days.last + timedelta(days=1)
            case "lately":
                draft.since = span.first
            case "quiet":
                if not (draft.negative or draft.kind in ("lapsed", "new")):
                    return False
                draft.since = span.first
            case _:
                draft.since = span.first
                draft.before = after
        # "not since" means: not since the day that the last phrase ended with.
        self.last_date = draft.before or draft.since
        return True

    def _completes(self, draft: Draft, period: Period) -> bool:
        """Whether it bounds the side that is still open."""
        if period.role in ("before", "until"):
            return draft.before is None
        return period.role in ("since", "after", "lately") and draft.since is None

    def _share_periods(self, before: int) -> None:
        """A period after several articles holds for them all."""
        fresh = [d for d in self.drafts[before:] if d.kind in ("bought", "event")]
        if len(fresh) > 1 and fresh[-1].dated and _objects(fresh[-1]):
            for draft in fresh[:-1]:
                if not draft.dated and _objects(draft):
                    draft.since, draft.before = fresh[-1].since, fresh[-1].before

    def _within_reach(self, current: Draft, chunk: Chunk) -> bool:
        if chunk.kind == "period" and self.reading.unread_before(chunk.start):
            return False
        if chunk.kind != "article":
            return True
        last = max(
            (c.end for c in self.reading.chunks if c.start < chunk.start and c.end > current.at),
            default=current.at,
        )
        if self.reading.unread_before(chunk.start):
            return False
        return _ENDS_REACH.search(self.reading.plain[last : chunk.start]) is None

    def _owner_after(
        self, chunk: Chunk, earlier: list[Chunk], negation: Chunk | None
    ) -> Draft | None:
        """ "Watch buyers": the article just before says what they bought."""
        article = earlier[-1] if earlier else None
        if article is None or article.kind != "article" or id(article) in self.used:
            return None
        between = self.reading.plain[article.end : chunk.start]
        if between.strip(" -"):
            return None
        draft = Draft("bought", chunk.start, negative=self._take_negation(negation))
        self._open(draft, chunk)
        self._fill(draft, article, None)
        draft.complete = True
        return draft

    def _owned(self, chunk: Chunk, negation: Chunk | None) -> bool:
        """ "Customers with an engagement ring", "without a watch": it says what they bought."""
        before = self.reading.plain[: chunk.start]
        with_, article = r"(?:with|mit)", r"(?:an? |the |one |einem |einer |unserem )?"
        if negation is not None:
            with_, article = r"(?:without|ohne|with no|without any)", r"(?:an? |any |eine[nr]? )?"
        found = re.search(rf"{with_} {article}$", before)
        if not found:
            return False
        people = [c for c in self.reading.chunks if c.kind in ("people", "everyone", "barred")
                  and c.end <= found.start()]  # fmt: skip
        return bool(people) and not self.reading.plain[people[-1].end : found.start()].strip()

    def _or_before(self, chunk: Chunk) -> bool:
        if not self.drafts:
            return False
        found = re.search(r"(?:or|oder) (?:who |die )?$", self.reading.plain[: chunk.start])
        if found:
            self.reading.take(found.start(), found.end())
        return found is not None

    def _and_before(self, chunk: Chunk) -> bool:
        return _AND.search(self.reading.plain[: chunk.start]) is not None


_OF_THEIRS = re.compile(
    r"(?:of|from|aus|vom|von|der|des|seit|since|in (?:the )?(?:last|past)|in den (?:letzten|"
    r"vergangenen))\b"
)


def _of_owners(chunk: Chunk) -> bool:
    """Whether it says when or where they bought ("watch buyers of the last year")."""
    if chunk.kind == "period":
        return _OF_THEIRS.match(chunk.words.lower()) is not None
    return chunk.kind in ("channel", "times", "not")


def _period(chunk: Chunk) -> Period:
    return cast(Period, chunk.value)


def _objects(draft: Draft) -> bool:
    return bool(draft.products or draft.categories)


def _bare(draft: Draft) -> bool:
    return not (_objects(draft) or draft.dated or draft.times or draft.channels)
