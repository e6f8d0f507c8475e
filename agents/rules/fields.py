"""Personal fields: known ones only, each with what stands in for it."""

from __future__ import annotations

import re

from agents.rules.review import Findings, Review, finding

KNOWN = ("first_name", "last_name")
_FIELD = re.compile(r"\{\{\s*([^}]*?)\s*\}\}|(?<!\{)\{([a-z_]+(?:\.[a-z_0-9]+)?)\}(?!\})")


def check(review: Review) -> Findings:
    for variant in review.copies:
        given = {f.field for f in variant.fallbacks}
        for place, text in variant.texts():
            for match in _FIELD.finditer(text):
                name = match.group(1) if match.group(1) is not None else match.group(2)
                if match.group(1) is None:
                    yield finding(
                        "fields.slot", "blocking", "A slot was left unfilled.",
                        "Fill it from a fact, or take the sentence out.",
                        variant=variant.id, place=place, text=match.group(),
                    )  # fmt: skip
                elif name not in KNOWN:
                    yield finding(
                        "fields.unknown", "blocking", f"There is no personal field “{name}”.",
                        f"Use {' or '.join(KNOWN)}.",
                        variant=variant.id, place=place, text=match.group(),
                    )  # fmt: skip
                elif name not in given:
                    yield finding(
                        "fields.fallback", "serious",
                        "Nothing stands in for the field where it is not known.",
                        "Add a fallback; it may be empty.",
                        variant=variant.id, place=place, text=match.group(),
                    )  # fmt: skip
