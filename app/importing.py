"""Imports: a file goes through the store's intake; what a send must check goes to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from app.workspace import Workspace
from domain.customer import Consent
from domain.errors import WrongUsage
from domain.frozen import Frozen
from ledger import complaints, consent, facts, journal, no_contact, people, subjects, suppression
from ledger.database import Transaction
from tools.store import identities
from tools.store.columns import Understood
from tools.store.exports import SYSTEM_NAMES, Export, System
from tools.store.fields import FIELDS, Kind
from tools.store.intake import Intake, read_file, recognise_file
from tools.store.outcome import Stop
from tools.store.staging import Progress
from workflows.identity import ask_to_resolve

KINDS: tuple[Kind, ...] = get_args(Kind)


class Imported(Frozen):
    """What became of a file, in the store and in the ledger."""

    intake: Intake
    consents_added: int = 0
    suppressions_added: int = 0
    no_contact_added: int = 0
    """People whom nobody contacts from now on."""
    complaints_changed: int = 0
    """Cases that were new, or closed or opened again."""
    fact_changes: facts.FactChanges | None = None
    unreachable_stops: int = 0
    """Bounces and complaints of which no address is known."""


def read_mapping(pairs: list[str]) -> dict[str, str]:
    """``field=Column`` as given to ``--map``; ``field==value`` says the same for every row.

    Raises WrongUsage unreadable_mapping.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise WrongUsage(
                "unreadable_mapping",
                f"--map {pair!r} cannot be read.",
                thing=pair,
                next_step="Write field=Column, for example customer_id='Customer ID', or "
                "field==value for every row.",
            )
        found[field.strip()] = column
    return found


def import_file(
    workspace: Workspace,
    kind: Kind,
    path: Path,
    *,
    mapping: Mapping[str, str],
    timezone: str | None,
    currency: str | None,
    progress: Progress | None = None,
    export: Export | None = None,
    name: str = "",
    person: people.Person | None = None,
    source: str = "",
    region: str | None = None,
) -> Imported:
    """Import one file. Doing it twice adds nothing.

    ``export``: the known system's export that it is; ``name``: what people call it; ``person``:
    who imports it, else whoever is signed in on this machine; ``source``: the system that says
    its rows; ``region``: the country of phone numbers, else the settings'. Raises WrongUsage,
    CdpError, LedgerError.
    """
    with workspace.ledger.read() as tx:
        person = person or workspace.person(tx)
        people.require(person, "write")
        now = tx.now
    store = workspace.store
    intake = read_file(
        kind,
        path,
        store=store,
        quarantine=workspace.quarantine_folder,
        mapping={**({} if export else settled(workspace, kind)), **mapping},
        timezone=timezone,
        currency=currency,
        now=now,
        progress=progress,
        export=export,
        name=name,
        source=source,
        region=region or workspace.settings.data.region or None,
    )
    behind = identities.is_behind(store)
    with workspace.ledger.write() as tx:
        imported = keep_found(tx, workspace, intake)
        journal.append(
            tx,
            "import",
            person_id=person.id,
            thing=f"{kind}:{intake.file}",
            data={
                "kind": kind,
                "export": intake.export,
                "source": intake.source,
                "columns": {u.field: _from(u) for u in intake.understood},
                "rows_read": intake.rows_read,
                "added": imported.intake.added,
                "already_known": imported.intake.already_known,
                "quarantined": intake.quarantined,
                "erased": intake.erased,
                "conflicts": intake.conflicts,
                "consents_added": imported.consents_added,
                "suppressions_added": imported.suppressions_added,
                "no_contact_added": imported.no_contact_added,
                "complaints_changed": imported.complaints_changed,
            },
        )
        if behind:
            ask_to_resolve(tx)
    return imported


def import_export(
    workspace: Workspace,
    system: System,
    path: Path,
    *,
    mapping: Mapping[str, str],
    timezone: str | None,
    currency: str | None,
    progress: Progress | None = None,
    source: str = "",
    region: str | None = None,
    all_parts: bool = False,
) -> tuple[Imported, ...]:
    """Import the parts of a known system's export, those on request only with ``all_parts``.
    Raises WrongUsage not_that_export, and as ``import_file``."""
    export = recognise_file(path)
    if export is None or export.system != system:
        found = (
            f"It looks like a {export.name}." if export else "Its header is of none that we know."
        )
        raise WrongUsage(
            "not_that_export",
            f"This is no export of {SYSTEM_NAMES[system]}. {found}",
            thing=str(path),
            next_step=f"mainspring import {export.system} FILE"
            if export
            else "Name its kind: mainspring import orders FILE, or customers, events, facts.",
        )
    return tuple(
        import_file(
            workspace,
            part.kind,
            path,
            mapping={f: c for f, c in mapping.items() if f in {x.name for x in FIELDS[part.kind]}},
            timezone=timezone,
            currency=currency,
            progress=progress,
            export=export,
            source=source,
            region=region,
        )
        for part in export.wanted(all_parts=all_parts)
    )


def _from(understood: Understood) -> str:
    constant = understood.constant
    return understood.column if constant is None else f"={constant}"


def settled(workspace: Workspace, kind: Kind) -> Mapping[str, str]:
    """The columns that the settings name for this kind."""
    settled: dict[str, Mapping[str, str]] = {
        "orders": workspace.settings.data.orders,
        "customers": workspace.settings.data.customers,
        "events": workspace.settings.data.events,
        "suppressions": workspace.settings.data.suppressions,
        "consents": workspace.settings.data.consents,
        "complaints": workspace.settings.data.complaints,
    }
    return settled.get(kind, {})


def keep_found(tx: Transaction, workspace: Workspace, intake: Intake) -> Imported:
    """Bring what the intake found to the ledger. Doing it twice adds nothing."""
    refusals = tuple(
        _refusal(stop)
        for stop in intake.stops
        if stop.reason == "unsubscribed" and stop.customer_id
    )
    returned = [stop for stop in intake.stops if stop.reason != "unsubscribed"]
    key = workspace.secrets.suppression_key
    suppressed = suppression.add(tx, intake.suppressions, key)
    complained = (
        stop.customer_id for stop in returned if stop.reason == "complained" and stop.customer_id
    )
    no_contact.add(tx, subjects.pseudonyms(tx, complained).values(), "complained")
    # A file of which nothing could be read says nothing; least of all that all facts are gone.
    listed = intake.facts if not intake.nothing_read else None
    changes = (
        facts.put(tx, listed, source=intake.export or intake.file) if listed is not None else None
    )
    agreed = consent.record(tx, (*intake.consents, *refusals))
    cases = complaints.record(tx, intake.complaints)
    left_alone = _leave_alone(tx, intake.no_contact)
    # Consents and addresses are many and already kept; the answer carries their counts.
    update: dict[str, object] = {
        "consents": (), "suppressions": (), "stops": (), "complaints": (), "no_contact": (),
    }  # fmt: skip
    # What the ledger keeps, it alone can tell whether it is new.
    if intake.kind == "suppressions":
        total = len(intake.suppressions) + len(intake.no_contact)
        update |= _counted(suppressed + left_alone, total)
    elif intake.kind == "consents":
        update |= _counted(agreed + suppressed, len(intake.consents) + len(intake.suppressions))
    elif intake.kind == "complaints":
        update |= _counted(cases, len(intake.complaints))
    elif changes is not None:
        new = len(changes.added) + len(changes.changed)
        update |= {"added": new, "already_known": len(changes.unchanged)}
    return Imported(
        intake=intake.model_copy(update=update),
        consents_added=agreed,
        suppressions_added=suppressed,
        no_contact_added=left_alone,
        complaints_changed=cases,
        fact_changes=changes,
        unreachable_stops=sum(1 for stop in returned if not stop.address),
    )


def _counted(new: int, total: int) -> dict[str, object]:
    return {"added": new, "already_known": total - new}


def _leave_alone(tx: Transaction, customer_ids: tuple[str, ...]) -> int:
    ids = subjects.pseudonyms(tx, customer_ids)
    return no_contact.add(tx, ids.values(), "asked")


def _refusal(stop: Stop) -> Consent:
    return Consent(
        customer_id=stop.customer_id,
        purpose="email_marketing",
        given=False,
        at=stop.at,
        source="event file: unsubscribed",
    )
