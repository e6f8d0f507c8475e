"""A workspace that holds Anna in every place where it could, and others who look like her."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.integration.commanding import Commands
from tests.privacy_world import plant


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    plant(folder)
    return folder


@pytest.fixture
def shop(planted: Path, tmp_path: Path) -> Commands:
    """A copy of it, to erase from."""
    shutil.copytree(planted, tmp_path, dirs_exist_ok=True)
    return Commands(tmp_path / "shop", tmp_path / "home")
