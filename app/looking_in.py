"""What an upload is and what would become of it, and its import: each in a task of its own.

Looking in is the import itself, into a store that is thrown away afterwards, so that what a person
sees before is what happens then.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

import structlog
from filelock import Timeout

from app.importing import Imported, import_file, settled
from app.site import Site
from app.uploads import Chosen, Problem, Seen, Upload, Uploads
from app.workspace import Workspace
from domain.customer import Consent, ConsentPurpose
from domain.errors import MainspringError, Refused, WrongUsage
from ledger import journal
from ledger.origin import coming_from
from ledger.people import Person
from tools.store.columns import kinds_of
from tools.store.exports import Export, recognise, refuse_report
from tools.store.fields import FIELDS, Kind
from tools.store.intake import Intake, read_file
from tools.store.readers import columns_of

log = structlog.get_logger("mainspring.uploads")

WRITE_SECONDS = 0.7
"""How often a task writes down how far it is."""


def uploads_of(workspace: Workspace) -> Uploads:
    return Uploads(workspace.folder / "imports")


def begin_look(site: Site, upload: Upload, chosen: Chosen | None = None) -> Upload:
    """Look into it in a detached task, read as ``chosen``. Raises Refused busy."""
    uploads = uploads_of(site.workspace)
    _require_idle(uploads, upload)
    begun = uploads.write(
        upload.model_copy(
            update={"status": "reading", "problem": None, "seen": (), "rows_done": 0}
            | ({"chosen": chosen} if chosen else {})
        )
    )
    site.detach(asyncio.to_thread(_locked, uploads, begun, lambda: look(site.workspace, begun)))
    return begun


def begin_keep(
    site: Site, upload: Upload, person: Person, origin: str, face: str = "desk"
) -> Upload:
    """Import it in a detached task. Raises Refused busy, not_ready."""
    uploads = uploads_of(site.workspace)
    _require_idle(uploads, upload)
    if upload.status not in ("ready", "keeping") or upload.problem or upload.chosen is None:
        raise Refused(
            "not_ready",
            "This file cannot be imported as it is.",
            thing=upload.name,
            next_step="Answer what the page asks first, then import it.",
        )
    begun = uploads.write(upload.model_copy(update={"status": "keeping", "rows_done": 0}))

    def run() -> None:
        with coming_from(face, origin):
            keep(site.workspace, begun, person)

    site.detach(asyncio.to_thread(_locked, uploads, begun, run))
    return begun


def look(workspace: Workspace, upload: Upload) -> Upload:
    """Recognise it, and try it out. What stands in the way is written down, never raised."""
    uploads = uploads_of(workspace)
    found, problem = upload, None
    seen: tuple[Seen, ...] = ()
    try:
        found = _recognised(workspace, upload)
        seen = _tried(workspace, found)
    except MainspringError as error:
        problem = Problem(code=error.code, what=error.what, next_step=error.next_step)
    return uploads.write(
        found.model_copy(update={"status": "ready", "seen": seen, "problem": problem})
    )


def _recognised(workspace: Workspace, upload: Upload) -> Upload:
    """With its columns, what it is, and how it is read."""
    columns = columns_of(uploads_of(workspace).path(upload))
    refuse_report(columns)
    export = recognise(columns)
    kinds = tuple(p.kind for p in export.parts) if export else tuple(kinds_of(columns))
    return upload.model_copy(
        update={
            "columns": columns,
            "kinds": kinds,
            "system": export.name if export else "",
            "chosen": upload.chosen or _proposed(workspace, columns, export, kinds),
        }
    )


def _tried(workspace: Workspace, upload: Upload) -> tuple[Seen, ...]:
    """The import itself, into a store that is thrown away."""
    chosen = upload.chosen
    if chosen is None:
        raise WrongUsage(
            "unknown_kind",
            "Its columns are those of no export that we know, and no kind of data is complete in "
            "them.",
            next_step="Say what the file holds and which column is which, or export it again.",
        )
    uploads, way = uploads_of(workspace), chosen
    export = recognise(upload.columns) if way.as_export else None
    scratch = uploads.folder / upload.id / "trial"

    def tried(kind: Kind) -> Seen:
        intake = read_file(
            kind,
            uploads.path(upload),
            store=workspace.store.trial(scratch / kind),
            quarantine=scratch / "quarantine",
            mapping=_mapping(way, kind),
            timezone=way.timezone or None,
            currency=way.currency or None,
            source=way.source,
            region=way.region or None,
            now=workspace.ledger.clock.now(),
            progress=_progress(uploads, upload),
            export=export,
            name=upload.name,
        )
        return _seen(intake)

    try:
        return tuple(tried(kind) for kind in parts_of(upload, export))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def keep(workspace: Workspace, upload: Upload, person: Person) -> tuple[Imported, ...]:
    """Import it as it was shown. Each kind is kept whole or not at all; a second try adds nothing
    twice."""
    uploads, chosen = uploads_of(workspace), upload.chosen
    assert chosen is not None
    export = recognise(upload.columns) if chosen.as_export else None
    progress = _progress(uploads, upload)
    imported = tuple(
        import_file(
            workspace,
            kind,
            uploads.path(upload),
            mapping=_mapping(chosen, kind),
            timezone=chosen.timezone or None,
            currency=chosen.currency or None,
            source=chosen.source,
            region=chosen.region or None,
            progress=progress,
            export=export,
            name=upload.name,
            person=person,
        )
        for kind in parts_of(upload, export)
    )
    became = {one.intake.kind: one.intake for one in imported}
    seen = tuple(
        one.model_copy(
            update={
                "new": became[one.kind].added,
                "known": became[one.kind].already_known,
                "could_not": became[one.kind].quarantined,
            }
        )
        for one in upload.seen
    )
    uploads.kept(upload.model_copy(update={"seen": seen}))
    return imported


def parts_of(upload: Upload, export: Export | None) -> tuple[Kind, ...]:
    """The kinds that are imported from it: all of a known export, else the one chosen."""
    assert upload.chosen is not None
    if export is not None and upload.chosen.as_export:
        return tuple(p.kind for p in export.wanted(all_parts=upload.chosen.all_parts))
    return (upload.chosen.kind,)


def _proposed(
    workspace: Workspace, columns: tuple[str, ...], export: Export | None, kinds: tuple[Kind, ...]
) -> Chosen | None:
    """How it is read where nobody has said anything yet: times and amounts as the workspace's,
    columns as somebody confirmed them for the last such file, or as the settings name them."""
    kind = kinds[0] if kinds else None
    mapping: dict[str, str] = {}
    remembered = _remembered(workspace, columns, kinds) if export is None else None
    if remembered is not None:
        kind, mapping = remembered
    if kind is None:
        return None
    if export is None and not mapping:
        mapping = {
            field: column
            for field, column in settled(workspace, kind).items()
            if column in columns or column.startswith("=")
        }
    return Chosen(
        kind=kind,
        as_export=export is not None,
        mapping=mapping,
        timezone=workspace.timezone,
        currency=workspace.currency,
        region=workspace.settings.data.region,
    )


def _remembered(
    workspace: Workspace, columns: tuple[str, ...], kinds: tuple[Kind, ...]
) -> tuple[Kind, dict[str, str]] | None:
    """The columns of the last import whose columns are all in this file, from the history. What
    was said for every row is not among them: it was said of that file."""
    with workspace.ledger.read() as tx:
        imports = list(journal.of_kind(tx, "import"))
    for entry in reversed(imports):
        kind: Kind | None = next((k for k in FIELDS if k == entry.data.get("kind")), None)
        if kind is None or entry.data.get("export") or (kinds and kind not in kinds):
            continue
        named: dict[str, str] = entry.data.get("columns", {})
        mapping = {f: c for f, c in named.items() if not c.startswith("=")}
        needed = {field.name for field in FIELDS[kind] if field.required}
        if mapping and set(mapping.values()) <= set(columns) and needed <= mapping.keys():
            return kind, mapping
    return None


def _mapping(chosen: Chosen, kind: Kind) -> Mapping[str, str]:
    """What a person said of this kind's fields; a field that the kind does not have is for
    another part of the export."""
    names = {field.name for field in FIELDS[kind]}
    return {field: column for field, column in chosen.mapping.items() if field in names and column}


def _seen(intake: Intake) -> Seen:
    channels = tuple(_channel(intake.consents, purpose) for purpose in get_args(ConsentPurpose))
    said = {purpose: (yes, no) for purpose, yes, no in channels}
    yes = [c for c in intake.consents if c.given]
    facts = len(intake.facts.products) + len(intake.facts.house) if intake.facts else 0
    new = facts or intake.added or len(intake.suppressions)
    return Seen(
        kind=intake.kind,
        understood=intake.understood,
        not_used=intake.not_used,
        rows=intake.rows_read,
        new=new,
        known=intake.already_known,
        could_not=intake.quarantined,
        reasons=intake.reasons,
        values_left=intake.set_aside,
        notes=intake.notes,
        said_yes=said["email_marketing"][0],
        said_no=said["email_marketing"][1],
        channels=tuple(one for one in channels if one[1] or one[2]),
        sources=tuple(Counter(_general(c.source) for c in yes).most_common(5)),
        wordings=tuple(sorted({c.wording for c in yes if c.wording})[:5]),
    )


def _channel(
    consents: Iterable[Consent], purpose: ConsentPurpose
) -> tuple[ConsentPurpose, int, int]:
    answers = [c for c in consents if c.purpose == purpose]
    yes = {c.customer_id for c in answers if c.given}
    return purpose, len(yes), len({c.customer_id for c in answers} - yes)


def _general(source: str) -> str:
    """A source without the number of its order."""
    return source.partition(", order")[0]


def _progress(uploads: Uploads, upload: Upload) -> Callable[[int], None]:
    last = time.monotonic()

    def write(rows: int) -> None:
        nonlocal last
        if time.monotonic() - last > WRITE_SECONDS:
            last = time.monotonic()
            uploads.write(uploads.get(upload.id).model_copy(update={"rows_done": rows}))

    return write


def _require_idle(uploads: Uploads, upload: Upload) -> None:
    if uploads.is_worked_on(upload):
        raise Refused(
            "busy",
            "This file is being read just now.",
            thing=upload.name,
            next_step="Wait for it to end; the page shows how far it is.",
        )


def _locked(uploads: Uploads, upload: Upload, work: Callable[[], object]) -> None:
    """Do the work as the only one at this upload; what goes wrong is shown on its page."""
    try:
        with uploads.lock(upload):
            work()
    except Timeout:
        log.warning("upload_taken", upload=upload.id)
    except MainspringError as error:
        log.warning("upload_failed", upload=upload.id, code=error.code)
        _failed(
            uploads, upload, Problem(code=error.code, what=error.what, next_step=error.next_step)
        )


def _failed(uploads: Uploads, upload: Upload, problem: Problem) -> None:
    uploads.write(
        uploads.get(upload.id).model_copy(update={"status": "failed", "problem": problem})
    )
