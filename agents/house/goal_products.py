"""Finding the brand's articles and categories in a goal, in English and German."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from agents.house.goal_text import STOP_WORDS, Chunk, Reading, lowered

LONGEST = 6

GERMAN: dict[str, tuple[str, ...]] = {
    "uhr": ("watch",), "armbanduhr": ("watch",), "ring": ("ring",), "armband": ("strap",),
    "uhrenarmband": ("strap",), "uhrband": ("strap",), "verlobungsring": ("engagement", "ring"),
    "trauring": ("wedding", "band"), "ehering": ("wedding", "band"),
    "siegelring": ("signet", "ring"), "taschenuhr": ("pocket", "watch"),
    "taucheruhr": ("diver",), "stahluhr": ("steel", "watch"), "golduhr": ("gold", "watch"),
    "goldring": ("gold", "ring"), "fliegeruhr": ("pilot", "watch"), "kette": ("necklace",),
    "halskette": ("necklace",), "ohrring": ("earring",), "schmuck": ("jewellery",),
    "chronograf": ("chronograph",), "stahl": ("steel",), "wartung": ("service",),
    "revision": ("service",), "lederband": ("calf", "strap"), "solitär": ("solitaire",),
    "saphir": ("sapphire",),
}  # fmt: skip
_ENGLISH = {"bracelet": ("strap",), "timepiece": ("watch",), "jewelry": ("jewellery",),
            "wristwatch": ("watch",)}  # fmt: skip
_ENDINGS = ("", "s", "es", "e", "en", "n", "er", "ern")
_UMLAUTS = {"armbänd": "armband", "lederbänd": "lederband", "uhrbänd": "uhrband"}


_COMPOUND = re.compile(
    r"(?<!\w)(?P<what>[a-zäöüß]{3,}?)(?:käufer|besitzer|träger|kunden|kund)(?:innen|in|n)?(?!\w)"
)
"""Uhrenkäufer: who bought what the word begins with."""
_IDIOM = re.compile(
    r"(?<!\w)(?:customer service|kundenservice|watch out|ring (?:us|me|them)|at your service|"
    r"rund um die uhr|(?:um |gegen |ab |bis |von )?\d{1,2}(?:[:.]\d\d)?(?:-\d{1,2})? uhr)(?!\w)"
)
"""Words that sound like an article and are none: they are quoted back."""
_JOINING = {"with", "of", "for", "a", "an", "the", "mit", "von", "für", "aus"}
"""Small words that may stand between the words of one article's name."""
_WHAT_FOR = re.compile(r"(?<!\w)(?:for|für)(?!\w)")
"""What follows in an article's name says what it is for, not what it is."""


class Articles(NamedTuple):
    """What a phrase names: product ids, or one category."""

    products: tuple[str, ...] = ()
    category: str = ""


class Shelf:
    """The brand's articles as sets of words."""

    def __init__(self, products: tuple[tuple[str, str, str], ...], categories: tuple[str, ...]):
        self.categories = {_root(lowered(c)): c for c in categories}
        self.names: list[tuple[str, frozenset[str]]] = []
        self.own: dict[str, frozenset[str]] = {}
        """An article's words and its category's, without what it is for."""
        self.heads: set[str] = set()
        for product_id, name, category in products:
            kind = _root(lowered(category))
            self.names.append((product_id, frozenset([*_name_words(name), kind])))
            own = _name_words(_WHAT_FOR.split(lowered(name))[0])
            self.own[product_id] = frozenset([*own, kind])
            self.categories.setdefault(_root(lowered(category)), category)
            main = re.split(r",| \d", _WHAT_FOR.split(lowered(name))[0])[0].split()
            if main:
                self.heads.add(_root(main[-1]))
        self.ids = {lowered(product_id): product_id for product_id, _, _ in products}

    def find(self, words: list[str]) -> Articles | None:
        """What these neighbouring words name together, if anything."""
        if len(words) == 1 and words[0] in self.ids:
            return Articles(products=(self.ids[words[0]],))
        if words[0] in STOP_WORDS or words[-1] in STOP_WORDS:
            return None  # "a watch" is a watch, not every article with "a" in its name
        if any(word in STOP_WORDS and word not in _JOINING for word in words):
            return None
        told = [word for word in words if word not in STOP_WORDS]
        wanted = [part for word in told for part in self._parts(word)]
        if len(told) > 1 and len(set(wanted)) == 1:
            return None  # "rings for ring owners" are two phrases
        if len(words) == 1 and "-" in words[0] and not self._held(wanted):
            return self.find(words[0].split("-"))
        if len(wanted) == 1:
            if wanted[0] in self.categories:
                return Articles(category=self.categories[wanted[0]])
            if wanted[0] not in self.heads or wanted[0].isdigit():
                return None
        if not any(not part.isdigit() for part in wanted):
            return None
        found = tuple(
            pid
            for pid, name in self.names
            if set(wanted) <= name and any(w in self.own[pid] and not w.isdigit() for w in wanted)
        )
        return Articles(products=found) if found else None

    def _held(self, wanted: list[str]) -> bool:
        return any(part in name for part in wanted for _, name in self.names)

    def of_category(self, category: str) -> tuple[str, ...]:
        root = _root(lowered(category))
        return tuple(pid for pid, name in self.names if root in name)

    def _parts(self, word: str) -> tuple[str, ...]:
        translated = _translated(word)
        # A German word is only translated where the brand's own names do not hold it.
        known = any(_root(word) in name for _, name in self.names) or _root(word) in self.categories
        if translated and not known:
            return tuple(_root(part) for part in translated)
        return (_root(word),)


def find_products(reading: Reading) -> None:
    """Read every article of the brand, the longest phrase first."""
    shelf = Shelf(reading.given.products, reading.given.categories)
    for match in _IDIOM.finditer(reading.plain):
        if reading.free(*match.span()):
            words_read = reading.given.text[match.start() : match.end()]
            reading.add(Chunk("idiom", match.start(), match.end(), words_read))
    for match in _COMPOUND.finditer(reading.plain):
        stem = shelf.find([match["what"]]) if reading.free(*match.span()) else None
        if stem:
            words_read = reading.given.text[match.start() : match.end()]
            reading.add(Chunk("owners", match.start(), match.end(), words_read, stem))
    words = list(reading.free_words())
    size = LONGEST
    while size:
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            start, end = run[0].start(), run[-1].end()
            if not reading.free(start, end) or not _adjacent(reading.plain, run):
                continue
            found = shelf.find([reading.plain[w.start() : w.end()] for w in run])
            if found:
                reading.add(Chunk("article", start, end, reading.given.text[start:end], found))
        size -= 1


def _adjacent(plain: str, run: list[re.Match[str]]) -> bool:
    return all(
        re.fullmatch(r"[\s\-]+", plain[left.end() : right.start()]) for left, right in pairwise(run)
    )


def _name_words(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+(?:['-][^\W_]+)*", lowered(name))
    return [_root(word) for word in words if word not in STOP_WORDS]


def _root(word: str) -> str:
    """Without an English plural's ending."""
    if len(word) > 4 and word.endswith("ches"):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _translated(word: str) -> tuple[str, ...] | None:
    for stem, plain in _UMLAUTS.items():
        if word.startswith(stem):
            word = plain + word[len(stem) :]
    for ending in _ENDINGS:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            for table in (GERMAN, _ENGLISH):
                if stem in table:
                    return table[stem]
    return None
