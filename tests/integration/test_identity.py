"""Who is who, from what systems say: what ties, what does not, and that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.identity import resolve
from tools.identity.port import Decided, Resolution
from tools.identity.rules import IdentityRules
from tools.store.schema import LINKS, PROFILES

SHARED = IdentityRules(compared=())
"""Shared identifiers alone."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


def _table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    return pa.table(
        [pa.array([r.get(f.name) for r in rows], f.type) for f in schema], schema=schema
    )


def _people(*rows: Row) -> pa.Table:
    """Profiles in the order in which they were made, a day each."""
    return _table(
        PROFILES,
        [
            {"source": "shop", "created_at": BEGAN + timedelta(days=day), **row}
            for day, row in enumerate(rows)
        ],
    )


def _links(*rows: Row) -> pa.Table:
    return _table(
        LINKS,
        [{"link_id": f"l{n}", "seen_at": BEGAN, "source": "site", **r} for n, r in enumerate(rows)],
    )


def _resolved(
    profiles: pa.Table,
    links: pa.Table | None = None,
    decided: Sequence[Decided] = (),
    rules: IdentityRules = SHARED,
    before: dict[str, str] | None = None,
) -> Resolution:
    return resolve(profiles, links or _links(), decided, rules=rules, before=before)


def _merged(resolution: Resolution) -> dict[str, str]:
    return {merge.customer_id: merge.person for merge in resolution.merges}


ANNA = {"customer_id": "A1", "first_name": "Anna", "last_name": "Müller", "email": "anna@post.test"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "Anna@Post.test "}, {"email": "anna@post.test"}),
        ({"email": "a.nna+shop@gmail.com"}, {"email": "anna@googlemail.com"}),
        ({"email": "anna+news@post.test"}, {"email": "anna@post.test"}),
        ({"email": "anna@münchen.test"}, {"email": "anna@xn--mnchen-3ya.test"}),
        ({"phone": "+4915112345679"}, {"phone": "+49 151 12345679"}),
    ],
)
def test_one_address_or_number_in_two_spellings_ties(one: Row, other: Row) -> None:
    name = {"first_name": "Anna", "last_name": "Müller"}
    found = _resolved(
        _people({"customer_id": "A", **name, **one}, {"customer_id": "B", **name, **other})
    )
    assert _merged(found) == {"B": "A"}


@pytest.mark.parametrize(
    "held",
    [
        {"email": "test@test.com"},
        {"email": "noemail@shop.test"},
        {"email": "info@firma.test"},
        {"phone": "+490000000000"},
        {"phone": "+491234567890"},
    ],
)
def test_placeholders_and_functions_tie_nobody_and_are_listed_masked(held: Row) -> None:
    found = _resolved(
        _people({**ANNA, "customer_id": "A", **held, "email": held.get("email")},
                {**ANNA, "customer_id": "B", **held, "email": held.get("email")})
    )  # fmt: skip
    assert not found.merges
    (one,) = found.held
    assert one.count == 2
    assert one.why in ("placeholder", "role")
    assert next(iter(held.values())) not in one.model_dump_json()


def test_an_inbox_of_five_names_is_shared_and_one_persons_guest_orders_are_not() -> None:
    names = ("Anna", "Bernd", "Clara", "Dieter", "Emil")
    family = [
        {
            "customer_id": f"F{n}",
            "first_name": first,
            "last_name": "Huber",
            "email": "all@post.test",
        }
        for n, first in enumerate(names)
    ]
    guests = [{**ANNA, "customer_id": f"G{n}"} for n in range(9)]
    found = _resolved(_people(*family, *guests))
    assert _merged(found) == {f"G{n}": "G0" for n in range(1, 9)}
    assert [(one.why, one.count) for one in found.held] == [("shared", 5)]


def test_a_couple_at_one_inbox_stays_two_and_a_nameless_row_goes_to_one_of_them() -> None:
    found = _resolved(
        _people(
            ANNA,
            {**ANNA, "customer_id": "B1", "first_name": "Bernd"},
            {"customer_id": "N1", "email": "anna@post.test"},
        )
    )
    assert _merged(found) == {"N1": "A1"}
    assert [(r.one, r.other, r.why) for r in found.refusals] == [("A1", "B1", "contradiction")]


def test_a_number_or_a_tablet_ties_only_whose_names_agree() -> None:
    landline = {"phone": "+4930123987456", "last_name": "Huber"}
    found = _resolved(
        _people(
            {"customer_id": "A", "first_name": "Katharina", **landline},
            {"customer_id": "B", "first_name": "Otto", **landline},
            {"customer_id": "C", "first_name": "Kathi", **landline},
            {"customer_id": "D", "last_name": "Huber", "phone": landline["phone"]},
            {"customer_id": "E", "first_name": "Jonas", "last_name": "Berg"},
            {"customer_id": "F", "first_name": "Jonas", "last_name": "Berg"},
            {"customer_id": "G", "first_name": "Lena", "last_name": "Berg"},
        ),
        _links(*({"customer_id": who, "anonymous_id": "tablet"} for who in "EFG")),
    )
    assert _merged(found) == {"C": "A", "F": "E"}
    assert "tablet" not in {device.anonymous_id for device in found.devices}, "used by two"


def test_a_system_says_that_one_id_is_another_and_where_somebody_signed_in() -> None:
    found = _resolved(
        _people({"customer_id": "A"}, {"customer_id": "B"}),
        _links(
            {"customer_id": "B", "anonymous_id": "A"},
            {"customer_id": "B", "anonymous_id": "d-17"},
        ),
    )
    assert _merged(found) == {"B": "A"}
    assert found.merges[0].reasons[0].rule == "alias"
    assert ("d-17", "A") in {(device.anonymous_id, device.person) for device in found.devices}


def test_every_merge_has_a_path_of_masked_reasons() -> None:
    number = {"phone": "+4915112345679", "first_name": "Anna", "last_name": "Müller"}
    found = _resolved(
        _people(
            ANNA,
            {**ANNA, "customer_id": "A2", "phone": number["phone"]},
            {"customer_id": "A3", **number},
        )
    )
    assert _merged(found) == {"A2": "A1", "A3": "A1"}
    path = next(merge for merge in found.merges if merge.customer_id == "A3").reasons
    assert [reason.rule for reason in path] == ["same_phone", "same_email"]
    at = "A3"
    for reason in path:
        at = reason.other if at == reason.one else reason.one
    assert at == "A1"
    said = " ".join(reason.evidence for reason in path)
    assert "a…@…" in said
    assert not {"anna@post.test", number["phone"]} & set(said.split())


def test_people_overrule_and_can_take_it_back() -> None:
    people = _people(ANNA, {**ANNA, "customer_id": "A2"}, {"customer_id": "X"})
    same, apart = (
        Decided(one="X", other="A2", verdict="same"),
        Decided(one="A1", other="X", verdict="apart"),
    )
    assert _merged(_resolved(people, decided=[same])) == {"A2": "A1", "X": "A1"}
    kept = _resolved(people, decided=[same, apart])
    assert _merged(kept) == {"X": "A2"}, "a decision goes before a shared address"
    assert [refusal.why for refusal in kept.refusals] == ["decided_apart"]
    assert _resolved(people, decided=[]) == _resolved(people)


def test_a_person_keeps_the_name_of_before() -> None:
    people = _people(ANNA, {**ANNA, "customer_id": "A2"})
    assert _merged(_resolved(people)) == {"A2": "A1"}
    assert _merged(_resolved(people, before={"A0": "A2", "A1": "A2"})) == {"A1": "A2"}
    assert _merged(_resolved(people, before={"A1": "gone"})) == {"A2": "A1"}


_value = st.sampled_from([None, "x@post.test", "y@post.test", "info@post.test"])
_first = st.sampled_from([None, "Anna", "Anni", "Bernd"])
_device = st.sampled_from(["d1", "d2"])
_id = st.integers(0, 6).map(lambda n: f"C{n}")


@settings(max_examples=8)
@given(
    st.lists(st.tuples(_id, _value, _first), min_size=2, max_size=10),
    st.lists(st.tuples(_id, _device), max_size=4),
    st.lists(st.tuples(_id, _id, st.sampled_from(["same", "apart"])), max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_order_of_what_is_said_means_nothing_and_apart_is_never_broken(
    rows: list[tuple[str, str | None, str | None]],
    devices: list[tuple[str, str]],
    decisions: list[tuple[str, str, str]],
    chance: Random,
) -> None:
    people = [
        {"customer_id": who, "email": email, "first_name": first, "created_at": BEGAN, "seq": n}
        for n, (who, email, first) in enumerate(rows)
    ]
    seen = [
        {"link_id": f"{who} {device}", "customer_id": who, "anonymous_id": device, "seen_at": BEGAN}
        for who, device in devices
    ]
    decided = [
        Decided(one=one, other=other, verdict="same" if verdict == "same" else "apart")
        for one, other, verdict in decisions
    ]
    one = _resolved(_table(PROFILES, people), _table(LINKS, seen), decided)
    for given_rows in (people, seen, decided):
        chance.shuffle(given_rows)
    assert _resolved(_table(PROFILES, people), _table(LINKS, seen), decided) == one
    persons = _merged(one)
    for decision in decided:
        if decision.verdict == "apart" and decision.one != decision.other:
            a, b = (persons.get(who, who) for who in (decision.one, decision.other))
            known = {who for who, _, _ in rows} | {who for who, _ in devices}
            assert a != b or not {decision.one, decision.other} <= known
    assert set(persons.values()).isdisjoint(persons)


def test_few_customers_are_compared_with_documented_parameters() -> None:
    """One who moved and has a new address, one namesake elsewhere, and a father with his son."""
    home = {"last_name": "Habichthal", "street": "Lindenstr. 4", "postcode": "80331"}
    found = _resolved(
        _people(
            {"customer_id": "A", "first_name": "Theresa", "birthday": date(1980, 4, 2), **home},
            {
                "customer_id": "B", "first_name": "Resi", "last_name": "Habichtal",
                "birthday": date(1980, 4, 2), "street": "Lindenstraße 4", "postcode": "80331",
            },
            {"customer_id": "C", "first_name": "Theresa", "last_name": "Habichthal",
             "birthday": date(1951, 9, 30), "postcode": "20095", "street": "Am Wall 1"},
            {"customer_id": "D", "first_name": "Otto", "birthday": date(1950, 1, 2), **home},
        ),
        rules=IdentityRules(),
    )  # fmt: skip
    assert _merged(found) == {"B": "A"}
    assert found.figures.model == "prior"
    assert "too few" in found.figures.notes[0]
    (reason,) = found.merges[0].reasons
    assert reason.rule == "likely_same"
    assert reason.probability is not None
    assert reason.probability >= 0.95
    assert "the birthday" in reason.evidence


@pytest.mark.parametrize(
    ("first", "last", "agrees"),
    [
        ("Habichthal", "Theresa", "first and family name swapped"),
        ("Habichtahl", "Teresa", "first and family name swapped, but for a letter"),
        ("Habichthal", "Maria", "the first name as family name"),
    ],
)
def test_names_in_each_others_place_are_recognised(first: str, last: str, agrees: str) -> None:
    known = {"birthday": date(1980, 4, 2), "street": "Lindenstr. 4", "postcode": "80331"}
    found = _resolved(
        _people(
            {"customer_id": "A", "first_name": "Theresa", "last_name": "Habichthal", **known},
            {"customer_id": "B", "first_name": first, "last_name": last, **known},
        ),
        rules=IdentityRules(),
    )
    assert _merged(found) == {"B": "A"}
    assert agrees in found.merges[0].reasons[0].evidence.split("; but")[0]


def test_numbers_of_one_person_each_are_so_with_two_digits_swapped_too() -> None:
    """Where numbers are one person's each, nobody at home has nearly the same, but for the next."""
    home = {"last_name": "Habichthal", "street": "Lindenstr. 4", "postcode": "80331"}
    theresa, daniela = (
        {"customer_id": who, "first_name": name, "phone": phone, **home}
        for who, name, phone in (
            ("A", "Theresa", "+4915112643798"),
            ("B", "Daniela", "+4915112463798"),
        )
    )
    own = IdentityRules(phones_are_shared=False)
    assert _merged(_resolved(_people(theresa, daniela), rules=own)) == {"B": "A"}
    assert not _resolved(_people(theresa, daniela), rules=IdentityRules()).merges
    after = {**daniela, "phone": "+4915112643799"}
    assert not _resolved(_people(theresa, after), rules=own).merges


def test_of_three_spellings_the_one_in_the_middle_explains_the_others() -> None:
    """Uschi and Usrula have nothing in common but Ursula, and nothing speaks against them."""
    uschi, ursula, usrula = (
        {"customer_id": name, "first_name": name, "last_name": "Kraus", "email": "mk@post.test"}
        for name in ("Uschi", "Ursula", "Usrula")
    )
    assert _merged(_resolved(_people(uschi, ursula, usrula))) == {
        "Ursula": "Uschi",
        "Usrula": "Uschi",
    }
    assert not _merged(_resolved(_people(uschi, usrula)))
    born = {"birthday": date(1950, 3, 1)}, {"birthday": date(1984, 7, 9)}
    parted = _merged(_resolved(_people(uschi | born[0], ursula, usrula | born[1])))
    assert len(parted) == 1, "two birthdays are two people, whatever they are called"


def test_a_family_name_is_read_off_the_address_where_others_bear_it() -> None:
    home = {"street": "Lindenstr. 4", "postcode": "80331", "birthday": date(1980, 4, 2)}
    others = [
        {"customer_id": f"O{n}", "first_name": name, "last_name": "Habichthal"}
        for n, name in enumerate(("Otto", "Emil"))
    ]
    found = _resolved(
        _people(
            {"customer_id": "A", "first_name": "Theresa", "last_name": "Habichthal", **home},
            {
                "customer_id": "B",
                "first_name": "Resi",
                "email": "resi.habichthal@post.test",
                **home,
            },
            *others,
        ),
        rules=IdentityRules(),
    )
    assert _merged(found) == {"B": "A"}
    assert "the family name" in found.merges[0].reasons[0].evidence.split("; but")[0]


def test_a_name_written_the_wrong_way_round_is_turned_where_the_others_tell() -> None:
    known = [
        {"customer_id": f"K{n}", "first_name": first, "last_name": last}
        for n, (first, last) in enumerate(
            (first, last)
            for first in ("Lena", "Otto", "Emil", "Ida", "Jonas")
            for last in ("Habichthal", "Krausnick", "Berg", "Zeller")
        )
    ]
    same = {"phone": "+4915112643798"}
    found = _resolved(
        _people(
            *known,
            {"customer_id": "A", "first_name": "Lena", "last_name": "Habichthal", **same},
            {"customer_id": "B", "first_name": "HABICHTHAL", "last_name": "Lena", **same},
        )
    )
    assert _merged(found) == {"B": "A"}
