"""Learning the guide, proposing it, and putting it in force: what command line and desk do alike.

A proposal changes nothing. Who may write may propose, edit and discard; who may approve puts a
version in force, by the name of exactly what they looked at. Each step is in the history, in the
transaction that makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agents.untrusted import sign_of_injection
from app.workspace import Workspace
from brand_voice import versions
from brand_voice.learning.documents import Found, SetAside
from brand_voice.learning.files import read_source, refuse_addresses, sources
from brand_voice.learning.guide_text import guide_text
from brand_voice.learning.proposal import Proposal, propose
from brand_voice.learning.reading import judge
from brand_voice.versions import Evidence, Kept
from domain.errors import Refused
from domain.frozen import Frozen
from domain.voice import VoiceChannel
from ledger import journal, people
from ledger.database import Transaction
from ledger.people import Person

APPROVED = "voice_approved"


class VersionRow(Frozen):
    """A version of the guide, and who put it in force when."""

    version: str
    in_force: bool
    approved_by: str = ""
    """The person's name; empty: nobody approved it here, it was written into the folder."""
    approved_at: datetime | None = None
    texts: int = 0
    """Texts that it was learnt from; 0: written by hand."""


def learn(
    workspace: Workspace,
    person: Person,
    given: Sequence[str],
    *,
    channel: VoiceChannel | None = None,
    column: str = "",
) -> Proposal:
    """Read past copy and leave a proposal. Takes about a second for a hundred mails.

    ``channel`` is that of texts which name none, ``column`` the column of the copy in tables.
    Raises WrongUsage where nothing can be read, LedgerError not_allowed.
    """
    people.require(person, "write")
    refuse_addresses(given)
    found: list[Found | SetAside] = []
    for one in sources(Path(path) for path in given):
        found += [one] if isinstance(one, SetAside) else read_source(one, column)
    reading = judge(found, sign_of_injection, channel)
    now = versions.in_force(workspace.brand_folder)
    proposal = propose(reading, now.guide, sign_of_injection)
    if not reading.documents:
        return proposal
    text = guide_text(proposal, now.guide)
    with workspace.ledger.write() as tx:
        by = people.require_now(tx, person, "write")
        versions.put_proposal(workspace.brand_folder, text, Evidence.of(proposal))
        data = {
            "texts": len(reading.documents),
            "set_aside": len(proposal.set_aside),
            "before": now.version,
        }
        _note(tx, "voice_learnt", by, proposal.guide.version(), data)
    return proposal


def put_text(workspace: Workspace, person: Person, text: str, *, seen: str | None = None) -> Kept:
    """Make a guide's text the proposal. ``seen``: the text that it was edited from, where it was.

    What the earlier proposal rests on stays with it. Raises BrandError, Refused stale_proposal,
    LedgerError not_allowed.
    """
    guide = versions.read_guide(text, "the proposal")
    brand = workspace.brand_folder
    with workspace.ledger.write() as tx:
        by = people.require_now(tx, person, "write")
        before = versions.proposal_text(brand)
        if seen is not None and seen != before:
            raise stale()
        evidence = Evidence() if seen is None else versions.proposal_evidence(brand)
        versions.put_proposal(brand, text, evidence)
        _note(tx, "voice_edited" if seen else "voice_proposed", by, guide.version(), {})
    return Kept(text, guide, evidence)


def discard(workspace: Workspace, person: Person) -> None:
    """Take the proposal away. Raises Refused no_proposal, LedgerError not_allowed."""
    brand = workspace.brand_folder
    with workspace.ledger.write() as tx:
        by = people.require_now(tx, person, "write")
        if not versions.proposal_text(brand):
            raise Refused(
                "no_proposal", "No proposal waits.", next_step="mainspring voice learn FILES"
            )
        versions.drop_proposal(brand)
        _note(tx, "voice_discarded", by, versions.in_force(brand).version, {})


def approve(workspace: Workspace, person: Person, version: str) -> Kept:
    """Put a version in force: the proposal, one that was kept, or the guide in force itself where
    nobody approved it yet. ``version`` is its whole hash.

    Raises Refused unknown_version (a proposal that was edited has another one), BrandError,
    LedgerError not_allowed.
    """
    brand = workspace.brand_folder
    with workspace.ledger.write() as tx:
        by = people.require_now(tx, person, "approve")
        now, waiting = versions.in_force(brand), versions.proposed(brand)
        if waiting is not None and waiting.version == version:
            chosen = waiting
        elif now.version == version:
            chosen = now
        else:
            found = versions.kept(brand).get(version)
            if found is None:
                raise Refused(
                    "unknown_version",
                    "There is no such version of the guide now; a proposal that somebody edited "
                    "is another one.",
                    thing=version,
                    next_step="Look at it again: mainspring voice versions",
                )
            chosen = found
        versions.keep(brand, now)
        versions.keep(brand, chosen)
        data = {"before": now.version, "texts": chosen.evidence.texts}
        _note(tx, APPROVED, by, version, data)
        if chosen is not now:
            versions.put_in_force(brand, chosen)
        if chosen is waiting:
            versions.drop_proposal(brand)
    return chosen


def version_rows(tx: Transaction, brand: Path) -> tuple[VersionRow, ...]:
    """The version in force first, then those kept, the latest approved first."""
    now = versions.in_force(brand)
    approved = {entry.thing: entry for entry in journal.of_kind(tx, APPROVED)}
    names = people.names(tx)
    rows = [
        VersionRow(
            version=version,
            in_force=version == now.version,
            approved_by=names.get(entry.person_id or "", "") if entry else "",
            approved_at=entry.at if entry else None,
            texts=one.evidence.texts,
        )
        for version, one in ({now.version: now} | versions.kept(brand)).items()
        for entry in (approved.get(version),)
    ]
    return tuple(
        sorted(
            rows,
            key=lambda r: (not r.in_force, -(r.approved_at.timestamp() if r.approved_at else 0)),
        )
    )


def _note(
    tx: Transaction, kind: str, person: Person, version: str, data: dict[str, object]
) -> None:
    journal.append(tx, kind, person_id=person.id, thing=version, data=data)


def stale() -> Refused:
    """A proposal that changed under somebody's hands."""
    return Refused(
        "stale_proposal",
        "Somebody changed the proposal after you opened it.",
        next_step="Load it again and look at what stands there now. Nothing of yours was saved.",
    )
