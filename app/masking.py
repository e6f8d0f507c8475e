"""People as pages and commands show them: told apart, and not written to."""

from __future__ import annotations


def masked(address: str) -> str:
    """An address that can be told apart but not written to: a…x@example.com."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{host}" if name else "no address"
