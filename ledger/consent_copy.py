"""Every answer as rows, for questions over everybody; what a send rests on is ledger/consent.py."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.customer import ConsentPurpose
from ledger import tables as t
from ledger.consent import OWN_HAND
from ledger.database import Transaction

Row = tuple[str, ConsentPurpose, bool, datetime, bool]
"""Customer id, purpose, whether it is a yes, when, and whether it was said by own hand."""

_c, _s = t.consents.c, t.subjects.c


def every_answer(tx: Transaction) -> list[Row]:
    """What everybody said whom the ledger still knows."""
    query = sa.select(_s.customer_id, _c.purpose, _c.given, _c.at, _c.source == OWN_HAND).join_from(
        t.consents, t.subjects, _s.pseudonym == _c.pseudonym
    )
    return [
        (customer_id, purpose, given, at, bool(by_hand))
        for customer_id, purpose, given, at, by_hand in tx.connection.execute(query)
    ]
