"""People are recognised as well as is said: on labelled data, and on invented records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from domain.errors import WrongUsage
from evals.benchmarks.identity import measure, read_febrl
from evals.records import write_records
from tools.identity import resolve
from tools.identity.rules import IdentityRules


@pytest.mark.shared
async def test_febrl4_is_found_nearly_whole_and_without_an_error(shared_data: Path) -> None:
    figures = {
        one.name.split(": ")[1]: one.value
        for one in await measure(shared_data / "febrl" / "dataset4b.csv")
    }
    assert figures["clusters, precision"] >= 0.9995
    assert figures["clusters, F1"] >= 0.999
    assert figures["blocking coverage"] >= 0.999


def test_invented_records_are_found_alike_in_every_run_and_far_better_than_by_address() -> None:
    records = write_records(2_000)
    found = resolve(records.profiles, records.links, (), rules=IdentityRules())
    assert resolve(records.profiles, records.links, (), rules=IdentityRules()) == found
    assert found.figures.model == "estimated"
    truth = records.truth
    wrong = sum(truth[merge.customer_id] != truth[merge.person] for merge in found.merges)
    assert wrong <= 0.01 * len(found.merges)
    persons = len(set(truth.values()))
    right = len(found.merges) - wrong
    assert right >= 0.85 * (len(truth) - persons)
    assert dict(found.figures.by_rule)["likely_same"] > 50
    for merge in found.merges:
        assert merge.customer_id != merge.person
        ends = [{reason.one, reason.other} for reason in merge.reasons]
        assert merge.customer_id in ends[0]
        assert merge.person in ends[-1]


def test_the_benchmark_prints_precision_recall_coverage_time_and_memory() -> None:
    result = CliRunner().invoke(app, ["bench", "identity", "--records", "300", "--json"])
    assert result.exit_code == 0, result.output
    (bench,) = json.loads(result.stdout)["data"]["benches"]
    names = {figure["name"] for figure in bench["figures"]}
    for what in ("ties", "clusters", "whole persons", "exact e-mail alone"):
        assert {f"300: {what}, {of}" for of in ("precision", "recall", "F1")} <= names
    assert {"300: time", "300: memory", "300: blocking coverage"} <= names
    assert any(name.startswith("300 sign-ups") for name in names)


def test_a_file_without_labels_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("rec_id, given_name\nrec-1-org, ann\n")
    with pytest.raises(WrongUsage, match="lacks the column"):
        read_febrl(file)
    columns = (
        "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, "
        "state, date_of_birth, soc_sec_id"
    )
    file.write_text(f"{columns}\nC17, ann, lee, 1, a street, , here, 1000, x, 19800101, 1234567\n")
    with pytest.raises(WrongUsage, match="does not say which"):
        read_febrl(file)
