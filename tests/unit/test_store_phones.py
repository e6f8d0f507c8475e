"""Phone numbers as files write them, in the one form in which they are compared."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.store.phone_plans import plainly
from tools.store.phones import NO_COUNTRY, NOT_A_NUMBER, TWO_WAYS, by_library, e164, region_of


@pytest.mark.parametrize(
    ("said", "region", "number"),
    [
        ("0171 1234567", "DE", "+491711234567"),
        ("+49 (0)171 / 123-4567", None, "+491711234567"),
        ("0049 171 1234567", "US", "+491711234567"),
        ("'+491711234567", None, "+491711234567"),
        ("4917112345678", "DE", "+4917112345678"),  # a spreadsheet took the plus
        ("393331234567.0", "IT", "+393331234567"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1-202-555-0123", "CA", "+12025550123"),
        ("07911 123456", "GB", "+447911123456"),
        ("tel:+44-20-7946-0018", None, "+442079460018"),
        ("٠١٧١ ١٢٣٤٥٦٧", "DE", "+491711234567"),
    ],
)
def test_a_number_is_read_as_it_would_be_dialled(
    said: str, region: str | None, number: str
) -> None:
    assert e164(said, region) == (number, "")


@pytest.mark.parametrize(
    ("said", "region", "why"),
    [
        ("0171 1234567", None, NO_COUNTRY),
        ("12", None, NOT_A_NUMBER),
        ("call me", "DE", NOT_A_NUMBER),
        ("4.917E+11", "DE", NOT_A_NUMBER),
        ("+49 171", None, NOT_A_NUMBER),
        ("+49 30 23125 ext. 12", None, NOT_A_NUMBER),
        ("0000000000", "DE", NOT_A_NUMBER),
        ("", "DE", NOT_A_NUMBER),
        ("+", "DE", NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(
    said: str, region: str | None, why: str
) -> None:
    assert e164(said, region) == (None, why)


def test_a_number_with_two_readings_is_not_guessed() -> None:
    """Italy dials no trunk prefix: 39 may be the country's code, or begin a mobile number."""
    assert e164("390809397", "IT") == (None, TWO_WAYS)


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("DE", "DE"), ("de", "DE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("UK", "GB"),
        ("United Kingdom", "GB"), ("EIRE", "IE"), ("Atlantis", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_and_its_names(
    country: str | None, region: str | None
) -> None:
    assert region_of(country) == region


@settings(max_examples=400, derandomize=True)
@given(
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    kind=st.integers(0, 10),
    form=st.sampled_from(
        [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.NATIONAL]
    ),
    spoilt=st.dictionaries(st.integers(0, 14), st.sampled_from("0123456789"), max_size=6),
)
def test_the_fast_way_never_says_anything_else_than_the_library(
    region: str, kind: int, form: int, spoilt: dict[int, str]
) -> None:
    example = phonenumbers.example_number_for_type(region, kind)
    if example is None:
        return
    signs = list(phonenumbers.format_number(example, form))
    for place, digit in spoilt.items():
        if place < len(signs) and signs[place].isdigit():
            signs[place] = digit
    text = "".join(signs)
    within = None if text.startswith("+") else region
    fast = plainly(text, within)
    assert fast is None or fast == by_library(text, within)


def test_numbers_as_they_are_mostly_written_go_the_fast_way() -> None:
    for text, region in (
        ("+49 171 1234567", None), ("0171/1234567", "DE"), ("(202) 555-0123", "US"),
        ("07911 123456", "GB"), ("0664 123 4567", "AT"), ("06 12 34 56 78", "FR"),
    ):  # fmt: skip
        assert plainly(text, region) == by_library(text, region) is not None
