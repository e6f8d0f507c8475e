"""What somebody said or noted down: the raw material of a series of posts in their name."""

from __future__ import annotations

from datetime import date

from domain.frozen import Frozen, content_hash


class Utterance(Frozen):
    """A stretch of speech as a transcript cuts it, or one note."""

    text: str
    speaker: str = ""
    """As the transcript names them; empty where it names nobody."""
    start: float | None = None
    """Seconds from the beginning; None where the transcript has no times."""
    line: int
    """The line of the file on which it begins, or the segment's number; from 1."""


class Recording(Frozen):
    """A transcript or notes, in the order in which it was said."""

    source: str
    """The file's name."""
    on: date | None = None
    """The day that the file's name begins with, where it does."""
    utterances: tuple[Utterance, ...]

    def speakers(self) -> tuple[str, ...]:
        """Everybody who is named, the one who says most first."""
        said: dict[str, int] = {}
        for one in self.utterances:
            if one.speaker:
                said[one.speaker] = said.get(one.speaker, 0) + len(one.text)
        return tuple(sorted(said, key=lambda name: (-said[name], name)))

    def hash(self) -> str:
        return content_hash(self)


class Sentence(Frozen):
    """One sentence of the person in whose name is written, without the sounds of speech."""

    id: str
    """``s1``, ``s2``, …, in order."""
    text: str
    turn: int
    """Sentences of one turn, or of one note, belong together."""
    start: float | None = None
    """Seconds from the recording's beginning."""
    line: int
    asked: str = ""
    """What somebody else asked, where this sentence begins the answer."""
