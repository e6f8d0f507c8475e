"""What cases stand on: the example brand, and a small simulated workspace with its customers.

Made once for a run and only where a kind of case needs it, before any case's time is taken.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from agents.house_writer import HouseWriter
from app.importing import import_file
from app.stack import build_stack
from app.workspace import EXAMPLE_BRAND, Workspace, init_workspace
from brand_voice.brand import Brand, load_brand, load_facts
from domain.facts import Facts
from evals.case import CaseError, Kind
from evals.market.history import make_market, write_history
from evals.market.world import World
from evals.team import Team, make_team
from workflows.stack import Stack

WORLD = World(seed=1, customers=6_000)
"""Cases name figures of this very market: another seed is another market."""


class Ground:
    """Parts made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.house = HouseWriter()

    def prepare(self, kind: Kind) -> None:
        """Make what cases of a kind need. Raises CaseError no_ground."""
        if kind in ("briefs", "copy", "critic"):
            _ = self.brand, self.facts
        if kind in ("briefs", "copy"):
            _ = self.stack
        if kind == "chat":
            _ = self.team

    @cached_property
    def brand(self) -> Brand:
        if not (EXAMPLE_BRAND / "guide.yaml").is_file():
            raise CaseError("no_ground", "The example brand is missing.", thing=EXAMPLE_BRAND.name)
        return load_brand(EXAMPLE_BRAND)

    @cached_property
    def facts(self) -> Facts:
        return load_facts(EXAMPLE_BRAND)

    @cached_property
    def team(self) -> Team:
        """A team in the middle of its work, in a workspace of its own."""
        # The demo's steps bring event loops of their own, and cases run in one already.
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(make_team, self._folder / "team", WORLD).result()

    @cached_property
    def workspace(self) -> Workspace:
        """A simulated workspace with the example brand and 6,000 customers, all imported."""
        workspace = init_workspace(
            self._folder / "workspace",
            name="Halden",
            timezone="Europe/Berlin",
            currency="EUR",
            owner_name="Eval",
            owner_email="eval@localhost",
            brand=EXAMPLE_BRAND,
            simulated_at=WORLD.end,
            settings={
                "sending": {
                    "from_address": "post@halden.example",
                    "from_name": "Halden",
                    "image_base_url": "https://halden.example",
                }
            },
            environment={"MAINSPRING_HOME": str(self._folder / "home")},
        )
        products = workspace.brand_folder / "products.jsonl"
        exports = write_history(make_market(WORLD), self._folder / "exports", products=products)
        files: tuple[tuple[str, Path], ...] = (
            ("facts", products),
            ("facts", workspace.brand_folder / "house.jsonl"),
            ("customers", exports.customers),
            ("orders", exports.orders),
            ("events", exports.events),
            ("suppressions", exports.suppressions),
        )
        for kind, path in files:
            import_file(
                workspace,
                kind,  # type: ignore[arg-type]
                path,
                mapping={},
                timezone="Europe/Berlin",
                currency="EUR",
            )
        return workspace

    @cached_property
    def stack(self) -> Stack:
        return build_stack(self.workspace)
