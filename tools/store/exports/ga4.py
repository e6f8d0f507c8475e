"""Google Analytics 4: the events of its BigQuery export, as JSONL or Parquet.

Events of the shop get the names that the tracking API's specification has for them; the others stay
as they are called. Purchases are orders, which the shop itself knows better: they are taken from
here only where a person asks for it.
"""

# ruff: noqa: S608  (statements are made of our own names; the file's columns are quoted)

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import WrongUsage
from tools.store.exports.export import Export, Field, Header, Part
from tools.store.readers import LINE

_NAMES = {
    "page_view": "Page Viewed", "view_item": "Product Viewed", "view_item_list":
    "Product List Viewed", "select_item": "Product Clicked", "add_to_cart": "Product Added",
    "remove_from_cart": "Product Removed", "view_cart": "Cart Viewed",
    "begin_checkout": "Checkout Started", "add_payment_info": "Payment Info Entered",
    "add_to_wishlist": "Product Added to Wishlist", "search": "Products Searched",
}  # fmt: skip
_VALUE = (
    '{"string_value":"VARCHAR","int_value":"VARCHAR","float_value":"VARCHAR",'
    '"double_value":"VARCHAR"}'
)
_PARAMS = f'[{{"key":"VARCHAR","value":{_VALUE}}}]'
_ITEMS = (
    '[{"item_id":"VARCHAR","item_name":"VARCHAR","item_category":"VARCHAR","price":"VARCHAR",'
    '"quantity":"VARCHAR"}]'
)
_REPORT = ("eventcount", "totalusers", "sessions", "activeusers", "newusers", "views")


def events(columns: Sequence[str]) -> Export | None:
    """The events, and the lines of their purchases for whom asks."""
    header = Header(columns)
    if not header.has("event_name", "event_timestamp", "user_pseudo_id"):
        return None
    return Export(
        system="ga4", name="GA4 events export", parts=(_events(header), _purchases(header))
    )


def refuse_report(columns: Sequence[str]) -> None:
    """Raise WrongUsage ga4_report where the file is a report of Google Analytics: sums that know
    nobody."""
    first = columns[0] if columns else ""
    plain = {column.casefold().replace(" ", "") for column in columns}
    commented = first.startswith("# ---")
    summed = "eventname" in plain and len(plain & set(_REPORT)) >= 2
    if commented or summed:
        raise WrongUsage(
            "ga4_report",
            "This is a report of Google Analytics: sums, in which no person and no moment stands",
            next_step="In Google Analytics link BigQuery (Admin, Product links), then export the "
            "tables events_YYYYMMDD as newline-delimited JSON or Parquet, and import those.",
        )


def _events(header: Header) -> Part:
    name = header.text("event_name")
    cases = " ".join(f"WHEN '{theirs}' THEN '{ours}'" for theirs, ours in _NAMES.items())
    return Part(
        kind="events",
        fields=(
            *header.field("customer_id", "user_id"),
            *header.field("anonymous_id", "user_pseudo_id"),
            *header.field(
                "name", "event_name", sql=f"CASE {name} {cases} ELSE {name} END",
                how="events of a shop by their usual names",
            ),
            *header.field("occurred_at", "event_timestamp", how="microseconds"),
            *header.field(
                "product_id", "items",
                sql=f"json_extract_string({_json(header, 'items')}, '$[0].item_id')",
                how="of the first article",
            ),
            *header.field("properties", "event_params", sql=_properties(header)),
        ),
        left_out=((f"{name} = 'purchase'", "purchases, which are orders"),),
        notes=(
            "Devices are kept as such; who they are shows where a person signed in (user_id).",
        ),
    )  # fmt: skip


def _properties(header: Header) -> str:
    """``event_params`` as one JSON object; the key that stands there twice is kept twice."""
    pair = (
        "to_json(p.key) || ':' || coalesce(CAST(to_json(p.value.string_value) AS VARCHAR), "
        "p.value.int_value, p.value.double_value, p.value.float_value, 'null')"
    )
    params = f"from_json({_json(header, 'event_params')}, '{_PARAMS}')"
    return (
        f"'{{' || coalesce(array_to_string(list_transform(list_filter({params}, "
        f"lambda p: p.key IS NOT NULL), lambda p: {pair}), ','), '') || '}}'"
    )


def _purchases(header: Header) -> Part:
    """One row an article of a purchase."""
    items = f"from_json({_json(header, 'items')}, '{_ITEMS}')"
    order = (
        f"coalesce(json_extract_string({_json(header, 'ecommerce')}, '$.transaction_id'), "
        f"{_param(header, 'transaction_id')})"
    )
    return Part(
        kind="orders",
        on_request=True,
        rows=(
            f"SELECT *, row_number() OVER (PARTITION BY {LINE}) AS _nth FROM ("
            f"SELECT *, {order} AS _order, {_param(header, 'currency')} AS _currency, "
            f"unnest({items}) AS _item FROM raw WHERE {header.text('event_name')} = 'purchase')"
        ),
        fields=(
            *header.field(
                "line_id", "items", sql="_item.item_id || '/' || _nth", how="its place in the order"
            ),
            *header.field("order_id", "ecommerce", "event_params", sql="_order"),
            *header.field("customer_id", "user_id"),
            *header.field("ordered_at", "event_timestamp", how="microseconds"),
            *header.field("product_id", "items", sql="coalesce(_item.item_id, _item.item_name)"),
            *header.field("description", "items", sql="_item.item_name"),
            *header.field("category", "items", sql="_item.item_category"),
            *header.field("quantity", "items", sql="coalesce(_item.quantity, '1')"),
            *header.field("unit_price", "items", sql="_item.price"),
            *header.field("currency", "event_params", sql="_currency"),
            Field(name="channel", columns=("event_name",), sql="'shop'", how="shop"),
        ),
        left_out=(("_order IS NULL", "articles of purchases without a number"),),
        notes=(
            "Where the shop's own orders are imported too, these purchases count twice.",
        ),
    )  # fmt: skip


def _param(header: Header, key: str) -> str:
    value = f"from_json({_json(header, 'event_params')}, '{_PARAMS}')"
    return f"list_filter({value}, lambda p: p.key = '{key}')[1].value.string_value"


def _json(header: Header, name: str) -> str:
    """A column's JSON; NULL where it is none."""
    text = header.text(name)
    return f"CASE WHEN json_valid({text}) THEN {text} END"
