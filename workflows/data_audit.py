"""The data audit, put together: what the store holds, what the ledger says of mail, and which
campaigns each repair would change. A campaign's own audit step reads ``standing``."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pyarrow as pa
import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from domain.audit import (
    ChannelShare,
    FieldOfSource,
    Finding,
    FindingCode,
    Growth,
    MatrixRow,
    Ranking,
    Retention,
    Score,
    SegmentGap,
    SourceHealth,
    Standing,
    Valuable,
)
from domain.errors import Refused
from domain.figures import Query
from domain.frozen import Frozen
from domain.predicate import RULE, Predicate
from domain.predicate.naming import SegmentNameError, with_segments
from ledger import (
    approvals,
    identity_decisions,
    journal,
    permissions,
    runs,
    sources,
    subjects,
    suppression,
)
from ledger.barring import Bars
from ledger.database import Transaction
from ledger.permissions import Said
from tools.audit.findings import found
from tools.audit.ground import PERMISSIONS
from tools.audit.growth import LiftTest
from tools.audit.port import Auditor, Group, Held, Measured
from tools.audit.score import OffPlan, score
from tools.cdp.port import DataDescription
from workflows.saved_segments import SavedSegment, saved
from workflows.segments import standing as standing_segments
from workflows.stack import Stack
from workflows.transactions import read

__all__ = ["AuditError", "DataAudit", "audit", "behind", "most_valuable", "standing"]

LATEST_CAMPAIGNS = 30
WORST_SEGMENTS = 10
REPAIRS = 5
LIFT_TESTS = "lift_tests.yaml"
"""Experiments with rented channels, in the workspace's folder: a list of tools.audit.growth's
LiftTest."""
PLAN_DAYS = 30
"""Days over which violations of the tracking plan are counted."""
_SHORT = 8
_CHANGE_PERMISSIONS = (
    "consents_recorded", "unsubscribed", "addresses_suppressed", "suppression_lifted",
    "subject_erased", "import", "same_people_said", "identity_decided", "identity_undone",
)  # fmt: skip
"""Entries of the history after which the ledger may say something else of somebody's mail."""

_TESTS: TypeAdapter[tuple[LiftTest, ...]] = TypeAdapter(tuple[LiftTest, ...])


class AuditError(Refused):
    code: Literal[
        "not_audited",  # this stack has no auditor
        "unreadable_tests",  # lift_tests.yaml is not a list of tests
    ]


class DataAudit(Frozen):
    """The whole audit, as of one moment. Holds no personal data."""

    headline: str
    """The most useful repair, in a sentence."""
    score: Score
    findings: tuple[Finding, ...]
    """The one whose repair would change the most campaigns first."""
    repairs: tuple[Finding, ...]
    """The first five of them."""
    campaigns: int
    campaigns_are: Literal["campaigns", "segments"]
    """What repairs are weighed by: segments, where there was no campaign yet."""
    described: DataDescription
    agreed: int
    """Customers who agreed to marketing mail."""
    quarantined: int
    """Rows in the quarantine files."""
    set_aside: int
    """Single values in the quarantine files, left out of rows that were kept."""
    conflicts: int
    """Customers whom one file describes in two ways, over the files' latest imports."""
    fields: tuple[FieldOfSource, ...]
    sources: tuple[SourceHealth, ...]
    channels: tuple[ChannelShare, ...]
    ranking: Ranking
    matrix: tuple[MatrixRow, ...]
    valuable: tuple[Valuable, ...]
    segments: tuple[SegmentGap, ...]
    """Those whose people the data hold back most."""
    growth: Growth
    retention: Retention
    queries: tuple[Query, ...]


async def audit(stack: Stack) -> DataAudit:
    """Look through everything. Raises AuditError, CdpError store_damaged."""
    auditor = _auditor(stack)
    allowed = await _permissions(stack, auditor)
    described = await stack.customers.describe()
    tests = await asyncio.to_thread(_lift_tests, stack.checkpoints.parent / LIFT_TESTS)
    kept = await asyncio.to_thread(saved, stack)
    off_plan = await read(stack.ledger, _off_plan)
    campaigns = _plain(await read(stack.ledger, _campaigns), kept)
    measured = await auditor.whole(allowed, _segments(described, kept), campaigns, tests)
    p = measured.problems
    findings = found(measured, off_plan)
    ids = [one.customer_id for one in measured.top]

    def look(tx: Transaction) -> tuple[dict[str, str], int]:
        in_files = {e.thing: e.data.get("conflicts", 0) for e in journal.of_kind(tx, "import")}
        return subjects.known(tx, ids), sum(in_files.values())

    names, conflicts = await read(stack.ledger, look)
    return DataAudit(
        headline=findings[0].what
        if findings
        else "Nothing in the data stands in a campaign's way.",
        score=score(p, off_plan),
        findings=findings,
        repairs=findings[:REPAIRS],
        campaigns=len(measured.campaigns or measured.groups),
        campaigns_are="campaigns" if measured.campaigns else "segments",
        described=described,
        agreed=p.agreed,
        quarantined=p.quarantined,
        set_aside=p.set_aside,
        conflicts=conflicts,
        fields=measured.fields,
        sources=p.sources,
        channels=measured.channels,
        ranking=measured.ranking,
        matrix=measured.matrix,
        valuable=_valuable(measured, names),
        segments=_worst(measured.groups),
        growth=measured.growth,
        retention=measured.retention,
        queries=measured.queries,
    )


async def standing(stack: Stack, rule: Predicate) -> Standing | None:
    """How far the data behind a campaign to these people can be trusted. None: this stack does
    not audit. Raises CdpError store_damaged."""
    if stack.auditor is None:
        return None
    auditor = stack.auditor
    mark, off_plan = await read(
        stack.ledger, lambda tx: (journal.last_of(tx, _CHANGE_PERMISSIONS), _off_plan(tx))
    )
    looked = await auditor.quickly(lambda: _permissions(stack, auditor), str(mark), rule)
    audience = looked.audience
    return Standing(
        score=score(looked.problems, off_plan),
        size=audience.size if audience else 0,
        of_audience=audience.missing if audience else (),
        quiet=tuple((s.source, s.silent_days) for s in looked.problems.sources if s.quiet),
    )


async def behind(stack: Stack, code: FindingCode) -> tuple[str, ...]:
    """Customer ids behind a finding, for pages that show them masked."""
    auditor = _auditor(stack)
    return await auditor.behind(await _permissions(stack, auditor), code)


async def most_valuable(stack: Stack) -> tuple[str, ...]:
    """Customer ids of the most valuable customers, the first first; for the same pages."""
    auditor = _auditor(stack)
    return await auditor.most_valuable(await _permissions(stack, auditor))


def _auditor(stack: Stack) -> Auditor:
    if stack.auditor is None:
        raise AuditError(
            "not_audited",
            "Nothing here can look through the data.",
            next_step="Give the stack an auditor (tools.audit.duck.DuckAuditor).",
        )
    return stack.auditor


async def _permissions(stack: Stack, auditor: Auditor) -> pa.Table:
    """What the ledger says of the mail of everybody of whom it says anything."""

    def look(tx: Transaction) -> tuple[list[Said], dict[str, Bars], set[str], set[str]]:
        said = permissions.answers(tx, "email_marketing")
        return said, permissions.barred(tx), suppression.every_hash(tx), _parted(tx)

    said, barred, hashes, parted = await read(stack.ledger, look)
    stopped = await _stopped(stack, auditor, hashes) if hashes else set()
    answered = {one.customer_id for one in said}
    others = [one for one in {*barred, *stopped, *parted} if one not in answered]
    ids = [*(one.customer_id for one in said), *others]
    silent = [False] * len(others)
    columns = {
        "customer_id": ids,
        "answered": [True] * len(said) + silent,
        "agreed": [*(one.agreed for one in said), *silent],
        "proven": [*(one.proven for one in said), *silent],
        "suppressed": [one in stopped for one in ids],
        "barred": [_barred(barred[one]) if one in barred else "" for one in ids],
        "parted": [one in parted for one in ids],
    }
    return pa.table(columns, schema=PERMISSIONS)


def _parted(tx: Transaction) -> set[str]:
    """Customers of whom a person said that they are not the same as somebody else."""
    apart = [one for one in identity_decisions.standing(tx) if one.verdict == "apart"]
    names = {name for one in apart for name in (one.one, one.other)}
    return set(subjects.customer_ids(tx, names).values())


async def _stopped(stack: Stack, auditor: Auditor, hashes: set[str]) -> set[str]:
    """Customers whose address is among those that must not be mailed."""
    people, key = await auditor.addresses(), stack.keys.suppression

    def look() -> set[str]:
        ids: list[str] = people.column("customer_id").to_pylist()
        addresses: list[str | None] = people.column("email").to_pylist()
        return {
            one
            for one, address in zip(ids, addresses, strict=True)
            if address and suppression.address_hash(address, key) in hashes
        }

    return await asyncio.to_thread(look)


def _barred(one: Bars) -> str:
    if one.no_contact:
        return "asked not to be contacted at all"
    return "a complaint is open: no promotions" if one.complaint else ""


def _off_plan(tx: Transaction) -> OffPlan:
    """What the tracking sources sent in the last days, and what of it breaks the plan."""
    broken = Counter[str]()
    for one in sources.violations(tx, PLAN_DAYS):
        broken[f"{one.source}: {one.event}"] += one.number
    received = sum(day.received for day in sources.days(tx, PLAN_DAYS))
    return OffPlan(days=PLAN_DAYS, received=received, broken=tuple(broken.most_common()))


def _campaigns(tx: Transaction) -> list[Group]:
    """The latest campaigns by the audience rule of their brief, whatever became of them."""
    groups = []
    for run in runs.list_runs(tx, limit=LATEST_CAMPAIGNS):
        briefs = approvals.for_run(tx, run.id, "brief")
        if not briefs:
            continue
        latest = max(briefs, key=lambda one: (one.requested_at, one.id))
        try:
            rule = RULE.validate_python(latest.content["audience"]["rule"])
        except (KeyError, TypeError, ValidationError):
            continue  # of an older form
        groups.append(Group(name=run.goal, rule=rule))
    return groups


def _segments(described: DataDescription, kept: Sequence[SavedSegment]) -> list[Group]:
    standing_ones = [Group(name=one.name, rule=one.rule) for one in standing_segments(described)]
    return [*standing_ones, *_plain([Group(name=one.name, rule=one.rule) for one in kept], kept)]


def _plain(groups: Sequence[Group], kept: Sequence[SavedSegment]) -> list[Group]:
    """The groups with saved segments in the place of their names; without those that name one
    that is gone."""
    named = {one.name: one.rule for one in kept}
    found = []
    for group in groups:
        try:
            rule = with_segments(group.rule, named)
        except SegmentNameError:
            continue
        found.append(group.model_copy(update={"rule": rule}))
    return found


def _worst(groups: Sequence[Held]) -> tuple[SegmentGap, ...]:
    held = [one for one in groups if one.held_back]
    held.sort(key=lambda one: (-one.held_back, one.name))
    return tuple(
        SegmentGap(name=one.name, size=one.size, held_back=one.held_back, missing=one.missing)
        for one in held[:WORST_SEGMENTS]
    )


def _valuable(measured: Measured, names: dict[str, str]) -> tuple[Valuable, ...]:
    return tuple(
        Valuable(
            number=number,
            name=names.get(one.customer_id, "")[-_SHORT:],
            expected=None if worth is None else round(worth, 2),
            value=round(one.value, 2),
            orders=one.orders,
            last_order=one.last_order,
            reachable=one.reachable,
            sources=one.sources,
            knows=one.knows,
            traces=one.traces,
        )
        for number, (one, worth) in enumerate(
            zip(measured.top, measured.expected, strict=True), start=1
        )
    )


def _lift_tests(path: Path) -> tuple[LiftTest, ...]:
    try:
        return _TESTS.validate_python(yaml.safe_load(path.read_text("utf-8")) or ())
    except FileNotFoundError:
        return ()
    except ValidationError as error:
        raise _unreadable(path, _in_words(error.errors()[0])) from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise _unreadable(path, " ".join(str(error).split())) from error


def _unreadable(path: Path, why: str) -> AuditError:
    return AuditError(
        "unreadable_tests",
        f"The lift tests cannot be read: {why.rstrip('.')}.",
        thing=str(path),
        next_step="It is a list, and each entry has channel, start, end, spend_change, effect and "
        "standard_error. Mend the file, or move it away and audit without it",
    )


def _in_words(error: ErrorDetails) -> str:
    """Which entry, which field, and what is wrong with it."""
    if not error["loc"]:
        return "it is no list of tests"
    number, *field = error["loc"]
    place = f"test {int(number) + 1}" + "".join(f", {one}" for one in field)
    said = error["msg"].removeprefix("Value error, ")
    return f"{place}: {said[:1].lower()}{said[1:]}"
