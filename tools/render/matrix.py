"""What the records of the most valuable customers hold, as SVG: a row a field, a column a customer.

Good recedes and gaps stand out, by shape first: whole (good), low (stale), whole and dark
(sources disagree), empty frame (missing), a point (nothing is recorded, which may be true). Text
is never scaled. Classes: m-good, m-stale, m-disagree, m-missing, m-none; text as in plots.py.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from domain.audit import CellState, MatrixRow

WIDTH = 1080
_LEFT, _RIGHT, _TOP = 236, 44, 34
_ROW, _GROUP = 19, 30
_GROUPS = {
    "who": "Who they are",
    "agreed": "What they agreed to",
    "bought": "What they bought",
    "does": "What they do",
}
STATES: tuple[tuple[CellState, str], ...] = (
    ("good", "good"),
    ("stale", "stale"),
    ("disagree", "sources disagree"),
    ("missing", "missing"),
    ("none", "nothing recorded"),
)
STYLE = (
    ".m-good{fill:var(--accent);opacity:.3}.m-stale{fill:var(--accent);opacity:.75}"
    ".m-disagree{fill:var(--wait)}.m-missing{fill:none;stroke:var(--edge)}"
    ".m-none{fill:var(--line-2)}.m-chosen{fill:none;stroke:var(--ink);stroke-width:1.5}"
    ".m-column{fill:transparent}.m-column:hover{fill:var(--ink);opacity:.1}"
    ".m-group{fill:var(--ink-3);font:12px var(--font)}"
)


def matrix_plot(
    rows: Sequence[MatrixRow], *, chosen: int = 0, address: Callable[[int], str] | None = None
) -> str:
    """``chosen``: the number of the customer who is framed. ``address``: where a customer's column
    leads to. Raises ValueError without a row or a customer."""
    if not rows or not rows[0].cells:
        raise ValueError("a matrix needs a row and a customer")
    people = len(rows[0].cells)
    pitch = (WIDTH - _LEFT - _RIGHT) / max(people, 20)
    parts = [_track(people, pitch)]
    y, group = _TOP + 8, ""
    for row in rows:
        if row.group != group:
            group = row.group
            y += _GROUP - _ROW if y > _TOP + 8 else 0
            parts.append(f'<text class="m-group" x="0" y="{y + 10}">{_GROUPS[row.group]}</text>')
            y += _ROW
        parts.append(_line(row, y, pitch))
        y += _ROW
    if chosen:
        x = _LEFT + (chosen - 1) * pitch
        parts.append(
            f'<rect class="m-chosen" x="{x - 1.5:.1f}" y="{_TOP}" width="{pitch + 1.5:.1f}" '
            f'height="{y - _TOP}" rx="2"/>'
        )
    if address is not None:
        parts += [_column(number, pitch, y, address(number)) for number in range(1, people + 1)]
    said = "; ".join(f"{row.field}: {row.good} of {people} good" for row in rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 4}" '
        f'viewBox="0 0 {WIDTH} {y + 4}" role="group" aria-label="{html.escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def mark(state: CellState) -> str:
    """One cell by itself, for a legend or a list."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="mark" width="10" height="14" '
        f'viewBox="0 0 10 14" aria-hidden="true">{_cell(state, 1, 0, 8)}</svg>'
    )


def _line(row: MatrixRow, y: float, pitch: float) -> str:
    sources = ", ".join(row.sources)
    sources = sources if len(sources) <= 18 else f"{sources[:17]}…"
    cells = "".join(
        _cell(state, _LEFT + number * pitch, y, pitch - 1.6)
        for number, state in enumerate(row.cells)
    )
    field = row.field if len(row.field) <= 20 else f"{row.field[:19]}…"
    return (
        f'<text class="p-label" x="0" y="{y + 11}">{html.escape(field)}</text>'
        f'<text class="p-text" x="{_LEFT - 12}" y="{y + 11}" text-anchor="end">'
        f"{html.escape(sources)}</text>{cells}"
        f'<text class="p-label" x="{WIDTH}" y="{y + 11}" text-anchor="end">{row.good}</text>'
    )


def _cell(state: CellState, x: float, y: float, width: float) -> str:
    match state:
        case "stale":
            place = f'x="{x:.1f}" y="{y + 9}" width="{width:.1f}" height="5"'
        case "missing":
            place = f'x="{x + 0.5:.1f}" y="{y + 0.5}" width="{width - 1:.1f}" height="13" rx="1"'
        case "none":
            place = f'x="{x + width / 2 - 1:.1f}" y="{y + 6}" width="2" height="2"'
        case _:
            place = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="14" rx="1"'
    return f'<rect class="m-{state}" {place}/>'


def _column(number: int, pitch: float, bottom: float, address: str) -> str:
    x = _LEFT + (number - 1) * pitch
    return (
        f'<a href="{html.escape(address)}" tabindex="-1" aria-label="No. {number}">'
        f'<rect class="m-column" x="{x - 0.8:.1f}" y="{_TOP}" width="{pitch:.1f}" '
        f'height="{bottom - _TOP}"/></a>'
    )


def _track(people: int, pitch: float) -> str:
    """The minute track over the columns: a long tick and a number every ten."""
    parts = []
    for number in range(1, people + 2):
        if (number - 1) % 2 and number <= people:
            continue
        x = _LEFT + (number - 1) * pitch - 0.8
        long = (number - 1) % 10 == 0 or number == people + 1
        kind, top = ("p-tick", _TOP - 10) if long else ("p-minor", _TOP - 7)
        parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{_TOP - 3}"/>')
        if (number - 1) % 10 == 0 and number <= people:
            word = "No. 1" if number == 1 else str(number)
            parts.append(f'<text class="p-text" x="{x:.1f}" y="{_TOP - 15}">{word}</text>')
    parts.append(f'<text class="p-text" x="{WIDTH}" y="{_TOP - 15}" text-anchor="end">good</text>')
    return "".join(parts)
