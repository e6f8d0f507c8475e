"""Numbers and days that are written in words, by each language's numbers.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from agents.languages import lexicon


@dataclass(frozen=True)
class _Numerals:
    """The number words of one language."""

    small: dict[str, int]
    """1 to 19."""
    tens: dict[str, int]
    others: dict[str, int]
    compound: str
    hundred: str
    thousand: str
    joint: str

    def below_hundred(self) -> str:
        """A pattern for 2 to 99. One alone is mostly an article."""
        digits = _any([w for w, n in self.small.items() if n < 10])
        ten = _any(list(self.tens))
        compound = self.compound.replace("{ten}", f"(?:{ten})").replace("{unit}", f"(?:{digits})")
        return f"(?:{compound}|{ten}|{_any([w for w, n in self.small.items() if n > 1])})"

    def pattern(self) -> str:
        one = _any([w for w, n in self.small.items() if n == 1])
        part = self.below_hundred()
        gap = "[- ]?"
        scale = f"(?:(?:{part}|{one}){gap})?(?:{self.hundred}|{self.thousand})"
        year = f"(?:{_any([w for w, n in self.small.items() if n in (18, 19)])})[- ]"
        more = f"(?:{self.joint}(?:{part}|{one}(?!\\w)))?"
        years = f"{year}(?={_any(list(self.tens))}){part}"
        return f"(?:{scale}{more}|{years}|{part}|{_any(list(self.others))})"

    def value(self, word: str) -> int | None:
        """The value of a number word of this language in lower case; None where it is none."""
        if word in self.others:
            return self.others[word]
        for scale, factor in ((self.thousand, 1000), (self.hundred, 100)):
            head, found, tail = word.partition(scale)
            if found:
                before = self._small(head.strip("- ")) if head.strip("- ") else 1
                rest = re.sub(r"^(?:and|und)\b|^und(?=\w)", "", tail.strip("- ")).strip("- ")
                after = self.value(rest) if rest else 0
                return None if before is None or after is None else before * factor + after
        return self._small(word)

    def _small(self, word: str) -> int | None:
        if word in self.small:
            return self.small[word]
        if word in self.tens:
            return self.tens[word]
        for ten, tens in self.tens.items():
            for unit, units in self.small.items():
                if units < 10 and re.fullmatch(self.compound.format(ten=ten, unit=unit), word):
                    return tens + units
        # "nineteen fifty-seven" is a year
        head, _, tail = word.replace("-", " ", 1).partition(" ")
        century, rest = self.small.get(head), self._small(tail) if tail else None
        return century * 100 + rest if century in (18, 19) and rest is not None else None


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _of(code: str) -> _Numerals:
    read = lexicon.read(code, "numbers")
    return _Numerals(
        {w: n for n, w in enumerate(read["units"], 1)},
        {w: 10 * n for n, w in enumerate(read["tens"], 2)},
        dict(read["others"]),
        read["compound"],
        read["hundred"],
        read["thousand"],
        read["joint"],
    )


_ALL = tuple(_of(code) for code in lexicon.languages())
ORDINALS: dict[str, int] = {
    word: n
    for code in lexicon.languages()
    for n, word in enumerate(lexicon.read(code, "numbers")["ordinals"], 1)
}
"""Days of a month in words."""
# Upper case makes ß into SS and back into ss, as the values are written; a text may have either.
PATTERN = "|".join(numerals.pattern() for numerals in _ALL).replace("dreissig", "drei(?:ss|ß)ig")
ORDINAL_PATTERN = _any(list(ORDINALS)).replace("dreissig", "drei(?:ss|ß)ig")


@lru_cache(maxsize=2048)
def value(word: str) -> Decimal | None:
    """The value of a number word; None where it is none of any language's."""
    low = word.upper().lower()
    found = next((n for one in _ALL if (n := one.value(low)) is not None), None)
    return None if found is None else Decimal(found)
