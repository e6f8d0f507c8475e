"""A workspace: one folder, one brand, one ledger. Made by ``init_workspace``, opened here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.secrets import Secrets, load_secrets, make_secrets, secrets_folder, write_secret
from app.settings import FILE_NAME, Settings, load_settings, parse_settings, settings_text
from domain.errors import PersonNeeded, Refused
from domain.ids import new_id
from ledger import database, erasures, people, suppression
from ledger.database import Ledger, Transaction
from ledger.people import Person
from ledger.sending import HighWater
from prompts.library import OWN

if TYPE_CHECKING:
    from tools.store.segments import Store

HIGH_WATER = "high_water"
"""The mark's name among the secrets."""

EXAMPLE_BRAND = Path(__file__).parents[1] / "brand_voice" / "halden"
"""The invented brand that the project brings as the example to copy."""

STARTER_GUIDE = """\
# The voice of your brand. brand_voice/halden/ in the project is a whole example to copy from;
# docs/bring-your-own-data.md explains every file of this folder.
brand: {name}
principles: []
banned: []
greetings:
  - language: en
    with_name: "Hello {{{{first_name}}}},"
    without_name: "Hello,"
legal: []
postal_address: ""
shop_url: ""
allowed_hosts: []
"""


class WorkspaceError(Refused):
    """Codes: ``already_a_workspace``, ``leftovers``, ``brand_missing``, ``no_token``."""


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Its parts are made when they are first asked for."""

    folder: Path
    settings: Settings
    environment: Mapping[str, str]

    @property
    def brand_folder(self) -> Path:
        return self.folder / "brand"

    @property
    def prompts_folder(self) -> Path:
        """The brand's own prompts; seldom there."""
        return self.brand_folder / OWN

    @property
    def store_folder(self) -> Path:
        return self.folder / "data"

    @property
    def spool_folder(self) -> Path:
        return self.folder / "spool"

    @property
    def store(self) -> Store:
        """The customer data; what is read into it leaves out who was erased."""
        from tools.store.segments import Store

        key = self.secrets.suppression_key

        def erased(named: Iterable[str]) -> set[str]:
            with self.ledger.read() as tx:
                if not erasures.any_at_all(tx):
                    return set()
                names = list(named)
                ids = erasures.among(tx, names, key)
                hashes = {suppression.address_hash(n, key): n for n in names if "@" in n}
                reasons = suppression.reasons(tx, list(hashes))
            return ids | {hashes[h] for h, why in reasons.items() if why == "erased"}

        return Store(self.store_folder, erased, self.settings.privacy.orders)

    @property
    def kept_answers_folder(self) -> Path:
        return self.folder / "answers"

    @property
    def quarantine_folder(self) -> Path:
        return self.folder / "quarantine"

    @property
    def reports_folder(self) -> Path:
        return self.folder / "reports"

    @property
    def timezone(self) -> str:
        return self.settings.workspace.timezone

    @property
    def currency(self) -> str:
        return self.settings.workspace.currency

    @property
    def secrets_folder(self) -> Path:
        return secrets_folder(self.settings.workspace.id, self.environment)

    @cached_property
    def secrets(self) -> Secrets:
        return load_secrets(self.secrets_folder, self.environment)

    @cached_property
    def ledger(self) -> Ledger:
        return database.open_ledger(
            ledger_url(self.folder),
            mark=self.high_water,
            erased_key=lambda: self.secrets.suppression_key,
        )

    @cached_property
    def high_water(self) -> HighWater:
        """The mark that a restored backup of the ledger falls behind."""
        return HighWater(self.secrets_folder / HIGH_WATER)

    def person(self, tx: Transaction) -> Person:
        """Whom commands act as. Raises WorkspaceError no_token, LedgerError unknown_token."""
        if not self.secrets.token:
            raise PersonNeeded(
                "no_token",
                "Nobody is signed in to this workspace on this machine.",
                thing=str(self.secrets_folder / "token"),
                next_step="Set MAINSPRING_TOKEN to your token; an owner can issue one.",
            )
        return people.by_token(tx, self.secrets.token)


def ledger_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.sqlite'}"


def find_folder(named: Path | None, environment: Mapping[str, str]) -> Path:
    """The workspace that a command means: the one named, MAINSPRING_WORKSPACE, or the nearest
    folder upwards that is one; else the present folder, which opening then refuses."""
    if named is not None:
        return named.resolve()
    if environment.get("MAINSPRING_WORKSPACE"):
        return Path(environment["MAINSPRING_WORKSPACE"]).resolve()
    here = Path.cwd()
    return next((at for at in (here, *here.parents) if (at / FILE_NAME).exists()), here)


def open_workspace(
    named: Path | None = None, environment: Mapping[str, str] | None = None
) -> Workspace:
    """Open a workspace. Raises SettingsError where there is none or its settings are wrong."""
    around = os.environ if environment is None else environment
    folder = find_folder(named, around)
    return Workspace(folder, load_settings(folder, around), around)


def init_workspace(
    folder: Path,
    *,
    name: str,
    timezone: str,
    currency: str,
    owner_name: str,
    owner_email: str,
    brand: Path | None = None,
    simulated_at: datetime | None = None,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Workspace:
    """Make a workspace: its folders, settings, ledger, owner, token and keys.

    ``simulated_at`` makes it a simulated one, whose clock stands there until it is moved.
    ``settings`` are further settings by section. The settings file is written last: without it
    the folder is no workspace yet. Raises WorkspaceError and SettingsError.
    """
    around = os.environ if environment is None else environment
    folder = folder.resolve()
    if (folder / FILE_NAME).exists():
        raise WorkspaceError(
            "already_a_workspace",
            "There is a workspace in this folder already.",
            thing=str(folder),
            next_step="Use it as it is, or name another folder.",
        )
    if (folder / "ledger.sqlite").exists():
        raise WorkspaceError(
            "leftovers",
            "This folder holds a history (ledger.sqlite) but no mainspring.toml.",
            thing=str(folder),
            next_step="Put the workspace's mainspring.toml back, or choose an empty folder.",
        )
    workspace_id = new_id()
    text = settings_text(
        {
            "workspace": {
                "id": workspace_id,
                "name": name,
                "timezone": timezone,
                "currency": currency,
            },
            **(settings or {}),
        }
    )
    parse_settings(text, folder / FILE_NAME, {}, written=False)
    copied = _find_brand(brand) if brand is not None else None
    folder.mkdir(parents=True, exist_ok=True)
    for inside in ("data", "reports", "quarantine"):
        (folder / inside).mkdir(exist_ok=True)
    _copy_brand(copied, folder / "brand", name)
    secret_folder = secrets_folder(workspace_id, around)
    make_secrets(secret_folder)
    database.create(ledger_url(folder), simulated_at=simulated_at)
    with database.open_ledger(ledger_url(folder)).write() as tx:
        owner = people.add(tx, owner_name, owner_email, "owner")
        token = people.issue_token(tx, owner.id)
        HighWater(secret_folder / HIGH_WATER).begin(tx)
    write_secret(secret_folder / "token", token)
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return open_workspace(folder, around)


def _find_brand(source: Path) -> Path:
    """The brand folder to copy. Raises WorkspaceError brand_missing before anything is made."""
    found = EXAMPLE_BRAND if source == Path("halden") and not source.exists() else source
    if (found / "guide.yaml").is_file():
        return found
    what = "The brand folder has no guide.yaml." if found.is_dir() else "There is no such folder."
    raise WorkspaceError(
        "brand_missing",
        what,
        thing=str(found),
        next_step="Name a folder with guide.yaml, library.yaml and facts, or `halden` for "
        "the example that comes with the project.",
    )


def _copy_brand(found: Path | None, target: Path, name: str) -> None:
    """Copy a brand folder in, or begin an empty one; a brand folder that is there stays."""
    if found is not None:
        shutil.copytree(found, target, dirs_exist_ok=True)
    elif not target.exists():
        target.mkdir()
        quoted = json.dumps(name, ensure_ascii=False)
        (target / "guide.yaml").write_text(STARTER_GUIDE.format(name=quoted), encoding="utf-8")
        (target / "library.yaml").write_text("[]\n", encoding="utf-8")
