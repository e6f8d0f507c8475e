"""People as pages and commands show them: told apart, and not written to."""

from __future__ import annotations


def masked(address: str) -> str:
    """An address that can be told apart but not written to: a…x@example.com."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{host}" if name else "no address"


OPEN_FIELDS = frozenset({
    "ordered_at", "product_id", "description", "category", "quantity", "unit_price", "discount",
    "vat_rate", "currency", "channel", "country", "cancellation", "language", "timezone",
    "email_consent", "email_consent_at", "email_consent_source", "email_consent_wording",
    "tracking_consent", "created_at", "name", "occurred_at", "price", "stock", "text", "id",
    "order_id", "reason", "suppressed_at", "details", "year", "material", "condition", "source",
    "line_id", "purpose", "given", "consented_at", "wording", "opened_at", "closed_at", "status",
    "updated_at",
})  # fmt: skip
"""Fields of imported files whose values are shown as they are; the others may be personal."""
MOST_SHOWN = 60


def masked_value(value: object, *, in_the_clear: bool) -> str:
    """A value of an imported file. An address is masked wherever it stands."""
    text = "" if value is None else str(value)
    if "@" in text:
        return f"{text[:1]}…@…"
    if in_the_clear or not text.strip():
        return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"
    return f"{text[:1]}…" if len(text) > 2 else "…"
