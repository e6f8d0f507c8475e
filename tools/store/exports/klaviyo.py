"""Klaviyo: the export of a list or segment with its consent columns, and that of profiles.

"Never subscribed" is no answer; "unsubscribed" and every suppression is a no. A yes needs its
moment and its source, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.store.exports.export import WHO, Export, Field, Header, Part, who

_CONSENT = ("Email Marketing Consent", "Email Marketing", "$consent", "Consent")
_AT = (
    "Email Marketing Consent Timestamp", "Email Marketing Timestamp", "$consent_timestamp",
    "Consent Timestamp",
)  # fmt: skip
_SUPPRESSED = ("Email Suppressions", "Suppressed", "Suppressions")


def list_with_consent(columns: Sequence[str]) -> Export | None:
    """A list's or segment's export: who they are and what they agreed to."""
    header = Header(columns)
    if not (header.has("Email") and _ours(header) and header.first(*_CONSENT)):
        return None
    return _export(header, "Klaviyo list export")


def profiles(columns: Sequence[str]) -> Export | None:
    """A profiles export without consent columns."""
    header = Header(columns)
    if not (header.has("Email") and _ours(header)):
        return None
    return _export(header, "Klaviyo profiles export")


def _ours(header: Header) -> bool:
    return any(
        name in header
        for name in (
            "Klaviyo ID", "Email Marketing Consent", "Email Suppressions", "Profile Created On",
            "Historic Customer Lifetime Value",
        )
    ) or header.as_written("$consent", "$source")  # fmt: skip


def _export(header: Header, name: str) -> Export:
    mail = header.text("Email")
    own = f"coalesce({header.text('External ID')}, {header.text('Klaviyo ID')})"
    ids = tuple(c for c in map(header.first, ("Email", "External ID", "Klaviyo ID")) if c)
    consent = header.first(*_CONSENT)
    notes = [
        "“Never subscribed” is taken for no answer; “unsubscribed” and every suppression for a no.",
    ]
    if consent is None:
        notes = ["This export says nothing of consent; a list's export with its consent does."]
    return Export(
        system="klaviyo",
        name=name,
        parts=(
            Part(
                kind="customers",
                fields=(
                    Field(name="customer_id", columns=ids, sql=who(mail, own), how=WHO),
                    *header.field("email", "Email"),
                    *header.field("first_name", "First Name", "$first_name"),
                    *header.field("last_name", "Last Name", "$last_name"),
                    *header.field("language", "Locale", "Language"),
                    *header.field("country", "Country", "$country"),
                    *header.field("city", "City", "$city"),
                    *header.field("timezone", "Timezone", "$timezone"),
                    *header.field("created_at", "Profile Created On", "Date Added", "First Active"),
                    *header.field("phone", "Phone Number", "$phone_number"),
                    *header.field("street", "Address", "Address 1", "$address1"),
                    *header.field("postcode", "Zip Code", "Zip", "$zip"),
                    *_consent(header),
                    *_sms_consent(header),
                ),
                notes=tuple(notes),
            ),
        ),
    )


def _consent(header: Header) -> tuple[Field, ...]:
    suppressed = header.text(*_SUPPRESSED)
    is_suppressed = (
        f"({suppressed} IS NOT NULL AND lower({suppressed}) NOT IN ('[]', 'false', 'no', 'none'))"
    )
    found = tuple(c for c in (header.first(*_CONSENT), header.first(*_SUPPRESSED)) if c)
    if not found:
        return ()
    method = ("Email Marketing Consent Method", "$consent_method", "Source", "$source")
    return (
        Field(
            name="email_consent",
            columns=found,
            sql=f"CASE WHEN {is_suppressed} THEN 'no' ELSE {_answer(header.text(*_CONSENT))} END",
            how="never subscribed: no answer",
        ),
        *header.field(
            "email_consent_at", *_AT,
            sql=f"CASE WHEN NOT {is_suppressed} THEN {header.text(*_AT)} END",
        ),
        *header.field(
            "email_consent_source", *method,
            sql=f"CASE WHEN {is_suppressed} THEN 'Klaviyo, suppressed' "
            f"ELSE 'Klaviyo, ' || {header.text(*method)} END",
        ),
    )  # fmt: skip


def _sms_consent(header: Header) -> tuple[Field, ...]:
    asked = ("SMS Marketing Consent", "SMS Marketing")
    method = ("SMS Marketing Consent Method", "SMS Consent Method", "Source", "$source")
    if header.first(*asked) is None:
        return ()
    return (
        *header.field("sms_consent", *asked, sql=_answer(header.text(*asked))),
        *header.field("sms_consent_at", "SMS Marketing Consent Timestamp", "SMS Consent Timestamp"),
        *header.field(
            "sms_consent_source", *method, sql=f"'Klaviyo, ' || {header.text(*method)}"
        ),
    )  # fmt: skip


def _answer(said: str) -> str:
    """SQL: yes, no or NULL for Klaviyo's words; others stay, and are set aside as unreadable."""
    word = f"replace(replace(lower({said}), ' ', ''), '_', '')"
    return (
        f"CASE WHEN {word} IN ('subscribed', 'subscribe', 'optin', 'yes', 'true') THEN 'yes' "
        f"WHEN {word} IN ('email', '[\"email\"]', '[''email'']') THEN 'yes' "
        f"WHEN {word} IN ('neversubscribed', 'nosubscription', '') THEN NULL "
        f"WHEN {word} LIKE 'unsubscribe%' OR {word} IN ('no', 'false', 'optout') THEN 'no' "
        f"ELSE {word} END"
    )
