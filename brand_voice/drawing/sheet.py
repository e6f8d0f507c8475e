"""A picture in the making: its size, its colours, and what is drawn on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

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
