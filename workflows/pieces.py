"""Pieces for the channels beside mail: written from a brief, criticised, decided, handed out.

They rest on a campaign's approved brief, or on a brief of their own. What a person approves are the
files themselves (``tools.render.piece_files.Prepared``); nothing is made anew afterwards, and
Mainspring posts none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from agents.critic import criticise_pieces
from agents.pieces import generate_pieces, tied
from agents.rules.review import shown_products
from agents.series.checking import check_words
from agents.series_writer import with_said
from agents.tasks import GENERATE_PIECES, PageTerms, PiecesQuestion, SmsTerms
from domain.brief import AudienceEvidence, Brief, Holdout, KpiTarget
from domain.critique import Critique, Finding
from domain.errors import MainspringError, Refused
from domain.facts import Facts
from domain.figures import Figure
from domain.frozen import Frozen, content_hash
from domain.goal import Goal
from domain.piece import PIECE, Piece, PieceChannel
from domain.predicate import Everyone
from domain.series import Series
from domain.words import Language
from ledger import approvals, facts, pieces, series
from ledger.database import Transaction
from ledger.people import Person, require
from ledger.pieces import NewPiece, PieceDecision, PieceRow
from tools.pictures.crop import PictureError
from tools.render.errors import RenderError
from tools.render.piece_files import Prepared, prepare
from tools.render.piece_links import tagged
from workflows.edits import EditError, unreadable
from workflows.library import shelf
from workflows.stack import Stack
from workflows.transactions import read, write
from workflows.writing import first_question, passages_near

FIXED = frozenset(
    {"id", "channel", "language", "provenance", "claims", "sender", "country", "legal"}
)
"""What a person does not change in a piece by hand: where it comes from, and what the settings or
the guide say."""


class ContentError(Refused):
    code: Literal["no_approved_brief", "no_channels", "unknown_product", "altered", "offer_over"]


class Terms(Frozen):
    """What the workspace says of its pieces."""

    sms: SmsTerms = SmsTerms()
    page: PageTerms = PageTerms()
    author_may_approve: bool = True


def brief_of(tx: Transaction, run_id: str) -> tuple[Brief, str]:
    """A campaign's approved brief, with what its approval is bound to.

    Raises ContentError no_approved_brief.
    """
    asked = approvals.for_run(tx, run_id, "brief")
    last = max(asked, key=lambda a: (a.requested_at, a.id), default=None)
    if last is None or last.status != "approved":
        raise ContentError(
            "no_approved_brief",
            "Nobody has said yes to this campaign's brief yet.",
            thing=run_id,
            next_step="Decide about it first: `mainspring approvals list`.",
        )
    brief = Brief.model_validate(last.content)
    if last.reason:
        brief = brief.model_copy(update={"answer": last.reason})
    return brief, last.content_hash


def own_brief(
    tx: Transaction, message: str, product_ids: Sequence[str], language: Language
) -> Brief:
    """A brief for pieces of no campaign: one message and its products, to be read by anybody.

    It gives nothing away and measures nothing: an offer or an audience needs a campaign. Raises
    ContentError unknown_product.
    """
    known = facts.current(tx)
    for product_id in product_ids:
        if known.product(product_id) is None:
            raise ContentError(
                "unknown_product",
                "There is no such product among the facts.",
                thing=product_id,
                next_step="Import it: `mainspring import facts`.",
            )
    today = tx.now.date()
    nothing = Figure(name="baseline", value=0, unit="share", n=0)
    return Brief(
        goal=Goal(text=message, language=language, objective="sell" if product_ids else "announce"),
        language=language,
        audience=AudienceEvidence(rule=Everyone(), as_of=tx.now, size=0),
        message=message,
        fact_ids=tuple(product_ids),
        kpi=KpiTarget(kpi="click", baseline=nothing, target=0, days=14),
        holdout=Holdout(share=0, smallest_effect=None, why="Anybody may read it."),
        tone="as the guide says",
        question="",
        send_from=today,
        send_until=today,
        written_by="a person",
    )


async def write_set(
    stack: Stack,
    person: Person,
    brief: Brief,
    channels: Sequence[PieceChannel],
    terms: Terms,
    *,
    link: str = "",
    run_id: str | None = None,
    brief_approval: str | None = None,
    reason: str = "",
) -> list[PieceRow]:
    """Write a piece for each channel, have them criticised together, and keep them.

    A model gets its findings back, up to the workspace's rounds. Raises ContentError no_channels,
    ModelError where nobody writes, LedgerError not_allowed.
    """
    require(person, "write")
    if not channels:
        raise ContentError(
            "no_channels", "No channel was named.", next_step="Name at least one: --channels sms"
        )
    known, library = await read(
        stack.ledger, lambda tx: (facts.current(tx), shelf(tx, stack.brand))
    )
    found = await passages_near(stack, brief, library)
    asked = first_question(stack, brief, known, found)
    question = PiecesQuestion(
        brief=brief,
        facts=asked.facts,
        guide=asked.guide,
        passages=asked.passages,
        channels=tuple(dict.fromkeys(channels)),
        link=link or asked.link,
        sms=terms.sms,
        page=terms.page,
        reject_reason=reason,
    )
    model = stack.model_for(GENERATE_PIECES.name)
    campaign = run_id or brief.hash()[:12]
    for number in range(1, stack.rules.rounds + 1):
        made = await generate_pieces(question, model, stack.stand_in, stack.prompts)
        written = tuple(tagged(p, campaign) for p in made.pieces)
        critique = criticise_pieces(written, brief=brief, facts=known, guide=stack.brand.guide)
        critique = critique.model_copy(update={"round": number})
        if critique.verdict == "satisfied" or model.name == stack.house.name:
            break
        question = question.model_copy(update={"last": made.pieces, "findings": critique.findings})

    def keep(tx: Transaction) -> list[PieceRow]:
        new = [new_piece(tx, stack, piece, brief, known, critique) for piece in written]
        return pieces.add(
            tx,
            new,
            person,
            brief=brief.model_dump(mode="json"),
            label=made.label,
            run_id=run_id,
            brief_approval=brief_approval,
        )

    return await write(stack.ledger, keep)


async def edit(stack: Stack, person: Person, row: PieceRow, changes: Mapping[str, Any]) -> PieceRow:
    """Put a person's words in; the critic reads the whole set again, and a yes that was given is
    void. Raises EditError, LedgerError not_allowed, stale_content."""
    brief, old = Brief.model_validate(row.brief), piece_of(row)
    piece = edited(old, changes)

    def keep(tx: Transaction) -> PieceRow:
        known, talk = facts.current(tx), series.of_set(tx, row.set_id)
        if talk is not None:  # what was said there bears it too
            known = with_said(known, talk.series)
        changed = tied(piece, brief, known)
        beside = [r for r in pieces.listed(tx, set_id=row.set_id) if r.id != row.id]
        standing = [r for r in beside if r.status not in ("rejected", "void")]
        together = (changed, *(piece_of(r) for r in standing))
        critique = criticise_pieces(together, brief=brief, facts=known, guide=stack.brand.guide)
        if talk is not None:
            critique = of_talk(critique, together, talk.series)
        new = new_piece(tx, stack, changed, brief, known, critique)
        done = pieces.edit(tx, row.id, person, row.content_hash, new)
        for other in standing:
            of_it = _of(critique, piece_of(other).id)
            unmade = [f for f in Critique.model_validate(other.critique).findings if _render(f)]
            whole = of_it.model_copy(update={"findings": (*of_it.findings, *unmade)})
            pieces.look_again(
                tx,
                other.id,
                other.content_hash,
                whole.model_dump(mode="json"),
                bool(whole.blocking),
            )
        return done

    return await write(stack.ledger, keep)


async def decide(
    stack: Stack,
    person: Person,
    row: PieceRow,
    decision: PieceDecision,
    terms: Terms,
    reason: str = "",
) -> PieceRow:
    """Commit a person's word on exactly what ``row`` held when it was read. Raises LedgerError."""
    return await write(
        stack.ledger,
        lambda tx: pieces.decide(
            tx,
            row.id,
            person,
            decision,
            row.content_hash,
            reason,
            author_may_approve=terms.author_may_approve,
        ),
    )


def prepared_of(row: PieceRow) -> Prepared:
    """What a piece's approval is bound to, as it is kept.

    Raises ContentError altered where what is kept is not what the hash was taken of.
    """
    if content_hash(row.content) != row.content_hash:
        raise ContentError(
            "altered",
            "What is kept of this piece is not what was shown: it was changed since.",
            thing=row.id,
            next_step="Reject it, and have it written anew.",
        )
    return Prepared.model_validate(row.content)


def piece_of(row: PieceRow) -> Piece:
    return PIECE.validate_python(row.content["piece"])


def edited(piece: Piece, changes: Mapping[str, Any]) -> Piece:
    """The piece as a person changed it. Raises EditError where a field may not be changed by
    hand, or holds what it cannot."""
    old = piece.model_dump(mode="json")
    changed = {name: value for name, value in changes.items() if old.get(name) != value}
    refused = sorted(name for name in changed if name in FIXED or name not in old)
    if refused:
        free = ", ".join(name for name in old if name not in FIXED)
        raise EditError(
            "not_editable",
            f"In a piece, {', '.join(refused)} cannot be changed by hand.",
            thing=piece.id,
            next_step=f"Change {free}.",
        )
    try:
        return PIECE.validate_python({**old, **changed})
    except ValidationError as error:
        raise unreadable("piece", error) from error


def findings_of(row: PieceRow) -> tuple[Finding, ...]:
    return Critique.model_validate(row.critique).findings


def new_piece(
    tx: Transaction, stack: Stack, piece: Piece, brief: Brief, known: Facts, critique: Critique
) -> NewPiece:
    """The piece with its files, its part of the critique, and what it cites."""
    guide = stack.brand.guide
    of_it = _of(critique, piece.id)
    offer = brief.offer
    try:
        made = prepare(
            piece,
            known,
            brief_hash=brief.hash(),
            brand=guide.brand,
            folder=stack.brand.folder,
            offered=offer is not None,
        )
    except (RenderError, PictureError) as error:
        of_it = of_it.model_copy(update={"findings": (*of_it.findings, _unmade(piece, error))})
        made = Prepared(brief_hash=brief.hash(), piece=piece, files=())
    content = made.model_dump(mode="json")
    cited = {i for claim in piece.claims for i in claim.fact_ids}
    cited |= {product_id for _, product_id in shown_products(piece)}
    return NewPiece(
        channel=piece.channel,
        content=content,
        content_hash=content_hash(content),
        critique=of_it.model_dump(mode="json"),
        blocking=bool(of_it.blocking),
        cited=facts.hashes(tx, cited),
    )


def of_talk(critique: Critique, copies: Sequence[Piece], made: Series) -> Critique:
    """The critique of posts in somebody's name: also of whom they tell, and whose words they are.
    They are read days apart, so that two of them may have the same angle."""
    by_id = {s.id: s for s in made.sentences}
    of_post = {p.post.id: [by_id[i] for i in p.sentences] for p in made.posts}
    found = [f for f in critique.findings if f.rule != "variety.angle"]
    for copy in copies:
        found += check_words(copy, of_post.get(copy.id, ()), made.author)
    return critique.model_copy(update={"findings": tuple(found)})


def _of(critique: Critique, piece_id: str) -> Critique:
    """What the critic says of one piece."""
    mine = tuple(f for f in critique.findings if f.variant in ("", piece_id))
    grave = any(f.severity != "minor" for f in mine)
    return critique.model_copy(
        update={"findings": mine, "verdict": "needs_revision" if grave else "satisfied"}
    )


def _render(found: Finding) -> bool:
    return found.rule.startswith("render.")


def _unmade(piece: Piece, error: MainspringError) -> Finding:
    return Finding(
        rule=f"render.{error.code}",
        severity="blocking",
        variant=piece.id,
        text=error.thing,
        why=f"It cannot be made into a file: {error.what.rstrip('.')}.",
        mend=error.next_step or "Write it anew.",
    )
