"""The goal grammar's ground: text with a map of what was read, numbers, rules and chunks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from agents.tasks import GoalText
from domain.goal import Unread

_WORD = re.compile(r"\d+(?:[.,]\d+)+(?!\w)|[^\W_]+(?:['’\-./&][^\W_]+)*|[%€$£]", re.UNICODE)

NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "ein": 1, "eine": 1, "einem": 1,
    "einen": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7,
    "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12,
}  # fmt: skip
CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "pound": "GBP", "pfund": "GBP", "$": "USD", "usd": "USD", "dollars": "USD",
    "dollar": "USD", "chf": "CHF", "franken": "CHF",
}  # fmt: skip

# Words that carry no meaning of their own here; everything else must be read or quoted back.
_STOP = """
a about again all also am an and any anybody anyone are as at be been being but by can could
did do does doing for from get give gives go goes had has have having he her here hers him his
i i'd i'll i'm i've if in into is it it's its itself just kind let let's like love make makes
may me might my of off on onto or our ours out over own perhaps please pls really s shall she
should so some something such than that that's the their them then there there's these they
they're this those through to too up upon us very want wants was we we'd we'll we're we've were
what when where which while who who'd who's whom whose will with would you you'd you'll your
yours need needs ask gets hello hi thanks time week's come who've they've they'd they'll what's
here's how hey kindly ok okay maybe already yet still ever now actually really quite both each
whether
aber alle allem bekommt bekommen allen aller alles als am an auch auf aus bei beim bin bis bitte
da dabei dafür
damit dann daran darauf das dass dein dem den denen der deren des dessen die dies diese diesem
diesen dieser dieses doch durch ein eine einem einen einer eines er es etwa für gerne gern
haben hat hatte hatten hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja je
kann können man mal mein mich mir mit möchte möchten nach noch oder sei sein seine sich sie
sind so soll sollen sollte sollten über um und uns unser unsere unserem unseren unserer unter
vom von vor war waren was wer welche welchen welcher wie will wir wird wo wollen wurde wurden
zu zum zur zwischen könnt könnte könnten könntest könntet würde würden würdet wäre wären zwar
möglichst schon bereits vielleicht euch euer eure euren eurer werden worden wirst werdet wollt wolle
sollt sowie also nun hallo dürfen darf dürft brauche brauchen braucht geben gebt gib
"""
STOP_WORDS = frozenset(_STOP.split())


def lowered(text: str) -> str:
    """Lower case of the same length, with plain quotes and spaces, so that places stay true."""
    table = {"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-"}
    plain = (table.get(c, c) for c in text)
    return "".join(low if len(low := c.lower()) == 1 else c for c in plain)


@dataclass(frozen=True)
class Chunk:
    """A stretch of the goal that a rule has read."""

    kind: str
    start: int
    end: int
    words: str
    value: object = None


@dataclass(frozen=True)
class Rule:
    """One phrase: its pattern over the lower-cased text, and what it means, for the docs.

    ``read`` may return None: then the words were no such phrase after all.
    """

    kind: str
    pattern: str
    means: str
    examples: tuple[str, ...] = ()
    read: Callable[[re.Match[str], GoalText], object | None] = lambda match, given: True


@dataclass
class Reading:
    """The text while it is read: which characters are taken, and the chunks found."""

    given: GoalText
    plain: str = field(init=False)
    taken: bytearray = field(init=False)
    released: bytearray = field(init=False)
    """Read at first, but given back."""
    chunks: list[Chunk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plain = lowered(self.given.text)
        self.taken = bytearray(len(self.given.text))
        self.released = bytearray(len(self.given.text))

    def free(self, start: int, end: int) -> bool:
        return not any(self.taken[start:end])

    def take(self, start: int, end: int) -> None:
        self.taken[start:end] = b"\x01" * (end - start)

    def release(self, chunk: Chunk) -> None:
        """Give back words that were read but found no place, so that they are quoted."""
        self.taken[chunk.start : chunk.end] = bytes(chunk.end - chunk.start)
        self.released[chunk.start : chunk.end] = b"\x01" * (chunk.end - chunk.start)

    def apply(self, rule: Rule) -> None:
        # Words already read are masked, so that a phrase is found in what is left of them.
        open_text = "".join(
            "\x00" if taken else char for char, taken in zip(self.plain, self.taken, strict=True)
        )
        for match in compiled(rule.pattern).finditer(open_text):
            start, end = match.span()
            if start == end:
                continue
            value = rule.read(match, self.given)
            if value is not None:
                self.add(Chunk(rule.kind, start, end, self.given.text[start:end], value))

    def add(self, chunk: Chunk) -> None:
        self.take(chunk.start, chunk.end)
        self.chunks.append(chunk)

    def free_words(self) -> Iterator[re.Match[str]]:
        """Words that no rule has read, stop words among them, in order."""
        for match in _WORD.finditer(self.given.text):
            if self.free(*match.span()):
                yield match

    def unread(self) -> tuple[Unread, ...]:
        """Every word that was neither read nor without meaning, neighbours joined."""
        text = self.given.text
        spans: list[tuple[int, int]] = []
        for match in self.free_words():
            if self.plain[match.start() : match.end()] in STOP_WORDS:
                continue
            start, end = match.span()
            if spans and self._joined(spans[-1][1], start):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((self._before(start), end))
        return tuple(Unread(words=text[a:b], start=a, end=b) for a, b in spans)

    def unread_before(self, start: int) -> bool:
        """Whether the word before ``start``, small words aside, is one that nothing has read."""
        last = 0
        words = list(_WORD.finditer(self.given.text, 0, start))
        for match in reversed(words):
            last = match.end()
            if not self.free(*match.span()):
                return False
            if re.search(r"[.,;:!?()]", self.given.text[last:start]):
                return False
            if self.plain[match.start() : last] not in STOP_WORDS:
                return True
        return False

    def _joined(self, end: int, start: int) -> bool:
        between = self.given.text[end:start]
        return self.free(end, start) and not re.search(r"[.,;:!?()]", between)

    def _before(self, start: int) -> int:
        """A small word directly before goes along, so that the quotation reads well."""
        found = re.search(r"(\w+)[ ]$", self.plain[:start])
        if found and found.group(1) in {"was", "per", "no", "so"}:
            first = found.start(1)
            if self.free(first, start) and (first == 0 or not self.plain[first - 1].isalnum()):
                return first
        return start


_COMPILED: dict[str, re.Pattern[str]] = {}


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern with its shorthands written out, bounded by the ends of words and numbers.
    A pure cache."""
    if pattern not in _COMPILED:
        whole = pattern
        for name, words in SHORTHANDS.items():
            whole = whole.replace(f"<{name}>", words)
        _COMPILED[pattern] = re.compile(rf"(?<!\w)(?<!\d[.,])(?:{whole})(?!\w|[.,]\d)")
    return _COMPILED[pattern]


_NUM = r"(?:\d{1,3}(?: \d{3})+|\d+(?:[.,]\d{3})*)(?:[.,]\d{1,2})?"
_CUR = r"(?:€|eur|euros?|£|gbp|pounds?|pfund|\$|usd|dollars?|chf|franken)"
SHORTHANDS = {
    "NUM": _NUM,
    "COUNT": rf"(?:{_NUM}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|an?|"
    r"eine[mnr]?|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)",
    "MONEY": rf"(?:{_CUR}\s?{_NUM}|{_NUM}[\s-]?{_CUR})",
    "PERCENT": rf"(?:{_NUM}\s?(?:%|per ?cent|percent|prozent))",
    "PEOPLE": r"(?:customers?|clients?|buyers?|people|persons?|recipients?|subscribers?|contacts?|"
    r"shoppers?|folks|kunden|kund(?:e|in|innen)|kund\*innen|kund:innen|kundinnen und kunden|leute|"
    r"personen|empfänger(?:innen)?|käufer(?:innen)?|menschen|abonnenten)",
    "MOST": r"(?:at most|not more than|no more than|up to|max(?:imum|\.)?|maximal|höchstens|"
    r"bis zu|nicht mehr als|limited to|capped at|a maximum of)",
    "LEAST": r"(?:at least|min(?:imum|\.)?|mindestens|wenigstens|no less than|not less than)",
}
"""Written out by goal_dates as well, which adds DATE and SPAN."""


def number(words: str) -> Decimal:
    """2,000, 2.000 and 2 000 are two thousand; 9,90 and 9.90 nine point nine; words up to "
    "twelve."""
    words = words.strip().replace(" ", "")
    if words in NUMBER_WORDS:
        return Decimal(NUMBER_WORDS[words])
    digits = re.sub(r"[.,](?=\d{3}(?!\d))", "", words)
    return Decimal(digits.replace(",", "."))


def first_number(words: str) -> Decimal | None:
    """The first number in a phrase such as ``up to 10 %`` or ``€ 2,000``."""
    found = re.search(_NUM, words)
    return number(found.group()) if found else None


def currency_of(words: str) -> str | None:
    found = re.search(_CUR, words)
    return CURRENCIES.get(found.group()) if found else None
