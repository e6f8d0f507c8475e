"""Consents: one answer a row, with its channel and its evidence.

A yes counts only with the moment it was given and where: without both it proves nothing. A no
always counts; where its person is not known, their address is left out from now on.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from domain.customer import Consent, Suppression
from tools.store.outcome import Outcome
from tools.store.people import UNKNOWN, find_people
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.segments import Store
from tools.store.staging import Staged
from tools.store.values import email, identifier, moment, one_of, strictly, text, yes_or_no

CHANNELS = {
    "email_marketing": ("email", "e-mail", "mail", "newsletter", "email marketing"),
    "sms_marketing": ("sms", "text", "text message", "sms marketing"),
    "push_marketing": ("push", "app push", "web push", "push notification", "push marketing"),
    "phone_marketing": ("phone", "call", "telephone", "telefon", "phone marketing"),
    "post_marketing": ("post", "postal", "direct mail", "letter", "brief", "post marketing"),
    "email_tracking": ("email tracking", "tracking", "opens and clicks"),
}
"""What files call them."""


def take_in(
    staged: Staged, store: Store, timezone: str | None, present: datetime, latest: datetime
) -> Outcome:
    """Judge the rows, find their people, return the answers that prove something."""
    times = staged.times(timezone, latest, ["consented_at"])
    staged.judge(
        [
            strictly(identifier("customer_id")),
            email("email"),
            one_of("purpose", CHANNELS, "a channel", required=True),
            yes_or_no("given", required=True),
            moment("consented_at", times),
            text("source", most=300),
            text("wording"),
        ]
    )
    find_people(staged, store)
    strangers = staged.arrow(
        "SELECT DISTINCT email, consented_at AS at FROM judged WHERE customer_id IS NULL "
        "AND email IS NOT NULL AND NOT given AND purpose = 'email_marketing'"
    )
    staged.refuse("customer_id IS NULL", UNKNOWN)
    rows = staged.arrow(
        "SELECT customer_id, purpose, given, consented_at AS at, source, wording FROM judged "
        f"ORDER BY {LINE}"
    )
    consents, unproven = proven(rows, staged, present)
    suppressed = tuple(
        Suppression(address=row["email"], reason="unsubscribed", at=row["at"] or present)
        for row in rows_of(strangers)
    )
    notes = [
        f"{unproven:,} consents say no moment or no source: they prove nothing and were not taken "
        "in. If they share them, say --map consented_at==2024-05-01 and --map source==WHERE."
    ] * bool(unproven) + [
        f"{len(suppressed):,} addresses of nobody known said no: they are left out from now on."
    ] * bool(suppressed)
    return Outcome(
        added=len(consents), notes=tuple(notes), consents=consents, suppressions=suppressed
    )


def proven(rows: pa.Table, staged: Staged, present: datetime) -> tuple[tuple[Consent, ...], int]:
    """The consents of rows (customer_id, purpose, given, at, source, wording), and how many a yes
    without moment or source are left out of them."""
    consents: list[Consent] = []
    unproven = 0
    for row in rows_of(rows):
        if row["given"] and not (row["at"] and row["source"]):
            unproven += 1
            continue
        consents.append(
            Consent(
                customer_id=row["customer_id"],
                purpose=row["purpose"],
                given=row["given"],
                at=row["at"] or present,
                source=row["source"] or f"import of {staged.path.name}",
                wording=row["wording"] or "",
            )
        )
    return tuple(consents), unproven
