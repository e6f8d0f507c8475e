"""Phone numbers in the one form in which they are compared and dialled: E.164.

A number without a country code belongs to the country that its row names, else to the one that
the caller says; without either it is refused and not guessed. The rules are Google's libphonenumber
(``phonenumbers``), asked once for each different number of a file.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import re
from functools import lru_cache

import duckdb
import pyarrow as pa

from domain.errors import WrongUsage
from tools.store.phone_plans import plainly
from tools.store.values import MOST_PHONE

_FEWEST = 4
"""With so few digits or less it is none, whatever the country."""
_COMMON = {
    "UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB", "EIRE": "IE", "USA": "US",
    "U.S.A.": "US", "RSA": "ZA", "HOLLAND": "NL",
}  # fmt: skip

NOT_A_NUMBER = "not a phone number"
NO_COUNTRY = "a phone number without its country"
TWO_WAYS = "a phone number that can be read in two ways"


def e164(said: str, region: str | None) -> tuple[str | None, str]:
    """The number as ``+4930123456``, or None and why. ``region``: ISO 3166 of a number that
    carries no country code."""
    text = said.strip().removeprefix("'").removesuffix(".0")
    if text.startswith("00"):
        text = "+" + text[2:]
    if text.startswith(("+", "tel:+")):
        number = _valid(text, None)
        return number, "" if number else NOT_A_NUMBER
    if region is None:
        return None, NO_COUNTRY if len(re.findall(r"\d", text)) > _FEWEST else NOT_A_NUMBER
    number = plainly(text, region)
    if number is not None:
        return number, ""
    national, abroad = by_library(text, region), _with_code_alone(text, region)
    if national and abroad and national != abroad and not _has_trunk_prefix(region):
        return None, TWO_WAYS
    number = abroad or national
    return number, "" if number else NOT_A_NUMBER


def _valid(text: str, region: str | None) -> str | None:
    return plainly(text, region) or by_library(text, region)


def by_library(text: str, region: str | None) -> str | None:
    """What libphonenumber makes of it."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


def _with_code_alone(text: str, region: str) -> str | None:
    """A number that has its own country's code and lost the plus before it, as spreadsheets do."""
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(region))
    return _valid(f"+{text}", None) if text.startswith(code) else None


def _has_trunk_prefix(region: str) -> bool:
    """Whether numbers dialled within the country begin with a digit that is not theirs: then one
    that begins with the country's code was not written to be dialled there."""
    from phonenumbers.phonenumberutil import ndd_prefix_for_region

    return bool(ndd_prefix_for_region(region, True))


@lru_cache(maxsize=4096)
def region_of(country: str | None) -> str | None:
    """ISO 3166 code of a country as files write it: ``DE``, Germany, Deutschland, Allemagne."""
    from phonenumbers import SUPPORTED_REGIONS

    name = (country or "").strip()
    code = _COMMON.get(name.upper(), name.upper())
    if code in SUPPORTED_REGIONS:
        return code
    return _regions_by_name().get(name.casefold())


def known_region(said: str | None) -> str | None:
    """The caller's country. Raises WrongUsage unknown_region."""
    if said is None:
        return None
    region = region_of(said)
    if region is None:
        raise WrongUsage(
            "unknown_region",
            f"{said!r} is no country that has phone numbers",
            next_step="say its ISO 3166 code: --region DE",
        )
    return region


def read_phones(
    engine: duckdb.DuckDBPyConnection, field: str, *, country: str, region: str | None
) -> None:
    """Make the table ``phones`` (_said, _country, _e164, _why) of the numbers in ``said``.

    ``country``: SQL for the row's country as text. Raises WrongUsage unknown_region.
    """
    default = known_region(region)
    found = engine.execute(
        f"SELECT DISTINCT {field}, {country} FROM said "
        f"WHERE {field} IS NOT NULL AND length({field}) <= {MOST_PHONE}"
    ).fetchall()
    read = [e164(number, region_of(land) or default) for number, land in found]
    rows = [(number, land, *became) for (number, land), became in zip(found, read, strict=True)]
    columns = [*zip(*rows, strict=True)] or [()] * 4
    names = ["_said", "_country", "_e164", "_why"]
    table = pa.table([pa.array(column, pa.string()) for column in columns], names)
    engine.register("phones_read", table)
    engine.execute("CREATE TEMP TABLE phones AS SELECT * FROM phones_read")
    engine.unregister("phones_read")


@lru_cache(maxsize=1)
def _regions_by_name() -> dict[str, str]:
    """The names of countries in the languages that libphonenumber knows, where one is meant."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    names: dict[str, set[str]] = {}
    for region, by_language in LOCALE_DATA.items():
        for name in (n for n in by_language.values() if not n.startswith("*")):
            names.setdefault(name.casefold(), set()).add(region)
    return {name: regions.pop() for name, regions in names.items() if len(regions) == 1}
