"""Rings."""

from __future__ import annotations

from brand_voice.drawing.sheet import (
    GROUND,
    HEIGHT,
    METALS,
    WIDTH,
    Sheet,
    around,
    shade,
)


def ring(
    mm: float, metal: str, face: str = "", pair: bool = False, hammered: bool = False
) -> Sheet:
    """A ring seen from a little above: a band, and what is set on it."""
    sheet = Sheet()
    dark, body, light = METALS[metal]
    places = [(WIDTH / 2 - 52, HEIGHT / 2 + 26), (WIDTH / 2 + 66, HEIGHT / 2 + 40)]
    if not pair:
        places = [(WIDTH / 2, HEIGHT / 2 + (46 if face else 20))]
    for at, (x, y) in enumerate(places):
        rx, ry = (118.0, 104.0) if at == 0 else (104.0, 92.0)
        wide = 9 + mm * 3.4 if mm < 10 else 20
        sheet.shadow(x + 8, y + ry - 6, rx * 0.92, 26, 120)
        _band(sheet, x, y, rx, ry, wide, (dark, body, light))
        if hammered:
            for step in range(70):
                turn = (step * 0.381966) % 1
                if 0.32 < turn < 0.5:
                    continue
                px, py = around(0, 0, 1, turn)
                spot = 3.4 + (step % 5) * 0.7
                middle = 1 - wide / rx / 2 * (0.6 + 0.8 * ((step * 7) % 10) / 10)
                sheet.disc(x + px * rx * middle, y + py * ry * middle, spot, shade(body, 0.86))
                sheet.disc(x + px * rx * middle - 1, y + py * ry * middle - 1, spot - 1.4, light)
    x, y = places[0]
    top = y - 104
    if face == "signet":
        sheet.disc(x, top + 6, 62, dark, 48)
        sheet.disc(x, top + 4, 60, body, 46)
        sheet.disc(x, top + 3, 54, light, 41)
        sheet.words(x, top + 4, "K A", 40, shade(dark, 0.9), 2)
    elif face == "sapphire":
        sheet.box(x, top + 2, 40, 40, 4, dark)
        sheet.box(x, top + 1, 37, 37, 3, body)
        sheet.box(x, top, 32, 32, 3, "#16306b")
        sheet.box(x, top, 20, 20, 1, "#2a52a8")
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            sheet.line((x + sx * 20, top + sy * 20), (x + sx * 31, top + sy * 31), 1.4, "#4f77c9")
        sheet.shape([(x - 20, top - 20), (x + 20, top - 20), (x - 20, top + 12)], "#3a66bd")
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            sheet.disc(x + sx * 31, top + sy * 31, 7, dark)
            sheet.disc(x + sx * 31 - 1, top + sy * 31 - 1, 5.4, light)
    elif face == "pearl":
        sheet.disc(x, top + 22, 26, dark, 12)
        sheet.disc(x, top + 20, 24, body, 10)
        for step in range(14):
            part = 1 - step * 0.055
            grey = 206 + step * 3
            sheet.disc(
                x - step * 0.9,
                top - 10 - step * 1.1,
                39 * part,
                f"#{grey:02x}{grey - 3:02x}{grey - 9:02x}",
                37 * part,
            )
        sheet.disc(x - 14, top - 26, 7, "#fdfcfa", 5)
    return sheet


def _band(
    sheet: Sheet, x: float, y: float, rx: float, ry: float, wide: float, metal: tuple[str, str, str]
) -> None:
    dark, body, light = metal
    depth = wide * 0.75
    sheet.disc(x, y + depth * 0.5, rx, shade(dark, 0.85), ry)
    sheet.disc(x, y, rx, dark, ry)
    sheet.disc(x, y, rx - 1.6, body, ry - 1.6)
    sheet.disc(x - 2, y - 2, rx - wide * 0.3, light, ry - wide * 0.3)
    sheet.disc(x, y, rx - wide * 0.5, body, ry - wide * 0.5)
    sheet.disc(x, y, rx - wide, shade(dark, 0.8), ry - wide)
    sheet.disc(x, y + depth * 0.35, rx - wide, shade(body, 0.82), ry - wide)
    sheet.disc(x, y + depth * 0.8, rx - wide, GROUND, ry - wide)
    sheet.disc(x, y + ry - wide - 6, rx * 0.5, shade(GROUND, 0.93), 7)
