"""Which column of a file is which field of ours: by name, or as the caller says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from domain.errors import WrongUsage
from domain.frozen import Frozen
from tools.store.fields import FIELDS, ONE_OF, Field, Kind


class Understood(Frozen):
    """One field and where it comes from."""

    field: str
    column: str = ""
    constant: str | None = None
    """Said for every row, where the file has no such column."""
    how: str = ""
    """Where it is more than the column's own text."""


class ColumnMap(Frozen):
    """What was understood of a file's columns."""

    used: tuple[Understood, ...]
    not_used: tuple[str, ...]

    def source(self, field: str) -> Understood | None:
        return next((u for u in self.used if u.field == field), None)


def plain(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return re.sub(r"[\W_]+", "", name.casefold())


def understand(
    kind: Kind,
    columns: Sequence[str],
    said: Mapping[str, str],
    known: Sequence[Understood] = (),
    taken: frozenset[str] = frozenset(),
) -> ColumnMap:
    """Find the column of each field.

    ``said`` maps a field to a column of the file, or to ``=value`` for every row. ``known`` is
    what an export of a known system says; what is said goes before it, and then no column is
    guessed by its name. ``taken``: columns that the export is read from. Raises WrongUsage for a
    field or column that does not exist, and where a required field has none.
    """
    fields = {field.name: field for field in FIELDS[kind]}
    used: dict[str, Understood] = {u.field: u for u in known}
    for name, column in said.items():
        if name not in fields:
            raise WrongUsage(
                "unknown_field",
                f"{kind} have no field {name!r}",
                next_step=f"use one of: {', '.join(_near(name, list(fields)))}",
            )
        if column.startswith("="):
            used[name] = Understood(field=name, constant=column[1:])
        elif column in columns:
            used[name] = Understood(field=name, column=column)
        else:
            raise WrongUsage(
                "unknown_column",
                f"the file has no column {column!r}",
                thing=name,
                next_step=f"it has: {', '.join(_near(column, list(columns)))}",
            )
    taken = taken | {u.column for u in used.values()}
    if not known:
        used = _by_name(fields.values(), columns, used, taken)
        taken |= {u.column for u in used.values()}
    missing = [f.name for f in fields.values() if f.required and f.name not in used]
    if not _says_whom(kind, used):
        missing.append(" or ".join(ONE_OF[kind]))
    if missing:
        raise WrongUsage(
            "missing_columns",
            f"no column was found for {', '.join(missing)}",
            thing=f"columns: {', '.join(columns[:40])}",
            next_step=f"say it: --map {missing[0].partition(' ')[0]}=COLUMN",
        )
    return ColumnMap(
        used=tuple(used[name] for name in fields if name in used),
        not_used=tuple(c for c in columns if c not in taken),
    )


ENOUGH_FIELDS = 3
"""Of a kind that lacks a needed one: so many found by name make it likelier than another kind."""


def kinds_of(columns: Sequence[str]) -> list[Kind]:
    """The kinds that a file with these columns can be, the likeliest first: by how many of their
    fields are found by name. One that lacks a needed field is among them where enough others are
    found, so that a person is asked for that column and the file is not taken for another kind."""
    found: list[tuple[int, bool, Kind]] = []
    for kind, fields in FIELDS.items():
        used = _by_name(fields, columns, {}, frozenset())
        whole = _says_whom(kind, used) and all(f.name in used for f in fields if f.required)
        if whole or len(used) >= ENOUGH_FIELDS:
            found.append((len(used), whole, kind))
    return [kind for *_, kind in sorted(found, key=lambda one: (-one[0], not one[1]))]


def _says_whom(kind: Kind, used: Mapping[str, Understood]) -> bool:
    """Whether it has one of the fields of which it needs one."""
    return kind not in ONE_OF or any(field in used for field in ONE_OF[kind])


def _by_name(
    fields: Iterable[Field],
    columns: Sequence[str],
    used: Mapping[str, Understood],
    taken: frozenset[str],
) -> dict[str, Understood]:
    """What is used, and the fields that have a column of one of their names; each column once."""
    found = dict(used)
    by_plain = {plain(c): c for c in reversed(columns)}
    for field in fields:
        for name in (plain(field.name), *field.names):
            column = by_plain.get(name)
            if field.name not in found and column is not None and column not in taken:
                found[field.name] = Understood(field=field.name, column=column)
                taken |= {column}
    return found


def _near(name: str, names: list[str]) -> list[str]:
    return difflib.get_close_matches(name, names, n=5, cutoff=0.3) or names[:40]
