"""What can go wrong while a mail or a report is laid out."""

from __future__ import annotations

from typing import Literal

from domain.errors import MainspringError

RenderErrorCode = Literal[
    "unknown_product",  # a card shows a product that is not among the facts
    "unknown_field",  # the mail holds a placeholder that nobody can fill
    "bad_address",  # a link or picture address is not https, http, mailto or tel
    "layout_failed",  # the mail could not be compiled
]


class RenderError(MainspringError):
    """A mail that cannot be laid out or filled as it stands."""

    code: RenderErrorCode
