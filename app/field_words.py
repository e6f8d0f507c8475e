"""What kinds of data, their fields, and the reasons why a row could not be read are called."""

from __future__ import annotations

from domain.customer import ConsentPurpose
from tools.store.fields import Kind

KIND_WORDS: dict[Kind, str] = {
    "orders": "order lines",
    "customers": "customers",
    "events": "events",
    "facts": "facts",
    "suppressions": "addresses or people to leave out",
    "consents": "answers",
    "complaints": "support cases",
}
PURPOSE_WORDS: dict[ConsentPurpose, str] = {
    "email_marketing": "mail", "sms_marketing": "text messages", "push_marketing": "push messages",
    "phone_marketing": "calls", "post_marketing": "letters",
    "email_tracking": "recording of opens and clicks",
}  # fmt: skip
FIELD_WORDS = {
    "customer_id": "who", "order_id": "order", "line_id": "line", "ordered_at": "ordered on",
    "product_id": "article", "unit_price": "price of one", "vat_rate": "tax in the price",
    "email": "mail address", "created_at": "customer since", "phone": "phone number",
    "updated_at": "last changed", "anonymous_id": "device or browser", "device_id": "device",
    "occurred_at": "happened on", "id": "fact id", "at": "since",
    "purpose": "channel", "given": "yes or no", "consented_at": "when",
    "case_id": "case", "opened_at": "opened on", "closed_at": "closed on",
} | {
    f"{channel}_consent{ending}": words
    for channel, what in (
        ("email", "mail"), ("tracking", "tracking"), ("sms", "text messages"),
        ("push", "push messages"), ("phone", "calls"), ("post", "letters"),
    )
    for ending, words in (
        ("", f"agreed to {what}"), ("_at", f"… to {what}: when"),
        ("_source", f"… to {what}: where"), ("_wording", f"… to {what}: to which words"),
    )
}  # fmt: skip


def so_many(kind: Kind, count: int) -> str:
    """1 order line; 2,241 order lines."""
    words = KIND_WORDS[kind]
    if count == 1:
        words = words.replace("addresses", "address").replace("people", "person").removesuffix("s")
    return f"{count:,} {words}"


def reason_in_words(reason: str) -> str:
    """``ordered_at: not a date`` as "ordered on: not a date"."""
    field, colon, why = reason.partition(": ")
    words = FIELD_WORDS.get(field, field.replace("_", " ") if "_" in field else field)
    return f"{words}{colon}{why}"
