"""Some hundred campaigns, each killed (SIGKILL) at another point and taken up by a new process.

``python -m tests.chaos.trials FOLDER`` is the warm parent: it only imports, and forks. Nothing
that must not be forked while open (databases, threads, event loops) is ever opened in it. Each
trial is a child that forks the victim, waits for its death, lets its leases run out, goes on
with the campaign to its end and looks at what the ledger says. What was delivered is what a real
SMTP server, in a process of its own, wrote down. The findings are printed as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from ledger import approvals, first_wave, journal, people, publications, runs
from ledger import tables as t
from tests.campaign_world import MONDAY, Shop, World, contact, make_stack, make_world
from tests.chaos.crash import Crash, armed
from tools.esp.mime import key_of
from workflows.campaign import compiled
from workflows.stack import LargeSends, SendingLimits

STAGES = ("goal", "brief approved", "publish approved", "due", "rejected", "large due")
"""Where the victim takes the campaign up."""
SIZE = 5
AT_ONCE = 3


@dataclass
class Found:
    """What one trial came to."""

    stage: str
    number: int
    point: str = ""
    """Where the victim died; empty: it finished first."""
    run_id: str = ""
    host: str = ""
    """Where its people get their mail."""
    states: dict[str, str] = field(default_factory=dict)
    """Key of a message → its state at the end."""
    faults: list[str] = field(default_factory=list)


def main(folder: Path, most: int) -> int:
    started = time.monotonic()
    compiled(None)  # kept by the process, so that not every child does it again
    gc.freeze()  # so that a child's collector does not copy the parent's pages
    mails = folder / "mails"
    mails.mkdir(parents=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.mailserver", str(mails)], stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        in_child(lambda: make_templates(folder, port))
        counted = {
            stage: int(in_child(lambda stage=stage: count(folder, port, stage)))  # type: ignore[misc]
            for stage in STAGES
        }
        for old in mails.iterdir():
            old.unlink()
        wanted = [(stage, number) for stage in STAGES for number in range(1, counted[stage] + 1)]
        # Evenly over all of them, where there are more points than trials.
        number = min(most, len(wanted))
        chosen = [wanted[place * len(wanted) // number] for place in range(number)]
        found = run_all(folder, port, chosen)
    finally:
        server.terminate()
        server.wait()
    faults = [f"{f.stage} #{f.number} ({f.point}): {fault}" for f in found for fault in f.faults]
    faults += check_delivered(found, mails)
    points: dict[str, int] = {}
    for one in found:
        points[one.point or "finished first"] = points.get(one.point or "finished first", 0) + 1
    states: dict[str, int] = {}
    for one in found:
        for state in one.states.values():
            states[state] = states.get(state, 0) + 1
    summary = {
        "trials": len(found),
        "killed": sum(1 for f in found if f.point),
        "points": points,
        "counted": counted,
        "states": states,
        "delivered": len(list(mails.iterdir())),
        "seconds": round(time.monotonic() - started, 1),
        "faults": faults,
    }
    print(json.dumps(summary, indent=1))  # noqa: T201
    return 1 if faults else 0


def check_delivered(found: list[Found], folder: Path) -> list[str]:
    """Held against what the server wrote down: none twice, none lost, none unasked."""
    delivered: dict[str, int] = {}
    for path in folder.iterdir():
        mail = path.read_bytes()
        host = re.match(rb"X-Envelope-To: [^@]*@(\S+)", mail)
        match = re.search(rb"(?im)^Message-ID:\s*(\S+)", mail)
        key = key_of(match.group(1).decode()) if match else None
        name = f"{host.group(1).decode() if host else ''} {key or path.name}"
        delivered[name] = delivered.get(name, 0) + 1
    faults = [f"delivered {times} times: {key}" for key, times in delivered.items() if times > 1]
    states = {f"{one.host} {key}": s for one in found for key, s in one.states.items()}
    for name, state in states.items():
        if state == "sent" and name not in delivered:
            faults.append(f"said to be sent and never delivered: {name}")
    return faults + [
        f"delivered, and the ledger says {states.get(name)}: {name}"
        for name in delivered
        if states.get(name) not in ("sent", "needs_review")
    ]


def make_templates(folder: Path, port: int) -> str:
    """A campaign at each stage, as the folder of a workspace that nobody has open."""
    templates = folder / "templates"
    home = templates / "work"
    home.mkdir(parents=True)
    world = make_world(home, port, size=SIZE)
    run_id = world.start()

    def keep(stage: str) -> None:
        world.ledger.close()
        shutil.copytree(home, templates / stage)
        (templates / stage / "run_id").write_text(run_id)

    keep("goal")
    asyncio.run(world.work())
    world.decide(run_id)
    keep("brief approved")
    asyncio.run(world.work())
    shutil.copytree(home, templates / "asked")
    rejecting = World(templates / "asked", make_stack(templates / "asked", port, world.shop),
                      world.shop, world.owner)  # fmt: skip
    rejecting.decide(run_id, "reject", "Say it shorter.")
    rejecting.ledger.close()
    shutil.copytree(templates / "asked", templates / "rejected")
    (templates / "rejected" / "run_id").write_text(run_id)
    world.decide(run_id)
    keep("publish approved")
    asyncio.run(world.work())
    world.to_due(run_id)
    keep("due")
    make_large(templates, port)
    return run_id


def make_large(templates: Path, port: int) -> None:
    """A large send, due, of which a part goes first and is judged at once."""
    large = LargeSends(from_people=1, first_share=0.01, first_wait_minutes=0)
    while True:  # until chance gives one variant two people, so that somebody is left to wait
        home = templates / f"large-{uuid4().hex}"
        home.mkdir()
        world = make_world(home, port, size=SIZE)
        rules = world.stack.rules.model_copy(update={"large": large})
        run_id = asyncio.run(world.with_stack(rules=rules).to_publish_gate())
        asked = world.waiting(run_id)
        with world.ledger.write() as tx:
            first = people.add(tx, "Grace", "grace@halden.example", "approver")
            for person in (first, world.owner):  # the last yes is the owner's
                approvals.decide(
                    tx,
                    asked.id,
                    person,
                    "approve",
                    asked.content_hash,
                    typed=asked.number_to_type,
                )
        asyncio.run(world.work())
        world.to_due(run_id)
        with world.ledger.read() as tx:
            found = first_wave.standing(tx, world.publication(run_id).id)
        world.ledger.close()
        if found is not None and found.rest:
            home.rename(templates / "large due")
            (templates / "large due" / "run_id").write_text(run_id)
            return


def count(folder: Path, port: int, stage: str) -> str:
    """How many points a victim passes that nobody kills."""
    home = folder / "counting" / stage
    shutil.copytree(folder / "templates" / stage, home)
    crash = Crash()
    work(world_in(home, port), crash)
    return str(len(crash.labels))


def run_all(folder: Path, port: int, wanted: list[tuple[str, int]]) -> list[Found]:
    """Every trial in a child of its own, a few at a time."""
    under_way: dict[int, Path] = {}
    results: list[Found] = []
    waiting = list(enumerate(wanted))
    while waiting or under_way:
        while waiting and len(under_way) < AT_ONCE:
            place, (stage, number) = waiting.pop(0)
            home = folder / "trials" / f"t{place:04d}.test"
            pid = os.fork()
            if pid == 0:
                leave(lambda home=home, s=stage, n=number: trial(folder, home, port, s, n))  # type: ignore[misc]
            under_way[pid] = home
        pid, status = os.wait()
        path = under_way.pop(pid, None)
        if path is None:
            continue
        kept = path / "found.json"
        if status == 0 and kept.exists():
            results.append(Found(**json.loads(kept.read_text())))
        else:
            results.append(Found(path.name, 0, faults=[f"the trial itself ended with {status}"]))
        if not results[-1].faults:
            shutil.rmtree(path)
    return results


def trial(folder: Path, home: Path, port: int, stage: str, number: int) -> None:
    """Kill one campaign at one point, go on with it, and look."""
    shutil.copytree(folder / "templates" / stage, home)
    found = Found(stage, number)
    read_end, write_end = os.pipe()
    victim = os.fork()
    if victim == 0:
        leave(lambda: work(world_in(home, port), Crash(number, write_end)))
    os.close(write_end)
    os.waitpid(victim, 0)
    found.point = os.read(read_end, 200).decode()
    os.close(read_end)
    world = world_in(home, port)
    found.host = home.name
    found.run_id = (home / "run_id").read_text()
    let_leases_run_out(world)
    asyncio.run(go_on(world, found))
    look(world, found)
    (home / "found.json").write_text(json.dumps(asdict(found)))


def world_in(home: Path, port: int) -> World:
    """The workspace as a new process opens it. Its campaign has the ids of the template, so the
    mails of a trial are told apart by the host that its people live at."""
    shop = Shop({c.customer_id: c for c in (contact(n, home.name) for n in range(SIZE))})
    # Small groups, two mails at a time: as many boundaries between mails as there can be.
    limits = SendingLimits(batch=4, at_once=2, retry_seconds=0)
    stack = make_stack(home, port, shop, limits=limits)
    with stack.ledger.read() as tx:
        run = runs.list_runs(tx)[0]
        owner = people.get(tx, run.started_by)
    return World(home, stack, shop, owner)


def work(world: World, crash: Crash) -> None:
    """One round of a worker that may die."""
    dying = World(world.folder, armed(world.stack, world.shop, crash), world.shop, world.owner)
    asyncio.run(dying.work())


def let_leases_run_out(world: World) -> None:
    """What two minutes would do."""
    past = MONDAY - timedelta(days=365)
    with world.ledger.write() as tx:
        for table in (t.jobs, t.sends):
            held = sa.update(table).where(table.c.lease_until.is_not(None))
            tx.connection.execute(held.values(lease_until=past))


async def go_on(world: World, found: Found) -> None:
    """Another worker, and a person who says yes to what waits, until all is settled."""
    for _ in range(12):
        await world.work()
        if found.stage == "rejected":
            break
        with world.ledger.write() as tx:
            for waiting in approvals.pending(tx):
                approvals.decide(tx, waiting.id, world.owner, "approve", waiting.content_hash)
        states = world.states(found.run_id)
        if states and not {"scheduled", "claimed", "sending"} & set(states):
            break
        if "scheduled" in states:
            world.to_due(found.run_id)
    await world.stack.sending.close()  # type: ignore[attr-defined]


def look(world: World, found: Found) -> None:
    """What the ledger says at the end."""
    run_id = found.run_id
    with world.ledger.read() as tx:
        rows = publications.assignments(tx, run_id)
        scheduled = publications.list_publications(tx, run_id)
        asked = {a.id: a for a in approvals.for_run(tx, run_id)}
        run = runs.get(tx, run_id)
        chain = journal.verify(tx)
    found.states = {
        publications.send_key(run_id, row.pseudonym): row.state for row in rows if row.state
    }
    if not chain.ok:
        found.faults.append("the journal's chain is broken")
    if found.stage == "rejected":
        if rows or scheduled:
            found.faults.append("a rejected campaign was scheduled")
        if run.status != "waiting" or not any(a.status == "pending" for a in asked.values()):
            found.faults.append(f"nobody was asked after a rejection: {run.status} {run.detail}")
        return
    if len(rows) != SIZE:
        found.faults.append(f"{len(rows)} of {SIZE} people are assigned: {run}")
    unsettled = [s for s in found.states.values() if s not in ("sent", "needs_review")]
    if unsettled:
        found.faults.append(f"not settled: {unsettled} ({run.status} {run.detail})")
    for row in scheduled:
        approval = asked.get(row.approval_id)
        if row.state not in ("done", "cancelled"):
            found.faults.append(f"its publication is {row.state}")
        if approval is None or approval.decided_by != world.owner.id or (
            row.state == "done" and approval.content_hash != row.content_hash
        ):  # fmt: skip
            found.faults.append("a publication without its approval")
    if sum(row.state == "done" for row in scheduled) != 1:
        found.faults.append("not exactly one publication was carried out")


def in_child(function: Callable[[], str]) -> str:
    """The answer of a function, run in a child: the parent itself stays untouched."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        leave(lambda: os.write(write_end, function().encode()))
    os.close(write_end)
    said = os.read(read_end, 65536).decode()
    os.close(read_end)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise RuntimeError(f"a child ended with {status}")
    return said


def leave(function: Callable[[], object]) -> None:
    """Run the last thing that this child does."""
    code = 1
    try:
        function()
        code = 0
    finally:
        if code:
            import traceback

            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
