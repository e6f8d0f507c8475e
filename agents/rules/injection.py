"""Text that is no copy: instructions, markup, tokens, and words carried in by hostile facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.rules.review import Findings, Review, finding, shown_products
from agents.untrusted import sign_of_injection
from domain.draft import Copy
from domain.facts import Product

_WORD = re.compile(r"\w+")
_RUN = 4
"""Words in a row that show where a text was taken from."""


def check(review: Review) -> Findings:
    hostile = list(_hostile_runs(review))
    for variant in review.copies:
        for place, text in variant.texts():
            sign = sign_of_injection(text)
            if sign is not None:
                yield finding(
                    "injection.text", "blocking", f"This looks like {sign[0]}, not like copy.",
                    "Take it out, and look at where it came from.",
                    variant=variant.id, place=place, text=sign[1][:120],
                )  # fmt: skip
                continue
            runs = _runs(text)
            for source, run in hostile:
                if run in runs:
                    yield finding(
                        "injection.carried", "blocking",
                        f"These words come from {source}, whose text tries to give orders.",
                        "Mend the fact, and take the words out.",
                        variant=variant.id, place=place, text=" ".join(run),
                    )  # fmt: skip
                    break
        for fallback in getattr(variant, "fallbacks", ()):
            sign = sign_of_injection(fallback.text)
            if sign is not None:
                yield finding(
                    "injection.text", "blocking",
                    f"What stands in for {fallback.field} looks like {sign[0]}.", "Leave it empty.",
                    variant=variant.id, place=f"fallback {fallback.field}", text=sign[1][:120],
                )  # fmt: skip
        yield from _cards(review, variant)


def _cards(review: Review, variant: Copy) -> Findings:
    """A card shows the product's own fields, so those are looked at too."""
    for place, product_id in shown_products(variant):
        product = review.facts.product(product_id)
        for text in _shown(product) if product else ():
            sign = sign_of_injection(text)
            if sign is not None:
                yield finding(
                    "injection.fact", "blocking",
                    f"A field of this product looks like {sign[0]}.", "Mend the product's facts.",
                    variant=variant.id, place=place, text=sign[1][:120],
                )  # fmt: skip


def _shown(product: Product) -> Iterator[str]:
    yield product.name
    yield product.material
    if product.photo:
        yield from product.photo.words()
    for lines in product.notes.values():
        yield from lines


def _hostile_runs(review: Review) -> Iterator[tuple[str, tuple[str, ...]]]:
    for product in review.facts.products:
        for text in (*_shown(product), product.condition, *product.flaws, *product.details):
            if sign_of_injection(text):
                for run in _runs(text):
                    yield product.id, run
    for fact in review.facts.house:
        if sign_of_injection(fact.text):
            for run in _runs(fact.text):
                yield fact.id, run


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [w.casefold() for w in _WORD.findall(text)]
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}
