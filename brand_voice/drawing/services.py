"""What stands for a service: a movement, a timing sheet, a cell, a ring stick."""

from __future__ import annotations

import math

from brand_voice.drawing.sheet import GROUND, HEIGHT, METALS, OVER, WIDTH, Sheet, around, shade


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
