"""Nobody is shut out or spoken down to for a trait that the law protects, in copy or audience.

Charter of Fundamental Rights of the EU, art. 21; AGG §§ 1 and 19; the audience rule matters as much
as the words, because whoever never gets the letter cannot take it up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from agents.languages import lexicon
from agents.rules.review import Findings, Review, finding
from domain.predicate import (
    AllOf,
    AnyOf,
    Did,
    InSegment,
    NotThat,
    Predicate,
    Sequence,
    Trait,
)

_PROXIES = {"birthday": "age", "first_name": "sex or origin", "postcode": ""}
"""Profile fields that stand for a protected trait, and which; empty: harmless by itself."""


def check(review: Review) -> Findings:
    for words, why in dict.fromkeys(_of_audience(review.brief.audience.rule)):
        yield finding(
            "discrimination.audience",
            "serious",
            why,
            "Choose people by what they did or asked for; or keep it, and write down the lawful "
            "reason at approval.",
            place="audience",
            text=words,
        )
    for copy in review.copies:
        for place, text in copy.texts():
            for match in _pattern().finditer(text):
                yield finding(
                    "discrimination.copy",
                    "blocking",
                    "It shuts people out, or speaks down to them, for a trait that the law "
                    "protects.",
                    "Say what the thing is; whom it suits is for its reader to say.",
                    variant=copy.id,
                    place=place,
                    text=match.group(),
                )


@cache
def _pattern() -> re.Pattern[str]:
    """Every language's phrases with its names of groups put in."""
    found = []
    for code in lexicon.languages():
        read = lexicon.read(code, "people")
        groups = read["groups"]
        strict = "|".join(groups[g] for g in groups if g not in ("age", "sex", "disability"))
        for phrase in read["excluding"]:
            filled = phrase.replace("{group}", f"(?:{'|'.join(groups.values())})(?!\\w)")
            filled = filled.replace("{strict}", strict)
            for name, words in groups.items():
                filled = filled.replace(f"{{{name}}}", words)
            found.append(rf"{filled}(?!\w)")
    return lexicon.compiled(tuple(found))


@cache
def _traits() -> re.Pattern[str]:
    return re.compile(
        "|".join(rf"(?<![a-zäöü])(?:{one})(?![a-zäöü])" for one in lexicon.words("traits")),
        re.IGNORECASE,
    )


def _of_audience(rule: Predicate) -> Iterator[tuple[str, str]]:
    """(words, why) of each clause that chooses people by a protected trait."""
    match rule:
        case AllOf(of=of) | AnyOf(of=of):
            for part in of:
                yield from _of_audience(part)
        case NotThat(that=that):
            yield from _of_audience(that)
        case Trait(field=field, op=op):
            # A birthday wish goes to everybody once a year; a range of birthdays is an age.
            trait = _PROXIES.get(field, "")
            if (
                trait
                and not (field == "birthday" and op in ("next_days", "known", "unknown"))
                and (field != "first_name" or op in ("is", "is_not", "in", "contains", "begins"))
            ):
                yield field, f"It chooses people by {field}, which stands for their {trait}."
        case Did(event=event, where=where):
            yield from _named(event)
            for condition in where:
                yield from _named(condition.name)
        case InSegment(name=name):
            yield from _named(name)
        case Sequence(steps=steps):
            for step in steps:
                yield from _of_audience(step.that)
        case _:
            return


def _named(name: str) -> Iterator[tuple[str, str]]:
    found = _traits().search(re.sub(r"[_\-.]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)))
    if found:
        yield name, f"“{name}” names a trait that the law protects ({found.group()})."
