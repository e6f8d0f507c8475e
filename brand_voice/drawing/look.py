"""What one watch looks like."""

from __future__ import annotations

from dataclasses import dataclass, field


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
