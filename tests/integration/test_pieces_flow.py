"""Pieces from an approved brief to an archive: written, decided, edited, voided, handed out."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa

from agents.tasks import PageTerms
from brand_voice.brand import EXAMPLE
from domain.pictures import PictureChannel, Rights
from domain.piece import PieceChannel
from ledger import people, pieces
from ledger import tables as t
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.pieces import PieceRow
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from tests.unit import copy_world
from workflows.edits import EditError
from workflows.piece_export import MANIFEST, export, zipped
from workflows.pieces import (
    ContentError,
    Terms,
    brief_of,
    decide,
    edit,
    findings_of,
    own_brief,
    piece_of,
    prepared_of,
    write_set,
)

CHANNELS: tuple[PieceChannel, ...] = get_args(PieceChannel)
TERMS = Terms(
    page=PageTerms(
        form_action="https://halden.example/form", privacy_url="https://halden.example/privacy"
    )
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A workspace whose brand folder has the picture that the watch's photo names."""
    async with MailServer() as server:
        made = make_world(tmp_path, server.port)
        (tmp_path / "images").mkdir()
        shutil.copy(EXAMPLE / "images" / "watch-1968-dress.png", tmp_path / "images" / "w.png")
        photo = copy_world.WATCH.photo
        assert photo is not None
        rights = Rights(owner="the house", licence="its own", channels=get_args(PictureChannel))
        made.put_facts(photo=photo.model_copy(update={"rights": rights}))
        yield made


async def of_campaign(world: World, *channels: PieceChannel) -> list[PieceRow]:
    run_id = world.start()
    await world.work()
    world.decide(run_id)
    with world.ledger.read() as tx:
        brief, bound = brief_of(tx, run_id)
    return await write_set(
        world.stack, world.owner, brief, channels or CHANNELS, TERMS, run_id=run_id,
        brief_approval=bound,
    )  # fmt: skip


def now(world: World, row: PieceRow) -> PieceRow:
    with world.ledger.read() as tx:
        return pieces.get(tx, row.id)


def somebody(world: World, name: str, role: people.Role) -> Person:
    with world.ledger.write() as tx:
        return people.add(tx, name, f"{name.lower()}@halden.example", role)


def by_channel(rows: list[PieceRow], channel: str) -> PieceRow:
    return next(row for row in rows if row.channel == channel)


async def test_a_brief_becomes_a_set_that_waits(world: World) -> None:
    rows = await of_campaign(world)
    assert [row.channel for row in rows] == list(CHANNELS)
    assert {row.set_id for row in rows} == {rows[0].set_id}
    for row in rows:
        assert row.status == ("drafted" if row.blocking else "waiting")
        assert prepared_of(row).files
        assert row.cited, "it rests on facts"
    sms = piece_of(by_channel(rows, "sms"))
    assert f"utm_campaign={rows[0].run_id}" in dict(sms.links())["url"]


async def test_no_approved_brief_no_pieces(world: World) -> None:
    run_id = world.start()
    await world.work()
    with world.ledger.read() as tx, pytest.raises(ContentError) as refused:
        brief_of(tx, run_id)
    assert refused.value.code == "no_approved_brief"


async def test_what_is_exported_is_what_was_approved(world: World) -> None:
    rows = await of_campaign(world, "sms", "linkedin", "search_ad")
    approved = [await decide(world.stack, world.owner, row, "approve", TERMS) for row in rows]
    files = await export(world.stack, world.owner, approved)
    assert set(files) == {"sms.txt", "linkedin.txt", "linkedin.png", "search_ad.csv", MANIFEST}
    for row in approved:
        for file in prepared_of(row).files:
            assert files[file.name] == file.text.encode()
    told = json.loads(files[MANIFEST])
    assert [p["content_hash"] for p in told["pieces"]] == [r.content_hash for r in approved]
    for piece in told["pieces"]:
        assert piece["approved_by"] == "Ada"
        for file in piece["files"]:
            assert hashlib.sha256(files[file["name"]]).hexdigest() == file["sha256"]
    with zipfile.ZipFile(BytesIO(zipped(files))) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == set(files)
    assert zipped(files) == zipped(dict(reversed(files.items())))
    assert now(world, approved[0]).status == "exported"


async def test_what_is_not_approved_is_not_handed_out(world: World) -> None:
    rows = await of_campaign(world, "sms")
    with pytest.raises(LedgerError) as refused:
        await export(world.stack, world.owner, rows)
    assert refused.value.code == "not_approved"


async def test_a_yes_is_bound_to_what_was_seen(world: World) -> None:
    (row,) = await of_campaign(world, "sms")
    stale = row.model_copy(update={"content_hash": "0" * 64})
    with pytest.raises(LedgerError) as refused:
        await decide(world.stack, world.owner, stale, "approve", TERMS)
    assert refused.value.code == "stale_content"
    await decide(world.stack, world.owner, row, "approve", TERMS)
    with pytest.raises(LedgerError) as again:
        await decide(world.stack, world.owner, row, "reject", TERMS, "No.")
    assert again.value.code == "already_decided"


async def test_rights_and_separation_of_duties(world: World) -> None:
    author = somebody(world, "Jonas", "author")
    (row,) = await of_campaign(world, "sms")
    with pytest.raises(LedgerError, match="right to approve"):
        await decide(world.stack, author, row, "approve", TERMS)
    two = TERMS.model_copy(update={"author_may_approve": False})
    lena = somebody(world, "Lena", "approver")
    with pytest.raises(LedgerError, match="had it written") as refused:
        await decide(world.stack, world.owner, row, "approve", two)
    assert "Lena" in refused.value.next_step
    assert (await decide(world.stack, lena, row, "approve", two)).decided_by == lena.id
    with pytest.raises(LedgerError, match="right to publish"):
        await export(world.stack, author, [now(world, row)])


async def test_an_edit_is_read_again_and_voids_the_yes(world: World) -> None:
    (row,) = await of_campaign(world, "facebook")
    await decide(world.stack, world.owner, row, "approve", TERMS)
    told = "The 1968 dress watch is here. It costs €2,450, and we have one."
    done = await edit(world.stack, world.owner, now(world, row), {"text": told})
    assert (done.status, done.version, done.decided_by) == ("waiting", 2, None)
    assert done.content_hash != row.content_hash
    assert {i for c in piece_of(done).claims for i in c.fact_ids} >= {"watch-1968-dress.price"}
    with pytest.raises(LedgerError):
        await export(world.stack, world.owner, [done])
    kinds = {row["kind"] for row in journal(world)}
    assert {"pieces_written", "piece_approved", "piece_voided", "piece_edited"} <= kinds


def journal(world: World) -> list[dict[str, object]]:
    with world.ledger.read() as tx:
        return [dict(r) for r in tx.connection.execute(sa.select(t.journal)).mappings()]


async def test_an_edit_that_lies_cannot_be_approved(world: World) -> None:
    rows = await of_campaign(world, "facebook", "linkedin", "sms")
    face = by_channel(rows, "facebook")
    done = await edit(
        world.stack, world.owner, face, {"text": "The watch is €1,999, as worn by kings."}
    )
    assert done.status == "drafted"
    rules = {f.rule for f in findings_of(done)}
    assert {"claims.price", "set.consistent"} & rules
    with pytest.raises(LedgerError) as refused:
        await decide(world.stack, world.owner, done, "approve", TERMS)
    assert refused.value.code == "blocking_findings"
    # Mended, the contradiction is gone from the whole set.
    mended = await edit(world.stack, world.owner, done, {"text": "The watch is €2,450."})
    assert "set.consistent" not in {f.rule for f in findings_of(mended)}
    assert now(world, by_channel(rows, "sms")).status == "waiting"


async def test_what_a_person_does_not_change(world: World) -> None:
    (row,) = await of_campaign(world, "sms")
    for changes in ({"sender": "Bank"}, {"channel": "push"}, {"nonsense": 1}, {"text": ["a"]}):
        with pytest.raises(EditError):
            await edit(world.stack, world.owner, row, changes)


async def test_two_edits_at_once_do_not_overwrite_each_other(world: World) -> None:
    (row,) = await of_campaign(world, "sms")
    await edit(world.stack, world.owner, row, {"text": "Halden: The watch is here."})
    with pytest.raises(LedgerError) as refused:
        await edit(world.stack, world.owner, row, {"text": "Halden: Another text."})
    assert refused.value.code == "stale_content"


async def test_a_changed_fact_voids_what_cites_it(world: World) -> None:
    rows = await of_campaign(world, "sms", "linkedin")
    await decide(world.stack, world.owner, rows[0], "approve", TERMS)
    changes = world.put_facts(warranty_months=12)
    assert set(changes.voided_pieces) == {row.id for row in rows}
    voided = now(world, rows[0])
    assert voided.status == "void"
    assert "changed after it was written" in voided.reason
    with pytest.raises(LedgerError):
        await export(world.stack, world.owner, [voided])


async def test_a_picture_put_in_anothers_place_is_not_handed_out(
    world: World, tmp_path: Path
) -> None:
    (row,) = await of_campaign(world, "instagram")
    approved = await decide(world.stack, world.owner, row, "approve", TERMS)
    shutil.copy(EXAMPLE / "images" / "isar-38.png", tmp_path / "images" / "w.png")
    with pytest.raises(ContentError) as refused:
        await export(world.stack, world.owner, [approved])
    assert refused.value.code == "altered"
    assert now(world, row).status == "approved", "nothing was noted as handed out"


async def test_content_changed_behind_its_hash_is_not_handed_out(world: World) -> None:
    (row,) = await of_campaign(world, "sms")
    await decide(world.stack, world.owner, row, "approve", TERMS)
    content = json.loads(json.dumps(row.content))
    content["files"][0]["text"] = "Something else"
    with world.ledger.write() as tx:
        tx.connection.execute(
            sa.update(t.pieces).where(t.pieces.c.id == row.id).values(content=content)
        )
    with pytest.raises(ContentError) as refused:
        await export(world.stack, world.owner, [now(world, row)])
    assert refused.value.code == "altered"


async def test_pieces_of_a_message_of_their_own(world: World) -> None:
    with world.ledger.read() as tx:
        brief = own_brief(tx, "The 1968 dress watch is back.", ["watch-1968-dress"], "en")
    rows = await write_set(world.stack, world.owner, brief, ["sms", "linkedin"], TERMS)
    assert all(row.run_id is None for row in rows)
    approved = await decide(world.stack, world.owner, rows[0], "approve", TERMS)
    assert (await export(world.stack, world.owner, [approved]))["sms.txt"]
    with world.ledger.read() as tx, pytest.raises(ContentError, match="no such product"):
        own_brief(tx, "x", ["nothing"], "en")


async def test_a_rejection_says_why_and_stays(world: World) -> None:
    (row,) = await of_campaign(world, "push")
    with pytest.raises(LedgerError, match="needs its reason"):
        await decide(world.stack, world.owner, row, "reject", TERMS, " ")
    done = await decide(world.stack, world.owner, row, "reject", TERMS, "The price is missing.")
    assert (done.status, done.reason) == ("rejected", "The price is missing.")
