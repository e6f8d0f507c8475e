"""Editing what waits, or was approved: fields by block, what the critic says at once, what changed.

What a person has typed is kept for them alone, until they save it or discard it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agents.tasks import JUDGE_COPY
from app.deciding import gather, who_decides
from app.diffs import ChangedPlace, changed_places
from app.site import Site
from app.views.block_fields import Field, block_fields, typed_blocks
from app.views.card import Head, head_of
from app.views.card_copy import LAYOUT_NAMES, FindingShown, finding_shown
from app.views.editing_words import draft_edits
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import Draft, Variant
from domain.errors import Refused
from domain.facts import Facts
from domain.frozen import Frozen
from domain.layouts import LAYOUTS, Layout, arranged, possible
from domain.words import day_words
from ledger import approvals, comments, unsaved
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.people import Person
from workflows.edits import edited_draft
from workflows.rereading import Rereading, read_again
from workflows.transactions import read, write

MOST_PREHEADER = 110
Edit = dict[str, Any]


class Critic(Frozen):
    """What the critic says of the text as it is typed."""

    blocking: int
    findings: tuple[FindingShown, ...]
    mended: tuple[FindingShown, ...]
    claims: int
    """Claims that rest on a fact."""
    changes: tuple[ChangedPlace, ...]
    without_model: bool
    """A model reads it too, once it is saved."""


class LayoutShown(Frozen):
    """One way to arrange the mail's blocks."""

    id: Layout
    name: str
    chosen: bool
    possible: bool
    """Whether it fits the number of products."""


class Editing(Frozen):
    head: Head
    variant: str
    variants: tuple[str, ...]
    fields: tuple[Field, ...]
    next_deciders: tuple[str, ...]
    """Whose yes would count for the edited text."""
    you_may_approve_it: bool
    unsaved: bool
    layouts: tuple[LayoutShown, ...] = ()
    critic: Critic | None = None
    changes: tuple[ChangedPlace, ...] = ()


async def editing_of(site: Site, approval_id: str, person: Person, variant: str = "") -> Editing:
    """The form of what waits. Raises LedgerError unknown, Refused gone_on."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    head = await head_of(site, approval_id, person)
    kept = await _kept(site, approval_id, person)
    deciders = who_decides(site.workspace, approval, after_edit_by=person)
    shown = {
        "head": head,
        "next_deciders": tuple(one.name for one in deciders if one.role != "demo_approver"),
        "you_may_approve_it": any(one.id == person.id for one in deciders),
        "unsaved": bool(kept),
    }
    if approval.gate == "brief":
        brief = Brief.model_validate(approval.content)
        facts = (await gather(site.workspace, approval, site.stack)).facts
        now = {**brief.model_dump(mode="json"), **kept}
        changes = changed_places(_brief_texts(brief.model_dump(mode="json")), _brief_texts(now))
        fields = _brief_fields(now, brief, facts)
        return Editing(**shown, variant="", variants=(), fields=fields, changes=changes)
    draft, known = await _draft(site, approval)
    edited = edited_draft(draft, kept, person.name) if kept else draft
    chosen = _variant(edited, variant)
    return Editing(
        **shown,
        variant=chosen.id,
        variants=tuple(one.id for one in draft.variants),
        fields=_fields(chosen, known, site.stack.brand.guide.subject_most_characters),
        layouts=layouts_of(chosen),
        critic=await _critic(site, approval, draft, kept, person, chosen.id),
    )


async def keep_typed(
    site: Site, approval_id: str, person: Person, variant: str, typed: Mapping[str, str]
) -> Edit:
    """Keep what was typed of one variant, beside what was typed of the others."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    kept = await _kept(site, approval_id, person)
    if approval.gate == "brief":
        edit = _brief_edit(Brief.model_validate(approval.content), typed)
    else:
        draft, _ = await _draft(site, approval)
        patches = dict(kept.get("variants", {}))
        layout = patches.get(variant, {}).get("layout")
        base = _variant(draft, variant)
        if layout is not None:  # the form shows the blocks in the layout that was chosen
            base = base.model_copy(update={"blocks": arranged(base.blocks, layout)})
        patches[variant] = _patch(base, typed)
        if layout is not None:
            blocks = patches[variant].get(
                "blocks", [b.model_dump(mode="json") for b in base.blocks]
            )
            patches[variant] |= {"layout": layout, "blocks": blocks}
        changed = {name: patch for name, patch in patches.items() if patch}
        edit = {"variants": changed} if changed else {}
    await write(site.stack.ledger, lambda tx: _keep(tx, approval_id, person, edit))
    return edit


async def choose_layout(
    site: Site, approval_id: str, person: Person, variant: str, layout: Layout
) -> None:
    """Arrange a variant's blocks, with what was typed in them, in another layout. Raises EditError
    where its products do not allow it."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    draft, _ = await _draft(site, approval)
    kept = await _kept(site, approval_id, person)
    typed = _variant(edited_draft(draft, kept, person.name) if kept else draft, variant)
    edit = {"variants": {typed.id: {"layout": layout, "blocks": _plain(typed)}}}
    laid = _variant(edited_draft(draft, edit, person.name), variant)
    patches = dict(kept.get("variants", {}))
    patches[typed.id] = {**patches.get(typed.id, {}), "layout": layout, "blocks": _plain(laid)}
    if layout == _variant(draft, variant).layout:
        patches[typed.id].pop("layout")
    new = {"variants": patches}
    await write(site.stack.ledger, lambda tx: _keep(tx, approval_id, person, new))


def layouts_of(variant: Variant) -> tuple[LayoutShown, ...]:
    """Every layout, with what keeps the variant from it."""
    fits = possible(variant.blocks)
    return tuple(
        LayoutShown(
            id=one, name=LAYOUT_NAMES[one], chosen=one == variant.layout, possible=one in fits
        )
        for one in LAYOUTS
    )


def _plain(variant: Variant) -> list[Edit]:
    return [block.model_dump(mode="json") for block in variant.blocks]


async def apply_mend(
    site: Site, approval_id: str, person: Person, number: int, *, of_draft: bool
) -> str:
    """Take over a finding's mend; the variant that it is in. ``of_draft``: the finding is of the
    draft that waits, else of the text as it is typed."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    draft, _ = await _draft(site, approval)
    kept = await _kept(site, approval_id, person)
    reread = await _read_again(site, approval, {} if of_draft else kept, person)
    findings = (
        (await gather(site.workspace, approval, site.stack)).critique if of_draft else None
    ) or reread.critique
    if number >= len(findings.findings):
        return draft.variants[0].id
    finding = findings.findings[number]
    edited = edited_draft(draft, kept, person.name) if kept else draft
    shown = finding_shown(number, finding, edited)
    if shown.use is None:
        return finding.variant or draft.variants[0].id
    typed = _as_typed(_variant(edited, finding.variant))
    typed[finding.place] = shown.use.text
    await keep_typed(site, approval_id, person, finding.variant, typed)
    return finding.variant


async def preview_of(site: Site, approval_id: str, person: Person) -> Rereading:
    """The mails that the text makes as it is typed."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    return await _read_again(site, approval, await _kept(site, approval_id, person), person)


async def kept_edit(site: Site, approval_id: str, person: Person) -> Edit:
    """What a person has typed and not saved."""
    return await _kept(site, approval_id, person)


async def draft_of(site: Site, approval_id: str) -> Draft | None:
    """The draft behind an approval; None: of a brief, or it has gone on."""
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    return (await gather(site.workspace, approval, site.stack)).draft


async def take_over(site: Site, approval_id: str, person: Person, suggestion: Edit) -> None:
    """Put suggested words into what a person has typed; theirs on other variants stay.

    Raises EditError where the draft no longer has those places.
    """
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    kept = await _kept(site, approval_id, person)
    if approval.gate == "brief":
        edit: Edit = {**kept, **suggestion}
    else:
        draft, _ = await _draft(site, approval)
        mine, theirs = kept.get("variants", {}), suggestion.get("variants", {})
        patches = {
            name: {**mine.get(name, {}), **theirs.get(name, {})} for name in {*mine, *theirs}
        }
        edit = {"variants": patches}
        edited_draft(draft, edit, person.name)
    await write(site.stack.ledger, lambda tx: _keep(tx, approval_id, person, edit))


async def suggest(site: Site, approval_id: str, person: Person, edit: Edit, text: str) -> None:
    """Say what was typed as a suggestion, for somebody who may save it to take over."""

    def add(tx: Transaction) -> None:
        run_id = approvals.get(tx, approval_id).run_id
        comments.add(tx, run_id, person, text, approval_id=approval_id, suggestion=edit)
        unsaved.drop(tx, approval_id, person.id)

    await write(site.stack.ledger, add)


async def discard(site: Site, approval_id: str, person: Person) -> None:
    await write(site.stack.ledger, lambda tx: unsaved.drop(tx, approval_id, person.id))


async def _kept(site: Site, approval_id: str, person: Person) -> Edit:
    found = await read(site.stack.ledger, lambda tx: unsaved.get(tx, approval_id, person.id))
    return found.edit if found is not None else {}


def _keep(tx: Transaction, approval_id: str, person: Person, edit: Edit) -> None:
    if edit:
        unsaved.keep(tx, approval_id, person.id, edit)
    else:
        unsaved.drop(tx, approval_id, person.id)


async def _draft(site: Site, approval: Approval) -> tuple[Draft, Facts]:
    shown = await gather(site.workspace, approval, site.stack)
    if shown.draft is None:
        raise Refused(
            "gone_on",
            "The campaign has gone on since; this draft can no longer be edited.",
            thing=approval.id,
            next_step="The inbox shows what waits now.",
        )
    return shown.draft, shown.facts


async def _read_again(site: Site, approval: Approval, kept: Edit, person: Person) -> Rereading:
    """By the rules alone while somebody types: a model would be asked at every pause."""
    return await read_again(site.stack.without_models(), approval.run_id, kept, person.name)


async def _critic(
    site: Site, approval: Approval, draft: Draft, kept: Edit, person: Person, variant: str
) -> Critic:
    reread = await _read_again(site, approval, kept, person)
    found: Critique = reread.critique
    shown = [finding_shown(n, one, reread.draft) for n, one in enumerate(found.findings)]
    now = _variant(reread.draft, variant)
    return Critic(
        blocking=len(found.blocking),
        findings=tuple(sorted(shown, key=lambda one: _LEVELS[one.level])),
        mended=tuple(finding_shown(0, one, draft) for one in reread.mended),
        claims=len(now.claims),
        changes=draft_edits(draft, reread.draft),
        without_model=site.stack.model_for(JUDGE_COPY.name).name != site.stack.house.name,
    )


_LEVELS = {"blocking": 0, "serious": 1, "minor": 2}


def _variant(draft: Draft, variant: str) -> Variant:
    return next((one for one in draft.variants if one.id == variant), draft.variants[0])


def _fields(variant: Variant, known: Facts, most_subject: int) -> tuple[Field, ...]:
    fields = [
        Field(name="subject", place="subject", label="Subject", value=variant.subject,
              most=most_subject),
        Field(name="preheader", place="preheader", label="Preheader", value=variant.preheader,
              most=MOST_PREHEADER),
    ]  # fmt: skip
    return (*fields, *block_fields(variant, known))


def _as_typed(variant: Variant) -> dict[str, str]:
    return {field.name: field.value for field in _fields(variant, Facts(), 60)}


def _patch(variant: Variant, typed: Mapping[str, str]) -> Edit:
    """What of a variant a person changed. A text that they emptied goes."""
    patch: Edit = {}
    for name in ("subject", "preheader"):
        text = " ".join(typed.get(name, getattr(variant, name)).split())
        if text != getattr(variant, name):
            patch[name] = text
    blocks = typed_blocks(variant, typed)
    if blocks != [block.model_dump(mode="json") for block in variant.blocks]:
        patch["blocks"] = blocks
    return patch


def _brief_fields(now: Mapping[str, Any], brief: Brief, facts: Facts) -> tuple[Field, ...]:
    del facts
    return (
        Field(name="message", place="", label="Message", value=now["message"], kind="text"),
        Field(name="tone", place="", label="Tone", value=now["tone"], kind="text"),
        Field(name="question", place="", label="Question", value=now["question"]),
        Field(name="send_from", place="", label="Sent from", value=str(now["send_from"])),
        Field(
            name="send_until",
            place="",
            label="Sent until",
            value=str(now["send_until"]),
            hint=f"The days of the goal: {day_words(brief.send_from)} to "
            f"{day_words(brief.send_until)}",
        ),
    )


def _brief_edit(brief: Brief, typed: Mapping[str, str]) -> Edit:
    old = brief.model_dump(mode="json")
    edit: Edit = {}
    for name in ("message", "tone", "question", "send_from", "send_until"):
        if name in typed and typed[name].strip() != str(old[name]):
            text = typed[name].strip()
            edit[name] = date.fromisoformat(text).isoformat() if _is_day(name, text) else text
    return edit


def _is_day(name: str, text: str) -> bool:
    if not name.startswith("send_"):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _brief_texts(plain: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Message": str(plain["message"]),
        "Tone": str(plain["tone"]),
        "Question": str(plain["question"]),
        "Sent from": str(plain["send_from"]),
        "Sent until": str(plain["send_until"]),
    }
