"""What an edit changes in the words of a draft, place by place."""

from __future__ import annotations

from app.diffs import ChangedPlace, changed_places
from app.views.card_copy import LAYOUT_NAMES, block_name
from domain.draft import Draft


def draft_edits(before: Draft, after: Draft) -> tuple[ChangedPlace, ...]:
    """What a person changed, place by place."""
    return changed_places(_texts(before), _texts(after))


def _texts(draft: Draft) -> dict[str, str]:
    several = len(draft.variants) > 1
    found: dict[str, str] = {}
    for variant in draft.variants:
        head = f"{variant.id.upper()}, " if several else ""
        found[f"{head}Layout"] = LAYOUT_NAMES[variant.layout]
        found[f"{head}Subject"] = variant.subject
        found[f"{head}Preheader"] = variant.preheader
        for number, block in enumerate(variant.blocks):
            texts = [text for _, text in block.words()] or list(block.products())
            found[f"{head}{block_name(variant, number)}"] = " · ".join(texts)
    return found
