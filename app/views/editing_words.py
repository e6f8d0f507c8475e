"""What an edit changes in the words of a draft, place by place."""

from __future__ import annotations

from app.diffs import ChangedPlace, changed_places
from app.views.card_copy import block_name
from domain.draft import Draft, ProductCard


def draft_edits(before: Draft, after: Draft) -> tuple[ChangedPlace, ...]:
    """What a person changed, place by place."""
    return changed_places(_texts(before), _texts(after))


def _texts(draft: Draft) -> dict[str, str]:
    several = len(draft.variants) > 1
    found: dict[str, str] = {}
    for variant in draft.variants:
        head = f"{variant.id.upper()}, " if several else ""
        found[f"{head}Subject"] = variant.subject
        found[f"{head}Preheader"] = variant.preheader
        for number, block in enumerate(variant.blocks):
            text = block.product_id if isinstance(block, ProductCard) else block.text
            found[f"{head}{block_name(variant, number)}"] = text
    return found
