"""The data audit as one HTML file that needs nothing else: no script, no address outside itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from app import audit_parts
from app.data_audit import AuditShown
from app.desk.drawing import render
from app.desk.formats import Formats
from tools.render.matrix import STYLE as MATRIX_STYLE
from tools.render.plots import STYLE, tokens_css

_CSS = Path(__file__).parent / "audit_file.css"


def audit_html(audit: AuditShown, brand: str, fmt: Formats) -> str:
    """The whole audit, in the reader's forms of numbers."""
    return render(
        "audit/download.html",
        fmt,
        audit=audit,
        brand=brand,
        style=Markup(_style()),  # noqa: S704 (ours; a style's quotes and > are no HTML)
        parts=audit_parts,
    )


@cache
def _style() -> str:
    return f"{tokens_css()}{STYLE}{MATRIX_STYLE}{_CSS.read_text('utf-8')}"
