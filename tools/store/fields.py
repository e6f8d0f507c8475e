"""The fields of each kind of file, and the names that shops, CRMs and mail tools give them."""

from __future__ import annotations

from typing import Literal

from domain.frozen import Frozen

Kind = Literal[
    "orders", "customers", "events", "facts", "suppressions", "consents", "complaints"
]  # fmt: skip


class Field(Frozen):
    """A field of ours and the names that files give it, the likeliest first."""

    name: str
    names: tuple[str, ...] = ()
    required: bool = False


def _field(name: str, names: str = "", *, required: bool = False) -> Field:
    return Field(name=name, names=tuple(names.split()), required=required)


def _consent(channel: str, words: str) -> tuple[Field, ...]:
    """An answer with its evidence, as files name it for a channel: SMS Opt-In, Accepts SMS …"""
    said = [
        name
        for word in words.split()
        for name in (
            f"{word}consent", f"{word}marketing", f"{word}marketingconsent", f"{word}optin",
            f"{word}subscribed", f"accepts{word}", f"accepts{word}marketing",
        )
    ]  # fmt: skip

    def with_(*endings: str) -> tuple[str, ...]:
        return tuple(name + ending for name in said for ending in endings)

    return (
        Field(name=f"{channel}_consent", names=tuple(said)),
        Field(
            name=f"{channel}_consent_at",
            names=with_("at", "date", "time", "timestamp", "updatedat"),
        ),
        Field(name=f"{channel}_consent_source", names=with_("source", "method")),
        Field(name=f"{channel}_consent_wording", names=with_("wording", "text")),
    )


WHOM = (
    _field("customer_id", "customerid userid profileid externalid kundennummer customer"),
    _field("email", "email emailaddress address recipient mail"),
)

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
        *_consent("sms", "sms text"),
        *_consent("push", "push apppush"),
        *_consent("phone", "phone call telephone"),
        *_consent("post", "post postal directmail"),
        _field("date_order"),
    ),
    "events": (
        _field("event_id", "eventid messageid uuid id sgeventid"),
        _field("customer_id", "customerid userid profileid externalid distinctid customer"),
        _field("email", "email emailaddress recipient address"),
        _field("anonymous_id", "anonymousid userpseudoid cookieid visitorid"),
        _field("device_id", "deviceid advertisingid idfa gaid"),
        _field("phone", "phone phonenumber"),
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
        _field("address", "address email emailaddress mail recipient"),
        _field("phone", "phone phonenumber mobile mobilenumber telefon handy tel"),
        _field("customer_id", "customerid userid profileid externalid kundennummer customer"),
        _field("country", "country countrycode land"),
        _field("reason", "reason type suppressionreason status"),
        _field("suppressed_at", "at createdat suppressedat timestamp date created time"),
        _field("date_order"),
    ),
    "consents": (
        *WHOM,
        _field(
            "purpose",
            "purpose channel consenttype subscriptiontype subscription kanal zweck",
            required=True,
        ),
        _field(
            "given",
            "given consent answer status state optin optedin subscribed granted value",
            required=True,
        ),
        _field(
            "consented_at",
            "consentedat at consentat consentdate timestamp date datetime time createdat updatedat "
            "optinat optindate changedat datum",
        ),
        _field("source", "source consentsource method consentmethod where quelle"),
        _field("wording", "wording consentwording consenttext text legalbasis"),
        _field("date_order"),
    ),
    "complaints": (
        _field(
            "case_id",
            "caseid ticketid casenumber ticketnumber ticket case id number vorgang",
            required=True,
        ),
        *WHOM,
        _field(
            "opened_at",
            "openedat createdat created createddate opened openeddate createdate reportedat date "
            "timestamp",
            required=True,
        ),
        _field(
            "closed_at",
            "closedat closed closeddate closedate solvedat resolvedat resolved completedat",
        ),
        _field("status", "status state casestatus ticketstatus"),
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

ONE_OF: dict[Kind, tuple[str, ...]] = {
    "events": ("customer_id", "email", "anonymous_id"),
    "suppressions": ("address", "phone", "customer_id"),
    "consents": ("customer_id", "email"),
    "complaints": ("customer_id", "email"),
}
"""Fields of which a file must have at least one: who it is about."""
