"""The rules over every mail that somebody would read, where blocks differ by stage of life."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.rules.every import in_order, run_rules
from agents.rules.review import Review
from domain.brief import Brief
from domain.critique import Finding
from domain.draft import Variant
from domain.predicate import AllOf, Stage
from domain.readings import Reading, readings, stage_words

_PLACE = re.compile(r"^blocks\[(\d+)\]")


def run_for_readers(review: Review) -> tuple[Finding, ...]:
    """Every finding once, the gravest first. What only some read names them, and stands at its
    place in the whole draft."""
    read = {mail.id: readings(mail) for mail in review.mails}
    if all(len(each) == 1 for each in read.values()):
        return run_rules(review)
    first = {mail_id: each[0] for mail_id, each in read.items()}
    found = _found(review, first)
    for mail_id, each in read.items():
        for reading in each[1:]:
            known = {_fault(one) for one in found}
            about = replace(review, brief=_narrowed(review.brief, reading))
            found += [
                _of_readers(one, reading)
                for one in _found(about, {**first, mail_id: reading})
                if one.variant == mail_id and _fault(one) not in known
            ]
    return in_order(found)


def _found(review: Review, chosen: dict[str, Reading]) -> list[Finding]:
    """The rules' findings on one reading of each mail, at their places in the whole draft."""
    copies = tuple(
        chosen[copy.id].variant if isinstance(copy, Variant) else copy for copy in review.copies
    )
    rendered = tuple(
        mail.for_stage(chosen[mail.id].stages[0]) if mail.id in chosen else mail
        for mail in review.rendered
    )
    return [
        one.model_copy(update={"place": _placed(one.place, chosen[one.variant].places)})
        if one.variant in chosen
        else one
        for one in run_rules(replace(review, copies=copies, rendered=rendered))
    ]


def _narrowed(brief: Brief, reading: Reading) -> Brief:
    """The brief as it stands for those alone who read this."""
    stages = tuple(stage for stage in reading.stages if stage)
    rule = AllOf(of=(brief.audience.rule, Stage(stages=stages)))
    return brief.model_copy(update={"audience": brief.audience.model_copy(update={"rule": rule})})


def _placed(place: str, places: tuple[int, ...]) -> str:
    """The place in the whole draft; as it is where it names a block that this reader has not."""
    found = _PLACE.match(place)
    if found is None or int(found[1]) >= len(places):
        return place
    return f"blocks[{places[int(found[1])]}]{place[found.end() :]}"


def _of_readers(finding: Finding, reading: Reading) -> Finding:
    why = f"For readers who are {stage_words(reading.stages)}: {finding.why}"
    return finding.model_copy(update={"why": why})


def _fault(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.variant, finding.place, finding.text
