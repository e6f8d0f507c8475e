"""Customers: a profile a person, and consents with their evidence.

A field that is missing says nothing; of several rows of one customer the last one that says a
field wins, and what it contradicts is counted. A yes counts only with the moment it was given and
where: without both it proves nothing and is not taken in. A no always counts.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from domain.customer import Consent, ConsentPurpose
from tools.store.consents import proven
from tools.store.links import LINK_ID
from tools.store.outcome import Outcome
from tools.store.phones import read_phones
from tools.store.readers import LINE
from tools.store.schema import PROFILE_FIELDS
from tools.store.segments import Store, literal
from tools.store.staging import Staged, add_zones
from tools.store.values import (
    Times,
    Value,
    day,
    email,
    identifier,
    language,
    moment,
    person_name,
    phone,
    text,
    time_zone,
    yes_or_no,
)

_PURPOSES: dict[ConsentPurpose, str] = {
    "email_marketing": "email_consent",
    "email_tracking": "tracking_consent",
    "sms_marketing": "sms_consent",
    "push_marketing": "push_consent",
    "phone_marketing": "phone_consent",
    "post_marketing": "post_consent",
}
"""What each is called in a file of customers."""


def take_in(
    staged: Staged,
    store: Store,
    timezone: str | None,
    present: datetime,
    latest: datetime,
    region: str | None,
) -> Outcome:
    """Judge the rows, add what is new of the profiles and links, return the consents."""
    add_zones(staged.engine)
    answered = [field for field in _PURPOSES.values() if staged.has(field)]
    moments = ["created_at", "updated_at", *(f"{field}_at" for field in answered)]
    times = staged.times(timezone, latest, moments)
    read_phones(staged.engine, "phone", country="country", region=region)
    staged.judge(
        [
            identifier("customer_id", required=True),
            email("email"),
            person_name("first_name"),
            person_name("last_name"),
            language("language"),
            person_name("country"),
            person_name("city"),
            time_zone("timezone"),
            moment("created_at", times),
            moment("updated_at", times),
            phone("phone", country="country"),
            text("street", most=200),
            identifier("postcode"),
            day("birthday", times),
            identifier("anonymous_id"),
            identifier("device_id"),
            *(value for field in answered for value in _answer(field, times)),
        ]
    )
    # One row a customer: each field from the last line that says it.
    fields = ", ".join(f"arg_max({f}, {LINE}) AS {f}" for f in PROFILE_FIELDS)
    now = f"TIMESTAMPTZ {literal(present.isoformat())}"
    said_at = f"least(coalesce(updated_at, {now}), {now})"
    rows = staged.arrow(
        f"SELECT customer_id, {fields}, {literal(staged.source)} AS source, "
        f"max({said_at}) AS said_at FROM judged GROUP BY customer_id"
    )
    added = store.add("profiles", rows)
    store.add("links", _links(staged, said_at))
    repeats = staged.count("SELECT count(*) - count(DISTINCT customer_id) FROM judged")
    consents, unproven = _consents(staged, present)
    conflicts = _conflicts(staged)
    stand = "customer stands" if conflicts == 1 else "customers stand"
    contradicted = f"{conflicts:,} {stand} in the file with contradicting values: the last counts."
    return Outcome(
        added=added.added,
        already_known=added.already_known,
        duplicates=repeats,
        consents=consents,
        conflicts=conflicts,
        notes=(*((contradicted,) if conflicts else ()), *unproven),
    )


def _answer(field: str, times: Times) -> tuple[Value, ...]:
    return (
        yes_or_no(field),
        moment(f"{field}_at", times),
        text(f"{field}_source", most=300),
        text(f"{field}_wording"),
    )


def _links(staged: Staged, seen_at: str) -> pa.Table:
    """The identifiers that stand in one row with a customer's id."""
    return staged.arrow(
        f"SELECT {LINK_ID} AS link_id, customer_id, anonymous_id, lower(email) AS email, phone, "
        f"device_id, min({seen_at}) AS seen_at, {literal(staged.source)} AS source FROM judged "
        "WHERE coalesce(anonymous_id, email, phone, device_id) IS NOT NULL GROUP BY ALL"
    )


def _conflicts(staged: Staged) -> int:
    """Customers of whom two rows say a field differently."""
    differs = " OR ".join(f"count(DISTINCT {f}) > 1" for f in PROFILE_FIELDS)
    return staged.count(
        f"SELECT count(*) FROM (SELECT customer_id FROM judged "
        f"GROUP BY customer_id HAVING {differs})"
    )


def _consents(staged: Staged, present: datetime) -> tuple[tuple[Consent, ...], tuple[str, ...]]:
    found: list[Consent] = []
    notes = []
    for purpose, field in _PURPOSES.items():
        if not staged.has(field):
            continue
        rows = staged.arrow(
            f"SELECT customer_id, {literal(purpose)} AS purpose, {field} AS given, "
            f"{field}_at AS at, {field}_source AS source, {field}_wording AS wording "
            f"FROM judged WHERE {field} IS NOT NULL ORDER BY {LINE}"
        )
        consents, unproven = proven(rows, staged, present)
        found += consents
        if unproven:
            notes.append(
                f"{unproven:,} consents ({field}) say no moment or no source: they prove nothing "
                f"and were not taken in. If they share them, say --map {field}_at==2024-05-01 "
                f"and --map {field}_source==WHERE."
            )
    return tuple(found), tuple(notes)
