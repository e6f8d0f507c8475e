"""The approval card in a terminal: what is asked, what will happen, and what to know first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from app import words
from app.references import short
from domain.brief import AudienceEvidence, Brief, Offer
from domain.critique import Critique, Finding
from domain.draft import Draft, Variant
from domain.facts import Facts
from domain.money import Share
from domain.plan import HELD_BACK, Plan
from domain.predicate import in_words
from domain.publication import Content, FirstWave, RenderedVariant
from domain.readings import stage_words
from ledger.approvals import Approval
from ledger.marks import LockRow

LABEL_WIDTH = 12
_TRACKING = re.compile(r"\?utm_\S+")
"""The campaign's marks in links, which the previews and the JSON form show whole."""
FIGURE_WORDS = {
    "orders_total": "orders so far",
    "orders_median": "orders each, in the middle",
    "value_total": "value so far",
    "value_median": "value each, in the middle",
    "recency_days_median": "since the last purchase",
    "first_purchase_days": "since the very first purchase",
    "last_purchase_days": "since the very last purchase",
    "trade_share": "trade buyers",
    "email_known_share": "with a mail address",
    "units_per_order_median": "pieces an order, in the middle",
    "order_value_median": "value of an order, in the middle",
    "average_order_value": "value of an order, on average",
    "returns_share": "lines that came back",
    "repeated_lines": "exact repeats of a line",
    "repeated_lines_value": "value of the exact repeats",
    "usual_wait_days": "three of four waits to buy again",
    "longest_wait_days": "nine of ten waits to buy again",
}


_SPREAD_WORDS = {
    "country": "country",
    "language": "language",
    "value": "value so far, each",
    "last purchase": "last purchase",
}
MOST_CELLS = 5


@dataclass(frozen=True)
class Shown:
    """What a card is made of. The draft, plan and critique are of the second approval."""

    approval: Approval
    timezone: str
    currency: str
    goal: str
    facts: Facts
    brief: Brief | None = None
    content: Content | None = None
    draft: Draft | None = None
    plan: Plan | None = None
    critique: Critique | None = None
    locks: tuple[LockRow, ...] = ()


def card(shown: Shown) -> RenderableType:
    """The whole card."""
    parts: list[RenderableType] = [_head(shown)]
    if shown.content is None and shown.brief is not None:
        parts += _brief(shown, shown.brief)
    elif shown.content is not None:
        parts += _publish(shown, shown.content)
    parts += [Text(), *_decision(shown)]
    return Group(*parts)


def _head(shown: Shown) -> RenderableType:
    approval = shown.approval
    state = words.APPROVAL_STATES[approval.status]
    said = Text(f"{words.GATES[approval.gate].capitalize()}: {state}", style="bold")
    if approval.status == "pending":
        said.append(f"   until {words.moment(approval.expires_at, shown.timezone)}", style="dim")
    elif approval.reason:
        said.append(f"   {approval.reason}", style="dim")
    return Group(said, Text(f"“{shown.goal}”"), Text())


def _rows(rows: Iterable[tuple[str, str | RenderableType]]) -> RenderableType:
    """Labels at the left, wrapping text at the right."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=LABEL_WIDTH, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, Text(value) if isinstance(value, str) else value)
    return grid


def _section(title: str) -> RenderableType:
    return Padding(Rule(title, align="left", style="dim", characters="─"), (1, 0, 0, 0))


def _bullets(items: Sequence[str], mark: str = "·") -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, no_wrap=True)
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row(mark, Text(item))
    return grid


def _brief(shown: Shown, brief: Brief) -> list[RenderableType]:
    audience = brief.audience
    rows: list[tuple[str, str | RenderableType]] = [
        ("To", f"{words.people(audience.size)}: {in_words(audience.rule)}"),
    ]
    if audience.reachable is not None:
        rows.append(("", f"{audience.reachable:,} of them can be mailed"))
    rows += [("", line) for line in left_out(audience.left_out)]
    rows += [
        ("Held back", _held_back(brief.holdout.share, brief.holdout.smallest_effect, brief)),
        ("Says", brief.message),
        ("Rests on", _fact_names(brief.fact_ids, shown.facts)),
    ]
    if brief.offer is not None:
        rows += _offer(brief.offer)
    kpi = brief.kpi
    rows += [
        (
            "Aim",
            f"{kpi.kpi.replace('_', ' ')} within {kpi.days} days: "
            f"{words.figure(kpi.baseline, shown.currency)} without a mail; "
            f"target {_target(kpi.target, kpi.baseline.unit, shown.currency)}",
        ),
        ("When", f"{words.day(brief.send_from)} to {words.day(brief.send_until)}"),
        ("Tone", brief.tone),
        ("Written by", written_by(brief.written_by)),
    ]
    rows += [
        ("Shown before" if not number else "", past.words())
        for number, past in enumerate(brief.past)
    ]
    parts: list[RenderableType] = [_rows(rows)]
    figures = [
        (
            FIGURE_WORDS.get(figure.name, figure.name.replace("_", " ")),
            words.figure(figure, shown.currency),
        )
        for figure in audience.figures
    ]
    figures = [*aside(audience), *figures]
    if figures:
        parts.append(_section("What the data say of them"))
        table = Table.grid(padding=(0, 2))
        for name, value in figures:
            table.add_row(Text(name, style="dim"), Text(value))
        parts.append(table)
    doubts = [
        *(f"Not understood: “{part.words}”. It is not in the brief." for part in brief.unread),
        *(f"“{part.words}” {part.why} Instead: {part.instead}" for part in brief.impossible),
        *brief.unsupported,
    ]
    if doubts:
        parts += [_section("Before you decide"), _bullets(doubts, "▲")]
    if brief.alternatives:
        better = [
            f"{other.what}{f' ({words.people(other.size)})' if other.size is not None else ''}: "
            f"{other.why}"
            for other in brief.alternatives
        ]
        parts += [_section("Perhaps better"), _bullets(better)]
    answered = f" You said: {brief.answer}" if brief.answer else ""
    parts += [_section("Only you can know"), _bullets([brief.question + answered], "?")]
    return parts


def aside(audience: AudienceEvidence) -> tuple[tuple[str, str], ...]:
    """How an audience is spread, and which groups it is in as well: a name and its cells."""
    shown: list[tuple[str, list[tuple[str, int | None]]]] = [
        (_SPREAD_WORDS[one.by], [(cell.what, cell.people) for cell in one.cells])
        for one in audience.spreads
    ]
    shown.append(("also in", [(o.name, o.people) for o in audience.overlaps if o.people != 0]))
    return tuple(
        (
            name,
            "; ".join(
                f"{what}: {'a few' if people is None else f'{people:,}'}"
                for what, people in cells[:MOST_CELLS]
            ),
        )
        for name, cells in shown
        if cells
    )


def _publish(shown: Shown, content: Content) -> list[RenderableType]:
    plan, draft = shown.plan, shown.draft
    held = next((share for arm, share in content.arms if arm == HELD_BACK), 0.0)
    smallest = shown.brief.holdout.smallest_effect if shown.brief else None
    rows: list[tuple[str, str | RenderableType]] = [
        ("To", _recipients(content, plan)),
    ]
    if plan is not None:
        rows += [("", line) for line in left_out([(x.reason, x.count) for x in plan.left_out])]
    at = f"{content.send_hour:02}:{content.send_minute:02} where each of them lives"
    rows += [
        ("Held back", _held_back(held, smallest, shown.brief)),
        (
            "When",
            f"{at}, from {words.moment(content.window_start, shown.timezone)} "
            f"to {words.moment(content.window_end, shown.timezone)}",
        ),
        (
            "Limits",
            f"no mail from {content.quiet_hours.start}:00 to {content.quiet_hours.end}:00 local; "
            f"at most {content.cap.most} mails in {content.cap.days} days",
        ),
        ("From", f"{content.sender.name} <{content.sender.address}>"),
    ]
    if content.first is not None:
        rows += _large(content.first)
    if content.offer is not None:
        rows += _offer(content.offer)
    if draft is not None:
        rows.append(("Written by", draft.label))
    parts: list[RenderableType] = [_rows(rows)]
    if plan is not None and plan.explanation:
        parts += [_section("The plan in words"), _bullets(plan.explanation)]
    drafted = {variant.id: variant for variant in draft.variants} if draft is not None else {}
    shares = dict(content.arms)
    for rendered in content.variants:
        parts += variant_parts(
            rendered, drafted.get(rendered.id), shown.facts, shares.get(rendered.id)
        )
    findings = shown.critique.findings if shown.critique is not None else ()
    parts.append(_section("What the critic found"))
    parts.append(_findings(findings) if findings else Text("Nothing to find fault with."))
    if shown.locks:
        parts.append(_section("Locked, word for word"))
        parts.append(_bullets([f"{lock.text}  ({lock.by})" for lock in shown.locks]))
    if shown.critique is not None and shown.critique.judge_failed:
        parts.append(Text(f"No model judged it: {shown.critique.judge_failed}", style="dim"))
    if shown.brief is not None and shown.brief.unread:
        unread = [f"Not understood in the goal: “{part.words}”" for part in shown.brief.unread]
        parts += [_section("Before you decide"), _bullets(unread, "▲")]
    return parts


def variant_parts(
    rendered: RenderedVariant, variant: Variant | None, facts: Facts, share: Share | None
) -> list[RenderableType]:
    """One variant: its mail as plain text, then what each claim rests on."""
    angle = f" · {variant.angle.replace('_', ' ')}" if variant is not None else ""
    to = f" · to {words.percent(share)} of them" if share is not None else ""
    parts: list[RenderableType] = [
        _section(f"Variant {rendered.id.upper()}{angle}{to}"),
        _rows(
            [("Subject", Text(rendered.subject, style="bold")), ("Preheader", rendered.preheader)]
        ),
        Padding(Text(_TRACKING.sub("", rendered.text).strip()), (1, 0, 0, LABEL_WIDTH + 2)),
    ]
    for version in rendered.versions:
        body = _TRACKING.sub("", version.text).partition("\n-- \n")[0].strip()
        parts += [
            _section(
                f"Variant {rendered.id.upper()} for readers who are {stage_words(version.stages)}"
            ),
            Padding(Text(body), (1, 0, 0, LABEL_WIDTH + 2)),
        ]
    if variant is not None and variant.claims:
        claims = [
            f"“{words.one_line(claim.text, 60)}” rests on {_fact_names(claim.fact_ids, facts)}"
            for claim in variant.claims
        ]
        parts += [Text(), _rows([("Claims", _bullets(claims, "✓"))])]
    if variant is not None and variant.provenance.passage_ids:
        passages = ", ".join(variant.provenance.passage_ids)
        parts.append(_rows([("Voice", f"of your passages {passages}")]))
    return parts


def _findings(findings: Sequence[Finding]) -> RenderableType:
    order = {"blocking": 0, "serious": 1, "minor": 2}
    table = Table.grid(padding=(0, 2))
    table.add_column(width=14, no_wrap=True)
    table.add_column(overflow="fold")
    for finding in sorted(findings, key=lambda f: order[f.severity]):
        mark = "▲ " if finding.severity != "minor" else "  "
        where = f"variant {finding.variant.upper()}, " if finding.variant else ""
        text = f"{where}{finding.place}: " if finding.place else where
        quoted = f"“{words.one_line(finding.text, 60)}” " if finding.text else ""
        table.add_row(
            mark + words.SEVERITIES[finding.severity],
            Text(f"{text}{quoted}{finding.why} → {finding.mend}"),
        )
        if finding.overruled:
            table.add_row("", Text(f"let stand by {finding.overruled}", style="dim"))
    return table


def left_out(reasons: Iterable[tuple[str, int]]) -> list[str]:
    """One line for each reason why somebody gets no mail."""
    return [
        f"left out because {words.LEFT_OUT.get(reason, reason.replace('_', ' '))}: {count:,}"
        for reason, count in reasons
        if count
    ]


def written_by(name: str) -> str:
    return "assembled from your library, no AI" if name == "house" else f"the model {name}"


def _recipients(content: Content, plan: Plan | None) -> str:
    if plan is None:
        return f"{words.people(content.size)} in all, those held back included"
    treated = sum(arm.size for arm in plan.arms if arm.id != HELD_BACK)
    return f"{words.people(treated)} get a mail"


def _held_back(share: Share, smallest: float | None, brief: Brief | None) -> str:
    if not share:
        return "nobody, so no effect can be shown"
    if brief is not None and brief.holdout.why:
        return f"{words.percent(share)} by chance. {brief.holdout.why}"
    if smallest is None:
        return f"{words.percent(share)} by chance"
    return f"{words.percent(share)} by chance; shows gains of {words.points(smallest)} or more"


def _large(first: FirstWave) -> list[tuple[str, str | RenderableType]]:
    return [
        ("Large", f"{words.people(first.recipients)}: type that number, and two people say yes"),
        (
            "",
            f"{words.percent(first.share)} of each variant goes first; the rest waits "
            f"{words.number(first.wait_minutes)} minutes, and for a person where more than "
            f"{words.percent(first.most_bounced)} bounce, {words.percent(first.most_complained)} "
            f"complain or {words.percent(first.most_unsubscribed)} unsubscribe",
        ),
    ]


def _offer(offer: Offer) -> list[tuple[str, str | RenderableType]]:
    if offer.share is not None:
        what = f"{words.percent(offer.share)} off"
    elif offer.amount is not None:
        what = f"{words.of_money(offer.amount)} off"
    else:
        what = "an offer"
    floor = f", from {words.of_money(offer.floor)}" if offer.floor is not None else ""
    dates = f"{words.day(offer.valid_from)} to {words.day(offer.valid_until)}"
    rows: list[tuple[str, str | RenderableType]] = [
        ("Offer", f"{what} with {offer.code}{floor}, {dates}"),
        ("", f"costs at most {words.of_money(offer.exposure)}: {offer.exposure_basis}"),
    ]
    rows += [
        ("", f"lowest price of 30 days, {product}: {words.of_money(price)}")
        for product, price in offer.reference_prices
    ]
    return rows


def _target(target: float, unit: str, currency: str) -> str:
    return words.percent(target) if unit == "share" else words.money(round(target, 2), currency)


def _fact_names(ids: Iterable[str], facts: Facts) -> str:
    named: list[str] = []
    for fact_id in ids:
        product, house = facts.product(fact_id), facts.house_fact(fact_id)
        if house is not None:
            named.append(f"{fact_id} (“{words.one_line(house.text, 50)}”)")
        elif product is not None:
            named.append(fact_id if "." in fact_id else f"{fact_id} ({product.name})")
        else:
            named.append(fact_id)
    return ", ".join(named) or "no facts"


def _decision(shown: Shown) -> list[RenderableType]:
    approval = shown.approval
    if approval.status != "pending":
        return [Text(f"Approval {approval.id}", style="dim")]
    name = short(approval.id)
    lines: list[str] = []
    if approval.blocking:
        lines.append("It may not go out as it is: edit it, or reject it with a reason.")
    else:
        answer = ' --answer "…"' if approval.gate == "brief" else ""
        number = approval.number_to_type
        typed = " --typed NUMBER" if number is not None else ""
        lines.append(f"Approve  mainspring approvals approve {name}{answer}{typed} --advance")
    lines += [
        f"Edit     mainspring approvals show {name} --edit FILE, "
        f"then mainspring approvals edit {name} --file FILE",
        f'Reject   mainspring approvals reject {name} --reason "…"',
    ]
    hashed = Text(f"Bound to {approval.content_hash}", style="dim", overflow="fold")
    return [*(Text(line) for line in lines), hashed]
