"""A dial: markers, hands, subdials, and what a few watches show besides."""

from __future__ import annotations

from brand_voice.drawing.look import Watch
from brand_voice.drawing.sheet import (
    DIALS,
    Point,
    Sheet,
    around,
    shade,
)


def draw_dial(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
    face, ink = DIALS[look.dial]
    inner = r * (0.8 if look.bezel else 0.845)
    if look.shape == "square":
        sheet.box(x, y, inner, inner, r * 0.08, face)
    else:
        squeeze = 0.78 if look.shape == "oval" else 1.0
        sheet.disc(x, y, inner * squeeze, shade(face, 0.86), inner)
        for step in range(1, 7):  # the light falls a little stronger on the middle
            part = inner * (1 - 0.045 * step)
            sheet.disc(x, y, part * squeeze, shade(face, 0.86 + 0.14 * step / 6), part)
    d = inner * (0.78 if look.shape == "oval" else 1.0)
    if "world" in look.extra:
        _world(sheet, x, y, inner, ink)
        d = inner * 0.8
    _markers(sheet, look, x, y, d, inner, ink)
    for sx, sy, size in look.subdials:
        cx, cy, sr = x + sx * d, y + sy * d, size * d
        lighter = "#ded8c8" if look.dial == "black" else shade(face, 0.95)
        mark = "#2b2f36" if look.dial == "black" else ink
        sheet.disc(cx, cy, sr, lighter)
        sheet.ring(cx, cy, sr, 0.8, shade(lighter, 0.75))
        for tick in range(12):
            a, b = (around(cx, cy, sr * p, tick / 12) for p in (0.94, 0.8))
            sheet.line(a, b, 1, mark)
        hand = 0.62 if "regulator" not in look.extra or sy > 0 else 0.85
        sheet.line(around(cx, cy, sr * 0.2, hand + 0.5), around(cx, cy, sr * 0.78, hand), 1.5, mark)
        sheet.disc(cx, cy, 1.8, mark)
    if "moon" in look.extra:
        _moon(sheet, x, y + 0.45 * d, 0.27 * d, ink)
    if "date" in look.extra:
        sheet.box(x + d * 0.66, y, d * 0.11, d * 0.085, 1, "#fbfaf6")
        sheet.words(x + d * 0.66, y, "17", d * 0.13, "#23262b")
    if look.mm > 23 and look.shape != "square" and "regulator" not in look.extra:
        sheet.words(x, y - d * 0.4, look.maker.upper(), d * 0.085, ink, d * 0.022)
    _hands(sheet, look, x, y, d, ink)


def _markers(
    sheet: Sheet, look: Watch, x: float, y: float, d: float, tall: float, ink: str
) -> None:
    ratio = tall / d if look.shape == "oval" else 1.0
    for minute in range(60):
        a, b = (around(0, 0, d * p, minute / 60) for p in (0.965, 0.935))
        if look.shape == "square":
            continue
        sheet.line((x + a[0], y + a[1] * ratio), (x + b[0], y + b[1] * ratio), 0.8, ink)
    lume = "#e9e2c6" if look.dial in ("black", "green") else ink
    for hour in range(12):
        turn = hour / 12
        if "date" in look.extra and hour == 3:
            continue
        if hour == 6 and look.markers == "numerals" and look.subdials:
            continue
        if look.markers == "numerals":
            sx, sy = around(0, 0, d * 0.76, turn)
            sheet.words(x + sx, y + sy * ratio, str(hour or 12), d * 0.2, lume)
            continue
        if look.markers == "dots":
            size = d * (0.085 if hour % 3 == 0 else 0.06)
            sheet.disc(*around(x, y, d * 0.8, turn), size, lume)
            continue
        bold = look.markers == "bold"
        start, end = (0.92, 0.68) if bold else (0.93, 0.74)
        width = d * (0.055 if bold else 0.02)
        if look.shape == "square":
            a, b = (_on_square(x, y, d * p, turn) for p in (0.93, 0.76))
        else:
            a = around(x, y, d * start, turn)
            b = around(x, y, d * end, turn)
            a, b = (a[0], y + (a[1] - y) * ratio), (b[0], y + (b[1] - y) * ratio)
        if hour == 0 and bold:
            for side in (-0.045, 0.045):
                sheet.line((x + side * d, a[1]), (x + side * d, b[1]), width * 0.9, lume)
        else:
            sheet.line(a, b, width, lume)


def _on_square(x: float, y: float, r: float, turn: float) -> Point:
    px, py = around(0, 0, 1, turn)
    stretch = r / max(abs(px), abs(py))
    return x + px * stretch, y + py * stretch


def _hands(sheet: Sheet, look: Watch, x: float, y: float, d: float, ink: str) -> None:
    hour, minute = (10 + 9 / 60) / 12, 9 / 60
    bright = {"black": "#ece7d8", "green": "#eeeadb", "blue": "#eceff2", "grey": "#f1f1ef"}
    colour = bright.get(look.dial, "#eceff2" if look.dial == "dark grey" else ink)
    if look.hands == "blued":
        colour = "#27437a"
    thick = 1.7 if look.markers in ("bold", "dots", "numerals") else 1.0
    if "regulator" not in look.extra:
        _hand(sheet, x, y, d * 0.55, hour, d * 0.042 * thick, colour)
    _hand(sheet, x, y, d * 0.84, minute, d * 0.032 * thick, colour)
    if look.seconds and not look.subdials:
        red = "#b3392f" if look.dial in ("white", "black") and look.markers != "thin" else colour
        sheet.line(around(x, y, d * 0.22, 0.1), around(x, y, d * 0.88, 0.6), max(1, d * 0.012), red)
        sheet.disc(x, y, d * 0.035, red)
    sheet.disc(x, y, d * 0.04, colour)
    sheet.disc(x, y, d * 0.014, shade(colour, 0.6))


def _hand(
    sheet: Sheet, x: float, y: float, length: float, turn: float, half: float, colour: str
) -> None:
    tip, tail = around(x, y, length, turn), around(x, y, -length * 0.14, turn)
    sx, sy = around(0, 0, half, turn + 0.25)
    waist = around(x, y, length * 0.82, turn)
    left = [(tail[0] - sx * 0.6, tail[1] - sy * 0.6), (waist[0] - sx, waist[1] - sy), tip]
    right = [(waist[0] + sx, waist[1] + sy), (tail[0] + sx * 0.6, tail[1] + sy * 0.6)]
    sheet.shape([*left, *right], colour)
    sheet.shape([tail, *left[1:]], shade(colour, 0.82))


def _moon(sheet: Sheet, x: float, y: float, r: float, ink: str) -> None:
    sheet.disc(x, y, r, "#1f3763")
    sheet.disc(x - r * 0.1, y - r * 0.15, r * 0.42, "#e8cd85")
    for sx, sy in ((-0.62, 0.1), (0.55, -0.45), (0.6, 0.2), (-0.45, -0.6), (0.3, -0.75)):
        sheet.disc(x + sx * r, y + sy * r, 1.1, "#e8cd85")
    sheet.shape(
        [(x - r, y + r * 0.32), (x + r, y + r * 0.32), (x + r, y + r), (x - r, y + r)], "#f0e6cf"
    )
    sheet.ring(x, y, r, 1, ink)


def _world(sheet: Sheet, x: float, y: float, r: float, ink: str) -> None:
    sheet.disc(x, y, r, "#d9dcdf")
    for zone in range(24):
        a, b = (around(x, y, r * p, zone / 24) for p in (0.97, 0.86))
        sheet.line(a, b, 3.2 if zone % 6 == 0 else 1.5, "#39506f")
    sheet.disc(x, y, r * 0.81, "#1b3156")
    sheet.disc(x, y, r * 0.8, "#233f73")
