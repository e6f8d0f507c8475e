"""What readers find in files, what becomes of it, and what is set aside."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen
from domain.voice import VoiceChannel

Language = Literal["en", "de"]

BlockKind = Literal["heading", "prose", "item", "button"]

Why = Literal[
    "address",  # a page's address instead of the page
    "binary",  # no text: a picture, a PDF, a packed file
    "too_large",  # larger than any copy is
    "encoding",  # text in an unknown encoding
    "unreadable",  # not what its name says
    "no_text_column",  # a table in which nothing says which column is the copy
    "empty",  # nothing in it that a person wrote
    "other_language",  # neither English nor German
    "somebody_else",  # a mail from another sender
    "double",  # the same text again
    "instruction",  # it tries to be more than data
]


class Block(Frozen):
    """A heading, paragraph, list item or button of a text."""

    kind: BlockKind
    text: str
    place: str
    """"paragraph 3", as a person would find it."""


class Found(Frozen):
    """One text as it stands in a file. Personal: names, addresses, everything is still in it."""

    source: str
    """File, and where in it: "letters.mbox, message 12"."""
    channel: VoiceChannel | None = None
    """None: the file does not say."""
    language: Language | None = None
    subject: str = ""
    preheader: str = ""
    blocks: tuple[Block, ...] = ()
    hosts: tuple[str, ...] = ()
    """Where its links lead, each once."""
    hidden: tuple[str, ...] = ()
    """Text that readers of the mail or page do not see."""
    sender: str = ""
    """Whose it is, for mails: the address."""
    people: tuple[str, ...] = ()
    """Names that its envelope gives away."""


class Document(Frozen):
    """A text to learn from: cut to what the brand wrote, and without anybody's data."""

    source: str
    channel: VoiceChannel
    language: Language
    subject: str = ""
    preheader: str = ""
    greeting: str = ""
    """With ``{{first_name}}`` where there was a name."""
    blocks: tuple[Block, ...] = ()
    closing: str = ""
    footer: tuple[str, ...] = ()
    """Legal lines and address."""
    hosts: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    """Places of blocks from which personal data were taken: no exemplar comes from there."""

    def prose(self) -> tuple[str, ...]:
        """What reads as sentences."""
        return tuple(b.text for b in self.blocks if b.kind in ("prose", "item"))


class SetAside(Frozen):
    """Something that was not learnt from, and why."""

    source: str
    why: Why
    what: str
    """In words, for a person."""
    next_step: str = ""
