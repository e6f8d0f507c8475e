"""Quiet hours on the recipient's clock, whatever that clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.quiet import is_quiet, quiet_until
from tests.unit.ledger.test_cron import ZONES, changes, hours, moments


@given(moments, st.sampled_from(ZONES), hours, hours)
def test_the_end_of_the_quiet_hours_is_near_and_not_quiet(
    moment: datetime, zone: str, start: int, end: int
) -> None:
    over = quiet_until(moment, zone, start, end)
    if over is None:
        assert not is_quiet(moment, zone, start, end)
        return
    assert is_quiet(moment, zone, start, end)
    assert moment < over <= moment + timedelta(hours=49)
    assert not is_quiet(over, zone, start, end)


@given(st.sampled_from(ZONES), hours, hours, st.data())
def test_the_end_is_right_where_clocks_change(
    zone: str, start: int, end: int, data: st.DataObject
) -> None:
    near = data.draw(st.sampled_from(changes(zone) or [datetime(2024, 1, 1, tzinfo=UTC)]))
    moment = near + timedelta(minutes=data.draw(st.integers(-24 * 60, 3 * 60)))
    over = quiet_until(moment, zone, start, end)
    if over is not None:
        assert moment < over <= moment + timedelta(hours=49)  # an hour of a day may not exist
        assert not is_quiet(over, zone, start, end)


def test_the_only_free_hour_does_not_exist() -> None:
    before = datetime(2024, 3, 31, 0, 0, tzinfo=UTC)
    assert quiet_until(before, "Europe/Berlin", 3, 2) == datetime(2024, 4, 1, 0, 0, tzinfo=UTC)


@given(moments, st.sampled_from(ZONES), hours)
def test_no_quiet_hours_are_none(moment: datetime, zone: str, hour: int) -> None:
    assert not is_quiet(moment, zone, hour, hour)


def test_a_night_in_berlin() -> None:
    late = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    assert quiet_until(late, "Europe/Berlin", 21, 8) == datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert quiet_until(late, "Europe/London", 21, 8) is None
