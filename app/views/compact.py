"""The approval card in small, as it stands in a conversation."""

from __future__ import annotations

from app.site import Site
from app.views.card import Head, card_of
from app.views.card_checks import Check
from domain.frozen import Frozen
from ledger.people import Person

MOST_CHECKS = 5


class Compact(Frozen):
    head: Head
    checks: tuple[Check, ...]
    variant: str
    """The mail that is shown small; empty: of a brief."""
    decide_here: bool
    """False: a serious finding is open, or the send is large; the whole card is needed."""
    said: str = ""
    """What a page that was older than the decision must say."""


async def compact_of(site: Site, approval_id: str, person: Person, said: str = "") -> Compact:
    """Raises LedgerError unknown."""
    card = await card_of(site, approval_id, person)
    grave = card.critique.findings if card.critique is not None else ()
    open_findings = any(found.level != "minor" for found in grave)
    return Compact(
        head=card.head,
        checks=card.checks[:MOST_CHECKS],
        variant=card.mails[0].id if card.mails else "",
        decide_here=card.head.waits
        and card.head.may_decide
        and not card.head.blocking
        and not open_findings
        and card.head.number_to_type is None
        and card.head.yeses_needed == 1,
        said=said,
    )
