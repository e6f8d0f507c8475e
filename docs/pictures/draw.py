"""Draws the pictures of docs/ and the README: ``python docs/pictures/draw.py``.

``campaign.svg`` shows how a campaign flows. ``card.svg`` is the approval card of the quickstart's
brief, as the command line shows it, run here in a workspace that is thrown away.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
SANS = "'Hanken Grotesk',system-ui,sans-serif"
MONO = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"
STYLE = """
.surface{fill:#fff}.box{fill:#fff;stroke:#c9ced3}.act{fill:#e9f0fa;stroke:#1b4788}
.wait{fill:#fcf2df;stroke:#b47819}.ink{fill:#151a20}.side{fill:#495159}.waits{fill:#704803}
.line{stroke:#7f868d;fill:none}.tip{fill:#7f868d}
@media(prefers-color-scheme:dark){.surface{fill:#15181c}.box{fill:#1d2125;stroke:#3b4147}
.act{fill:#1a293f;stroke:#97bdf4}.wait{fill:#2f2412;stroke:#d9a347}.ink{fill:#e7eaed}
.side{fill:#b3b8be}.waits{fill:#eac07a}.line{stroke:#747a81}.tip{fill:#747a81}}
"""

GOAL = (
    "Win back customers who bought twice or more before September 2010 and not since, "
    "with a Christmas offer of at most 10 %"
)
CARD_LINES = 46
LABEL = 13
"""Letters of the card's left column."""
LINE_HEIGHT = 19
LETTER = 7.83
"""Width of a letter of MONO at 13 px."""

STEPS = (
    ("box", "goal", "a sentence"),
    ("act", "brief", "with evidence"),
    ("wait", "you", "approve, edit, reject"),
    ("act", "drafts", "in your voice"),
    ("act", "critic", "every claim checked"),
    ("act", "plan", "who gets what when"),
    ("wait", "you", "approve, edit, reject"),
    ("act", "send", "exactly that, once"),
    ("box", "report", "what it changed"),
)


def main() -> None:
    (HERE / "campaign.svg").write_text(campaign(), encoding="utf-8")
    (HERE / "card.svg").write_text(card(), encoding="utf-8")


def campaign() -> str:
    """The steps in two rows, with the ways back."""
    width, height, gap, across = 168, 74, 24, 5
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    for number, (kind, title, note) in enumerate(STEPS):
        x = 16 + (number % across) * (width + gap)
        y = 36 + (number // across) * (height + 92)
        places.append((x, y))
        middle = x + width / 2
        parts.append(
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="10"/>'
            f'<text class="{"waits" if kind == "wait" else "ink"}" x="{middle}" y="{y + 32}" '
            f'font-size="18" font-weight="600" text-anchor="middle">{title}</text>'
            f'<text class="side" x="{middle}" y="{y + 54}" font-size="13" '
            f'text-anchor="middle">{note}</text>'
        )
    for (x, y), (after_x, after_y) in pairwise(places):
        if y == after_y:
            line = y + height / 2
            parts.append(_arrow(f"M{x + width} {line}H{after_x - 7}", after_x, line))
        else:
            middle, down = x + width / 2, y + height + 46
            into = after_x + width / 2
            path = f"M{middle} {y + height}V{down}H{into}V{after_y - 7}"
            parts.append(_arrow(path, into, after_y, down=True))
    (drafts_x, top), (critic_x, _) = places[3], places[4]
    back = f"M{critic_x + 40} {top}V{top - 18}H{drafts_x + width - 40}V{top - 7}"
    parts.append(_arrow(back, drafts_x + width - 40, top, down=True))
    above = (drafts_x + critic_x + width) / 2
    parts.append(_note(above, top - 23, "at most three rounds"))
    total = 16 * 2 + across * width + (across - 1) * gap
    bottom = places[-1][1] + height
    parts.append(_note(places[6][0] + width / 2, bottom + 22, "bound to what you saw"))
    parts.append(_note(places[8][0] + width / 2, bottom + 22, "against those held back"))
    return _svg(total, bottom + 40, SANS, "How a campaign flows", "".join(parts))


def card() -> str:
    """The first lines of a real card, as text."""
    lines = ["$ mainspring approvals show", "", *_brief_card().splitlines()[:CARD_LINES]]
    width = int(max(len(line) for line in lines) * LETTER) + 48
    parts: list[str] = []
    in_rows = True
    for number, line in enumerate(lines):
        y = 36 + number * LINE_HEIGHT
        in_rows = in_rows and "────" not in line
        if number == 2:
            parts.append(_text(24, y, line, "ink", bold=True))
        elif number == 0 or "────" in line:
            parts.append(_text(24, y, line, "side"))
        elif in_rows and number > 4 and line[:LABEL].strip() and line[LABEL - 1 : LABEL] == " ":
            parts.append(_text(24, y, line[:LABEL].rstrip(), "side"))
            parts.append(_text(24 + LABEL * LETTER, y, line[LABEL:], "ink"))
        else:
            parts.append(_text(24, y, line, "ink"))
    height = 36 + len(lines) * LINE_HEIGHT + 12
    return _svg(width, height, MONO, "The approval card of a brief", "".join(parts))


def _text(x: float, y: float, text: str, kind: str, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="13"{weight} xml:space="preserve">'
        f"{escape(text)}</text>"
    )


def _brief_card() -> str:
    mainspring = Path(sys.executable).with_name("mainspring")
    with tempfile.TemporaryDirectory() as place:
        shop = Path(place) / "shop"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MAINSPRING_")},
            "MAINSPRING_HOME": f"{place}/home",
            "MAINSPRING_WORKSPACE": str(shop),
        }
        shown = ""
        for words in _commands(shop):
            ran = subprocess.run(  # noqa: S603 (our own program)
                [str(mainspring), *words],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if ran.returncode not in (0, 3):
                raise SystemExit(f"{' '.join(words)}: {ran.stderr}")
            shown = ran.stdout
    return shown


def _commands(shop: Path) -> Iterator[list[str]]:
    yield [
        "init", str(shop), "--name", "Quill & Barley", "--brand", str(EXAMPLES / "gift_shop"),
        "--timezone", "Europe/London", "--currency", "GBP", "--simulated", "--at", "2010-12-10",
    ]  # fmt: skip
    orders = str(EXAMPLES / "orders.csv")
    yield ["import", "orders", orders, "--tz", "Europe/London", "--currency", "GBP"]
    yield ["import", "customers", str(EXAMPLES / "customers.csv")]
    for facts in ("products.jsonl", "house.jsonl"):
        yield ["import", "facts", str(shop / "brand" / facts)]
    yield ["campaign", "new", GOAL]
    yield ["approvals", "show"]


def _arrow(path: str, x: float, y: float, *, down: bool = False) -> str:
    tip = f"M{x} {y}l-4 -8h8z" if down else f"M{x} {y}l-8 -4v8z"
    return f'<path class="line" d="{path}"/><path class="tip" d="{tip}"/>'


def _note(x: float, y: float, text: str) -> str:
    return (
        f'<text class="side" x="{x}" y="{y}" font-size="12" text-anchor="middle">'
        f"{escape(text)}</text>"
    )


def _svg(width: float, height: float, font: str, title: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="{font}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<rect class="surface" width="{width:g}" height="{height:g}" rx="10"/>{body}</svg>\n'
    )


if __name__ == "__main__":
    main()
