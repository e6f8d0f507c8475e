"""What frames a text: greeting, closing, legal lines, address, hosts; and what it says it is."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from brand_voice.learning.documents import Document, Language
from brand_voice.learning.habits import Share
from brand_voice.learning.language import LANGUAGES, lore
from brand_voice.sentences import sentences
from domain.frozen import Frozen

LEAST_TEXTS = 3
"""What stands in fewer texts may be one reader's, or one day's."""

MOST_SAID = 4
"""Sentences of what the brand says that it is, or is not."""

_TRACKERS = re.compile(
    r"(?:^|\.)(?:list-manage|mailchi|sendgrid|klaviyo|hubspot|hs-sites|mandrillapp|mailgun|sparkpost|"
    r"createsend|cmail\d*|exacttarget|rs6|mlsend|getresponse|activehosted|brevo|sendinblue|"
    r"doubleclick|googleadservices|facebook|instagram|twitter|x|linkedin|youtube|youtu|tiktok|"
    r"pinterest|bit|ow|tinyurl|goo|t|lnkd|buff|w3|schemas|microsoft|googleapis|gstatic|cloudfront)"
    r"\.(?:com|net|org|ly|be|co|gl|de|in|io|me)$"
)
"""Hosts that mail systems, networks and shorteners put into mails."""
_POSTCODE = re.compile(r"\b\d{4,5}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")


class Line(Frozen):
    """A line of text with how often it recurs."""

    text: str
    language: Language
    texts: Share


class GreetingSeen(Frozen):
    language: Language
    with_name: str
    without_name: str
    named: Share
    """Greeted so by name, of the texts that greet."""
    unnamed: int
    """Texts that greet so without a name; 0: the form is derived."""


class LegalSeen(Frozen):
    id: str
    line: Line


class Frames(Frozen):
    greetings: tuple[GreetingSeen, ...] = ()
    closings: tuple[Line, ...] = ()
    legal: tuple[LegalSeen, ...] = ()
    address: Line | None = None
    hosts: tuple[tuple[str, Share], ...] = ()
    """Hosts of the brand, the most linked first."""
    other_hosts: tuple[tuple[str, int], ...] = ()
    """Also linked, and not for a guide to allow."""
    we_are: tuple[Line, ...] = ()
    we_are_not: tuple[Line, ...] = ()


def frames(documents: Sequence[Document]) -> Frames:
    """What frames these texts."""
    greetings, closings, legal = [], [], []
    address: Line | None = None
    for language in LANGUAGES:
        own = [d for d in documents if d.language == language]
        greetings += _greetings(own, language)
        closings += _recurring((d.closing for d in own), len(own), language, 0.05)[:4]
        lines = _recurring((f for d in own for f in set(d.footer)), len(own), language, 0.2)
        legal += _legal(lines, language)
        if address is None:
            address = next((a for line in lines if (a := _address(line, language))), None)
    own_hosts, others = _hosts(documents)
    we_are, we_are_not = _said_of_us(documents)
    return Frames(
        greetings=tuple(greetings),
        closings=tuple(closings),
        legal=tuple(legal),
        address=address,
        hosts=own_hosts,
        other_hosts=others,
        we_are=we_are,
        we_are_not=we_are_not,
    )


def _greetings(own: Sequence[Document], language: Language) -> list[GreetingSeen]:
    seen = Counter(d.greeting for d in own if d.greeting)
    named = {g: n for g, n in seen.items() if "{{" in g}
    plain = {g: n for g, n in seen.items() if "{{" not in g}
    if sum(seen.values()) < LEAST_TEXTS:
        return []
    if named:
        # Whoever greets by title knows what no merge field holds.
        best = max(named, key=lambda g: ("{{first_name}}" in g, named[g], g))
        derived = re.sub(r"\s*\{\{\w+\}\}", "", best)
        same = plain.get(derived, 0)
        other = max(plain, key=lambda g: (plain[g], g), default="")
        without = derived if same or not other or plain[other] < LEAST_TEXTS else other
        count = named[best]
    else:
        best = max(plain, key=lambda g: (plain[g], g))
        without, count = best, 0
    share = Share(count=count, of=sum(seen.values()))
    return [
        GreetingSeen(
            language=language, with_name=best, without_name=without, named=share,
            unnamed=plain.get(without, 0),
        )
    ]  # fmt: skip


def _recurring(texts: Iterable[str], of: int, language: Language, share: float) -> list[Line]:
    """Lines in at least three texts and so large a share of them, the most frequent first."""
    seen = Counter(text for text in texts if text)
    least = max(LEAST_TEXTS, math.ceil(share * of))
    return [
        Line(text=text, language=language, texts=Share(count=n, of=of))
        for text, n in sorted(seen.items(), key=lambda one: (-one[1], one[0]))
        if n >= least
    ]


def _legal(lines: Sequence[Line], language: Language) -> list[LegalSeen]:
    """One line of each kind, the most frequent."""
    found: dict[str, LegalSeen] = {}
    for line in lines:
        for name, pattern in lore(language).legal.items():
            if pattern.search(line.text):
                found.setdefault(name, LegalSeen(id=f"{name}-{language}", line=line))
                break
    return list(found.values())


def _address(line: Line, language: Language) -> Line | None:
    """The part of a line that is an address: from the name before the street to the town."""
    street = lore(language).street.search(line.text)
    if street is None or not _POSTCODE.search(line.text):
        return None
    sentence = next((s for s in sentences(line.text) if lore(language).street.search(s)), line.text)
    return line.model_copy(update={"text": sentence.strip().rstrip(".")})


def _hosts(
    documents: Sequence[Document],
) -> tuple[tuple[tuple[str, Share], ...], tuple[tuple[str, int], ...]]:
    linking = [d for d in documents if d.hosts]
    seen = Counter(host for d in linking for host in d.hosts)
    least = max(LEAST_TEXTS, math.ceil(0.25 * len(linking)))
    ours = [h for h in seen if seen[h] >= least and not _TRACKERS.search(h)]
    ours.sort(key=lambda h: (-seen[h], h))
    others = sorted((h for h in seen if h not in ours), key=lambda h: (-seen[h], h))
    return (
        tuple((h, Share(count=seen[h], of=len(linking))) for h in ours),
        tuple((h, seen[h]) for h in others[:10]),
    )


def _said_of_us(documents: Sequence[Document]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """What the brand says that it is, and is not, in its own words."""
    are: dict[tuple[Language, str], set[str]] = defaultdict(set)
    are_not: dict[tuple[Language, str], set[str]] = defaultdict(set)
    for document in documents:
        known = lore(document.language)
        for block in document.blocks:
            if block.place in document.personal:
                continue
            for found, pattern in ((are, known.we_are), (are_not, known.we_are_not)):
                for sentence in sentences(block.text):
                    for match in pattern.finditer(sentence):
                        said = match[0] if found is are_not else match[1]
                        found[document.language, said.strip(" ,–—")].add(document.source)
    of = Counter(d.language for d in documents)

    def listed(found: dict[tuple[Language, str], set[str]]) -> tuple[Line, ...]:
        ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
        return tuple(
            Line(text=text, language=language, texts=Share(count=len(where), of=of[language]))
            for (language, text), where in ordered[:MOST_SAID]
            if "…" not in text and "{{" not in text
        )

    return listed(are), listed(are_not)
