"""The library of proven copy: the brand's file and what campaigns added, each with its evidence.

After a report the results of its variants are kept, new copy is folded in, and what is worn is
retired. Writers get passages with their evidence as values; agents know nothing of the ledger.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.learning import evidence
from agents.learning.folding import passages_of
from agents.learning.wear import Readers, WearRules, worn
from brand_voice.brand import Brand
from domain.brief import Brief
from domain.draft import Draft
from domain.facts import Facts
from domain.goal import Kpi
from domain.plan import HELD_BACK
from domain.predicate import in_words
from domain.proof import (
    Context,
    Counts,
    Observation,
    PastProof,
    Proof,
    VariantResult,
    Worth,
    season_of,
)
from domain.voice import Passage
from ledger import library, teaching
from ledger.database import Transaction
from ledger.library import PassageState
from tools.analytics.port import OutcomeMoments

_ANGLES = {
    "flaw_first": "mails that began with the flaw",
    "watchmaker": "mails that began with the work on it",
    "number": "mails that began with the numbers",
    "one_piece": "mails that said there is one",
    "visit": "mails that asked for half an hour",
    "price": "mails that began with the price",
    "offer": "mails that began with the offer",
}
MOST_CITED = 3


@dataclass(frozen=True)
class Shelf:
    """All passages with what is known of each."""

    passages: tuple[Passage, ...]
    """With ``proven`` and ``effect`` as the data say today."""
    worths: Mapping[str, Worth]
    angles: Mapping[str, tuple[Proof, ...]]
    observations: Mapping[tuple[str, Kpi], Sequence[Observation]]
    """By passage and outcome: what each campaign said."""

    def usable(self) -> tuple[Passage, ...]:
        """Those that are neither worn nor retired."""
        return tuple(p for p in self.passages if self.worths[p.id].state == "in use")

    def citations(self, brief_kpi: Kpi) -> tuple[PastProof, ...]:
        """What past mails changed by this outcome, shown effects alone, the largest first."""
        found = [
            PastProof(what=_angle_words(angle), angle=angle, proof=proof)
            for angle, proofs in self.angles.items()
            for proof in proofs
            if proof.kpi == brief_kpi and proof.proven
        ]
        return tuple(sorted(found, key=lambda p: -p.proof.mean)[:MOST_CITED])


def shelf(tx: Transaction, brand: Brand) -> Shelf:
    """The whole library as of now."""
    passages = {p.id: p for p in (*brand.passages, *library.added(tx))}
    results = library.results(tx)
    keyed = evidence.merged(
        evidence.of_file(brand.passages, lambda p: (p.id,)),
        evidence.of_results(results, lambda r: r.passage_ids),
    )
    held_back = evidence.proofs(keyed)
    others = evidence.proofs(evidence.against_others(results, lambda r: r.passage_ids))
    angles = evidence.proofs(
        evidence.merged(
            evidence.of_file(brand.passages, lambda p: (p.angle,) if p.angle else ()),
            evidence.of_results(results, lambda r: (r.angle,)),
        )
    )
    states = library.states(tx)
    uses = _uses(results)
    worths = {
        p.id: _worth(p, held_back.get(p.id, ()), others.get(p.id, ()), uses[p.id], states.get(p.id))
        for p in passages.values()
    }
    return Shelf(
        passages=tuple(_with_evidence(p, worths[p.id]) for p in passages.values()),
        worths=worths,
        angles=angles,
        observations=keyed,
    )


def least_used(near: Sequence[Passage], worths: Mapping[str, Worth], n: int) -> tuple[Passage, ...]:
    """Of passages that fit, nearest first, the ``n`` that went out least often: a library that
    always gives its best gives the same letter every month."""
    known = [p for p in near if p.id not in worths or worths[p.id].state == "in use"]
    return tuple(sorted(known, key=lambda p: worths[p.id].times_used if p.id in worths else 0)[:n])


def variant_results(
    campaign_id: str,
    *,
    brief: Brief,
    draft: Draft,
    facts: Facts,
    moments: Sequence[OutcomeMoments],
    start: datetime,
    now: datetime,
) -> tuple[VariantResult, ...]:
    """What each variant did, beside those held back; none where nobody was held back."""
    kpi = brief.kpi.kpi
    counts = {
        m.arm: Counts(n=m.n, total=m.total, squares=m.sum_of_squares)
        for m in moments
        if m.metric == kpi and m.n
    }
    held = counts.get(HELD_BACK)
    if held is None:
        return ()
    products = [p for i in brief.fact_ids if (p := facts.product(i.split(".")[0])) is not None]
    categories = {p.category for p in products}
    context = Context(
        objective=brief.goal.objective,
        category=categories.pop() if len(categories) == 1 else "",
        audience=in_words(brief.audience.rule)[:200],
        channel=brief.channel,
        language=brief.language,
        season=season_of(start.date()),
    )
    return tuple(
        VariantResult(
            campaign_id=campaign_id,
            variant=v.id,
            angle=v.angle,
            passage_ids=v.provenance.passage_ids,
            kpi=kpi,
            own=counts[v.id],
            held_back=held,
            context=context,
            went_out=start.date(),
            measured_at=now,
        )
        for v in draft.variants
        if v.id in counts
    )


def learn(
    tx: Transaction,
    brand: Brand,
    results: Sequence[VariantResult],
    *,
    brief: Brief,
    draft: Draft,
    facts: Facts,
    rules: WearRules,
) -> None:
    """Keep what a campaign showed: its results, its new copy, and what it wore out."""
    if not results:
        return
    campaign_id, went_out = results[0].campaign_id, results[0].went_out
    library.put_results(tx, results)
    known = (*brand.passages, *library.added(tx))
    library.add(
        tx,
        campaign_id,
        passages_of(
            draft.variants,
            brief=brief,
            facts=facts,
            guide=brand.guide,
            known=known,
            campaign_id=campaign_id,
            went_out=went_out,
            by_people=teaching.written_by_people(tx, campaign_id),
        ),
    )
    library.wear_out(tx, _worn_now(tx, shelf(tx, brand), results, rules))


def _worn_now(
    tx: Transaction, known: Shelf, results: Sequence[VariantResult], rules: WearRules
) -> dict[str, str]:
    """Of the campaign's own passages, those that are worn, and why. What a person brought back
    is looked at again only where something new was measured since."""
    everything = library.results(tx)
    states = library.states(tx)
    since = tx.now - timedelta(days=rules.days)
    found: dict[str, str] = {}
    for passage_id in dict.fromkeys(i for r in results for i in r.passage_ids):
        worth = known.worths.get(passage_id)
        state = states.get(passage_id)
        brought_back = state is not None and state.at.date() >= results[0].went_out
        if worth is None or worth.state != "in use" or brought_back:
            continue
        mine = [r for r in everything if passage_id in r.passage_ids]
        uses = [(r.campaign_id, r.variant) for r in mine]
        people, often = library.readers(tx, uses, results[0].campaign_id, rules.times, since)
        by_kpi = known.observations.get((passage_id, results[0].kpi), ())
        why = worn(by_kpi, Readers(people=people, often=often), rules)
        if why:
            found[passage_id] = why
    return found


def _uses(results: Sequence[VariantResult]) -> Mapping[str, list[VariantResult]]:
    found: dict[str, list[VariantResult]] = defaultdict(list)
    for result in results:
        for passage_id in result.passage_ids:
            found[passage_id].append(result)
    return found


def _worth(
    passage: Passage,
    held_back: tuple[Proof, ...],
    others: tuple[Proof, ...],
    uses: Sequence[VariantResult],
    state: PassageState | None,
) -> Worth:
    days = [r.went_out for r in uses]
    times = len({r.campaign_id for r in uses})
    if passage.used_on is not None and not passage.source.startswith("campaign "):
        days.append(passage.used_on)
        times += 1
    return Worth(
        passage_id=passage.id,
        against_held_back=held_back,
        against_others=others,
        contexts=tuple(dict.fromkeys(r.context for r in uses)),
        times_used=times,
        last_used=max(days, default=None),
        state=state.state if state is not None else "in use",
        why=state.why if state is not None else "",
    )


def _with_evidence(passage: Passage, worth: Worth) -> Passage:
    """The passage as writers get it: proven where its posterior leaves out zero above, and only
    there. What the file says without a number that can be read stays as it says."""
    if not worth.against_held_back:
        return passage
    return passage.model_copy(
        update={
            "proven": any(p.proven for p in worth.against_held_back),
            "effect": worth.against_held_back[0].words(),
            "used_on": worth.last_used or passage.used_on,
        }
    )


def _angle_words(angle: str) -> str:
    """An angle that a library or a model named is shown as a name alone: it may be anything."""
    named = re.sub(r"[^\w ]", "", angle.replace("_", " "))[:30]
    return _ANGLES.get(angle, f"mails with the angle “{named}”")
