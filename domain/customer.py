"""Rows of customer data, as every source is mapped to them. Times are aware UTC."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from domain.frozen import Frozen

ConsentPurpose = Literal[
    "email_marketing",
    "sms_marketing",
    "push_marketing",
    "phone_marketing",
    "post_marketing",
    "email_tracking",
]
"""What a person agrees to, channel by channel; the recording of their opens and clicks apart."""

ContactChannel = Literal["email", "sms", "push", "phone", "post"]
PURPOSE_OF: dict[ContactChannel, ConsentPurpose] = {
    "email": "email_marketing",
    "sms": "sms_marketing",
    "push": "push_marketing",
    "phone": "phone_marketing",
    "post": "post_marketing",
}
"""What a person must have agreed to before anything is sent to them by a channel."""

EVENT_NAMES = (
    "Email Delivered",
    "Email Bounced",
    "Email Opened",
    "Email Link Clicked",
    "Email Marked as Spam",
    "Unsubscribed",
    "Product Viewed",
    "Viewing Booked",
    "Service Due",
    "Service Booked",
)
"""Segment's e-mail specification where it has a name, and the brand's own after it. Purchases
are orders, never events."""


class Contact(Frozen):
    """What a mail to one person needs. Personal: only the publisher and the planner's exclusions
    read it."""

    customer_id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    timezone: str = ""
    """IANA name; empty: the workspace's."""


class Consent(Frozen):
    """One yes or no of one person, with its evidence."""

    customer_id: str
    purpose: ConsentPurpose
    given: bool
    at: datetime
    source: str
    """Where and how: "shop checkout, double opt-in", …"""
    wording: str = ""


class Complaint(Frozen):
    """A case of the support system. Open: nobody sends its customer a promotion."""

    customer_id: str
    case_id: str
    """The support system's own number."""
    source: str
    """The support system."""
    opened_at: datetime
    closed_at: datetime | None = None
    """None: it is open."""


SuppressionReason = Literal["unsubscribed", "bounced", "complained", "imported", "erased"]


class Suppression(Frozen):
    """An address that must not be mailed."""

    address: str
    reason: SuppressionReason
    at: datetime


class MailEvent(Frozen):
    """What became of one message to one customer, as analytics count it."""

    event_id: str
    customer_id: str
    name: str
    """One of EVENT_NAMES."""
    occurred_at: datetime
    campaign_id: str
    message_key: str
    machine: bool = False
    """Opened or clicked by a program, as far as can be told."""
    properties: tuple[tuple[str, str], ...] = ()


class OrderLine(Frozen):
    line_id: str
    order_id: str
    customer_id: str | None
    ordered_at: datetime
    product_id: str
    description: str = ""
    category: str = ""
    quantity: int
    """Negative for a return."""
    unit_price: Decimal
    """Gross, before discount."""
    discount: Decimal = Decimal(0)
    """Of the whole line, gross."""
    vat_rate: Decimal = Decimal(0)
    """A fraction contained in the price: 0.19."""
    currency: str
    channel: str = "shop"
    cancellation: bool = False
    """The order itself is a cancellation or return document."""
    occurrence: int = 1
    """1 for the first line of this content in the file, 2 for its exact duplicate, …"""
