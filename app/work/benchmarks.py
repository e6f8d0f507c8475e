"""Figures from elsewhere that a budget is reckoned from, each with its source and its caution.

They say what other companies spend, not what pays; a team's own budget always goes before them.
"""

from __future__ import annotations

from domain.work import Benchmark, Business

_GARTNER = "Gartner CMO Spend Survey 2025 (402 marketing leaders, North America, UK, Europe)"
_DUKE = "The CMO Survey (Duke University, Fuqua School of Business; US companies)"
_LARGE = "Mostly of companies with over $ 1 billion of revenue; smaller ones differ."
_SECOND_HAND = "Read in reports about the survey, not in the survey itself."

MARKETING_SHARE: dict[Business, Benchmark] = {
    "consumer_goods": Benchmark(
        what="marketing budget as a share of revenue, makers of consumer goods",
        low=0.097,
        high=0.155,
        source=f"low: {_GARTNER}, consumer products; high: {_DUKE}, products for consumers",
        caution=f"{_LARGE} {_SECOND_HAND}",
    ),
    "shop": Benchmark(
        what="marketing budget as a share of revenue, all kinds of business",
        low=0.06,
        high=0.077,
        source=f"{_GARTNER}: more than half are below the low figure, the mean is the high one",
        caution=f"No figure for shops alone was found. {_LARGE} {_SECOND_HAND}",
    ),
    "business_goods": Benchmark(
        what="marketing budget as a share of revenue, makers of goods for businesses",
        low=0.064,
        high=0.095,
        source=f"low: {_DUKE}, products for businesses; high: {_GARTNER}, manufacturing",
        caution=f"{_LARGE} {_SECOND_HAND}",
    ),
    "business_services": Benchmark(
        what="marketing budget as a share of revenue, services for businesses",
        low=0.058,
        high=0.09,
        source=f"low: {_GARTNER}, IT and business services; high: {_DUKE}, services for businesses",
        caution=f"{_LARGE} {_SECOND_HAND}",
    ),
    "other": Benchmark(
        what="marketing budget as a share of revenue, all kinds of business",
        low=0.06,
        high=0.077,
        source=f"{_GARTNER}: more than half are below the low figure, the mean is the high one",
        caution=f"{_LARGE} {_SECOND_HAND}",
    ),
}

TECHNOLOGY_SHARE = Benchmark(
    what="technology as a share of the marketing budget",
    low=0.199,
    high=0.24,
    source=f"low: {_DUKE}, 32nd edition; high: {_GARTNER}",
    caution=f"{_LARGE} {_SECOND_HAND}",
)
