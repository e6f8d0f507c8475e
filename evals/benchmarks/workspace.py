"""The workspace that a benchmark works in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from app.workspace import Workspace, init_workspace


def bench_workspace(
    folder: Path,
    *,
    at: datetime | None = None,
    timezone: str = "Europe/Berlin",
    currency: str = "EUR",
    brand: Path | None = None,
    settings: Mapping[str, Mapping[str, object]] | None = None,
) -> Workspace:
    """A new one in ``folder``, with its secrets beside it; ``at``: where its simulated clock
    stands. Without it the clock is the machine's."""
    return init_workspace(
        folder / "workspace",
        name="Bench",
        timezone=timezone,
        currency=currency,
        owner_name="Bench",
        owner_email="bench@localhost",
        brand=brand,
        simulated_at=at,
        settings=settings,
        environment={"MAINSPRING_HOME": str(folder / "home")},
    )
