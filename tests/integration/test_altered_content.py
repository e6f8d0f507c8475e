"""What was altered in the ledger after the yes is not sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import publications, tables
from tests.integration.ledger_world import approve, make_assignments, make_content, make_world


@pytest.mark.parametrize("altered", ["subject", "shape"])
def test_content_that_is_not_what_was_approved_stops(tmp_path: Path, altered: str) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        content = publications.approved_content(tx, world.publication_id)
        assert content == make_content(tx, world.run_id)
        row = content.model_dump(mode="json")
        if altered == "subject":
            row["variants"][0]["subject"] = "Half price"
        else:
            row["surprise"] = True  # no content at all any more
        tx.connection.execute(sa.update(tables.publications).values(content=row))
    claimed = world.claim(limit=1)
    with world.write() as tx:
        assert publications.approved_content(tx, world.publication_id) is None
    assert world.mark(claimed[0]) == "stopped"
    with world.read() as tx:
        (stopped,) = publications.list_publications(tx)
    assert stopped.state == "stopped"
    assert "not the content that was approved" in stopped.stop_reason
    assert world.claim() == []
    with world.write() as tx:
        again = approve(tx, content, world.owner)
        publications.enqueue(tx, content, again, make_assignments(world, 4))
        assert publications.approved_content(tx, world.publication_id) == content
