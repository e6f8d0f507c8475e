"""The pieces of a campaign, or of all: each as it appears where it is placed, with its limits, what
the critic found, what it rests on, and who may decide."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from app import words
from app.content import CHANNELS, STATES, seen_first, size_words, terms_of, uses
from app.site import Site
from domain.critique import Finding
from domain.draft import Claim
from domain.frozen import Frozen
from domain.limits import FOLDS
from domain.piece import Piece, PieceChannel
from ledger import people, pieces, runs, series
from ledger.database import Transaction
from ledger.people import Person
from ledger.pieces import PieceRow, PieceStatus
from ledger.series import SeriesRow
from workflows.pieces import findings_of, piece_of
from workflows.transactions import read

KINDS: dict[PieceStatus, str] = {
    "drafted": "draft",
    "waiting": "waiting",
    "approved": "approved",
    "rejected": "failed",
    "void": "stopped",
    "exported": "sent",
}
_OVER = ("rejected", "void")
_PARTS = {"characters": "", "bytes": " bytes", "parts": " parts", "items": ""}


class Use(Frozen):
    """A text with how much of its limit it takes."""

    place: str
    name: str
    text: str
    count: str = ""
    """"24 of 30"; empty where the channel sets no limit."""
    over: bool = False


class PieceShown(Frozen):
    id: str
    channel: PieceChannel
    name: str
    state: str
    state_words: str
    angle: str
    label: str
    version: int
    content_hash: str
    piece: dict[str, Any]
    """The piece's own fields, for its preview."""
    host: str = ""
    seen: str = ""
    """What a feed shows before the reader taps, …"""
    folded: str = ""
    """… and the rest."""
    whole: str = ""
    """All that is posted or sent, for channels of one text."""
    size: str = ""
    texts: tuple[Use, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    has_picture: bool = False
    decided: str = ""
    """Who decided and why, or why it is void."""
    may_decide: bool = False
    asks: str = ""
    """What a yes has to say besides yes, as a question."""
    by: str = ""
    """In whose name it is posted; empty: in the brand's."""
    said: str = ""
    """Whose words they are, and where they were said."""
    why_not: str = ""
    """Why its yes is not the visitor's to give; empty where it is."""


class ContentShown(Frozen):
    run_id: str | None
    title: str
    brand: str
    lead: str
    pieces: tuple[PieceShown, ...]
    over: tuple[PieceShown, ...]
    """Rejected, or no longer approved."""
    handed: int
    """How many are approved."""
    may_write: bool


async def content_page(site: Site, person: Person, run_id: str | None) -> ContentShown:
    """The pieces of a campaign; of all, where none is named. Raises LedgerError unknown."""

    def look(tx: Transaction) -> ContentShown:
        title = words.title(runs.get(tx, run_id).goal) if run_id else "Other channels"
        rows = pieces.listed(tx, run_id=run_id)
        shown = tuple(shown_of(tx, site, row, person) for row in rows)
        standing = tuple(s for r, s in zip(rows, shown, strict=True) if r.status not in _OVER)
        return ContentShown(
            run_id=run_id,
            title=title,
            brand=site.stack.brand.guide.brand,
            lead=_lead([r for r in rows if r.status not in _OVER]),
            pieces=standing,
            over=tuple(s for r, s in zip(rows, shown, strict=True) if r.status in _OVER),
            handed=sum(r.status in ("approved", "exported") for r in rows),
            may_write="write" in person.rights,
        )

    return await read(site.stack.ledger, look)


def shown_of(tx: Transaction, site: Site, row: PieceRow, person: Person) -> PieceShown:
    piece = piece_of(row)
    findings = findings_of(row)
    seen = seen_first(piece)
    text = str(getattr(piece, FOLDS[piece.channel][0])) if piece.channel in FOLDS else ""
    url = next((u for _, u in piece.links() if u), "")
    terms = terms_of(site.workspace.settings)
    able = pieces.may_approve(tx, row, author_may_approve=terms.author_may_approve)
    names, talk = people.names(tx), series.of_set(tx, row.set_id)
    whole = piece.whole() if piece.channel in ("sms", "linkedin", "instagram", "facebook") else ""
    return PieceShown(
        id=row.id,
        channel=piece.channel,
        name=_name(talk, piece),
        state=KINDS[row.status],
        state_words=STATES[row.status],
        angle=piece.angle.replace("_", " "),
        label=row.label,
        version=row.version,
        content_hash=row.content_hash,
        piece=piece.model_dump(mode="json"),
        host=(urlsplit(url).hostname or "").removeprefix("www."),
        seen=seen,
        folded=text[len(seen) :],
        whole=whole,
        size=size_words(piece),
        texts=texts_of(piece),
        findings=findings,
        claims=piece.claims,
        has_picture=getattr(piece, "picture", None) is not None,
        decided=_decided(row, names),
        may_decide=row.status in ("drafted", "waiting") and "approve" in person.rights,
        asks=series.asked_with_yes(talk, row.critique),
        by=talk.series.author.name if talk else "",
        said=_said(talk, piece.id),
        why_not=_why_not(row, person, [p.id for p in able], [p.name for p in able]),
    )


def _name(talk: SeriesRow | None, piece: Piece) -> str:
    """The channel; of a week of posts with the day, which tells them apart."""
    days = {p.post.id: p.day for p in talk.series.posts} if talk else {}
    day = days.get(piece.id)
    return (
        f"{CHANNELS[piece.channel]}, {day:%a} {day.day} {day:%b}"
        if day
        else CHANNELS[piece.channel]
    )


def _said(talk: SeriesRow | None, piece_id: str) -> str:
    if talk is None:
        return ""
    made = talk.series
    where = next((p.where for p in made.posts if p.post.id == piece_id), made.source)
    return f"{made.author.name}'s own words: {where}"


def texts_of(piece: Piece) -> tuple[Use, ...]:
    """Every text with its count."""
    used = {one.place: one for one in uses(piece)}
    found = []
    for place, text in piece.texts():
        one = used.get(place)
        count = f"{one.used:,} of {one.limit.most:,}{_PARTS[one.limit.unit]}" if one else ""
        found.append(
            Use(
                place=place,
                name=place_words(place),
                text=text,
                count=count,
                over=one is not None and not one.kept,
            )
        )
    return tuple(found)


def place_words(place: str) -> str:
    """``headlines[3]`` as people say it: headline 4."""
    name, _, number = place.partition("[")
    said = {
        "text": "text", "opt_out": "how it ends", "primary_text": "text", "cta": "button",
        "lead": "first paragraph", "picture.alt": "what the picture shows",
        "form.heading": "above the form", "form.consent": "consent", "form.button": "form's button",
        "blocks": "paragraph", "headlines": "headline", "descriptions": "description",
        "paths": "path", "hashtags": "hashtag", "legal": "legal line",
    }.get(name, name.replace("_", " "))  # fmt: skip
    return f"{said} {int(number.rstrip(']')) + 1}" if number else said


def _lead(rows: list[PieceRow]) -> str:
    if not rows:
        return "Nothing was written for other channels yet."
    counts = [
        (sum(r.status == status for r in rows), said)
        for status, said in (
            ("waiting", "wait for a yes"),
            ("drafted", "must be mended first"),
            ("approved", "approved"),
            ("exported", "handed out"),
        )
    ]
    told = [
        f"{n} {'waits for a yes' if n == 1 and s.startswith('wait') else s}" for n, s in counts if n
    ]
    pieces_ = "1 piece" if len(rows) == 1 else f"{len(rows)} pieces"
    return f"{pieces_}: {words.listed(told)}. Mainspring posts none of them."


def _decided(row: PieceRow, names: dict[str, str]) -> str:
    if row.status == "void":
        return f"No longer approved, because {row.reason}."
    by = names.get(row.decided_by or "", "")
    if row.status == "rejected":
        return f"{by} rejected it: {row.reason}"
    why = f": {row.reason}" if row.reason else "."
    return f"{by} approved it{why}" if by else ""


def _why_not(row: PieceRow, person: Person, ids: list[str], names: list[str]) -> str:
    if row.status == "drafted":
        return "A finding stands in the way: edit it first."
    if row.status != "waiting" or person.id in ids:
        return ""
    others = words.listed(names[:3])
    return f"{others} can approve it." if others else "Nobody here has the right to approve it."
