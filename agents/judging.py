"""Whether a model's judgment counts: its measured agreement with people's labels, kept by model,
prompt and cases. A model that nobody measured, or that agrees too little, only advises."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from domain.critique import Finding
from domain.frozen import Frozen

FILE = "judges.json"
"""In the workspace's folder; written by ``mainspring eval critic --keep``."""


class Calibration(Frozen):
    """How far one model, asked by one prompt, agrees with the labels of some cases."""

    model: str
    prompt_hash: str
    cases_hash: str
    pieces: int
    failed: int
    """Pieces that it gave no usable judgment of."""
    kappa: float
    """Cohen's, of "has a fault" against "has none"; 1 is agreement, 0 what chance gives."""
    low: float
    high: float
    """95 % by bootstrap over pieces."""


_ALL = TypeAdapter(tuple[Calibration, ...])


def kept(path: Path) -> tuple[Calibration, ...]:
    """The calibrations of a file; none where it is missing or cannot be read, which leaves every
    judge an adviser."""
    try:
        return _ALL.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return ()


def keep(path: Path, found: Calibration) -> None:
    """Add a calibration, in place of an older one of the same model and prompt."""
    others = tuple(
        c for c in kept(path) if (c.model, c.prompt_hash) != (found.model, found.prompt_hash)
    )
    path.write_bytes(_ALL.dump_json((*others, found), indent=1))


def judge_counts(
    known: tuple[Calibration, ...], model: str, prompt_hash: str, least: float
) -> bool:
    """Whether the lower end of the model's measured agreement reaches the level that was set."""
    return any(c.low >= least for c in known if (c.model, c.prompt_hash) == (model, prompt_hash))


def as_advice(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A model's findings that are said and force nothing."""
    return tuple(
        f.model_copy(update={"severity": "minor", "why": f"Advice of a model: {f.why}"})
        for f in findings
    )
