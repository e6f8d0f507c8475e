"""Makes the fixture of runs that wait for a person: ``python -m tests.chaos.make_waiting``.

Run it once for a new version of the state, and keep the old files: a run that waited under an
older program must be resumed by every later one.
"""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
import tempfile
from pathlib import Path

from tests.campaign_world import make_world
from tests.mailserver import MailServer
from workflows.state import SCHEMA_VERSION

FOLDER = Path(__file__).parent / "waiting"


async def main() -> None:
    for gate in ("brief", "publish"):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            async with MailServer() as server:
                world = make_world(home, server.port, size=8)
                if gate == "brief":
                    world.start()
                    await world.work()
                else:
                    await world.to_publish_gate()
            world.ledger.close()
            for name in ("ledger", "checkpoints"):
                put_away(home / f"{name}.sqlite", f"{gate}-{SCHEMA_VERSION}-{name}.sqlite.gz")


def put_away(path: Path, name: str) -> None:
    whole = path.with_suffix(".whole")
    with sqlite3.connect(path) as connection:
        if "checkpoints" in name:  # the latest is what a run is resumed from
            connection.execute(
                "DELETE FROM checkpoints WHERE checkpoint_id NOT IN "
                "(SELECT max(checkpoint_id) FROM checkpoints GROUP BY thread_id)"
            )
            connection.execute(
                "DELETE FROM writes WHERE checkpoint_id NOT IN "
                "(SELECT checkpoint_id FROM checkpoints)"
            )
            connection.commit()
        connection.execute("VACUUM INTO ?", (str(whole),))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_bytes(gzip.compress(whole.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    asyncio.run(main())
