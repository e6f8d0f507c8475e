"""The audit of work on the command line."""

from __future__ import annotations

from rich.table import Table

from app.output import Out
from app.words import percent
from app.work import words
from domain.work import WorkAudit


def show_work(out: Out, found: WorkAudit, currency: str) -> None:
    """Tasks, hours, the road, and where the figures are from."""
    out.say(found.headline, "")
    table = Table(box=None, pad_edge=False)
    for name in ("Task", "Now", f"By agents, {found.days} days", "Given back"):
        table.add_column(name, justify="right" if name.startswith("By") else "left")
    for work in found.tasks:
        done = "" if work.done is None else f"{work.done:,}"
        table.add_row(work.task.name, words.STANDING[work.standing], done, words.hours(work))
    out.say(table)
    if found.unknown_tasks:
        out.say(
            "",
            "Hours are unknown until your team says what a task takes by hand:",
            "  mainspring audit work --task write_brief=8x60-90 --review 5-10",
        )
    road = found.roadmap
    out.say("", "What pays next, in this order:")
    for number, step in enumerate(road.steps, start=1):
        budget = "" if step.first_month is None else f", {words.amount(step.budget, currency)}"
        out.say(
            f"  {number}. {step.what} ({words.LAYER[step.layer].lower()}; {words.when(step)}"
            f"{budget})",
            f"     Proof: {step.proof.what} {words.PROOF[step.proof.state].capitalize()}. "
            f"{step.proof.found}",
        )
    out.say("", f"Budget of a year: {words.amount(road.budget, currency)}. {road.reckoned}")
    for layer, share in words.layers(road, currency):
        out.say(f"  {layer:<28} {share}")
    out.say(f"  {road.rule}")
    for figure in road.benchmarks:
        out.say(
            f"  {figure.what}: {percent(figure.low)} to {percent(figure.high)}. {figure.source}. "
            f"{figure.caution}"
        )
