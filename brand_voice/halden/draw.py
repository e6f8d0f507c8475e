"""Draws the pictures in ``images/``. Run it after a change to the table at the end.

Needs Pillow, which the program itself does not: ``pip install pillow``, then
``python brand_voice/halden/draw.py``. Every watch is drawn to the same scale, so that 34 mm looks
smaller than 41 mm; rings and tools have a scale of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import (  # type: ignore[import-not-found,unused-ignore]
    Image,
    ImageDraw,
    ImageFilter,
    ImageFont,
)

WIDTH, HEIGHT = 600, 450
OVER = 3  # drawn larger and scaled down, for smooth edges
MOST_BYTES = 25_000  # a mail should not keep a telephone busy
PIXELS_PER_MM = 8.2
Point = tuple[float, float]

GROUND = "#dcd8d0"
ACCENTS = ("#b0303f", "#b3392f", "#27437a")  # too few points for a palette of averages
METALS = {
    "steel": ("#8d9298", "#d4d7da", "#f1f2f3"),
    "titanium": ("#6f7174", "#a3a5a8", "#c6c8ca"),
    "gold": ("#9a7430", "#d8b468", "#f0dca8"),
    "white gold": ("#94938e", "#d9d7d1", "#f3f2ee"),
    "silver": ("#8f8f8c", "#dbdad6", "#f5f4f1"),
    "platinum": ("#878c92", "#d0d5d9", "#eff2f4"),
}
DIALS = {
    "silver": ("#e6e5e1", "#2b2f36"),
    "white": ("#f6f4ee", "#23262b"),
    "cream": ("#f0e6cf", "#4a3a22"),
    "champagne": ("#e4cf9d", "#4a3a22"),
    "tea": ("#d8bb8c", "#4a3320"),
    "black": ("#1f2124", "#ece7d8"),
    "grey": ("#70757b", "#f1f1ef"),
    "dark grey": ("#3c4046", "#f1f1ef"),
    "blue": ("#233f73", "#f3f3f0"),
    "green": ("#1f3b32", "#eeeadb"),
}
STRAPS = {
    "brown": "#6b4528",
    "dark brown": "#45301f",
    "tan": "#b08456",
    "black": "#26272a",
    "grey": "#6b6e72",
    "olive": "#5a5c3c",
    "blue": "#2c3d5c",
    "steel": "#b9bdc1",
    "two-tone": "#c6bda2",
}


@dataclass(frozen=True)
class Watch:
    """What one watch looks like. ``subdials`` are (x, y, size) in parts of the dial's radius."""

    mm: float
    metal: str = "steel"
    dial: str = "silver"
    markers: str = "thin"
    strap: str = "brown"
    maker: str = "Halden"
    shape: str = "round"
    subdials: tuple[tuple[float, float, float], ...] = ()
    bezel: str = ""
    seconds: bool = True
    hands: str = "baton"
    extra: tuple[str, ...] = field(default=())


class Sheet:
    """A picture in the making, with lengths in its final pixels."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * OVER, HEIGHT * OVER), GROUND)
        self.draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, rx: float, fill: str, ry: float | None = None) -> None:
        ry = rx if ry is None else ry
        self.draw.ellipse([v * OVER for v in (x - rx, y - ry, x + rx, y + ry)], fill=fill)

    def ring(self, x: float, y: float, r: float, width: float, colour: str) -> None:
        box = [v * OVER for v in (x - r, y - r, x + r, y + r)]
        self.draw.ellipse(box, outline=colour, width=max(1, round(width * OVER)))

    def box(self, x: float, y: float, rx: float, ry: float, corner: float, fill: str) -> None:
        area = [v * OVER for v in (x - rx, y - ry, x + rx, y + ry)]
        self.draw.rounded_rectangle(area, corner * OVER, fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self.draw.polygon([(x * OVER, y * OVER) for x, y in points], fill=fill)

    def line(self, a: Point, b: Point, width: float, colour: str) -> None:
        ends = [v * OVER for v in (*a, *b)]
        self.draw.line(ends, fill=colour, width=max(1, round(width * OVER)))

    def words(
        self, x: float, y: float, text: str, size: float, colour: str, gap: float = 0
    ) -> None:
        font = ImageFont.load_default(round(size * OVER))
        widths = [font.getlength(c) + gap * OVER for c in text]
        at = x * OVER - (sum(widths) - gap * OVER) / 2
        for letter, width in zip(text, widths, strict=True):
            self.draw.text((at, y * OVER), letter, font=font, fill=colour, anchor="lm")
            at += width

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: int = 70) -> None:
        mask = Image.new("L", self.image.size, 0)
        box = [v * OVER for v in (x - rx, y - ry, x + rx, y + ry)]
        ImageDraw.Draw(mask).ellipse(box, fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(12 * OVER))
        self.image.paste(Image.new("RGB", self.image.size, "#5d564a"), (0, 0), mask)
        self.draw = ImageDraw.Draw(self.image)

    def save(self, path: Path) -> None:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        for colours in (112, 96, 80, 64, 48):
            common = small.quantize(colours, dither=Image.Dither.NONE).getpalette() or []
            palette = Image.new("P", (1, 1))
            palette.putpalette(common[: colours * 3] + [c for one in ACCENTS for c in rgb(one)])
            small.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size <= MOST_BYTES:
                return


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def shade(colour: str, factor: float) -> str:
    """A colour made darker (factor below 1) or lighter."""
    channels = rgb(colour)
    if factor <= 1:
        return "#" + "".join(f"{round(c * factor):02x}" for c in channels)
    return "#" + "".join(f"{round(c + (255 - c) * (factor - 1)):02x}" for c in channels)


def around(x: float, y: float, r: float, turn: float) -> Point:
    """The point at a turn (0 up, 0.25 right) on a circle."""
    angle = turn * 2 * math.pi
    return x + r * math.sin(angle), y - r * math.cos(angle)


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
    _dial(sheet, look, x, y, r)
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


def _dial(sheet: Sheet, look: Watch, x: float, y: float, r: float) -> None:
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


def movement(rotor: bool) -> Sheet:
    """A movement in parts, laid out in rows."""
    sheet = Sheet()
    brass, steel = METALS["gold"], METALS["steel"]
    wheels = ((112, 128, 44, 26), (226, 118, 34, 22), (322, 132, 40, 24), (118, 262, 30, 20))
    for x, y, r, teeth in (*wheels, (214, 256, 38, 24)):
        sheet.shadow(x + 4, y + 6, r, r, 50)
        for tooth in range(teeth):
            sheet.line((x, y), around(x, y, r, tooth / teeth), 3.4, brass[0])
        sheet.disc(x, y, r - 4, brass[1])
        sheet.disc(x, y, r - 10, GROUND)
        for spoke in range(5):
            sheet.line((x, y), around(x, y, r - 8, spoke / 5), 4, brass[1])
        sheet.disc(x, y, 8, brass[1])
        sheet.disc(x, y, 3, steel[0])
    x, y = 446, 176
    sheet.shadow(x + 6, y + 10, 88, 88, 60)
    for part, colour in ((90, steel[0]), (88, steel[1]), (80, steel[2])):
        sheet.disc(x, y, part, colour)
    for level in range(-76, 77, 5):
        half = math.sqrt(max(80**2 - level**2, 0))
        sheet.line((x - half, y + level), (x + half, y + level), 1.1, shade(steel[1], 0.97))
    for px, py, r in ((-34, -30, 17), (30, -20, 24), (4, 40, 20)):
        sheet.disc(x + px, y + py, r, steel[0])
        sheet.disc(x + px, y + py, r - 2, brass[1])
        sheet.disc(x + px, y + py, r - 7, brass[2])
        sheet.disc(x + px, y + py, 4, "#b0303f")
    for px, py in ((-58, 34), (56, 44), (-8, -62)):
        sheet.disc(x + px, y + py, 6, "#27437a")
        sheet.line((x + px - 4, y + py - 4), (x + px + 4, y + py + 4), 1.6, steel[2])
    for at in range(7):
        sx, sy = 110 + at * 36, 366
        sheet.disc(sx, sy, 8, "#27437a")
        sheet.line((sx - 5, sy), (sx + 5, sy), 1.8, steel[2])
    if rotor:
        x, y = 446, 366
        sheet.draw.pieslice(
            [v * OVER for v in (x - 92, y - 92, x + 92, y + 92)], 180, 360, steel[0]
        )
        sheet.draw.pieslice(
            [v * OVER for v in (x - 90, y - 90, x + 90, y + 90)], 181, 359, brass[1]
        )
        sheet.draw.pieslice([v * OVER for v in (x - 66, y - 66, x + 66, y + 66)], 180, 360, GROUND)
        sheet.shape([(x - 8, y), (x + 8, y), (x + 16, y - 70), (x - 16, y - 70)], brass[1])
        sheet.disc(x, y, 14, steel[0])
        sheet.disc(x, y, 12, steel[1])
    else:
        sheet.box(446, 356, 74, 7, 3, steel[0])
        sheet.box(446, 356, 72, 5, 3, "#7a4a2b")
        sheet.shape([(374, 351), (374, 361), (340, 357), (340, 355)], steel[0])
    return sheet


def timing_sheet() -> Sheet:
    sheet = Sheet()
    x, y = WIDTH / 2, HEIGHT / 2
    sheet.shadow(x + 8, y + 12, 170, 150, 60)
    sheet.box(x, y, 180, 165, 3, "#fbfaf6")
    for row in range(11):
        sheet.line((x - 150, y - 92 + row * 18), (x + 150, y - 92 + row * 18), 0.8, "#d9dcdf")
    for column in range(17):
        at = x - 150 + column * 18.75
        sheet.line((at, y - 92), (at, y + 88), 0.8, "#e6e8ea")
    for dot in range(76):
        wave = 2.2 * math.sin(dot * 1.7) + 1.1 * math.sin(dot * 0.6)
        for level, colour in ((-14.0, "#1b4788"), (10.0, "#1b4788")):
            sheet.disc(x - 148 + dot * 3.95, y + level - dot * 0.32 + wave, 1.7, colour)
    sheet.words(x - 96, y - 122, "+6 s / 24 h", 21, "#23262b")
    sheet.words(x + 34, y - 122, "284°", 21, "#23262b")
    sheet.words(x + 112, y - 122, "5 bar", 21, "#23262b")
    sheet.words(x, y + 124, "KORBINIAN HAST", 12, "#606870", 2.4)
    return sheet


def cell_and_seal() -> Sheet:
    sheet = Sheet()
    dark, body, light = METALS["steel"]
    x, y = 226, 232
    sheet.shadow(x + 8, y + 12, 92, 92, 80)
    for part, colour in ((96, dark), (93, body), (82, light), (78, body)):
        sheet.disc(x, y, part, colour)
    sheet.words(x, y - 14, "+", 54, dark)
    sheet.words(x, y + 30, "1.55 V", 19, dark, 1)
    sheet.shadow(432, 240, 62, 62, 50)
    sheet.ring(428, 232, 66, 9, "#26272a")
    sheet.ring(428, 232, 64, 1.6, "#5c5e63")
    return sheet


def ring_stick() -> Sheet:
    sheet = Sheet()
    dark, body, light = METALS["steel"]
    y = HEIGHT / 2 + 6
    sheet.shadow(320, y + 44, 250, 20, 90)
    sheet.shape([(70, y - 14), (480, y - 40), (480, y + 40), (70, y + 14)], body)
    sheet.shape([(70, y - 14), (480, y - 40), (480, y - 22), (70, y - 7)], light)
    sheet.shape([(70, y + 8), (480, y + 24), (480, y + 40), (70, y + 14)], shade(body, 0.86))
    sheet.box(520, y, 52, 40, 8, "#6b4528")
    sheet.box(520, y - 22, 52, 10, 6, shade("#6b4528", 1.15))
    for step in range(15):
        at = 110 + step * 24
        half = 14 + (at - 70) * 26 / 410
        sheet.line((at, y - half), (at, y + half), 1.2, dark)
        if step % 2 == 0 and step not in (8,):
            sheet.words(at + 11, y, str(48 + step), 11, shade(dark, 0.8))
    x, half = 300, 14 + 230 * 26 / 410
    gold = METALS["gold"]
    for offset, colour in ((0, gold[0]), (2, gold[1]), (7, gold[2]), (11, gold[1])):
        sheet.box(x + offset / 2, y, 12 - offset / 2, half + 9 - offset / 3, 6, colour)
    return sheet


SMALL_SECONDS = ((0.0, 0.48, 0.25),)
WATCHES = {
    "watch-1968-dress": Watch(34, maker="Kaltenau"),
    "watch-1971-chronograph": Watch(
        38,
        dial="black",
        strap="black",
        maker="Dorvin",
        subdials=((-0.46, 0, 0.27), (0.46, 0, 0.27)),
        extra=("pushers",),
    ),
    "watch-1965-alarm": Watch(
        36, metal="gold", dial="champagne", maker="Dorvin", extra=("two crowns",)
    ),
    "watch-1981-diver": Watch(
        40, dial="black", markers="dots", strap="grey", maker="Ostrand", bezel="#6d7073"
    ),
    "watch-1958-square": Watch(
        27,
        metal="gold",
        dial="cream",
        strap="black",
        maker="Merrow",
        shape="square",
        subdials=((0.0, 0.5, 0.24),),
    ),
    "watch-1974-field": Watch(
        35, dial="black", markers="numerals", strap="olive", maker="Kaltenau"
    ),
    "watch-1962-date": Watch(35, dial="white", strap="tan", maker="Sarnach", extra=("date",)),
    "watch-1969-pilot": Watch(
        39, dial="black", markers="numerals", maker="Kaltenau", extra=("big crown",)
    ),
    "watch-1955-seconds": Watch(
        33, metal="gold", dial="cream", maker="Dorvin", subdials=SMALL_SECONDS
    ),
    "watch-1978-quartz": Watch(36, dial="blue", markers="bold", strap="steel", maker="Ostrand"),
    "watch-1984-small": Watch(
        24, dial="cream", strap="two-tone", maker="Merrow", metal="gold", seconds=False
    ),
    "watch-1952-automatic": Watch(
        34, dial="tea", strap="dark brown", maker="Sarnach", subdials=SMALL_SECONDS
    ),
    "watch-1966-moon": Watch(
        35.5,
        metal="gold",
        dial="cream",
        strap="black",
        maker="Dorvin",
        seconds=False,
        hands="blued",
        extra=("moon",),
    ),
    "watch-1973-worldtime": Watch(
        41, dial="blue", strap="black", maker="Ostrand", extra=("world",)
    ),
    "watch-1988-sports": Watch(37, dial="grey", markers="bold", strap="steel", maker="Kaltenau"),
    "watch-1960-enamel": Watch(
        34, dial="white", markers="numerals", strap="blue", maker="Merrow", hands="blued"
    ),
    "watch-1949-pocket": Watch(
        44,
        metal="silver",
        dial="white",
        markers="numerals",
        maker="Sarnach",
        shape="pocket",
        hands="blued",
        subdials=((0.0, 0.5, 0.2),),
    ),
    "watch-1992-titanium": Watch(
        38, metal="titanium", dial="dark grey", markers="bold", strap="black", maker="Ostrand"
    ),
    "watch-1970-regulator": Watch(
        37,
        strap="grey",
        maker="Kaltenau",
        subdials=((0.0, -0.42, 0.3), (0.0, 0.48, 0.24)),
        hands="blued",
        extra=("regulator",),
    ),
    "watch-1964-oval": Watch(
        25, metal="white gold", strap="black", maker="Dorvin", shape="oval", seconds=False
    ),
    "isar-38": Watch(38, dial="blue", markers="bold", strap="black"),
    "isar-34": Watch(34, markers="bold", strap="brown"),
    "loisach-36": Watch(36, dial="grey", strap="grey", seconds=False),
    "amper-41": Watch(41, dial="green", markers="dots", strap="black", bezel="#1c342c"),
    "wuerm-30": Watch(30, dial="white", strap="blue"),
}


def main() -> None:
    folder = Path(__file__).parent / "images"
    folder.mkdir(exist_ok=True)
    sheets = {name: watch(look) for name, look in WATCHES.items()}
    sheets |= {
        "ring-1934-signet": ring(5, "gold", "signet"),
        "ring-band-4": ring(4, "gold"),
        "ring-pair-35": ring(3.5, "gold", pair=True),
        "ring-1925-sapphire": ring(3, "platinum", "sapphire"),
        "ring-1960-pearl": ring(2.5, "gold", "pearl"),
        "ring-1978-hammered": ring(6, "silver", hammered=True),
        "service-handwound": movement(rotor=False),
        "service-automatic": movement(rotor=True),
        "service-check": timing_sheet(),
        "service-battery": cell_and_seal(),
        "service-resize": ring_stick(),
    }
    for name, sheet in sheets.items():
        sheet.save(folder / f"{name}.png")


if __name__ == "__main__":
    main()
