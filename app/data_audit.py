"""The data audit as commands and pages show it: the audit itself, and what there is in words."""

from __future__ import annotations

from collections.abc import Iterator

from app import words
from app.workspace import Workspace
from domain.audit import LeastScore
from workflows import data_audit
from workflows.data_audit import DataAudit
from workflows.stack import Stack


class AuditShown(DataAudit):
    rows: tuple[tuple[str, str], ...]
    """What there is: name and value, in words."""
    least_score: LeastScore
    """Below it no campaign starts, as far as somebody set it."""


async def audit_data(workspace: Workspace, stack: Stack) -> AuditShown:
    """Look through the data and the consents now. Raises AuditError, CdpError store_damaged."""
    found = await data_audit.audit(stack)
    rows = tuple(_rows(workspace, found))
    return AuditShown(**dict(found), rows=rows, least_score=stack.least_score)


def _rows(workspace: Workspace, audit: DataAudit) -> Iterator[tuple[str, str]]:
    described = audit.described
    yield "customers", f"{described.customers:,}"
    yield "orders", f"{described.orders:,} in {described.order_lines:,} lines"
    yield "events", f"{described.events:,}"
    if described.first_day and described.last_day:
        yield "days", f"{words.day(described.first_day)} to {words.day(described.last_day)}"
    yield "agreed to marketing mail", _of(audit.agreed, described.customers)
    yield (
        "order lines without a customer",
        _of(described.unknown_customer_lines, described.order_lines),
    )
    yield "exact repeats of a line", f"{described.duplicate_lines:,}"
    yield "rows that we could not read", f"{audit.quarantined:,}"
    for figure in described.figures:
        yield figure.name.replace("_", " "), words.figure(figure, workspace.currency)
    yield "single values left empty", f"{audit.set_aside:,}"
    yield "customers contradicted in one file", f"{audit.conflicts:,}"


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({words.percent(part / whole)})" if whole else f"{part:,}"
