"""One variant while it is written: what it knows, what it has said, and what it may pick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from agents.claims.support import sentences
from agents.house.copy_angles import Angle
from agents.house.copy_passages import Library, Line, alike, fit_to_say
from agents.house.copy_setting import Setting
from domain.voice import PassageKind

T = TypeVar("T")


def words_of(form: object) -> str:
    """The words of a form, which is a text or has one."""
    return form if isinstance(form, str) else str(getattr(form, "text", ""))


@dataclass
class Mail:
    angle: Angle
    number: int
    """0 for the first variant, 1 for the second, …"""
    setting: Setting
    shelf: Library
    used: frozenset[str]
    """Passages of the other variants."""
    before: tuple[str, ...]
    """Texts of the other variants."""
    said: set[str] = field(default_factory=set)
    """What it has said already: price, size, flaw, detail0, a house fact's id, …"""
    texts: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    head: tuple[str, ...] = ()
    """Subject and preheader: what they say, the body says in other words."""
    source: str = ""
    """The past letter that it leans on."""
    letter: str = ""
    """The past letter that the opening was taken from."""
    bodies: int = 0
    """Body passages of the library taken so far."""
    house: int = 0
    """House facts said as sentences of their own."""
    paragraphs: list[list[str]] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """Add a sentence to the last paragraph."""
        self.said |= line.says
        self.texts.append(line.text)
        if line.passage is not None:
            self.passages.append(line.passage.id)
            self.source = self.source or line.source
        if not self.paragraphs:
            self.paragraphs.append([])
        self.paragraphs[-1].append(line.text)

    def paragraph(self) -> None:
        """Begin the next paragraph."""
        if self.paragraphs and self.paragraphs[-1]:
            self.paragraphs.append([])

    def words(self) -> int:
        return sum(len(text.split()) for text in self.texts)

    def pick(
        self,
        *kinds: PassageKind,
        besides: Sequence[Line] = (),
        repeating: bool = False,
        own_angle_only: bool = False,
    ) -> Line | None:
        """The library's best passage that says nothing again. ``besides`` are lines about to be
        taken; ``repeating`` allows what other variants say, as prices must be."""
        others = () if repeating else self.before
        return self.shelf.best(
            kinds,
            self.angle,
            used={*self.used, *self.passages, *(x.passage.id for x in besides if x.passage)},
            said=frozenset(self.said.union(*(line.says for line in besides))),
            texts=[*self.texts, *others, *(line.text for line in besides)],
            near=self.source,
            letter=self.letter,
            own_angle_only=own_angle_only,
        )

    def turned(self, forms: Sequence[T]) -> list[T]:
        """The forms, those first whose words went out least lately; among equals this variant's:
        the variants begin at different ones."""
        if not forms:
            return []
        first = (int(self.setting.chance("form") * 97) + self.number) % len(forms)
        turned = [*forms[first:], *forms[:first]]
        return sorted(turned, key=lambda form: round(self.setting.echo(words_of(form)), 1))

    def form(self, forms: Sequence[str], *says: str) -> list[Line]:
        """The form of a sentence that this variant takes; none where all are unfit."""
        fit = [f for f in self.turned(forms) if f and fit_to_say(f, self.setting)]
        fresh = [f for f in fit if not any(f in said for said in self.head)]
        return [Line((fresh or fit)[0], frozenset(says))] if fit else []

    def repeats(self, text: str) -> bool:
        """Whether this variant has said the text, or nearly."""
        return any(alike(text, said) for said in (*self.texts, *self.head))

    def said_elsewhere(self, text: str) -> int:
        """How often the other variants say this sentence."""
        return sum(sentences(other).count(text) for other in self.before)
