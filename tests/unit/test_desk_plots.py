"""Plots in pages: what is drawn, at both widths, and that nothing in it can run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.formats import Formats
from app.desk.plots import (
    NARROW,
    Bar,
    Point,
    Series,
    bar,
    bars,
    cell_plot,
    interval_plot,
    lines_plot,
)
from domain.conversation import PlotRow

FMT = Formats("en_GB", "Europe/Berlin", "EUR", datetime(2026, 11, 26, tzinfo=UTC))
SHOWN = PlotRow(label="Got it", value=0.043, low=0.006, high=0.071, shown=True)
NONE = PlotRow(label="B, Ten minutes", value=0.028, low=-0.024, high=0.076, shown=False)
SVG = "{http://www.w3.org/2000/svg}"


def drawings(markup: str) -> list[Xml.Element]:
    """The drawings of a figure, the wide one first."""
    return list(Xml.fromstring(markup).iter(f"{SVG}svg"))


def texts(drawing: Xml.Element) -> list[str]:
    return [one.text or "" for one in drawing.iter(f"{SVG}text")]


def classes(drawing: Xml.Element, tag: str) -> list[str]:
    return [one.get("class", "") for one in drawing.iter(f"{SVG}{tag}")]


def test_each_plot_is_drawn_at_two_widths_and_never_scaled() -> None:
    for plot in (
        interval_plot([SHOWN, NONE], unit="share", fmt=FMT, width=700),
        lines_plot([series("Got it")], fmt=FMT, width=500),
    ):
        wide, narrow = drawings(plot)
        assert int(wide.get("width", "0")) in (640, 480)
        assert int(narrow.get("width", "0")) == NARROW
        for one in (wide, narrow):
            assert one.get("viewBox") == f"0 0 {one.get('width')} {one.get('height')}"
            assert one.get("role") == "img"


def test_an_effect_is_filled_and_none_is_hollow() -> None:
    wide, narrow = drawings(interval_plot([SHOWN, NONE], unit="share", fmt=FMT))
    for one in (wide, narrow):
        assert classes(one, "circle") == ["p-shown", "p-open"]
        assert "+4.3 [+0.6 to +7.1]" in texts(one)
        assert "+2.8 [−2.4 to +7.6]" in texts(one)
        assert "Got it" in texts(one)
        assert {"p-tick", "p-minor", "p-zero"} <= set(classes(one, "line"))
    assert "95% interval" in (wide.get("aria-label") or "")


def test_grey_is_what_the_test_could_miss() -> None:
    with_zone = interval_plot([SHOWN], unit="share", fmt=FMT, could_miss=0.053)
    for one in drawings(with_zone):
        [zone] = [r for r in one.iter(f"{SVG}rect") if r.get("class") == "p-zone"]
        [zero] = [x for x in one.iter(f"{SVG}line") if x.get("class") == "p-zero"]
        start, width = float(zone.get("x", "0")), float(zone.get("width", "0"))
        assert start < float(zero.get("x1", "0")) < start + width
    assert "p-zone" not in interval_plot([SHOWN], unit="share", fmt=FMT)


def test_money_is_in_the_readers_form() -> None:
    row = PlotRow(label="Revenue per person", value=3.3, low=-9.1, high=15.7, shown=False)
    wide, _ = drawings(interval_plot([row], unit="money", fmt=FMT))
    assert "+€3.30 [−€9.10 to +€15.70]" in texts(wide)


def test_those_held_back_are_dashed_and_named_apart() -> None:
    plot = lines_plot([series("Got it", 0.093), series("Held back", 0.091, held=True)], fmt=FMT)
    for one in drawings(plot):
        assert classes(one, "polyline") == ["p-curve", "p-curve p-held"]
        assert classes(one, "polygon") == ["p-band", "p-band p-held"]
        heights = [float(x.get("y", "0")) for x in one.iter(f"{SVG}text")
                   if x.text in ("Got it", "Held back")]  # fmt: skip
        assert abs(heights[0] - heights[1]) >= 30


def test_bars_fill_their_share_and_no_more() -> None:
    assert 'width="47.90%"' in bar(0.479)
    assert 'width="100.00%"' in bar(7)
    assert 'width="0.00%"' in bar(-1)
    assert "&lt;b&gt;" in bars([Bar(label="<b>", share=0.5, words="a & b")])


@given(st.text(max_size=40))
def test_labels_cannot_become_markup(label: str) -> None:
    printable = re.sub(r"[^\x20-\x7e\xa0-\ud7ff]", "", label) + "<script>\"'&"
    row = SHOWN.model_copy(update={"label": printable})
    for plot in (interval_plot([row, NONE], unit="share", fmt=FMT), cell_plot(row)):
        assert "<script" not in plot
        assert "style=" not in plot
        Xml.fromstring(plot)


@given(
    st.lists(
        st.tuples(st.floats(-0.9, 0.9), st.floats(0, 0.5), st.floats(0, 0.5)),
        min_size=1, max_size=6,
    ),
    st.none() | st.floats(0.001, 0.5),
)  # fmt: skip
def test_everything_stays_inside_the_drawing(
    rows: list[tuple[float, float, float]], could_miss: float | None
) -> None:
    made = [
        PlotRow(label=f"Row {n}", value=v, low=v - down, high=v + up, shown=v - down > 0)
        for n, (v, down, up) in enumerate(rows)
    ]
    for one in drawings(interval_plot(made, unit="share", fmt=FMT, could_miss=could_miss)):
        width = float(one.get("width", "0"))
        for name in ("x", "x1", "x2", "cx"):
            for part in one.iter():
                assert -1 <= float(part.get(name, "0")) <= width + 1


def test_nothing_is_drawn_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        interval_plot([], unit="share", fmt=FMT)
    with pytest.raises(ValueError, match="at least one"):
        lines_plot([], fmt=FMT)


def series(label: str, last: float = 0.09, *, held: bool = False) -> Series:
    points = tuple(
        Point(day=d, value=last * d / 28, low=last * d / 40, high=last * d / 20) for d in range(29)
    )
    return Series(label=label, points=points, held=held)
