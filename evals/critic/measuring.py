"""``mainspring eval critic``: recall of every family, and false alarms on clean copy."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from agents.judging import keep
from agents.openai_model import OpenAIModel
from agents.rules.catalogue import catalogue
from agents.rules.every import run_rules
from app.output import Out
from domain.critique import Finding
from domain.frozen import Frozen
from evals.counting import TokenLog
from evals.critic.clean import Piece, halden, messages, passages
from evals.critic.judge import calibrate, questions
from evals.critic.labelled import WANTED, Labelled, labelled, rendered, review_of
from evals.exits import PASSED, REGRESSION
from evals.wilson import Rate, rate
from prompts.library import shipped_prompts

LEAST_RECALL = 0.95
MOST_ALARMS = 0.02


def _judge(out: Out, name: str, base_url: str, judged: int, keep_in: Path | None) -> int:
    brand, facts = halden()
    own = messages(brand, facts)
    given = questions(labelled(own), own, judged)
    key = os.environ.get("MAINSPRING_MODEL_API_KEY", "")
    judge = OpenAIModel(base_url=base_url, api_key=key, name=name, call_log=TokenLog())
    with out.working(f"Asking {name} of {len(given)} pieces"):
        found = asyncio.run(calibrate(judge, shipped_prompts().of("judge_copy").hash, given))
    out.say(
        f"{name} agrees with the labels of {found.pieces} pieces by a kappa of {found.kappa:.2f} "
        f"({found.low:.2f} to {found.high:.2f}); {found.failed} without a usable answer."
    )
    if keep_in is not None:
        keep(keep_in, found)
        out.say(f"Kept in {keep_in}.")
    out.answer("eval.judge.v1", found)
    return PASSED


class Family(Frozen):
    """How a family fares in one split."""

    family: str
    split: str
    recall: Rate
    by_language: dict[str, Rate]
    missed: tuple[str, ...]
    """The tuned split's missed pieces. Those held out are counted and not shown."""


class Alarms(Frozen):
    """Clean pieces that would be held up: a blocking or serious finding."""

    copy_of: str
    held_up: Rate
    by_family: dict[str, Rate]
    """By the family of the rules that hold up."""


class CriticResult(Frozen):
    pieces: int
    recall: tuple[Family, ...]
    alarms: tuple[Alarms, ...]
    passed: bool


def data_file(given: Path | None) -> Path | None:
    """The passages of other brands: the file or data folder given, or the one beside."""
    root = given or Path(os.environ.get("MAINSPRING_DATA", "../shared/data"))
    for path in (root, root / "passages.jsonl", root / "brand" / "passages.jsonl"):
        if path.is_file():
            return path
    return None


def measure(data: Path | None) -> CriticResult:
    """Everything that needs no model."""
    brand, facts = halden()
    own = messages(brand, facts)
    path = data_file(data)
    others = passages(path) if path is not None else ()
    pieces = labelled(own, others)
    families = tuple(
        _family(family, split, [p for p in pieces if p.family == family and p.split == split])
        for family in WANTED
        for split in ("tuned", "held_out")
    )
    alarms = [_alarms("halden", own)]
    if others:
        alarms.append(_alarms("other brands", others))
    passed = (
        all(f.recall.value >= LEAST_RECALL for f in families)
        and all(a.held_up.value <= MOST_ALARMS or a.copy_of != "halden" for a in alarms)
        and all(r.value <= MOST_ALARMS for a in alarms for r in a.by_family.values())
    )
    return CriticResult(pieces=len(pieces), recall=families, alarms=tuple(alarms), passed=passed)


def is_found(piece: Labelled) -> bool:
    """Whether a finding of the family's rules points at the planted words, and is as grave as its
    rule ever is."""
    return any(_points(f, piece) for f in run_rules(piece.review))


def _points(found: Finding, piece: Labelled) -> bool:
    if not found.rule.startswith(WANTED[piece.family]):
        return False
    grave = found.severity != "minor" or catalogue()[found.rule].severities == ("minor",)
    # How grave a single worn phrase is depends on the brand's own rate: being named is enough.
    if not grave and piece.family not in ("cliche", "reading", "length"):
        return False
    said = found.text.casefold()
    return not piece.words or (bool(said) and said in piece.words.casefold())


def _family(family: str, split: str, pieces: Sequence[Labelled]) -> Family:
    found = {piece.id: is_found(piece) for piece in pieces}
    languages: dict[str, list[bool]] = defaultdict(list)
    for piece in pieces:
        languages[piece.language].append(found[piece.id])
    return Family(
        family=family,
        split=split,
        recall=rate(sum(found.values()), len(pieces)),
        by_language={code: rate(sum(each), len(each)) for code, each in languages.items()},
        missed=tuple(p.words or p.id for p in pieces if split == "tuned" and not found[p.id]),
    )


def _alarms(name: str, pieces: Iterable[Piece]) -> Alarms:
    count = held = 0
    families: Counter[str] = Counter()
    for piece in pieces:
        count += 1
        mail = (rendered(piece),) if piece.author == "halden" else ()
        grave = {
            f.rule.split(".", 1)[0]
            for f in run_rules(review_of(piece, rendered=mail))
            if f.severity != "minor"
        }
        held += bool(grave)
        families.update(grave)
    return Alarms(
        copy_of=name,
        held_up=rate(held, count),
        by_family={family: rate(n, count) for family, n in sorted(families.items())},
    )


def run(
    data: Path | None,
    *,
    model: str = "",
    base_url: str = "",
    judged: int = 60,
    keep_in: Path | None = None,
    as_json: bool,
) -> int:
    """Measure, print, and say whether the aims are met; with a model, only its agreement."""
    out = Out(as_json)
    if base_url:
        return _judge(out, model, base_url, judged, keep_in)
    with out.working("Reading labelled copy"):
        result = measure(data)
    out.say(f"{result.pieces:,} labelled pieces; the aim is a recall of {LEAST_RECALL:.0%} each.")
    for family in result.recall:
        split = "held out" if family.split == "held_out" else "tuned"
        out.say(f"  {family.family:<16}{split:<10}{family.recall.words()}")
        for words in family.missed:
            out.say(f"      missed: {words}")
    out.say(f"Clean human copy that would be held up; the aim is at most {MOST_ALARMS:.0%}.")
    for alarm in result.alarms:
        out.say(f"  {alarm.copy_of:<16}{alarm.held_up.words()}")
        for name, share in alarm.by_family.items():
            out.say(f"      {name:<14}{share.words()}")
    if len(result.alarms) == 1:
        out.say("  Other brands' copy was not at hand: name its file with --data.")
    out.say("The aims are met." if result.passed else "Not every aim is met.")
    out.answer("eval.critic.v1", result)
    return PASSED if result.passed else REGRESSION
