"""The house writer's copy: variants assembled from approved passages and facts, by rules.

Each variant has another angle, and so another subject, opening and order of facts. Nothing is
written that a fact, the offer or an approved passage does not carry. The same question always
gives the same answer; another brief gives another.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.claims.support import sentences, tie
from agents.house import copy_frame as frame
from agents.house.copy_angles import ANGLES, Angle, own
from agents.house.copy_body import write_body
from agents.house.copy_layout import lay_out, shown
from agents.house.copy_mail import Mail
from agents.house.copy_passages import Library, Line, library
from agents.house.copy_setting import Setting, read
from agents.tasks import CopyAnswer, CopyQuestion
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
from domain.predicate.clauses import StageName
from domain.words import Language

_GREETINGS: dict[Language, str] = {"en": "Hello {{first_name}},", "de": "Guten Tag {{first_name}},"}
_AT_HOME = 1.6
"""What a past letter of the angle adds to its weight, and …"""
_CHANCE = 1.6
"""… what chance does, so that two briefs of one kind do not always get the same angles."""


def write_copy(given: CopyQuestion) -> CopyAnswer:
    """``given.variants`` variants that differ in angle; fewer only where angles run out."""
    setting = read(given)
    shelf = library(given.passages, setting)
    used: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()
    variants: list[Variant] = []
    for angle in _angles(setting, shelf, given):
        if len(variants) == given.variants:
            break
        variant = _variant(Mail(angle, len(variants), setting, shelf, used, before), given.link)
        if _is_thin(variant):
            continue
        variants.append(variant)
        used |= set(variant.provenance.passage_ids)
        before = (*before, *(text for _, text in variant.texts()))
    return CopyAnswer(variants=tuple(variants))


def _angles(setting: Setting, shelf: Library, given: CopyQuestion) -> list[Angle]:
    """Every angle that facts or library carry, the best first.

    In a revision, angles of variants without a serious finding keep their place.
    """
    of_library = [n for n in shelf.angles() if not any(a.named(n) for a in ANGLES)]
    weights: dict[str, float] = {}
    carried: list[Angle] = []
    for angle in (*ANGLES, *(own(name) for name in of_library)):
        if angle.id in setting.avoid.angles:
            continue
        weight = angle.weight(setting)
        home = shelf.best(("opening",), angle, own_angle_only=True)
        at_home = home is not None
        if weight <= 0 and at_home and setting.product is None:
            # The rules have nothing for it, but the library does.
            angle, weight = own(angle.id, angle.also), 1.8
        if weight <= 0:
            continue
        carried.append(angle)
        if home is not None:
            weight += _AT_HOME / (1 + shelf.used(home))
        weight += 0.6 if shelf.best(("subject",), angle, own_angle_only=True) else 0
        weights[angle.id] = weight + _CHANCE * setting.chance("angle", angle.id)
    kept = _kept(given)
    ranked = sorted(carried, key=lambda a: -weights[a.id])
    return sorted(ranked, key=lambda a: kept.index(a.id) if a.id in kept else len(kept))


def _kept(given: CopyQuestion) -> list[str]:
    """Angles of locked sentences, and those that the last round found nothing against."""
    locked = [lock.angle for lock in given.locked]
    if given.last is None or given.reject_reason:
        return locked
    bad = {f.variant for f in given.findings if f.severity != "minor"}
    return [*locked, *(v.angle for v in given.last.variants if v.id not in bad)]


def _variant(mail: Mail, link: str) -> Variant:
    script = mail.angle.script(mail.setting)
    frame.opening(script, mail)
    subject = frame.subject(script, mail)
    mail.source = mail.letter or subject.source
    preheader = frame.preheader(script, mail, subject.text)
    mail.head = (subject.text, preheader.text)
    write_body(script, mail)
    closing, call = frame.closing(mail), frame.call(mail)
    layout, blocks = lay_out(mail, _blocks(mail, closing, call, link))
    texts = [subject.text, preheader.text]
    texts += [
        text for block in blocks if not isinstance(block, CallToAction) for _, text in block.words()
    ]
    pieces = [x.passage.id for x in (subject, preheader, closing, call) if x and x.passage]
    return Variant(
        id="abcdefghijklmnopqrstuvwxyz"[mail.number % 26],
        angle=mail.angle.id,
        subject=subject.text,
        preheader=preheader.text,
        layout=layout,
        blocks=blocks,
        claims=_claims(texts, mail),
        fallbacks=_fallbacks(texts),
        provenance=Provenance(
            brief_hash=mail.setting.brief.hash(),
            passage_ids=tuple(dict.fromkeys((*pieces, *mail.passages))),
            guide_version=mail.setting.guide.version(),
            model="house",
        ),
    )


def _is_thin(variant: Variant) -> bool:
    """Whether an angle found nothing to say beyond its first sentence."""
    texts = [b.text for b in variant.blocks if isinstance(b, Paragraph)][1:]
    shows_one = any(block.products() for block in variant.blocks)
    return len(" ".join(texts).split()) < (8 if shows_one else 14)


def _blocks(mail: Mail, closing: Line | None, call: Line, link: str) -> tuple[Block, ...]:
    """Greeting, opening, product, the rest, closing, call, and the house's name below."""
    opening, *rest = [" ".join(p) for p in mail.paragraphs if p] or [""]
    blocks: list[Block] = [Paragraph(text=_greeting(mail.setting))]
    if opening:
        blocks.append(Paragraph(text=opening))
    blocks.extend(ProductCard(product_id=product.id) for product in shown(mail))
    blocks.extend(Paragraph(text=text) for text in rest)
    blocks.extend(_for_stages(mail))
    if closing is not None:
        blocks.append(Paragraph(text=closing.text))
    blocks.append(CallToAction(text=call.text, url=link))
    setting = mail.setting
    sign_offs = [text for language, text in setting.guide.closings if language == setting.language]
    if sign_offs:
        # One house signs all variants of a mail in the same way.
        at = int(setting.chance("sign-off") * len(sign_offs))
        blocks.append(Paragraph(text=sign_offs[at]))
    return tuple(blocks)


def _for_stages(mail: Mail) -> list[Paragraph]:
    """What the brand has to say to readers of each stage of life that the audience spans."""
    found: dict[str, list[StageName]] = {}
    for stage in mail.setting.stages:
        fit = [
            line
            for line in mail.shelf.for_stages
            if line.passage
            and stage in line.passage.stages
            and not line.says & mail.said
            and not mail.repeats(line.text)
        ]
        if fit:
            chosen = max(fit, key=lambda line: mail.setting.chance(stage, line.text))
            found.setdefault(chosen.text, []).append(stage)
    for line in mail.shelf.for_stages:
        if line.text in found and line.passage:
            mail.passages.append(line.passage.id)
    return [Paragraph(text=text, for_stages=tuple(stages)) for text, stages in found.items()]


def _greeting(setting: Setting) -> str:
    own_words = (g.with_name for g in setting.guide.greetings if g.language == setting.language)
    return next(own_words, _GREETINGS[setting.language])


def _claims(texts: Sequence[str], mail: Mail) -> tuple[Claim, ...]:
    """Every checkable sentence with the facts behind it, and those that passages rest on."""
    known = mail.setting.evidence
    claims = {c.text: c.fact_ids for c in tie(texts, known)}
    whole = " ".join(texts)
    for line in (*mail.shelf.lines, *mail.shelf.for_stages):
        if line.passage is None or not line.passage.fact_ids or line.text not in whole:
            continue
        # A passage of several sentences rests on its own facts and on those of each sentence.
        of_sentences = [i for c in tie((line.text,), known) for i in c.fact_ids]
        claims[line.text] = tuple(dict.fromkeys((*line.passage.fact_ids, *of_sentences)))
        for sentence in sentences(line.text):
            if sentence in claims and sentence != line.text:
                ids = (*claims[sentence], *line.passage.fact_ids)
                claims[sentence] = tuple(dict.fromkeys(ids))
    return tuple(Claim(text=text, fact_ids=ids) for text, ids in claims.items())


def _fallbacks(texts: Sequence[str]) -> tuple[Fallback, ...]:
    whole = " ".join(texts)
    fields = [f for f in ("first_name", "last_name") if f"{{{{{f}}}}}" in whole]
    return tuple(Fallback(field=f, text="") for f in fields)
