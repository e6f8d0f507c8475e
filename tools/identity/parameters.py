"""What each agreement between two customers weighs.

A field agrees to a *level*, the best one first; ``m`` is how often one person's two records agree
to it, ``u`` how often two strangers' do, ``household`` how often two people of one household do.
The figures here are the prior: they are used as they stand where there are too few customers to
estimate from, and ``m`` and ``u`` are estimated on the data elsewhere. They were set by what the
literature reports of hand-labelled administrative and customer data (W. Winkler, "Overview of
Record Linkage and Current Research Directions", US Census Bureau 2006; P. Christen, "Data
Matching", Springer 2012, ch. 5–6): one record in fifty has an error in a name, one in forty in a
birthday, people have one to three addresses and change a number every eight years. ``household``
is by reckoning: four in five couples share a name, nearly all an address, one call in six is from
a landline, and nobody has the other one's first name.
"""

from __future__ import annotations

from domain.frozen import Frozen
from tools.identity.port import Agreement


class Level(Frozen):
    sql: str
    """Over the columns of both, ``_l`` and ``_r``; DuckDB's functions."""
    agreement: Agreement
    words: str
    m: float
    u: float
    household: float
    frequency_of: str = ""
    """Of the column whose rarer values weigh more."""
    fixed: bool = False
    """Neither estimated on the data: what agrees here follows from the names."""


class Field(Frozen):
    name: str
    unknown: str
    levels: tuple[Level, ...]


def _level(
    sql: str,
    agreement: Agreement,
    words: str,
    m: float,
    u: float,
    household: float,
    frequency_of: str = "",
    fixed: bool = False,
) -> Level:
    return Level(
        sql=sql,
        agreement=agreement,
        words=words,
        m=m,
        u=u,
        household=household,
        frequency_of=frequency_of,
        fixed=fixed,
    )


# Most names that differ are told by their lengths, at a twentieth of the time.
_ALIKE = "abs(length({0}_l) - length({0}_r)) <= 3 AND jaro_winkler_similarity({0}_l, {0}_r) >= {1}"
_ONE_OFF = "abs(length({0}_l) - length({0}_r)) <= 1 AND levenshtein({0}_l, {0}_r) <= 1"
# Of those that differ by two letters at most it is asked whether two were turned: far dearer.
_TURNED = "levenshtein({0}_l, {0}_r) <= 2 AND damerau_levenshtein({0}_l, {0}_r) <= 1"
SWAPPED = "first_l = last_r AND last_l = first_r"
_NEARLY_SWAPPED = (
    "first_l <> first_r AND jaro_winkler_similarity(first_l, last_r) >= 0.88 "
    "AND jaro_winkler_similarity(last_l, first_r) >= 0.88"
)
_CROSSED = "first_l <> first_r AND (first_l = last_r OR last_l = first_r)"
"""One name in the other one's place, where the rest says nothing."""

FIRST = Field(
    name="first",
    unknown="first_l IS NULL OR first_r IS NULL",
    levels=(
        _level("(length(first_l) = 1 OR length(first_r) = 1) "
               "AND left(first_l, 1) = left(first_r, 1)", "close", "the initial",
               0.035, 0.004, 0.05),
        _level("first_l = first_r", "equal", "the first name", 0.78, 0.008, 0.004, "first"),
        _level("root_l IN (root_r, root2_r) OR root2_l IN (root_r, root2_r) "
               "OR first_l = second_r OR second_l = first_r", "close",
               "a short form of the first name", 0.11, 0.004, 0.004),
        _level(f"({_ALIKE.format('first', 0.9)}) OR ({_ONE_OFF.format('first')})", "close",
               "much the same first name", 0.045, 0.004, 0.01),
        _level(SWAPPED, "close", "first and family name swapped", 0.012, 1e-7, 1e-6, fixed=True),
        _level(_NEARLY_SWAPPED, "close", "first and family name swapped, but for a letter",
               0.004, 1e-6, 1e-5, fixed=True),
        _level(_CROSSED, "close", "the first name as family name", 0.004, 3e-4, 3e-4, fixed=True),
        _level("ELSE", "different", "another first name", 0.018, 0.98, 0.93),
    ),
)  # fmt: skip
NAMES_AGREE = (2, 6)
"""The first and last number of the levels at which first names are the same or written otherwise;
an initial says too little, one name in the other's place too."""
LAST = Field(
    name="last",
    unknown="last_l IS NULL OR last_r IS NULL",
    levels=(
        _level("last_l = last_r", "equal", "the family name", 0.91, 0.0012, 0.8, "last"),
        _level("last_a_l IN (last_a_r, last_b_r) OR last_b_l IN (last_a_r, last_b_r)", "close",
               "part of the family name", 0.012, 0.0012, 0.02),
        _level(f"({_ALIKE.format('last', 0.92)}) OR ({_ONE_OFF.format('last')})", "close",
               "much the same family name", 0.04, 0.002, 0.03),
        # Weighed already with the first name.
        _level(f"({SWAPPED}) OR ({_NEARLY_SWAPPED}) OR ({_CROSSED})", "close",
               "family and first name swapped", 0.01, 0.01, 0.01, fixed=True),
        _level("ELSE", "different", "another family name", 0.03, 0.995, 0.15),
    ),
)  # fmt: skip
EMAIL = Field(
    name="email",
    unknown="mailbox_l IS NULL OR mailbox_r IS NULL",
    levels=(
        _level("mailbox_l = mailbox_r", "equal", "the address", 0.57, 2e-8, 0.015),
        _level("handle_l = handle_r", "close", "what stands before the @", 0.02, 2e-6, 1e-4),
        # Not in its digits: they tell namesakes apart.
        _level("(letters_l <> letters_r AND abs(length(mailbox_l) - length(mailbox_r)) <= 1 "
               "AND right(mailbox_l, 6) = right(mailbox_r, 6) "
               "AND (left(mailbox_l, 4) = left(mailbox_r, 4) "
               "OR right(local_l, 4) = right(local_r, 4)) "
               "AND levenshtein(mailbox_l, mailbox_r) <= 1) "
               f"OR (local_l = local_r AND {_TURNED.format('mailbox')})", "close",
               "the address but for a letter", 0.025, 2e-8, 1e-4),
        # Namesakes have addresses much alike, so this tells no more than the name does.
        _level("letters_l = letters_r", "close", "the name before the @", 0.10, 0.20, 0.10,
               fixed=True),
        _level("ELSE", "different", "another address", 0.285, 0.98, 0.98),
    ),
)  # fmt: skip
PHONE = Field(
    name="phone",
    unknown="number_l IS NULL OR number_r IS NULL",
    levels=(
        _level("number_l = number_r", "equal", "the telephone number", 0.70, 1e-8, 0.06),
        # Numbers that differ in their last digit alone are given out side by side, to a family.
        _level("abs(length(number_l) - length(number_r)) <= 1 "
               "AND left(number_l, length(number_r) - 1) <> left(number_r, length(number_r) - 1) "
               f"AND {_TURNED.format('number')}", "close",
               "the telephone number but for one digit", 0.02, 1e-7, 1e-3),
        _level("ELSE", "different", "another telephone number", 0.28, 1.0, 0.94),
    ),
)  # fmt: skip
_PARTS = (
    "(CASE WHEN left(birthday_l, 4) = left(birthday_r, 4) THEN 1 ELSE 0 END"
    " + CASE WHEN substr(birthday_l, 6, 2) = substr(birthday_r, 6, 2) THEN 1 ELSE 0 END"
    " + CASE WHEN right(birthday_l, 2) = right(birthday_r, 2) THEN 1 ELSE 0 END) = 2"
)
BIRTHDAY = Field(
    name="birthday",
    unknown="birthday_l IS NULL OR birthday_r IS NULL",
    levels=(
        _level("birthday_l = birthday_r", "equal", "the birthday", 0.94, 5e-5, 0.004),
        _level(f"{_PARTS} OR (left(birthday_l, 4) = left(birthday_r, 4) "
               "AND substr(birthday_l, 6, 2) = right(birthday_r, 2) "
               "AND right(birthday_l, 2) = substr(birthday_r, 6, 2))", "close",
               "the birthday but for one part of it", 0.05, 0.004, 0.01),
        _level("ELSE", "different", "another birthday", 0.01, 0.996, 0.986),
    ),
)  # fmt: skip
_POSTCODE = f"(postcode_l = postcode_r OR ({_TURNED.format('postcode')}))"
_STREET = (
    "(starts_with(street_l, street_r) OR starts_with(street_r, street_l) "
    "OR jaro_winkler_similarity(street_l, street_r) >= 0.9)"
)
# Of one who gave a birthday and one who did not, and has a year or its end behind the name in the
# address: lena.kraus1980@, lena80@.
YEAR = Field(
    name="year",
    unknown="year_l IS NULL OR year_r IS NULL "
            "OR (birthday_l IS NOT NULL AND birthday_r IS NOT NULL) "
            "OR (birthday_l IS NULL AND birthday_r IS NULL AND mailbox_l = mailbox_r)",
    levels=(
        _level("year_l = year_r", "close", "the year of birth", 0.9, 0.02, 0.02),
        _level("ELSE", "different", "another year of birth", 0.1, 0.98, 0.98),
    ),
)  # fmt: skip
ADDRESS = Field(
    name="address",
    unknown="street_l IS NULL OR street_r IS NULL",
    levels=(
        _level("street_l = street_r AND house_l = house_r AND postcode_l = postcode_r", "equal",
               "the street and number", 0.75, 1e-7, 0.78),
        _level(f"house_l = house_r AND (({_STREET} AND {_POSTCODE}) "
               "OR (street_l = street_r AND city_l = city_r))", "close",
               "much the same street and number", 0.06, 1e-7, 0.06),
        _level(f"street_l = street_r AND {_POSTCODE}", "close", "the street", 0.045,
               2e-6, 0.04),
        _level("postcode_l = postcode_r", "different", "the postcode", 0.01, 6e-4, 0.01),
        _level("ELSE", "different", "another address", 0.135, 0.9994, 0.11),
    ),
)  # fmt: skip
FIELDS: tuple[Field, ...] = (FIRST, LAST, EMAIL, PHONE, BIRTHDAY, YEAR, ADDRESS)

NOT_SHARED = 1e-4
"""How often two of a household give one number where numbers are said to be one person's each."""
HOUSEHOLD_PAIRS = 1.0
"""Pairs of one household for each pair of one person, both among customer records."""
