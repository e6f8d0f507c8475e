"""What was made of each talk, campaign and message, and how it wears off."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from agents.pillars import Pillar, by_need, derivative
from domain.errors import WrongUsage
from domain.frozen import Frozen
from ledger import piece_views, pieces, runs, series
from ledger.database import Transaction
from ledger.people import Person
from ledger.piece_views import DayViews
from ledger.pieces import PieceRow

ViewsErrorCode = Literal["unreadable_views", "missing"]
_COLUMNS = ("piece", "day", "views")


class ViewsError(WrongUsage):
    """A file of views that cannot be used."""

    code: ViewsErrorCode


class ViewsRead(Frozen):
    days: int
    pieces: int
    refused: tuple[str, ...]
    """Lines that were not taken, each with why."""


def pillars(tx: Transaction, timezone: str) -> tuple[Pillar, ...]:
    """Every pillar with its pieces: those that are worn first, then the oldest."""
    zone = ZoneInfo(timezone)
    today = tx.now.astimezone(zone).date()
    rows = [r for r in pieces.listed(tx) if r.status not in ("rejected", "void")]
    seen = piece_views.of(tx, [r.id for r in rows])
    talks = {t.set_id: t.series for t in series.listed(tx)}
    sets: dict[str, list[PieceRow]] = {}
    for row in rows:
        sets.setdefault(row.run_id or row.set_id, []).append(row)
    found = []
    for key, mine in sets.items():
        talk = talks.get(mine[0].set_id)
        begun = min(r.created_at for r in mine).astimezone(zone).date()
        found.append(
            Pillar(
                set_id=key,
                title=_title(tx, mine[0], talk.article.title if talk else ""),
                kind="talk" if talk else "campaign" if mine[0].run_id else "message",
                begun=(talk.recorded_on or begun) if talk else begun,
                derivatives=tuple(
                    derivative(
                        row.id,
                        row.channel,
                        row.status,
                        (row.exported_at or row.created_at).astimezone(zone).date(),
                        today,
                        seen.get(row.id, {}),
                    )
                    for row in sorted(mine, key=lambda r: (r.created_at, r.id))
                ),
            )
        )
    return by_need(found)


def read_views(tx: Transaction, person: Person, file: Path) -> ViewsRead:
    """Take a file of views: a CSV with ``piece`` (an id, or its last characters), ``day``
    (2026-12-07) and ``views``. Lines that cannot be used are told and left out.

    Raises ViewsError, LedgerError not_allowed.
    """
    known = pieces.ids(tx)
    taken: list[DayViews] = []
    refused: list[str] = []
    for number, row in _rows(file):
        try:
            taken.append(_day(row, known, tx.now.date()))
        except ValueError as error:
            refused.append(f"line {number}: {error}")
    days = piece_views.put(tx, taken, person, file.name)
    return ViewsRead(days=days, pieces=len({t.piece_id for t in taken}), refused=tuple(refused))


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ViewsError(
            "missing", "There is no such file.", thing=str(file), next_step="Check its name."
        ) from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, "It is not UTF-8.") from error
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text.split("\n")[0], ",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        reader = csv.DictReader(io.StringIO(text), dialect=dialect)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if not set(_COLUMNS) <= set(names):
            raise _unreadable(file, f"It has the columns {', '.join(names) or 'of no name'}.")
        for number, row in enumerate(reader, 2):
            yield number, dict(zip(names, map(str, row.values()), strict=False))
    except csv.Error as error:
        raise _unreadable(file, str(error)) from error


def _day(row: Mapping[str, str], known: Iterable[str], today: date) -> DayViews:
    """One line. Raises ValueError with what is wrong with it."""
    given = row["piece"].strip()
    fits = [one for one in known if given and one.endswith(given)]
    if len(fits) != 1:
        raise ValueError(f"{given or 'nothing'} is {'no' if not fits else 'more than one'} piece")
    try:
        day = date.fromisoformat(row["day"].strip())
    except ValueError:
        raise ValueError(f"{row['day']} is no day like 2026-12-07") from None
    if day > today:
        raise ValueError(f"{day} has not come yet")
    digits = row["views"].strip().replace(",", "")
    if not digits.isdecimal():
        raise ValueError(f"{row['views']} is no count")
    return DayViews(piece_id=fits[0], day=day, views=int(digits))


def _title(tx: Transaction, row: PieceRow, talk: str) -> str:
    if talk:
        return talk
    return runs.get(tx, row.run_id).goal if row.run_id else str(row.brief.get("message", ""))


def _unreadable(file: Path, what: str) -> ViewsError:
    return ViewsError(
        "unreadable_views",
        what,
        thing=file.name,
        next_step=f"Give a CSV with the columns {', '.join(_COLUMNS)}.",
    )
