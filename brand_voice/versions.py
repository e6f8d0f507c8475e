"""The guide's versions in a brand folder: the one in force, those kept, and a proposal.

``guide.yaml`` is in force. ``voice/proposal.yaml`` waits for a person, with what it rests on beside
it (``proposal.json``); ``voice/<version>.yaml`` are guides that were in force, with theirs. All are
files that a person can read; whoever writes here holds the ledger's lock.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from brand_voice.brand import BrandError
from brand_voice.learning.documents import SetAside
from brand_voice.learning.proposal import Pile, Proposal, Reason
from domain.frozen import Frozen
from domain.voice import Guide

GUIDE = "guide.yaml"
FOLDER = "voice"
PROPOSAL = "proposal"
MOST_CHARACTERS = 500_000
"""Of a guide's file."""


class Evidence(Frozen):
    """What a guide was learnt from."""

    reasons: tuple[Reason, ...] = ()
    open: tuple[str, ...] = ()
    read: tuple[Pile, ...] = ()
    words: int = 0
    set_aside: tuple[SetAside, ...] = ()

    @classmethod
    def of(cls, proposal: Proposal) -> Evidence:
        return cls(**{name: getattr(proposal, name) for name in cls.model_fields})

    @property
    def texts(self) -> int:
        return sum(pile.texts for pile in self.read)

    def reason(self, field: str, item: str = "") -> str:
        """Why a line stands in the guide; empty where a person wrote it."""
        return next((r.words for r in self.reasons if (r.field, r.item) == (field, item)), "")

    def items(self, fields: Collection[str]) -> tuple[Reason, ...]:
        """The reasons of these fields, in their order."""
        return tuple(r for r in self.reasons if r.field in fields)


@dataclass(frozen=True)
class Kept:
    """A guide as a file: its text, what it says, and what it rests on."""

    text: str
    guide: Guide
    evidence: Evidence

    @property
    def version(self) -> str:
        return self.guide.version()


def read_guide(text: str, where: str) -> Guide:
    """The guide of a file's text. Raises BrandError unreadable_file with the place."""
    problem = ""
    if len(text) > MOST_CHARACTERS:
        problem = f"it has more than {MOST_CHARACTERS:,} characters"
    else:
        try:
            return Guide.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            problem = " ".join(str(error).split())
        except (ValidationError, RecursionError) as error:
            problem = _first(error)
    raise BrandError(
        "unreadable_file",
        f"The guide cannot be read: {problem}.",
        thing=where,
        next_step="mend that place; brand_voice/halden/guide.yaml is a whole example",
    )


def in_force(brand: Path) -> Kept:
    """The guide that drafts are written by. Raises BrandError."""
    text = (brand / GUIDE).read_text("utf-8")
    guide = read_guide(text, GUIDE)
    return Kept(text, guide, _evidence(brand, guide.version()))


def guide_in_force(brand: Path) -> Guide | None:
    """The guide in force; None where its file is missing or cannot be read."""
    try:
        return in_force(brand).guide
    except (BrandError, FileNotFoundError, UnicodeDecodeError):
        return None


def proposed(brand: Path) -> Kept | None:
    """The proposal that waits, as somebody may have edited it. Raises BrandError."""
    file = brand / FOLDER / f"{PROPOSAL}.yaml"
    if not file.is_file():
        return None
    text = file.read_text("utf-8", errors="replace")
    return Kept(text, read_guide(text, f"{FOLDER}/{file.name}"), _evidence(brand, PROPOSAL))


def proposal_text(brand: Path) -> str:
    """The proposal's file as it is, readable as a guide or not; empty where there is none."""
    file = brand / FOLDER / f"{PROPOSAL}.yaml"
    return file.read_text("utf-8", errors="replace") if file.is_file() else ""


def proposal_evidence(brand: Path) -> Evidence:
    """What the proposal was learnt from."""
    return _evidence(brand, PROPOSAL)


def kept(brand: Path) -> dict[str, Kept]:
    """Every version that was kept, by its hash. A file that cannot be read is none."""
    found: dict[str, Kept] = {}
    for file in sorted((brand / FOLDER).glob("*.yaml")):
        if file.stem == PROPOSAL:
            continue
        try:
            text = file.read_text("utf-8")
            guide = read_guide(text, file.name)
        except (BrandError, UnicodeDecodeError):
            continue
        if guide.version() == file.stem:
            found[file.stem] = Kept(text, guide, _evidence(brand, file.stem))
    return found


def put_proposal(brand: Path, text: str, evidence: Evidence) -> None:
    """Leave a proposal; an earlier one gives way."""
    _write(brand / FOLDER / f"{PROPOSAL}.yaml", text)
    _write(brand / FOLDER / f"{PROPOSAL}.json", evidence.model_dump_json())


def drop_proposal(brand: Path) -> None:
    """Take the proposal away."""
    for kind in ("yaml", "json"):
        (brand / FOLDER / f"{PROPOSAL}.{kind}").unlink(missing_ok=True)


def keep(brand: Path, one: Kept) -> None:
    """Keep a version by its hash. The first text of a version stays: later ones say the same."""
    file = brand / FOLDER / f"{one.version}.yaml"
    if not file.exists():
        _write(file.with_suffix(".json"), one.evidence.model_dump_json())
        _write(file, one.text)


def put_in_force(brand: Path, one: Kept) -> None:
    """Replace the guide in force, in one step."""
    _write(brand / GUIDE, one.text)


def _evidence(brand: Path, name: str) -> Evidence:
    file = brand / FOLDER / f"{name}.json"
    try:
        return Evidence.model_validate_json(file.read_text("utf-8"))
    except (FileNotFoundError, ValidationError, UnicodeDecodeError):
        return Evidence()


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is nested too deeply"
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as scratch:
            scratch.write(text)
            scratch.flush()
            os.fsync(scratch.fileno())
        if file.exists():
            Path(name).chmod(file.stat().st_mode & 0o777)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)
