"""Labelled pieces: Halden's past messages, each with one fault planted, by a seed.

Faults of words are the sentences of evals/cases/critic/labelled; faults of form are made here. Each
piece is another message with another fault, so nothing is counted twice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import yaml

from agents.own_copy import Recent
from agents.rules.review import Review
from domain.draft import CallToAction, Claim, Paragraph, ProductCard, Variant
from domain.facts import HouseFact
from domain.piece import LandingPage, PageForm, Sms
from domain.publication import RenderedVariant
from evals.critic.clean import Piece
from evals.subjects.rendered import IMAGES
from tools.render.mail import render

Split = Literal["tuned", "held_out"]
FOLDER = Path(__file__).parents[1] / "cases" / "critic" / "labelled"
CLAIMS = (
    "number",
    "superlative",
    "comparison",
    "certification",
    "stock",
    "heritage",
    "popularity",
    "promise",
)
WANTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(CLAIMS, ("claims.",)),
    "offer": ("offer.", "claims.percent", "claims.price", "claims.free"),
    "urgency": ("dark.", "voice.banned", "claims.stock"),
    "guilt": ("dark.",),
    "opt_out": ("dark.opt_out",),
    "discrimination": ("discrimination.",),
    "cliche": ("voice.cliche", "voice.worn", "voice.banned"),
    "banned": ("voice.banned",),
    "stale": ("claims.expired",),
    "reading": ("reading.",),
    "sameness": ("variety.",),
    "length": ("length.",),
    "preheader": ("length.no_preheader", "length.preheader", "length.same"),
    "links": ("links.",),
    "pictures": ("pictures.",),
    "contrast": ("mail.contrast",),
    "size": ("mail.size",),
    "fields": ("fields.",),
    "legal": ("legal.", "links.unsubscribe", "text.unsubscribe"),
}
"""What a finding's rule must begin with, for a fault of the family to count as found."""
FACT_FREE = ("urgency", "guilt", "opt_out", "discrimination", "cliche")
"""Families that can be planted in copy of other brands, whose facts nobody here knows."""
EACH = 12
"""Pieces of a family of form, for each split and language."""


@dataclass(frozen=True)
class Labelled:
    """One piece with one fault."""

    id: str
    family: str
    split: Split
    language: str
    author: str
    review: Review
    words: str = ""
    """The words at fault; empty: the whole piece is."""


def review_of(piece: Piece, mail: Variant | None = None, **more: object) -> Review:
    """What the critic reads of a piece, with another mail in its place."""
    given = {"own": piece.own, **more}
    return Review(
        (mail or piece.mail,),
        piece.brief,
        piece.facts,
        piece.guide,
        **given,  # type: ignore[arg-type]
    )


def labelled(
    messages: Sequence[Piece], passages: Sequence[Piece] = (), seed: int = 2026
) -> tuple[Labelled, ...]:
    """All labelled pieces; with other brands' passages, those of FACT_FREE families on them too."""
    chance = random.Random(seed)
    found: list[Labelled] = []
    for split in ("tuned", "held_out"):
        for language in ("en", "de"):
            own = [m for m in messages if m.language == language]
            found += _in_words(chance, split, language, own, CLAIMS + _OTHERS)
            if passages and language == "en":
                found += _in_words(chance, split, language, passages, FACT_FREE)
            found += _banned(chance, split, language, own)
            found += _plain(chance, split, language, own)
            for family, makers in _FORMS.items():
                for number in range(EACH):
                    # Halves of each family's ways: even ones are tuned on, odd ones held out.
                    way = makers[(2 * number + (split == "held_out")) % len(makers)]
                    base = chance.choice(own)
                    name = f"{family}-{split}-{language}-{number}"
                    found.append(
                        Labelled(name, family, split, language, "halden", way(base, chance))
                    )
    return tuple(found)


_OTHERS = ("offer", *FACT_FREE)


def _in_words(
    chance: random.Random,
    split: Split,
    language: str,
    bases: Sequence[Piece],
    families: Sequence[str],
) -> Iterator[Labelled]:
    read = yaml.safe_load((FOLDER / f"{split}.{language}.yaml").read_text("utf-8"))
    for family in families:
        # Where the brief has an offer, speaking of one is no fault.
        fit = [b for b in bases if family != "offer" or b.brief.offer is None]
        for number, sentence in enumerate(read[family]):
            base = chance.choice(fit)
            mail = planted(base.mail, sentence, chance)
            yield Labelled(
                f"{family}-{split}-{language}-{number}-{base.author}",
                family,
                split,
                language,
                base.author,
                review_of(base, mail),
                sentence,
            )


def planted(mail: Variant, sentence: str, chance: random.Random) -> Variant:
    """The mail with a sentence at the end, at the beginning of a paragraph, or by itself."""
    places = [n for n, b in enumerate(mail.blocks) if isinstance(b, Paragraph)]
    at = chance.choice(places[1:] or places)
    block = mail.blocks[at]
    assert isinstance(block, Paragraph)
    way = chance.randrange(3)
    if way == 0:
        put: tuple[Paragraph, ...] = (Paragraph(text=f"{block.text} {sentence}"),)
    elif way == 1:
        put = (Paragraph(text=f"{sentence} {block.text}"),)
    else:
        put = (block, Paragraph(text=sentence))
    return mail.model_copy(update={"blocks": (*mail.blocks[:at], *put, *mail.blocks[at + 1 :])})


def _banned(
    chance: random.Random, split: Split, language: str, own: Sequence[Piece]
) -> Iterator[Labelled]:
    """The guide's own banned words, every other one held out, in a frame of words."""
    frames = {
        "en": ("A few words on {}.", "Some call it {}.", "People ask about {} here."),
        "de": ("Ein Wort zu {}.", "Manche sagen dazu {}.", "Man fragt uns nach {}."),
    }[language]
    words = own[0].guide.banned[split == "held_out" :: 2]
    for number, word in enumerate(words[:EACH]):
        base = chance.choice(own)
        mail = planted(base.mail, chance.choice(frames).format(word), chance)
        yield Labelled(
            f"banned-{split}-{language}-{number}", "banned", split, language, "halden",
            review_of(base, mail), word,
        )  # fmt: skip


def _plain(
    chance: random.Random, split: Split, language: str, own: Sequence[Piece]
) -> Iterator[Labelled]:
    """Letters in officialese: two of the paragraphs in place of the letter's own."""
    read = yaml.safe_load((FOLDER / "plain.yaml").read_text("utf-8"))[split][language]
    for number in range(EACH):
        base = chance.choice(own)
        said = chance.sample(read, 2)
        kept = [b for b in base.mail.blocks if not isinstance(b, Paragraph)]
        mail = base.mail.model_copy(
            update={"blocks": (base.mail.blocks[0], *(Paragraph(text=t) for t in said), *kept)}
        )
        yield Labelled(
            f"reading-{split}-{language}-{number}", "reading", split, language, "halden",
            review_of(base, mail),
        )  # fmt: skip


# Faults of form. Each takes a clean piece and chance, and gives what the critic reads.
_Way = Callable[[Piece, random.Random], Review]


def _changed(**fields: Callable[[Variant, random.Random], object]) -> _Way:
    def made(base: Piece, chance: random.Random) -> Review:
        update = {name: value(base.mail, chance) for name, value in fields.items()}
        return review_of(base, base.mail.model_copy(update=update))

    return made


def _link(url: str) -> _Way:
    def blocks(mail: Variant, _: random.Random) -> tuple[object, ...]:
        return tuple(
            CallToAction(text=b.text, url=url) if isinstance(b, CallToAction) else b
            for b in mail.blocks
        )

    return _changed(blocks=blocks)


def _said(sentence: str) -> _Way:
    def blocks(mail: Variant, chance: random.Random) -> tuple[object, ...]:
        return planted(mail, sentence, chance).blocks

    return _changed(blocks=blocks)


def rendered(piece: Piece) -> RenderedVariant:
    """The mail as it would go out."""
    return render(
        piece.mail,
        piece.facts,
        language="de" if piece.language == "de" else "en",
        legal=[line.text for line in piece.guide.legal if line.language == piece.language],
        postal_address=piece.guide.postal_address,
        shop_url=piece.guide.shop_url,
        image_base_url=IMAGES,
        campaign_id="case",
        brand=piece.guide.brand,
    )


def _html(change: Callable[[str], str], *, text: bool = False) -> _Way:
    def made(base: Piece, _: random.Random) -> Review:
        mail = rendered(_pictured(base))
        update = {"html": change(mail.html)} | ({"text": change(mail.text)} if text else {})
        return review_of(_pictured(base), rendered=(mail.model_copy(update=update),))

    return made


def _pictured(base: Piece) -> Piece:
    """The piece, with a product to show where it has none."""
    if any(isinstance(b, ProductCard) for b in base.mail.blocks):
        return base
    card = ProductCard(product_id="watch-1968-dress")
    blocks = (*base.mail.blocks[:2], card, *base.mail.blocks[2:])
    return replace(base, mail=base.mail.model_copy(update={"blocks": blocks}))


def _stale(days: int) -> _Way:
    def made(base: Piece, chance: random.Random) -> Review:
        until = date.fromordinal(base.brief.send_until.toordinal() - days)
        fact = HouseFact(id="house-once", text="The window is repaired.", valid_until=until)
        facts = base.facts.model_copy(update={"house": (*base.facts.house, fact)})
        mail = planted(base.mail, fact.text, chance)
        claim = Claim(text=fact.text, fact_ids=(fact.id,))
        mail = mail.model_copy(update={"claims": (*mail.claims, claim)})
        return review_of(replace(base, facts=facts), mail)

    return made


def _again(words: int) -> _Way:
    """A second variant that is the first with so many words left out."""

    def made(base: Piece, chance: random.Random) -> Review:
        def thinned(text: str) -> str:
            parts = text.split()
            for _ in range(min(words, max(0, len(parts) - 3))):
                parts.pop(chance.randrange(len(parts)))
            return " ".join(parts)

        blocks = tuple(
            Paragraph(text=thinned(b.text)) if isinstance(b, Paragraph) else b
            for b in base.mail.blocks
        )
        other = base.mail.model_copy(update={"id": "b", "angle": "another", "blocks": blocks})
        other = other.model_copy(update={"subject": f"{other.subject} again"})
        return replace(review_of(base), copies=(base.mail, other))

    return made


def _sent_before(base: Piece, chance: random.Random) -> Review:
    text = " ".join(b.text for b in base.mail.blocks if isinstance(b, Paragraph))
    return review_of(base, recent=(Recent("letter", date(2026, 10, 1), text),))


def _sms(opt_out: str, text: str, sender: str) -> _Way:
    def made(base: Piece, _: random.Random) -> Review:
        language = "de" if base.language == "de" else "en"
        piece = Sms(
            id="sms", angle="note", language=language, text=text, opt_out=opt_out, sender=sender
        )
        return replace(review_of(base), copies=(piece,))

    return made


def _page(**wrong: object) -> _Way:
    def made(base: Piece, _: random.Random) -> Review:
        language = "de" if base.language == "de" else "en"
        right = LandingPage(
            id="page", angle="visit", language=language, title="Halden", description="Halden",
            headline="Halden", lead="Halden.", url="https://halden.example/visit",
            form=PageForm(
                heading="Halden", button="Halden", consent="Halden",
                action="https://halden.example/form",
            ),
            legal=tuple(x.text for x in base.guide.legal if x.language == language),
            privacy_url="https://halden.example/privacy",
        )  # fmt: skip
        return replace(review_of(base), copies=(right.model_copy(update=wrong),))

    return made


_FORMS: dict[str, tuple[_Way, ...]] = {
    "stale": tuple(_stale(days) for days in (1, 2, 7, 30, 90, 365)),
    "sameness": (_again(0), _again(1), _sent_before, _again(2), _again(0), _sent_before),
    "length": (
        _changed(subject=lambda m, c: f"{m.subject}, and a word on what else there is {m.subject}"),
        _changed(subject=lambda m, c: "Halden " * 10),
        _changed(subject=lambda m, c: ""),
        _changed(subject=lambda m, c: "   "),
        _changed(blocks=lambda m, c: (*m.blocks, Paragraph(text="A word more. " * 160))),
        _changed(blocks=lambda m, c: (*m.blocks, *(Paragraph(text="Und noch eins. " * 40),) * 4)),
        _changed(blocks=lambda m, c: tuple(b for b in m.blocks if not isinstance(b, CallToAction))),
        _changed(blocks=lambda m, c: m.blocks[:1]),
    ),
    "preheader": (
        _changed(preheader=lambda m, c: ""),
        _changed(preheader=lambda m, c: "  "),
        _changed(preheader=lambda m, c: m.subject),
        _changed(preheader=lambda m, c: m.subject.upper()),
        _changed(preheader=lambda m, c: f"{m.preheader} " * 6),
        _changed(preheader=lambda m, c: "word " * 40),
    ),
    "links": (
        _link("https://bit.ly/halden"), _link("https://tinyurl.com/halden"),
        _link("http://halden.example/visit"), _link("http://www.halden.example/"),
        _link("https://halden.example.evil.test/"), _link("https://evil.test/?halden.example"),
        _said("See t.co/abc for more."), _said("See https://rb.gy/abc for more."),
        _link("javascript:alert(1)"), _link("ftp://halden.example/x"),
        _html(lambda h: re.sub(r"utm_\w+=[^&\"]*&?(?:amp;)?", "", h)),
        _html(lambda h: h.replace("utm_campaign", "c")),
    ),
    "pictures": (
        _html(lambda h: re.sub(r' alt="[^"]*"', "", h)),
        _html(lambda h: re.sub(r' alt="[^"]*"', ' alt=""', h)),
        _html(lambda h: re.sub(r' alt="[^"]*"', ' alt="  "', h)),
        _html(lambda h: re.sub(r' src="https://[^"]*"', ' src="images/x.png"', h)),
    ),
    "contrast": tuple(
        _html(
            lambda h, ink=ink, ground=ground: h.replace(  # type: ignore[misc]
                "</body>", f'<p style="color:{ink};background-color:{ground}">Halden</p></body>'
            )
        )
        for ink, ground in (
            ("#999999", "#ffffff"), ("#aaaaaa", "#f5f5f5"), ("#777777", "#cccccc"),
            ("#ffff00", "#ffffff"), ("#88aa88", "#eeffee"), ("#555555", "#222222"),
        )
    ),
    "size": tuple(
        _html(lambda h, kb=kb: h.replace("</body>", "<p>Halden</p>" * (80 * kb) + "</body>"))  # type: ignore[misc]
        for kb in (103, 105, 120, 150, 200, 400)
    ),
    "fields": (
        _changed(fallbacks=lambda m, c: ()),
        _said("Dear {{last_name}}."),
        _said("Your number is {{customer_id}}."),
        _said("Yours is {{ favourite }}."),
        _said("It costs {product.price}."),
        _said("It is {offer.until}."),
    ),
    "legal": (
        _html(lambda h: re.sub(r"HRB", "", h)),
        _html(lambda h: h.replace("Uhrmachergasse", "Gasse")),
        _html(lambda h: h.replace("{{unsubscribe_url}}", "#"), text=True),
        _html(lambda h: re.sub(r"(agreed|zugestimmt)", "", h), text=True),
        _sms("", "Halden: the watch is back.", "+4989999981"),
        _sms("", "Halden: die Uhr ist da.", "+4989999981"),
        _page(legal=()),
        _page(privacy_url=""),
        _sms("Ende: STOP", "Die Uhr ist wieder da.", "+4989999981"),
        _sms("To end: STOP", "Halden: the watch is back.", "Halden"),
    ),
}  # fmt: skip
