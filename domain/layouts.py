"""How the blocks of a mail are arranged: the same words and products, laid out in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from domain.blocks import (
    PRODUCT_BLOCKS,
    Block,
    CallToAction,
    Divider,
    FactsTable,
    Heading,
    Pair,
    Paragraph,
    Picture,
    ProductCard,
    ProductList,
)

Layout = Literal[
    "letter",  # the words lead; a card where a product is spoken of
    "object",  # one product: its picture first, its figures before the call
    "pair",  # two products beside each other, and compared
    "selection",  # several products, a line each
    "visit",  # when, where and how long; a card if there is a product
    "service",  # what is done, for how much, without a picture
]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
MOST_LISTED = 8


def possible(blocks: Sequence[Block]) -> tuple[Layout, ...]:
    """The layouts that these blocks can be arranged in, by the products that they show."""
    products = len(_products(blocks))
    fits: dict[Layout, bool] = {
        "letter": True,
        "object": products == 1,
        "pair": products == 2,
        "selection": 2 <= products <= MOST_LISTED,
        "visit": True,
        "service": products <= 1,
    }
    return tuple(layout for layout in LAYOUTS if fits[layout])


def arranged(blocks: Sequence[Block], layout: Layout) -> tuple[Block, ...]:
    """The same words and products in another layout.

    Greeting and opening lead; then what is shown, the rest of the words, the call and the
    signature. Blocks for some readers alone stay as they are. Raises ValueError where the number
    of products does not allow it.
    """
    if layout not in possible(blocks):
        raise ValueError(f"these blocks cannot be laid out as {layout}")
    products = _products(blocks)
    words = [b for b in blocks if not _is_shown(b) and not isinstance(b, Divider)]
    calls = [n for n, b in enumerate(words) if isinstance(b, CallToAction)]
    end = calls[0] if calls else len(words)
    opening = _opening(words[:end])
    lead, rest, foot = words[:opening], words[opening:end], words[end:]
    first: list[Block] = []
    after_opening: list[Block] = []
    before_call: list[Block] = []
    match layout:
        case "letter" | "visit":
            after_opening = [ProductCard(product_id=one) for one in products]
        case "object":
            first = [Picture(product_id=products[0])]
            before_call = [FactsTable(product_ids=products)]
        case "pair":
            after_opening = [Pair(product_ids=products)]
            before_call = [FactsTable(product_ids=products)]
        case "selection":
            after_opening = [ProductList(product_ids=products)]
        case "service":
            before_call = [FactsTable(product_ids=(one,)) for one in products]
    return (*first, *lead, *after_opening, *rest, *before_call, *foot)


def _is_shown(block: Block) -> bool:
    return isinstance(block, PRODUCT_BLOCKS) and not block.for_stages


def _products(blocks: Sequence[Block]) -> tuple[str, ...]:
    """What is shown to everybody, each product once."""
    return tuple(dict.fromkeys(i for b in blocks if _is_shown(b) for i in b.products()))


def _opening(words: Sequence[Block]) -> int:
    """How many of the words come before anything is shown: headings, the greeting, one more."""
    paragraphs = 0
    for number, block in enumerate(words):
        if paragraphs == 2 or not isinstance(block, Heading | Paragraph) or block.for_stages:
            return number
        paragraphs += isinstance(block, Paragraph)
    return len(words)
