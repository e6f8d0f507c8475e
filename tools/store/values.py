"""How one text value is read: as an id, a moment, an amount, a name …, or why it is not one.

Each function takes the name of a text column and gives two SQL expressions: the value (NULL
where there is none) and the reason why it cannot be read (NULL where it can, or where nothing
stands there). Nothing is guessed: what could mean two things is refused with that reason.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tools.store.segments import literal

MOST_TEXT = 2_000
MOST_NAME = 100
MOST_ID = 200
MOST_JSON = 40_000
MOST_PHONE = 40
MOST_AMOUNT = 1_000_000_000
MOST_QUANTITY = 10_000_000
EARLIEST = "1990-01-01"

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_INVISIBLE = (
    r"[\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}\x{E0000}-\x{E007F}]"
)
_FORMULA = r"^(=|@[A-Za-z]+\(|[+\-@].*\|.*!)"
_MARKUP = r"[{}<>|$%=`\\\[\]^~]|://|^[a-zA-Z]+:|^[+@-]"
_WITH_OFFSET = r"\d:\d{2}.*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$"
_EPOCH = r"^(\d{10}|\d{13}|\d{16})(\.\d+)?$"
_ADDRESS = (
    r"[^\s@<>\"(),:;\[\]\\{}]{1,64}@"
    r"([^\s@<>\"(),:;\[\]\\/{}.]+\.)+[^\s@<>\"(),:;/\d.{}]+"
)
_DAY = r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"
_PLAIN_TIME = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"

MACROS = (
    # what stands there, or NULL for the ways in which files say "nothing"
    """CREATE MACRO known(x) AS
        CASE WHEN lower(trim(x, E' \\t\\r\\n\u00a0')) IN ('', 'nan', 'nat', 'none', 'null', 'n/a',
            '#n/a', 'undefined', '\\n', '<na>') THEN NULL
        ELSE trim(x, E' \\t\\r\\n\u00a0') END""",
    f"""CREATE MACRO hostile(x) AS
        CASE WHEN regexp_matches(x, '{_CONTROL}') THEN 'control characters'
             WHEN strlen(x) > length(x) AND regexp_matches(x, '{_INVISIBLE}')
             THEN 'invisible characters' END""",
    # an amount's text with a decimal point, or NULL
    r"""CREATE MACRO pointed(n) AS
        CASE WHEN regexp_matches(n, '^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$') THEN n
             WHEN regexp_matches(n, '^[+-]?\d{1,3}(,\d{3})+\.\d+$') THEN replace(n, ',', '')
             WHEN regexp_matches(n, '^[+-]?\d{1,3}(,\d{3}){2,}$') THEN replace(n, ',', '')
             WHEN regexp_matches(n, '^[+-]?\d{1,3}(\.\d{3}){2,}$') THEN replace(n, '.', '')
             WHEN regexp_matches(n, '^[+-]?\d{1,3}(\.\d{3})+,\d+$')
                 THEN replace(replace(n, '.', ''), ',', '.')
             WHEN regexp_matches(n, '^[+-]?\d+,(\d{1,2}|\d{4,})$') THEN replace(n, ',', '.') END""",
    r"""CREATE MACRO bare(x) AS
        regexp_replace(x, '[€$£¥%\s\x{00A0}'']|EUR|USD|GBP|CHF', '', 'gi')""",
    """CREATE MACRO amount(x) AS coalesce(TRY_CAST(x AS DECIMAL(18, 6)),
        TRY_CAST(pointed(bare(x)) AS DECIMAL(18, 6)))""",
)
"""Made once on the connection that reads a file."""


@dataclass(frozen=True)
class Value:
    """One field. ``read`` is SQL over the text column ``field``; ``problem`` is SQL over both
    the text and what ``read`` gave, as ``field__``.

    ``required`` refuses the whole row where nothing or nothing readable stands there; ``strict``
    where something unreadable does. Of other fields the unreadable value alone is left out.
    """

    field: str
    read: str
    problem: str
    required: bool = False
    strict: bool = False

    @property
    def refuses(self) -> bool:
        return self.required or self.strict


@dataclass(frozen=True)
class Times:
    """What a file's times without an offset mean, and which moments are believable."""

    zone: str
    """IANA name for times that carry no offset."""
    day_first: bool
    """How 3/4/2010 is meant."""
    latest: datetime
    """Anything later was not yet."""


def strictly(value: Value) -> Value:
    """The same field, whose unreadable value refuses the row: leaving it out would change what
    the row means."""
    return replace(value, strict=True)


def identifier(field: str, *, required: bool = False) -> Value:
    """An id: short, visible; ``13085.0`` is 13085."""
    return Value(
        field,
        f"CASE WHEN {field} LIKE '%.0' THEN regexp_replace({field}, '^(-?\\d+)\\.0+$', '\\1') "
        f"ELSE {field} END",
        _first((f"length({field}) > {MOST_ID}", "too long"), other=f"hostile({field})"),
        required,
    )


def text(field: str, *, most: int = MOST_TEXT, required: bool = False) -> Value:
    """Free text of one line."""
    return Value(
        field,
        f"CASE WHEN length({field}) <= {most} "
        f"THEN regexp_replace({field}, '[\\t\\r\\n]+', ' ', 'g') END",
        _first(
            (f"length({field}) > {most}", "too long"),
            (f"regexp_matches({field}, '{_FORMULA}')", "a spreadsheet formula"),
            other=f"hostile({field}__)",
        ),
        required,
    )


def person_name(field: str) -> Value:
    """A name of a person or place: letters of any script, and nothing that a machine would run."""
    return Value(
        field,
        field,
        _first(
            (f"length({field}) > {MOST_NAME}", "too long"),
            (f"hostile({field}) IS NOT NULL", "control or invisible characters"),
            (f"regexp_matches({field}, '[\\t\\r\\n]')", "several lines"),
            (f"regexp_matches({field}, '{_FORMULA}')", "a spreadsheet formula"),
            (f"regexp_matches({field}, '{_MARKUP}')", "not a name: markup or code"),
            (f"NOT regexp_matches({field}, '\\p{{L}}')", "not a name: no letter"),
            (
                f"regexp_matches({field}, '\\p{{M}}{{4,}}|\\x{{FDFA}}')",
                "not a name: stacked signs",
            ),
            (
                f"strlen({field}) > length({field}) AND regexp_matches({field}, '\\p{{Latin}}') "
                f"AND regexp_matches({field}, '\\p{{Cyrillic}}|\\p{{Greek}}')",
                "not a name: mixed scripts",
            ),
            (f"lower({field}) IN ('true', 'false')", "not a name: true or false"),
        ),
    )


def email(field: str, *, required: bool = False) -> Value:
    """An address as far as its form goes; the domain in lower case."""
    return Value(
        field,
        f"split_part({field}, '@', 1) || '@' || lower(split_part({field}, '@', 2))",
        _first(
            (f"length({field}) > 254", "too long"),
            (f"hostile({field}) IS NOT NULL", "control or invisible characters"),
            (
                f"NOT regexp_full_match({field}, '{_ADDRESS}')",
                "not an address",
            ),
        ),
        required,
    )


def phone(field: str, *, country: str) -> Value:
    """A phone number as E.164, as the table ``phones`` has read it (tools/store/phones.py);
    ``country`` is the SQL that it was made with."""
    entry = f"FROM phones WHERE _said = {field} AND _country IS NOT DISTINCT FROM {country}"
    return Value(
        field,
        f"(SELECT _e164 {entry})",
        _first(
            (f"length({field}) > {MOST_PHONE}", "too long"),
            other=f"(SELECT nullif(_why, '') {entry})",
        ),
    )


def moment(field: str, times: Times, *, required: bool = False) -> Value:
    """A moment in UTC: ISO 8601, Unix seconds, milli- or microseconds, or day, month and year with
    slashes or dots."""
    zone = literal(times.zone)
    # Shops write " +0200", which DuckDB reads as "+02:00" alone.
    offset = rf"regexp_replace({field}, '\s*([+-]\d{{2}}):?(\d{{2}})$', '\1:\2')"
    slashed = "%d/%m/%Y" if times.day_first else "%m/%d/%Y"
    clocks = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    formats = ", ".join(
        literal(day + clock) for day in ("%d.%m.%Y", slashed, "%Y/%m/%d") for clock in clocks
    )
    return Value(
        field,
        f"CASE WHEN regexp_matches({field}, '{_PLAIN_TIME}') "
        f"THEN timezone({zone}, TRY_CAST({field} AS TIMESTAMP)) "
        f"WHEN length({field}) > 60 OR NOT regexp_matches({field}, '^\\d') THEN NULL "
        f"WHEN regexp_matches({field}, '{_EPOCH}') THEN to_timestamp("
        f"TRY_CAST({field} AS DOUBLE) / CASE length(split_part({field}, '.', 1)) "
        f"WHEN 13 THEN 1000 WHEN 16 THEN 1000000 ELSE 1 END) "
        f"WHEN regexp_matches({field}, '{_WITH_OFFSET}') "
        f"THEN TRY_CAST({offset} AS TIMESTAMPTZ) "
        f"ELSE timezone({zone}, coalesce(TRY_CAST({field} AS TIMESTAMP), "
        f"try_strptime({field}, [{formats}]))) END",
        _first(
            (f"{field} IS NOT NULL AND {field}__ IS NULL", "not a date"),
            (f"{field}__ < TIMESTAMPTZ '{EARLIEST} 00:00:00+00'", f"a date before {EARLIEST}"),
            (f"{field}__ > TIMESTAMPTZ '{times.latest.isoformat()}'", "a date in the future"),
        ),
        required,
    )


def day(field: str, times: Times) -> Value:
    """A calendar day of the past: ISO 8601, or with slashes or dots."""
    slashed = "%d/%m/%Y" if times.day_first else "%m/%d/%Y"
    formats = ", ".join(literal(f) for f in ("%Y-%m-%d", "%d.%m.%Y", slashed, "%Y/%m/%d"))
    return Value(
        field,
        f"CAST(try_strptime(left({field}, 10), [{formats}]) AS DATE)",
        _first(
            (f"{field} IS NOT NULL AND {field}__ IS NULL", "not a day"),
            (f"{field}__ < DATE '1890-01-01'", "a day before 1890"),
            (f"{field}__ > DATE '{times.latest.date().isoformat()}'", "a day in the future"),
        ),
    )


def without_offset(field: str) -> str:
    """True where the text is a time that says no offset."""
    return (
        f"(regexp_matches({field}, '{_DAY}') "
        f"AND coalesce(NOT regexp_matches({field}, '{_WITH_OFFSET}'), false))"
    )


_TWO_WAYS = r"^[+-]?\d{1,3},\d{3}$"


def money(field: str, *, required: bool = False) -> Value:
    """An amount with up to six decimals, by point or comma."""
    return Value(
        field,
        f"amount({field})",
        _first(
            (
                f"{field}__ IS NULL AND regexp_matches(bare({field}), '{_TWO_WAYS}')",
                "an amount that can be read in two ways",
            ),
            (f"{field}__ IS NULL AND pointed(bare({field})) IS NULL", "not an amount"),
            (f"{field}__ IS NULL OR abs({field}__) > {MOST_AMOUNT}", "an amount out of range"),
        ),
        required,
    )


def rate(field: str) -> Value:
    """A fraction: 0.19, 19 or 19 %."""
    return Value(
        field,
        f"CAST(CASE WHEN amount({field}) >= 1 THEN amount({field}) / 100 ELSE amount({field}) END "
        "AS DECIMAL(18, 6))",
        _first(
            (f"{field}__ IS NULL", "not a rate"),
            (f"{field}__ < 0 OR {field}__ > 1", "a rate out of range"),
        ),
    )


def whole(field: str, *, required: bool = False) -> Value:
    """A whole number of pieces, negative for a return."""
    return Value(
        field,
        f"amount({field})",
        _first(
            (f"{field}__ IS NULL AND pointed(bare({field})) IS NULL", "not a number"),
            (f"{field}__ IS NULL OR abs({field}__) > {MOST_QUANTITY}", "a number out of range"),
            (f"{field}__ <> trunc({field}__)", "not a whole number"),
        ),
        required,
    )


_YES = (
    "true", "t", "yes", "y", "1", "1.0", "ja", "subscribed", "granted", "given", "opt in",
    "opted in", "optin", "confirmed", "double opt in", "single opt in",
)  # fmt: skip
_NO = (
    "false", "f", "no", "n", "0", "0.0", "nein", "unsubscribed", "not subscribed",
    "never subscribed", "revoked", "withdrawn", "denied", "opt out", "opted out", "optout",
)  # fmt: skip


def yes_or_no(field: str, *, required: bool = False) -> Value:
    """True or false, as files say it."""
    return Value(
        field,
        f"CASE WHEN {_word(field)} IN {_list(_YES)} THEN true "
        f"WHEN {_word(field)} IN {_list(_NO)} THEN false END",
        _first((f"{field}__ IS NULL", "neither yes nor no")),
        required,
    )


def one_of(
    field: str, words: Mapping[str, Sequence[str]], what: str, *, required: bool = False
) -> Value:
    """One of ours, or a word that files use for it."""
    cases = " ".join(
        f"WHEN {_word(field)} IN {_list((ours.replace('_', ' '), *theirs))} THEN {literal(ours)}"
        for ours, theirs in words.items()
    )
    return Value(
        field,
        f"CASE {cases} END",
        _first((f"{field}__ IS NULL", f"not {what} that we know")),
        required,
    )


def _word(field: str) -> str:
    return f"replace(replace(lower({field}), '_', ' '), '-', ' ')"


def _list(words: Sequence[str]) -> str:
    return "(" + ", ".join(literal(word.replace("-", " ")) for word in words) + ")"


def time_zone(field: str) -> Value:
    """An IANA name that Python and the engine both know (table ``zones``)."""
    return Value(
        field,
        f"CASE WHEN {field} IN (SELECT zone FROM zones) THEN {field} END",
        _first((f"{field}__ IS NULL", "not a time zone")),
    )


def language(field: str) -> Value:
    """ISO 639, lower case: ``de`` for de-DE, German and Deutsch."""
    said = f"lower({field})"
    return Value(
        field,
        f"CASE WHEN {said} IN ('german', 'deutsch') THEN 'de' WHEN {said} IN ('english', "
        f"'englisch') THEN 'en' "
        f"WHEN regexp_full_match({said}, '[a-z]{{2,3}}([-_][a-z0-9]{{2,8}})*') "
        f"THEN regexp_extract({said}, '^[a-z]+') END",
        _first((f"{field}__ IS NULL", "not a language")),
    )


def currency(field: str) -> Value:
    """ISO 4217, upper case."""
    return Value(
        field,
        f"upper({field})",
        _first((f"NOT regexp_full_match({field}__, '[A-Z]{{3}}')", "not a currency")),
    )


def json_object(field: str) -> Value:
    """A JSON object of at most ``MOST_JSON`` characters."""
    return Value(
        field,
        field,
        _first(
            (f"length({field}) > {MOST_JSON}", "too long"),
            (
                f"NOT coalesce(json_valid({field}), false) OR left({field}, 1) <> '{{'",
                "not a JSON object",
            ),
        ),
    )


def _first(*cases: tuple[str, str], other: str = "NULL") -> str:
    """The reason of the first condition that is met."""
    whens = " ".join(f"WHEN {condition} THEN {literal(why)}" for condition, why in cases)
    return f"CASE {whens} ELSE {other} END"


def hostile_text(value: str, *, most: int) -> str | None:
    """The same judgment of a text in Python, for the few rows that are not read by SQL."""
    if len(value) > most:
        return "too long"
    if re.search(_CONTROL, value):
        return "control characters"
    invisible = re.sub(r"\\x\{([0-9A-F]+)\}", lambda m: f"\\U{m[1]:0>8}", _INVISIBLE)
    if re.search(invisible, value):
        return "invisible characters"
    return "a spreadsheet formula" if re.search(_FORMULA, value) else None
