"""A watch: strap, crowns, case; the dial is in ``dials``."""

from __future__ import annotations

from brand_voice.drawing.dials import draw_dial
from brand_voice.drawing.look import Watch
from brand_voice.drawing.sheet import (
    HEIGHT,
    METALS,
    PIXELS_PER_MM,
    STRAPS,
    WIDTH,
    Sheet,
    around,
    shade,
)


def watch(look: Watch) -> Sheet:
    sheet = Sheet()
    x, y = WIDTH / 2, HEIGHT / 2
    r = look.mm * PIXELS_PER_MM / 2
    if look.shape == "pocket":
        y += 22
    squeeze = 0.78 if look.shape == "oval" else 1.0
    sheet.shadow(x + 10, y + 16, r * 1.06 * squeeze + 8, r * 1.06 + 8)
    if look.shape == "pocket":
        _chain(sheet, look, x, y, r)
    else:
        _strap(sheet, look, x, y, r)
        _crowns(sheet, look, x, y, r * squeeze)
    _case(sheet, look, x, y, r)
    draw_dial(sheet, look, x, y, r)
    return sheet


def _strap(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
    dark, body, _ = METALS[look.metal]
    colour = STRAPS[look.strap]
    wide = r * (0.62 if look.shape == "square" else 0.52)
    reach = r * (0.62 if look.shape == "oval" else 0.9)
    for way in (-1, 1):
        end = 0 if way < 0 else HEIGHT
        near = y + way * reach * 0.8
        sheet.shape(
            [(x - wide, near), (x + wide, near), (x + wide * 0.88, end), (x - wide * 0.88, end)],
            colour,
        )
        sheet.shape(
            [
                (x - wide, near),
                (x - wide * 0.9, near),
                (x - wide * 0.8, end),
                (x - wide * 0.88, end),
            ],
            shade(colour, 1.12),
        )
        if look.strap in ("steel", "two-tone"):
            step = 9.5
            rows = int(abs(end - near) / step) + 1
            for row in range(1, rows):
                level = near + way * row * step
                half = wide * (1 - 0.12 * row / rows)
                sheet.line((x - half, level), (x + half, level), 1.4, shade(colour, 0.72))
            inner = "#d8b468" if look.strap == "two-tone" else shade(colour, 1.5)
            sheet.shape(
                [
                    (x - wide * 0.36, near),
                    (x + wide * 0.36, near),
                    (x + wide * 0.32, end),
                    (x - wide * 0.32, end),
                ],
                inner,
            )
            for row in range(1, rows):
                level = near + way * row * step
                half = wide * 0.36 * (1 - 0.1 * row / rows)
                sheet.line((x - half, level), (x + half, level), 1.4, shade(inner, 0.78))
        else:
            for side in (-1, 1):
                stitch, thread = 8.0, shade(colour, 1.35)
                for row in range(int(abs(end - near) / stitch) + 1):
                    level = near + way * row * stitch
                    part = 1 - 0.12 * row * stitch / max(abs(end - near), 1)
                    edge = x + side * wide * 0.84 * part
                    sheet.line((edge, level), (edge, level + way * 4.4), 1.3, thread)
        if look.shape == "oval":
            continue
        for side in (-1, 1):
            inside, outside = x + side * wide * 0.99, x + side * wide * 1.24
            root, tip = y + way * r * 0.7, y + way * r * 1.1
            bend = outside + side * r * 0.07
            sheet.shape(
                [(inside, root), (bend, root), (outside, tip), (inside, tip + way * 3)], dark
            )
            tone = body if side * way < 0 else shade(body, 0.88)
            sheet.shape(
                [
                    (inside + side * 2, root),
                    (bend - side * 2, root),
                    (outside - side * 2, tip - way * 2),
                    (inside + side * 2, tip),
                ],
                tone,
            )


def _chain(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
    dark, body, light = METALS[look.metal]
    sheet.ring(x, y - r - 24, 19, 5, dark)
    sheet.ring(x, y - r - 24, 18, 2.4, light)
    sheet.box(x, y - r - 4, 10, 13, 3, dark)
    sheet.box(x, y - r - 5, 8.5, 12, 3, body)
    for at in (-6, -2, 2, 6):
        sheet.line((x + at, y - r - 15), (x + at, y - r + 2), 1.2, dark)


def _crowns(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
    dark, body, _ = METALS[look.metal]
    turns = [0.25]
    if "two crowns" in look.extra:
        turns = [0.18, 0.32]
    big = 1.45 if "big crown" in look.extra else 1.0
    for turn in turns:
        cx, cy = around(x, y, r + 5 * big, turn)
        sheet.box(cx, cy, 6.5 * big, 8.5 * big, 2, dark)
        sheet.box(cx - 0.8, cy, 5.2 * big, 7.2 * big, 2, body)
        for step in (-4, -1.4, 1.4, 4):
            sheet.line((cx - 4 * big, cy + step * big), (cx + 4.6 * big, cy + step * big), 1, dark)
    if "pushers" in look.extra:
        for turn in (0.165, 0.335):
            px, py = around(x, y, r + 6, turn)
            root = around(x, y, r - 3, turn)
            sheet.line(root, (px, py), 7, dark)
            sheet.line(root, (px, py), 4, body)
            tip = around(x, y, r + 10, turn)
            sheet.line((px, py), tip, 12, dark)
            sheet.line((px, py), tip, 9, body)


def _case(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
    dark, body, light = METALS[look.metal]
    if look.shape == "square":
        for part, colour in ((1.0, dark), (0.975, body), (0.9, light), (0.85, dark)):
            sheet.box(x, y, r * part, r * part, r * 0.14, colour)
        return
    squeeze = 0.78 if look.shape == "oval" else 1.0
    for part, colour in ((1.0, dark), (0.975, body), (0.93, light), (0.9, body), (0.87, dark)):
        sheet.disc(x, y, r * part * squeeze, colour, r * part)
    if look.bezel:
        sheet.disc(x, y, r * 0.985, look.bezel)
        for minute in range(0, 60, 5):
            length = 0.1 if minute % 15 == 0 else 0.06
            a, b = (around(x, y, r * p, minute / 60) for p in (0.955, 0.955 - length))
            if minute == 0:
                sheet.disc(*around(x, y, r * 0.9, 0), r * 0.036, "#efe9d6")
            else:
                sheet.line(a, b, r * 0.022, "#efe9d6")
        sheet.disc(x, y, r * 0.825, dark)
