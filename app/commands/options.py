"""Options and values that several groups of commands take."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from domain.errors import WrongUsage

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="FOLDER",
        help="The workspace. [default: MAINSPRING_WORKSPACE, else the present folder or the "
        "nearest one above it]",
        show_default=False,
    ),
]

AsOfOption = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="DAY",
        help="Work as if it were this day or moment. Simulated workspaces only.",
    ),
]

MORNING = time(9)
"""The hour that a day without one means."""


def read_moment(text: str, timezone: str) -> datetime:
    """A moment from ``2010-12-10``, ``2010-12-10 18:30`` or RFC 3339.

    Without an offset it is local to the workspace; a day alone is its morning at nine. Raises
    WrongUsage unreadable_time.
    """
    try:
        if len(text) == len("2010-12-10"):
            found = datetime.combine(date.fromisoformat(text), MORNING)
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            "unreadable_time",
            f"{text!r} is no day or moment.",
            thing=text,
            next_step="Write 2010-12-10, or 2010-12-10T18:30.",
        ) from None
    if found.tzinfo is not None:
        return found
    try:
        return found.replace(tzinfo=ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(
            "unknown_timezone",
            f"{timezone!r} is no IANA time zone.",
            thing=timezone,
            next_step="Write a name such as Europe/Berlin.",
        ) from None
