"""From files of comments and mails to ideas for briefs, and from an idea to pieces.

What people wrote stays in their files: kept are sentences without names, addresses and numbers, and
the place where they stand. Nothing is answered from here: an idea becomes pieces, which wait for a
yes like any others, and Mainspring posts none of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from agents.ideas.finding import is_hostile
from agents.ideas.joining import Embedder, ideas
from brand_voice.learning.documents import Found, SetAside
from brand_voice.learning.files import read_source, sources
from brand_voice.learning.language import language_of, lore
from brand_voice.learning.personal import blotted, without_addresses
from brand_voice.learning.reading import ENOUGH_WORDS
from domain.errors import Refused
from domain.frozen import Frozen
from domain.idea import BriefIdea, Remark
from domain.piece import PieceChannel
from ledger import facts
from ledger import ideas as kept
from ledger.database import Transaction
from ledger.ideas import IdeaRow
from ledger.people import Person, require
from ledger.pieces import PieceRow
from workflows.pieces import Terms, own_brief, write_set
from workflows.stack import Stack
from workflows.transactions import read, write


class IdeaError(Refused):
    code: Literal[
        "no_answer",  # no fact and no product bears on what is asked
        "address",  # a web address in place of a file
    ]


class Heard(Frozen):
    """What a reading of files gave."""

    remarks: int
    new: int
    """Ideas that were not known before."""
    ideas: tuple[BriefIdea, ...]
    set_aside: tuple[SetAside, ...]


async def hear(
    stack: Stack, person: Person, files: Sequence[str], embedder: Embedder, column: str = ""
) -> Heard:
    """Read files of comments, reviews or mails, and keep the ideas that they give.

    Raises LedgerError not_allowed, IdeaError address.
    """
    require(person, "write")
    addresses = [f for f in files if "://" in f]
    if addresses:
        raise IdeaError(
            "address",
            "Remarks are read from files, not from addresses, which change.",
            thing=addresses[0],
            next_step="Export the comments, or save the page, and name that file.",
        )
    known = await read(stack.ledger, facts.current)

    def look() -> tuple[list[Remark], list[SetAside], tuple[BriefIdea, ...]]:
        remarks, aside = _remarks(files, column)
        return remarks, aside, ideas(remarks, known, embedder)

    remarks, aside, found = await asyncio.to_thread(look)
    source = ", ".join(Path(f).name for f in files)[:200]
    new = await write(stack.ledger, lambda tx: kept.put(tx, found, person, source))
    return Heard(remarks=len(remarks), new=new, ideas=found, set_aside=tuple(aside))


async def take(
    stack: Stack, person: Person, idea: IdeaRow, channels: Sequence[PieceChannel], terms: Terms
) -> list[PieceRow]:
    """Write pieces that answer an idea, from the facts that bear on it.

    Raises IdeaError no_answer; LedgerError already_decided, not_allowed; ContentError no_channels;
    ModelError.
    """
    words = idea.idea
    if not words.answers and not words.products:
        raise IdeaError(
            "no_answer",
            "Nothing that you may claim answers this yet.",
            thing=words.words,
            next_step="Add the answer to house.jsonl, import it with `mainspring import facts`, "
            "and read the remarks again.",
        )
    brief = await read(
        stack.ledger, lambda tx: own_brief(tx, words.words, words.products, words.language)
    )
    brief = brief.model_copy(update={"fact_ids": (*brief.fact_ids, *words.answers)})
    rows = await write_set(stack, person, brief, channels, terms)

    def note(tx: Transaction) -> None:
        kept.decide(tx, idea.id, person, "taken", set_id=rows[0].set_id if rows else None)

    await write(stack.ledger, note)
    return rows


def _remarks(files: Iterable[str], column: str) -> tuple[list[Remark], list[SetAside]]:
    remarks: list[Remark] = []
    aside: list[SetAside] = []
    for source in sources(Path(f) for f in files):
        found = [source] if isinstance(source, SetAside) else read_source(source, column)
        for one in found:
            said = one if isinstance(one, SetAside) else _remark(one)
            if isinstance(said, SetAside):
                aside.append(said)
            else:
                remarks.append(said)
    return remarks, aside


def _remark(found: Found) -> Remark | SetAside:
    """A text as somebody wrote it, up to what they quote, without anything that names a person."""
    whole = "\n\n".join(b.text for b in found.blocks if b.kind in ("prose", "item"))
    language = found.language or language_of(whole)
    if language is None and len(whole.split()) < ENOUGH_WORDS:
        language = "en"  # too short to tell, and too short to ask much
    if language is None:
        return SetAside(
            source=found.source, why="other_language", what="it is neither English nor German"
        )
    own: list[str] = []
    for block in whole.split("\n\n"):
        if any(pattern.search(block) for pattern in lore(language).quoted):
            break
        own.append(block)
    text, _ = blotted(without_addresses("\n\n".join(own)), found.people, language)
    remark = Remark(text=text, source=found.source, language=language)
    if is_hostile(remark):
        return SetAside(
            source=found.source,
            why="instruction",
            what="it speaks to a program, not to the shop",
            next_step="read it yourself",
        )
    return remark
