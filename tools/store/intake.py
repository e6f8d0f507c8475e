"""The one way in: read a file of the marketer's, keep what is new, say what was understood.

``read_file`` writes events, orders, profiles and links to the store. Consents, complaints,
suppressions, facts and the people who must not be contacted any more are returned: the ledger
keeps them, and the caller brings them there. They are returned whole on every import, also for
rows already known, so that an import that was cut off between the two is mended by doing it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.customer import Complaint, Consent, Suppression
from domain.facts import Facts
from domain.frozen import Frozen
from tools.store import complaints, consents, customers, events, facts, orders, suppressions
from tools.store.columns import Understood
from tools.store.exports import Export, recognise, refuse_report
from tools.store.fields import Kind
from tools.store.outcome import Stop
from tools.store.packed import plain_file
from tools.store.quarantine import Quarantine
from tools.store.readers import columns_of
from tools.store.segments import Store
from tools.store.staging import Progress, Staged

FUTURE = timedelta(days=366)
"""A date further ahead of the workspace's day than this is an error of the file."""


class Intake(Frozen):
    """What became of one file."""

    kind: Kind
    file: str
    export: str = ""
    """The system's export that it is, in words: "Shopify orders export"."""
    source: str = ""
    """The system that its rows are kept as said by."""
    understood: tuple[Understood, ...]
    """Field by field, the column (or the constant) that it was read from."""
    not_used: tuple[str, ...]
    """Columns of the file that nothing was read from."""
    rows_read: int
    added: int
    already_known: int
    """Rows that the store had, or that say nothing new."""
    duplicates: int = 0
    """Exact repeats of a row in this file. Order lines are kept and counted apart."""
    conflicts: int = 0
    """Customers of whom two rows of this file say a field differently; the last row counts."""
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    """Why rows were left out, the most frequent first."""
    set_aside: tuple[tuple[str, int], ...] = ()
    """Values that were left out of rows that were kept: "first_name: too long"."""
    quarantine_file: str | None = None
    erased: int = 0
    """Rows of people who were erased: left out, or of orders taken without their customer."""
    notes: tuple[str, ...] = ()
    """Sentences for the person who imports."""
    consents: tuple[Consent, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    stops: tuple[Stop, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    no_contact: tuple[str, ...] = ()
    """Customers whom nobody contacts any more."""
    facts: Facts | None = None

    @property
    def nothing_read(self) -> bool:
        """Whether the file has rows, and not one of them could be read."""
        return 0 < self.rows_read == self.quarantined

    @property
    def values_set_aside(self) -> int:
        return sum(count for _, count in self.set_aside)


def read_file(
    kind: Kind,
    path: Path,
    *,
    store: Store,
    quarantine: Path,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    currency: str | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
    export: Export | None = None,
    name: str = "",
    source: str = "",
    region: str | None = None,
) -> Intake:
    """Read a CSV, JSONL or Parquet file, also packed as .gz or .zip, into the store.

    ``mapping`` says for a field of ours the column of the file, or ``=value`` for every row.
    ``timezone`` (IANA) is what times without an offset mean, ``currency`` (ISO 4217) what amounts
    without one mean; ``quarantine`` is the folder for the file of rows that could not be read.
    ``now`` is the workspace's present moment. ``export``: the known system's export that the file
    is, read by its part for ``kind``; ``name`` is what people call the file, where its path says
    something else. ``source`` is the system that says these rows, else the export's, else the kind
    of file; ``region`` (ISO 3166) is the country of phone numbers that say none, in rows that name
    none.

    Raises WrongUsage where the file as a whole cannot be read or something must be said first,
    and CdpError where the store is damaged or busy. A row never raises: it is counted.
    """
    present = (now or datetime.now(UTC)).astimezone(UTC)
    said = mapping or {}
    file = quarantine / _quarantine_name(kind, path, name or path.name)
    with plain_file(path) as plain, Quarantine(file) as set_aside:
        part = export.part(kind) if export is not None else None
        staged = Staged(
            kind, plain, said, set_aside, progress, part=part, store=store,
            source=source or (export.source if export is not None else ""),
        )  # fmt: skip
        try:
            latest = max(present, datetime.now(UTC)) + FUTURE
            match kind:
                case "orders":
                    outcome = orders.take_in(staged, store, timezone, currency, latest)
                case "customers":
                    outcome = customers.take_in(staged, store, timezone, present, latest, region)
                case "events":
                    outcome = events.take_in(staged, store, timezone, latest, region)
                case "suppressions":
                    outcome = suppressions.take_in(staged, timezone, present, latest, region)
                case "consents":
                    outcome = consents.take_in(staged, store, timezone, present, latest)
                case "complaints":
                    outcome = complaints.take_in(staged, store, timezone, latest)
                case "facts":
                    outcome = facts.take_in(staged, currency)
        finally:
            staged.close()
    return Intake(
        kind=kind,
        file=name or path.name,
        export=export.name if export is not None and part is not None else "",
        source=staged.source,
        understood=staged.mapping.used,
        not_used=staged.mapping.not_used,
        rows_read=staged.rows,
        quarantined=sum(set_aside.rows.values()),
        reasons=tuple(set_aside.rows.most_common()),
        set_aside=tuple(set_aside.values.most_common()),
        quarantine_file=set_aside.file,
        added=outcome.added,
        already_known=outcome.already_known,
        duplicates=outcome.duplicates,
        conflicts=outcome.conflicts,
        erased=staged.erased,
        notes=(*staged.notes, *outcome.notes),
        consents=outcome.consents,
        suppressions=outcome.suppressions,
        stops=outcome.stops,
        complaints=outcome.complaints,
        no_contact=outcome.no_contact,
        facts=outcome.facts,
    )


def recognise_file(path: Path) -> Export | None:
    """The known system's export that a file is, by its header. Raises WrongUsage."""
    columns = columns_in(path)
    refuse_report(columns)
    return recognise(columns)


def columns_in(path: Path) -> tuple[str, ...]:
    """The columns of a file, packed or not. Raises WrongUsage."""
    with plain_file(path) as plain:
        return columns_of(plain)


def _quarantine_name(kind: Kind, path: Path, name: str) -> str:
    """The same for the same file, so that importing it again does not pile up copies."""
    told_apart = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    stem = re.sub(r"[^\w.-]+", "-", Path(name).stem)[:60]
    return f"{kind}-{stem}-{told_apart}.jsonl"
