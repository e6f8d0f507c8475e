"""Where the demo takes place: a simulated workspace, its market, and the server for its mails."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.importing import Imported, import_file
from app.settings import FILE_NAME
from app.workspace import EXAMPLE_BRAND, Workspace, init_workspace, open_workspace
from brand_voice.brand import load_brand
from brand_voice.embedder import MiniLM
from brand_voice.index import VoiceIndex
from domain.errors import Refused
from evals.market.history import Exports, Market, make_market, write_history
from evals.market.inbox import Inbox
from evals.market.world import World
from ledger import people
from ledger.people import Person
from tools.store.fields import Kind

MARK = ".mainspring-demo"
"""Stands in folders that a demo made and may replace."""
TIMEZONE = "Europe/Berlin"
CURRENCY = "EUR"
WATCHED_DAYS = 28
"""Days after the last mail at which the one report is written."""


class DemoError(Refused):
    """Codes: ``not_a_demo``, ``did_not_go_on``."""


@dataclass(frozen=True)
class Setting:
    workspace: Workspace
    market: Market
    inbox: Inbox
    approver: Person
    """Decides in this simulated workspace, and exists in no other."""
    owner: Person
    """Starts the campaigns; the newcomer's commands act as this person."""

    @property
    def products(self) -> Path:
        return self.workspace.brand_folder / "products.jsonl"


def clear(folder: Path) -> Path:
    """Make room. Raises DemoError for a folder that holds anything but an earlier demo."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise DemoError(
                "not_a_demo",
                "There is something else in this folder.",
                thing=str(folder),
                next_step="Name another one: mainspring demo --folder FOLDER",
            )
        if (folder / FILE_NAME).exists():
            # Token and keys of the earlier demo lie outside of its folder.
            shutil.rmtree(open_workspace(folder).secrets_folder, ignore_errors=True)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by `mainspring demo`, which may replace it.\n", "utf-8")
    return folder


def make_workspace(
    folder: Path, world: World, inbox: Inbox, environment: Mapping[str, str] | None = None
) -> Setting:
    """The workspace with the example brand, its owner, and the demo approver."""
    init_workspace(
        folder,
        name="Halden",
        timezone=TIMEZONE,
        currency=CURRENCY,
        owner_name="You",
        owner_email="you@halden.example",
        brand=EXAMPLE_BRAND,
        simulated_at=world.end,
        settings={
            "sending": {
                "from_address": "post@halden.example",
                "from_name": "Halden",
                "smtp_host": "127.0.0.1",
                "smtp_port": inbox.port,
                "image_base_url": "https://halden.example",
            },
        },
        environment=environment,
    )
    # One look at the results, when the days that the brief counts are over.
    with (folder / FILE_NAME).open("a", encoding="utf-8") as settings:
        settings.write(f"\n[holdout]\nresults_days = [{WATCHED_DAYS}]\n")
    workspace = open_workspace(folder, environment)
    with workspace.ledger.write() as tx:
        approver = people.add(tx, "Demo approver", "demo@halden.example", "demo_approver")
        owner = workspace.person(tx)
    return Setting(workspace, make_market(world), inbox, approver, owner)


def export_history(setting: Setting) -> Exports:
    """The files that the house's other systems would export."""
    folder = setting.workspace.folder / "exports"
    return write_history(setting.market, folder, products=setting.products)


def read_past_letters(setting: Setting) -> None:
    """Build the index of the brand's past letters now, which the first campaign would do else."""
    letters = VoiceIndex(
        setting.workspace.folder / "voice", load_brand(setting.workspace.brand_folder), MiniLM()
    )
    asyncio.run(letters.build())
    letters.close()


def bring_in(setting: Setting, kind: Kind, path: Path) -> Imported:
    """``mainspring import KIND FILE``."""
    return import_file(
        setting.workspace, kind, path, mapping={}, timezone=TIMEZONE, currency=CURRENCY
    )
