# ruff: noqa: E501 (patterns and sentences are read whole)
"""Whether the pieces of one brief agree: one price, one code, one end, one reduction, one address.

That a number rests on a fact is the claims rule's; this one compares the channels with each other,
so that a person who sees two of them is not told two things.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from agents.claims.quantities import Quantity, quantities
from agents.rules.review import Findings, Review, finding
from domain.brief import Brief
from domain.facts import Facts
from domain.piece import Piece

_CODE = re.compile(
    r"\b(?:code|gutscheincode)\b[:\s]+(?:is |lautet )?[\"“„]?([A-Z0-9][A-Z0-9-]{2,})\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|by|before|ends?(?: on)?|bis(?: zum)?|endet am|gilt bis)\s+(?:the )?$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:orders? of|orders? over|or more|bestellungen? ab|\bab|mindestbestellwert|instead of|statt|before|was|war|lowest price[^€$£\d]*|niedrigster? preis[^€$£\d]*|days(?::| was)|tage(?:n)?(?::| war)|the code:?)\s*$",
    re.IGNORECASE,
)  # fmt: skip
_LESS = re.compile(
    r"\b(?:off|less|discount|reduc\w+|save|cheaper|weniger|günstiger|rabatt|nachlass|reduziert)\b",
    re.IGNORECASE,
)


def check(review: Review) -> Findings:
    """Contradictions between pieces, each at the piece that differs from most of the others."""
    pieces = review.pieces
    if len(pieces) < 2:
        return
    yield from _differ(pieces, _codes(pieces), "code", "The code")
    yield from _differ(pieces, _ends(pieces), "end", "The offer's end")
    yield from _differ(pieces, _reductions(pieces), "reduction", "The reduction")
    products = _products(review.brief, review.facts)
    for product_id, named in products.items():
        prices = {p.id: _price(p, named, len(products) == 1) for p in pieces}
        yield from _differ(pieces, prices, "price", f"The price of {product_id}")
    yield from _differ(pieces, _addresses(pieces), "address", "The address", grave=False)


def _differ(
    pieces: Sequence[Piece],
    said: dict[str, frozenset[str]],
    what: str,
    subject: str,
    *,
    grave: bool = True,
) -> Findings:
    """A finding for each piece that says another value than the one that most pieces say."""
    counts: dict[frozenset[str], list[str]] = defaultdict(list)
    for piece_id, values in said.items():
        if values:
            counts[values].append(piece_id)
    if len(counts) < 2:
        return
    common = max(counts, key=lambda values: len(counts[values]))
    for values, ids in counts.items():
        if values == common:
            continue
        for piece_id in ids:
            channel = next(p.channel for p in pieces if p.id == piece_id)
            yield finding(
                "set.consistent",
                "blocking" if grave else "minor",
                f"{subject} is {_words(values)} here, and {_words(common)} on "
                f"{', '.join(sorted(counts[common]))}.",
                f"Say the same {what} on every channel.",
                variant=piece_id,
                text=_words(values) if grave else "",
                place="" if grave else _place(channel),
            )


def _words(values: frozenset[str]) -> str:
    return " and ".join(sorted(values))


def _place(channel: str) -> str:
    return "deeplink" if channel == "push" else "url"


def _codes(pieces: Sequence[Piece]) -> dict[str, frozenset[str]]:
    return {
        p.id: frozenset(
            m.group(1)
            for _, text in p.texts()
            for m in _CODE.finditer(text)
            if m.group(1).isupper()
        )
        for p in pieces
    }


def _ends(pieces: Sequence[Piece]) -> dict[str, frozenset[str]]:
    return {
        p.id: frozenset(
            f"{int(q.value) % 100}.{int(q.value) // 100}."
            for _, text in p.texts()
            for q in quantities(text)
            if q.kind == "date" and _UNTIL.search(text[: q.start])
        )
        for p in pieces
    }


def _reductions(pieces: Sequence[Piece]) -> dict[str, frozenset[str]]:
    return {
        p.id: frozenset(
            f"{q.value:f}%"
            for _, text in p.texts()
            if _LESS.search(text)
            for q in quantities(text)
            if q.kind == "percent"
        )
        for p in pieces
    }


def _products(brief: Brief, facts: Facts) -> dict[str, str]:
    """The brief's products with the words that name them."""
    found = {}
    for fact_id in brief.fact_ids:
        product = facts.product(fact_id)
        if product is not None:
            found[product.id] = product.name
    return found


def _price(piece: Piece, named: str, alone: bool) -> frozenset[str]:
    """What a piece asks for the product: money that is no reference and no least order. Of several
    products, only beside the product's name."""
    found = []
    for _, text in piece.texts():
        for q in quantities(text):
            if q.kind != "money" or _is_aside(text, q):
                continue
            near = text[max(0, q.start - 80) : q.end + 80].casefold()
            if alone or named.casefold() in near:
                found.append(q)
    return frozenset({f"{min(q.value for q in found):f}"}) if found else frozenset()


def _is_aside(text: str, said: Quantity) -> bool:
    if _ASIDE.search(text[: said.start]):
        return True
    after = text[said.end : said.end + 18].casefold()
    return after.startswith(
        (" or more", " before the code", " vor dem code", " less", " weniger", " off")
    )


def _addresses(pieces: Sequence[Piece]) -> dict[str, frozenset[str]]:
    """Host and path that each piece leads to, without its tags."""
    found = {}
    for piece in pieces:
        leads = [u for place, u in piece.links() if place in ("url", "deeplink", "cta")]
        if piece.channel == "landing_page":
            leads = []  # it may be what the others lead to
        parts = [urlsplit(u) for u in leads if u.startswith("http")]
        found[piece.id] = frozenset(f"{p.hostname}{p.path.rstrip('/')}" for p in parts)
    return found
