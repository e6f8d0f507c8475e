"""What cases stand on: the example brand, and a small simulated workspace with its customers.

Made once for a run and only where a kind of case needs it, before any case's time is taken.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from agents.house_writer import HouseWriter
from brand_voice.brand import Brand, load_brand, load_facts
from domain.facts import Facts
from evals.case import CaseError, Kind

BRAND = Path(__file__).parents[1] / "brand_voice" / "halden"


class Ground:
    """Parts made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.house = HouseWriter()

    def prepare(self, kind: Kind) -> None:
        """Make what cases of a kind need. Raises CaseError no_ground."""
        if kind in ("briefs", "copy", "critic", "goals"):
            _ = self.brand, self.facts

    @cached_property
    def brand(self) -> Brand:
        if not (BRAND / "guide.yaml").is_file():
            raise CaseError("no_ground", "The example brand is missing.", thing=BRAND.name)
        return load_brand(BRAND)

    @cached_property
    def facts(self) -> Facts:
        return load_facts(BRAND)
