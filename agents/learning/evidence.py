"""Evidence for copy: what passages and angles changed, shrunk towards nothing.

The model. A campaign measures a passage once: y, the difference between the people who got a
variant with it and those held back by chance, with the standard error s of that difference
(tools/measurement/effects.py). Passage i has a true effect θ_i; y ~ N(θ_i, s²), independent over
campaigns, and θ_i ~ N(0, ω²). So the posterior is normal, with precision 1/ω² + Σ 1/s² and mean
(Σ y/s²) / precision: conjugate normal-normal with known variances (Gelman et al., Bayesian Data
Analysis, 3rd ed., section 2.5; the empirical-Bayes reading is Efron and Morris 1975, JASA 70:311).

The prior. Its mean is nothing, because a mail that changes nothing is what to expect until it is
shown otherwise, and because the best of many looks better than it is (on Upworthy's headline tests
the best of the raw rates promise +36 % where the shrunk ones, and the truth, give +27 %:
decisions). Its width ω is learnt from all measured campaigns of the brand by the same outcome, by
moments: y² − s² is what an effect varies by beyond chance. While campaigns are few it leans on
``PRIOR_CAMPAIGNS`` imagined ones, whose ω₀ is half of what those held back do: Hillstrom's two
mails moved visits by .077 and .045 on a base of .106 (64,000 customers chosen by chance), .6 of it
in the root mean square. Where no base is known ω₀ is ``UNKNOWN_BASE``, 2 points.

What is measured is a whole mail. Its passages share its evidence, as does its angle: two variants
of one campaign that share a passage are pooled, and ``against_others`` sets the variants with a
passage against those without it inside the same campaigns, where everything else is alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import fsum, isfinite, sqrt
from statistics import NormalDist, median

from domain.goal import Kpi
from domain.proof import Counts, Observation, Proof, VariantResult
from domain.voice import Passage
from tools.measurement.effects import difference_of_means, difference_of_shares

PRIOR_CAMPAIGNS = 4
RELATIVE_PRIOR = 0.5
UNKNOWN_BASE = 0.02
_Z = NormalDist().inv_cdf(0.975)
_EFFECT = re.compile(
    r"(?P<mean>[+\-−]?\d+(?:\.\d+)?) points? (?P<what>[a-z ]+?) "
    r"\((?P<low>[+\-−]?\d+(?:\.\d+)?) to (?P<high>[+\-−]?\d+(?:\.\d+)?)\)(?:, n (?P<n>[\d,]+))?"
)
_KPI_OF: dict[str, Kpi] = {
    "viewings booked": "viewing_booked",
    "viewings": "viewing_booked",
    "services booked": "service_booked",
    "purchases": "purchase",
    "clicks": "click",
}


def prior_width(observations: Iterable[Observation]) -> float:
    """ω of the effects of one outcome; the order of the campaigns does not matter."""
    seen = list(observations)
    bases = [o.baseline for o in seen if o.baseline]
    first = RELATIVE_PRIOR * median(bases) if bases else UNKNOWN_BASE
    beyond_chance = fsum(max(o.value**2 - o.error**2, 0.0) for o in seen)
    return sqrt((PRIOR_CAMPAIGNS * first**2 + beyond_chance) / (PRIOR_CAMPAIGNS + len(seen)))


def posterior(kpi: Kpi, observations: Sequence[Observation], width: float) -> Proof:
    """Mean and 95 % interval of one effect, given ω. Raises ValueError without observations."""
    if not observations:
        raise ValueError("there is no posterior of nothing measured")
    precision = fsum([1 / width**2, *(1 / o.error**2 for o in observations)])
    mean = fsum(o.value / o.error**2 for o in observations) / precision
    reach = _Z / sqrt(precision)
    return Proof(
        kpi=kpi,
        mean=mean,
        low=mean - reach,
        high=mean + reach,
        n=sum(o.n for o in observations),
        campaigns=len({o.campaign for o in observations}),
    )


Keyed = dict[tuple[str, Kpi], list[Observation]]
"""(passage id or angle, outcome) → one observation a campaign."""


def of_results(
    results: Iterable[VariantResult], keys: Callable[[VariantResult], Iterable[str]]
) -> Keyed:
    """What campaigns say of each key, against those held back. Clicks are left out: whoever got no
    mail cannot click it."""
    found: Keyed = defaultdict(list)
    for (_, kpi), parts in _campaigns(results).items():
        if kpi == "click":
            continue
        for key in _all_keys(parts, keys):
            mine = [r for r in parts if key in keys(r)]
            _add(found, key, parts[0], [r.own for r in mine], [parts[0].held_back])
    return found


def against_others(
    results: Iterable[VariantResult], keys: Callable[[VariantResult], Iterable[str]]
) -> Keyed:
    """What campaigns say of each key, against their own variants without it."""
    found: Keyed = defaultdict(list)
    for parts in _campaigns(results).values():
        for key in _all_keys(parts, keys):
            mine = [r.own for r in parts if key in keys(r)]
            rest = [r.own for r in parts if key not in keys(r)]
            if rest:
                _add(found, key, parts[0], mine, rest)
    return found


def of_file(passages: Iterable[Passage], keys: Callable[[Passage], Iterable[str]]) -> Keyed:
    """What the brand's library file says of its own messages, one observation a message."""
    found: Keyed = defaultdict(list)
    for passage in passages:
        for key in keys(passage):
            read = _stated(passage)
            if read is None:
                continue
            kpi, observation = read
            if all(o.campaign != observation.campaign for o in found[key, kpi]):
                found[key, kpi].append(observation)
    return found


def merged(*parts: Keyed) -> Keyed:
    """All observations of each key."""
    found: Keyed = defaultdict(list)
    for part in parts:
        for key, observations in part.items():
            found[key] += observations
    return found


def proofs(keyed: Keyed) -> dict[str, tuple[Proof, ...]]:
    """Key → its proofs by outcome, the one with most people first. A measured mail counts once
    for the width, however many passages it held."""
    distinct: dict[Kpi, dict[tuple[str, float, float], Observation]] = defaultdict(dict)
    for (_, kpi), observations in keyed.items():
        for one in observations:
            distinct[kpi][one.campaign, one.value, one.error] = one
    widths = {kpi: prior_width(seen.values()) for kpi, seen in distinct.items()}
    found: dict[str, list[Proof]] = defaultdict(list)
    for (key, kpi), observations in keyed.items():
        found[key].append(posterior(kpi, observations, widths[kpi]))
    return {key: tuple(sorted(some, key=lambda p: (-p.n, p.kpi))) for key, some in found.items()}


def _campaigns(results: Iterable[VariantResult]) -> dict[tuple[str, Kpi], list[VariantResult]]:
    found: dict[tuple[str, Kpi], list[VariantResult]] = defaultdict(list)
    for result in results:
        found[result.campaign_id, result.kpi].append(result)
    return found


def _all_keys(
    parts: Sequence[VariantResult], keys: Callable[[VariantResult], Iterable[str]]
) -> list[str]:
    return list(dict.fromkeys(key for r in parts for key in keys(r) if key))


def _add(
    found: Keyed, key: str, of: VariantResult, mine: Sequence[Counts], rest: Sequence[Counts]
) -> None:
    one, other = _pooled(mine), _pooled(rest)
    if min(one.n, other.n) < 2:
        return
    shares = of.kpi != "revenue" and all(c.total == c.squares <= c.n for c in (one, other))
    if shares:
        difference = difference_of_shares(round(one.total), one.n, round(other.total), other.n)
    else:
        difference = difference_of_means(
            one.n, one.total, one.squares, other.n, other.total, other.squares
        )
    error = (difference.high - difference.low) / (2 * _Z)
    if not isfinite(error) or error <= 0:
        return
    found[key, of.kpi].append(
        Observation(
            campaign=of.campaign_id,
            on=of.went_out,
            value=difference.value,
            error=error,
            n=one.n + other.n,
            baseline=other.total / other.n,
            context=of.context,
        )
    )


def _pooled(parts: Sequence[Counts]) -> Counts:
    return Counts(
        n=sum(c.n for c in parts),
        total=fsum(c.total for c in parts),
        squares=fsum(c.squares for c in parts),
    )


def _stated(passage: Passage) -> tuple[Kpi, Observation] | None:
    """The library file's own words for an effect, read; None: it states none."""
    match = _EFFECT.search(passage.effect)
    kpi = _KPI_OF.get(match["what"]) if match else None
    if match is None or kpi is None:
        return None
    mean, low, high = (
        float(match[part].replace("−", "-")) / 100 for part in ("mean", "low", "high")
    )
    if high <= low:
        return None
    return kpi, Observation(
        campaign=passage.source,
        on=passage.used_on,
        value=mean,
        error=(high - low) / (2 * _Z),
        n=int((match["n"] or "0").replace(",", "")),
    )
