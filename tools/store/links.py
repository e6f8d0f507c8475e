"""Links: which identifiers were seen together, and so are of one person.

A link is kept once, however often and from wherever it is seen: its id is a hash of what is linked.
"""

from __future__ import annotations

import hashlib

IDENTIFIERS = ("customer_id", "anonymous_id", "email", "phone", "device_id")

LINK_ID = "left(sha256(concat_ws(E'\\x1f', {})), 32)".format(
    ", ".join(
        f"coalesce(lower({name}), '')" if name == "email" else f"coalesce({name}, '')"
        for name in IDENTIFIERS
    )
)
"""SQL over a row that has all the identifiers."""


def link_id(
    *,
    customer_id: str | None = None,
    anonymous_id: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    device_id: str | None = None,
) -> str:
    """The same in Python."""
    linked = (customer_id, anonymous_id, email and email.lower(), phone, device_id)
    return hashlib.sha256("\x1f".join(part or "" for part in linked).encode()).hexdigest()[:32]
