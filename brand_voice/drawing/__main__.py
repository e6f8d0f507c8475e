"""``python -m brand_voice.drawing [FOLDER]``: all of them, by default into the example brand."""

from __future__ import annotations

import sys
from pathlib import Path

from brand_voice.drawing.catalogue import WATCHES
from brand_voice.drawing.rings import ring
from brand_voice.drawing.services import cell_and_seal, movement, ring_stick, timing_sheet
from brand_voice.drawing.watches import watch


def main() -> None:
    default = Path(__file__).parents[1] / "halden" / "images"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
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
