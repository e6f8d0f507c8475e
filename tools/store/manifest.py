"""What the store consists of: its segments, and who is who."""

from __future__ import annotations

from datetime import datetime

from domain.frozen import Frozen
from tools.store.schema import TableName


class Segment(Frozen):
    """One committed file."""

    file: str
    table: TableName
    seq: int
    rows: int
    bytes: int
    sha256: str
    added_at: datetime


class Manifest(Frozen):
    schema_version: int = 1
    segments: tuple[Segment, ...] = ()
    resolved: str = ""
    """The file that says who is who (schema RESOLVED); empty: every id stands for itself."""
    last_seq: int = 0
    """The highest number that a segment ever had, so that no file's name is used twice."""

    @property
    def next_seq(self) -> int:
        return 1 + max((self.last_seq, *(s.seq for s in self.segments)))
