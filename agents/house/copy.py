"""The house writer's copy: variants assembled from approved passages and facts, by rules.

Each variant has another angle, and so another subject, opening and order of facts. Nothing is
written that a fact, the offer or an approved passage does not carry. The same question always
gives the same answer; another brief gives another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from agents.claims.support import sentences, tie
from agents.house import copy_sentences as say
from agents.house.copy_angles import ANGLES, HOUSE_WORDS, Angle, Part, Script, own
from agents.house.copy_passages import (
    Library,
    Line,
    alike,
    asks_for,
    fit_to_say,
    library,
    points_back,
    suits,
)
from agents.house.copy_setting import Setting, read
from agents.tasks import CopyAnswer, CopyQuestion
from brand_voice.slots import product_value
from domain.draft import (
    Block,
    CallToAction,
    Claim,
    Fallback,
    Paragraph,
    ProductCard,
    Provenance,
    Variant,
)
from domain.facts import Product
from domain.goal import Kpi
from domain.voice import Greeting, PassageKind
from domain.words import Language, money_words

T = TypeVar("T")

_GREETINGS: dict[Language, str] = {"en": "Hello {{first_name}},", "de": "Guten Tag {{first_name}},"}
_CTAS: dict[Language, dict[Kpi, tuple[str, ...]]] = {
    "en": {
        "viewing_booked": ("Book half an hour", "Choose a time", "Come and see it"),
        "service_booked": ("Book a service", "Choose a day for the service"),
        "purchase": ("Go to the shop", "Have a look", "See what there is"),
        "revenue": ("Go to the shop", "Have a look", "See what there is"),
        "click": ("Have a look", "Read more", "See for yourself"),
    },
    "de": {
        "viewing_booked": (
            "Eine halbe Stunde vereinbaren",
            "Termin wählen",
            "Vorbeikommen und ansehen",
        ),
        "service_booked": ("Termin wählen", "Vorbeibringen"),
        "purchase": ("Zum Shop", "Ansehen", "In Ruhe ansehen"),
        "revenue": ("Zum Shop", "Ansehen", "In Ruhe ansehen"),
        "click": ("Ansehen", "Weiterlesen", "Selbst ansehen"),
    },
}
_CTAS_PRODUCT: dict[Language, tuple[str, ...]] = {
    "en": ("See {the}", "Look at {the}", "Have a closer look"),
    "de": ("Ansehen", "Genauer ansehen", "Zum Stück"),
}


_ENOUGH_WORDS = 45
"""A mail with so many words says no more of size, condition and details."""


@dataclass
class _Mail:
    """One variant while it is written."""

    angle: Angle
    number: int
    said: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    head: tuple[str, ...] = ()
    """Subject and preheader: what they say, the body says in other words."""
    source: str = ""
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

    def words(self) -> int:
        return sum(len(text.split()) for text in self.texts)

    def paragraph(self) -> None:
        """Begin the next paragraph."""
        if self.paragraphs and self.paragraphs[-1]:
            self.paragraphs.append([])


def write_copy(given: CopyQuestion) -> CopyAnswer:
    """``given.variants`` variants that differ in angle; fewer only where angles run out."""
    setting = read(given)
    shelf = library(given.passages, setting)
    used: set[str] = set()
    said_before: list[str] = []
    variants: list[Variant] = []
    for angle in _angles(setting, shelf, given):
        if len(variants) == given.variants:
            break
        variant = _variant(angle, len(variants), setting, shelf, used, said_before, given.link)
        if _is_thin(variant):
            continue
        variants.append(variant)
        used.update(variant.provenance.passage_ids)
        said_before.extend(text for _, text in variant.texts())
    return CopyAnswer(variants=tuple(variants))


def _is_thin(variant: Variant) -> bool:
    """Whether an angle found nothing to say beyond its first sentence."""
    texts = [b.text for b in variant.blocks if isinstance(b, Paragraph)][1:]
    has_card = any(isinstance(b, ProductCard) for b in variant.blocks)
    return len(" ".join(texts).split()) < (8 if has_card else 14)


def _angles(setting: Setting, shelf: Library, given: CopyQuestion) -> list[Angle]:
    """Every angle that facts or library carry, the best first.

    In a revision, angles of variants without a serious finding keep their place.
    """
    of_library = [n for n in shelf.angles() if not any(a.named(n) for a in ANGLES)]
    candidates = [*ANGLES, *(own(name) for name in of_library)]
    weights: dict[str, float] = {}
    carried: list[Angle] = []
    for angle in candidates:
        weight = angle.weight(setting)
        if angle.id in setting.avoid.angles:
            continue
        at_home = shelf.best(("opening",), angle, own_angle_only=True) is not None
        if weight <= 0 and at_home and setting.product is None:
            # The rules have nothing for it, but the library does.
            angle, weight = own(angle.id, angle.also), 1.8
        if weight <= 0:
            continue
        carried.append(angle)
        weight += 1.6 if at_home else 0
        weight += 0.6 if shelf.best(("subject",), angle, own_angle_only=True) else 0
        weights[angle.id] = weight + 1.6 * setting.chance("angle", angle.id)
    kept = _kept(given)
    ranked = sorted(carried, key=lambda a: -weights[a.id])
    return sorted(ranked, key=lambda a: kept.index(a.id) if a.id in kept else len(kept))


def _kept(given: CopyQuestion) -> list[str]:
    if given.last is None or given.reject_reason:
        return []
    bad = {f.variant for f in given.findings if f.severity != "minor"}
    return [v.angle for v in given.last.variants if v.id not in bad]


def _variant(
    angle: Angle,
    number: int,
    setting: Setting,
    shelf: Library,
    used: set[str],
    said_before: Sequence[str],
    link: str,
) -> Variant:
    script = angle.script(setting)
    mail = _Mail(angle, number)
    _open(script, mail, setting, shelf, used, said_before)
    subject = _subject(script, mail, setting, shelf, used, said_before)
    mail.source = mail.letter or subject.source
    preheader = _preheader(script, mail, setting, shelf, used, subject.text)
    mail.head = (subject.text, preheader.text)
    _body(script, mail, setting, shelf, used, said_before)
    closing = _closing(mail, setting, shelf, used)
    cta = _cta(mail, setting, shelf, used, said_before)
    blocks = _blocks(mail, setting, closing, cta, link)
    texts = [subject.text, preheader.text, *(b.text for b in blocks if isinstance(b, Paragraph))]
    pieces = [line.passage for line in (subject, preheader, closing, cta) if line and line.passage]
    return Variant(
        id="abcdefghijklmnopqrstuvwxyz"[number],
        angle=angle.id,
        subject=subject.text,
        preheader=preheader.text,
        blocks=blocks,
        claims=_claims(texts, setting, shelf),
        fallbacks=_fallbacks(texts),
        provenance=Provenance(
            brief_hash=setting.brief.hash(),
            passage_ids=tuple(dict.fromkeys((*(p.id for p in pieces), *mail.passages))),
            guide_version=setting.guide.version(),
            model="house",
        ),
    )


def _subject(
    script: Script, mail: _Mail, setting: Setting, shelf: Library, used: set[str],
    said_before: Sequence[str],
) -> Line:  # fmt: skip
    """The opening letter's own subject, or one of the angle where the opening is the rule's; else
    the rule's. Always within the limit."""
    limit = setting.guide.subject_most_characters
    found = shelf.best(
        ("subject",),
        mail.angle,
        used=used,
        texts=said_before,
        near=mail.letter,
        own_angle_only=True,
    )
    if found is not None and mail.letter and found.source != mail.letter:
        found = None
    if found is not None and len(found.text) <= limit:
        return Line(found.text.rstrip("."), found.says, found.passage)
    forms = [f for f in _rotated(script.subjects, mail, setting) if f and len(f) <= limit]
    fresh = [f for f in forms if f not in said_before and fit_to_say(f, setting)]
    if fresh or forms:
        return Line((fresh or forms)[0])
    named = say.upper(say.name(setting.product, setting.language)) if setting.product else ""
    brand = setting.guide.brand
    plain = f"Ein Brief von {brand}" if setting.language == "de" else f"A letter from {brand}"
    return Line(named if 0 < len(named) <= limit else plain)


def _preheader(
    script: Script, mail: _Mail, setting: Setting, shelf: Library, used: set[str], subject: str
) -> Line:
    """What the subject does not say."""
    found = shelf.best(("preheader",), mail.angle, used=used, texts=(subject,), own_angle_only=True)
    letters = {mail.letter, mail.source} - {""}
    if found is not None and (not letters or found.source in letters):
        return found
    forms = [
        f for f in _rotated(script.preheaders, mail, setting)
        if fit_to_say(f, setting) and not alike(f, subject) and len(f) <= 110
    ]  # fmt: skip
    return Line(forms[0] if forms else _any_preheader(setting, subject))


def _any_preheader(setting: Setting, subject: str) -> str:
    """A fact to follow the subject, where the angle has none."""
    product = setting.product
    if product is None:
        short = (f.text for f in setting.house if len(f.text) <= 90)
        ranked = sorted(short, key=lambda t: setting.chance("preheader", subject, t))
        return next((t for t in ranked if fit_to_say(t, setting) and not alike(t, subject)), "")
    texts = [*say.details(product, setting.language)]
    if "price" not in setting.avoid.subjects and setting.offer is None:
        texts.append(f"{money_words(product.price, setting.language)}.")
    fit = [t for t in texts if len(t) <= 90 and fit_to_say(t, setting) and not alike(t, subject)]
    return fit[0] if fit else ""


def _open(
    script: Script, mail: _Mail, setting: Setting, shelf: Library, used: set[str],
    said_before: Sequence[str],
) -> None:  # fmt: skip
    found = shelf.best(("opening",), mail.angle, used=used, texts=said_before, near=mail.source)
    if found is not None:
        mail.take(found)
        mail.letter = found.source
        return
    for opening in _rotated(script.openings, mail, setting):
        if opening.text not in said_before and fit_to_say(opening.text, setting):
            mail.take(Line(opening.text, opening.says))
            return


def _body(
    script: Script,
    mail: _Mail,
    setting: Setting,
    shelf: Library,
    used: set[str],
    said_before: Sequence[str],
) -> None:
    """The brand's own passages first, then what the facts must still say, in the script's order.

    Flaw and price are never left out; size, condition and details are where passages said little.
    """
    sentences_before = [s for text in said_before for s in sentences(text)]
    parts: dict[Part, Callable[[], list[Line]]] = {
        "what": lambda: _what(mail, setting),
        "condition": lambda: _condition(mail, setting, sentences_before),
        "details": lambda: _details(mail, setting, sentences_before),
        "flaw": lambda: _flaw(mail, setting),
        "house": lambda: _house(mail, setting, sentences_before),
        "library": lambda: _general(mail, setting, shelf, used, said_before),
        "price": lambda: _price(mail, setting, shelf, used),
        "offer": lambda: _offer(mail, setting, shelf, used),
    }
    # After an opening by rule, one passage of another letter is enough.
    most = 2 if mail.letter else 1
    for line in _own(("body",), most, mail, setting, shelf, used, said_before):
        mail.take(line)
    for line in _own(("proof",), 1, mail, setting, shelf, used, said_before):
        if not points_back(line.text, of_product=setting.product is not None):
            mail.paragraph()
        mail.take(line)
    mail.paragraph()
    was_apart = False
    for part in script.order:
        apart = part in ("library", "house", "price", "offer")
        needed = apart or part == "flaw" or mail.words() < _ENOUGH_WORDS
        lines = parts[part]() if needed else []
        if lines and (apart or was_apart):
            mail.paragraph()
        was_apart = (apart and bool(lines)) or (was_apart and not lines)
        for line in lines:
            mail.take(line)


def _own(
    kinds: tuple[PassageKind, ...],
    most: int,
    mail: _Mail,
    setting: Setting,
    shelf: Library,
    used: set[str],
    said_before: Sequence[str],
) -> list[Line]:
    """Passages that the library wrote for this angle; those of the opening's letter first."""
    found: list[Line] = []
    for _ in range(1 if setting.avoid.shorter else most):
        line = shelf.best(
            kinds,
            mail.angle,
            used={*used, *mail.passages, *(f.passage.id for f in found if f.passage)},
            said=frozenset(mail.said.union(*(f.says for f in found))),
            texts=[*mail.texts, *said_before, *(f.text for f in found)],
            near=mail.source,
            letter=mail.letter,
            own_angle_only=True,
        )
        if line is None:
            break
        found.append(line)
        mail.bodies += 1
    return found


def _general(
    mail: _Mail, setting: Setting, shelf: Library, used: set[str], said_before: Sequence[str]
) -> list[Line]:
    """Passages of no special angle, where the angle has none of its own."""
    found: list[Line] = []
    scarce = sum(1 for line in shelf.lines if line.passage and line.passage.kind == "body") < 6
    most = 1 if setting.product is not None or setting.avoid.shorter or scarce else 2
    for _ in range(most - mail.bodies):
        line = shelf.best(
            ("body", "proof"),
            mail.angle,
            used={*used, *mail.passages, *(f.passage.id for f in found if f.passage)},
            said=frozenset(mail.said.union(*(f.says for f in found))),
            texts=[*mail.texts, *said_before, *(f.text for f in found)],
            near=mail.source,
            letter=mail.letter,
        )
        if line is None:
            break
        found.append(line)
    mail.bodies += len(found)
    return found


def _what(mail: _Mail, setting: Setting) -> list[Line]:
    if setting.product is None:
        return []
    said = frozenset(mail.said | setting.avoid.subjects)
    forms = say.what_it_is(setting.product, setting.language, said)
    named = say.name(setting.product, setting.language)
    if any(named in text for text in mail.texts):
        # The name was just said; it need not begin the next sentence too.
        forms = tuple(f for f in forms if named not in f) or forms
    return _one(forms, mail, setting, "size", "material", "year")


def _details(mail: _Mail, setting: Setting, said_before: Sequence[str]) -> list[Line]:
    """The product's own sentences: two where the angle is its inside, else the one that the other
    variants said least."""
    if setting.product is None:
        return []
    known = say.details(setting.product, setting.language)
    left = [
        Line(text, frozenset({f"detail{n}"}))
        for n, text in enumerate(known)
        if f"detail{n}" not in mail.said
        and fit_to_say(text, setting)
        and not any(alike(text, t) for t in (*mail.texts, *mail.head))
    ]
    if mail.angle.id != "watchmaker" or setting.avoid.shorter:
        left.sort(key=lambda line: said_before.count(line.text))
        return left[:1]
    return left[:2]


def _flaw(mail: _Mail, setting: Setting) -> list[Line]:
    if setting.product is None or {"flaw"} & (mail.said | setting.avoid.subjects):
        return []
    return _one(say.flaw(setting.product, setting.language), mail, setting, "flaw")


def _price(mail: _Mail, setting: Setting, shelf: Library, used: set[str]) -> list[Line]:
    """Price, warranty and stock: in the library's words where it has some, with what they leave
    out by rule."""
    if setting.product is None or (len(setting.others) and mail.angle.id == "selection"):
        return []
    said = frozenset(mail.said)
    if "price" in said:
        rest = [
            product_value(setting.product, slot, setting.language)
            for slot, topic in (("warranty", "warranty"), ("one", "stock"))
            if topic not in said and topic not in setting.avoid.subjects
        ]
        text = " ".join(f"{say.upper(r)}." if not r.endswith(".") else r for r in rest if r)
        return [Line(text, frozenset({"warranty", "stock"}))] if text else []
    if setting.offer is None and "price" not in setting.avoid.subjects:
        found = shelf.best(
            ("offer",),
            mail.angle,
            used={*used, *mail.passages},
            said=said,
            texts=mail.texts,
            near=mail.source,
            letter=mail.letter,
            own_angle_only=True,
        )
        if found is not None and "price" in found.says:
            return [found]
    forms = say.price(setting.product, setting, said)
    says = ["price", "warranty", "stock"]
    if setting.offer is not None and "offer" not in setting.avoid.subjects:
        says.append("offer")
    return _one(forms, mail, setting, *says)


def _offer(mail: _Mail, setting: Setting, shelf: Library, used: set[str]) -> list[Line]:
    """The offer, once: from the library where a passage says all of it, else by rule."""
    if setting.offer is None or "offer" in mail.said or "offer" in setting.avoid.subjects:
        return []
    found = shelf.best(
        ("offer",), mail.angle, used=used, said=frozenset(mail.said), texts=mail.texts,
        near=mail.source,
            letter=mail.letter,
    )  # fmt: skip
    if found is not None and _says_all(found, setting):
        return [found]
    return _one(say.order_offer(setting), mail, setting, "offer")


def _says_all(line: Line, setting: Setting) -> bool:
    """Whether an offer passage names reduction, end and code."""
    offer = setting.offer
    assert offer is not None
    needed = [say.reduction(offer, setting.language), say.short_day(offer, setting.language)]
    if offer.code:
        needed.append(offer.code)
    return all(n in line.text for n in needed)


def _house(mail: _Mail, setting: Setting, said_before: Sequence[str]) -> list[Line]:
    """One house fact: one that the brief names, or one that suits the angle, not yet said."""
    most = 2 if mail.angle.id == "house" else 1
    if mail.bodies or mail.house >= most:
        return []
    if setting.product is not None and mail.angle.id in ("return", "topic", "offer"):
        return []
    words = HOUSE_WORDS.get(mail.angle.id, "")
    ranked = []
    for fact in setting.house:
        named = fact.id in setting.brief.fact_ids
        text = say.upper(fact.text if fact.text.endswith((".", "?")) else f"{fact.text}.")
        if not named and not (words and re.search(words, text, re.IGNORECASE)):
            continue
        if fact.id in mail.said or text in said_before or not _suits(text, setting):
            continue
        if fit_to_say(text, setting) and not any(alike(text, t) for t in (*mail.texts, *mail.head)):
            ranked.append((not named, setting.chance(mail.angle.id, fact.id), text, fact.id))
    if not ranked:
        return []
    taken = sorted(ranked)[:most]
    mail.house += len(taken)
    return [Line(text, frozenset({fact_id})) for _, _, text, fact_id in taken]


def _suits(text: str, setting: Setting) -> bool:
    return setting.product is None or suits(text, setting.product)


def _condition(mail: _Mail, setting: Setting, said_before: Sequence[str]) -> list[Line]:
    if setting.product is None or setting.avoid.shorter or "condition" in mail.said:
        return []
    text = say.condition(setting.product, setting.language)
    if text in said_before and mail.angle.id != "watchmaker":
        return []
    if not text or not fit_to_say(text, setting):
        return []
    if any(alike(text, t) for t in (*mail.texts, *mail.head)):
        return []
    return [Line(text, frozenset({"condition"}))]


def _closing(mail: _Mail, setting: Setting, shelf: Library, used: set[str]) -> Line | None:
    """A last word of the opening's own letter, or of the angle, or of no special occasion."""
    if setting.avoid.shorter:
        return None
    return shelf.best(
        ("closing",),
        mail.angle,
        used=used,
        said=frozenset(mail.said),
        texts=mail.texts,
        near=mail.source,
        letter=mail.letter,
    )


def _cta(
    mail: _Mail, setting: Setting, shelf: Library, used: set[str], said_before: Sequence[str]
) -> Line:
    """The letter's own call, or one of the angle that asks for what the brief wants."""
    found = shelf.best(("cta",), mail.angle, used=used, near=mail.source, letter=mail.letter)
    if found is not None and found.text not in said_before:
        own_letter = bool(mail.letter) and found.source == mail.letter
        if own_letter or asks_for(found.text, setting.kpi):
            return Line(found.text.rstrip("."), found.says, found.passage)
    forms = _CTAS[setting.language][setting.kpi]
    if setting.product is not None and setting.kpi in ("purchase", "revenue", "click"):
        the = say.the(setting.product, setting.language)
        forms = tuple(f.format(the=the) for f in _CTAS_PRODUCT[setting.language])
    forms = tuple(f for f in forms if len(f) <= 40) or forms
    turned = _rotated(forms, mail, setting)
    return Line(next((f for f in turned if f not in said_before), turned[0]))


def _one(forms: Sequence[str], mail: _Mail, setting: Setting, *says: str) -> list[Line]:
    """The form of a sentence that this variant takes."""
    fit = [f for f in _rotated(tuple(forms), mail, setting) if f and fit_to_say(f, setting)]
    fresh = [f for f in fit if not any(f in said for said in mail.head)]
    return [Line((fresh or fit)[0], frozenset(says))] if fit else []


def _rotated(forms: Sequence[T], mail: _Mail, setting: Setting) -> list[T]:
    """The forms, beginning with this variant's: variants of one mail begin at different ones."""
    if not forms:
        return []
    first = (int(setting.chance("form") * 97) + mail.number) % len(forms)
    return [*forms[first:], *forms[:first]]


def _blocks(
    mail: _Mail, setting: Setting, closing: Line | None, cta: Line, link: str
) -> tuple[Block, ...]:
    paragraphs = [" ".join(p) for p in mail.paragraphs if p]
    blocks: list[Block] = [Paragraph(text=_greeting(setting).with_name)]
    cards = [ProductCard(product_id=p.id) for p in _shown(mail, setting)]
    for number, text in enumerate(paragraphs):
        blocks.append(Paragraph(text=text))
        if number == 0:
            blocks.extend(cards)
    if not paragraphs:
        blocks.extend(cards)
    if closing is not None:
        blocks.append(Paragraph(text=closing.text))
    blocks.append(CallToAction(text=cta.text, url=link))
    sign_offs = [text for language, text in setting.guide.closings if language == setting.language]
    if sign_offs:
        # One house signs all variants of a mail in the same way.
        at = int(setting.chance("sign-off") * len(sign_offs))
        blocks.append(Paragraph(text=sign_offs[at]))
    return tuple(blocks)


def _shown(mail: _Mail, setting: Setting) -> list[Product]:
    if setting.product is None:
        return []
    return (
        [setting.product, *setting.others[:2]]
        if mail.angle.id == "selection"
        else [setting.product]
    )


def _greeting(setting: Setting) -> Greeting:
    for greeting in setting.guide.greetings:
        if greeting.language == setting.language:
            return greeting
    text = _GREETINGS[setting.language]
    plain = text.replace(" {{first_name}}", "")
    return Greeting(language=setting.language, with_name=text, without_name=plain)


def _claims(texts: Sequence[str], setting: Setting, shelf: Library) -> tuple[Claim, ...]:
    """Every checkable sentence with the facts behind it, and those that passages rest on."""
    claims = {c.text: c.fact_ids for c in tie(texts, setting.evidence)}
    whole = " ".join(texts)
    for line in shelf.lines:
        if line.passage is None or not line.passage.fact_ids or line.text not in whole:
            continue
        # A passage of several sentences rests on its own facts and on those of each sentence.
        own = [i for c in tie((line.text,), setting.evidence) for i in c.fact_ids]
        claims[line.text] = tuple(dict.fromkeys((*line.passage.fact_ids, *own)))
        for sentence in sentences(line.text):
            if sentence in claims and sentence != line.text:
                ids = (*claims[sentence], *line.passage.fact_ids)
                claims[sentence] = tuple(dict.fromkeys(ids))
    return tuple(Claim(text=text, fact_ids=ids) for text, ids in claims.items())


def _fallbacks(texts: Sequence[str]) -> tuple[Fallback, ...]:
    whole = " ".join(texts)
    fields = [f for f in ("first_name", "last_name") if f"{{{{{f}}}}}" in whole]
    return tuple(Fallback(field=f, text="") for f in fields)
