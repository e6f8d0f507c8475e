"""The guide's versions on the page: a proposal that waits, and two versions side by side."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from app.voice import VersionRow, version_rows
from brand_voice import versions
from brand_voice.brand import BrandError
from brand_voice.comparing import GuideChange, compare
from brand_voice.versions import Evidence, Kept
from domain.errors import Refused
from domain.frozen import Frozen
from workflows.stack import Stack
from workflows.transactions import read


class ProposalHead(Frozen):
    """A proposal that waits."""

    version: str
    """Empty where its file cannot be read."""
    texts: int
    """It was learnt from so many; 0: somebody wrote it."""
    changes: int


class ProposalPage(Frozen):
    version: str
    in_force: str
    changes: tuple[GuideChange, ...]
    evidence: Evidence
    text: str
    """The file, to edit."""
    seen: str
    """Names the text, so that an edit of an older one is refused."""
    problem: str = ""
    """Why the file cannot be read."""


class ComparePage(Frozen):
    before: VersionRow
    after: VersionRow
    changes: tuple[GuideChange, ...]


def mark(text: str) -> str:
    """A name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


async def head(brand: Path) -> ProposalHead | None:
    """What the guide's page says of a proposal; None: none waits."""

    def look() -> ProposalHead | None:
        try:
            waiting = versions.proposed(brand)
        except BrandError:
            return ProposalHead(version="", texts=0, changes=0)
        if waiting is None:
            return None
        changes = compare(versions.in_force(brand).guide, waiting.guide)
        return ProposalHead(
            version=waiting.version, texts=waiting.evidence.texts, changes=len(changes)
        )

    return await asyncio.to_thread(look)


async def rows(stack: Stack) -> tuple[VersionRow, ...]:
    """The guide's versions, the one in force first."""
    brand = stack.brand.folder
    if not (brand / versions.GUIDE).is_file():
        return ()
    return await read(stack.ledger, lambda tx: version_rows(tx, brand))


async def proposal_page(brand: Path, typed: str | None = None) -> ProposalPage:
    """The proposal; with ``typed``, as somebody would have it. Raises Refused no_proposal."""

    def look() -> ProposalPage:
        kept = versions.proposal_text(brand)
        if not kept:
            raise Refused(
                "no_proposal", "No proposal waits.", next_step="Learn one: mainspring voice learn"
            )
        now = versions.in_force(brand)
        evidence = versions.proposal_evidence(brand)
        text = kept if typed is None else typed
        base = {
            "in_force": now.version, "evidence": evidence, "text": text, "seen": mark(kept),
        }  # fmt: skip
        try:
            guide = versions.read_guide(text, "voice/proposal.yaml")
        except BrandError as error:
            return ProposalPage(version="", changes=(), problem=error.what, **base)
        return ProposalPage(version=guide.version(), changes=compare(now.guide, guide), **base)

    return await asyncio.to_thread(look)


async def compare_page(stack: Stack, before: str, after: str) -> ComparePage:
    """Two versions side by side. Raises Refused unknown."""
    brand = stack.brand.folder
    listed = {row.version: row for row in await rows(stack)}
    found = await asyncio.to_thread(_kept, brand)
    for one in (before, after):
        if one not in listed or one not in found:
            raise Refused(
                "unknown", "There is no such version of the guide.", thing=one[:40],
                next_step="Brand, Guide lists them.",
            )  # fmt: skip
    return ComparePage(
        before=listed[before],
        after=listed[after],
        changes=compare(found[before].guide, found[after].guide),
    )


def _kept(brand: Path) -> dict[str, Kept]:
    now = versions.in_force(brand)
    return versions.kept(brand) | {now.version: now}
