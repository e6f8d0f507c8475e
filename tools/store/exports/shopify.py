"""Shopify: the exports of orders, customers and products.

Orders stand in several rows, one a line, and only the first carries what is true of the whole
order. Whether prices contain the tax is read from each order's own sums. A refund is an amount of
the whole order without a date: a line of its own that takes the value off on the order's day.
"""

# ruff: noqa: S608  (statements are made of our own names; the file's columns are quoted)

from __future__ import annotations

from collections.abc import Sequence

from tools.store.exports.export import (
    WHO,
    Export,
    Field,
    Header,
    Part,
    filled_down,
    who,
)
from tools.store.readers import LINE

_OF_ORDER = (
    "Email", "Created at", "Financial Status", "Cancelled at", "Currency", "Subtotal", "Shipping",
    "Taxes", "Total", "Refunded Amount", "Source", "Billing Country", "Shipping Country",
    "Tax 1 Name", "Accepts Marketing",
)  # fmt: skip


def orders(columns: Sequence[str]) -> Export | None:
    """The orders, and what the buyers said of marketing at the checkout."""
    header = Header(columns)
    if not header.has("Name", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"):
        return None
    parts = [_order_lines(header)]
    if header.has("Email"):
        parts.append(_buyers(header))
    return Export(system="shopify", name="Shopify orders export", parts=tuple(parts))


def _order_lines(header: Header) -> Part:
    gone = "of_cancelledat IS NOT NULL OR lower(of_financialstatus) = 'voided'"
    when = "of_createdat"
    mail = header.first("Email") or "Name"
    return Part(
        kind="orders",
        rows=_lines_and_refunds(header),
        fields=(
            Field(
                name="line_id",
                columns=tuple(
                    c for c in map(header.first, ("Lineitem sku", "Lineitem name")) if c
                ),
                sql="_line_id",
                how="the article and its number in the order",
            ),
            *header.field("order_id", "Name", sql="_of"),
            Field(name="customer_id", columns=(mail,), sql=who("of_email"), how=WHO),
            *header.field("ordered_at", "Created at", sql=when),
            *header.field("product_id", "Lineitem sku", "Lineitem name", sql="_article"),
            *header.field("description", "Lineitem name", sql="_description"),
            *header.field("quantity", "Lineitem quantity", sql="_quantity"),
            *header.field("unit_price", "Lineitem price", sql="_price"),
            *header.field(
                "discount", "Lineitem discount", "Discount Amount", "Subtotal", sql="_discount",
                how="with the line's part of the order's discount",
            ),
            *header.field(
                "vat_rate", "Taxes", sql="_rate",
                how="where the order's own sums show that prices contain it",
            ),
            *header.field("currency", "Currency", sql="of_currency"),
            *header.field("channel", "Source", sql=_channel(), how="web is shop, pos is boutique"),
            *header.field(
                "country", "Shipping Country", "Billing Country",
                sql="coalesce(of_shippingcountry, of_billingcountry)",
            ),
            Field(
                name="cancellation",
                columns=tuple(c for c in (header.first("Refunded Amount"),) if c),
                sql="CASE WHEN _refund THEN 'yes' ELSE 'no' END",
                how="refunds alone",
            ),
        ),
        left_out=(
            (f"({gone})", "lines of cancelled or voided orders"),
            ("of_createdat IS NULL AND _description IS NULL", "rows without an order"),
        ),
        notes=(
            "Refunds carry no date in this export: they are taken off on the day of their order.",
        ),
    )  # fmt: skip


def _lines_and_refunds(header: Header) -> str:
    """One row a line and one a refund, with amounts as numbers."""
    quantity, price = (_number(header.text(c)) for c in ("Lineitem quantity", "Lineitem price"))
    own_discount = _number(header.text("Lineitem discount"))
    name, sku = header.text("Lineitem name"), header.text("Lineitem sku")
    taxes, total, subtotal, shipping, refunded = (
        _number(f"of_{c}") for c in ("taxes", "total", "subtotal", "shipping", "refundedamount")
    )
    return f"""
    WITH filled AS ({filled_down(header, "Name", _OF_ORDER)}),
    numbers AS (
        SELECT *, coalesce({sku}, {_slug(name)}) AS _article, {name} AS _description,
            coalesce({own_discount}, 0) AS _own_discount, {quantity} * {price} AS _gross,
            sum({quantity} * {price} - coalesce({own_discount}, 0)) OVER (PARTITION BY _of)
                AS _goods,
            CASE WHEN {taxes} > 0
                AND abs({subtotal} + coalesce({shipping}, 0) - {total}) < 0.02
                THEN coalesce(
                    TRY_CAST(regexp_extract(of_tax1name, '([0-9]+(\\.[0-9]+)?)\\s*%', 1)
                        AS DOUBLE) / 100,
                    round({taxes} / nullif({total} - {taxes}, 0), 4)) END AS _tax
        FROM filled
    ), lines AS (
        SELECT *, {header.text("Lineitem quantity")} AS _quantity,
            {header.text("Lineitem price")} AS _price,
            CAST(round(_own_discount + CASE WHEN _goods > 0 AND _goods - {subtotal} > 0.005
                THEN (_goods - {subtotal}) * (_gross - _own_discount) / _goods ELSE 0 END, 6)
                AS VARCHAR) AS _discount,
            CAST(_tax AS VARCHAR) AS _rate, false AS _refund,
            _article || '/' || row_number() OVER (PARTITION BY _of, _article ORDER BY {LINE})
                AS _line_id
        FROM numbers
    )
    SELECT * FROM lines
    UNION ALL
    SELECT * REPLACE (
        -{LINE} AS {LINE}, true AS _refund, 'refund' AS _article, 'refund' AS _line_id,
        'Refund of this order' AS _description, '-1' AS _quantity, '0' AS _discount,
        CAST(least({refunded}, coalesce({subtotal}, {refunded})) AS VARCHAR) AS _price)
    FROM lines WHERE _nth = 1 AND {refunded} > 0
    """


def _buyers(header: Header) -> Part:
    """The buyers by their addresses, with their answer at the checkout."""
    consent: tuple[Field, ...] = ()
    if header.has("Accepts Marketing"):
        consent = (
            *header.field("email_consent", "Accepts Marketing", sql="of_acceptsmarketing"),
            *header.field(
                "email_consent_at", "Created at", sql="of_createdat",
                how="the moment of the order",
            ),
            *header.field(
                "email_consent_source", "Name", sql="'Shopify checkout, order ' || _of"
            ),
        )  # fmt: skip
    return Part(
        kind="customers",
        rows=filled_down(header, "Name", _OF_ORDER),
        fields=(
            Field(
                name="customer_id",
                columns=(header.first("Email") or "Email",),
                sql=who("of_email"),
                how=WHO,
            ),
            *header.field("email", "Email", sql="of_email"),
            *header.field("country", "Billing Country", sql="of_billingcountry"),
            *consent,
        ),
        left_out=(
            ("_nth > 1", "further lines of an order"),
            ("of_email IS NULL", "orders without an address"),
        ),
    )


def customers(columns: Sequence[str]) -> Export | None:
    """The customers export. Its consent column has no moment: a person must say it."""
    header = Header(columns)
    agrees = header.first("Accepts Email Marketing", "Accepts Marketing")
    if not (header.has("Email", "First Name", "Last Name") and agrees):
        return None
    if not header.any_begins("Default Address", "Total Spent", "Total Orders", "Accepts SMS"):
        return None
    own, mail = header.text("Customer ID"), header.text("Email")
    ids = tuple(c for c in map(header.first, ("Email", "Customer ID")) if c)
    return Export(
        system="shopify",
        name="Shopify customers export",
        parts=(
            Part(
                kind="customers",
                fields=(
                    Field(name="customer_id", columns=ids, sql=who(mail, own), how=WHO),
                    *header.field("email", "Email"),
                    *header.field("first_name", "First Name"),
                    *header.field("last_name", "Last Name"),
                    *header.field("language", "Locale", "Language"),
                    *header.field(
                        "country", "Default Address Country Code", "Country Code", "Country"
                    ),
                    *header.field("city", "Default Address City", "City"),
                    *header.field("created_at", "Created At"),
                    *header.field(
                        "email_consent", "Accepts Email Marketing", "Accepts Marketing"
                    ),
                    *header.field(
                        "email_consent_at", "Email Marketing Consent Updated At",
                        "Accepts Email Marketing Updated At",
                    ),
                    *header.field("phone", "Phone", "Default Address Phone", "Address Phone"),
                    *header.field("street", "Default Address Address1", "Address1"),
                    *header.field("postcode", "Default Address Zip", "Zip"),
                    *header.field("updated_at", "Updated At"),
                    *header.field("sms_consent", "Accepts SMS Marketing"),
                    *header.field("sms_consent_at", "SMS Marketing Consent Updated At"),
                ),
                notes=(
                    "Shopify's “no” does not say whether somebody refused or was never asked; it "
                    "counts as a no.",
                ),
            ),
        ),
    )  # fmt: skip


def products(columns: Sequence[str]) -> Export | None:
    """The products, as facts: one a variant, with price and stock."""
    header = Header(columns)
    if not header.has("Handle", "Title", "Variant Price"):
        return None
    return Export(system="shopify", name="Shopify products export", parts=(_facts(header),))


def _facts(header: Header) -> Part:
    price = header.text("Variant Price")
    options = [header.text(f"Option{n} Value") for n in (1, 2, 3)]
    variant = f"nullif(concat_ws(', ', {', '.join(options)}), 'Default Title')"
    rows = filled_down(
        header, "Handle", ("Title", "Body (HTML)", "Type", "Product Category", "Published",
                           "Status", "Tags")
    )  # fmt: skip
    rows = (
        f"SELECT *, {variant} AS _variant, "
        f"count({price}) OVER (PARTITION BY _of) > 1 AS _several FROM ({rows})"
    )
    plain_text = (
        "trim(regexp_replace(regexp_replace(of_bodyhtml, '<[^>]*>|&nbsp;', ' ', 'g'), "
        "'\\s+', ' ', 'g'))"
    )
    stock = header.text("Variant Inventory Qty")
    return Part(
        kind="facts",
        rows=rows,
        fields=(
            *header.field(
                "id", "Handle", how="with its variant, where there are several",
                sql=f"CASE WHEN _several THEN _of || '-' || {_slug('_variant')} ELSE _of END",
            ),
            *header.field(
                "name", "Title",
                sql="of_title || CASE WHEN _several AND _variant IS NOT NULL "
                "THEN ', ' || _variant ELSE '' END",
            ),
            *header.field(
                "category", "Type", "Product Category",
                sql="lower(coalesce(of_type, split_part(of_productcategory, ' > ', -1)))",
            ),
            *header.field("price", "Variant Price", sql=price),
            *header.field(
                "stock", "Variant Inventory Qty",
                sql=f"CAST(greatest(coalesce(TRY_CAST({stock} AS INT), 0), 0) AS VARCHAR)",
            ),
            *header.field(
                "details", "Body (HTML)", how="one sentence a detail",
                sql=f"CAST(to_json(list_filter(regexp_split_to_array({plain_text}, "
                "'(?:[.!?])\\s+'), s -> length(s) BETWEEN 3 AND 300)) AS VARCHAR)",
            ),
        ),
        left_out=(
            (f"{price} IS NULL", "rows of further pictures"),
            (
                "lower(of_published) = 'false' OR lower(of_status) IN ('draft', 'archived')",
                "products that are not published",
            ),
        ),
        notes=(
            "Compare-at prices are not taken in: they do not prove the lowest price of the last "
            "30 days, to which a reduction must refer.",
        ),
    )  # fmt: skip


def _channel() -> str:
    return (
        "CASE lower(of_source) WHEN 'web' THEN 'shop' WHEN 'pos' THEN 'boutique' ELSE of_source END"
    )


def _number(sql: str) -> str:
    return f"CAST(amount({sql}) AS DOUBLE)"


def _slug(sql: str) -> str:
    return f"trim(regexp_replace(lower({sql}), '[^\\p{{L}}\\p{{N}}]+', '-', 'g'), '-')"
