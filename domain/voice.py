"""The brand's voice: the guide that people wrote, and the passages that proved themselves."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen, content_hash
from domain.piece import PieceChannel
from domain.predicate.clauses import StageName

VoiceChannel = Literal["email", PieceChannel, "article"]
"""Where copy stands: a campaign's mail, a piece of another channel, or a text to be read at length
(a blog, a magazine, a report)."""

PassageKind = Literal[
    "subject", "preheader", "opening", "body", "proof", "offer", "cta", "closing", "whole"
]


class LegalLine(Frozen):
    """A line that every mail of a language must carry (imprint, why you get this)."""

    id: str
    language: Literal["en", "de"]
    text: str


class Greeting(Frozen):
    language: Literal["en", "de"]
    with_name: str
    """For example ``Good morning {{first_name}},``."""
    without_name: str
    """For example ``Good morning,``."""


class ChannelTone(Frozen):
    """How the brand sounds on one channel."""

    channel: VoiceChannel
    tone: str
    """In a sentence: "Like a letter: greeting, one object, who signs."."""
    sentence_words_average: float | None = None
    """None: the guide's own."""


class ReadingLevel(Frozen):
    """How hard the brand's sentences of one language are, in years of school
    (``brand_voice.reading_level`` names the formula of each language)."""

    language: Literal["en", "de"]
    school_years: float
    """The brand's average."""
    at_most: float
    """No piece should be harder."""


class Exemplar(Frozen):
    """A piece of past copy that sounds as the brand should, and where it stands."""

    text: str
    kind: PassageKind
    channel: VoiceChannel = "email"
    language: Literal["en", "de"] = "en"
    source: str
    """File and place: "letters.mbox, message 12"."""


class Guide(Frozen):
    """The voice guide of one brand."""

    brand: str
    we_are: tuple[str, ...] = ()
    we_are_not: tuple[str, ...] = ()
    principles: tuple[str, ...] = ()
    """Sentences such as "Name the flaw before the customer finds it."."""
    banned: tuple[str, ...] = ()
    """Words and phrases never used, lower case; matched with inflections of their ending."""
    cliches: tuple[str, ...] = ()
    words_we_use: tuple[str, ...] = ()
    sentence_words_average: float = 14
    subject_most_characters: int = 60
    exclamation_marks: bool = True
    emoji: bool = True
    percent_off_most: float = 1.0
    """The largest reduction the brand ever gives, a fraction."""
    pictures_needed: Annotated[tuple[str, ...], Field(exclude_if=lambda value: not value)] = ()
    """Categories of which copy must show a picture. A guide without them keeps its version."""
    greetings: tuple[Greeting, ...] = ()
    closings: tuple[tuple[str, str], ...] = ()
    """(language, closing)."""
    legal: tuple[LegalLine, ...] = ()
    postal_address: str = ""
    shop_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that links may lead to."""
    tones: Annotated[tuple[ChannelTone, ...], Field(exclude_if=lambda value: not value)] = ()
    """Per channel; a channel without one follows the rest of the guide."""
    reading: Annotated[tuple[ReadingLevel, ...], Field(exclude_if=lambda value: not value)] = ()
    exemplars: Annotated[tuple[Exemplar, ...], Field(exclude_if=lambda value: not value)] = ()

    def version(self) -> str:
        """Hash of the guide: the version that provenance names."""
        return content_hash(self)[:16]


class Passage(Frozen):
    """A piece of the brand's approved past copy, and how it did."""

    id: str
    kind: PassageKind
    language: Literal["en", "de"] = "en"
    text: str
    """May carry slots of product facts, ``{product.price}``, which the house writer fills."""
    channel: Annotated[VoiceChannel, Field(exclude_if=lambda value: value == "email")] = "email"
    angle: str = ""
    objective: str = ""
    categories: tuple[str, ...] = ()
    stages: Annotated[tuple[StageName, ...], Field(exclude_if=lambda value: not value)] = ()
    """Of readers of these stages of life alone it is true, and only they read it."""
    source: str
    """The message it stood in."""
    used_on: date | None = None
    proven: bool = False
    """It was in a message whose effect against those held back left out zero."""
    fact_ids: tuple[str, ...] = ()
    """House facts that its own words rest on, besides the product's slots."""
    needs: tuple[str, ...] = ()
    """Slots that must have a fact though the text does not show them: ``product.one`` for a
    passage that is true of single pieces only."""
    effect: str = ""
    """Its evidence in words: "+2.1 points viewings (0.6 to 3.6), n 4,120"."""
