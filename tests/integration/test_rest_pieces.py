"""Pieces over /v1: seen, decided by their ETag, edited, and who may."""

from __future__ import annotations

from pathlib import Path

from tests.integration.rest_world import make_rest_world
from workflows.pieces import Terms, brief_of, write_set


async def test_a_piece_is_decided_by_what_was_seen(tmp_path: Path) -> None:
    async with make_rest_world(tmp_path) as world:
        run_id = await world.to_publish_gate()
        stack, owner = world.desk.site.stack, world.desk.people["owner"]
        with stack.ledger.read() as tx:
            brief, bound = brief_of(tx, run_id)
        await write_set(
            stack, owner, brief, ["sms", "facebook"], Terms(), run_id=run_id, brief_approval=bound
        )
        api = world.client()
        listed = (await api.get("/v1/pieces", params={"campaign": run_id})).json()["items"]
        assert {one["channel"] for one in listed} == {"sms", "facebook"}
        sms = next(one for one in listed if one["channel"] == "sms")
        address = f"/v1/pieces/{sms['id']}"
        answer = await api.get(address)
        tag = answer.headers["etag"]
        assert answer.json()["size"].endswith("left")
        assert (await api.post(f"{address}/approve", json={})).status_code == 428
        other = await api.post(f"{address}/approve", json={}, headers={"If-Match": '"0"'})
        assert other.status_code == 412
        writer = world.client("author")
        refused = await writer.post(f"{address}/approve", json={}, headers={"If-Match": tag})
        assert refused.status_code == 403
        done = await api.post(f"{address}/approve", json={}, headers={"If-Match": tag})
        assert (done.status_code, done.json()["state"]) == (200, "approved")
        again = await api.post(
            f"{address}/reject", json={"reason": "No."}, headers={"If-Match": tag}
        )
        assert again.status_code == 409
        edited = await api.post(
            f"{address}/edit",
            json={"changes": {"text": "Halden: the 1968 dress watch is here, €2,450."}},
            headers={"If-Match": tag},
        )
        assert edited.status_code == 200
        assert (edited.json()["version"], edited.json()["state"]) == (2, "waiting")
