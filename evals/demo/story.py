"""The demo as it is told: each step is said as it happens, in a marketer's words."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from app import words
from app.output import Out
from app.references import short
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.predicate import in_words
from domain.report import Report
from evals.benchmarks.memory import peak_mb
from evals.demo import campaign, setting
from evals.demo.goals import GOALS, WAITING_GOAL
from evals.demo.going_on import Answered, note_answered
from evals.demo.setting import Setting
from evals.market.inbox import Inbox, running_inbox
from evals.market.world import World
from evals.seeded import seeded
from ledger import publications
from tools.store.fields import Kind


class Told(Frozen):
    """One campaign, as the demo's JSON answer keeps it."""

    campaign_id: str
    goal: str
    title: str
    """The report's finding."""
    kpi: str
    mailed: int
    held_back: int
    difference: float | None
    low: float | None
    high: float | None
    shown: bool
    true_effect: float | None
    """What the market knows."""
    report: str


class Demo(Frozen):
    folder: str
    seed: int
    seconds: float
    peak_mb: float
    """The most memory that the demo's process held; its small mail server is another."""
    customers: int
    mails: int
    campaigns: tuple[Told, ...]
    waiting: str
    """The approval that waits for the newcomer."""


def run(folder: Path, *, seed: int, as_json: bool = False) -> Demo:
    """Play the demo into ``folder``. Raises DemoError, and whatever the product raises."""
    began = time.perf_counter()
    out = Out(as_json)
    folder = setting.clear(folder)
    with running_inbox(folder / "inbox") as inbox, seeded(seed):
        here = _scene(out, folder, World(seed=seed), inbox)
        told = tuple(_campaign(out, here, number, goal) for number, goal in enumerate(GOALS, 1))
        waits = _third(out, here)
        mails = len(inbox.received())
        answered = Answered(seed=seed, until=campaign.now(here), stretches=len(GOALS), mails=mails)
        note_answered(folder, answered)
    found = Demo(
        folder=str(folder),
        seed=seed,
        seconds=round(time.perf_counter() - began, 1),
        peak_mb=round(peak_mb(), 1),
        customers=here.market.world.customers,
        mails=mails,
        campaigns=told,
        waiting=waits,
    )
    _where_to_look(out, found)
    out.answer("demo.v1", found)
    return found


def _scene(out: Out, folder: Path, world: World, inbox: Inbox) -> Setting:
    _heading(out, "Halden, watches and jewellery, Munich")
    here = setting.make_workspace(folder, world, inbox)
    # The brand's past letters are read for their meaning while the files come in.
    voice = threading.Thread(target=setting.read_past_letters, args=(here,), name="voice")
    voice.start()
    _line(
        out,
        f"A simulated workspace in {_near(folder)}: its clock stands at "
        f"{words.moment(world.end, setting.TIMEZONE)}, and its mails stay on this machine.",
    )
    with out.working("Making a market"):
        exports = setting.export_history(here)
    _line(out, f"A market of {world.customers:,} people with 18 months behind them.")
    files: tuple[tuple[Kind, Path], ...] = (
        ("facts", here.products),
        ("facts", here.workspace.brand_folder / "house.jsonl"),
        ("customers", exports.customers),
        ("orders", exports.orders),
        ("events", exports.events),
        ("suppressions", exports.suppressions),
    )
    for kind, path in files:
        with out.working(f"Reading {path.name}"):
            imported = setting.bring_in(here, kind, path)
        intake = imported.intake
        beside = []
        if imported.consents_added:
            beside.append(f"{imported.consents_added:,} answers on consent, with their evidence")
        if imported.suppressions_added:
            beside.append(f"{imported.suppressions_added:,} addresses left out from now on")
        if intake.quarantined:
            beside.append(f"{intake.quarantined:,} rows that we could not read, set aside")
        if intake.values_set_aside:
            beside.append(f"{intake.values_set_aside:,} single values left empty")
        if intake.conflicts:
            beside.append(f"{intake.conflicts:,} people contradicted, of whom the last row counts")
        more = f" ({'; '.join(beside)})" if beside else ""
        _line(out, f"Imported {path.name:<16} {intake.rows_read:>8,} rows{more}")
    with out.working("Reading the brand's past letters"):
        voice.join()
    return here


def _campaign(out: Out, here: Setting, number: int, goal: str) -> Told:
    since = campaign.now(here)
    _heading(out, f"Campaign {number}: “{goal}”")
    run_id = campaign.start(here, goal)
    campaign.work_on(here, run_id, lambda line: _step(out, line))
    campaign.approve(here, campaign.waiting(here, run_id, "brief"))
    _decided(out, "The brief")
    campaign.work_on(here, run_id, lambda line: _step(out, line))
    approval = campaign.waiting(here, run_id, "publish")
    _say_what_goes_out(out, here, run_id)
    campaign.approve(here, approval)
    _decided(out, "Exactly these mails, to exactly these people")
    campaign.work_on(here, run_id, lambda line: _step(out, line))
    with out.working("Sending"):
        campaign.send_everything(here)
    mailed, held = _say_what_went_out(out, here, run_id)
    found = campaign.market_answers(here, run_id, since=since, number=number)
    at = words.moment(campaign.now(here), setting.TIMEZONE)
    _line(
        out,
        f"{at}: the market has answered; its files are imported "
        f"({found.rows['events']:,} events, {found.rows['orders']:,} order lines).",
    )
    campaign.do_what_is_due(here)
    report, pages = campaign.report_of(here, run_id)
    true = campaign.true_effect(
        here, run_id, found, report.kpi, report.period_start, report.period_end
    )
    _say_report(out, report, true)
    effect = report.effects[0] if report.effects else None
    return Told(
        campaign_id=run_id,
        goal=goal,
        title=report.title,
        kpi=report.kpi,
        mailed=mailed,
        held_back=held,
        difference=effect.difference.value if effect else None,
        low=effect.difference.low if effect else None,
        high=effect.difference.high if effect else None,
        shown=bool(effect and effect.shown),
        true_effect=true,
        report=str(pages / "report.html"),
    )


def _third(out: Out, here: Setting) -> str:
    _heading(out, f"Campaign {len(GOALS) + 1}: “{WAITING_GOAL}”")
    run_id = campaign.start(here, WAITING_GOAL)
    campaign.work_on(here, run_id, lambda line: _step(out, line))
    approval = campaign.waiting(here, run_id, "brief")
    _line(out, "This one waits for you.", style="bold")
    return approval.id


DOES = {
    "viewing_booked": "book a viewing",
    "service_booked": "book a service",
    "purchase": "buy something",
    "click": "click",
}
"""What people do who reach a KPI."""


def _say_what_goes_out(out: Out, here: Setting, run_id: str) -> None:
    brief, draft, critique, plan = campaign.made(here, run_id)
    baseline = brief.kpi.baseline
    _line(out, f"To: {in_words(brief.audience.rule)}")
    if baseline.value is not None:
        does = DOES.get(brief.kpi.kpi, "reach the aim")
        _line(
            out,
            f"Without a mail {words.percent(round(baseline.value, 3))} of them {does} within "
            f"{brief.kpi.days} days.",
        )
    smallest = brief.holdout.smallest_effect
    if smallest is not None:
        _line(
            out,
            f"{words.percent(brief.holdout.share)} are held back by chance; that shows gains of "
            f"{words.points(smallest)} or more.",
        )
    for variant in draft.variants:
        _line(out, f"{variant.id}  {variant.subject}", indent=4, style="bold")
        _line(out, variant.preheader, indent=7, style="dim")
    _line(out, f"The copy is {draft.label}. The critic found {_found(len(critique.findings))}.")
    for line in plan.explanation[1:3]:
        _line(out, line)


def _say_what_went_out(out: Out, here: Setting, run_id: str) -> tuple[int, int]:
    with here.workspace.ledger.read() as tx:
        rows = publications.assignments(tx, run_id)
    states = Counter(row.state for row in rows if row.state is not None)
    held = sum(row.arm == HELD_BACK for row in rows)
    left_out = f", {states['left_out']:,} left out at the last moment" if states["left_out"] else ""
    at = words.moment(campaign.now(here), setting.TIMEZONE)
    _line(
        out,
        f"{at}: {states['sent']:,} mails went out over SMTP, each once{left_out}; "
        f"{held:,} people are held back.",
    )
    return states["sent"], held


def _say_report(out: Out, report: Report, true: float | None) -> None:
    _line(out, report.title, style="bold")
    if report.effects:
        effect = report.effects[0]
        found = effect.difference
        if found.value is not None and found.low is not None and found.high is not None:
            _line(
                out,
                f"Difference {found.value * 100:+.1f} points, likely between "
                f"{found.low * 100:+.1f} and {found.high * 100:+.1f}.",
            )
            if true is not None:
                holds = found.low <= true <= found.high
                _line(
                    out,
                    f"What only the simulated market knows: the true effect is "
                    f"{true * 100:+.1f} points, which the interval "
                    f"{'holds' if holds else 'misses, as one in twenty does'}.",
                )


def _where_to_look(out: Out, found: Demo) -> None:
    folder = _near(Path(found.folder))
    command = _command(Path(found.folder))
    _heading(out, "Where to look")
    _line(out, f"{found.mails:,} mails, as they arrived:  {folder}/inbox/*.eml")
    for number, told in enumerate(found.campaigns, 1):
        _line(out, f"The report of campaign {number}:  {_near(Path(told.report))}")
    _line(out, f"Rows and values that we could not read:  {folder}/quarantine/")
    out.say("")
    _line(out, f"Campaign {len(found.campaigns) + 1} waits for your yes, in the desk:")
    _line(out, f"{_command(Path.cwd())} demo serve --folder {folder}", indent=4, style="bold")
    _line(out, "or here:")
    for line in (
        f"cd {folder}",
        f"{command} approvals show {short(found.waiting)}",
        f"{command} approvals approve {short(found.waiting)} --advance",
    ):
        _line(out, line, indent=4, style="bold")
    _line(
        out,
        "It then waits once more, with the mails themselves; approve those in the same way. They "
        "go out when the simulated clock comes to their hour. In another terminal, start the "
        "server that takes them:",
    )
    inbox = f"{_command(Path.cwd())} demo inbox --folder {folder}"
    _line(out, inbox, indent=4, style="bold")
    _line(
        out,
        "And let time pass: the first line says which moment is next, the second goes to it; "
        "repeat it for each time zone, until nothing is scheduled any more.",
    )
    for line in (
        f"{command} publish --once",
        f"{command} publish --once --as-of MOMENT",
    ):
        _line(out, line, indent=4, style="bold")
    _line(out, f"{found.seconds:.0f} s in all.", style="dim")


def _heading(out: Out, text: str) -> None:
    out.say("", Text(text, style="bold"))


def _line(out: Out, text: str, *, indent: int = 2, style: str = "") -> None:
    """A line of the story; where it wraps, it stays indented."""
    out.say(Padding(Text(text, style=style), (0, 0, 0, indent)))


def _step(out: Out, line: str) -> None:
    _line(out, line.strip())


def _decided(out: Out, what: str) -> None:
    _line(
        out,
        f"{what}: approved by the demo approver, who exists in simulations only.",
        style="green",
    )


def _found(findings: int) -> str:
    return "nothing to mend" if findings == 0 else f"{findings} things to know"


def _near(path: Path) -> str:
    """A path as it is shortest to type."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _command(folder: Path) -> str:
    """How the program is called from a folder."""
    program = Path(sys.argv[0])
    if program.name != "mainspring" or shutil.which("mainspring"):
        return "mainspring"
    return os.path.relpath(program.resolve(), folder)
