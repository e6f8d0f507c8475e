"""Ids as people give them: whole, or their last characters where those are enough."""

from __future__ import annotations

from collections.abc import Iterable

from domain.errors import WrongUsage

SHORT = 8
"""Characters of an id that tables show. The last ones: ids that are made together begin alike."""


def short(identifier: str) -> str:
    return identifier[-SHORT:]


def pick(given: str, known: Iterable[str], kind: str, *, where: str) -> str:
    """The one known id that ``given`` is, or ends.

    ``where`` is the command that lists them. Raises WrongUsage unknown_id or ambiguous_id.
    """
    ids = list(known)
    if given in ids:
        return given
    found = [one for one in ids if given and one.endswith(given)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUsage(
            "ambiguous_id",
            f"{len(found)} {kind}s end in {given}.",
            thing=given,
            next_step=f"Give more of the id; `{where}` lists them.",
        )
    raise WrongUsage(
        "unknown_id",
        f"There is no {kind} {given} in this workspace.",
        thing=given,
        next_step=f"`{where}` lists them.",
    )
