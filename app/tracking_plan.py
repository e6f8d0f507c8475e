"""The tracking plan: one JSON Schema an event, in the workspace's folder ``tracking_plan``.

A file ``Order Completed.json`` says what the properties of that event look like; where a name
cannot be a file's, the schema's ``title`` names the event. An event that does not follow its
schema is kept all the same; which rule was broken, and where, is counted without any value. No
schema is ever fetched: a reference leads into its own file or to JSON Schema's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.workspace import Workspace
from domain.frozen import Frozen
from ledger import sources
from ledger.sources import Violation

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

FOLDER = "tracking_plan"
NOT_PLANNED = "not_planned"
"""The rule that an event breaks which the plan does not have."""
MOST_FAULTS = 20
"""Of one event; more say nothing new."""
MOST_PATH = 200


class PlanFault(Frozen):
    """A file of the plan that says nothing as it is."""

    file: str
    why: str


class PlannedEvent(Frozen):
    name: str
    file: str
    required: tuple[str, ...]
    """Properties that each such event has."""
    properties: tuple[str, ...]
    """All that the schema names."""


@dataclass(frozen=True)
class _Checked:
    validator: Validator
    names: frozenset[str]
    """Properties that the schema names; others may be anything, a person's address too."""


@dataclass(frozen=True)
class Plan:
    events: tuple[PlannedEvent, ...] = ()
    faults: tuple[PlanFault, ...] = ()
    _checked: Mapping[str, _Checked] = field(default_factory=dict)
    _untold: frozenset[str] = frozenset()

    def covers(self, event: str) -> bool:
        """Whether it says what such an event looks like."""
        return event in self._checked

    def broken(self, event: str, properties: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The places and rules at which an event's properties do not follow the plan; none where
        there is no plan, or the event's own file is broken."""
        checked = self._checked.get(event)
        if checked is None:
            unplanned = bool(self.events) and event not in self._untold
            return [("$", NOT_PLANNED)] if unplanned else []
        found: dict[tuple[str, str], None] = {}
        for error in checked.validator.iter_errors(dict(properties)):
            path = [*error.absolute_path]
            if error.validator == "required":
                named: Any = error.validator_value
                path += [next((p for p in named if error.message.startswith(repr(p))), "")]
            found[_path(path, checked.names), str(error.validator)] = None
            if len(found) == MOST_FAULTS:
                break
        return list(found)


def load_plan(folder: Path) -> Plan:
    """The plan as it stands in the folder ``tracking_plan``; a file that is broken says so, and
    the others count."""
    events: dict[str, PlannedEvent] = {}
    checked: dict[str, _Checked] = {}
    faults: list[PlanFault] = []
    untold: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        name, fault = path.stem, ""
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))
            name = str(schema.get("title") or name) if isinstance(schema, dict) else name
            fault = _fault(schema)
        except (ValueError, RecursionError) as error:
            schema, fault = {}, f"It is not JSON: {error}."
        except OSError as error:
            schema, fault = {}, f"It cannot be read: {error.strerror}."
        if name in events and not fault:
            fault = f"{events[name].file} is about {name!r} too; one file an event."
        if fault:
            faults.append(PlanFault(file=path.name, why=fault))
            untold.add(name)
            continue
        names = frozenset(_names(schema))
        checked[name] = _Checked(_validator(schema), names)
        events[name] = PlannedEvent(
            name=name,
            file=path.name,
            required=tuple(schema.get("required", ())),
            properties=tuple(schema.get("properties", {})),
        )
    return Plan(tuple(events.values()), tuple(faults), checked, frozenset(untold))


def violations(workspace: Workspace, days: int = 7) -> tuple[Violation, ...]:
    """What did not follow the plan on these last days, by source, event, place and rule, the most
    frequent first."""
    with workspace.ledger.read() as tx:
        return tuple(sources.violations(tx, days))


def _fault(schema: object) -> str:
    """Why a schema cannot be used; empty: it can."""
    from jsonschema import SchemaError
    from referencing.exceptions import Unresolvable

    if not isinstance(schema, dict):
        return "A schema is a JSON object."
    validator = _validator(schema)
    try:
        validator.check_schema(schema)
    except SchemaError as error:
        return f"It is no JSON Schema: at {_path([*error.absolute_path])}: {error.message}."
    resolver = validator._resolver  # type: ignore[attr-defined]
    for reference in _references(schema):
        try:
            resolver.lookup(reference)
        except (Unresolvable, ValueError):
            return (
                f"It refers to {reference!r}, which is not in this file; nothing is fetched. "
                "Copy it in under $defs."
            )
    return ""


def _validator(schema: Mapping[str, Any]) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import validator_for
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    kind = validator_for(schema, default=Draft202012Validator)
    return kind(schema, registry=REGISTRY, format_checker=FormatChecker())


def _references(schema: object) -> Iterator[str]:
    for part in _parts(schema):
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(part.get(keyword), str):
                yield part[keyword]


def _names(schema: object) -> Iterator[str]:
    for part in _parts(schema):
        if isinstance(part.get("properties"), dict):
            yield from part["properties"]
        if isinstance(part.get("required"), list):
            yield from (str(name) for name in part["required"])


def _parts(schema: object) -> Iterator[dict[str, Any]]:
    """Every object in a schema, itself first."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _path(parts: list[str | int], names: frozenset[str] | None = None) -> str:
    """A JSON path without places in lists, and without names that are not the plan's."""
    path = "$"
    for part in parts:
        if isinstance(part, int):
            path += "[*]"
        else:
            path += f".{part if names is None or part in names else '*'}"
    return path[:MOST_PATH]
