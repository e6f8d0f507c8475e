"""How hard a text is to read, in years of school, by the formula made for its language.

English: the Flesch–Kincaid grade (Kincaid, Fishburne, Rogers and Chissom, "Derivation of new
readability formulas for Navy enlisted personnel", 1975):
``0.39 words/sentence + 11.8 syllables/word − 15.59``.

German: the first Wiener Sachtextformel (Bamberger and Vanecek, "Lesen – Verstehen – Lernen –
Schreiben", 1984): ``0.1935 MS + 0.1672 SL + 0.1297 IW − 0.0327 ES − 0.875``, where MS, IW and ES
are the percentages of words of three syllables and more, of more than six letters, and of one
syllable, and SL is the number of words in a sentence.

Both count syllables by groups of vowels: against a dictionary that is a syllable off in about one
English word of ten, which moves a grade by some tenths. Neither says anything of a text of fewer
than a hundred words that one long word could not change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from brand_voice.sentences import sentences, words

FORMULAS: dict[Literal["en", "de"], str] = {
    "en": "Flesch–Kincaid grade",
    "de": "first Wiener Sachtextformel",
}
LEAST_WORDS = 100
"""Below so many words a text's level is chance."""

_VOWELS = {"en": re.compile(r"[aeiouy]+"), "de": re.compile(r"äu|eu|ei|ai|au|ie|[aeiouyäöü]")}
# "made", "noted" sound shorter than they look; "table" and "ended" do not.
_SILENT = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy][bcfghklmnprsvwxz])es$|(?<![aeiouytd])ed$")


def syllables(word: str, language: Literal["en", "de"]) -> int:
    """Syllables of one word, at least 1; digits count as one."""
    low = word.lower()
    groups = len(_VOWELS[language].findall(low))
    if language == "en" and groups > 1 and _SILENT.search(low):
        groups -= 1
    return max(groups, 1)


def school_years(texts: Sequence[str], language: Literal["en", "de"]) -> float | None:
    """The level of texts taken together; None where there is no sentence in them.

    About 5 for plain mails, 9 for a newspaper, 13 and more for contracts.
    """
    found = [s for text in texts for s in (words(one) for one in sentences(text)) if s]
    said = [word for sentence in found for word in sentence]
    if not said:
        return None
    length = len(said) / len(found)
    counts = [syllables(word, language) for word in said]
    if language == "en":
        return 0.39 * length + 11.8 * sum(counts) / len(said) - 15.59
    share = 100 / len(said)
    long_words = share * sum(count >= 3 for count in counts)
    letters = share * sum(len(word) > 6 for word in said)
    short_words = share * sum(count == 1 for count in counts)
    return 0.1935 * long_words + 0.1672 * length + 0.1297 * letters - 0.0327 * short_words - 0.875
