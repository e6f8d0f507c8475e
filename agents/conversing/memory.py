"""What a conversation remembers from one turn to the next: plain values, never people."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen
from domain.predicate import Predicate

Language = Literal["en", "de"]


class Choice(Frozen):
    """One answer to an open question."""

    says: str
    """As it is offered."""
    value: str
    """What it stands for: a campaign's id, or a goal in the grammar's words."""


class Open(Frozen):
    """A question that the next message may answer."""

    about: Literal["start", "campaign_report", "campaign_change", "campaign_date", "spend"]
    """What is done with the answer: ``value`` of the choice is a goal, or a campaign's id."""
    question: str
    choices: tuple[Choice, ...] = ()
    text: str = ""
    """What was asked for, in the person's own words."""


class Memory(Frozen):
    open: Open | None = None
    campaign_id: str = ""
    """The campaign that was talked about last."""
    rule: Predicate | None = None
    """The people who were talked about last."""
    language: Language = "en"


class Heard(Frozen):
    """One message, with what is remembered."""

    text: str
    language: Language
    memory: Memory = Memory()
