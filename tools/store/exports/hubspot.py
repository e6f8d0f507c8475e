"""HubSpot: the exports of contacts, of deals, of unsubscribes and bounces, and of e-mail events.

Of a subscription a contact's export knows the refusal alone ("Opted out of email: …"), and a legal
basis without its moment: a yes made of it must be given its moment by a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.store.exports.export import WHO, Export, Field, Header, Part, text_of, who

_OPTED_OUT = "Opted out of email"
_BASIS = "Legal basis for processing contact's data"
_YES = "('true', 'yes', '1')"

_EVENTS = {
    "sent": "Email Sent", "delivered": "Email Delivered", "open": "Email Opened",
    "click": "Email Link Clicked", "bounce": "Email Bounced", "spamreport": "Email Marked as Spam",
    "unsubscribed": "Unsubscribed", "dropped": "Email Dropped", "deferred": "Email Deferred",
}  # fmt: skip
"""Types of HubSpot's e-mail events and the names of ours."""


def contacts(columns: Sequence[str]) -> Export | None:
    """The contacts: who they are, what they refused, and on which legal basis they stand."""
    header = Header(columns)
    own = header.first("Record ID", "Contact ID")
    if not (own and header.has("Email", "First Name", "Last Name")):
        return None
    mail = header.text("Email")
    ids = tuple(c for c in (header.first("Email"), own) if c)
    return Export(
        system="hubspot",
        name="HubSpot contacts export",
        parts=(
            Part(
                kind="customers",
                fields=(
                    Field(name="customer_id", columns=ids, sql=who(mail, text_of(own)), how=WHO),
                    *header.field("email", "Email"),
                    *header.field("first_name", "First Name"),
                    *header.field("last_name", "Last Name"),
                    *header.field("language", "Preferred language", "Language"),
                    *header.field("country", "Country/Region", "Country"),
                    *header.field("city", "City"),
                    *header.field("timezone", "Time Zone"),
                    *_phone(header),
                    *header.field("street", "Street Address"),
                    *header.field("postcode", "Postal Code", "Zip"),
                    *header.field("birthday", "Date of birth"),
                    *header.field("created_at", "Create Date"),
                    *header.field("updated_at", "Last Modified Date"),
                    *_consent(header),
                ),
                notes=(
                    "HubSpot says who refused mails, and no moment of a yes: to take in those who "
                    "stand on “freely given consent”, say when at the latest they gave it.",
                ),
            ),
        ),
    )  # fmt: skip


def _phone(header: Header) -> tuple[Field, ...]:
    names = ("Mobile Phone Number", "Phone Number")
    found = tuple(column for column in map(header.first, names) if column)
    if not found:
        return ()
    first_said = f"coalesce({', '.join(header.text(name) for name in names)})"
    return (Field(name="phone", columns=found, sql=first_said, how="the mobile one first"),)


def _consent(header: Header) -> tuple[Field, ...]:
    refusals = [header.first("Unsubscribed from all email"), *header.beginning(_OPTED_OUT)]
    said_no = tuple(column for column in refusals if column)
    basis = header.first(_BASIS, "Legal basis for processing contacts data", "Legal basis")
    if not said_no and not basis:
        return ()
    no = " OR ".join(f"lower({text_of(column)}) IN {_YES}" for column in said_no) or "false"
    legal = header.text(basis) if basis else "CAST(NULL AS VARCHAR)"
    return (
        Field(
            name="email_consent",
            columns=(*said_no, *((basis,) if basis else ())),
            sql=f"CASE WHEN {no} THEN 'no' "
            f"WHEN lower({legal}) LIKE '%freely given consent%' THEN 'yes' END",
            how="any refusal is a no; a yes is freely given consent",
        ),
        *header.field(
            "email_consent_source", basis or "Email",
            sql=f"CASE WHEN {no} THEN 'HubSpot, opted out' ELSE 'HubSpot, ' || {legal} END",
        ),
    )  # fmt: skip


def deals(columns: Sequence[str]) -> Export | None:
    """The deals that were won, as orders."""
    header = Header(columns)
    if not header.has("Record ID", "Deal Name", "Deal Stage"):
        return None
    amount, closed = header.text("Amount"), header.text("Close Date")
    won = (
        f"coalesce(lower({header.text('Is Closed Won')}) IN {_YES}, "
        f"regexp_matches(lower({header.text('Deal Stage')}), 'won'))"
    )
    contact = header.first("Associated Contact", "Associated Contacts")
    named = text_of(contact) if contact else "CAST(NULL AS VARCHAR)"
    mail = rf"nullif(regexp_extract({named}, '\(([^()\s]+@[^()\s]+)\)', 1), '')"
    own = f"nullif(trim(split_part({header.text('Associated Contact IDs')}, ';', 1)), '')"
    return Export(
        system="hubspot",
        name="HubSpot deals export",
        parts=(
            Part(
                kind="orders",
                fields=(
                    *header.field("line_id", "Record ID", sql="'deal'", how="one line a deal"),
                    *header.field(
                        "order_id", "Record ID", sql=f"'HubSpot ' || {header.text('Record ID')}"
                    ),
                    Field(
                        name="customer_id", columns=(contact or "Record ID",), sql=who(mail, own),
                        how="the first contact, by the address beside its name",
                    ),
                    *header.field("ordered_at", "Close Date"),
                    *header.field("product_id", "Deal Name", sql="'deal'"),
                    *header.field("description", "Deal Name"),
                    *header.field("quantity", "Record ID", sql="'1'", how="one"),
                    *header.field("unit_price", "Amount"),
                    *header.field("currency", "Currency", "Deal currency code"),
                    *header.field("channel", "Pipeline", "Deal Stage", sql="'crm'", how="crm"),
                ),
                left_out=(
                    (f"NOT coalesce({won}, false)", "deals that were not won"),
                    (f"{amount} IS NULL OR {closed} IS NULL", "deals without amount or close date"),
                ),
                notes=(
                    "A deal is one order of one line: what was in it is in HubSpot's line items.",
                ),
            ),
        ),
    )  # fmt: skip


def opt_outs(columns: Sequence[str]) -> Export | None:
    """The unsubscribes and bounces of the whole account."""
    header = Header(columns)
    if not header.has("Email", "Portal Bounce", "Portal Unsubscribe"):
        return None

    def is_true(name: str) -> str:
        return f"coalesce(lower({header.text(name)}) IN {_YES}, false)"

    bounced = f"({is_true('Portal Bounce')} OR {is_true('Global Bounce')})"
    complained, left = is_true("Portal Spam Report"), is_true("Portal Unsubscribe")
    return Export(
        system="hubspot",
        name="HubSpot unsubscribes and bounces export",
        parts=(
            Part(
                kind="suppressions",
                fields=(
                    *header.field("address", "Email"),
                    Field(
                        name="reason",
                        columns=tuple(
                            c for c in map(header.first, (
                                "Portal Spam Report", "Portal Unsubscribe", "Portal Bounce",
                                "Global Bounce",
                            )) if c
                        ),
                        sql=f"CASE WHEN {complained} THEN 'spam' WHEN {left} THEN 'unsubscribed' "
                        f"ELSE 'bounced' END",
                    ),
                ),
                left_out=(
                    (f"NOT ({complained} OR {left} OR {bounced})",
                     "addresses that left single topics only, or none"),
                ),
            ),
        ),
    )  # fmt: skip


def mail_events(columns: Sequence[str]) -> Export | None:
    """What became of mails, one event a row, with the names of HubSpot's e-mail events."""
    header = Header(columns)
    mail = header.first("recipient", "Recipient Email")
    kind = header.first("type", "Event Type")
    at = header.first("created", "Event Created", "Created Date")
    ours = header.first("emailCampaignId", "Email Campaign ID", "portalId", "hmid")
    if not (mail and kind and at and ours):
        return None
    said = f"lower(replace({text_of(kind)}, '_', ''))"
    cases = " ".join(f"WHEN '{theirs}' THEN '{name}'" for theirs, name in _EVENTS.items())
    return Export(
        system="hubspot",
        name="HubSpot e-mail events export",
        parts=(
            Part(
                kind="events",
                fields=(
                    *header.field("event_id", "id", "Event ID"),
                    *header.field("email", mail),
                    *header.field("name", kind, sql=f"CASE {said} {cases} END"),
                    *header.field("occurred_at", at),
                    *header.field("campaign_id", "emailCampaignId", "Email Campaign ID"),
                    *header.field("properties", kind, sql=_bounce(header, said), how="the category "
                                  "of a bounce"),
                    *header.field("machine", "filteredEvent", "Filtered Event"),
                ),
                left_out=(
                    (f"{said} NOT IN ({', '.join(repr(name) for name in _EVENTS)})",
                     "events of HubSpot's own housekeeping"),
                ),
            ),
        ),
    )  # fmt: skip


def _bounce(header: Header, kind: str) -> str:
    category = header.text("category", "Bounce Category")
    soft = f"upper({category}) IN ('TEMPORARY', 'MAILBOX_FULL', 'DEFERRED', 'SOFT', 'THROTTLED')"
    return (
        f"CASE WHEN {kind} = 'bounce' THEN "
        f'CASE WHEN {soft} THEN \'{{"bounce_type": "soft"}}\' '
        'ELSE \'{"bounce_type": "hard"}\' END END'
    )
