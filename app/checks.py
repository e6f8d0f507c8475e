"""What one look of the doctor found."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen

State = Literal["fine", "look", "skipped"]


class Check(Frozen):
    """What one look found. ``look``: something to mend; ``skipped``: it could not or need not be
    looked at, and why."""

    part: str
    state: State
    what: str
    mend: str = ""


def fine(part: str, what: str) -> Check:
    return Check(part=part, state="fine", what=what)


def look(part: str, what: str, mend: str) -> Check:
    return Check(part=part, state="look", what=what, mend=mend)


def skipped(part: str, why: str) -> Check:
    return Check(part=part, state="skipped", what=why)
