"""Every watch of the example brand."""

from __future__ import annotations

from brand_voice.drawing.look import Watch

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
