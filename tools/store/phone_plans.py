"""Numbering plans as one regular expression a country code: a fast way to libphonenumber's answer.

A million numbers take it half a minute; nine of ten are written plainly, and for those its own
patterns, put together once, say the same twenty times faster. Whatever is not plain is left to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_SIGNS = str.maketrans("", "", " ()-./\u00a0")


@dataclass(frozen=True)
class _Plan:
    code: str
    valid: re.Pattern[str]
    """A number after the country code that is of one of its kinds."""
    prefix: re.Pattern[str] | None
    """What libphonenumber may take off the front: such numbers are not plain."""
    abroad: re.Pattern[str] | None
    """What is dialled before another country's code."""
    trunk: str
    """What is dialled first within the country."""


def plainly(text: str, region: str | None) -> str | None:
    """The E.164 form of a number written plainly; None where libphonenumber must be asked.

    ``region``: ISO 3166 of a number without a country code.
    """
    digits = text.translate(_SIGNS)
    if digits.startswith("+"):
        plan = next((p for n in (2, 3, 4) if (p := _plan_of_code(digits[1:n]))), None)
        national = digits[1 + len(plan.code) :] if plan else ""
    else:
        plan, national = _plan_of_region(region) if region else None, digits
        if plan and (national.startswith(plan.code) or _beginning(plan.abroad, national)):
            return None
        if plan and plan.trunk and _beginning(plan.prefix, national) == plan.trunk:
            national = national.removeprefix(plan.trunk)
    if plan is None or not (national.isascii() and national.isdigit()):
        return None
    if _beginning(plan.prefix, national) or not plan.valid.fullmatch(national):
        return None
    return f"+{plan.code}{national}"


def _beginning(pattern: re.Pattern[str] | None, text: str) -> str:
    found = pattern.match(text) if pattern is not None else None
    return found.group() if found else ""


@lru_cache(maxsize=2048)
def _plan_of_code(code: str) -> _Plan | None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    plain = code.isascii() and code.isdigit() and not code.startswith("0")
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if plain else None
    if not regions or regions[0] == "001":
        return None  # no such code, or one of no country
    return _plan_of_region(regions[0])


@lru_cache(maxsize=512)
def _plan_of_region(region: str) -> _Plan | None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    own = PhoneMetadata.metadata_for_region(region)
    if own is None or own.country_code is None:
        return None
    together = [
        PhoneMetadata.metadata_for_region(other)
        for other in COUNTRY_CODE_TO_REGION_CODE[own.country_code]
    ]
    prefix, abroad = own.national_prefix_for_parsing, own.international_prefix
    return _Plan(
        code=str(own.country_code),
        valid=re.compile("|".join(_numbers(metadata) for metadata in together if metadata)),
        prefix=re.compile(prefix) if prefix else None,
        abroad=re.compile(abroad) if abroad else None,
        # where a prefix is made into something else, the library must do it
        trunk="" if own.national_prefix_transform_rule else own.national_prefix or "",
    )


def _numbers(metadata: Any) -> str:
    """All kinds of numbers of a region that its general description allows."""
    kinds = (
        metadata.fixed_line, metadata.mobile, metadata.premium_rate, metadata.toll_free,
        metadata.shared_cost, metadata.voip, metadata.personal_number, metadata.pager,
        metadata.uan, metadata.voicemail,
    )  # fmt: skip
    each = "|".join(_kind(kind) for kind in kinds if kind and kind.national_number_pattern)
    return f"(?={_kind(metadata.general_desc)}$)(?:{each})"


def _kind(description: Any) -> str:
    lengths = "|".join(rf"\d{{{n}}}$" for n in description.possible_length if n > 0)
    return f"(?:{f'(?={lengths})' if lengths else ''}(?:{description.national_number_pattern}))"
