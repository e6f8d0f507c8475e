"""A proposed guide: the guide in force, with what past copy shows put in its place.

Lists that people wrote are kept and added to. What the copy does not show stays as it is, and is
said. Every line that was learnt has a reason, which counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from brand_voice.learning.documents import Document, SetAside
from brand_voice.learning.exemplars import exemplars
from brand_voice.learning.frames import Frames, frames
from brand_voice.learning.habits import (
    Average,
    Habits,
    Share,
    address,
    contracted,
    habits,
    levels,
    oxford_commas,
    sentence_words,
)
from brand_voice.learning.language import LANGUAGES
from brand_voice.learning.reading import Reading, Sign
from brand_voice.learning.wording import Wording, absences, wordings
from brand_voice.reading_level import FORMULAS
from domain.frozen import Frozen
from domain.voice import ChannelTone, Greeting, Guide, LegalLine, ReadingLevel, VoiceChannel

ENOUGH_TEXTS = 10
"""From so many texts on, a sign that never occurs is said to be not used."""
SELDOM = 0.02
CLEAR = 0.9
"""A habit that so many texts share is a rule; in so many of them, or in none of as many."""
CHANNEL_TEXTS = 5
"""From so many texts on, a channel's tone can be told."""
CHANNEL_WORDS: Mapping[VoiceChannel, str] = {
    "email": "mails", "sms": "text messages", "push": "notifications",
    "landing_page": "landing pages", "search_ad": "search ads", "meta_ad": "Meta ads",
    "linkedin": "LinkedIn posts", "instagram": "Instagram posts", "facebook": "Facebook posts",
    "youtube": "video descriptions", "article": "articles",
}  # fmt: skip


class Reason(Frozen):
    """Where a line of the guide comes from."""

    field: str
    item: str = ""
    """Which entry of a list; empty: the field as a whole."""
    words: str


class Pile(Frozen):
    """Texts of one channel and language that were learnt from."""

    channel: VoiceChannel
    language: str
    texts: int


class Proposal(Frozen):
    guide: Guide
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]
    """What the copy does not show, in sentences."""
    read: tuple[Pile, ...]
    words: int
    set_aside: tuple[SetAside, ...]

    def reason(self, field: str, item: str = "") -> str:
        return next((r.words for r in self.reasons if (r.field, r.item) == (field, item)), "")


class _Draft:
    """The guide as it is being filled."""

    def __init__(self, in_force: Guide) -> None:
        self.before = in_force
        self.values: dict[str, Any] = {}
        self.reasons: list[Reason] = []
        self.open: list[str] = []

    def put(self, field: str, value: object, why: str) -> None:
        self.values[field] = value
        old = getattr(self.before, field)
        decided = field in self.before.model_fields_set and old not in ((), "", value)
        had = f"; in force: {_plain(old)}" if decided else ""
        self.reasons.append(Reason(field=field, words=why + had))

    def add(self, field: str, items: Mapping[str, str], why: str = "") -> None:
        """Items with their reasons, or one reason for all, behind those that the guide in force
        has."""
        kept: tuple[str, ...] = self.values.get(field, getattr(self.before, field))
        have = {one.casefold() for one in kept}
        new = [item for item in items if item.casefold() not in have]
        self.values[field] = (*kept, *new)
        self.reasons += [Reason(field=field, item=i, words=own) for i, own in items.items() if own]
        if why:
            self.reasons.append(Reason(field=field, words=why))


def propose(reading: Reading, in_force: Guide, sign: Sign) -> Proposal:
    """The proposal, from what was read. Where nothing was, it is the guide in force."""
    documents = reading.documents
    draft = _Draft(in_force)
    counted = habits(documents)
    framed = frames(documents)
    _identity(draft, framed)
    _form(draft, counted, documents)
    said = [w for language in LANGUAGES for w in wordings(documents, language)]
    _words(draft, documents, said)
    _principles(draft, counted, documents)
    _frames(draft, framed)
    _tones(draft, documents)
    kept = in_force.exemplars
    have = {(e.kind, e.channel, e.language) for e in kept}
    shown = [e for e in exemplars(documents, said) if (e.kind, e.channel, e.language) not in have]
    if shown:
        draft.values["exemplars"] = (*kept, *shown)
        why = "typical pieces without anybody's data; each names its place"
        draft.reasons.append(Reason(field="exemplars", words=why))
    values, hostile = _without_orders(draft.values, sign)
    guide = in_force.model_copy(update=values)
    piles = Counter((d.channel, d.language) for d in documents)
    return Proposal(
        guide=guide,
        reasons=tuple(draft.reasons),
        open=tuple(draft.open),
        read=tuple(
            Pile(channel=c, language=language, texts=n)
            for (c, language), n in sorted(piles.items())
        ),
        words=counted.words,
        set_aside=(*reading.set_aside, *hostile),
    )


def _identity(draft: _Draft, framed: Frames) -> None:
    for field, lines, words in (
        ("we_are", framed.we_are, "who you are"),
        ("we_are_not", framed.we_are_not, "who you are not"),
    ):
        if lines:
            draft.add(
                field,
                {
                    one.text: f"said so in {_in(one.texts)}"
                    + ("; keep it if it is so" if one.texts.count == 1 else "")
                    for one in lines
                },
            )
        else:
            draft.open.append(f"The copy never says {words}; write it in a few words.")


def _form(draft: _Draft, counted: Habits, documents: Sequence[Document]) -> None:
    if (average := counted.sentence_words) is not None:
        draft.put(
            "sentence_words_average", round(average.value, 1),
            f"{_interval(average)}; {average.n:,} sentences in {average.texts:,} texts",
        )  # fmt: skip
    else:
        draft.open.append("There is no running text to count sentences in.")
    if counted.subjects is not None and counted.subjects.n >= CHANNEL_TEXTS:
        longest = 5 * math.ceil(counted.subject_longest / 5)
        draft.put(
            "subject_most_characters", longest,
            f"19 of 20 subjects have at most {counted.subject_longest} characters, on average "
            f"{counted.subjects.value:.0f}; {counted.subjects.n:,} subjects",
        )  # fmt: skip
    else:
        draft.open.append("There are too few subjects to say how long they are.")
    for field, share, words in (
        ("exclamation_marks", counted.exclamations, "exclamation marks"),
        ("emoji", counted.emoji, "emoji"),
    ):
        if share.count == 0 and share.of < ENOUGH_TEXTS:
            draft.open.append(f"Too few texts to say that you use no {words}: 0 of {share.of}.")
            continue
        draft.put(field, share.share > SELDOM, f"{words} in {_in(share)}")
    most = draft.before.percent_off_most
    if counted.largest_reduction is not None and counted.largest_reduction / 100 < most < 1:
        draft.open.append(
            f"The largest reduction that a text names is {counted.largest_reduction} %; "
            f"the {most * 100:.0f} % in force are kept."
        )
    elif counted.largest_reduction is not None:
        draft.put(
            "percent_off_most", counted.largest_reduction / 100,
            f"the largest reduction that a text names is {counted.largest_reduction} %",
        )  # fmt: skip
    else:
        draft.open.append("No text names a reduction; the largest one that you give stays open.")
    found = tuple(
        ReadingLevel(language=one.language, school_years=round(one.value, 1),
                     at_most=round(one.hardest, 1))
        for one in levels(documents)
    )  # fmt: skip
    if found:
        why = "; ".join(
            f"{one.language}: {FORMULAS[one.language]} over {one.texts:,} texts, 19 of 20 at most "
            f"{one.hardest:.1f}"
            for one in levels(documents)
        )
        draft.put("reading", found, f"years of school; {why}")
    else:
        draft.open.append("Too little running text to tell a reading level.")


def _words(draft: _Draft, documents: Sequence[Document], said: Sequence[Wording]) -> None:
    used = {
        w.text: f"in {w.texts} of {w.of} texts"
        + (f", {_times(w.times_general)} as often as in general" if w.times_general else "")
        + ("; a topic more than a manner" if w.topic else "")
        for w in said
    }
    if used:
        draft.add("words_we_use", used)
    else:
        draft.open.append("No word or phrase recurs in enough texts to be called yours.")
    never: dict[str, list[str]] = {"banned": [], "cliches": []}
    read: list[str] = []
    for language in LANGUAGES:
        named = {"en": "English", "de": "German"}[language]
        pressure, cliches = absences(documents, language)
        never["banned"] += [one.text for one in pressure if not one.used]
        never["cliches"] += [one.text for one in cliches if not one.used]
        spoken = [one for one in (*pressure, *cliches) if one.used]
        if spoken:
            listed = ", ".join(f"{one.text} ({one.used}×)" for one in spoken[:12])
            draft.open.append(f"Used, and so not proposed as words to avoid: {listed}.")
        if pressure:
            total = pressure[0].words
            read.append(f"{total:,} {named} words, so at most {3000 / total:.1f} in 1,000")
        elif any(d.language == language for d in documents):
            draft.open.append(f"Too few {named} words to say which ones you never use.")
    avoided = {*draft.before.banned, *draft.before.cliches}
    for field, named_words in never.items():
        if items := [one for one in named_words if one not in avoided]:
            draft.add(field, dict.fromkeys(items, ""), f"new here: never in {' and '.join(read)}")


def _principles(draft: _Draft, counted: Habits, documents: Sequence[Document]) -> None:
    """Habits that are clear enough to be rules. What a brand believes is not in its commas."""
    found: dict[str, str] = {}

    for share, what, may_be_usual in (
        (counted.exclamations, "exclamation marks", False),
        (counted.emoji, "emoji", False),
        (counted.numbers, "figures", True),
        (counted.questions, "questions", True),
        (counted.dashes, "dashes within a sentence", True),
        (counted.capitals, "words in capitals", False),
    ):
        if share.of < ENOUGH_TEXTS:
            continue
        if share.share >= CLEAR and may_be_usual:
            found[f"{what[0].upper()}{what[1:]} in nearly every text."] = f"in {_in(share)}"
        elif share.count == 0:
            found[f"No {what}."] = f"in {_in(share)}"
        elif share.share <= 1 - CLEAR:
            found[f"Hardly ever {what}."] = f"in {_in(share)}"
    short, commas, form = contracted(documents), oxford_commas(documents), address(documents)
    for share, rule, never, what in (
        (short, "English: don't, it's, we've: contracted.", "English: do not, it is: in full.",
         "places where either would do"),
        (commas, "English: a comma before the last of a series.",
         "English: no comma before the last of a series.", "series"),
    ):  # fmt: skip
        if share.of >= ENOUGH_TEXTS and (share.share >= 0.8 or share.share <= 0.2):
            said = f"{share.count if share.share >= 0.8 else share.of - share.count:,}"
            found[rule if share.share >= 0.8 else never] = f"{said} of {share.of:,} {what}"
        elif share.of >= ENOUGH_TEXTS:
            draft.open.append(f"Both ways are used: {rule} {share.count:,} of {share.of:,} {what}.")
    if form is not None and form.texts.of >= 3:
        found[f"German: {form.form}."] = f"in {_in(form.texts)} that address anybody"
    if found:
        draft.add("principles", found)
    draft.open.append(
        "What you stand for is not in commas and counts: add the principles that an editor should "
        "hold a draft to."
    )


def _frames(draft: _Draft, framed: Frames) -> None:
    if framed.greetings:
        ours = {g.language for g in framed.greetings}
        kept = [g for g in draft.before.greetings if g.language not in ours]
        greetings = [
            Greeting(language=g.language, with_name=g.with_name, without_name=g.without_name)
            for g in framed.greetings
        ]
        why = "; ".join(
            f"{g.language}: by name in {_in(g.named, 'greetings')}, "
            + (f"without one in {g.unnamed}" if g.unnamed else "without one never: derived")
            for g in framed.greetings
        )
        draft.put("greetings", (*greetings, *kept), why)
        if any("{{last_name}}" in g.with_name for g in framed.greetings):
            draft.open.append(
                "You greet by title and family name. No title is known of customers: choose a "
                "greeting that fits everybody."
            )
    else:
        draft.open.append("No greeting recurs.")
    if framed.closings:
        had = draft.before.closings
        new = [(c.language, c.text) for c in framed.closings]
        draft.values["closings"] = (*had, *(c for c in new if c not in had))
        draft.reasons += [
            Reason(field="closings", item=f"{c.language} {c.text}", words=f"ends {_in(c.texts)}")
            for c in framed.closings
        ]
    else:
        draft.open.append("No closing recurs.")
    if framed.legal:
        have = {one.id for one in draft.before.legal}
        lines = [
            LegalLine(id=one.id, language=one.line.language, text=one.line.text)
            for one in framed.legal
        ]
        draft.values["legal"] = (*draft.before.legal, *(one for one in lines if one.id not in have))
        draft.reasons += [
            Reason(field="legal", item=one.id, words=f"under {_in(one.line.texts)}")
            for one in framed.legal
        ]
    elif not draft.before.legal:
        draft.open.append(
            "No legal line recurs: imprint, why they get it and how to end it must be written in."
        )
    if framed.address is not None and not draft.before.postal_address:
        draft.put("postal_address", framed.address.text, f"under {_in(framed.address.texts)}")
    elif not draft.before.postal_address:
        draft.open.append("No postal address recurs; mails need one.")
    if framed.hosts:
        draft.add(
            "allowed_hosts",
            {host: f"linked in {_in(share, 'texts with links')}" for host, share in framed.hosts},
        )
        if not draft.before.shop_url:
            host, share = framed.hosts[0]
            draft.put("shop_url", f"https://{host}", f"the most linked: in {_in(share)}")
    if framed.other_hosts:
        listed = ", ".join(host for host, _ in framed.other_hosts)
        draft.open.append(f"Linked too seldom, or by a mail system, to be allowed: {listed}.")


def _tones(draft: _Draft, documents: Sequence[Document]) -> None:
    tones: list[ChannelTone] = []
    for channel, words in CHANNEL_WORDS.items():
        own = [d for d in documents if d.channel == channel]
        if not own or any(one.channel == channel for one in draft.before.tones):
            continue
        if len(own) < CHANNEL_TEXTS:
            draft.open.append(f"Too few {words} to tell a tone: {len(own)}.")
            continue
        counted, average = habits(own), sentence_words(own)
        parts = []
        if average is not None:
            parts.append(f"sentences of {average.value:.0f} words")
        greeted = Share(count=sum(bool(d.greeting) for d in own), of=len(own))
        if greeted.share >= 0.8:
            parts.append("a greeting first")
        elif greeted.count == 0:
            parts.append("no greeting")
        for share, often, never in (
            (counted.questions, "asks the reader something", "asks nothing"),
            (counted.exclamations, "exclamation marks", "no exclamation marks"),
            (counted.emoji, "emoji", "no emoji"),
            (counted.numbers, "figures", "no figures"),
        ):
            if share.share >= 0.6:
                parts.append(often)
            elif share.share <= SELDOM and share.of >= ENOUGH_TEXTS:
                parts.append(never)
        if not parts:
            continue
        tone = f"{parts[0][0].upper()}{', '.join(parts)[1:]}."
        length = round(average.value, 1) if average is not None else None
        tones.append(ChannelTone(channel=channel, tone=tone, sentence_words_average=length))
        draft.reasons.append(
            Reason(field="tones", item=channel, words=f"counted over {len(own):,} {words}")
        )
    if tones:
        draft.values["tones"] = (*draft.before.tones, *tones)


def _without_orders(values: dict[str, Any], sign: Sign) -> tuple[dict[str, Any], list[SetAside]]:
    """The values without any text that would be more than data: whatever was read before, nothing
    of that kind stands in a guide."""
    aside: list[SetAside] = []

    def fine(field: str, value: object) -> bool:
        text = " ".join(_strings(value)).replace("{{first_name}}", "").replace("{{last_name}}", "")
        looks = sign(text) if text else None
        if looks is None or looks[0] == "an address":
            return True
        aside.append(
            SetAside(
                source=f"proposed {field}", why="instruction",
                what=f"it looks like {looks[0]}", next_step="look through the files for it",
            )
        )  # fmt: skip
        return False

    kept: dict[str, Any] = {}
    for field, value in values.items():
        if isinstance(value, tuple):
            kept[field] = tuple(one for one in value if fine(field, one))
        elif fine(field, value):
            kept[field] = value
    return kept, aside


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Frozen):
        return [s for one in value.model_dump().values() for s in _strings(one)]
    if isinstance(value, tuple):
        return [s for one in value for s in _strings(one)]
    return []


def _in(share: Share, what: str = "texts") -> str:
    return f"{share.count:,} of {share.of:,} {what}"


def _interval(average: Average) -> str:
    return f"{average.value:.1f} words, likely between {average.low:.1f} and {average.high:.1f}"


def _times(times: float) -> str:
    """How much oftener; beyond a hundred the general count is of rare words, and rough."""
    return "over 100 times" if times > 100 else f"{times:,.0f} times"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"{len(value)} of them"
    return str(value)
