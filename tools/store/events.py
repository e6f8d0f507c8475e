"""Events: what people, devices and mailboxes did.

Identifiers that stand in one row are of one person, and are kept as a link. Events that forbid
further mail are returned as well.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from domain.customer import Suppression
from tools.store.links import IDENTIFIERS, LINK_ID
from tools.store.outcome import Outcome, Stop
from tools.store.people import UNKNOWN, find_people
from tools.store.phones import read_phones
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.segments import Store, literal
from tools.store.staging import Staged
from tools.store.values import (
    email,
    identifier,
    json_object,
    moment,
    phone,
    strictly,
    text,
    yes_or_no,
)

_STOPS = {
    "Unsubscribed": "unsubscribed",
    "Email Bounced": "bounced",
    "Email Marked as Spam": "complained",
}
_STOP_NAMES = ", ".join(repr(name) for name in _STOPS)
_STOPPING = (
    f"name IN ({_STOP_NAMES}) AND NOT (name = 'Email Bounced' AND "
    "lower(coalesce(nullif(properties, '')->>'bounce_type', nullif(properties, '')->>'type', '')) "
    "IN ('soft', 'transient', 'deferred', 'temporary'))"
)
"""SQL: events that forbid further mail."""


def take_in(
    staged: Staged, store: Store, timezone: str | None, latest: datetime, region: str | None
) -> Outcome:
    """Judge the rows, find their people, add what is new, return who must not be mailed.

    An event may name its person by ``customer_id``, by the address, or by the ``anonymous_id`` of
    a device; an address that no profile has is set aside, unless the device is said. An event
    without an id is known by its content.
    """
    times = staged.times(timezone, latest, ["occurred_at", "received_at"])
    read_phones(staged.engine, "phone", country="NULL", region=region)
    staged.judge(
        [
            strictly(identifier("event_id")),
            strictly(identifier("customer_id")),
            email("email"),
            strictly(identifier("anonymous_id")),
            identifier("device_id"),
            phone("phone", country="NULL"),
            text("name", most=100, required=True),
            moment("occurred_at", times, required=True),
            moment("received_at", times),
            identifier("campaign_id"),
            identifier("message_key"),
            identifier("product_id"),
            strictly(yes_or_no("machine")),
            json_object("properties"),
        ]
    )
    find_people(staged, store)
    strangers = _strangers(staged)
    staged.refuse("customer_id IS NULL AND anonymous_id IS NULL", UNKNOWN)
    staged.engine.execute(
        "UPDATE sorted_out SET email = p.email FROM people p "
        "WHERE sorted_out.email IS NULL AND sorted_out.customer_id = p.customer_id "
        f"AND name IN ({_STOP_NAMES})"
    )
    _make_events(staged)
    kept_columns = "* EXCLUDE (email, phone, device_id)"
    rows = staged.arrow(f"SELECT {kept_columns}, {literal(staged.source)} AS source FROM events")
    added = store.add("events", rows)
    store.add("links", _links(staged))
    read = staged.count("SELECT count(*) FROM judged")
    kept = staged.count("SELECT count(*) FROM events")
    stops = _stops(staged)
    return Outcome(
        added=added.added,
        already_known=kept - added.added,
        duplicates=read - kept,
        stops=stops,
        suppressions=(
            *(Suppression(address=s.address, reason=s.reason, at=s.at) for s in stops if s.address),
            *strangers,
        ),
    )


def _make_events(staged: Staged) -> None:
    """The table ``events``: one row an id, the first of a file; ids made of content where the
    file has none. Ids that stand in the properties alone are lifted out of them."""
    staged.engine.execute(
        f"""CREATE TEMP TABLE events AS
        WITH lifted AS (
            SELECT {LINE}, event_id, customer_id, email, anonymous_id, device_id, phone, name,
                occurred_at,
                coalesce(received_at, occurred_at) AS received_at,
                coalesce(campaign_id, left(properties->>'campaign_id', 200), '') AS campaign_id,
                coalesce(message_key, left(properties->>'message_key', 200), '') AS message_key,
                coalesce(product_id, left(properties->>'product_id', 200), '') AS product_id,
                coalesce(machine, false) AS machine,
                coalesce(properties, '') AS properties
            FROM judged
        ), known_by AS (
            SELECT * REPLACE (coalesce(event_id, left(sha256(concat_ws(E'\\x1f', customer_id, name,
                CAST(epoch_us(occurred_at) AS VARCHAR), campaign_id, message_key, product_id,
                CAST(machine AS VARCHAR), properties, anonymous_id)), 32)) AS event_id)
            FROM lifted
        )
        SELECT * EXCLUDE ({LINE}) FROM known_by
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY {LINE}) = 1"""
    )


def _links(staged: Staged) -> pa.Table:
    """Identifiers that stand in one row, where there are two at least."""
    given = " + ".join(f"({name} IS NOT NULL)::INT" for name in IDENTIFIERS)
    return staged.arrow(
        f"SELECT {LINK_ID} AS link_id, * FROM (SELECT customer_id, anonymous_id, "
        "lower(email) AS email, phone, device_id, min(occurred_at) AS seen_at, "
        f"{literal(staged.source)} AS source FROM events WHERE {given} >= 2 GROUP BY ALL)"
    )


def _strangers(staged: Staged) -> tuple[Suppression, ...]:
    """Addresses of nobody known that must not be mailed: the row is set aside, its no is kept."""
    rows = staged.arrow(
        "SELECT email AS address, arg_min(name, occurred_at) AS name, min(occurred_at) AS at "
        f"FROM judged WHERE coalesce(customer_id, anonymous_id) IS NULL AND email IS NOT NULL "
        f"AND {_STOPPING} GROUP BY email ORDER BY email"
    )
    return tuple(
        Suppression.model_validate(
            {"address": row["address"], "reason": _STOPS[row["name"]], "at": row["at"]}
        )
        for row in rows_of(rows)
    )


def _stops(staged: Staged) -> tuple[Stop, ...]:
    """Unsubscribes, complaints and hard bounces of the whole file."""
    rows = staged.arrow(
        "SELECT coalesce(customer_id, '') AS customer_id, coalesce(email, '') AS address, name, "
        f"occurred_at, campaign_id, message_key FROM events WHERE {_STOPPING} "
        "AND coalesce(customer_id, email) IS NOT NULL ORDER BY occurred_at, event_id"
    )
    return tuple(
        Stop.model_validate(
            {
                "customer_id": row["customer_id"],
                "address": row["address"],
                "reason": _STOPS[row["name"]],
                "at": row["occurred_at"],
                "campaign_id": row["campaign_id"],
                "message_key": row["message_key"],
            }
        )
        for row in rows_of(rows)
    )
