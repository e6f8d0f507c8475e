"""Who goes first: a part of every variant, by chance, the same in every process."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.publication import FirstWave
from ledger.first_wave import Figures, draw, over_bounds, part_of

ARMS = st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from("abc"), max_size=60)
SHARES = st.floats(0.001, 0.999)
BOUNDS = FirstWave(
    recipients=10_000,
    share=0.01,
    wait_minutes=60,
    most_bounced=0.03,
    most_complained=0.001,
    most_unsubscribed=0.01,
)


@given(ARMS, SHARES)
def test_every_variant_is_in_it_and_nobody_from_outside(arms: dict[str, str], share: float) -> None:
    drawn = draw("campaign", arms, share)
    assert drawn <= set(arms)
    for arm in set(arms.values()):
        people = [who for who in arms if arms[who] == arm]
        first = [who for who in people if who in drawn]
        assert len(first) == part_of(len(people), share)
        assert 1 <= len(first) <= len(people)
        assert len(first) >= share * len(people) - 1e-6
        assert len(first) < share * len(people) + 1 + 1e-6


@given(ARMS, SHARES, st.randoms())
def test_it_owes_nothing_to_the_data_s_order(arms: dict[str, str], share: float, by) -> None:  # type: ignore[no-untyped-def]
    items = list(arms.items())
    by.shuffle(items)
    assert draw("campaign", dict(items), share) == draw("campaign", arms, share)


def test_it_is_exact_where_the_share_is() -> None:
    arms = {f"p{n}": "a" for n in range(700)}
    assert len(draw("c", arms, 0.07)) == 49  # 0.07 × 700 is 49.00000000000001 to a computer
    assert draw("c", arms, 0.07) != draw("d", arms, 0.07)


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
def test_it_holds_whatever_is_over_a_bound(
    reached: int, bounced: int, complained: int, unsubscribed: int
) -> None:
    found = Figures(
        reached=reached, bounced=bounced, complained=complained, unsubscribed=unsubscribed
    )
    over = over_bounds(found, BOUNDS)
    if reached == 0:
        assert over
        return
    expected = [
        bounced / reached > 0.03,
        complained / reached > 0.001,
        unsubscribed / reached > 0.01,
    ]
    assert len(over) == sum(expected)
