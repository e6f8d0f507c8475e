"""The exports of other systems, known by their header: one small module a system.

``recognise`` names the system and what was exported. A part then says in SQL how the fields of one
kind are read from it; whatever a person says of a field goes before that.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.store.exports import ga4, hubspot, klaviyo, shopify
from tools.store.exports.export import SYSTEM_NAMES, Export, Part, System
from tools.store.exports.ga4 import refuse_report

__all__ = ["SYSTEM_NAMES", "Export", "Part", "System", "recognise", "refuse_report"]


def recognise(columns: Sequence[str]) -> Export | None:
    """The export that a file with this header is; None: a file of no system that we know."""
    for read in (
        shopify.orders, shopify.products, klaviyo.list_with_consent, klaviyo.profiles,
        shopify.customers, hubspot.deals, hubspot.contacts, hubspot.opt_outs, hubspot.mail_events,
        ga4.events,
    ):  # fmt: skip
        found = read(columns)
        if found is not None:
            return found
    return None
