"""Three facts that an owner may not know, after an import: chosen by a rule, each with its people.

The rule. A fact is a candidate only where the data show it: a count over everybody, or an estimate
whose interval leaves out what it is compared with; about at least fifty people. How surprising it
is: the distance in log odds between the number and what one would guess of it (the guesses stand in
``tools/cdp/telling.py``). How useful: the part of all value that its people bring. The three with
the greatest product are shown, at most one of each subject.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import log

from app import words
from app.views.people import of_rule
from app.workspace import Workspace
from domain.figures import Figure, Query
from domain.frozen import Frozen
from domain.predicate import Bought, in_words
from ledger import consent
from tools.cdp.evidence import per_person
from tools.cdp.port import CdpError
from tools.cdp.telling import FEWEST, Subject, Told, tell
from tools.store.segments import Store
from tools.store.tables import Tables
from workflows.stack import Stack
from workflows.transactions import read

SHOWN = 3


class Fact(Frozen):
    """One of them, in words."""

    subject: Subject | str
    head: str
    """The fact in a sentence."""
    beside: str
    """What it does and does not say."""
    people: int
    people_address: str
    """The page of the people behind it, masked."""
    figures: tuple[Figure, ...]
    queries: tuple[Query, ...]
    score: float


async def first_facts(workspace: Workspace, stack: Stack) -> tuple[Fact, ...]:
    """At most three, the most telling first; none where there is too little to tell.

    Raises CdpError store_damaged.
    """
    told, buyers = await asyncio.to_thread(_look, workspace)
    facts = [_in_words(one, workspace.currency) for one in told]
    ids = [buyer.customer_id for buyer in buyers]
    agreed = await read(stack.ledger, lambda tx: consent.agreed(tx, ids, "email_marketing"))
    unasked = _without_consent(buyers, agreed)
    facts += [unasked] if unasked else []
    best = sorted(facts, key=lambda f: -f.score)
    return tuple(fact for fact in best if fact.score > 0)[:SHOWN]


async def people_of(workspace: Workspace, subject: str) -> tuple[str, ...]:
    """The customer ids behind a fact that no audience rule can say; empty where there is none."""
    told, _ = await asyncio.to_thread(_look, workspace)
    return next((one.ids for one in told if one.subject == subject), ())


class _Buyer(Frozen):
    customer_id: str
    orders: int
    value: float


def _look(workspace: Workspace) -> tuple[tuple[Told, ...], tuple[_Buyer, ...]]:
    """What the data tell, and every buyer."""
    now = workspace.ledger.clock.now()
    with Tables(Store(workspace.store_folder), now, workspace.timezone) as tables:
        try:
            told = tell(tables, workspace.currency)
        except CdpError as error:
            if error.code != "mixed_currencies":
                raise
            return (), ()
        people = per_person(tables.customers(), tables)
        rows, _ = tables.ask("buyers", people.filter(people.orders > 0))
    return told, tuple(
        _Buyer(customer_id=r["customer_id"], orders=r["orders"], value=float(r["value"]))
        for r in rows
    )


def _without_consent(buyers: tuple[_Buyer, ...], agreed: set[str]) -> Fact | None:
    """Who came back, and cannot be mailed because nothing says that they agreed."""
    repeat = [b for b in buyers if b.orders >= 2]
    unasked = [b for b in repeat if b.customer_id not in agreed]
    value = sum(b.value for b in buyers)
    # Where nobody's consent is recorded at all, that is no discovery: the data audit says it.
    if not agreed or len(unasked) < FEWEST or value <= 0:
        return None
    at_stake = sum(b.value for b in unasked) / value
    share = len(unasked) / len(repeat)
    rule = Bought(at_least=2)
    return Fact(
        subject="no_consent",
        head=f"{len(unasked):,} of your {len(repeat):,} customers who came back cannot be mailed: "
        f"no consent is recorded. They brought {_percent(at_stake)} of your revenue.",
        beside="Some may have agreed where no export says so; a yes counts here only with its "
        "moment and its source.",
        people=len(unasked),
        people_address=of_rule(rule, reason="no_consent", title="Came back, no consent recorded"),
        figures=(
            Figure(name="no_consent_share", value=share, unit="share", n=len(repeat)),
            Figure(name="value_share", value=at_stake, unit="share", n=len(unasked)),
        ),
        queries=(
            Query(
                id="no-consent",
                engine="computed",
                text=f"{in_words(rule)}, without those whose latest answer on marketing mail is "
                "yes",
            ),
        ),
        score=_surprise(share, 0.1) * at_stake,
    )


def _in_words(told: Told, currency: str) -> Fact:
    head, beside = _SENTENCES[told.subject](told, currency)
    titles = {
        "silent": "Silent for longer than nine of ten waits",
        "top_tenth": "The tenth who spend most",
        "first_buy": "Began with the same",
        "once": "Bought once so far",
        "late_regulars": "Regulars who are later than ever",
    }
    title = titles[told.subject]
    return Fact(
        subject=told.subject,
        head=head,
        beside=beside,
        people=told.people,
        people_address=of_rule(told.rule, title=title)
        if told.rule is not None
        else f"/import/facts/{told.subject}",
        figures=told.figures,
        queries=told.queries,
        score=_surprise(told.said, told.guess) * max(told.value_share, 0.0),
    )


def _silent(told: Told, currency: str) -> tuple[str, str]:
    return (
        f"{_percent(told.value_share)} of your revenue comes from {told.people:,} customers who "
        f"have not bought since {words.day(told.words['since'])}.",
        f"That is longer than nine of ten waits between two purchases ({told.words['wait']} days, "
        f"n {told.figures[1].n:,}). Some of them may still come back by themselves.",
    )


def _top_tenth(told: Told, currency: str) -> tuple[str, str]:
    return (
        f"A tenth of your customers, {told.people:,} people, bring "
        f"{_percent(told.value_share)} of your revenue.",
        f"Each of them spent {words.money(told.words['least'], currency)} or more, net of "
        "returns, VAT and discount.",
    )


def _first_buy(told: Told, currency: str) -> tuple[str, str]:
    came, others, apart = told.figures
    n, rest = came.n or 0, others.n or 0
    more = "more" if (apart.value or 0) > 0 else "less"
    return (
        f"Customers whose first purchase was “{told.words['name']}” come back {more} often: "
        f"{_percent(came.value)} buy again within {told.words['days']} days, of all others "
        f"{_percent(others.value)}.",
        f"Likely between {_percent(came.low)} and {_percent(came.high)} (n {n:,}), against "
        f"{_percent(others.low)} to {_percent(others.high)} (n {rest:,}). It does not show that "
        "the purchase is why.",
    )


def _once(told: Told, currency: str) -> tuple[str, str]:
    wait = told.figures[1]
    return (
        f"{_percent(told.said)} of your customers bought once so far, {told.people:,} people. Of "
        f"those who came back, half did so within {wait.value:.0f} days.",
        f"Likely between {wait.low:.0f} and {wait.high:.0f} days (n {wait.n:,}). Who bought "
        "lately may still come back.",
    )


def _late_regulars(told: Told, currency: str) -> tuple[str, str]:
    late = told.figures[1]
    return (
        f"{told.people:,} of your {told.words['regulars']:,} regulars are later than they have "
        f"ever been. They brought {_percent(told.value_share)} of your revenue.",
        f"{_percent(late.value)} of those with four purchases or more (likely between "
        f"{_percent(late.low)} and {_percent(late.high)}); by chance it would be "
        f"{_percent(told.words['by_chance'])}.",
    )


_SENTENCES: dict[Subject, Callable[[Told, str], tuple[str, str]]] = {
    "silent": _silent,
    "top_tenth": _top_tenth,
    "first_buy": _first_buy,
    "once": _once,
    "late_regulars": _late_regulars,
}


def _percent(share: float | None) -> str:
    return f"{(share or 0) * 100:.0f}%"


def _surprise(said: float, guess: float) -> float:
    """How far a share is from what one would guess, in log odds."""
    return abs(_odds(said) - _odds(guess))


def _odds(share: float) -> float:
    bounded = min(max(share, 0.001), 0.999)
    return log(bounded / (1 - bounded))
