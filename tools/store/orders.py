"""Order lines: what a purchase, a return and a repeat are.

- A line's identity is the hash of its content and its occurrence number: the second exact copy
  of a line in a file is a line of its own (and counted as a repeat), while the same line in an
  overlapping export is the same line.
- A cancellation is what the file says so; else, in files whose document numbers know ``C123``
  for credit notes (Online Retail), those; else documents of returned pieces alone.
- An adjustment is a line with a negative price (bad debt, corrections): kept, no purchase.
- ``net`` is (quantity × unit price − discount) ÷ (1 + VAT); a return takes its discount back.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

from domain.errors import WrongUsage
from tools.store.outcome import Outcome
from tools.store.readers import LINE
from tools.store.segments import Store, literal
from tools.store.staging import WITHOUT_THE_ERASED, Staged
from tools.store.values import (
    Times,
    currency,
    identifier,
    moment,
    money,
    rate,
    strictly,
    text,
    whole,
    yes_or_no,
)

_CONTENT = (
    "order_id, coalesce(customer_id, ''), CAST(epoch_us(ordered_at) AS VARCHAR), "
    "product_id, description, "
    "category, CAST(quantity AS VARCHAR), CAST(unit_price AS VARCHAR), CAST(discount AS VARCHAR), "
    "CAST(vat_rate AS VARCHAR), currency, channel, country, CAST(cancellation AS VARCHAR)"
)
CHANNELS = {
    "shop": (
        "web", "online", "online store", "online shop", "onlineshop", "webshop", "web shop",
        "website", "e-commerce", "ecommerce", "app", "internet",
    ),
    "boutique": (
        "pos", "point of sale", "store", "in store", "in-store", "instore", "retail", "offline",
        "till", "counter", "filiale", "laden", "ladengeschäft", "geschäft",
    ),
    "phone": (
        "telephone", "telefon", "call", "call center", "call centre", "callcenter", "hotline",
        "phone order", "telesales",
    ),
    "crm": ("salesforce", "hubspot", "client advisor", "client adviser", "clienteling"),
}  # fmt: skip
"""Words of files for the four places where orders are made; any other word stays as it is said."""
_MOST_VALUE = 100_000_000_000


def take_in(
    staged: Staged, store: Store, timezone: str | None, money_in: str | None, latest: datetime
) -> Outcome:
    """Judge the rows, number their repeats and add what is new."""
    times = _said_first(staged, timezone, money_in, latest)
    staged.judge(
        [
            strictly(identifier("line_id")),
            identifier("order_id", required=True),
            strictly(identifier("customer_id")),
            moment("ordered_at", times, required=True),
            identifier("product_id", required=True),
            text("description"),
            text("category", most=200),
            whole("quantity", required=True),
            money("unit_price", required=True),
            strictly(money("discount")),
            strictly(rate("vat_rate")),
            strictly(currency("currency")),
            strictly(text("channel", most=100)),
            text("country", most=100),
            strictly(yes_or_no("cancellation")),
        ]
    )
    staged.refuse(f"abs(quantity * unit_price) > {_MOST_VALUE}", "the line's value is out of range")
    _make_lines(staged, money_in)
    rows = staged.arrow(
        f"SELECT * EXCLUDE (_given), {literal(staged.source)} AS source FROM lines "
        "WHERE NOT (_given AND occurrence > 1)"
    )
    added = store.add("orders", rows)
    repeats = staged.count("SELECT count(*) FROM lines WHERE occurrence > 1")
    return Outcome(
        added=added.added,
        already_known=staged.count("SELECT count(*) FROM lines") - added.added,
        duplicates=repeats,
        notes=_notes(staged),
    )


def _said_first(
    staged: Staged, timezone: str | None, money_in: str | None, latest: datetime
) -> Times:
    """What times mean; both questions at once where currency and time zone are unsaid."""
    try:
        _require_currency(staged, money_in)
    except WrongUsage as currency_error:
        if currency_error.code != "currency_unsaid":
            raise
        try:
            staged.times(timezone, latest, ["ordered_at"])
        except WrongUsage as time_error:
            if time_error.code == "timezone_unsaid":
                raise WrongUsage(
                    "currency_and_timezone_unsaid",
                    f"{currency_error.what}, and {time_error.what}",
                    thing=staged.path.name,
                    next_step="say both: --currency GBP --tz Europe/London",
                ) from None
        raise
    return staged.times(timezone, latest, ["ordered_at"])


def _require_currency(staged: Staged, money_in: str | None) -> None:
    if money_in is not None and not (len(money_in) == 3 and money_in.isupper()):
        raise WrongUsage(
            "unknown_currency", f"{money_in!r} is no ISO 4217 currency", next_step="--currency EUR"
        )
    if money_in is None:
        without = staged.count("SELECT count(*) FROM said WHERE currency IS NULL")
        if without:
            raise WrongUsage(
                "currency_unsaid",
                f"{without:,} rows carry amounts without a currency",
                thing=staged.path.name,
                next_step="say the currency that they are meant in: --currency GBP",
            )


def _make_lines(staged: Staged, money_in: str | None) -> None:
    default = literal(money_in) if money_in else "NULL"
    staged.engine.execute(
        f"""CREATE TEMP TABLE lines AS
        WITH filled AS (
            SELECT {LINE}, line_id, order_id, customer_id, ordered_at, product_id,
                coalesce(description, '') AS description,
                lower(coalesce(category, '')) AS category,
                CAST(quantity AS BIGINT) AS quantity, unit_price,
                coalesce(abs(discount), 0) AS discount,
                coalesce(vat_rate, 0) AS vat_rate,
                coalesce(currency, {default}) AS currency,
                lower(coalesce(channel, 'shop')) AS channel,
                coalesce(country, '') AS country,
                coalesce(cancellation, {_is_cancellation(staged)}) AS cancellation
            FROM judged
        ), hashed AS (
            SELECT *, line_id IS NOT NULL AS _given,
                coalesce(order_id || '/' || line_id,
                    left(sha256(concat_ws(E'\\x1f', {_CONTENT})), 32)) AS _content
            FROM filled
        ), numbered AS (
            SELECT *, row_number() OVER (PARTITION BY _content ORDER BY {LINE}) AS occurrence
            FROM hashed
        )
        SELECT CASE WHEN _given THEN _content ELSE _content || '-' || occurrence END AS line_id,
            order_id, {WITHOUT_THE_ERASED}, ordered_at, product_id, description, category,
            quantity, unit_price, discount, vat_rate, currency, {_channel()} AS channel, country,
            cancellation,
            unit_price < 0 AS adjustment, occurrence,
            CAST(round((quantity * unit_price - sign(quantity) * discount)
                / (1 + vat_rate), 6) AS DECIMAL(18, 6)) AS net,
            _given
        FROM numbered"""
    )


def _channel() -> str:
    """The SQL expression for where an order was made, from the word that stands there."""
    cases = " ".join(
        f"WHEN channel IN ({', '.join(literal(word) for word in words)}) THEN {literal(ours)}"
        for ours, words in CHANNELS.items()
    )
    return f"CASE {cases} ELSE channel END"


def _is_cancellation(staged: Staged) -> str:
    """The SQL expression for rows that do not say it themselves."""
    credit = "regexp_matches(order_id, '^C\\d')"
    credit_notes = staged.count(f"SELECT count(*) FROM judged WHERE {credit}")
    returned = staged.count(f"SELECT count(*) FROM judged WHERE {credit} AND quantity < 0")
    # A shop may number all its orders C…: it is a mark of credit notes only if they are that.
    if credit_notes and returned >= 0.9 * credit_notes:
        return credit
    if staged.has("cancellation"):
        return "false"
    return "max(quantity) OVER (PARTITION BY order_id) < 0"


def _notes(staged: Staged) -> tuple[str, ...]:
    """What else a reader of the counts should know."""
    counted = {
        "lines without a customer: kept, counted in no audience": "customer_id IS NULL",
        "lines of cancellations and credit notes: no purchases, their value is taken off": (
            "cancellation"
        ),
        "lines of negative quantity in other orders: their value is taken off": (
            "quantity < 0 AND NOT cancellation"
        ),
        "lines with a negative price: kept as adjustments, no purchases": "adjustment",
        "exact repeats of a line in this file: kept, and shown apart": (
            "occurrence > 1 AND NOT _given"
        ),
        "repeats of a line id in this file: left out": "occurrence > 1 AND _given",
    }
    notes = []
    for words, condition in counted.items():
        number = staged.count(f"SELECT count(*) FROM lines WHERE {condition}")
        if number:
            notes.append(f"{number:,} {words}.")
    return tuple(notes)
