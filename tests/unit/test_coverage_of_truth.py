"""Over 200 markets the intervals hold the truth as often as they say, and power is as announced."""

from __future__ import annotations

from evals.coverage import Coverage, measure
from tools.measurement.effects import POWER


def test_intervals_hold_the_truth_and_power_is_as_announced() -> None:
    found: Coverage = measure()
    assert found.seeds == 200
    assert 0.93 <= found.covered.value <= 0.97
    for kind, covered in found.by_kind:
        assert 0.93 <= covered.value <= 0.97, kind
    assert found.power.low <= POWER <= found.power.high
    assert found.false_alarms.low <= 0.05 <= found.false_alarms.high
    # The demo's first campaign: large enough to be found.
    assert found.found.value == 1.0
    assert found.holds
