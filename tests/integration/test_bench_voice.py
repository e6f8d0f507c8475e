"""``bench voice`` tells authors apart by style, on any file of its form; others it refuses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from domain.errors import WrongUsage
from evals.benchmarks.voice import measure
from evals.voices.texts import cut, read_shelf
from evals.voices.trial import splits

TOPICS = ("watch", "garden", "kitchen", "river", "engine", "painting", "market", "window", "forest")
PLAIN = ["The {0} is here.", "It is a {0}.", "We have one.", "It costs little.", "You may see it."]
LONG = [
    "Whenever somebody looks for a {0}, which happens rather often, we would perhaps suggest that",
    "although the {0} might not be what everybody expects, there could well be more to it;",
    "and so, if only because we ourselves have never really understood the {0}, it seems that",
]


def written(author: str, sentences: list[str], documents: int = 8) -> Iterable[dict[str, str]]:
    rng = random.Random(author)
    for number in range(documents):
        said = " ".join(rng.choice(sentences).format(rng.choice(TOPICS)) for _ in range(20))
        yield {"brand": author, "path": f"{number}.md", "text": said}


def saved(folder: Path, rows: Iterable[dict[str, str]]) -> Path:
    file = folder / "texts.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return file


@pytest.mark.shared
@pytest.mark.timeout(1200)
async def test_real_authors_are_told_apart_far_above_chance(shared_data: Path) -> None:
    found = {m.name: m.value for m in await measure(shared_data / "brand" / "passages.jsonl")}
    floors = {30: (0.60, 0.86, 0.93), 60: (0.70, 0.90, 0.97), 120: (0.76, 0.93, 0.97)}
    for words, (f1, auc, pooled) in floors.items():
        assert found[f"{words} words, macro-F1"] > f1
        assert found[f"{words} words, AUC"] > auc
        assert found[f"{words} words, five pooled, caught"] > pooled
        for measured in ("macro-F1", "AUC"):  # with 120 words character n-grams come near
            whole = found[f"{words} words, {measured}"] + (0.01 if words == 120 else 0.0)
            assert whole > found[f"{words} words, {measured}, character n-grams"]
            assert whole > found[f"{words} words, {measured}, function words"]


async def test_made_authors_of_one_topic_are_told_apart_and_alike_in_every_run(
    tmp_path: Path,
) -> None:
    file = saved(tmp_path, [*written("short", PLAIN), *written("long", LONG)])
    found = {m.name: m.value for m in await measure(file)}
    assert found["60 words, macro-F1"] > 0.95
    assert {m.name: m.value for m in await measure(file)} == found


async def test_two_names_for_one_hand_are_not_told_apart(tmp_path: Path) -> None:
    file = saved(tmp_path, [*written("one", LONG, 16), *written("other", LONG, 16)])
    found = {m.name: m.value for m in await measure(file)}
    assert 0.3 < found["60 words, AUC"] < 0.7


async def test_german_few_documents_and_unequal_shares_are_measured(tmp_path: Path) -> None:
    german = ["Das ist die {0} und wir haben sie nicht.", "Wenn man sie sieht, ist es gut so."]
    rows = [*written("kurz", german, 3), *written("long", LONG, 12), *written("wee", PLAIN, 1)]
    found = {m.name: m for m in await measure(saved(tmp_path, rows))}
    assert found["authors"].value == 2
    assert "de, en" in found["authors"].note
    assert "wee: 1 documents" in found["authors"].note


def test_no_document_is_on_both_sides_and_none_is_lost(tmp_path: Path) -> None:
    file = saved(tmp_path, [*written("short", PLAIN, 6), *written("long", LONG, 11)])
    shelf = read_shelf(file)
    pieces = cut(shelf, 30)
    folds = splits(pieces, seed=0)
    for document in {piece.document for piece in pieces}:
        assert len({f for p, f in zip(pieces, folds, strict=True) if p.document == document}) == 1
    assert len(cut(shelf, 30, most=20)) <= 20


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "0 authors"),
        ("{not json}", "Line 1 is no JSON"),
        ('{"brand": "a", "text": "b"}', "Line 1 lacks brand, path or text"),
        ('["a"]', "Line 1 lacks"),
        ('{"brand": "a", "path": "1", "text": "too short"}', "a: 1 documents, 2 words"),
    ],
)
async def test_an_unfit_file_is_refused_with_what_it_lacks(
    tmp_path: Path, lines: str, why: str
) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(lines, "utf-8")
    with pytest.raises(WrongUsage, match=why):
        await measure(file)


def test_the_command_asks_for_a_file() -> None:
    result = CliRunner().invoke(app, ["bench", "voice", "--json"])
    assert result.exit_code == 2
    assert "--data" in result.output


async def test_another_language_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    polish = ["Nasza firma {0} oferuje klientom wysoką jakość oraz szybkie terminy."]
    file = saved(tmp_path, [*written("jeden", polish), *written("short", PLAIN)])
    with pytest.raises(WrongUsage, match="jeden are in a language"):
        await measure(file)
    with pytest.raises(WrongUsage, match="cannot be read"):
        await measure(tmp_path / "absent.jsonl")
