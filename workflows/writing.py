"""The second half of a campaign's content: retrieve_voice, generate_copy and criticise."""

from __future__ import annotations

from asyncio import to_thread
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from langgraph.runtime import Runtime

from agents.copy_generator import generate_copy as write_copy
from agents.copy_generator import tied
from agents.critic import criticise as read_critically
from agents.learning import checks, locks
from agents.learning.overruling import overruled
from agents.model import ModelError
from agents.own_copy import own_copy
from agents.tasks import GENERATE_COPY, JUDGE_COPY, CopyQuestion
from domain.blocks import STAGES
from domain.brief import Brief
from domain.critique import Critique, Finding
from domain.draft import Draft, Variant
from domain.facts import Facts
from domain.predicate import AllOf, Stage
from domain.predicate.clauses import StageName
from domain.publication import RenderedVariant
from domain.teaching import Lock, TaughtRule
from domain.voice import Passage, PassageKind
from ledger import facts, marks, people, rules, went_out
from ledger.approvals import Approval
from ledger.database import Transaction
from tools.cdp.port import CdpError
from tools.render.errors import RenderError
from tools.render.mail import render
from workflows import progress, teaching
from workflows.briefing import acted, approved_brief, latest
from workflows.edits import EditError, check_start, edited_draft, parts_of
from workflows.library import Shelf, least_used, shelf
from workflows.recent import recent_copy
from workflows.stack import Stack
from workflows.state import CampaignState
from workflows.transactions import read, write

FEWEST_OF_A_STAGE = 10
"""Fewer people are never told apart."""
PASSAGES_OF_A_KIND = 8
"""Enough that the parts of one past letter come together."""
RECENT = timedelta(days=90)
"""Words that went out since then are not written again where others will do."""
NEAREST_OF_A_KIND = 3 * PASSAGES_OF_A_KIND
"""So many are looked at, of which the least used are taken."""


async def retrieve_voice(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Find what the brand has said of such things before, kind by kind."""
    stack = runtime.context
    progress.started(state["run_id"], "retrieve_voice")
    brief, library = await read(
        stack.ledger, lambda tx: (approved_brief(tx, state), shelf(tx, stack.brand))
    )
    found = await passages_near(stack, brief, library)
    proven = sum(passage.proven for passage in found)
    progress.finished(
        state["run_id"],
        "retrieve_voice",
        f"{len(found)} passages of your own to go by; {proven} of them have proved themselves.",
    )
    return {"passage_ids": [p.id for p in found], "round": 0, "by_person": False}


async def passages_near(stack: Stack, brief: Brief, library: Shelf) -> tuple[Passage, ...]:
    """What the brand has said of such things and may say again, nearest first within a kind."""
    usable = {passage.id: passage for passage in library.usable()}
    found: dict[str, Passage] = {}
    for kind in get_args(PassageKind):
        near = await stack.voice.search(
            brief.message,
            kind=kind,
            language=brief.language,
            objective=brief.goal.objective,
            channel=brief.channel,
            n=NEAREST_OF_A_KIND,
        )
        general = [passage for passage in near if not passage.stages]
        chosen = least_used(general, library.worths, PASSAGES_OF_A_KIND)
        found |= {passage.id: usable[passage.id] for passage in chosen}
    found |= {passage.id: passage for passage in _of_campaigns(usable.values(), stack, brief)}
    # What is true of readers of one stage is taken wherever it is near: there is little of it.
    found |= {i: p for i, p in usable.items() if p.stages and p.language == brief.language}
    return tuple(found.values())


def _of_campaigns(usable: Iterable[Passage], stack: Stack, brief: Brief) -> Iterator[Passage]:
    """Passages that campaigns brought, which the index of the brand's file does not hold: the
    latest of each kind, of the same language and objective."""
    of_file = {passage.id for passage in stack.brand.passages}
    taken: Counter[str] = Counter()
    for passage in sorted(usable, key=lambda p: p.used_on or date.min, reverse=True):
        same = (passage.language, passage.objective) == (brief.language, brief.goal.objective)
        if same and passage.id not in of_file and taken[passage.kind] < PASSAGES_OF_A_KIND:
            taken[passage.kind] += 1
            yield passage


async def generate_copy(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Write the variants, or write them anew with the critic's findings or a person's reason."""
    stack = runtime.context
    run_id = state["run_id"]
    progress.started(run_id, "generate_copy")

    def look(tx: Transaction) -> tuple[Brief, Facts, Approval | None, Shelf, _Taught]:
        last, known = latest(tx, run_id, "publish"), facts.current(tx)
        lately = went_out.texts_since(tx, tx.now - RECENT, but=run_id)
        taught = _Taught(marks.marks(tx, run_id).locks, rules.approved(tx), lately)
        return approved_brief(tx, state), known, last, shelf(tx, stack.brand), taught

    brief, known, last, library, taught = await read(stack.ledger, look)
    fresh = last is not None and last.id not in state.get("acted_on", ())
    rejected = last if last is not None and fresh and last.status == "rejected" else None
    earlier = Draft.model_validate(state["draft"]) if "draft" in state else None
    mine = set(state["passage_ids"])
    passages = [p for p in library.usable() if p.id in mine]
    question = first_question(stack, brief, known, passages).model_copy(
        update={
            "worths": tuple(library.worths[p.id] for p in passages),
            "recent": taught.recent,
            "locked": taught.locks,
            "rules": taught.rules,
            "last": earlier,
            "findings": _findings(state),
            "reject_reason": rejected.reason if rejected else "",
            "stages": await _stages(stack, brief, passages),
        }
    )
    update: CampaignState = {"acted_on": acted(state, rejected), "outcome": ""}
    if rejected is not None:
        update |= {"round": 0, "by_person": False}
        kept, language = rejected, brief.language
        await write(stack.ledger, lambda tx: teaching.keep_rejection(tx, kept, language))
    try:
        model = stack.model_for(GENERATE_COPY.name)
        draft = await write_copy(question, model, stack.stand_in, stack.prompts)
    except ModelError as error:
        if earlier is None:
            raise  # there is nothing to show: the run waits, and says why
        progress.finished(run_id, "generate_copy", f"No better copy came: {error.what}")
        return {**update, "outcome": error.what}
    angles = ", ".join(variant.angle.replace("_", " ") for variant in draft.variants)
    progress.finished(run_id, "generate_copy", f"{len(draft.variants)} variants: {angles}.")
    return {**update, "draft": draft.model_dump(mode="json")}


async def _stages(stack: Stack, brief: Brief, passages: Sequence[Passage]) -> tuple[StageName, ...]:
    """The stages of life that an audience spans, where a writer has something to say to each: at
    least ten people of each, and others beside them."""
    by_house = stack.model_for(GENERATE_COPY.name).name == stack.house.name
    if by_house and not any(passage.stages for passage in passages):
        return ()
    rules = [AllOf(of=(brief.audience.rule, Stage(stages=(name,)))) for name in STAGES]
    try:
        sizes = await stack.people.sizes(rules, ())
    except CdpError:
        return ()  # it cannot be told now: everybody reads the same
    found = {n: size.people for n, size in zip(STAGES, sizes, strict=True) if size is not None}
    large = tuple(name for name, people in found.items() if people >= FEWEST_OF_A_STAGE)
    others = brief.audience.size - sum(found[name] for name in large)
    return large if len(large) + (others >= FEWEST_OF_A_STAGE) > 1 else ()


@dataclass(frozen=True)
class _Taught:
    """What people and past mails ask of the writer."""

    locks: tuple[Lock, ...]
    rules: tuple[TaughtRule, ...]
    recent: tuple[str, ...]


def first_question(
    stack: Stack, brief: Brief, known: Facts, passages: Sequence[Passage]
) -> CopyQuestion:
    """What is asked when a brief is written about for the first time."""
    return CopyQuestion(
        brief=brief,
        facts=_cited(known, brief),
        guide=stack.brand.guide,
        passages=tuple(passages),
        variants=stack.rules.variants,
        link=_link(known, brief, stack.brand.guide.shop_url),
    )


async def criticise(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Check the draft, or a person's edit of it, against facts, guide and the mail it makes."""
    stack = runtime.context
    run_id = state["run_id"]
    progress.started(run_id, "criticise")

    def look(tx: Transaction) -> tuple[Brief, Facts, Approval | None, str, date]:
        last = latest(tx, run_id, "publish")
        by = people.get(tx, last.decided_by).name if last and last.decided_by else ""
        today = tx.now.astimezone(ZoneInfo(stack.timezone)).date()
        return approved_brief(tx, state), facts.current(tx), last, by, today

    brief, known, last, by, today = await read(stack.ledger, look)
    draft = Draft.model_validate(state["draft"])
    fresh = last is not None and last.id not in state.get("acted_on", ())
    # What was moved out of its window is void, and says when it shall go instead.
    edited = fresh and last is not None and last.edit is not None
    by_person = state.get("by_person", False)
    send_at = state.get("send_at", "")
    noted: list[Finding] = []
    if last is not None and edited:
        try:
            words, start = parts_of(last.edit or {}, stack.timezone)
            if start is not None:
                check_start(start, brief, stack.rules.quiet_hours, today)
                send_at = start
            if words or start is None:
                before = draft
                draft, by_person = tie(edited_draft(draft, words, by), brief, known), True
                kept, after = last, draft
                await write(stack.ledger, lambda tx: teaching.keep_edit(tx, kept, before, after))
        except EditError as error:
            noted.append(_note("edit.unreadable", error.what, "Send the edit again, mended."))
    number = state.get("round", 0) + 1
    critique, _ = await read_draft(stack, run_id, draft, brief, known, number)
    if state.get("outcome"):  # the writer failed, and the last draft stands
        noted.append(
            _note(
                "model.failed",
                f"No revision could be written: {state['outcome']}",
                "Edit it by hand, or reject it to have it written again.",
            )
        )
    critique = _with(critique, noted)
    on = critique.verdict != "needs_revision" or by_person or edited or bool(noted)
    if not on and number >= stack.rules.rounds:
        critique = critique.model_copy(update={"ran_out_of_rounds": True})
        on = True
    progress.finished(run_id, "criticise", _said(critique, on))
    return {
        "draft": draft.model_dump(mode="json"),
        "by_person": by_person,
        "round": number,
        "critique": critique.model_dump(mode="json"),
        "send_at": send_at,
        "acted_on": acted(state, last if edited else None),
        "outcome": "plan" if on else "generate_copy",
    }


async def read_draft(
    stack: Stack, campaign_id: str, draft: Draft, brief: Brief, known: Facts, number: int
) -> tuple[Critique, tuple[RenderedVariant, ...]]:
    """The critic's word on a draft and on the mails that it makes, in round ``number``."""
    rendered, unrenderable = render_all(stack, campaign_id, draft, known)
    judge = stack.model_for(JUDGE_COPY.name)
    recent = await read(stack.ledger, lambda tx: recent_copy(tx, campaign_id, stack.timezone))
    if stack.style is not None:  # the first time, it learns; that takes seconds
        await to_thread(stack.style.style.read, ["."], brief.language)
    critique = await read_critically(
        draft,
        brief=brief,
        facts=known,
        guide=stack.brand.guide,
        rendered=rendered,
        own=own_copy(stack.brand.passages),
        recent=recent,
        judge_counts=stack.judge_counts,
        model=judge if judge.name != stack.house.name else None,
        round=number,
        style=stack.style,
    )
    kept, taught = await read(
        stack.ledger, lambda tx: (marks.marks(tx, campaign_id), rules.approved(tx))
    )
    more = (*unrenderable, *locks.broken(draft, kept.locks), *checks.findings(draft, taught))
    return overruled(_with(critique, more), draft, kept.overrules), rendered


def render_all(
    stack: Stack, campaign_id: str, draft: Draft, known: Facts
) -> tuple[tuple[RenderedVariant, ...], tuple[Finding, ...]]:
    """The mails that a draft makes, and a finding for each variant that makes none."""
    guide = stack.brand.guide
    if not stack.image_base_url:  # nobody could load the pictures: the mail carries none
        bare = tuple(p.model_copy(update={"photo": None}) for p in known.products)
        known = known.model_copy(update={"products": bare})
    rendered: list[RenderedVariant] = []
    findings: list[Finding] = []
    for variant in draft.variants:
        try:
            rendered.append(
                render(
                    variant,
                    known,
                    language=draft.language,
                    legal=[line.text for line in guide.legal if line.language == draft.language],
                    postal_address=guide.postal_address,
                    shop_url=guide.shop_url,
                    image_base_url=stack.image_base_url,
                    campaign_id=campaign_id,
                    brand=guide.brand,
                )
            )
        except RenderError as error:
            findings.append(
                Finding(
                    rule=f"render.{error.code}",
                    severity="blocking",
                    variant=variant.id,
                    place="html",
                    text=error.thing,
                    why=f"It cannot be made into a mail: {error.what}.",
                    mend=error.next_step or "Write this variant anew.",
                )
            )
    return tuple(rendered), tuple(findings)


def tie(draft: Draft, brief: Brief, known: Facts) -> Draft:
    """A person's draft with the claims that its new words make, where facts prove them."""
    variants = tuple(tied(variant, brief, known) for variant in draft.variants)
    return draft.model_copy(update={"variants": variants})


def cited_ids(variants: Sequence[Variant]) -> tuple[str, ...]:
    """Every fact that variants rest on: by a claim, or by showing the product itself."""
    found = {fact_id for v in variants for claim in v.claims for fact_id in claim.fact_ids}
    found |= {product_id for v in variants for b in v.blocks for product_id in b.products()}
    return tuple(sorted(found))


def _note(rule: str, why: str, mend: str) -> Finding:
    return Finding(rule=rule, severity="serious", why=why, mend=mend)


def _with(critique: Critique, findings: Sequence[Finding]) -> Critique:
    if not findings:
        return critique
    verdict = critique.verdict if critique.verdict == "failed" else "needs_revision"
    return critique.model_copy(
        update={"verdict": verdict, "findings": (*critique.findings, *findings)}
    )


def _findings(state: CampaignState) -> tuple[Finding, ...]:
    critique = state.get("critique")
    return Critique.model_validate(critique).findings if critique else ()


def _cited(known: Facts, brief: Brief) -> Facts:
    """The facts that the brief names, and the house's own in its language."""
    ids = {fact_id.split(".", 1)[0] for fact_id in brief.fact_ids}
    return Facts(
        products=tuple(p for p in known.products if p.id in ids),
        house=tuple(f for f in known.house if f.language == brief.language),
    )


def _link(known: Facts, brief: Brief, shop_url: str) -> str:
    products = [known.product(fact_id) for fact_id in brief.fact_ids]
    return next((p.url for p in products if p is not None and p.url), shop_url)


def _said(critique: Critique, on: bool) -> str:
    count = len(critique.findings)
    if not count:
        return "Nothing to find fault with."
    things = "one thing" if count == 1 else f"{count} things"
    if critique.ran_out_of_rounds:
        return f"Still {things} to mend after {critique.round} rounds: a person decides."
    return f"{things.capitalize()} noted." if on else f"{things.capitalize()} to mend first."
