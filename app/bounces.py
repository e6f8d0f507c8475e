"""Bounces and complaints that came back: a mailbox of reports, or a webhook's file.

Each names one of our messages by its Message-ID. What is found becomes events of the message's
customer, and goes the way of every event file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.importing import Imported, import_file
from app.workspace import Workspace
from domain.customer import Suppression
from domain.errors import WrongUsage
from domain.frozen import Frozen
from ledger import sends, subjects, suppression
from tools.esp.bounces import Bounce, read_mailbox, read_webhook

EVENT_OF = {
    "hard": "Email Bounced",
    "soft": "Email Bounced",
    "complaint": "Email Marked as Spam",
}


class BouncesImported(Frozen):
    found: int
    """Reports about mails of ours."""
    imported: Imported | None
    """None: there was nothing to import."""
    unknown: int
    """Reports about mails that this workspace does not know, or of people who were erased."""
    unread: tuple[tuple[str, str], ...]
    """File (and line), and why it could not be read."""


def import_bounces(workspace: Workspace, path: Path) -> BouncesImported:
    """Import a Maildir, a folder of .eml files, or a webhook's JSONL file.

    Doing it twice adds nothing. Raises WrongUsage no_such_file.
    """
    if not path.exists():
        raise WrongUsage(
            "no_such_file",
            f"There is no file or folder {path}.",
            thing=str(path),
            next_step="Name a Maildir, a folder of .eml files, or a JSONL file.",
        )
    reading = read_mailbox(path) if path.is_dir() else read_webhook(path)
    rows = list(_events(workspace, reading.bounces))
    imported = None
    if rows:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "bounces.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            imported = import_file(
                workspace, "events", file, mapping={}, timezone=None, currency=None
            )
    _suppress(workspace, reading.bounces)
    return BouncesImported(
        found=len(reading.bounces),
        imported=imported,
        unknown=len(reading.bounces) - len(rows),
        unread=reading.unread,
    )


def _events(workspace: Workspace, bounces: Iterable[Bounce]) -> Iterator[dict[str, object]]:
    with workspace.ledger.read() as tx:
        known = {bounce.key: sends.get(tx, bounce.key) for bounce in bounces}
        pseudonyms = {row.pseudonym for row in known.values() if row is not None}
        customers = subjects.customer_ids(tx, pseudonyms)
    for bounce in bounces:
        row = known[bounce.key]
        if row is None or row.pseudonym not in customers:
            continue
        yield {
            "event_id": f"{bounce.kind}:{bounce.key}",
            "customer_id": customers[row.pseudonym],
            "name": EVENT_OF[bounce.kind],
            "occurred_at": bounce.at.isoformat(),
            "campaign_id": row.campaign_id,
            "message_key": bounce.key,
            "properties": {
                "bounce_type": "soft" if bounce.kind == "soft" else "hard",
                "status": bounce.status,
            },
        }


def _suppress(workspace: Workspace, bounces: Iterable[Bounce]) -> None:
    """The reports' own addresses too: a profile may have changed since the mail went out."""
    marks = [
        Suppression(
            address=bounce.address,
            reason="complained" if bounce.kind == "complaint" else "bounced",
            at=bounce.at,
        )
        for bounce in bounces
        if bounce.address and bounce.kind != "soft"
    ]
    if marks:
        with workspace.ledger.write() as tx:
            suppression.add(tx, marks, workspace.secrets.suppression_key)
