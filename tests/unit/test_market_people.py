"""The simulated market: the same world twice, and what a mail adds is what the truth says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from evals.market.activity import Acts, doings
from evals.market.answer import moved_by
from evals.market.mailings import brings
from evals.market.people import DAY, make_people
from evals.market.truth import chances
from evals.market.world import Lift, World

SMALL = World(seed=7, customers=4_000)


def test_one_seed_makes_one_market() -> None:
    first, again = make_people(SMALL), make_people(SMALL)
    other = make_people(replace(SMALL, seed=8))
    assert np.array_equal(first.viewing, again.viewing)
    assert not np.array_equal(first.viewing, other.viewing)


def test_what_people_do_by_themselves_does_not_depend_on_mails() -> None:
    people = make_people(SMALL)
    start = SMALL.end_second
    before = doings(people, start, start + 14 * DAY, label=1)
    brings(people, np.arange(500), np.full(500, start), label=1000)
    after = doings(people, start, start + 14 * DAY, label=1)
    assert np.array_equal(before.viewings.who, after.viewings.who)
    assert np.array_equal(before.viewings.at, after.viewings.at)


def test_a_person_reads_a_mail_or_not_whoever_else_gets_it() -> None:
    people = make_people(SMALL)
    few, many = np.arange(100), np.arange(3_000)
    start = SMALL.end_second
    alone = brings(people, few, np.full(few.size, start), label=1000)
    crowd = brings(people, many, np.full(many.size, start), label=1000)
    assert np.array_equal(alone.readers, crowd.readers[:100])
    assert np.array_equal(alone.read_at, crowd.read_at[:100])


def test_everything_happens_inside_its_stretch() -> None:
    people = make_people(SMALL)
    start, end = SMALL.end_second, SMALL.end_second + 14 * DAY
    done = doings(people, start, end, label=3)
    for acts in (done.viewings, done.services, done.watches, done.rings, done.views):
        assert len(acts) > 0
        assert bool(((acts.at >= start) & (acts.at < end)).all())


def test_the_truth_is_what_many_answers_show_on_average() -> None:
    """Forty answers to a mail to everybody, against the same stretches without one."""
    lifted = replace(SMALL, lifts={"viewing": Lift(viewing=0.2)})
    people = make_people(lifted)
    everybody = np.arange(len(people))
    start, end = lifted.end_second, lifted.end_second + 14 * DAY
    true = chances(
        people, everybody, "viewing", start=lifted.end, end=lifted.end + timedelta(days=14)
    )
    untouched, mailed, bought = [], [], []
    for label in range(1, 41):
        done = doings(people, start, end, label=label)
        brought = brings(people, everybody, np.full(everybody.size, start), label=label)
        readers = Acts(everybody[brought.readers], brought.read_at[brought.readers])
        moved = moved_by(people, readers, "viewing", label=label, until=end)
        alone = np.unique(done.viewings.who)
        untouched.append(alone.size / everybody.size)
        mailed.append(np.union1d(alone, moved.viewings.who).size / everybody.size)
        bought.append(moved.purchases.who.size)
    assert np.mean(untouched) == pytest.approx(true.baseline("viewing_booked"), abs=0.001)
    effect = np.mean(mailed) - np.mean(untouched)
    assert effect == pytest.approx(true.effect("viewing_booked"), abs=0.001)
    assert 0.04 < true.effect("viewing_booked") < 0.10
    assert true.effect("service_booked") == 0
    assert true.effect("purchase") == pytest.approx(np.mean(bought) / everybody.size, rel=0.15)


def test_a_mail_without_a_lift_changes_nothing() -> None:
    people = make_people(SMALL)
    everybody = np.arange(len(people))
    true = chances(
        people, everybody, "service", start=SMALL.end, end=SMALL.end + timedelta(days=14)
    )
    for kpi in ("viewing_booked", "service_booked", "purchase"):
        assert true.effect(kpi) == 0
