"""Audience rules that people gave a name: a file of the workspace, so that a goal may name them.

``segments.yaml`` holds a list of ``{name, rule}``, changed under a lock by write-temp-then-rename.
In a goal a name stands in quotes: “Mail to “Ring regulars” …”. The rule is taken as it is then;
changing it later changes no campaign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import yaml
from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from domain.errors import Refused
from domain.frozen import Frozen
from domain.goal import Goal, Impossible
from domain.nearest import nearest
from domain.predicate import AllOf, InSegment, Predicate
from domain.predicate.naming import clauses, with_segments
from workflows.stack import Stack

FILE = "segments.yaml"
LOCK_SECONDS = 10
LONGEST_NAME = 60
_QUOTED = re.compile(r"[“„\"«]([^“”„\"«»]{1,60})[”“\"»]")
_PEOPLE_OF = re.compile(rf"(?:people of|personen von|segment)\s+{_QUOTED.pattern}", re.IGNORECASE)


class SegmentsError(Refused):
    code: Literal["unreadable_segments", "wrong_name", "unknown", "in_use"]


class SavedSegment(Frozen):
    name: str
    rule: Predicate


_ALL: TypeAdapter[tuple[SavedSegment, ...]] = TypeAdapter(tuple[SavedSegment, ...])


def saved(stack: Stack) -> tuple[SavedSegment, ...]:
    """All of them, by name. Raises SegmentsError unreadable_segments."""
    return _read(_file(stack))


def saved_rules(folder: Path) -> dict[str, Predicate]:
    """Name → rule in a workspace's folder. Raises SegmentsError unreadable_segments."""
    return {segment.name: segment.rule for segment in _read(folder / FILE)}


def named(folder: Path, name: str) -> SavedSegment:
    """The segment of that name, whatever its case. Raises SegmentsError unknown."""
    known = _read(folder / FILE)
    for segment in known:
        if segment.name.casefold() == name.strip().casefold():
            return segment
    raise _unknown(name, known)


def save(stack: Stack, name: str, rule: Predicate) -> SavedSegment:
    """Give a rule a name; a segment of that name is replaced.

    Raises SegmentsError wrong_name; SegmentNameError where the rule names a segment that there is
    not, or comes back to itself.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or re.search(r"[“”„\"«»\x00-\x1f]", plain):
        raise SegmentsError(
            "wrong_name",
            f"A segment's name has one to {LONGEST_NAME} characters and no quotation marks.",
            thing=plain[:LONGEST_NAME],
            next_step="Choose another name.",
        )
    made = SavedSegment(name=plain, rule=rule)
    file = _file(stack)
    with FileLock(file.with_name(f".{FILE}.lock"), timeout=LOCK_SECONDS):
        others = [s for s in _read(file) if s.name.casefold() != plain.casefold()]
        with_segments(InSegment(name=plain), {s.name: s.rule for s in (*others, made)})
        _write(file, [*others, made])
    return made


def remove(stack: Stack, name: str) -> None:
    """Forget a name. Campaigns that it began stay as they are.

    Raises SegmentsError unknown, in_use where another segment's rule names it.
    """
    file = _file(stack)
    with FileLock(file.with_name(f".{FILE}.lock"), timeout=LOCK_SECONDS):
        known = _read(file)
        others = [s for s in known if s.name != name]
        if len(others) == len(known):
            raise _unknown(name, known)
        users = [s.name for s in others if _names(s.rule, name)]
        if users:
            raise SegmentsError(
                "in_use",
                "Other segments are made of this one.",
                thing=name,
                next_step=f"Change or forget first: {', '.join(users)}.",
            )
        _write(file, others)


def _unknown(name: str, known: Sequence[SavedSegment]) -> SegmentsError:
    near = nearest(name, [segment.name for segment in known])
    return SegmentsError(
        "unknown",
        "There is no saved segment of that name.",
        thing=name,
        next_step=f"There are: {', '.join(near) or 'none'}.",
    )


def _names(rule: Predicate, name: str) -> bool:
    return any(
        isinstance(clause, InSegment) and clause.name.casefold() == name.casefold()
        for clause in clauses(rule)
    )


def without_names(text: str, known: Sequence[SavedSegment]) -> tuple[str, list[SavedSegment]]:
    """The goal's text with spaces where saved segments are named, and those segments; every other
    character stays at its place."""
    by_name = {s.name.casefold(): s for s in known}
    found: list[SavedSegment] = []

    def blank(match: re.Match[str]) -> str:
        segment = by_name.get(" ".join(match[1].split()).casefold())
        if segment is None:
            return match[0]
        found.append(segment)
        return " " * len(match[0])

    return _QUOTED.sub(blank, text), found


def with_named(
    goal: Goal, text: str, named: Sequence[SavedSegment], known: Sequence[SavedSegment]
) -> Goal:
    """The goal for the people of the segments that its text names, and who else it says; the rules
    of all ``known`` segments stand in the place of their names, as they are now. A name that no
    segment has is said, with the nearest that there are."""
    goal = _without_unknown(goal, text, known)
    rules = [segment.rule for segment in named]
    if goal.audience is not None and not (named and goal.audience.kind == "everyone"):
        rules.append(goal.audience)
    if not rules:
        return goal
    rule = rules[0] if len(rules) == 1 else AllOf(of=tuple(rules))
    rule = with_segments(rule, {segment.name: segment.rule for segment in known})
    unread = tuple(
        part.model_copy(update={"words": text[part.start : part.end]}) for part in goal.unread
    )
    return goal.model_copy(update={"text": text, "audience": rule, "unread": unread})


def _without_unknown(goal: Goal, text: str, known: Sequence[SavedSegment]) -> Goal:
    names = [segment.name for segment in known]
    folded = {name.casefold() for name in names}
    missed = [
        match
        for match in _PEOPLE_OF.finditer(text)
        if " ".join(match[1].split()).casefold() not in folded
    ]
    if not missed:
        return goal
    said = tuple(
        Impossible(
            code="unknown_segment",
            words=match[0],
            why="There is no saved segment of that name.",
            instead=", ".join(f"“{name}”" for name in nearest(match[1], names))
            or "a rule in words, or a segment that is saved first",
        )
        for match in missed
    )
    unread = tuple(
        part
        for part in goal.unread
        if not any(m.start() <= part.start and part.end <= m.end() for m in missed)
    )
    return goal.model_copy(update={"impossible": (*goal.impossible, *said), "unread": unread})


def _file(stack: Stack) -> Path:
    return stack.checkpoints.parent / FILE


def _read(file: Path) -> tuple[SavedSegment, ...]:
    try:
        found = _ALL.validate_python(yaml.safe_load(file.read_text("utf-8")) or ())
    except FileNotFoundError:
        return ()
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise SegmentsError(
            "unreadable_segments",
            f"The saved segments cannot be read: {str(error).splitlines()[0]}.",
            thing=str(file),
            next_step="Mend the file, or move it away; each entry has a name and a rule.",
        ) from error
    return tuple(sorted(found, key=lambda s: s.name.casefold()))


def _write(file: Path, segments: Sequence[SavedSegment]) -> None:
    ordered = sorted(segments, key=lambda s: s.name.casefold())
    text = yaml.safe_dump(
        [s.model_dump(mode="json", exclude_defaults=False) for s in ordered],
        allow_unicode=True,
        sort_keys=False,
    )
    part = file.with_name(f"{FILE}.part")
    part.write_text(text, "utf-8")
    part.replace(file)
