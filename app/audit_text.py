"""The data audit in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from app import words
from app.data_audit import AuditShown
from domain.audit import Growth, PartCode

PARTS: dict[PartCode, str] = {
    "complete": "Complete",
    "readable": "Readable",
    "agreeing": "Agreeing",
    "fresh": "Fresh",
    "permission": "Proven permission",
}
_SHOWN = 10


def audit_text(audit: AuditShown, currency: str) -> Iterator[RenderableType]:
    """The answer first, then the score, the repairs, and everything behind them."""
    yield audit.headline
    yield ""
    for label, value in audit.rows:
        yield f"  {label:<34} {value}"
    if audit.score.value is not None:
        yield from _score(audit)
    yield from _repairs(audit)
    if audit.sources:
        yield from ("", "Sources, each by its own rhythm:", _sources(audit))
    if audit.fields:
        yield from ("", "Fields by source, known and of those valid:", _fields(audit))
    if audit.channels:
        yield from ("", "Orders by channel, and those that name no customer:", _channels(audit))
    if audit.valuable:
        yield from _valuable(audit, currency)
    if audit.segments:
        yield from ("", "Segments whose people the data hold back most:", _segments(audit))
    if audit.growth.rows:
        yield from ("", f"Where customers first came from, {_year(audit.growth)}:")
        yield _growth(audit, currency)
    yield from ("", f"A month without ads would cost: {pause_words(audit.growth, currency)}")
    if audit.retention.customers:
        yield from _retention(audit)


def pause_words(growth: Growth, currency: str) -> str:
    """The range, or that it is unknown, and why."""
    pause = growth.pause
    if pause.low is None or pause.high is None:
        return pause.why[0].lower() + pause.why[1:]
    low, high = (words.money(round(v), currency) for v in (pause.low, pause.high))
    return f"likely between {low} and {high} of net revenue. {pause.why}"


def _score(audit: AuditShown) -> Iterator[RenderableType]:
    whole = audit.least_score.whole
    least = "no least score is set" if whole is None else f"least {whole:g}"
    yield from ("", f"Score {audit.score.value:g} of 100 ({least}), the parts weighted:")
    for part in audit.score.parts:
        value = "unknown" if part.value is None else f"{part.value:g}"
        least_of_part = audit.least_score.of(part.code)
        beside = "" if least_of_part is None else f"  (least {least_of_part:g})"
        yield f"  {PARTS[part.code]:<18} {value:>7}  × {part.weight:.0%}{beside}"
        for share in part.shares:
            if share.of:
                yield f"      {share.good:>9,} of {share.of:>9,}  {share.name}"


def _repairs(audit: AuditShown) -> Iterator[RenderableType]:
    if not audit.findings:
        return
    yield from ("", "Worth mending, the most useful first:")
    for number, found in enumerate(audit.findings, start=1):
        behind = []
        if found.people is not None:
            behind.append(words.people(found.people))
        if found.top:
            behind.append(f"{found.top} of the most valuable")
        if audit.campaigns:
            behind.append(f"{found.campaigns} of {audit.campaigns} {audit.campaigns_are}")
        yield f"  {number}. {found.what}"
        beside = f" ({', '.join(behind)})" if behind else ""
        yield f"     {found.why}{beside}"
        if found.details:
            parts = [f"{name} {count:,}" for name, count in found.details]
            yield f"     {', '.join(parts)}"
        yield f"     → {found.how}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 2))
    for column in columns:
        table.add_column(column.lstrip("#"), justify="right" if column.startswith("#") else "left")
    return table


def _sources(audit: AuditShown) -> Table:
    table = _table("source", "kind", "#rows", "#customers", "last day", "#usual wait", "")
    for one in audit.sources:
        usual = "unknown" if one.usual_gap_days is None else words.days(one.usual_gap_days)
        silent = f"quiet for {words.days(one.silent_days)}" if one.quiet else ""
        row = (one.source, one.table, f"{one.rows:,}", f"{one.customers:,}")
        table.add_row(*row, words.day(one.last_day), usual, silent)
    return table


def _fields(audit: AuditShown) -> Table:
    table = _table("source", "field", "#known", "#valid", "#of")
    for one in audit.fields:
        row = (f"{one.known:,}", f"{one.valid:,}", f"{one.of:,}")
        table.add_row(one.source, one.field.replace("_", " "), *row)
    return table


def _channels(audit: AuditShown) -> Table:
    table = _table("channel", "#orders", "#without a customer", "#share")
    for one in audit.channels:
        share = words.percent(one.unmatched / one.orders) if one.orders else ""
        table.add_row(one.channel, f"{one.orders:,}", f"{one.unmatched:,}", share)
    return table


def _valuable(audit: AuditShown, currency: str) -> Iterator[RenderableType]:
    by = "what they have brought" if audit.ranking.by == "value" else "what they will bring"
    yield from ("", f"The {len(audit.valuable)} most valuable customers, by {by}:")
    yield f"  {audit.ranking.why}"
    table = _table("field", "from", "#good", "#stale", "#disagree", "#missing")
    for row in audit.matrix:
        counts = [sum(1 for c in row.cells if c == s) for s in ("stale", "disagree", "missing")]
        named = ", ".join(row.sources) or "nowhere"
        table.add_row(row.field, named, str(row.good), *(str(n) if n else "" for n in counts))
    yield table
    for one in audit.valuable[:_SHOWN]:
        by_words: dict[str, list[str]] = {}
        for found in one.traces:
            by_words.setdefault(found.words, []).append(found.field)
        said = [f"{', '.join(fields)}: {why}" for why, fields in by_words.items()]
        wrong = "; ".join(said) or "nothing is wrong"
        worth = one.value if one.expected is None else one.expected
        name = f"…{one.name}" if one.name else "no message yet"
        yield f"  No. {one.number:<3} {name:<15} {words.money(worth, currency):>14}  {wrong}"
    if len(audit.valuable) > _SHOWN:
        yield f"  The other {len(audit.valuable) - _SHOWN}: --json, --html or the desk's page."


def _segments(audit: AuditShown) -> Table:
    table = _table("segment", "#people", "#held back", "what is missing")
    for one in audit.segments:
        lacks = ", ".join(
            f"{words.AUDIT_FINDINGS[code]} {n:,}"
            for code, n in one.missing[:3]
            if code in words.AUDIT_FINDINGS
        )
        table.add_row(one.name, f"{one.size:,}", f"{one.held_back:,}", lacks)
    return table


def _year(growth: Growth) -> str:
    return f"{words.day(growth.start)} to {words.day(growth.end)}"


def _growth(audit: AuditShown, currency: str) -> Table:
    table = _table("whose", "channel", "#new customers", "#net revenue")
    for one in audit.growth.rows:
        money = words.money(round(one.revenue), currency)
        table.add_row(one.origin, one.channel, f"{one.new_customers:,}", money)
    return table


def _retention(audit: AuditShown) -> Iterator[RenderableType]:
    kept = audit.retention
    half = "fewer than half have" if kept.median_days is None else f"half by day {kept.median_days}"
    yield from ("", f"Of {kept.customers:,} customers, bought a second time ({half}):")
    shown = {30, 60, 90, 180, 364}
    points = [p for p in kept.repeat if any(abs(p.day - day) < 4 for day in shown)]
    for point in points:
        yield (
            f"  by day {point.day:>3}: {words.percent(point.share)}, likely between "
            f"{words.percent(point.low)} and {words.percent(point.high)}"
        )
    table = _table("first bought in", "#customers", "came back, month by month")
    for cohort in kept.cohorts:
        back = " ".join(f"{100 * n / cohort.size:.0f}%" for n in cohort.returned if cohort.size)
        table.add_row(f"{cohort.month:%B %Y}", f"{cohort.size:,}", back)
    yield table
