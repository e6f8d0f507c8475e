"""The one error that people read: what happened, to which thing, and what to do next."""

from __future__ import annotations


class MainspringError(Exception):
    """A refusal or failure with a literal code.

    Subclasses live beside the port that raises them and narrow ``code`` to a ``Literal``.
    ``exit_code`` is what the command line ends with: 1 failed, 2 wrong usage, 3 a person is
    needed, 4 refused.
    """

    exit_code: int = 1

    def __init__(self, code: str, what: str, *, thing: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.thing = thing
        self.next_step = next_step

    def __str__(self) -> str:
        parts = [self.what]
        if self.thing:
            parts.append(f"({self.thing})")
        if self.next_step:
            parts.append(f"→ {self.next_step}")
        return " ".join(parts)


class Refused(MainspringError):
    """A thing that may not be done as asked; ``next_step`` is the nearest that can be."""

    exit_code = 4


class PersonNeeded(MainspringError):
    """A thing that waits for a person's decision."""

    exit_code = 3


class WrongUsage(MainspringError):
    """A call whose words or values cannot be read."""

    exit_code = 2
