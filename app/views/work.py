"""The audit of work as a page: tasks, hours, the questionnaire, the road."""

from __future__ import annotations

from app.site import Site
from app.words import percent
from app.work import words
from app.work.audit import audit_work
from app.work.tasks import TASKS
from domain.frozen import Frozen
from domain.work import BUSINESSES, Answers, Benchmark, Range, Standing, WorkAudit


class TaskLine(Frozen):
    key: str
    name: str
    does: str
    standing: Standing
    standing_words: str
    done: int | None
    hours: str
    known: bool
    """Whether its hours are known."""


class StepLine(Frozen):
    number: int
    layer: str
    what: str
    why: str
    proof: str
    found: str
    state: str
    reached: bool
    unlocks: str
    when: str
    budget: str


class AskedTask(Frozen):
    key: str
    name: str
    times: str
    minutes: str


class WorkPage(Frozen):
    audit: WorkAudit
    hours: str
    tasks: tuple[TaskLine, ...]
    steps: tuple[StepLine, ...]
    layers: tuple[tuple[str, str], ...]
    budget: str
    figures: tuple[tuple[Benchmark, str], ...]
    """Figures from elsewhere, and each as people read it."""
    businesses: tuple[tuple[str, str], ...]
    asked: tuple[AskedTask, ...]
    missing: tuple[str, ...]


async def work_page(site: Site) -> WorkPage:
    """Count the work now. Raises CdpError store_damaged, Refused unreadable_answers."""
    found = await audit_work(site.workspace, site.stack)
    currency = site.workspace.currency
    road = found.roadmap
    return WorkPage(
        audit=found,
        hours=words.in_range(found.hours) if found.hours is not None else "",
        tasks=tuple(
            TaskLine(
                key=work.task.key,
                name=work.task.name,
                does=work.task.does,
                standing=work.standing,
                standing_words=words.STANDING[work.standing],
                done=work.done,
                hours=words.hours(work),
                known=work.hours is not None,
            )
            for work in found.tasks
        ),
        steps=tuple(
            StepLine(
                number=number,
                layer=words.LAYER[step.layer],
                what=step.what,
                why=step.why,
                proof=step.proof.what,
                found=step.proof.found,
                state=words.PROOF[step.proof.state],
                reached=step.proof.state == "reached",
                unlocks=step.unlocks,
                when=words.when(step),
                budget="" if step.first_month is None else words.amount(step.budget, currency),
            )
            for number, step in enumerate(road.steps, start=1)
        ),
        layers=tuple(words.layers(road, currency)),
        budget=words.amount(road.budget, currency),
        figures=tuple(
            (figure, f"{percent(figure.low)} to {percent(figure.high)}")
            for figure in road.benchmarks
        ),
        businesses=(("", "Not said"), *((b, words.BUSINESS[b]) for b in BUSINESSES)),
        asked=_asked(found.answers),
        missing=tuple(words.unanswered(found.answers)),
    )


def _asked(answers: Answers) -> tuple[AskedTask, ...]:
    asked = []
    for task in TASKS.values():
        if task.standing != "here":
            continue
        said = answers.of(task.key)
        asked.append(
            AskedTask(
                key=task.key,
                name=task.name,
                times=f"{said.times:g}" if said else "",
                minutes=typed(said.minutes) if said else "",
            )
        )
    return tuple(asked)


def typed(value: Range | None) -> str:
    """A span as somebody types it: 60-90."""
    if value is None:
        return ""
    least, most = f"{value.least:g}", f"{value.most:g}"
    return least if least == most else f"{least}-{most}"
