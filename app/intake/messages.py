"""Messages of the Segment specification: what a request says, and what of it cannot be taken.

Pure functions: the door judges a request by them, and the writer reads the same request by them
again, so that both see the same messages. Only the form is judged here; names, addresses, moments
out of range and the like are judged as those of imported files are (tools/store/values.py).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from pydantic_core import from_json, to_json

Call = Literal["identify", "track", "page", "screen", "group", "alias"]
CALLS: tuple[Call, ...] = get_args(Call)

CALL_NAMES: dict[str, Call | Literal["batch"]] = {
    **{call: call for call in CALLS},
    **{call[0]: call for call in CALLS},  # as analytics.js abbreviates them
    "batch": "batch",
    "b": "batch",
    "import": "batch",
}
"""What stands behind /v1/ in an address."""

MOST_MESSAGE_BYTES = 32 * 1024
MOST_BODY_BYTES = 500 * 1024
MOST_MESSAGES = 2_500
TOO_LARGE = f"A request has at most {MOST_BODY_BYTES // 1024} KB; send several."
_MESSAGE_TOO_LARGE = f"A message has at most {MOST_MESSAGE_BYTES // 1024} KB."
_SHARED_TOO_LARGE = (
    f"The context of a batch counts for each of its messages; together at most "
    f"{MOST_BODY_BYTES // 1024} KB."
)
MOST_ID = 200
MOST_MESSAGE_ID = 100
CLOCK_IS_RIGHT = timedelta(seconds=5)
"""A sender's clock so near to ours is taken as right: the difference is the way of the request,
and times of the past are kept as they were said."""

_IDS = (
    ("userId", MOST_ID),
    ("anonymousId", MOST_ID),
    ("previousId", MOST_ID),
    ("groupId", MOST_ID),
    ("messageId", MOST_MESSAGE_ID),
)
_OBJECTS = ("properties", "traits", "context", "integrations")

RefusalCode = Literal[
    "not_gzip",  # said to be compressed, and cannot be unpacked
    "too_large",
    "not_json",
    "malformed",  # JSON, and yet not what the call takes
    "too_many",  # more messages than a batch may have
]


class MessageError(Exception):
    """A request that cannot be taken, as its sender reads it."""

    def __init__(self, code: RefusalCode, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


class Message(NamedTuple):
    """One message, its identifiers as text and its moment corrected. Many are made a second."""

    call: Call
    place: int
    """In its request, from 0."""
    message_id: str
    """Empty: its sender gave none."""
    user_id: str
    anonymous_id: str
    previous_id: str
    name: str
    """The event's name in the store."""
    at: datetime
    properties: dict[str, Any]
    """Of ``identify`` and ``group`` its traits."""
    context: dict[str, Any]


class Misfit(NamedTuple):
    """A message of a batch that cannot be taken."""

    place: int
    why: str


class Request(NamedTuple):
    """What a request says."""

    messages: list[Message]
    misfits: list[Misfit]


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its compression. Raises MessageError not_gzip, too_large."""
    packing = encoding.strip().lower()
    if packing in ("", "identity"):
        return body
    if packing not in ("gzip", "x-gzip"):
        raise MessageError("not_gzip", f"The body is packed as {packing[:20]}; send it as gzip.")
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(body, MOST_BODY_BYTES + 1)
    except zlib.error as error:
        raise MessageError("not_gzip", f"The body is not gzip: {error}.") from error
    if len(plain) > MOST_BODY_BYTES:
        raise MessageError("too_large", TOO_LARGE)
    if not unpacking.eof:
        raise MessageError("not_gzip", "The gzip body ends too early.")
    if unpacking.unused_data:
        raise MessageError("not_gzip", "Something stands behind the gzip body.")
    return plain


def parsed(body: bytes) -> tuple[dict[str, Any], bytes]:
    """The body as a JSON object, and one line of bytes that say the same.

    A byte that is no UTF-8, or half of a surrogate pair, spoils its own value alone. Raises
    MessageError not_json.
    """
    if len(body) > MOST_BODY_BYTES:
        raise MessageError("too_large", TOO_LARGE)
    try:
        value, line = from_json(body), body
    except ValueError:
        value, line = _repaired(body)
    if not isinstance(value, dict):
        raise MessageError("not_json", "The body is not a JSON object.")
    # Between values a line break is white space; inside a text JSON has it escaped.
    return value, line.replace(b"\n", b" ").replace(b"\r", b" ")


def judged(call: Call | Literal["batch"], body: Mapping[str, Any], size: int) -> list[Misfit]:
    """The messages of a request of ``size`` bytes that cannot be taken; at least one other can.
    Raises MessageError malformed, too_large or too_many."""
    if call != "batch":
        if size > MOST_MESSAGE_BYTES and _size(body) > MOST_MESSAGE_BYTES:
            raise MessageError("too_large", _MESSAGE_TOO_LARGE)
        why = _unfit(call, body)
        if why:
            raise MessageError("malformed", why)
        return []
    batch = body.get("batch")
    if not isinstance(batch, list) or not batch:
        raise MessageError("malformed", "A batch has a list `batch` with at least one message.")
    if len(batch) > MOST_MESSAGES:
        raise MessageError("too_many", f"A batch has at most {MOST_MESSAGES:,} messages.")
    # It is kept with each message, so that a small request may not become a large one.
    shared = body.get("context")
    if isinstance(shared, dict) and shared and _size(shared) * len(batch) > MOST_BODY_BYTES:
        raise MessageError("too_large", _SHARED_TOO_LARGE)
    heavy = _heavy(batch, size)
    misfits: list[Misfit] = []
    for place, one in enumerate(batch):
        if place in heavy:
            misfits.append(Misfit(place, _MESSAGE_TOO_LARGE))
        elif why := _unfit("batch", one):
            misfits.append(Misfit(place, why))
    if len(misfits) == len(batch):
        place, why = misfits[0]
        what = f"No message of this batch can be taken. Message {place}: {why}"
        raise MessageError("malformed", what)
    return misfits


def read(
    call: Call | Literal["batch"],
    body: Mapping[str, Any],
    received_at: datetime,
    size: int = MOST_BODY_BYTES,
) -> Request:
    """The messages of a request, and those that cannot be taken. Raises as ``judged``."""
    misfits = judged(call, body, size)
    skew = _skew(body, received_at)
    if call != "batch":
        return Request([_message(call, body, {}, 0, skew, received_at)], [])
    context = body.get("context")
    shared = context if isinstance(context, dict) else {}
    unfit = {place for place, _ in misfits}
    found = [
        _message(one["type"], one, shared, place, skew, received_at)
        for place, one in enumerate(body["batch"])
        if place not in unfit
    ]
    return Request(found, misfits)


def _unfit(call: Call | Literal["batch"], said: object) -> str:
    """Why a message cannot be taken; empty: it can."""
    if not isinstance(said, dict):
        return "A message is a JSON object."
    get = said.get
    kind = get("type") if call == "batch" else call
    if kind not in CALLS:
        return f"Its type is one of {', '.join(CALLS)}."
    for field in _OBJECTS:
        value = get(field)
        if value is not None and not isinstance(value, dict):
            return f"{field} is a JSON object."
    for field, most in _IDS:
        value = get(field)
        # Nearly all are short texts; _identifier is asked of the others.
        short = value is None or (isinstance(value, str) and len(value) <= most)
        if not short and _identifier(value, most) is None:
            return f"{field} is a text of at most {most} characters, or a number."
    if not _said(get("userId")) and not _said(get("anonymousId")):
        return "It needs userId or anonymousId."
    if kind == "track":
        name = get("event")
        if not isinstance(name, str) or not name.strip():
            return "track needs event, a text."
    elif kind == "alias" and not (_said(get("userId")) and _said(get("previousId"))):
        return "alias needs userId and previousId."
    elif kind == "group" and not _said(get("groupId")):
        return "group needs groupId."
    if _moment(_timestamp(said)) is None:
        return "timestamp is a moment such as 2026-11-25T08:30:00Z."
    return ""


def _message(
    kind: Call,
    said: Mapping[str, Any],
    shared: Mapping[str, Any],
    place: int,
    skew: timedelta,
    received_at: datetime,
) -> Message:
    """A message that is not unfit."""
    ids = {field: _identifier(said.get(field), most) or "" for field, most in _IDS}
    at = _moment(_timestamp(said))
    properties = said.get("traits" if kind in ("identify", "group") else "properties") or {}
    if kind == "group":
        properties = {**properties, "groupId": ids["groupId"]}
    if kind in ("page", "screen"):
        named = {field: said[field] for field in ("name", "category") if said.get(field)}
        properties = {**named, **properties}
    context = said.get("context") or {}
    return Message(
        call=kind,
        place=place,
        message_id=ids["messageId"],
        user_id=ids["userId"],
        anonymous_id=ids["anonymousId"],
        previous_id=ids["previousId"],
        name=_NAMES.get(kind) or str(said["event"]).strip(),
        at=_shifted(at, skew) if isinstance(at, datetime) else received_at,
        properties=properties,
        context={**shared, **context} if shared else context,
    )


_NAMES: dict[str, str] = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "identify": "Identified",
    "alias": "Aliased",
}


def _said(value: object) -> bool:
    """Whether an id that can be one says anything."""
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _timestamp(said: Mapping[str, Any]) -> object:
    first = said.get("timestamp")
    return first if first is not None else said.get("originalTimestamp")


def _identifier(value: object, most: int) -> str | None:
    """An id as text; empty where there is none, None where it is something else."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return text if len(text) <= most else None


def _moment(value: object) -> datetime | Literal[""] | None:
    """ISO 8601, or Unix seconds or milliseconds; without an offset it is UTC. Empty: nothing was
    said; None: it cannot be read."""
    if value is None or value == "":
        return ""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
        else:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _shifted(at: datetime, skew: timedelta) -> datetime:
    try:
        return at + skew
    except OverflowError:  # at an end of the calendar; refused later as a date of no use
        return at


def _skew(body: Mapping[str, Any], received_at: datetime) -> timedelta:
    """What the sender's clock is behind ours, so that ``received - (sentAt - timestamp)`` is
    ``timestamp + skew``; nothing where it says no ``sentAt`` that can be read."""
    sent_at = _moment(body.get("sentAt"))
    if not isinstance(sent_at, datetime):
        return timedelta()
    skew = received_at - sent_at
    return skew if abs(skew) > CLOCK_IS_RIGHT else timedelta()


def _repaired(body: bytes) -> tuple[Any, bytes]:
    try:
        value = json.loads(body.decode("utf-8-sig", errors="replace"))
        line = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        return from_json(line), line
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise MessageError("not_json", f"The body is not JSON: {what}.") from error


def _heavy(batch: list[Any], size: int) -> set[int]:
    """The places of messages that are too large. Where many are light together, so is each."""
    if size <= MOST_MESSAGE_BYTES:
        return set()
    together = max(1, MOST_MESSAGE_BYTES // 2 * len(batch) // size)
    heavy: set[int] = set()
    for first in range(0, len(batch), together):
        some = batch[first : first + together]
        if _size(some) > MOST_MESSAGE_BYTES:
            heavy.update(n for n, one in enumerate(some, first) if _size(one) > MOST_MESSAGE_BYTES)
    return heavy


def _size(value: object) -> int:
    return len(to_json(value, inf_nan_mode="null"))
