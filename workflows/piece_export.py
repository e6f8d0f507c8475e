"""Handing pieces out: one file a channel, its picture, and a manifest that says what was approved.

The files are the bytes that a person approved. A picture is cut again from the brand folder and
compared with the hash that was approved; where it differs, nothing is handed out.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.brief import Brief
from domain.errors import WrongUsage
from domain.facts import Facts
from domain.limits import measured
from ledger import facts, people, pieces
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.pieces import PieceRow
from tools.render.piece_files import Prepared, cut_for
from workflows.pieces import ContentError, prepared_of
from workflows.stack import Stack
from workflows.transactions import write

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The moment that every file in the archive bears, so that the same pieces give the same bytes."""


async def export(stack: Stack, person: Person, rows: Sequence[PieceRow]) -> dict[str, bytes]:
    """The files by name, and the note in the history that they were handed out.

    Raises LedgerError not_approved, not_allowed, stale_content, facts_changed; ContentError altered
    (a piece or its picture is not what was approved), offer_over.
    """

    def hand_out(tx: Transaction) -> dict[str, bytes]:
        known = facts.current(tx)
        today = tx.now.astimezone(ZoneInfo(stack.timezone)).date()
        names = people.names(tx)
        found: dict[str, bytes] = {}
        told = []
        for row, folder in zip(rows, _folders(rows), strict=True):
            if row.status not in ("approved", "exported"):
                raise LedgerError(
                    "not_approved",
                    f"The piece for {row.channel.replace('_', ' ')} is {row.status}, not approved.",
                    thing=row.id,
                    next_step="Decide about it first: `mainspring content show`.",
                )
            pieces.check_ground(tx, row)
            _check_offer(row, today)
            made = prepared_of(row)
            files = {f"{folder}{f.name}": f.text.encode() for f in made.files}
            files |= _pictures(made, known, stack.brand.folder, folder, row)
            found |= files
            told.append(_told(row, made, files, names))
        pieces.exported(tx, rows, person)
        found[MANIFEST] = _manifest(stack, person, tx.now, told)
        return found

    return await write(stack.ledger, hand_out)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one archive, the same bytes for the same files."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name])
    return to.getvalue()


def write_to(files: Mapping[str, bytes], target: Path) -> None:
    """Write an archive where the name ends in ``.zip``, else a folder. Raises WrongUsage where
    something is there already."""
    if target.exists():
        raise WrongUsage(
            "exists",
            "There is something of this name already.",
            thing=str(target),
            next_step="Name another file or folder.",
        )
    if target.suffix == ".zip":
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(zipped(files))
        return
    for name, data in files.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _folders(rows: Sequence[PieceRow]) -> list[str]:
    """A folder for each set where there are several; none for one."""
    sets = list(dict.fromkeys(row.set_id for row in rows))
    return ["" if len(sets) == 1 else f"{sets.index(row.set_id) + 1:02}/" for row in rows]


def _check_offer(row: PieceRow, today: date) -> None:
    offer = Brief.model_validate(row.brief).offer
    if offer is not None and offer.valid_until < today:
        raise ContentError(
            "offer_over",
            f"The offer {offer.code} ended on {offer.valid_until}.",
            thing=row.id,
            next_step="Write new pieces from a brief whose offer still holds.",
        )


def _pictures(
    made: Prepared, known: Facts, brand: Path, folder: str, row: PieceRow
) -> dict[str, bytes]:
    found = {}
    for picture in made.pictures:
        cut = cut_for(made.piece.channel, picture.product_id, known, brand)
        if cut is None or hashlib.sha256(cut.data).hexdigest() != picture.sha256:
            raise ContentError(
                "altered",
                "The picture is not the one that was approved.",
                thing=f"{row.id}: {picture.name}",
                next_step="Put the old one back, or have the piece written anew.",
            )
        found[f"{folder}{picture.name}"] = cut.data
    return found


def _told(
    row: PieceRow, made: Prepared, files: Mapping[str, bytes], names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "campaign": row.run_id,
        "version": row.version,
        "content_hash": row.content_hash,
        "brief_hash": made.brief_hash,
        "approved_by": names.get(row.decided_by or "", ""),
        "approved_at": row.decided_at.isoformat() if row.decided_at else "",
        "written_by": row.label,
        "files": [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in files.items()
        ],
        "alt": {p.name: p.alt for p in made.pictures},
        "claims": [c.model_dump(mode="json") for c in made.piece.claims],
        "uses": [
            {"place": m.place, "unit": m.limit.unit, "used": m.used, "most": m.limit.most}
            for m in measured(made.piece)
        ],
    }


def _manifest(stack: Stack, person: Person, now: datetime, told: list[dict[str, Any]]) -> bytes:
    said = {
        "schema": "content.export.v1",
        "brand": stack.brand.guide.brand,
        "exported_at": now.isoformat(),
        "exported_by": person.name,
        "note": "These files are byte for byte what was approved. Mainspring has posted none of "
        "them.",
        "pieces": told,
    }
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()
