"""Events: what people and mailboxes did. Those that forbid further mail are returned as well."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

from domain.customer import Suppression
from domain.errors import WrongUsage
from tools.store.outcome import Outcome, Stop
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.schema import PROFILE_FIELDS
from tools.store.segments import Store, literal
from tools.store.staging import Staged
from tools.store.values import (
    email,
    identifier,
    json_object,
    moment,
    strictly,
    text,
    yes_or_no,
)

_STOPS = {
    "Unsubscribed": "unsubscribed",
    "Email Bounced": "bounced",
    "Email Marked as Spam": "complained",
}
_SOFT = "('soft', 'transient', 'deferred', 'temporary')"


def take_in(staged: Staged, store: Store, timezone: str | None, latest: datetime) -> Outcome:
    """Judge the rows, find their people, add what is new, return who must not be mailed.

    An event may name its person by ``customer_id`` or by the address; an address that no profile
    has is set aside. An event without an id is known by its content.
    """
    if not staged.has("customer_id") and not staged.has("email"):
        raise WrongUsage(
            "missing_columns",
            "no column was found for customer_id or email",
            thing=staged.path.name,
            next_step="say it: --map customer_id=COLUMN",
        )
    times = staged.times(timezone, latest, ["occurred_at", "received_at"])
    staged.judge(
        [
            strictly(identifier("event_id")),
            strictly(identifier("customer_id")),
            email("email"),
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
    _find_people(staged, store)
    _make_events(staged)
    rows = staged.arrow(f"SELECT * EXCLUDE (email), {literal(staged.source)} AS source FROM events")
    added = store.add("events", rows)
    read = staged.count("SELECT count(*) FROM judged")
    kept = staged.count("SELECT count(*) FROM events")
    stops = _stops(staged)
    return Outcome(
        added=added.added,
        already_known=kept - added.added,
        duplicates=read - kept,
        stops=stops,
        suppressions=tuple(
            Suppression(address=s.address, reason=s.reason, at=s.at) for s in stops if s.address
        ),
    )


def _find_people(staged: Staged, store: Store) -> None:
    """Fill in customers from addresses and addresses from customers, as the profiles have them."""
    merged = ", ".join(f"arg_max({f}, seq) AS {f}" for f in PROFILE_FIELDS)
    staged.engine.execute(
        f"CREATE TEMP TABLE people AS SELECT customer_id, email FROM (SELECT customer_id, {merged} "
        f"FROM ({store.view('profiles')}) GROUP BY customer_id) WHERE email IS NOT NULL"
    )
    staged.engine.execute(
        "UPDATE sorted_out SET customer_id = p.customer_id FROM "
        "(SELECT lower(email) AS email, min(customer_id) AS customer_id FROM people GROUP BY 1) p "
        "WHERE sorted_out.customer_id IS NULL AND lower(sorted_out.email) = p.email"
    )
    staged.refuse("customer_id IS NULL", "no customer: neither an id nor an address that is known")
    staged.engine.execute(
        "UPDATE sorted_out SET email = p.email FROM people p "
        "WHERE sorted_out.email IS NULL AND sorted_out.customer_id = p.customer_id "
        f"AND name IN ({', '.join(repr(name) for name in _STOPS)})"
    )


def _make_events(staged: Staged) -> None:
    """The table ``events``: one row an id, the first of a file; ids made of content where the
    file has none. Ids that stand in the properties alone are lifted out of them."""
    staged.engine.execute(
        f"""CREATE TEMP TABLE events AS
        WITH lifted AS (
            SELECT {LINE}, event_id, customer_id, email, name, occurred_at,
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
                CAST(machine AS VARCHAR), properties)), 32)) AS event_id)
            FROM lifted
        )
        SELECT * EXCLUDE ({LINE}) FROM known_by
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY {LINE}) = 1"""
    )


def _stops(staged: Staged) -> tuple[Stop, ...]:
    """Unsubscribes, complaints and hard bounces of the whole file."""
    rows = staged.arrow(
        "SELECT customer_id, coalesce(email, '') AS address, name, occurred_at, campaign_id, "
        f"message_key FROM events WHERE name IN ({', '.join(repr(n) for n in _STOPS)}) "
        "AND NOT (name = 'Email Bounced' AND lower(coalesce(nullif(properties, '')"
        "->>'bounce_type', nullif(properties, '')->>'type', '')) "
        f"IN {_SOFT}) ORDER BY occurred_at, event_id"
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
