"""What two customers have in common, in words, as SQL over the levels of a compared pair."""

from __future__ import annotations

from tools.identity.parameters import FIELDS, Field
from tools.identity.port import Agreement, FieldAgreement


def _said(field: Field, *, alike: bool) -> str:
    best = len(field.levels) - 1
    cases = " ".join(
        f"WHEN {best - position} THEN '{level.words}'"
        for position, level in enumerate(field.levels)
        if (level.agreement != "different") == alike
    )
    return f"CASE {field.name} {cases} END"


ALIKE = f"concat_ws(', ', {', '.join(_said(field, alike=True) for field in FIELDS)})"
UNLIKE = f"concat_ws(', ', {', '.join(_said(field, alike=False) for field in FIELDS)})"
EVIDENCE = f"concat_ws('; but ', {ALIKE}, nullif({UNLIKE}, ''))"
"""SQL: "the first name, the family name, the street and number; but another address"."""


def agreements(levels: dict[str, int | None]) -> tuple[FieldAgreement, ...]:
    """The levels of a pair in four words."""
    found = []
    for field in FIELDS:
        level = levels[field.name]
        agreement: Agreement = (
            "unknown" if level is None or level < 0 else field.levels[-1 - level].agreement
        )
        found.append(FieldAgreement(field=field.name, agreement=agreement))
    return tuple(found)
