"""What kinds of data, their fields, and the reasons why a row could not be read are called."""

from __future__ import annotations

from tools.store.columns import Kind

KIND_WORDS: dict[Kind, str] = {
    "orders": "order lines",
    "customers": "customers",
    "events": "events",
    "facts": "facts",
    "suppressions": "addresses not to be mailed",
}
FIELD_WORDS = {
    "customer_id": "who", "order_id": "order", "line_id": "line", "ordered_at": "ordered on",
    "product_id": "article", "unit_price": "price of one", "vat_rate": "tax in the price",
    "email": "mail address", "created_at": "customer since", "phone": "phone number",
    "email_consent": "agreed to mail",
    "email_consent_at": "… when", "email_consent_source": "… where",
    "email_consent_wording": "… to which words", "tracking_consent": "agreed to tracking",
    "tracking_consent_at": "… when they did", "tracking_consent_source": "… where they did",
    "tracking_consent_wording": "… with which words", "occurred_at": "happened on",
    "id": "fact id", "at": "since",
}  # fmt: skip


def so_many(kind: Kind, count: int) -> str:
    """1 order line; 2,241 order lines."""
    words = KIND_WORDS[kind]
    if count == 1:
        words = words.replace("addresses", "address").removesuffix("s")
    return f"{count:,} {words}"


def reason_in_words(reason: str) -> str:
    """``ordered_at: not a date`` as "ordered on: not a date"."""
    field, colon, why = reason.partition(": ")
    words = FIELD_WORDS.get(field, field.replace("_", " ") if "_" in field else field)
    return f"{words}{colon}{why}"
