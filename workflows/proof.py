"""What a careful person looks at before a yes: facts about exactly this approval, from the
ledger. Pure data; a card or an API shows it. Whatever does not apply yet is None or empty: of a
brief nothing is planned, so nobody can say what else its people get that week.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from agents.scheduler import assign
from domain.brief import Brief, Offer
from domain.facts import Facts
from domain.frozen import Frozen
from domain.money import Money
from domain.plan import HELD_BACK, Plan
from domain.publication import Content
from ledger import (
    budgets,
    calls,
    consent,
    facts,
    first_wave,
    past,
    pressure,
    publications,
    runs,
    snapshots,
)
from ledger.approvals import Approval
from ledger.calls import CallTotals
from ledger.database import Transaction
from ledger.past import PastSend
from ledger.snapshots import Member
from workflows.briefing import latest
from workflows.campaign import view
from workflows.neighbours import OtherSend, others
from workflows.planning import next_due
from workflows.similar import SimilarResult, kept_reports, most_similar
from workflows.stack import Stack
from workflows.transactions import read

LATELY = timedelta(days=90)
BASIS = "consent to marketing mail (Art. 6 (1) a GDPR, § 7 (2) UWG)"
"""On what every mail stands: nobody is mailed who has not agreed."""


class TheirWeek(Frozen):
    """What else these people get in the week of the send, Monday to Sunday."""

    begins: datetime
    ends: datetime
    sends: tuple[OtherSend, ...]
    people: int
    """Of these people, who get at least one other mail."""


class ConsentEvidence(Frozen):
    """How those who get a mail have agreed to it."""

    basis: str
    people: int
    agreed: int
    """Of them, whose latest answer is a yes now; the others are left out at sending."""
    oldest: datetime | None
    middle: datetime | None
    """Half of the yeses are older."""
    newest: datetime | None
    sources: tuple[tuple[str, int], ...]
    """Where they said yes, and how many there; the most first."""
    wordings: tuple[tuple[str, int], ...]
    """What they said yes to, where it was kept."""


class SizeAgainst(Frozen):
    """This size beside what went out in the last 90 days."""

    people: int
    sends: tuple[PastSend, ...]
    middle: float | None
    """The size of a send in the middle; None: nothing went out."""
    largest: int | None


class Recall(Frozen):
    """What can still be stopped until when. What has gone out cannot be called back."""

    first_mail_at: datetime | None
    """Until then all of it can be stopped; None: nobody is to get one any more."""
    last_mail_at: datetime | None
    batch: int
    """At most so many mails still go out once somebody pauses."""
    gone: int
    """Mails that went out already, or may have."""
    first_people: int | None
    """Of a large send: who gets it first."""
    rest_from: datetime | None
    """Of a large send: the rest waits at least until then."""


class Cost(Frozen):
    """What writing it cost, and what may still be spent. Money in the workspace's currency."""

    calls: CallTotals
    currency: str
    money_left_today: Decimal | None
    """None: there is no limit."""
    mails_left_today: int | None
    """None: there is no limit."""


class StockOf(Frozen):
    product_id: str
    name: str
    price: Money
    stock: int
    lowest_price_30_days: Money | None


class OfferAgainstStock(Frozen):
    """The most that the offer can cost, beside what there is to sell."""

    offer: Offer
    people: int
    """Who gets the offer."""
    products: tuple[StockOf, ...]
    """That the offer is for, or that the mail shows."""
    pieces: int
    """In stock, all of these together."""


class Proof(Frozen):
    approval_id: str
    content_hash: str
    people: int | None
    """Who gets a mail; None: of a brief it is not known yet."""
    held_back: int | None
    week: TheirWeek | None
    consent: ConsentEvidence | None
    size: SizeAgainst | None
    similar: tuple[SimilarResult, ...]
    recall: Recall | None
    cost: Cost
    offer: OfferAgainstStock | None


async def gather_proof(stack: Stack, approval: Approval) -> Proof:
    """Everything that is known of what an approval asks. Raises LedgerError unknown."""
    reports = await asyncio.to_thread(kept_reports, stack.reports)
    state = await view(stack, approval.run_id)
    same = state.get("content_hash") == approval.content_hash
    plan = Plan.model_validate(state["plan"]) if same and "plan" in state else None

    def gather(tx: Transaction) -> Proof:
        known = facts.current(tx)
        brief = _brief(tx, approval)
        content = Content.model_validate(approval.content) if approval.gate == "publish" else None
        members = snapshots.members(tx, content.snapshot_hash) if content is not None else []
        treated = _treated(content, members)
        offer = content.offer if content is not None else brief.offer if brief else None
        size = len(treated) if content is not None else None
        reachable = brief.audience.reachable if brief is not None else None
        snapshot_hash = content.snapshot_hash if content is not None else ""
        recall = None
        if content is not None:
            recall = _recall(tx, stack, approval, content, treated, plan)
        at = recall.first_mail_at if recall is not None else None
        names = [member.pseudonym for member in treated]
        return Proof(
            approval_id=approval.id,
            content_hash=approval.content_hash,
            people=size,
            held_back=len(members) - len(treated) if content is not None else None,
            week=_week(tx, stack, approval.run_id, names, at) if at is not None else None,
            consent=_consent(tx, names) if content is not None else None,
            size=_size(tx, approval.run_id, size) if size is not None else None,
            similar=most_similar(tx, brief, approval.run_id, snapshot_hash, reports, known)
            if brief is not None
            else (),
            recall=recall,
            cost=_cost(tx, stack, approval.run_id),
            offer=_offer(offer, content, known, size or reachable or 0) if offer else None,
        )

    return await read(stack.ledger, gather)


def _brief(tx: Transaction, approval: Approval) -> Brief | None:
    """The brief that it asks about, or that it goes by."""
    if approval.gate == "brief":
        return Brief.model_validate(approval.content)
    last = latest(tx, approval.run_id, "brief")
    return Brief.model_validate(last.content) if last is not None else None


def _treated(content: Content | None, members: Sequence[Member]) -> list[Member]:
    if content is None:
        return []
    return [
        member
        for member in members
        if assign(content.campaign_id, member.pseudonym, content.arms) != HELD_BACK
    ]


def _week(
    tx: Transaction, stack: Stack, run_id: str, names: Sequence[str], at: datetime
) -> TheirWeek:
    zone = ZoneInfo(stack.timezone)
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = day - timedelta(days=day.weekday())  # on the wall clock; the offset follows
    ends = begins + timedelta(days=7)
    found = pressure.mails(tx, names, begins, ends, except_campaign=run_id)
    goals = {i: runs.get(tx, i).goal for i in {mail.campaign_id for mail in found}}
    return TheirWeek(
        begins=begins,
        ends=ends,
        sends=others(found, goals, begins, ends),
        people=len({mail.pseudonym for mail in found}),
    )


def _consent(tx: Transaction, names: Sequence[str]) -> ConsentEvidence:
    answers = consent.answers(tx, names, "email_marketing")
    given = [answer for answer in answers.values() if answer.given]
    moments = sorted(answer.at for answer in given)
    worded = Counter(answer.wording for answer in given if answer.wording)
    return ConsentEvidence(
        basis=BASIS,
        people=len(names),
        agreed=len(given),
        oldest=moments[0] if moments else None,
        middle=moments[len(moments) // 2] if moments else None,
        newest=moments[-1] if moments else None,
        sources=tuple(Counter(answer.source for answer in given).most_common()),
        wordings=tuple(worded.most_common()),
    )


def _size(tx: Transaction, run_id: str, people: int) -> SizeAgainst:
    sends = past.sends_since(tx, tx.now - LATELY, but=run_id)
    sizes = [one.people for one in sends]
    return SizeAgainst(
        people=people,
        sends=tuple(sends),
        middle=float(median(sizes)) if sizes else None,
        largest=max(sizes, default=None),
    )


def _recall(
    tx: Transaction,
    stack: Stack,
    approval: Approval,
    content: Content,
    treated: Sequence[Member],
    plan: Plan | None,
) -> Recall:
    on_it = [
        row
        for row in publications.list_publications(tx, content.campaign_id)
        if row.approval_id == approval.id
    ]
    gone, dues = 0, []
    if on_it:
        counted = publications.counts(tx, on_it[-1].id)
        gone = sum(counted.get(state, 0) for state in ("sending", "sent", "needs_review"))
        dues = [due for _, _, due in publications.waiting_people(tx, on_it[-1].id)]
    elif plan is not None:
        dues = [next_due(plan, zone, tx.now) for zone in {m.timezone for m in treated}]
    elif approval.status == "pending":
        dues = [content.window_start]
    first = content.first
    firsts = None
    if first is not None:
        by_arm = Counter(assign(content.campaign_id, m.pseudonym, content.arms) for m in treated)
        firsts = sum(first_wave.part_of(count, first.share) for count in by_arm.values())
    return Recall(
        first_mail_at=min(dues, default=None),
        last_mail_at=max(dues, default=None),
        batch=stack.limits.batch,
        gone=gone,
        first_people=firsts,
        rest_from=max(dues) + first.wait if first is not None and dues else None,
    )


def _cost(tx: Transaction, stack: Stack, run_id: str) -> Cost:
    mails = budgets.left(tx, "mails", run_id)
    return Cost(
        calls=calls.totals(tx, run_id),
        currency=stack.currency,
        money_left_today=budgets.left(tx, "money", run_id),
        mails_left_today=None if mails is None else max(0, int(mails)),
    )


def _offer(offer: Offer, content: Content | None, known: Facts, people: int) -> OfferAgainstStock:
    ids = list(offer.products)
    if not ids and content is not None:
        ids = [fact.fact_id for fact in content.facts]
    products = {p.id: p for i in ids if (p := known.product(i)) is not None}
    rows = tuple(
        StockOf(
            product_id=p.id,
            name=p.name,
            price=p.price,
            stock=p.stock,
            lowest_price_30_days=p.lowest_price_30_days,
        )
        for p in products.values()
    )
    return OfferAgainstStock(
        offer=offer, people=people, products=rows, pieces=sum(row.stock for row in rows)
    )
