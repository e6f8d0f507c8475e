"""How single values are read: whatever stands there, a value or a reason, and never a guess."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tools.store import values
from tools.store.columns import plain, understand
from tools.store.fields import FIELDS, Kind
from tools.store.readers import as_text, delimiter_of
from tools.store.rows import rows_of
from tools.store.segments import connect
from tools.store.staging import add_zones
from tools.store.values import MACROS, Times, Value

LATEST = datetime(2027, 1, 1, tzinfo=UTC)
TIMES = Times("Europe/Berlin", True, LATEST)
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Read = Callable[[Value, list[str | None]], list[tuple[Any, str | None]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as made:
        for macro in MACROS:
            made.execute(macro)
        add_zones(made)
        yield made


@pytest.fixture(scope="module")
def read(engine: duckdb.DuckDBPyConnection) -> Read:
    """(value, reason) of each text."""

    def run(value: Value, texts: list[str | None]) -> list[tuple[Any, str | None]]:
        table = pa.table({"n": list(range(len(texts))), "x": pa.array(texts, pa.string())})
        engine.register("texts", table)
        found = engine.execute(
            f"SELECT CASE WHEN x IS NULL OR why IS NOT NULL THEN NULL ELSE x__ END AS value, "
            f"CASE WHEN x IS NOT NULL THEN why END AS why FROM "
            f"(SELECT *, {value.problem} AS why FROM (SELECT *, {value.read} AS x__ FROM "
            f"(SELECT n, known(x) AS x FROM texts))) ORDER BY n"
        ).to_arrow_table()
        engine.unregister("texts")
        return [(row["value"], row["why"]) for row in rows_of(found)]

    return run


ALL: list[Value] = [
    values.identifier("x"),
    values.text("x"),
    values.person_name("x"),
    values.email("x"),
    values.moment("x", TIMES),
    values.money("x"),
    values.rate("x"),
    values.whole("x"),
    values.yes_or_no("x"),
    values.time_zone("x"),
    values.language("x"),
    values.currency("x"),
    values.json_object("x"),
]
EARLY, LATE = datetime(1991, 1, 1), datetime(2026, 12, 1)  # noqa: DTZ001
NOTHING = {"", "nan", "nat", "none", "null", "n/a", "#n/a", "undefined", "\\n", "<na>"}


@QUICK
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=30))
def test_any_text_is_a_value_or_a_reason(read: Read, texts: list[str]) -> None:
    for value in ALL:
        for text, (found, why) in zip(texts, read(value, list(texts)), strict=True):
            said = text.strip(" \t\r\n\u00a0")
            if said.lower() in NOTHING:
                assert (found, why) == (None, None)
            else:
                assert (found is None) != (why is None), (value, text)


@QUICK
@given(amount=st.decimals(-1_000_000, 1_000_000, places=2))
def test_an_amount_is_read_in_every_dress(read: Read, amount: Decimal) -> None:
    point = f"{amount:f}"
    grouped = f"{amount:,.2f}"
    comma = point.replace(".", ",")
    german = grouped.replace(",", "_").replace(".", ",").replace("_", ".")
    dresses = [point, grouped, comma, german, f"€ {point}", f"{comma} €", f"{point} EUR"]

    assert read(values.money("x"), list(dresses)) == [(amount, None)] * len(dresses)


def test_an_amount_that_could_be_two_is_refused(read: Read) -> None:
    found = read(values.money("x"), ["1,234", "1.234", "1,234,567", "1.234.567", "1,2345"])

    assert found[0] == (None, "an amount that can be read in two ways")
    assert [v for v, _ in found[1:]] == [Decimal("1.234"), 1_234_567, 1_234_567, Decimal("1.2345")]


@QUICK
@given(
    moment=st.datetimes(EARLY, LATE, timezones=st.just(UTC)),
    minutes=st.integers(-12 * 60, 14 * 60),
)
def test_a_moment_with_an_offset_is_that_moment(read: Read, moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = moment + timedelta(minutes=minutes)
    texts = [
        moment.isoformat().replace("+00:00", "Z"),
        f"{local.replace(tzinfo=None).isoformat()}{sign}{hours:02}:{rest:02}",
        f"{local.replace(tzinfo=None).isoformat(' ')}{sign}{hours:02}{rest:02}",
        f"{local.replace(tzinfo=None).isoformat(' ')} {sign}{hours:02}{rest:02}",
    ]
    if moment.microsecond == 0 and moment.year > 2001:  # ten digits
        texts.append(str(int(moment.timestamp())))

    assert [v for v, _ in read(values.moment("x", TIMES), list(texts))] == [moment] * len(texts)


@QUICK
@given(moment=st.datetimes(EARLY, LATE))
def test_a_moment_without_an_offset_is_local(read: Read, moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    zone = ZoneInfo("Europe/Berlin")
    expected = moment.replace(tzinfo=zone).astimezone(UTC)
    # Hours that the clock skips or shows twice have no one answer.
    assume(expected.astimezone(zone).replace(tzinfo=None) == moment)
    assume(moment.replace(tzinfo=zone, fold=1).astimezone(UTC) == expected)
    texts: list[str | None] = [
        moment.strftime("%Y-%m-%d %H:%M:%S"),
        moment.strftime("%Y-%m-%dT%H:%M"),
        moment.strftime("%d.%m.%Y %H:%M"),
        moment.strftime("%d/%m/%Y %H:%M"),
        moment.strftime("%d/%m/%Y %I:%M %p"),
    ]

    assert [v for v, _ in read(values.moment("x", TIMES), texts)] == [expected] * 5


def test_unbelievable_moments_are_refused(read: Read) -> None:
    texts: list[str | None] = [
        "1970-01-01",
        "2099-12-31",
        "2026-02-31",
        "0",
        "infinity",
        "epoch",
        "now",
        "99999-01-01",
        "2026-13-01T00:00:00Z",
        "9999999999999999999999",
    ]

    assert all(why for _, why in read(values.moment("x", TIMES), texts))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13085.0", "13085"),
        ("13085", "13085"),
        ("013085", "013085"),
        ("1.30", "1.30"),
        ("C536379", "C536379"),
        (" a b ", "a b"),
    ],
)
def test_an_id_is_what_people_read(read: Read, text: str, value: str) -> None:
    assert read(values.identifier("x"), [text]) == [(value, None)]


@pytest.mark.parametrize(
    ("text", "value"), [("0.19", 0.19), ("19", 0.19), ("19 %", 0.19), ("0", 0)]
)
def test_a_rate_is_a_fraction(read: Read, text: str, value: float) -> None:
    assert math.isclose(read(values.rate("x"), [text])[0][0], value)


@pytest.mark.parametrize("name", ["O'Neill", "Anne-Marie", "李小龙", "محمد", "José Ángel"])
def test_real_names_are_names(read: Read, name: str) -> None:
    assert read(values.person_name("x"), [name]) == [(name, None)]


@pytest.mark.parametrize("address", ["a+b@sub.example.test", "ü@example.test", "A@B.TEST"])
def test_addresses(read: Read, address: str) -> None:
    ((found, why),) = read(values.email("x"), [address])
    assert why is None
    assert found.lower() == address.lower()


@pytest.mark.parametrize(
    "address",
    ["a", "a@b", "@b.de", "a b@c.de", "a@b.de, c@d.de", "a@b..de", "a@1.2.3.4", "<a@b.de>"],
)
def test_no_addresses(read: Read, address: str) -> None:
    assert read(values.email("x"), [address]) == [(None, "not an address")]


@QUICK
@given(
    header=st.lists(st.text("abcdefgh ", min_size=1), min_size=2, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_the_delimiter_is_found(header: list[str], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(
        [f"{name},;|" for name in header]
    )

    assert delimiter_of(out.getvalue()) == delimiter


@given(value=st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=3))
def test_everything_becomes_text(value: object) -> None:
    assert (as_text(value) is None) == (value is None)


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        (
            "orders",
            "Invoice StockCode Description Quantity InvoiceDate Price CustomerID Country",
            {"order_id": "Invoice", "product_id": "StockCode", "unit_price": "Price"},
        ),
        (
            "customers",
            "Id EMAIL First_Name accepts_email_marketing",
            {"customer_id": "Id", "email": "EMAIL", "email_consent": "accepts_email_marketing"},
        ),
        (
            "events",
            "messageId userId event timestamp",
            {"event_id": "messageId", "customer_id": "userId", "occurred_at": "timestamp"},
        ),
    ],
)
def test_columns_are_known_by_their_usual_names(
    kind: Kind, columns: str, expected: dict[str, str]
) -> None:
    found = understand(kind, columns.split(), {})

    assert expected.items() <= {u.field: u.column for u in found.used}.items()


def test_no_two_fields_of_a_kind_claim_one_column() -> None:
    for kind, fields in FIELDS.items():
        columns = [f.name for f in fields]
        found = understand(kind, columns, {})
        assert {u.field: u.column for u in found.used} == {c: c for c in columns}, kind
        assert len({plain(c) for c in columns}) == len(columns)
