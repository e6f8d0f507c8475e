"""What the audit found, in sentences, and what mends each; the repair of most campaigns first."""

from __future__ import annotations

from collections.abc import Iterator

from domain.audit import Finding, FindingCode
from tools.audit.groups import Held
from tools.audit.port import Measured
from tools.audit.score import FRESH_DAYS, OffPlan
from tools.audit.trace import FIELD_WORDS

WELL_KNOWN = 0.95
"""A share of people above which a gap is not worth a repair."""
NOTICED = 0.01
"""A repair changes a campaign where at least one in a hundred of its people is behind it."""


def found(measured: Measured, off_plan: OffPlan) -> tuple[Finding, ...]:
    """Every finding, weighed by the campaigns (segments, without any) that it holds back."""
    weighed = measured.campaigns or measured.groups
    top = dict(measured.top_problems)
    findings = []
    for finding in _all(measured, off_plan):
        campaigns = sum(1 for held in weighed if _changes(finding, held))
        mine = top.get(finding.code, 0) if finding.by_person else None
        if finding.code in _OF_EVERYBODY and finding.people:
            mine = len(measured.top)
        findings.append(finding.model_copy(update={"campaigns": campaigns, "top": mine}))
    return tuple(
        sorted(findings, key=lambda f: (-f.campaigns, _order(f.code), -_weight(f, measured)))
    )


_FIRST: frozenset[FindingCode] = frozenset({
    "nothing_imported", "no_consent", "no_address", "unknown_buyers", "quiet_source",
    "old",
})  # fmt: skip
"""Decide who is mailed at all; of as many campaigns these come first."""
_LAST: frozenset[FindingCode] = frozenset({"no_name", "stale", "no_events"})
"""A mail goes out all the same."""
_OF_EVERYBODY: frozenset[FindingCode] = frozenset({"old", "no_events"})
"""Every customer is behind them."""


def _order(code: FindingCode) -> int:
    return 0 if code in _FIRST else 2 if code in _LAST else 1


def _changes(finding: Finding, held: Held) -> bool:
    """Whether mending it would change who is mailed in a campaign, or what is known of them."""
    if not held.size:
        return False
    match finding.code:
        case "unknown_buyers":
            return "orders" in held.asks
        case "unknown_visitors" | "off_plan":
            return "events" in held.asks and _noticed(finding)
        case "times_out_of_order" if not finding.by_person:
            return bool(held.asks & {"orders", "events"}) and _noticed(finding)
        case "quiet_source":
            return bool(held.asks & {"orders", "events"})
        case "unreadable":
            return _noticed(finding)
        case "old" | "no_events" | "nothing_imported":
            return True
        case code:
            return held.count(code) >= max(1, NOTICED * held.size)


def _noticed(finding: Finding) -> bool:
    """Whether the rows behind it are more than a few."""
    return finding.count >= max(1, NOTICED * finding.of)


def _weight(finding: Finding, measured: Measured) -> float:
    """People behind it, or as many as its share of the rows would be."""
    if finding.people is not None:
        return finding.people
    return finding.count / finding.of * measured.problems.customers if finding.of else 0


def _all(measured: Measured, off_plan: OffPlan) -> Iterator[Finding]:
    p = measured.problems
    if not p.customers:
        what = "Nothing was imported yet."
        if p.rows:
            what = "There are no customers yet: no profile, and no order that names one."
        elif p.quarantined:
            what = "Nothing was imported yet: no row of any file could be read."
        yield Finding(
            code="nothing_imported",
            what=what,
            why="Without orders or customers there is nobody to write to.",
            how="mainspring import orders FILE --tz ZONE --currency CODE",
        )
        if not p.rows and not p.quarantined:
            return
    yield from _of_people(measured)
    yield from _of_rows(measured, off_plan)


def _of_people(measured: Measured) -> Iterator[Finding]:
    p = measured.problems
    details = dict(p.details)

    def finding(code: FindingCode, of: int, what: str, why: str, how: str) -> Finding:
        n = p.count(code)
        said = what.format(n=f"{n:,}", of=f"{of:,}", s="" if n == 1 else "s")
        return Finding(
            code=code, what=said, why=why, how=how, count=n, of=of, people=n, by_person=True,
            details=tuple((FIELD_WORDS.get(f, f), k) for f, k in details.get(code, ())),
        )  # fmt: skip

    def worth(code: FindingCode, of: int) -> bool:
        return p.count(code) > (1 - WELL_KNOWN) * of

    if worth("no_consent", p.customers):
        yield finding(
            "no_consent", p.customers,
            "{n} of {of} customers cannot be mailed: no consent is recorded.",
            "Nobody is mailed without a recorded yes.",
            "mainspring import customers FILE with the columns email_consent, email_consent_at "
            "and email_consent_source",
        )  # fmt: skip
    if worth("no_proof", p.agreed):
        yield finding(
            "no_proof", p.agreed,
            "{n} of {of} who agreed did so in words, or at a place, that nobody recorded.",
            "Whoever mails must be able to show what people said yes to, where and when.",
            "mainspring import customers FILE with the columns email_consent_wording and "
            "email_consent_source",
        )  # fmt: skip
    if worth("no_address", p.customers):
        yield finding(
            "no_address", p.customers,
            "{n} of {of} customers have no mail address.",
            "They are left out of every campaign.",
            "mainspring import customers FILE with the columns customer_id and email",
        )  # fmt: skip
    if worth("no_name", p.customers):
        yield finding(
            "no_name", p.customers,
            "{n} of {of} customers have no first name.",
            "A mail greets them without one.",
            "mainspring import customers FILE with the columns customer_id and first_name",
        )  # fmt: skip
    if p.count("duplicates"):
        yield finding(
            "duplicates", p.customers,
            "{n} of {of} customers share an address or a phone number with another id.",
            "One person gets two mails, and what they bought is halved.",
            "mainspring identity run, then decide what is left: mainspring identity list",
        )  # fmt: skip
    if p.count("disagreement"):
        yield finding(
            "disagreement", p.known_twice,
            "Of {n} of the {of} customers whom several sources know, they say different things.",
            "The latest counts, which need not be the true one.",
            "Mend the wrong system, export it again and import it: mainspring import customers "
            "FILE",
        )  # fmt: skip
    if p.count("invalid_values"):
        yield finding(
            "invalid_values", p.customers,
            "{n} of {of} customers have a value that cannot be what it says it is.",
            "An address that is none bounces; a birthday in the future congratulates nobody.",
            "Mend them in the system they come from, and import them again",
        )  # fmt: skip
    if worth("stale", p.dated):
        yield finding(
            "stale", p.dated,
            "The details of {n} of {of} customers were confirmed more than a year ago.",
            "People move, marry and change their address.",
            "mainspring import customers FILE from the system that asked them last",
        )  # fmt: skip
    if p.count("times_out_of_order"):
        yield finding(
            "times_out_of_order", p.customers,
            "{n} of {of} customers bought before the day that they are said to have become one.",
            "Rules by age of the account, and new customers, are counted wrongly.",
            "Import the oldest system's created_at: mainspring import customers FILE",
        )  # fmt: skip


def _of_rows(measured: Measured, off_plan: OffPlan) -> Iterator[Finding]:
    p, m, t = measured.problems, measured.problems.matching, measured.times
    if m.unknown_lines > (1 - WELL_KNOWN) * m.order_lines:
        unmatched = tuple((c.channel, c.unmatched) for c in measured.channels if c.unmatched)
        yield Finding(
            code="unknown_buyers",
            what=f"{_share(m.unknown_lines, m.order_lines)} of the order lines name no customer.",
            why="What these people bought is kept and counted, but nobody knows who they are, so "
            "they may be written to as if they had not bought.",
            how="Export the orders with the customer's id, e-mail or phone, also from the till "
            "and the phone: mainspring import orders FILE",
            count=m.unknown_lines,
            of=m.order_lines,
            details=unmatched,
        )
    if m.unknown_events:
        yield Finding(
            code="unknown_visitors",
            what=f"{_share(m.unknown_events, m.events)} of the events are of nobody known.",
            why="What these visitors did moves nobody into an audience.",
            how="Call identify after sign-in and checkout, then: mainspring identity run",
            count=m.unknown_events,
            of=m.events,
            details=m.unknown_by_source,
        )
    for source in p.sources:
        if source.quiet:
            yield Finding(
                code="quiet_source",
                what=f"The source {source.source} has said nothing for "
                f"{source.silent_days:,} days.",
                why=f"It usually waits {source.usual_gap_days:,} at most; nothing is known of its "
                f"{source.table} since {source.last_day.day} {source.last_day:%B %Y}.",
                how=f"Look after the connection of {source.source}, and import what is missing: "
                f"mainspring import {source.table} FILE",
                count=source.silent_days,
                people=source.customers,
            )
    wrong = t.received_before + t.future_events + t.future_orders
    if wrong:
        parts = (
            ("received before they happened", t.received_before),
            ("events of the future", t.future_events),
            ("orders of the future", t.future_orders),
        )
        yield Finding(
            code="times_out_of_order",
            what=f"{wrong:,} rows carry times that cannot be.",
            why="What comes after what cannot be told of them, and best hours are learnt wrongly.",
            how="Set the clocks of the sending systems, and say the time zone with --tz on import",
            count=wrong,
            of=t.events + t.orders,
            details=tuple((name, n) for name, n in parts if n),
        )
    if off_plan.count:
        yield Finding(
            code="off_plan",
            what=f"The tracking plan was broken {off_plan.count:,} times by "
            f"{off_plan.received:,} messages of the last {off_plan.days} days.",
            why="Rules over what they lack leave these people out.",
            how="mainspring sources violations, then mend the source or the plan",
            count=off_plan.count,
            of=off_plan.received,
            details=off_plan.broken[:6],
        )
    silent_days = p.silent_days or 0
    if silent_days > FRESH_DAYS:
        yield Finding(
            code="old",
            what=f"The latest data are {silent_days:,} days old.",
            why="Who bought since then would be written to as if they had not, and no effect can "
            "be measured.",
            how="Import a fresh export; what is known already is not added twice: mainspring "
            "import orders FILE",
            count=silent_days,
            people=p.customers,
        )
    if p.quarantined:
        yield Finding(
            code="unreadable",
            what=f"{p.quarantined:,} rows could not be read.",
            why="They are missing from every count.",
            how="Read the files in quarantine/, mend the rows, and import them again",
            count=p.quarantined,
            of=p.rows + p.quarantined,
        )
    if not m.events:
        yield Finding(
            code="no_events",
            what="There are no events.",
            why="The best hour is a default, and opens and clicks cannot be reported.",
            how="mainspring import events FILE with your mail server's deliveries, opens and "
            "clicks",
            people=p.customers,
        )


def _share(part: int, whole: int) -> str:
    share = f"{100 * part / whole:.1f}".removesuffix(".0")
    return f"{part:,} of {whole:,} ({share} %)"
