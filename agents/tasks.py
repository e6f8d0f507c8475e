"""The structured questions that a model, or the house writer, answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel

from domain.brief import AudienceEvidence, Brief
from domain.critique import Critique, Finding
from domain.draft import Draft, Variant
from domain.facts import Facts
from domain.frozen import Frozen
from domain.goal import Goal
from domain.piece import Piece, PieceChannel
from domain.predicate.clauses import StageName
from domain.proof import Worth
from domain.recording import Sentence
from domain.series import ArticleBrief, Author, SitePage
from domain.teaching import Lock, TaughtRule
from domain.voice import Guide, Passage
from domain.words import Language

Given = TypeVar("Given", bound=BaseModel)
Answered = TypeVar("Answered", bound=BaseModel)


@dataclass(frozen=True)
class Task(Generic[Given, Answered]):
    """One kind of question: its prompt file is ``prompts/<name>.md``."""

    name: str
    given: type[Given]
    answered: type[Answered]
    written: Callable[[Given, Answered], tuple[str, str]] | None = None
    """The language that was asked for, and the answer's words that must be in it."""


class GoalText(Frozen):
    TYPED: ClassVar = ("text",)
    """Fields that a person of the team typed: a model reads them up to the first order to a
    machine. Every other text that reads like one is left out whole (agents.untrusted)."""
    text: str
    today: date
    """In the workspace's time zone."""
    currency: str
    products: tuple[tuple[str, str, str], ...] = ()
    """(id, name, category) of what the brand sells."""
    categories: tuple[str, ...] = ()
    event_names: tuple[str, ...] = ()


class BriefQuestion(Frozen):
    """Everything a brief may stand on: aggregates and facts, never people."""

    TYPED: ClassVar = ("reject_reason",)
    goal: Goal
    today: date
    audience: AudienceEvidence
    facts: Facts
    guide: Guide
    reject_reason: str = ""
    """Why a person rejected the last brief."""
    past: tuple[str, ...] = ()
    """What past mails changed by the same outcome, in words: "mails that began with …"."""


class BriefWords(Frozen):
    """The part of a brief that is a matter of words and choice; numbers are never a model's."""

    message: str
    fact_ids: tuple[str, ...]
    tone: str
    question: str


class CopyQuestion(Frozen):
    TYPED: ClassVar = ("reject_reason",)
    brief: Brief
    facts: Facts
    """Those that the brief names, and the house's own."""
    guide: Guide
    passages: tuple[Passage, ...]
    worths: tuple[Worth, ...] = ()
    """What is known of the passages: effect, context, how often and when they were used."""
    locked: tuple[Lock, ...] = ()
    """Sentences that a person locked: they stay, word for word."""
    rules: tuple[TaughtRule, ...] = ()
    """Rules that people approved after they had mended the same again and again."""
    recent: tuple[str, ...] = ()
    """What went out in the last 90 days, text by text: nobody likes to read it again."""
    last: Draft | None = None
    findings: tuple[Finding, ...] = ()
    reject_reason: str = ""
    stages: tuple[StageName, ...] = ()
    """Stages of life that the audience spans, where blocks may differ by them; empty: they do
    not differ."""
    variants: int = 3
    link: str
    """Where the call to action leads; the renderer adds UTM tags."""


class CopyAnswer(Frozen):
    variants: tuple[Variant, ...]


class SmsTerms(Frozen):
    """Who a text message is from and where it is received."""

    sender: str = ""
    """A number, or up to eleven letters, to which nobody can reply."""
    country: str = "DE"
    opt_out_url: str = ""
    """Where such messages are ended, for a sender that nobody can reply to."""


class PageTerms(Frozen):
    """What a landing page needs beside its copy."""

    form_action: str = ""
    """The https address that takes the form; empty: the page has none."""
    privacy_url: str = ""
    url: str = ""
    """Where the page will stand."""
    indexed: bool = False


class PiecesQuestion(Frozen):
    """One brief, and the channels that shall say it."""

    brief: Brief
    facts: Facts
    """Those that the brief names, and the house's own."""
    guide: Guide
    passages: tuple[Passage, ...]
    channels: tuple[PieceChannel, ...]
    """Each once; a piece for each."""
    link: str
    """Where it all leads; the UTM tags of each channel are added."""
    sms: SmsTerms = SmsTerms()
    page: PageTerms = PageTerms()
    last: tuple[Piece, ...] = ()
    """The pieces of the last round, …"""
    findings: tuple[Finding, ...] = ()
    """… and what was found wrong with them."""
    reject_reason: str = ""


class PiecesAnswer(Frozen):
    pieces: tuple[Piece, ...]


class SeriesQuestion(Frozen):
    """What one person said, to be made into posts in their name."""

    author: Author
    language: Language
    source: str
    """The recording's file."""
    sentences: tuple[Sentence, ...]
    """What the author said, in order; nobody else's words but the questions before them."""
    days: int
    """Posts wanted: one a day."""
    facts: Facts
    guide: Guide
    pages: tuple[SitePage, ...] = ()
    """What the article may lead to."""


class PostWords(Frozen):
    """One post as its writer leaves it."""

    angle: str
    sentence_ids: tuple[str, ...]
    """Those that it is made of."""
    paragraphs: tuple[str, ...]


class SeriesWords(Frozen):
    posts: tuple[PostWords, ...]
    article: ArticleBrief


class JudgeQuestion(Frozen):
    brief: Brief
    draft: Draft
    facts: Facts
    guide: Guide


def _brief_words(given: BriefQuestion, answered: BriefWords) -> tuple[str, str]:
    return given.goal.language, f"{answered.message} {answered.question}"


def _copy(given: CopyQuestion, answered: CopyAnswer) -> tuple[str, str]:
    texts = (text for variant in answered.variants for _, text in variant.texts())
    return given.brief.language, " ".join(texts)


def _series(given: SeriesQuestion, answered: SeriesWords) -> tuple[str, str]:
    return given.language, " ".join(p for post in answered.posts for p in post.paragraphs)


def _pieces(given: PiecesQuestion, answered: PiecesAnswer) -> tuple[str, str]:
    texts = (text for piece in answered.pieces for _, text in piece.texts())
    return given.brief.language, " ".join(texts)


READ_GOAL: Task[GoalText, Goal] = Task("read_goal", GoalText, Goal)
WRITE_BRIEF: Task[BriefQuestion, BriefWords] = Task(
    "write_brief", BriefQuestion, BriefWords, _brief_words
)
GENERATE_COPY: Task[CopyQuestion, CopyAnswer] = Task(
    "generate_copy", CopyQuestion, CopyAnswer, _copy
)
GENERATE_PIECES: Task[PiecesQuestion, PiecesAnswer] = Task(
    "generate_pieces", PiecesQuestion, PiecesAnswer, _pieces
)
WRITE_SERIES: Task[SeriesQuestion, SeriesWords] = Task(
    "write_series", SeriesQuestion, SeriesWords, _series
)
JUDGE_COPY: Task[JudgeQuestion, Critique] = Task("judge_copy", JudgeQuestion, Critique)
