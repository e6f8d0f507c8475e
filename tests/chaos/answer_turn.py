"""A process that answers one turn and stands still right after a request was done, to be killed:
``python -m tests.chaos.answer_turn FOLDER TURN``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.campaign_world import Shop, contact, make_stack
from workflows.assistant import take_turn
from workflows.telling import Teller


async def stands_still(self: Teller, *_: object) -> None:
    print("reached", flush=True)  # noqa: T201
    await asyncio.sleep(600)


def main() -> None:
    folder, turn = Path(sys.argv[1]), sys.argv[2]
    shop = Shop({c.customer_id: c for c in map(contact, range(12))})
    Teller.part = stands_still  # type: ignore[method-assign, assignment]
    asyncio.run(take_turn(make_stack(folder, 1, shop), turn))


if __name__ == "__main__":
    main()
