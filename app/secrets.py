"""What must not lie in the workspace: the owner's token, the keys, passwords.

They lie in ``$MAINSPRING_HOME/<workspace id>/`` or ``~/.config/mainspring/<workspace id>/``, a
0700 folder of 0600 files, so that a copied or committed workspace gives nothing away.
"""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import SECRETS
from domain.errors import Refused

KEY_BYTES = 32
WEBHOOKS = "webhooks"
"""The table of secrets.toml that holds what mail providers sign with."""
WEBHOOK_VARIABLE = "MAINSPRING_WEBHOOK_SECRET_"
"""Before the provider's name, in capitals."""
MODEL_KEYS = "model_keys"
"""The table of secrets.toml that holds the keys of further models."""
MODEL_KEY_VARIABLE = "MAINSPRING_MODEL_KEY_"
"""Before the model's name in the settings, in capitals."""


class SecretsError(Refused):
    """Codes: ``missing_secret``, ``readable_by_others``, ``unreadable_secrets``."""


@dataclass(frozen=True)
class Secrets:
    """The secrets of one workspace; never printed."""

    folder: Path
    signing_key: bytes = field(repr=False)
    """Signs unsubscribe links."""
    suppression_key: bytes = field(repr=False)
    """Keys the hashes of addresses that must not be mailed."""
    token: str = field(repr=False, default="")
    """The person that commands act as."""
    smtp_password: str = field(repr=False, default="")
    model_api_key: str = field(repr=False, default="")
    webhooks: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Name of a mail provider → the secret that signs what it delivers to us."""
    model_keys: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Name of a further model in the settings → its key."""


def secrets_folder(workspace_id: str, environment: Mapping[str, str]) -> Path:
    """Where a workspace's secrets lie on this machine."""
    home = environment.get("MAINSPRING_HOME")
    base = Path(home) if home else Path.home() / ".config" / "mainspring"
    return base / workspace_id


def make_secrets(folder: Path) -> None:
    """Make the folder and fresh keys. Raises FileExistsError where keys are already there."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for name in ("signing_key", "suppression_key"):
        write_secret(folder / name, secrets.token_hex(KEY_BYTES))


def write_secret(path: Path, text: str) -> None:
    """Write a new 0600 file; never over an old one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")


def load_secrets(folder: Path, environment: Mapping[str, str]) -> Secrets:
    """Read a workspace's secrets; the environment goes before the files.

    Raises SecretsError where a key is missing or a file can be read by others.
    """
    settings: dict[str, str] = {}
    webhooks: dict[str, str] = {}
    model_keys: dict[str, str] = {}
    extra = folder / "secrets.toml"
    if extra.exists():
        try:
            written = tomllib.loads(_read(extra))
            webhooks = _table(written.pop(WEBHOOKS, {}))
            model_keys = _table(written.pop(MODEL_KEYS, {}))
            settings = _table(written)
        except tomllib.TOMLDecodeError as error:
            raise SecretsError(
                "unreadable_secrets",
                f"secrets.toml cannot be read: {error}.",
                thing=str(extra),
                next_step='Write lines such as smtp_password = "…".',
            ) from None
    for name, value in environment.items():
        if name.startswith(WEBHOOK_VARIABLE) and value:
            webhooks[name.removeprefix(WEBHOOK_VARIABLE).lower()] = value
        if name.startswith(MODEL_KEY_VARIABLE) and value:
            model_keys[name.removeprefix(MODEL_KEY_VARIABLE).lower()] = value
    token = folder / "token"
    given = {name: environment.get(f"MAINSPRING_{name.upper()}", "") for name in SECRETS}
    return Secrets(
        folder=folder,
        signing_key=bytes.fromhex(_read(folder / "signing_key")),
        suppression_key=bytes.fromhex(_read(folder / "suppression_key")),
        token=environment.get("MAINSPRING_TOKEN") or (_read(token) if token.exists() else ""),
        smtp_password=given["smtp_password"] or settings.get("smtp_password", ""),
        model_api_key=given["model_api_key"] or settings.get("model_api_key", ""),
        webhooks=webhooks,
        model_keys=model_keys,
    )


def _table(written: object) -> dict[str, str]:
    return {k: str(v) for k, v in written.items()} if isinstance(written, dict) else {}


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SecretsError(
            "missing_secret",
            f"The workspace's {path.name.replace('_', ' ')} is missing on this machine.",
            thing=str(path),
            next_step="Copy the folder from the machine that made the workspace, or set "
            "MAINSPRING_HOME to the folder that holds it. A new key would forget every "
            "unsubscribed address, so none is made.",
        ) from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretsError(
            "readable_by_others",
            f"{path.name} can be read by other users of this machine.",
            thing=str(path),
            next_step=f"Run: chmod 600 {path}",
        )
    return text
