"""What a case may ask of what came back: functions by name, one module a kind.

An assertion takes the subject and what is wanted, and returns why it does not hold; an empty
text where it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from evals.case import CaseError, Kind

Assertion = Callable[[Any, Any], str]


def assertion(kind: Kind, name: str) -> Assertion:
    """The assertion of a kind of case. Raises CaseError unknown_assertion."""
    known: Mapping[str, Assertion] = import_module(f"evals.assertions.{kind}").ASSERTIONS
    if name == "refuses":
        return refuses
    if name not in known:
        raise CaseError(
            "unknown_assertion",
            f"Cases of {kind} cannot ask for {name!r}.",
            thing=name,
            next_step=f"They can ask for {', '.join(sorted(known))}, or refuses.",
        )
    return known[name]


def refuses(subject: Any, wanted: str) -> str:
    """The product refused, with this literal code."""
    if not isinstance(subject, BaseException):
        return f"it was to be refused ({wanted}), and was done"
    code = getattr(subject, "code", type(subject).__name__)
    return "" if code == wanted else f"refused as {code}, not as {wanted}: {subject}"
