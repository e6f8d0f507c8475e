"""Pieces for other channels: what the settings say of them, which one is meant, how they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from agents.tasks import PageTerms, SmsTerms
from app.references import pick
from app.settings import Settings
from app.workspace import Workspace
from domain.critique import Finding
from domain.errors import WrongUsage
from domain.limits import FOLDS, Measured, measured
from domain.piece import Piece, PieceChannel, Sms
from domain.sms import LONGEST_NAMES, filled, measure
from ledger import pieces
from ledger.pieces import PieceRow, PieceStatus
from workflows.pieces import FIXED, Terms, piece_of

CHANNELS: dict[PieceChannel, str] = {
    "sms": "Text message",
    "push": "Notification",
    "landing_page": "Landing page",
    "search_ad": "Search ad",
    "meta_ad": "Ad on Facebook and Instagram",
    "linkedin": "LinkedIn",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "youtube": "YouTube",
}
STATES: dict[PieceStatus, str] = {
    "drafted": "must be mended first",
    "waiting": "waits for your yes",
    "approved": "approved",
    "rejected": "rejected",
    "void": "no longer approved",
    "exported": "approved and handed out",
}
WHERE = "mainspring content list"


def terms_of(settings: Settings) -> Terms:
    """What a workspace's settings say of its pieces."""
    said = settings.content
    return Terms(
        sms=SmsTerms(
            sender=said.sms_sender, country=said.sms_country, opt_out_url=said.sms_opt_out_url
        ),
        page=PageTerms(
            form_action=said.form_action,
            privacy_url=said.privacy_url,
            url=said.page_url,
            indexed=said.pages_indexed,
        ),
        author_may_approve=settings.limits.author_may_approve,
    )


def pick_piece(workspace: Workspace, given: str) -> PieceRow:
    """The piece that an id, or its last characters, means. Raises WrongUsage."""
    with workspace.ledger.read() as tx:
        return pieces.get(tx, pick(given, pieces.ids(tx), "piece", where=WHERE))


def edit_text(row: PieceRow) -> str:
    """What a person may change in a piece, as YAML with how to use it."""
    body = {k: v for k, v in row.content["piece"].items() if k not in FIXED}
    text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=90)
    return (
        f"# Piece {row.id}, version {row.version}. Change what you like and leave out what stays;\n"
        f"# then: mainspring content edit {row.id} --file THIS\n{text}"
    )


def size_words(piece: Piece) -> str:
    """What a text message takes up: parts, alphabet and what is left; empty for other channels."""
    if not isinstance(piece, Sms):
        return ""
    size = measure(filled(piece.whole(), LONGEST_NAMES))
    parts = "1 part" if size.parts == 1 else f"{size.parts} parts"
    why = f", because of {' '.join(size.forcing)}" if size.forcing else ""
    longest = ", with long names" if "{{" in piece.text else ""
    return f"{parts}{longest}, {size.alphabet}{why}, {size.left} left"


def uses(piece: Piece) -> Iterator[Measured]:
    """Each limit's use, one for a place: the hard one where there are two."""
    seen: set[tuple[str, str]] = set()
    for one in sorted(measured(piece), key=lambda m: not m.limit.hard):
        key = (one.place, one.limit.unit)
        if key not in seen:
            seen.add(key)
            yield one


def seen_first(piece: Piece) -> str:
    """The words that a feed shows before the reader taps; empty where nothing is folded."""
    fold = FOLDS.get(piece.channel)
    if fold is None:
        return ""
    text = str(getattr(piece, fold[0]))
    return text[: fold[1]]


def piece_text(row: PieceRow, findings: Sequence[Finding]) -> Iterator[str]:
    """A piece as lines for the command line: its words with their use, what was found, what it
    rests on."""
    piece = piece_of(row)
    used = {one.place: one for one in uses(piece)}
    yield f"{CHANNELS[piece.channel]}: {STATES[row.status]}, angle {piece.angle.replace('_', ' ')}"
    size = size_words(piece) or _whole_words(used.get("whole"))
    if size:
        yield f"  {size}"
    for place, text in piece.texts():
        one = used.get(place)
        count = f" ({one.used} of {one.limit.most})" if one is not None else ""
        yield f"  {place}{count}"
        for line in text.splitlines() or [""]:
            yield f"    {line}"
    for place, url in piece.links():
        yield f"  {place}: {url}"
    for found in findings:
        at = f" at {found.place}" if found.place else ""
        yield f"  {found.severity}{at}: {found.why} {found.mend}"
    for claim in piece.claims:
        yield f"  rests on {', '.join(claim.fact_ids)}: {claim.text}"


def _whole_words(one: Measured | None) -> str:
    return "" if one is None else f"{one.used:,} of {one.limit.most:,} {one.limit.unit}"


def channels_named(said: str) -> list[PieceChannel]:
    """The channels of a list by commas; ``all`` for every one. Raises WrongUsage."""
    if said.strip() == "all":
        return list(CHANNELS)
    named = [one.strip() for one in said.split(",") if one.strip()]
    known = [one for one in CHANNELS if one in named]
    unknown = [one for one in named if one not in CHANNELS]
    if unknown or not known:
        raise WrongUsage(
            "unknown_channel",
            f"There is no channel {', '.join(unknown) or 'named'}.",
            next_step=f"The channels are {', '.join(CHANNELS)}.",
        )
    return known
