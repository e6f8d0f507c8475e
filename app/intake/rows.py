"""Messages as rows of the files that the store's intake reads: events, and customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from app.intake.messages import Message

Row = dict[str, Any]

KEPT_CONTEXT = (
    "app", "campaign", "device", "groupId", "library", "locale", "os", "page", "referrer",
    "screen", "timezone", "userAgent",
)  # fmt: skip
"""What is kept of a message's context; an address of the network or traits are not."""
STOPS = ("Unsubscribed", "Email Bounced", "Email Marked as Spam")
"""Events that may name their person by the address alone."""


def event_of(message: Message, event_id: str, received_at: datetime) -> Row | None:
    """The row of an event; None of an ``identify`` of somebody who is known by a user id, which
    is a profile. Of all others what they tie together is kept with it."""
    if message.call == "identify" and message.user_id:
        return None
    traits = _traits(message)
    named = message.call == "identify" or message.name in STOPS
    anonymous = message.previous_id if message.call == "alias" else message.anonymous_id
    return {
        "event_id": event_id,
        "customer_id": message.user_id,
        "anonymous_id": anonymous,
        "device_id": device_of(message.context),
        "email": _email(message, traits) if named else None,
        "phone": traits.get("phone") if message.call == "identify" else None,
        "name": message.name,
        "occurred_at": message.at.isoformat(),
        "received_at": received_at.isoformat(),
        "properties": _properties(message),
    }


def customer_of(message: Message) -> Row | None:
    """The profile that an ``identify`` says; None of other messages, and of nobody known."""
    if message.call != "identify" or not message.user_id:
        return None
    traits = _traits(message)
    address = traits.get("address")
    place = {**traits, **address} if isinstance(address, dict) else traits
    return {
        "customer_id": message.user_id,
        "anonymous_id": message.anonymous_id,
        "device_id": device_of(message.context),
        "email": traits.get("email"),
        "first_name": _first(traits, "firstName", "first_name"),
        "last_name": _first(traits, "lastName", "last_name"),
        "phone": traits.get("phone"),
        "street": place.get("street"),
        "postcode": _first(place, "postalCode", "postal_code"),
        "city": place.get("city"),
        "country": place.get("country"),
        "birthday": _dated(traits.get("birthday")),
        "created_at": _dated(_first(traits, "createdAt", "created_at")),
        "language": _first(traits, "language", "locale") or message.context.get("locale"),
        "timezone": traits.get("timezone") or message.context.get("timezone"),
        "updated_at": message.at.isoformat(),
    }


def device_of(context: Mapping[str, Any]) -> str | None:
    """The device that a message names."""
    device = context.get("device")
    found = _first(device, "advertisingId", "id") if isinstance(device, dict) else None
    return str(found) if isinstance(found, str | int) and found else None


def _properties(message: Message) -> str:
    said: Mapping[str, Any] = message.properties
    context = {k: message.context[k] for k in KEPT_CONTEXT if message.context.get(k)}
    if context:
        said = {"context": context, **said}
    return to_json(said, inf_nan_mode="null").decode() if said else ""


def _traits(message: Message) -> Mapping[str, Any]:
    """What an ``identify`` says of the person; of other messages what their context says."""
    said = message.context.get("traits")
    behind: Mapping[str, Any] = said if isinstance(said, dict) else {}
    return {**behind, **message.properties} if message.call == "identify" else behind


def _email(message: Message, traits: Mapping[str, Any]) -> Any:
    return traits.get("email") or _first(message.properties, "email", "email_address", "recipient")


def _dated(said: Any) -> Any:
    """A date as it was said; one with slashes, which a file may explain and a message cannot, as
    something that is refused."""
    return f"day or month first: {said}" if isinstance(said, str) and "/" in said else said


def _first(said: Mapping[str, Any], *names: str) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)
