"""The copy on an approval's card: mails, claims with their facts, the critic, changes, voice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agents.learning.overruling import may_be_overruled
from app import words
from app.diffs import ChangedPlace, changed_places
from app.fact_words import FactShown, facts_shown
from app.mail_preview import filled, height_of
from app.mends import Mend, mend_of
from app.views.card_origins import Origin
from domain.blocks import Reader
from domain.brief import Brief
from domain.critique import Critique, Finding, Severity
from domain.draft import Claim, Draft, Variant
from domain.facts import Facts
from domain.frozen import Frozen
from domain.layouts import Layout
from domain.money import Share
from domain.publication import Content, RenderedVariant
from domain.readings import stage_words
from domain.style import StyleReading
from domain.voice import Passage

_TRACKING = re.compile(r"\?utm_\S+")
_ORDER: dict[Severity, int] = {"blocking": 0, "serious": 1, "minor": 2}


LAYOUT_NAMES: dict[Layout, str] = {
    "letter": "Letter",
    "object": "Picture first",
    "pair": "Two beside each other",
    "selection": "List",
    "visit": "Visit",
    "service": "Service",
}
_BLOCK_NAMES = {
    "heading": "Heading",
    "paragraph": "Paragraph",
    "list": "List",
    "quote": "Quote",
    "details": "Details",
    "product": "Piece",
    "picture": "Picture",
    "pair": "Pair",
    "products": "Pieces",
    "facts": "Figures",
    "cta": "Button",
    "divider": "Line",
}


class ClaimShown(Frozen):
    """What the copy says that can be checked, under the number that marks it in the mail."""

    number: int
    text: str
    facts: tuple[FactShown, ...]


class VoiceSource(Frozen):
    """A passage of the brand's own that the copy goes by."""

    id: str
    text: str
    source: str
    """The message it stood in, and when."""
    effect: str
    """What that message changed, in words; empty: not measured."""


class Piece(Frozen):
    """A product that the mail shows, with what is left of it."""

    id: str
    name: str
    stock: int


class ReadersShown(Frozen):
    """Whose mail differs from the others', by their stage of life."""

    stage: str
    """One of their stages, by which their mail is asked for."""
    words: str
    """new, or at risk or lapsed; everybody else."""
    people: int


class MailShown(Frozen):
    """One variant as the card shows it."""

    id: str
    angle: str
    subject: str
    preheader: str
    share: Share | None
    """Of all people in the audience; None: not planned any more."""
    size: int | None
    kilobytes: int
    height: int
    """About as tall as its frame has to be, in pixels."""
    pieces: tuple[Piece, ...]
    claims: tuple[ClaimShown, ...]
    voice: tuple[VoiceSource, ...]
    written_by: str
    origins: tuple[Origin, ...] = ()
    """Every sentence, with who wrote it."""
    layout: str = ""
    """As pages name it."""
    readers: tuple[ReadersShown, ...] = ()
    """Where blocks differ by stage of life: who reads which mail. Else empty."""


class FindingShown(Frozen):
    """What the critic found, with the mend that can be taken over where there is one."""

    number: int
    """Its place in the critique, from 0; what ``take over`` names."""
    rule: str
    level: Severity
    variant: str
    at: str
    """Its place as the draft names it: ``blocks[2]``."""
    place: str
    """As a person reads it: "subject", "paragraph 2"; empty: the whole."""
    text: str
    why: str
    mend: str
    use: Mend | None
    overruled: str = ""
    """Who let it stand, and why."""
    may_be_overruled: bool = False
    """It is a matter of style, which a person may let stand with a reason."""


class CritiqueShown(Frozen):
    answer: str
    """Its verdict in a few words."""
    findings: tuple[FindingShown, ...]
    judged_by: str
    judge_failed: str
    style: str = ""
    """How like past copy the mails are; empty: not measured."""


def mails_shown(
    content: Content,
    draft: Draft | None,
    sizes: dict[str, int],
    facts: Facts,
    passages: Sequence[Passage],
    by_stage: Mapping[tuple[str, str], int],
) -> tuple[MailShown, ...]:
    """Every variant that would go out. Without the draft, its making is no longer known.
    ``by_stage``: people by variant and stage of life."""
    drafted = {variant.id: variant for variant in draft.variants} if draft else {}
    shares = dict(content.arms)
    return tuple(
        _mail(
            mail, drafted.get(mail.id), shares.get(mail.id), sizes.get(mail.id), facts, passages
        ).model_copy(update={"readers": _readers(mail, by_stage)})
        for mail in content.variants
    )


def _mail(
    mail: RenderedVariant,
    variant: Variant | None,
    share: Share | None,
    size: int | None,
    facts: Facts,
    passages: Sequence[Passage],
) -> MailShown:
    used = set(variant.provenance.passage_ids) if variant else set()
    blocks = variant.blocks if variant else ()
    shown = dict.fromkeys(product_id for block in blocks for product_id in block.products())
    pieces = [product for i in shown if (product := facts.product(i)) is not None]
    return MailShown(
        id=mail.id,
        angle=variant.angle.replace("_", " ") if variant else "",
        subject=filled(mail, "known").subject,
        preheader=mail.preheader,
        share=share,
        size=size,
        kilobytes=max(1, round(len(mail.html.encode()) / 1024)),
        height=height_of(mail, len(pieces) if 'src="http' in mail.html else 0),
        pieces=tuple(Piece(id=one.id, name=one.name, stock=one.stock) for one in pieces),
        claims=tuple(
            ClaimShown(number=number, text=claim.text, facts=facts_shown(claim.fact_ids, facts))
            for number, claim in enumerate(marked_claims(variant), start=1)
        ),
        voice=tuple(_voice(passage) for passage in passages if passage.id in used),
        written_by=variant.provenance.model if variant else "",
        layout=LAYOUT_NAMES[variant.layout] if variant else "",
    )


def _readers(
    mail: RenderedVariant, by_stage: Mapping[tuple[str, str], int]
) -> tuple[ReadersShown, ...]:
    if not mail.versions:
        return ()
    named = {stage for version in mail.versions for stage in version.stages}
    others = sum(n for (arm, stage), n in by_stage.items() if arm == mail.id and stage not in named)
    return (
        ReadersShown(stage="", words="everybody else", people=others),
        *(
            ReadersShown(
                stage=version.stages[0],
                words=stage_words(version.stages),
                people=sum(by_stage.get((mail.id, stage), 0) for stage in version.stages),
            )
            for version in mail.versions
        ),
    )


def marked_claims(variant: Variant | None) -> tuple[Claim, ...]:
    """The claims of a variant in the order in which they are read; each is numbered so."""
    if variant is None:
        return ()
    whole = "\n".join(text for _, text in variant.texts())
    return tuple(sorted(variant.claims, key=lambda claim: whole.find(claim.text)))


def _voice(passage: Passage) -> VoiceSource:
    when = f", {passage.used_on:%B %Y}" if passage.used_on else ""
    return VoiceSource(
        id=passage.id,
        text=words.one_line(re.sub(r"\{[a-z]+\.([a-z_0-9]+)\}", r"[\1]", passage.text), 160),
        source=f"{passage.source}{when}",
        effect=passage.effect,
    )


def critique_shown(critique: Critique, draft: Draft | None) -> CritiqueShown:
    """The critic's word, the gravest first."""
    numbered = sorted(enumerate(critique.findings), key=lambda pair: _ORDER[pair[1].severity])
    rounds = f"{critique.round} {'round' if critique.round == 1 else 'rounds'}"
    answer = {
        "satisfied": f"Satisfied after {rounds}",
        "needs_revision": f"Not satisfied after {rounds}",
        "failed": f"Holds against it after {rounds}",
    }[critique.verdict]
    return CritiqueShown(
        answer=answer,
        findings=tuple(finding_shown(number, found, draft) for number, found in numbered),
        judged_by=words.listed(
            "the house's rules" if name == "rules" else name for name in critique.judged_by
        ),
        judge_failed=critique.judge_failed,
        style=style_words(critique.style),
    )


def style_words(reading: StyleReading | None) -> str:
    """For example "More like your past copy than 62 % (35 to 84) of your own messages; …"."""
    if reading is None:
        return ""
    said = f"More like your past copy than {reading.pooled.words_of_share()} of your own messages"
    if len(reading.pieces) > 1:
        each = (
            f"{name.upper()} {score.words_of_share()}"
            for name, score in zip("abcdefghijklmnopqrstuvwxyz", reading.pieces, strict=False)
        )
        said = f"{said}; each mail by itself: {', '.join(each)}"
    return f"{said}."


def finding_shown(number: int, finding: Finding, draft: Draft | None) -> FindingShown:
    variant = _variant(draft, finding.variant)
    text = dict(variant.texts()).get(finding.place, "") if variant else ""
    return FindingShown(
        number=number,
        rule=finding.rule,
        level=finding.severity,
        variant=finding.variant,
        at=finding.place,
        place=place_words(finding.place, variant),
        text=finding.text,
        why=finding.why,
        mend=finding.mend,
        use=mend_of(finding, text),
        overruled=finding.overruled,
        may_be_overruled=may_be_overruled(finding) and not finding.overruled,
    )


def _variant(draft: Draft | None, variant_id: str) -> Variant | None:
    if draft is None:
        return None
    return next((variant for variant in draft.variants if variant.id == variant_id), None)


def place_words(place: str, variant: Variant | None) -> str:
    """``blocks[3]`` as "paragraph 2"; other places as they are called."""
    found = re.match(r"blocks\[(\d+)\]", place)
    if found is None:
        return {"html": "the mail as it arrives", "text": "the plain text"}.get(place, place)
    number = int(found[1])
    if variant is None or number >= len(variant.blocks):
        return f"block {number + 1}"
    return block_name(variant, number).lower()


def block_name(variant: Variant, number: int) -> str:
    """What a block is called on a form: Heading, Paragraph 2, Button."""
    block = variant.blocks[number]
    same = [n for n, other in enumerate(variant.blocks) if other.kind == block.kind]
    counted = f" {same.index(number) + 1}" if len(same) > 1 else ""
    readers = f", {reader_words(block.for_stages)}" if block.for_stages else ""
    return f"{_BLOCK_NAMES[block.kind]}{counted}{readers}"


def reader_words(readers: Sequence[Reader]) -> str:
    """Whom a block is for: "for new or lapsed", "for the others"."""
    stages = [one for one in readers if one != "others"]
    said = [stage_words(stages)] if stages else []
    said += ["the others"] if "others" in readers else []
    return f"for {' and '.join(said)}"


def draft_changes(before: Content | None, now: Content) -> tuple[ChangedPlace, ...]:
    """What differs from the mails that were asked about before, word by word."""
    if before is None:
        return ()
    return changed_places(_readable(before), _readable(now))


def _readable(content: Content) -> dict[str, str]:
    """Place → text of everything that people read, place by place."""
    found: dict[str, str] = {}
    several = len(content.variants) > 1
    for variant in content.variants:
        head = f"{variant.id.upper()}, " if several else ""
        found[f"{head}Subject"] = variant.subject
        found[f"{head}Preheader"] = variant.preheader
        body = _TRACKING.sub("", variant.text).partition("\n-- \n")[0]
        paragraphs = [" ".join(paragraph.split()) for paragraph in body.split("\n\n")]
        for number, paragraph in enumerate(paragraphs, start=1):
            found[f"{head}Text {number}"] = paragraph
        for version in variant.versions:
            own = _TRACKING.sub("", version.text).partition("\n-- \n")[0]
            said = [" ".join(paragraph.split()) for paragraph in own.split("\n\n")]
            for number, paragraph in enumerate((p for p in said if p not in paragraphs), start=1):
                found[f"{head}For {stage_words(version.stages)}, {number}"] = paragraph
    return found


def brief_changes(before: Brief | None, now: Brief) -> tuple[ChangedPlace, ...]:
    """What a rewritten brief says otherwise."""
    if before is None:
        return ()
    return changed_places(_of_brief(before), _of_brief(now))


def _of_brief(brief: Brief) -> dict[str, str]:
    return {
        "Message": brief.message,
        "Tone": brief.tone,
        "Question": brief.question,
        "Sent from": brief.send_from.isoformat(),
        "Sent until": brief.send_until.isoformat(),
        "Rests on": ", ".join(brief.fact_ids),
    }
