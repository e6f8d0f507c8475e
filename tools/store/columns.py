"""Which column of a file is which field of ours: by name, or as the caller says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from domain.errors import WrongUsage
from domain.frozen import Frozen

Kind = Literal["orders", "customers", "events", "facts", "suppressions"]


class Field(Frozen):
    """A field of ours and the names that files give it, the likeliest first."""

    name: str
    names: tuple[str, ...] = ()
    required: bool = False


class Understood(Frozen):
    """One field and where it comes from."""

    field: str
    column: str = ""
    constant: str | None = None
    """Said for every row, where the file has no such column."""
    how: str = ""
    """Where it is more than the column's own text."""


class ColumnMap(Frozen):
    """What was understood of a file's columns."""

    used: tuple[Understood, ...]
    not_used: tuple[str, ...]

    def source(self, field: str) -> Understood | None:
        return next((u for u in self.used if u.field == field), None)


def _field(name: str, names: str = "", *, required: bool = False) -> Field:
    return Field(name=name, names=tuple(names.split()), required=required)


FIELDS: dict[Kind, tuple[Field, ...]] = {
    "orders": (
        _field("line_id", "lineitemid orderlineid itemid lineid"),
        _field(
            "order_id",
            "orderid invoice invoiceno invoicenumber ordernumber orderno transactionid "
            "bestellnummer rechnungsnummer order name",
            required=True,
        ),
        _field(
            "customer_id",
            "customerid kundennummer clientid userid profileid externalid buyerid customer",
        ),
        _field(
            "ordered_at",
            "orderedat invoicedate orderdate createdat created purchasedat purchasedate paidat "
            "processedat timestamp datetime date time bestelldatum datum",
            required=True,
        ),
        _field(
            "product_id",
            "productid stockcode sku lineitemsku variantsku itemsku articleid articlenumber "
            "artikelnummer artikel article itemid product item",
            required=True,
        ),
        _field("description", "description productname lineitemname itemname title bezeichnung"),
        _field("category", "category productcategory producttype itemcategory kategorie"),
        _field("quantity", "quantity qty lineitemquantity itemquantity menge units", required=True),
        _field(
            "unit_price",
            "unitprice price lineitemprice itemprice grossprice einzelpreis preis",
            required=True,
        ),
        _field("discount", "linediscount discount lineitemdiscount discountamount rabatt"),
        _field("vat_rate", "vatrate taxrate vat mwst mwstsatz ust"),
        _field("currency", "currency currencycode waehrung währung"),
        _field("channel", "channel saleschannel source kanal"),
        _field("country", "country countrycode shippingcountry billingcountry land"),
        _field("cancellation", "cancellation cancelled canceled iscancelled isreturn returned"),
        _field("date_order"),
    ),
    "customers": (
        _field(
            "customer_id",
            "customerid id kundennummer externalid klaviyoid profileid clientid userid customer",
            required=True,
        ),
        _field("email", "email emailaddress mail"),
        _field("first_name", "firstname givenname vorname"),
        _field("last_name", "lastname surname familyname nachname"),
        _field("language", "language locale lang sprache"),
        _field("country", "country countrycode defaultaddresscountrycode land"),
        _field("city", "city defaultaddresscity ort stadt"),
        _field("timezone", "timezone timezonename zeitzone tz"),
        _field("phone", "phone phonenumber mobile mobilenumber telefon handy tel"),
        _field("street", "street address1 streetaddress defaultaddressaddress1 strasse straße"),
        _field("postcode", "postcode postalcode zip zipcode defaultaddresszip plz"),
        _field("birthday", "birthday birthdate dateofbirth dob geburtstag geburtsdatum"),
        _field("created_at", "createdat customersince firstseen signupdate created datecreated"),
        _field(
            "updated_at",
            "updatedat lastupdated updated lastmodified lastmodifieddate modifiedat modified "
            "changedat lastchanged geaendertam geändertam",
        ),
        _field("anonymous_id", "anonymousid userpseudoid cookieid visitorid clientcookie"),
        _field("device_id", "deviceid advertisingid idfa gaid"),
        _field(
            "email_consent",
            "emailconsent emailmarketing acceptsemailmarketing acceptsmarketing "
            "emailmarketingconsent newsletter optin subscribed",
        ),
        _field(
            "email_consent_at",
            "emailconsentat emailmarketingat emailmarketingconsentat emailconsentdate "
            "emailconsenttimestamp "
            "optinat optintime optindate subscribedat confirmtime consentat",
        ),
        _field(
            "email_consent_source",
            "emailconsentsource emailmarketingsource emailmarketingconsentsource "
            "emailconsentmethod optinsource consentsource consentmethod",
        ),
        _field(
            "email_consent_wording",
            "emailconsentwording emailmarketingwording consentwording consenttext",
        ),
        _field("tracking_consent", "trackingconsent emailtracking emailtrackingconsent"),
        _field("tracking_consent_at", "trackingconsentat trackingconsentdate emailtrackingat"),
        _field("tracking_consent_source", "trackingconsentsource emailtrackingsource"),
        _field("tracking_consent_wording", "trackingconsentwording emailtrackingwording"),
        _field("date_order"),
    ),
    "events": (
        _field("event_id", "eventid messageid uuid id sgeventid"),
        _field("customer_id", "customerid userid profileid externalid distinctid customer"),
        _field("email", "email emailaddress recipient address"),
        _field("name", "name event eventname eventtype metric type", required=True),
        _field(
            "occurred_at",
            "occurredat timestamp originaltimestamp eventtime datetime time createdat date",
            required=True,
        ),
        _field("received_at", "receivedat ingestedat loadedat"),
        _field("campaign_id", "campaignid campaign"),
        _field("message_key", "messagekey sendkey"),
        _field("product_id", "productid sku itemid product"),
        _field("machine", "machine ismachine machineopen bot isbot sgmachineopen"),
        _field("properties", "properties eventproperties attributes data payload"),
        _field("date_order"),
    ),
    "suppressions": (
        _field("address", "address email emailaddress mail recipient", required=True),
        _field("reason", "reason type suppressionreason status"),
        _field("suppressed_at", "at createdat suppressedat timestamp date created time"),
        _field("date_order"),
    ),
    "facts": (
        _field("id", "id productid sku variantsku handle fact", required=True),
        _field("text", "text statement"),
        _field("source", "source"),
        _field("valid_until", "validuntil"),
        _field("name", "name title producttitle"),
        _field("category", "category type producttype productcategory"),
        _field("reference", "reference ref"),
        _field("year", "year"),
        _field("size_mm", "sizemm size diameter diametermm"),
        _field("material", "material"),
        _field("condition", "condition"),
        _field("flaws", "flaws"),
        _field("details", "details"),
        _field("warranty_months", "warrantymonths warranty"),
        _field("price", "price variantprice"),
        _field("currency", "currency"),
        _field("lowest_price_30_days", "lowestprice30days"),
        _field("stock", "stock variantinventoryqty inventory quantity"),
        _field("url", "url link"),
        _field("photo", "photo"),
        _field("language", "language"),
        _field("notes", "notes"),
    ),
}
"""``date_order`` is never a column: it says how dates with slashes are meant (``=dmy``)."""


def plain(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return re.sub(r"[\W_]+", "", name.casefold())


def understand(
    kind: Kind,
    columns: Sequence[str],
    said: Mapping[str, str],
    known: Sequence[Understood] = (),
    taken: frozenset[str] = frozenset(),
) -> ColumnMap:
    """Find the column of each field.

    ``said`` maps a field to a column of the file, or to ``=value`` for every row. ``known`` is
    what an export of a known system says; what is said goes before it, and then no column is
    guessed by its name. ``taken``: columns that the export is read from. Raises WrongUsage for a
    field or column that does not exist, and where a required field has none.
    """
    fields = {field.name: field for field in FIELDS[kind]}
    used: dict[str, Understood] = {u.field: u for u in known}
    for name, column in said.items():
        if name not in fields:
            raise WrongUsage(
                "unknown_field",
                f"{kind} have no field {name!r}",
                next_step=f"use one of: {', '.join(_near(name, list(fields)))}",
            )
        if column.startswith("="):
            used[name] = Understood(field=name, constant=column[1:])
        elif column in columns:
            used[name] = Understood(field=name, column=column)
        else:
            raise WrongUsage(
                "unknown_column",
                f"the file has no column {column!r}",
                thing=name,
                next_step=f"it has: {', '.join(_near(column, list(columns)))}",
            )
    taken = taken | {u.column for u in used.values()}
    if not known:
        used = _by_name(fields.values(), columns, used, taken)
        taken |= {u.column for u in used.values()}
    missing = [f.name for f in fields.values() if f.required and f.name not in used]
    if missing:
        raise WrongUsage(
            "missing_columns",
            f"no column was found for {', '.join(missing)}",
            thing=f"columns: {', '.join(columns[:40])}",
            next_step=f"say it: --map {missing[0]}=COLUMN",
        )
    return ColumnMap(
        used=tuple(used[name] for name in fields if name in used),
        not_used=tuple(c for c in columns if c not in taken),
    )


ENOUGH_FIELDS = 3
"""Of a kind that lacks a needed one: so many found by name make it likelier than another kind."""


def kinds_of(columns: Sequence[str]) -> list[Kind]:
    """The kinds that a file with these columns can be, the likeliest first: by how many of their
    fields are found by name. One that lacks a needed field is among them where enough others are
    found, so that a person is asked for that column and the file is not taken for another kind."""
    found: list[tuple[int, bool, Kind]] = []
    for kind, fields in FIELDS.items():
        used = _by_name(fields, columns, {}, frozenset())
        whole = all(field.name in used for field in fields if field.required)
        if whole or len(used) >= ENOUGH_FIELDS:
            found.append((len(used), whole, kind))
    return [kind for *_, kind in sorted(found, key=lambda one: (-one[0], not one[1]))]


def _by_name(
    fields: Iterable[Field],
    columns: Sequence[str],
    used: Mapping[str, Understood],
    taken: frozenset[str],
) -> dict[str, Understood]:
    """What is used, and the fields that have a column of one of their names; each column once."""
    found = dict(used)
    by_plain = {plain(c): c for c in reversed(columns)}
    for field in fields:
        for name in (plain(field.name), *field.names):
            column = by_plain.get(name)
            if field.name not in found and column is not None and column not in taken:
                found[field.name] = Understood(field=field.name, column=column)
                taken |= {column}
    return found


def _near(name: str, names: list[str]) -> list[str]:
    return difflib.get_close_matches(name, names, n=5, cutoff=0.3) or names[:40]
