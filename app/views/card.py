"""The approval card: everything that a careful person needs before they say yes or no.

The desk draws it, /v1 answers with it, the chat shows its head. What is slow to find out (the
sending domain's records) is a view of its own.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from agents.scheduler import assign
from app.cards import Shown
from app.deciding import gather
from app.diffs import ChangedPlace
from app.site import Site
from app.views import card_copy, card_story, inbox
from app.views.arm_sizes import arm_sizes, treated
from app.views.card_brief import BriefShown, brief_shown
from app.views.card_checks import Check, brief_checks, mail_checks
from app.views.card_copy import CritiqueShown, FindingShown, MailShown
from app.views.card_learning import LearningShown, learning_shown
from app.views.card_origins import origins_of
from app.views.card_people import AudienceShown, WhenShown, audience_shown, when_shown
from app.views.card_story import StepShown
from app.views.sending_time import first_mail_at
from app.views.talk import CommentShown, talk_of
from domain.brief import Brief
from domain.critique import Finding
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.publication import Content
from ledger import approvals, people, runs, snapshots
from ledger.approvals import Approval, ApprovalStatus, Gate
from ledger.database import Transaction
from ledger.marks import LockRow
from ledger.people import Person
from workflows.library import shelf
from workflows.proof import Proof, gather_proof
from workflows.transactions import read


class Head(Frozen):
    """What an approval is, and where it stands."""

    id: str
    run_id: str
    gate: Gate
    status: ApprovalStatus
    content_hash: str
    title: str
    goal: str
    draft: int
    """Which draft of the campaign's mail this is, from 1; 0: a brief."""
    begun: datetime
    ends: datetime
    asked_by: str
    blocking: bool
    size: int
    """People who get a mail; of a brief, who can be mailed."""
    held_back: int
    first_mail_at: datetime | None
    may_decide: bool
    """Whether the reader's word counts; they may always comment."""
    deciders: tuple[str, ...]
    """Whose yes would count."""
    yeses_needed: int
    yeses: tuple[str, ...]
    """Who has said yes already."""
    number_to_type: int | None
    """Of a large send: how many get a mail, which whoever approves it types."""
    decided_by: str
    decided_by_you: bool
    decided_at: datetime | None
    reason: str

    @property
    def waits(self) -> bool:
        return self.status == "pending"

    @property
    def hash_words(self) -> str:
        """The first digits of the hash, in groups: 3f9a c21e 70b4."""
        return " ".join(self.content_hash[at : at + 4] for at in (0, 4, 8))


class Card(Frozen):
    """Everything about one approval."""

    head: Head
    checks: tuple[Check, ...]
    """What to look at first comes first."""
    brief: BriefShown | None = None
    """Of a brief's card."""
    mails: tuple[MailShown, ...] = ()
    critique: CritiqueShown | None = None
    mended: tuple[FindingShown, ...] = ()
    """What the critic found in the draft before, and no longer finds."""
    audience: AudienceShown | None = None
    when: WhenShown | None = None
    learning: LearningShown | None = None
    proof: Proof
    """Consent, size, week, stock, cost, and what can be stopped until when, from the history."""
    locks: tuple[LockRow, ...] = ()
    """Sentences that every rewriting keeps."""
    talk: tuple[CommentShown, ...] = ()
    sender: str = ""
    written_by: str = ""
    """The draft's label: "assembled from your library, no AI", or the model, and who edited it."""
    changes: tuple[ChangedPlace, ...] = ()
    story: tuple[StepShown, ...] = ()


async def head_of(site: Site, approval_id: str, person: Person) -> Head:
    """Raises LedgerError unknown."""
    return await read(site.stack.ledger, lambda tx: _head(tx, site, approval_id, person))


async def card_of(site: Site, approval_id: str, person: Person) -> Card:
    """Raises LedgerError unknown."""
    ledger = site.stack.ledger
    approval = await read(ledger, lambda tx: approvals.get(tx, approval_id))
    shown = await gather(site.workspace, approval, site.stack)
    proof = await gather_proof(site.stack, approval)

    def look(tx: Transaction) -> Card:
        head = _head(tx, site, approval_id, person)
        before = _before(tx, approval)
        found = (
            _brief_card(head, shown, before, proof)
            if approval.gate == "brief"
            else _mail_card(tx, site, head, shown, before, proof)
        )
        return found.model_copy(
            update={
                "story": card_story.so_far(tx, approval),
                "talk": talk_of(tx, head.run_id, person, shown.draft),
            }
        )

    return await read(ledger, look)


def _head(tx: Transaction, site: Site, approval_id: str, person: Person) -> Head:
    approval = approvals.get(tx, approval_id)
    run = runs.get(tx, approval.run_id)
    names = {one.id: one.name for one in people.list_people(tx)}
    lapsed = approval.status == "pending" and approval.expires_at <= tx.now
    is_mail = approval.gate == "publish"
    size = treated(tx, approval.content) if is_mail else inbox.reachable(approval.content)
    may = site.workspace.settings.limits.author_may_approve
    able = approvals.may_approve(tx, approval, author_may_approve=may)
    votes = approvals.votes(tx, approval.id) if approval.status == "pending" else []
    earlier = approvals.for_run(tx, run.id, "publish")
    return Head(
        id=approval.id,
        run_id=run.id,
        gate=approval.gate,
        status="expired" if lapsed else approval.status,
        content_hash=approval.content_hash,
        title=inbox.title_of(approval.gate, approval.content, run.goal),
        goal=run.goal,
        draft=1 + [a.id for a in earlier].index(approval.id) if is_mail else 0,
        begun=approval.requested_at,
        ends=approval.expires_at,
        asked_by=names.get(run.started_by, "somebody who has left"),
        blocking=approval.blocking,
        size=size,
        held_back=int(approval.content["size"]) - size if is_mail else 0,
        first_mail_at=first_mail_at(approval.content, site.workspace.timezone, tx.now)
        if is_mail
        else None,
        may_decide=any(one.id == person.id for one in able),
        deciders=tuple(one.name for one in able if one.role != "demo_approver"),
        yeses_needed=approval.yeses_needed,
        yeses=tuple(names.get(vote.person_id, "somebody who has left") for vote in votes),
        number_to_type=approval.number_to_type,
        decided_by=names.get(approval.decided_by or "", ""),
        decided_by_you=approval.decided_by == person.id,
        decided_at=approval.decided_at,
        reason=approval.reason,
    )


def _before(tx: Transaction, approval: Approval) -> Approval | None:
    """What was asked about at this gate before."""
    found = approvals.for_run(tx, approval.run_id, approval.gate)
    at = [one.id for one in found].index(approval.id)
    return found[at - 1] if at else None


def _brief_card(head: Head, shown: Shown, before: Approval | None, proof: Proof) -> Card:
    assert shown.brief is not None
    earlier = Brief.model_validate(before.content) if before is not None else None
    return Card(
        head=head,
        checks=brief_checks(shown.brief),
        brief=brief_shown(shown.brief, shown.facts),
        learning=learning_shown(
            shown.brief,
            *_expected_arms(head.size, shown.brief.holdout.share),
            proof.similar,
        ),
        proof=proof,
        changes=card_copy.brief_changes(earlier, shown.brief),
    )


def _expected_arms(people: int, held: float) -> tuple[int, int]:
    """Who would get it and who would be held back, before anybody is drawn."""
    return people - round(people * held), round(people * held)


def _mail_card(
    tx: Transaction,
    site: Site,
    head: Head,
    shown: Shown,
    before: Approval | None,
    proof: Proof,
) -> Card:
    content = shown.content
    assert content is not None
    sizes = arm_sizes(tx, shown.approval.content)
    passages = shelf(tx, site.stack.brand).passages
    everybody = snapshots.members(tx, content.snapshot_hash)
    arms = [assign(content.campaign_id, one.pseudonym, content.arms) for one in everybody]
    by_stage = Counter((arm, str(one.stage)) for arm, one in zip(arms, everybody, strict=True))
    mails = card_copy.mails_shown(content, shown.draft, sizes, shown.facts, passages, by_stage)
    critique = (
        card_copy.critique_shown(shown.critique, shown.draft)
        if shown.critique is not None
        else None
    )
    earlier = Content.model_validate(before.content) if before is not None else None
    members = [member for member, arm in zip(everybody, arms, strict=True) if arm != HELD_BACK]
    mails = _with_origins(tx, site, shown, mails)
    audience = audience_shown(content, shown, head.size, head.held_back)
    learning = (
        learning_shown(shown.brief, head.size, head.held_back, proof.similar)
        if shown.brief is not None
        else None
    )
    return Card(
        head=head,
        checks=mail_checks(content, shown, mails, learning, proof),
        proof=proof,
        mails=mails,
        critique=critique,
        mended=_mended(before, shown),
        audience=audience,
        when=when_shown(content, shown, members, site.workspace.timezone, tx.now),
        learning=learning,
        written_by=shown.draft.label if shown.draft else "",
        sender=f"{content.sender.name}, {content.sender.address}",
        changes=card_copy.draft_changes(earlier, content),
        locks=shown.locks,
    )


def _mended(before: Approval | None, shown: Shown) -> tuple[FindingShown, ...]:
    if before is None or shown.critique is None:
        return ()
    still = {(one.rule, one.variant, one.text) for one in shown.critique.findings}
    earlier = [Finding.model_validate(plain) for plain in before.findings]
    gone = [one for one in earlier if (one.rule, one.variant, one.text) not in still]
    return tuple(card_copy.finding_shown(number, one, None) for number, one in enumerate(gone))


def _with_origins(
    tx: Transaction, site: Site, shown: Shown, mails: tuple[MailShown, ...]
) -> tuple[MailShown, ...]:
    """The mails with who wrote each of their sentences, where their making is known."""
    if shown.draft is None:
        return mails
    drafts = approvals.for_run(tx, shown.approval.run_id, "publish")
    until = [one.id for one in drafts].index(shown.approval.id) + 1
    names = {one.id: one.name for one in people.list_people(tx)}
    brand = site.stack.brand
    made = {
        variant.id: origins_of(variant, drafts[:until], names, brand.guide, brand.passages)
        for variant in shown.draft.variants
    }
    return tuple(mail.model_copy(update={"origins": made.get(mail.id, ())}) for mail in mails)
