"""How identifiers are shown: enough to recognise one's own, too little to use."""

from __future__ import annotations


def masked(kind: str, value: str) -> str:
    """l…@… of an address, +49…17 of a number, the beginning of what a device is called."""
    if kind == "email":
        return f"{value[:1]}…@…"
    if kind == "phone":
        return f"{value[:3]}…{value[-2:]}"
    return f"{value[:3]}…"


MASK = """CASE kind WHEN 'email' THEN left(value, 1) || '…@…'
    WHEN 'phone' THEN left(value, 3) || '…' || right(value, 2) ELSE left(value, 3) || '…' END"""
"""The same in SQL, over ``kind`` and ``value``."""

NOUNS = {
    "email": "the address",
    "phone": "the telephone number",
    "anonymous_id": "the browser",
    "device_id": "the device",
}
