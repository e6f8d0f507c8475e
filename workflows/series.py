"""From a talk to pieces in somebody's name: read, written, criticised, kept for their yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agents.critic import criticise_pieces
from agents.series.spoken import said_by
from agents.series_writer import with_said, write_series
from agents.tasks import WRITE_SERIES, SeriesQuestion
from domain.facts import Facts
from domain.piece import Piece
from domain.recording import Recording
from domain.series import Author, PostChannel, Series, SitePage
from domain.voice import Guide
from domain.words import Language
from ledger import facts, pieces, series
from ledger.database import Transaction
from ledger.people import Person, require
from ledger.pieces import PieceRow
from ledger.series import SeriesRow
from workflows.pieces import new_piece, of_talk, own_brief
from workflows.stack import Stack
from workflows.transactions import read, write


async def make_series(
    stack: Stack,
    person: Person,
    recording: Recording,
    author: Author,
    *,
    said_as: str,
    language: Language,
    posts: int,
    channels: Sequence[PostChannel],
    first_day: date,
    speaker: str | None,
) -> tuple[SeriesRow, list[PieceRow]]:
    """Make a series of what ``said_as`` says in the recording, and keep it for approval.

    ``speaker`` is the person of this workspace whose words they are. Raises LedgerError
    not_allowed, and ModelError where nothing of it can stand alone.
    """
    require(person, "write")
    known = await read(stack.ledger, facts.current)
    question = SeriesQuestion(
        author=author,
        language=language,
        source=recording.source,
        sentences=said_by(recording, said_as, language),
        days=posts,
        facts=_spoken_of(known, " ".join(u.text for u in recording.utterances)),
        guide=stack.brand.guide,
        pages=own_pages(known),
    )
    made = await write_series(
        question,
        recording,
        channels=channels,
        first_day=first_day,
        model=stack.model_for(WRITE_SERIES.name),
        house=stack.stand_in,
        prompts=stack.prompts,
    )

    def keep(tx: Transaction) -> tuple[SeriesRow, list[PieceRow]]:
        now = facts.current(tx)
        brief = own_brief(tx, made.article.title, _named(now, made), language)
        bearing = with_said(now, made)
        copies: list[Piece] = [p.post for p in made.posts]
        if made.video is not None:
            copies.append(made.video)
        guide = stack.brand.guide
        critique = criticise_pieces(copies, brief=brief, facts=bearing, guide=guide)
        critique = of_talk(critique, copies, made)
        new = [new_piece(tx, stack, p, brief, now, critique) for p in copies]
        rows = pieces.add(tx, new, person, brief=brief.model_dump(mode="json"), label=made.label)
        return series.add(tx, rows[0].set_id, made, person, speaker), rows

    return await write(stack.ledger, keep)


def question_of(made: Series, known: Facts, guide: Guide) -> SeriesQuestion:
    """The question that a series was an answer to, with the facts as they are now."""
    said = " ".join(s.text for s in made.sentences)
    return SeriesQuestion(
        author=made.author,
        language=made.language,
        source=made.source,
        sentences=made.sentences,
        days=len({p.day for p in made.posts}),
        facts=_spoken_of(known, said),
        guide=guide,
        pages=own_pages(known),
    )


def own_pages(known: Facts) -> tuple[SitePage, ...]:
    """The pages of one's own that the facts name."""
    return tuple(SitePage(url=p.url, title=p.name) for p in known.products if p.url)


def _spoken_of(known: Facts, said: str) -> Facts:
    """The house's facts, and the products that the talk names: a model needs no others."""
    named = tuple(p for p in known.products if p.name.casefold() in said.casefold())
    return Facts(products=named, house=known.house)


def _named(known: Facts, made: Series) -> list[str]:
    said = " ".join(p.post.text for p in made.posts).casefold()
    return [p.id for p in known.products if p.name.casefold() in said]
