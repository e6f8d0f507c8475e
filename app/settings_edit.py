"""Edit a workspace's settings from the desk: what it sends, to whom, and how much.

``mainspring.toml`` stays its owner's file: comments and order are kept, and a value that the
environment replaces is not touched. What decides where data flow to (servers, addresses, ports,
the model's endpoint) is edited by hand alone, so that a stolen session cannot lead mails elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import tomlkit
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from tomlkit.items import Item, Table

from app.settings import FILE_NAME, Settings, SettingsError, environment_name, parse_settings
from app.workspace import Workspace
from domain.errors import Refused
from domain.frozen import Frozen
from ledger import journal, people
from ledger.people import Person

EDITABLE: Mapping[str, tuple[str, ...]] = {
    "limits": (
        "quiet_start", "quiet_end", "cap_most", "cap_days", "mails_a_day", "max_lateness_hours",
        "approval_expires_days", "author_may_approve",
    ),
    "holdout": ("share",),
    "audit": (
        "least_score", "least_complete", "least_readable", "least_agreeing", "least_fresh",
        "least_permission",
    ),
    "approvals": (
        "large_from", "first_share", "first_wait_minutes", "most_bounced", "most_complained",
        "most_unsubscribed",
    ),
    "tracking": ("opens", "clicks"),
    "model": ("budget_a_day", "budget_a_run"),
}  # fmt: skip

SHARES = frozenset({
    "holdout.share", "approvals.first_share", "approvals.most_bounced", "approvals.most_complained",
    "approvals.most_unsubscribed",
})  # fmt: skip
"""Given in per cent, kept as fractions."""
_BOUNDS = {
    "greater_than": "It must be more than {gt}",
    "greater_than_equal": "It must be {ge} or more",
    "less_than": "It must be less than {lt}",
    "less_than_equal": "It must be {le} or less",
    "int_parsing": "It must be a whole number",
    "int_from_float": "It must be a whole number",
}

_LIMITS = ("gt", "ge", "lt", "le")


class Change(Frozen):
    """One setting that was given another value; None: as if it were not in the file."""

    setting: str
    """``limits.cap_most``"""
    before: str | None
    after: str | None


def seen(workspace: Workspace) -> str:
    """Names the settings file as it is now, so that a page that shows an older one is told."""
    return _mark((workspace.folder / FILE_NAME).read_text(encoding="utf-8"))


def fixed(workspace: Workspace) -> dict[str, str]:
    """Settings that the environment decides, each with its variable."""
    named = {
        f"{section}.{field}": environment_name(section, field)
        for section, fields in EDITABLE.items()
        for field in fields
    }
    return {name: variable for name, variable in named.items() if variable in workspace.environment}


def edit(
    workspace: Workspace, person: Person, values: Mapping[str, str], *, seen: str
) -> tuple[Change, ...]:
    """Write settings (``limits.cap_most``) as a form gives them; empty takes an optional one away.

    Needs administer. The whole file must still be valid, else nothing is written. What changed, by
    whom and from where is an entry of the history. The running process takes it over with
    ``Site.renew``. Raises SettingsError with the setting as its thing, Refused not_editable and
    stale_settings, LedgerError not_allowed.
    """
    path = workspace.folder / FILE_NAME
    with workspace.ledger.write() as tx:  # one writer at a time, of any process
        people.require_now(tx, person, "administer")
        before = path.read_text(encoding="utf-8")
        if _mark(before) != seen:
            raise Refused(
                "stale_settings",
                "Somebody changed the settings after you opened this page.",
                thing=FILE_NAME,
                next_step="Load the page again and look at what stands there now. Nothing of yours "
                "was saved.",
            )
        current = parse_settings(before, path, workspace.environment)
        text, changes = _edited(current, before, fixed(workspace), values)
        if not changes:
            return ()
        parse_settings(text, path, workspace.environment, written=False)
        data = {"changes": [change.model_dump() for change in changes]}
        journal.append(tx, "settings_changed", person_id=person.id, thing=FILE_NAME, data=data)
        _replace(path, text)
    return changes


def _edited(
    current: Settings, text: str, decided: Mapping[str, str], values: Mapping[str, str]
) -> tuple[str, tuple[Change, ...]]:
    document = tomlkit.parse(text)
    changes: list[Change] = []
    for name, given in values.items():
        section, _, field = name.partition(".")
        if field not in EDITABLE.get(section, ()):
            raise Refused(
                "not_editable",
                f"{name} cannot be changed here.",
                thing=name,
                next_step=f"Change it in {FILE_NAME} on the machine that runs the desk.",
            )
        if name in decided:
            continue
        wanted = _read(section, field, given.strip())
        if wanted == getattr(getattr(current, section), field):
            continue
        table = document.setdefault(section, tomlkit.table())
        if not isinstance(table, Table):
            raise _wrong(name, f"{section} is not a section of {FILE_NAME}")
        before = table.get(field)
        if wanted is None:
            table.remove(field)
        else:
            table[field] = _item(wanted)
        changes.append(Change(setting=name, before=_shown(before), after=_shown(wanted)))
    return tomlkit.dumps(document), tuple(changes)


def _read(section: str, field: str, given: str) -> Any:
    """A form's words as the setting's own type. Raises SettingsError."""
    name = f"{section}.{field}"
    described = Settings.model_fields[section].annotation
    assert isinstance(described, type)
    kind = described.model_fields[field]
    if not given and kind.default is None:
        return None
    text: object = given
    if name in SHARES:
        try:
            text = float(Decimal(given.replace(",", ".").rstrip("% ")) / 100)
        except InvalidOperation:
            raise _wrong(name, "It must be a number, in per cent") from None
    form: Any = Annotated[(kind.annotation, *kind.metadata)] if kind.metadata else kind.annotation
    try:
        return TypeAdapter(form).validate_python(text)
    except ValidationError as error:
        raise _wrong(name, _why(error.errors()[0], 100 if name in SHARES else 1)) from None


def _why(problem: ErrorDetails, times: int) -> str:
    bounds = {k: f"{v * times:g}" for k, v in problem.get("ctx", {}).items() if k in _LIMITS}
    return _BOUNDS.get(problem["type"], "It must be a number").format_map(bounds)


def _wrong(name: str, why: str) -> SettingsError:
    return SettingsError(
        "wrong_setting",
        f"{why}.",
        thing=name,
        next_step="docs/configuration.md lists every setting with what it may be.",
    )


def _item(value: object) -> Item:
    if isinstance(value, Decimal):
        return tomlkit.value(format(value, "f"))
    return tomlkit.item(value)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _replace(path: Path, text: str) -> None:
    """Put a file in the place of another in one step, with the same rights."""
    mode = path.stat().st_mode
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode & 0o7777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
