"""Cron lines on clocks that change: no day without its fire, none with two."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cron import checked, fire_times
from ledger.errors import LedgerError

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "America/Santiago",  # they change at midnight
    "Asia/Kolkata",
    "Pacific/Apia",
]
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.integers(0, 4 * 365 * 24 * 60).map(lambda n: FIRST + timedelta(minutes=n))
hours = st.integers(0, 23)
minutes = st.integers(0, 59)


@cache
def changes(zone: str) -> list[datetime]:
    """The hours of two years in which the zone's clocks change."""
    where = ZoneInfo(zone)
    hours = [FIRST + timedelta(hours=n) for n in range(2 * 365 * 24)]
    offsets = [hour.astimezone(where).utcoffset() for hour in hours]
    return [h for h, a, b in zip(hours, offsets, offsets[1:], strict=False) if a != b]


@given(st.sampled_from(ZONES), hours, minutes, moments)
def test_a_daily_line_fires_once_on_every_local_day(
    zone: str, hour: int, minute: int, after: datetime
) -> None:
    where = ZoneInfo(zone)
    found = list(islice(fire_times(f"{minute} {hour} * * *", zone, after), 200))
    assert all(moment > after for moment in found)
    days = [moment.astimezone(where).date() for moment in found]
    assert days == [days[0] + timedelta(days=n) for n in range(200)]
    for moment in found:
        local = moment.astimezone(where)
        wanted = datetime.combine(local.date(), local.time(), tzinfo=where)
        wanted = wanted.replace(hour=hour, minute=minute)
        exists = wanted.astimezone(UTC).astimezone(where).hour == hour
        assert (local.hour, local.minute) == (hour, minute) or not exists


@given(st.sampled_from(ZONES), st.sampled_from([5, 10, 15, 30]), st.data())
def test_a_line_of_every_hour_follows_elapsed_time(
    zone: str, step: int, data: st.DataObject
) -> None:
    near = data.draw(st.sampled_from(changes(zone) or [FIRST]))
    after = near - timedelta(minutes=data.draw(st.integers(-90, 240)))
    found = list(islice(fire_times(f"*/{step} * * * *", zone, after), 100))
    assert {b - a for a, b in pairwise(found)} == {timedelta(minutes=step)}


@given(st.sampled_from(ZONES), st.lists(minutes, min_size=1, max_size=3), hours, st.data())
def test_no_wall_time_is_lost_or_doubled_where_clocks_change(
    zone: str, at: list[int], hour: int, data: st.DataObject
) -> None:
    where = ZoneInfo(zone)
    near = data.draw(st.sampled_from(changes(zone) or [FIRST]))
    line = f"{','.join(map(str, at))} {hour} * * *"
    found = list(islice(fire_times(line, zone, near - timedelta(days=2)), 5 * len(set(at))))
    walls = [moment.astimezone(where).replace(tzinfo=None) for moment in found]
    assert len(set(walls)) == len(walls)
    day = near.astimezone(where).date()
    meant = {datetime.combine(day, time(hour, minute), tzinfo=where) for minute in at}
    assert {m.astimezone(UTC) for m in meant} <= set(found)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["0 9 * * MON", "*/20 * * * *", "30 2 * * *", "10,35 1-3 * * *", "0 0 1 * *"]),
    moments,
    st.integers(1, 20),
)
def test_going_on_from_any_fire_gives_the_same_fires(
    zone: str, line: str, after: datetime, at: int
) -> None:
    found = list(islice(fire_times(line, zone, after), 40))
    assert found == sorted(set(found))
    again = list(islice(fire_times(line, zone, found[at - 1]), 40 - at))
    assert again == found[at:]


@pytest.mark.parametrize(
    ("line", "local"),
    [
        # Berlin goes forward on 29 March 2026 at 02:00 and back on 25 October at 03:00.
        ("30 2 29 3 *", "2026-03-29T03:30:00+02:00"),
        ("30 2 25 10 *", "2026-10-25T02:30:00+02:00"),
        ("0 3 25 10 *", "2026-10-25T03:00:00+01:00"),
    ],
)
def test_a_day_on_which_clocks_change(line: str, local: str) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC)
    assert next(fire_times(line, "Europe/Berlin", after)) == datetime.fromisoformat(local)


def test_mondays_are_mondays_of_the_zone() -> None:
    first = next(fire_times("0 8 * * MON", "Asia/Tokyo", datetime(2026, 3, 1, tzinfo=UTC)))
    assert first == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert first.astimezone(ZoneInfo("Asia/Tokyo")).date() == date(2026, 3, 2)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * * *",
        "* * * * * *",
        "@daily",
        "61 * * * *",
        "0 9 30 2 *",  # never comes
        "H * * * *",  # another time after every restart
        "R * * * *",
        "0 9 * * MONDAY_",
        "0; rm * * *",
    ],
)
def test_lines_that_cannot_be_read(line: str) -> None:
    with pytest.raises(LedgerError) as refused:
        checked(line, "UTC")
    assert refused.value.code == "bad_schedule"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(line: str) -> None:
    try:
        assert len(checked(line, "UTC").split(" ")) == 5
    except LedgerError as refused:
        assert refused.code == "bad_schedule"  # noqa: PT017


def test_zones_have_names() -> None:
    for zone in ("", "Nowhere/Else", "../etc/passwd", "Europe"):
        with pytest.raises(LedgerError) as refused:
            checked("0 9 * * *", zone)
        assert refused.value.code == "bad_zone"
