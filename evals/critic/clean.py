"""Clean human copy: Halden's past messages, and passages of other brands where they are at hand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from agents.claims.evidence import evidence
from agents.claims.support import tie
from agents.own_copy import OwnCopy, measure, own_copy
from brand_voice.brand import EXAMPLE, Brand, load_brand, load_facts
from domain.brief import Brief
from domain.draft import (
    Block,
    CallToAction,
    Claim,
    Fallback,
    Paragraph,
    ProductCard,
    Provenance,
    Variant,
)
from domain.facts import Facts, HouseFact, Product
from domain.predicate import AllOf, Bought, Did
from domain.voice import Guide
from evals.subjects.briefs_given import brief_of

_LINK = re.compile(r"^\[(?P<text>[^\]]+)\]\((?P<url>[^)]+)\)$")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_HEAD = re.compile(r"^---\n(?P<head>.*?)\n---\n", re.DOTALL)


_COUNT5 = {"code": "COUNT5", "share": 0.05, "until": date(2026, 1, 10)}
"""The one offer that Halden has made; some of the messages name it."""
_BUYERS = Bought(at_least=1, at_most=1)
"""The past messages went to people who had bought once."""


@dataclass(frozen=True)
class Piece:
    """One mail with all that the critic reads beside it."""

    id: str
    language: str
    mail: Variant
    brief: Brief
    facts: Facts
    guide: Guide
    own: OwnCopy
    author: str
    """``halden``, or the brand of a passage."""


def halden() -> tuple[Brand, Facts]:
    return load_brand(EXAMPLE), load_facts(EXAMPLE)


def messages(brand: Brand, facts: Facts) -> tuple[Piece, ...]:
    """Halden's past messages as mails, each with the brief that it could have had. Every claim is
    tied to the fact that carries it, as the program does for what a person writes."""
    own = own_copy(brand.passages)
    found = []
    for path in sorted((EXAMPLE / "messages").glob("*.md")):
        text = path.read_text("utf-8")
        head = _HEAD.match(text)
        assert head is not None, path.name
        given: dict[str, Any] = yaml.safe_load(head["head"])
        found.append(_message(given, text[head.end() :], brand.guide, facts, own))
    return tuple(found)


def _message(given: dict[str, Any], text: str, guide: Guide, facts: Facts, own: OwnCopy) -> Piece:
    whole = text.partition("\n## ")[0]  # further variants follow in some
    lines = [line.strip() for line in whole.splitlines() if line.strip()]
    subject = lines.pop(0).removeprefix("Subject:").strip()
    preheader = lines.pop(0).removeprefix("Preheader:").strip()
    product = given.get("product", "")
    named = tuple(p.id for p in facts.products if p.name in whole or _german_name(p) in whole)
    blocks: list[Block] = []
    for line in lines:
        link = _LINK.match(line)
        blocks.append(
            CallToAction(text=link["text"], url=link["url"]) if link else Paragraph(text=line)
        )
    about = tuple(dict.fromkeys((*((product,) if product else ()), *named)))
    blocks[2:2] = [ProductCard(product_id=one) for one in about]
    brief = brief_of(
        {
            "about": about,
            "language": given["language"],
            "objective": given.get("objective", "viewing"),
            "offer": _COUNT5 if "COUNT5" in whole else None,
        }
    )
    audience = brief.audience.model_copy(update={"rule": _BUYERS})
    brief = brief.model_copy(update={"audience": audience})
    mail = Variant(
        id="a",
        angle=given.get("angle", "") or "letter",
        subject=subject,
        preheader=preheader,
        blocks=tuple(blocks),
        fallbacks=(Fallback(field="first_name", text=""),),
        provenance=Provenance(brief_hash="0" * 64, model="house", passage_ids=(given["id"],)),
    )
    known = _as_it_was(facts, about)
    return Piece(
        given["id"], given["language"], tied(mail, brief, known), brief, known, guide, own, "halden"
    )


def _german_name(product: Product) -> str:
    return product.notes.get("de.name", (product.name,))[0]


def _as_it_was(facts: Facts, product_ids: tuple[str, ...]) -> Facts:
    """The piece of a past message was there when it was written; by now it may be sold."""
    products = tuple(
        p.model_copy(update={"stock": max(p.stock, 1)}) if p.id in product_ids else p
        for p in facts.products
    )
    return facts.model_copy(update={"products": products})


def tied(mail: Variant, brief: Brief, facts: Facts) -> Variant:
    """The mail with the claims that it makes and facts prove, of its own product and the house."""
    stems = {i.split(".", 1)[0] for i in brief.fact_ids}
    named = facts.model_copy(update={"products": tuple(p for p in facts.products if p.id in stems)})
    known = evidence(named, brief.offer)
    return mail.model_copy(update={"claims": tie((t for _, t in mail.texts()), known)})


def passages(path: Path) -> tuple[Piece, ...]:
    """Passages of real brands (``passages.jsonl``), each as the body of a mail of its brand.

    Of such a text only what needs no facts can be measured: what it says of its maker is true and
    cannot be known here. So its own sentences stand as facts of its house, which leaves of the
    claims' rules those that no fact can satisfy. Its guide bans nothing; how it reads and how worn
    it is are held against the brand's other passages, never against itself.
    """
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    brands: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        brands.setdefault(row["brand"], []).append(row)
    found = []
    for others in brands.values():
        documents = sorted({row["path"] for row in others})
        halves = set(documents[::2]), set(documents[1::2])
        for here, there in (halves, halves[::-1]):
            own = measure([(r["id"], "en", r["text"]) for r in others if r["path"] in there])
            found += [_passage(row, own) for row in others if row["path"] in here]
    return tuple(found)


def _passage(row: dict[str, str], own: OwnCopy) -> Piece:
    text = row["text"]
    cited = HouseFact(id="own-words", text=text, valid_until=date(2199, 1, 1))
    mail = Variant(
        id="a",
        angle="letter",
        subject="A letter",
        preheader="What we wrote",
        blocks=(
            Paragraph(text=text),
            CallToAction(text="Read on", url="https://brand.example/"),
        ),
        claims=(Claim(text=text, fact_ids=(cited.id,)),),
        provenance=Provenance(brief_hash="0" * 64, model="house", passage_ids=(row["id"],)),
    )
    guide = Guide(
        brand=row["brand"],
        sentence_words_average=25,
        shop_url="https://brand.example",
        allowed_hosts=("brand.example", *_HOST.findall(text)),
    )
    brief = brief_of({})
    # Whom the passage was written for cannot be known: they did whatever it says they did.
    rule = AllOf(of=(_BUYERS, Did(event="anything", at_least=1)))
    brief = brief.model_copy(update={"audience": brief.audience.model_copy(update={"rule": rule})})
    return Piece(row["id"], "en", mail, brief, Facts(house=(cited,)), guide, own, row["brand"])
