"""What ties two customer ids, how strongly, and where it stops."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from domain.frozen import Frozen

Tying = Literal["email", "phone", "anonymous_id", "device_id"]
Compared = Literal["name", "email", "phone", "birthday", "address"]

PLACEHOLDERS: tuple[str, ...] = (
    "test@test.*",
    "test@example.*",
    "none@none.*",
    "a@a.*",
    "abc@abc.*",
    "asdf@*",
    "anonymous@*",
    "noemail@*",
    "no-email@*",
    "nomail@*",
    "no.email@*",
    "keineemail@*",
    "keine@*",
    "unknown@*",
    "unbekannt@*",
    "dummy@*",
    "guest@*",
)
"""Addresses that people type, and systems fill in, where they know none; * stands for anything."""

ROLES: tuple[str, ...] = (
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "billing",
    "bookings",
    "buchhaltung",
    "contact",
    "einkauf",
    "enquiries",
    "finance",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "information",
    "invoice",
    "jobs",
    "kontakt",
    "mail",
    "marketing",
    "noc",
    "no-reply",
    "noreply",
    "office",
    "order",
    "orders",
    "postmaster",
    "purchasing",
    "reception",
    "rechnung",
    "root",
    "sales",
    "security",
    "service",
    "support",
    "team",
    "verwaltung",
    "webmaster",
    "zentrale",
)
"""Local parts that name a function and not a person: RFC 2142's mailbox names and the usual ones
of German and English shops."""


class IdentityRules(Frozen):
    """The defaults are meant for a shop with customers from several systems.

    An identifier on one of the lists, or with more customers or names than its limit, ties nobody.
    """

    tying: tuple[Tying, ...] = ("email", "phone", "anonymous_id", "device_id")
    """Which identifiers tie, the strongest first: what comes first is never undone by what comes
    later. An address is one person's more often than a telephone, which a household shares; a
    browser and a device pass through more hands still."""
    email_customers: int = Field(default=20, ge=2)
    """Customer ids with one address. Guest checkouts give one person a new id for each order, so
    this is no small number; a shared inbox is known by its names first."""
    phone_customers: int = Field(default=12, ge=2)
    device_customers: int = Field(default=4, ge=2)
    """Customer ids on one browser or device: a household's, not a shop's till."""
    names: int = Field(default=4, ge=1)
    """Different full names on one identifier: a family of four."""
    phones_are_shared: bool = True
    """Households have landlines, so a number ties only those whose names agree. False where numbers
    are mobile ones and were confirmed: a number is then one person's, as an address is."""
    members: int = Field(default=50, ge=2)
    """Customer ids of one person."""
    gmail_is_one: bool = True
    """gmail.com and googlemail.com deliver to one mailbox with or without dots and whatever
    follows a plus sign (support.google.com/mail/answer/7436150)."""
    plus_tags: bool = True
    """Elsewhere too what follows a plus sign is left out: RFC 5233's subaddress."""
    placeholders: tuple[str, ...] = PLACEHOLDERS
    roles: tuple[str, ...] = ROLES
    compared: tuple[Compared, ...] = ("name", "email", "phone", "birthday", "address")
    """What the probabilistic part compares; empty: it does not run."""
    merge_from: float = Field(default=0.95, gt=0.5, le=1)
    """The probability from which two are merged."""
    suggest_from: float = Field(default=0.5, gt=0, lt=1)
    """The probability from which a person is asked."""
    suggestions: int = Field(default=1_000, ge=0)
    """How many suggestions are listed, the likeliest first."""
    estimate_from: int = Field(default=1_000, ge=0)
    """With fewer customers there are too few pairs to estimate parameters from; documented ones
    are used then."""
    engine: Literal["duckdb", "spark"] = "duckdb"
    seed: int = 2026

    @model_validator(mode="after")
    def _ordered(self) -> IdentityRules:
        if self.suggest_from >= self.merge_from:
            raise ValueError("suggest_from must lie below merge_from")
        return self
