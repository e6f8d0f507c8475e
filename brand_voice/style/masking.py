"""Masking: what is left of a text when its topic is taken out.

Stylometry that sees the words of a subject measures the subject. So only words on a closed list
(``words/<language>.txt``: articles, pronouns, prepositions, auxiliaries and words general enough
for any subject) are kept; every other word is replaced by its length and, where it has one, an
ending from a closed list (text distortion, DV-MA; E. Stamatatos, EACL 2017). What else is
neutralised, each by one sign that does not tell which it was:

- names: those given (brand, products), and words that are written as only names are: capitals
  inside or throughout (iPhone, HTTP), letters with digits (18F), and in languages that write nouns
  small, a capital within a sentence;
- addresses of web and mail, code, merge fields, slots, handles and file names;
- numbers.

Markdown and HTML leave no trace; typographic quotation marks count as plain ones, since they come
from the program that set the text more often than from who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["kept", "masked", "name", "number", "mark"]

MASK = "×"
NAME = "¤"
NUMBER = "0"
LONGEST = 12
"""Letters of a masked word that are counted; longer ones are as long."""

_ENDINGS = {
    "en": (
        "ations", "ation", "ments", "ment", "ness", "ities", "ity", "ances", "ance", "ences",
        "ence", "ship", "able", "ible", "ably", "ibly", "less", "ful", "fully", "ously", "ous",
        "ively", "ive", "ally", "ical", "ical", "al", "ic", "ions", "ion", "ings", "ing", "ingly",
        "edly", "ed", "ly", "ers", "er", "ors", "or", "est", "ists", "ist", "isms", "ism", "ize",
        "ise", "izes", "ises", "ized", "ised", "izing", "ising", "ify", "ate", "ates", "ated",
        "ating", "ant", "ent", "y", "ies", "es", "'s", "s'", "s",
    ),
    "de": (
        "ungen", "ung", "heiten", "heit", "keiten", "keit", "schaften", "schaft", "tionen", "tion",
        "ismus", "ieren", "iert", "ierte", "ierten", "lich", "liche", "lichen", "licher", "liches",
        "ig", "ige", "igen", "iger", "iges", "isch", "ische", "ischen", "ischer", "isches", "bar",
        "bare", "baren", "sam", "los", "lose", "losen", "voll", "end", "ende", "enden", "ten",
        "tet", "te", "test", "st", "chen", "lein", "innen", "in", "er", "ern", "ers", "em", "en",
        "es", "e", "t", "n", "s",
    ),
}  # fmt: skip
"""Inflection and derivation: how words are built, whatever they are about."""
_NOUNS_ARE_CAPITALISED = {"de"}

_BREAKS = re.compile(r"\r\n?|\u2028|\u2029")
_FENCED = re.compile(r"^(```|~~~).*?(?:^\1[^\S\n]*$|\Z)", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s\"[^\"]*\")?\)|\[[^\[\]]*\])")
_LINE_MARKS = re.compile(r"^(?:[^\S\n]*(?:#{1,6}\s|>+\s?|[-*+•]\s|\d+[.)]\s))+", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)(?:\*{1,3}|_{1,3}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3}|~~)(?!\w)")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"',
     "»": '"', "‹": "'", "›": "'", "‚": "'", "…": "...", "―": "—", "\u00a0": " ", "\u202f": " ",
     "\u2011": "-", "\u00ad": "", "\u200b": "", "\ufeff": ""}
)  # fmt: skip

_TOKEN = re.compile(
    rf"""
    (?P<thing>
        `[^`\n]+`                                       # code
      | \{{\{{[^{{}}\n]*\}}\}} | \{{[\w.]+\}} | \$\{{[^{{}}\n]*\}}   # fields and slots
      | (?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>()"]*[^\s<>()".,;:!?]    # addresses
      | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
      | [@#][^\W\d]\w*                                  # handles, tags
      | [^\W\d][\w-]*(?:/[\w.-]+){{2,}} | (?<!\w)[/~][\w./-]{{2,}} | \w+(?:\\\w+)+   # paths
      | [^\W\d_][\w-]*(?:\.[a-z][\w-]+)+(?:\(\))? | \w+\(\)                      # files, calls
      | {NAME}
    )
    | (?P<done>{MASK}+(?:'?[^\W\d_]+)?)
    | (?P<number>\d+(?:[.,:]\d+)*(?:st|nd|rd|th|\.(?=\s+[a-zäöü]))?(?!\w))
    | (?P<word>\w+(?:['\-]\w+)*'?)
    | (?P<mark>\.\.\.|--+|[^\w\s*_~#<>|\[\]{{}}\\^=])      # what only markup uses is no mark
    """,
    re.VERBOSE,
)  # fmt: skip
_SHORTENED = frozenset({"e.g", "i.e", "z.b", "d.h", "u.a"})
_ENDS = frozenset(".!?")
_MAY_OPEN = frozenset("\":(—–-[|/'")
"""Marks after which a capital need not be a name's."""
_ALWAYS_CAPITAL = frozenset({"i"})
"""Classes of English words that are written with a capital everywhere."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark of a masked text."""

    kind: Kind
    text: str
    """A kept word in small letters; ``×××ing``, ``¤``, ``0`` or the mark itself."""
    group: str
    """The class of a kept word (``article``, ``we``, …); else ``-ing``, ``x``, name, number, mark.
    """
    capital: bool = False
    spaced: bool = True
    """White space stands before it."""
    opens: bool = False
    """It is the first of a sentence."""


@cache
def word_classes(language: str) -> dict[str, str]:
    """Kept word → its class. Raises FileNotFoundError for a language without a list."""
    found: dict[str, str] = {}
    group = ""
    lines = (files("brand_voice.style") / "words" / f"{language}.txt").read_text("utf-8")
    for line in lines.splitlines():
        if line.startswith("["):
            group = line.strip("[] ")
        elif line and not line.startswith("#"):
            for word in line.split():
                found.setdefault(word, group)
    return found


def languages() -> tuple[str, ...]:
    """The languages with a list of words."""
    folder = files("brand_voice.style") / "words"
    return tuple(sorted(f.name[:-4] for f in folder.iterdir() if f.name.endswith(".txt")))


def guess_language(text: str) -> str:
    """The language whose articles, prepositions and so on the text uses most; the first where it
    has none."""
    words = [w.casefold() for w in re.findall(r"[^\W\d_]+", text)]
    counted = {code: sum(w in word_classes(code) for w in words) for code in languages()}
    return max(sorted(counted, reverse=True), key=lambda code: counted[code])


@dataclass(frozen=True)
class Mask:
    """Masks texts of one language; ``names`` are masked even where a list has their words."""

    language: str
    names: tuple[str, ...] = ()

    def tokens(self, text: str) -> list[Token]:
        """The masked text, token by token."""
        plain = _plain(text)
        hidden = _names_pattern(self.names)
        if hidden is not None:
            plain = hidden.sub(NAME, plain)
        found: list[Token] = []
        opens, at = True, 0
        for match in _TOKEN.finditer(plain):
            spaced = match.start() > at or at == 0
            broken = "\n" in plain[at : match.start()]
            at = match.end()
            inside = not (opens or broken or (found and found[-1].text in _MAY_OPEN))
            token = self._token(match, spaced=spaced, opens=opens or broken, inside=inside)
            found.append(token)
            if token.kind == "mark":
                opens = (opens and token.text not in ",;") or token.text[-1] in _ENDS
            else:
                opens = False
        return found

    def text(self, text: str) -> str:
        """The masked text as it would be written; masking it again changes nothing."""
        parts: list[str] = []
        for token in self.tokens(text):
            word = token.text
            if token.capital and token.kind == "kept":
                word = word[:1].upper() + word[1:]
            parts.append(f" {word}" if token.spaced and parts else word)
        return "".join(parts)

    def _token(self, match: re.Match[str], *, spaced: bool, opens: bool, inside: bool) -> Token:
        text = match.group()
        match match.lastgroup:
            case "number":
                return Token("number", NUMBER, "number", spaced=spaced, opens=opens)
            case "mark":
                return Token("mark", text, text, spaced=spaced, opens=opens)
            case "done":
                letters = text.count(MASK)
                return self._masked(letters, text[letters:], spaced, opens)
            case "thing" if text.casefold() not in _SHORTENED:
                return Token("name", NAME, "name", spaced=spaced, opens=opens)
        return self._word(text, spaced, opens, inside)

    def _word(self, text: str, spaced: bool, opens: bool, inside: bool) -> Token:
        small = text.lower()
        classes = word_classes(self.language)
        bare = small.strip("'")
        group = classes.get(small) or classes.get(bare)
        if group is not None and not self._is_name(text, inside, group):
            return Token("kept", bare, group, capital=text[0].isupper(), spaced=spaced, opens=opens)
        if self._is_name(text, inside):
            return Token("name", NAME, "name", spaced=spaced, opens=opens)
        ending = next((e for e in _endings(self.language) if small.endswith(e)), "")
        if len(small) < len(ending) + 3:
            ending = ""
        return self._masked(len(small) - len(ending), ending, spaced, opens)

    def _masked(self, letters: int, ending: str, spaced: bool, opens: bool) -> Token:
        if ending and ending not in _endings(self.language):
            letters, ending = letters + len(ending), ""
        stem = MASK * max(1, min(letters, LONGEST - len(ending)))
        return Token("masked", stem + ending, f"-{ending}" if ending else "x", False, spaced, opens)

    def _is_name(self, text: str, inside: bool, group: str = "") -> bool:
        """Whether a word is written as names are; ``group`` where it is one of the kept ones."""
        if any(c.isdigit() or c == "_" for c in text):
            return True
        if any(c.isupper() for part in text.split("-") for c in part[1:]):
            return not (group and text.isupper())  # a common word in capitals shouts
        return (
            inside
            and text[0].isupper()
            and group not in _ALWAYS_CAPITAL
            and self.language not in _NOUNS_ARE_CAPITALISED
        )


def _plain(text: str) -> str:
    """Without markup, line breaks only between paragraphs, list items and headings."""
    text = _BREAKS.sub("\n", text)
    text = _FENCED.sub("\n", text)
    text = _TAG.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"`[^`\n]+`", NAME, text)
    text = _LINE_MARKS.sub("\n", text)
    text = _EMPHASIS.sub("", text)
    return text.translate(_PLAIN)


@cache
def _endings(language: str) -> tuple[str, ...]:
    """The longest first."""
    return tuple(sorted(set(_ENDINGS.get(language, ())), key=len, reverse=True))


@cache
def _names_pattern(names: Sequence[str]) -> re.Pattern[str] | None:
    words = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    if not words:
        return None
    either = "|".join(r"[\s_-]*".join(map(re.escape, w.split())) for w in words)
    return re.compile(rf"(?<!\w)(?:{either})(?:'s)?(?!\w)", re.IGNORECASE)
