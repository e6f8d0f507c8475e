"""From what a file holds to a document that can be learnt from: cut, cleaned, judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from brand_voice.learning.documents import Block, Document, Found, SetAside
from brand_voice.learning.language import (
    LANGUAGES,
    Language,
    Lore,
    background,
    language_of,
    lore,
)
from brand_voice.learning.personal import (
    FIRST_NAME,
    LAST_NAME,
    blotted,
    known_fields,
    without_addresses,
)
from brand_voice.sentences import words
from domain.voice import VoiceChannel

Sign = Callable[[str], tuple[str, str] | None]
"""Says of a text what it looks like if it is more than data (``agents.untrusted``)."""

ENOUGH_WORDS = 12
"""From so many words on a text that is in no language we know is in another."""
LINK_WORDS = 3
"""A line of so few words under a mail is a link: "Unsubscribe", "View in browser"."""
_FREE_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "outlook.com", "hotmail.com",
     "yahoo.com", "icloud.com", "t-online.de", "aol.com", "proton.me", "posteo.de"}
)  # fmt: skip
_NAME = r"[^\W\d_a-z][\w'’.-]*"
_ANY_NAME = r"[^\W\d_][\w'’-]*(?=\s*[,!]\s*(?:\n|$))"
"""Written small it is still a name, where nothing follows it."""
_FIELD = r"\{\{(?:first|last)_name\}\}"
_DROPPED = re.compile(r"<[^>]{0,2000}>")
# What mails pad their preheader and break long words with. Between two letters it hides something.
_PADDING = re.compile(
    r"[\u00ad\u034f\ufeff]|(?<!\w)[\u200b-\u200f\u2060]+|[\u200b-\u200f\u2060]+(?!\w)"
)


@dataclass(frozen=True)
class Reading:
    """What there is to learn from, and what is not learnt from."""

    documents: tuple[Document, ...]
    set_aside: tuple[SetAside, ...]


def judge(found: Iterable[Found | SetAside], sign: Sign, channel: VoiceChannel | None) -> Reading:
    """Every text, cut to what the brand wrote itself. ``channel``: of texts that name none."""
    given = list(found)
    texts = [one for one in given if isinstance(one, Found)]
    aside = [one for one in given if isinstance(one, SetAside)]
    ours = _our_sender(texts)
    documents: list[Document] = []
    seen: dict[str, str] = {}
    for one in texts:
        if ours and one.sender and _sender_key(one.sender) != ours:
            aside.append(
                SetAside(source=one.source, why="somebody_else", what="another sender wrote it")
            )
            continue
        read = _document(one, sign, channel)
        if isinstance(read, SetAside):
            aside.append(read)
            continue
        body = "\n".join(b.text for b in read.blocks)
        key = sha256(f"{read.subject}\n{body}".casefold().encode()).hexdigest()
        if key in seen:
            aside.append(
                SetAside(source=one.source, why="double", what=f"the same text as {seen[key]}")
            )
            continue
        seen[key] = one.source
        documents.append(read)
    return Reading(tuple(documents), tuple(aside))


def _our_sender(texts: Sequence[Found]) -> str:
    """Who sends most of the mails: in a mailbox with answers of others, the brand."""
    senders = Counter(_sender_key(one.sender) for one in texts if one.sender)
    return senders.most_common(1)[0][0] if senders else ""


def _sender_key(address: str) -> str:
    domain = address.rpartition("@")[2]
    return address if domain in _FREE_MAIL else domain


def _document(found: Found, sign: Sign, channel: VoiceChannel | None) -> Document | SetAside:
    whole = [_normal(b) for b in found.blocks]
    blocks = _without_quotes(whole)
    subject, preheader = (_flat(known_fields(t)) for t in (found.subject, found.preheader))
    texts = [subject, preheader, *(b.text for b in blocks)]
    hidden = [_DROPPED.sub(" ", known_fields(text)) for text in found.hidden]
    for place, text in (
        ("subject", subject), ("preheader", preheader),
        *((b.place, b.text) for b in whole), *(("what readers do not see", t) for t in hidden),
    ):  # fmt: skip
        looks = _suspicious(text, sign)
        if looks is not None:
            return SetAside(
                source=found.source, why="instruction",
                what=f"{place} looks like {looks[0]}: {_shown(looks[1])}",
                next_step="look where it came from; take it out of the file to learn from the rest",
            )  # fmt: skip
    if not any(character.isalpha() for text in texts for character in text):
        return SetAside(source=found.source, why="empty", what="there is no text in it")
    language = _language(found, " ".join(texts))
    if language is None:
        return SetAside(
            source=found.source, why="other_language",
            what="it is neither in English nor in German, as far as its words tell",
            next_step="a further language is a folder: docs/voice.md",
        )  # fmt: skip
    known = lore(language)
    names = {part for name in found.people for part in re.split(r"[\s,]+", name) if len(part) > 1}
    blocks = _without_signature(blocks, known)
    footer, blocks = _footer(blocks, known)
    greeting, greeted, blocks = _greeting(blocks, known)
    closing, blocks = _closing(blocks, known)
    names |= set(greeted)
    kept: list[Block] = []
    personal: list[str] = []
    for block in blocks:
        text, had = blotted(without_addresses(block.text), sorted(names), language)
        if had:
            personal.append(block.place)
        if any(ch.isalpha() for ch in text):
            kept.append(block.model_copy(update={"text": text}))
    if not kept and not subject:
        return SetAside(source=found.source, why="empty", what="nothing of the brand's own is left")
    return Document(
        source=found.source,
        channel=found.channel or channel or "email",
        language=language,
        subject=blotted(subject, sorted(names), language)[0],
        preheader=blotted(preheader, sorted(names), language)[0],
        greeting=greeting,
        blocks=tuple(kept),
        closing=closing,
        footer=tuple(footer),
        hosts=found.hosts,
        personal=tuple(personal),
    )


def _normal(block: Block) -> Block:
    return block.model_copy(update={"text": known_fields(_PADDING.sub("", block.text)).strip()})


def _flat(text: str) -> str:
    return " ".join(_PADDING.sub("", text).split())


def _suspicious(text: str, sign: Sign) -> tuple[str, str] | None:
    """What a text looks like if it is no copy. Mail addresses are taken out elsewhere."""
    clean = re.sub(rf"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|{_FIELD}", " ", text)
    # An underscore is a letter to a pattern that looks for words.
    return sign(clean) or sign(clean.replace("_", " "))


def _shown(text: str) -> str:
    """Words of a hostile text as they can be shown anywhere: short, and nothing but letters."""
    plain = "".join(ch if ch.isprintable() else "?" for ch in text)
    return repr(plain if len(plain) <= 60 else plain[:57] + "…")


def _without_quotes(blocks: Sequence[Block]) -> list[Block]:
    """The text above what it answers to, without lines that begin with ``>``."""
    headers = [pattern for language in LANGUAGES for pattern in lore(language).quoted]
    kept: list[Block] = []
    for block in blocks:
        starts = [m.start() for pattern in headers if (m := pattern.search(block.text))]
        text = block.text[: min(starts)] if starts else block.text
        lines = [line for line in text.split("\n") if not line.lstrip().startswith(">")]
        text = "\n".join(lines).strip()
        if text:
            kept.append(block.model_copy(update={"text": text}))
        if starts:
            break
    return kept


def _without_signature(blocks: Sequence[Block], known: Lore) -> list[Block]:
    """What stands before the line ``--`` (RFC 3676), or before what a telephone adds."""
    kept: list[Block] = []
    for block in blocks:
        lines = block.text.split("\n")
        ends = next((n for n, line in enumerate(lines) if line.strip() == "--"), None)
        if ends is None and any(p.search(block.text) for p in known.signatures):
            ends = (
                next(
                    n
                    for n, line in enumerate(lines)
                    if any(p.search(line) for p in known.signatures)
                )
                if any(p.search(line) for line in lines for p in known.signatures)
                else 0
            )
        if ends is None:
            kept.append(block)
            continue
        if text := "\n".join(lines[:ends]).strip():
            kept.append(block.model_copy(update={"text": text}))
        break
    return kept


def _footer(blocks: Sequence[Block], known: Lore) -> tuple[list[str], list[Block]]:
    """Legal lines and address, and the rest without them and without a mail's furniture."""
    footer: list[str] = []
    rest: list[Block] = []
    half = len(blocks) / 2
    for number, block in enumerate(blocks):
        if any(p.search(block.text) for p in known.furniture) and len(block.text.split()) <= 25:
            continue
        late = number >= half
        law = next(
            (n for n, p in known.legal.items() if p.search(block.text) and (late or n == "why")), ""
        )
        address = late and known.street.search(block.text) and re.search(r"\b\d{4,5}\b", block.text)
        if block.kind != "heading" and (law or address) and len(block.text.split()) <= 80:
            lines = [line for line in block.text.split("\n") if len(line.split()) > LINK_WORDS]
            footer.append(_flat(without_addresses(" ".join(lines) or block.text)))
        else:
            rest.append(block)
    return footer, rest


def _greeting(blocks: Sequence[Block], known: Lore) -> tuple[str, tuple[str, ...], list[Block]]:
    """The greeting with merge fields, whose names stood in it, and the rest without it."""
    openings = "|".join(re.escape(one) for one in known.greetings)
    titles = "|".join(sorted(known.titles))
    everybody = "|".join(sorted(known.everybody))
    pattern = re.compile(
        rf"^(?P<opens>(?i:{openings}))(?P<title>(?: (?i:{titles})\b\.?)*)"
        rf"(?: (?P<all>(?i:(?:{everybody})(?: (?:{everybody}))*))"
        rf"| (?P<name>(?:{_NAME}|{_FIELD})(?: (?:{_NAME}|{_FIELD})){{0,3}}|{_ANY_NAME}))?"
        r"\s*(?P<end>[,!.:]|$)\s*(?P<rest>[\s\S]*)"
    )
    for number, block in enumerate(blocks[:4]):
        if block.kind == "button":
            continue
        match = pattern.match(block.text)
        if match is None or (match["rest"] and match["end"] not in (",", "!")):
            continue
        if match["rest"] and not (match["name"] or match["all"] or "\n" in block.text):
            continue  # "Hi, please …" is how a sentence begins
        name = match["name"] or ""
        title = match["title"].split()[0] if match["title"].strip() else ""
        words_of_name = [w for w in name.split() if not w.startswith("{{")]
        called = match["opens"]
        if name and title:
            called += f" {title} {LAST_NAME}"
        elif name:
            called += f" {LAST_NAME if name == LAST_NAME else FIRST_NAME}"
        elif match["all"]:
            called += f" {match['all']}"
        greeting = f"{called}{match['end']}"
        rest = [match["rest"]] if match["rest"].strip() else []
        after = [block.model_copy(update={"text": text.strip()}) for text in rest]
        names = tuple(w.strip(".,") for w in words_of_name if len(w) > 1)
        return greeting, names, [*blocks[:number], *after, *blocks[number + 1 :]]
    return "", (), list(blocks)


def _closing(blocks: Sequence[Block], known: Lore) -> tuple[str, list[Block]]:
    """How the text ends, and the rest without it: the usual words, or a last line that is no
    sentence."""
    usual = re.compile(rf"^(?i:{'|'.join(re.escape(c) for c in known.closings)})\b[^.?]*$")
    for number in range(len(blocks) - 1, max(len(blocks) - 5, -1), -1):
        block = blocks[number]
        lines = block.text.split("\n")
        at = next((n for n, line in enumerate(lines) if _short(line) and usual.match(line)), None)
        if at is not None and block.kind in ("prose", "item"):
            said = [line.strip() for line in lines[at:] if _short(line)]
            follows = [b.text for b in blocks[number + 1 : number + 3]]
            if len(said) == 1:
                said += [t for t in follows[:1] if _short(t) and "\n" not in t]
            before = "\n".join(lines[:at]).strip()
            kept = [
                *blocks[:number],
                *([block.model_copy(update={"text": before})] if before else []),
            ]
            return ", ".join(s.rstrip(",") for s in said[:3]), kept
    if len(blocks) > 2:
        last = blocks[-1]
        if last.kind == "prose" and _short(last.text) and "\n" not in last.text:
            return last.text.strip(), list(blocks[:-1])
    return "", list(blocks)


def _short(line: str) -> bool:
    """No sentence, no address, no number: what a letter may end with."""
    said = line.strip()
    return (
        0 < len(said.split()) <= 8
        and not said.endswith((".", "?", "!", ":"))
        and not re.search(r"@|https?:|www\.|\+\d|\d{5,}", said)
    )


def _language(found: Found, text: str) -> Language | None:
    seen = language_of(text)
    if seen is not None:
        return seen
    said = [word.lower() for word in words(text)]
    if len(said) >= ENOUGH_WORDS:
        return None
    if found.language is not None:
        return found.language
    known = {one: sum(word in background(one)[0] for word in said) for one in LANGUAGES}
    best = max(LANGUAGES, key=lambda one: known[one])
    return best if said and known[best] >= len(said) / 2 else None
