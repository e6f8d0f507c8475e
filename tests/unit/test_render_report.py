"""A report says its finding, its interval and its query, in every form."""

from __future__ import annotations

import csv as csv_format
import io
import re
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.figures import Effect, Figure, Query, Unit
from domain.report import ArmResult, Comparison, Report
from tools.render.numbers import interval, likely, plain, signed
from tools.render.plots import Estimate, interval_plot, small_interval
from tools.render.report import csv, html, markdown, svg


def figure(name: str, value: float | None, unit: Unit = "share", **more: object) -> Figure:
    return Figure.model_validate({"name": name, "value": value, "unit": unit, **more})


def effect(
    metric: str,
    low: float,
    value: float,
    high: float,
    unit: Literal["share", "per_person"] = "share",
) -> Effect:
    total: Unit = "count" if unit == "share" else "money"
    return Effect(
        metric=metric,
        unit=unit,
        treated=figure("treated", 0.05 + value, unit, n=1040, query="q1"),
        held_back=figure("held_back", 0.05, unit, n=260, query="q1"),
        difference=figure("difference", value, unit, low=low, high=high, query="q2"),
        shown=low > 0 or high < 0,
        total=figure("total", value * 1040, total, low=low * 1040, high=high * 1040, query="q2"),
        smallest_effect=0.053 if unit == "share" else None,
    )


REPORT = Report(
    campaign_id="c-1",
    title="The letter brought more viewings",
    goal="Get 40 viewings",
    kpi="viewing_booked",
    period_start=datetime(2026, 4, 16, tzinfo=UTC),
    period_end=datetime(2026, 5, 14, tzinfo=UTC),
    as_of=datetime(2026, 5, 14, 6, tzinfo=UTC),
    currency="EUR",
    arms=(
        ArmResult(
            arm="a",
            label="A, flaw | first",
            assigned=1040,
            figures=(figure("sent", 1040, "count", query="q1"), figure("clicked", 0.12)),
        ),
        ArmResult(arm="held_back", label="Held back by chance", assigned=260, figures=()),
    ),
    effects=(
        effect("viewing_booked", 0.006, 0.043, 0.071),
        effect("revenue", -9.1, 3.3, 15.7, "per_person"),
    ),
    last_click=(
        figure("viewing_booked", 88, "count", query="q1"),
        figure("revenue", 41000, "money", query="q1"),
        figure("newsletter", 3, "count"),
    ),
    send_states=(("sent", 1040), ("needs_review", 9)),
    notes=("=cmd|' /C calc'!A0", "211 opens by mail programs left out"),
    queries=(
        Query(id="q1", engine="duckdb", text="select '<script>' as \"`x```\""),
        Query(id="q2", engine="computed", text="Newcombe(q1)"),
    ),
)


def test_the_page_opens_with_its_finding() -> None:
    page = html(REPORT)
    assert "<h1>The letter brought more viewings</h1>" in page
    assert "9.3% of the 1,040 people who got it booked a viewing within 28 days" in page
    assert "+4.3 points" in page
    assert "likely between 0.6 and 7.1" in page
    assert "about 45 viewings booked, 6 to 74" in page
    assert page.index("+4.3 points") < page.index("What changed")


def test_an_effect_that_includes_zero_is_no_effect() -> None:
    none = REPORT.model_copy(update={"effects": (effect("viewing_booked", -0.01, 0.02, 0.05),)})
    page = html(none)
    assert '<p class="big">No effect shown</p>' in page
    assert "about 21" not in page
    assert "No effect shown" in markdown(none)
    assert "p-open" in svg(none)
    assert 'class="p-shown"' not in svg(none)


def test_not_measurable_says_why() -> None:
    late = REPORT.model_copy(
        update={"measurable": "no", "why_not": "no data after the as-of date", "effects": ()}
    )
    for text in (html(late), markdown(late)):
        assert "What it changed cannot be said: no data after the as-of date." in text
        assert "What changed, and what did not" not in text
    assert svg(late) == ""


def test_every_number_leads_to_its_query() -> None:
    for text in (html(REPORT), markdown(REPORT)):
        targets = set(re.findall(r"#(q-[\w.-]+)", text))
        assert targets == {"q-q1", "q-q2"}
        for target in targets:
            assert f'id="{target}"' in text


def test_a_number_whose_query_is_not_there_is_no_link() -> None:
    lost = REPORT.model_copy(update={"queries": ()})
    assert "#q-" not in html(lost)
    assert "#q-" not in markdown(lost)


def test_last_click_never_stands_alone() -> None:
    text = markdown(REPORT)
    row = next(line for line in text.splitlines() if "€41,000" in line)
    assert "€3,432" in row
    assert "no effect shown" in row
    alone = next(line for line in text.splitlines() if "Newsletter" in line)
    assert "not measured against those held back" in alone


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = html(REPORT)
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "url(" not in page
    assert "&lt;script&gt;" in page


def test_variants_stand_beside_each_other() -> None:
    arm = ArmResult(
        arm="b",
        label="B, visit",
        assigned=347,
        figures=(
            figure("clicked", 39, "count", query="q1", n=335),
            figure("clicked_share", 0.116, low=0.09, high=0.15, n=335),
        ),
    )
    change = figure("difference", 0.034, low=-0.02, high=0.09, query="q2")
    against = Comparison(
        metric="viewing_booked", variant="a", other="b", difference=change, shown=False
    )
    both = REPORT.model_copy(update={"arms": (REPORT.arms[0], arm), "comparisons": (against,)})
    text = markdown(both)
    assert "[39](#q-q1), 11.6% of 335 [9.0 to 15.0]" in text
    assert "Clicked share" not in text
    row = next(line for line in text.splitlines() if "against B, visit" in line)
    assert "[+3.4](#q-q2) | [−2.0 to +9.0] | No difference shown" in row
    page = html(both)
    assert "Variants against each other" in page
    assert "11.6% of 335 [9.0 to 15.0]" in page
    assert "comparison,a - b,difference,0.034" in csv(both)


def test_words_of_the_design() -> None:
    text = (html(REPORT) + markdown(REPORT)).lower()
    for word in ("holdout", "control", "p-value", "significant", "lift", "open rate", "arm<"):
        assert word not in text
    assert "we cannot tell whether these went out" in text


def test_markdown_cannot_be_broken_by_data() -> None:
    text = markdown(REPORT)
    for line in text.splitlines():
        if "A, flaw" in line:
            assert line.count("|") == 4
    assert "````" in text  # the query holds three backticks


def test_csv_holds_every_figure_as_a_plain_number() -> None:
    rows = list(csv_format.DictReader(io.StringIO(csv(REPORT))))
    change = next(r for r in rows if r["of"] == "viewing_booked" and r["name"] == "difference")
    assert (change["value"], change["low"], change["high"]) == ("0.043", "0.006", "0.071")
    assert change["shown"] == "true"
    assert change["query"] == "q2"
    assert next(r for r in rows if r["section"] == "message")["value"] == "1040"
    hostile = REPORT.model_copy(
        update={"last_click": (figure("x", 1, "count", note="=HYPERLINK(1)"),)}
    )
    notes = [r["note"] for r in csv_format.DictReader(io.StringIO(csv(hostile)))]
    assert notes[-3] == "'=HYPERLINK(1)"


def test_numbers_in_words() -> None:
    change = figure("d", 0.043, low=-0.006, high=0.071)
    assert signed(0.043, "share", "EUR") == "+4.3"
    assert signed(-9.1, "per_person", "EUR") == "−€9.10"
    assert signed(0.0, "share", "EUR") == "0.0"
    assert interval(change, "EUR") == "[−0.6 to +7.1]"
    assert likely(change, "EUR") == "likely between −0.6 and 7.1"
    assert plain(None, "share", "EUR") == "not known"
    assert plain(41000, "money", "EUR") == "€41,000"
    assert plain(3, "days", "EUR") == "3 days"


number = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda v: round(v, 6))


@given(st.lists(number, min_size=3, max_size=3), st.sampled_from([326, 580, 720]))
def test_a_plot_stays_inside_its_picture(values: list[float], width: int) -> None:
    low, value, high = sorted(values)
    row = Estimate(label="<x>", value=value, low=low, high=high, shown=low > 0, smallest=abs(high))
    for drawn, wide in (
        (interval_plot([row], width=width, axis=lambda v: f"{v:g}"), width),
        (interval_plot([row, row], width=width, axis=lambda v: f"{v:g}"), width),
        (small_interval(row, width=132), 132),
    ):
        picture = ElementTree.fromstring(drawn)
        for node in picture.iter():
            for name in ("x", "x1", "x2", "cx"):
                at = float(node.get(name, "0"))
                assert -1 <= at <= wide + 1


def test_a_plot_says_in_words_what_it_shows() -> None:
    row = Estimate(label="Viewings", value=0.04, low=0.01, high=0.07, shown=True)
    drawn = interval_plot([row], width=580, axis=lambda v: f"{v * 100:g}")
    assert 'aria-label="Viewings: 4, 95% interval 1 to 7"' in drawn
    with pytest.raises(ValueError, match="finite"):
        interval_plot([], width=580, axis=str)
