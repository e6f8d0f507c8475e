"""The voice index on the real chromadb and the packaged embedder."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from brand_voice.brand import EXAMPLE, Brand, load_brand
from brand_voice.embedder import DIMENSIONS, MiniLM
from brand_voice.index import NEAR_EQUAL, VoiceIndex
from domain.voice import Passage

EMBEDDER = MiniLM(threads=1)


class Counting:
    """The real embedder, counting what it is asked for."""

    def __init__(self) -> None:
        self.texts = 0

    @property
    def id(self) -> str:
        return EMBEDDER.id

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += len(texts)
        return EMBEDDER.embed(texts)


class _Apart:
    """Sees no two texts as alike."""

    id = "apart"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [
            [
                float(at == int(sha256(text.encode()).hexdigest(), 16) % DIMENSIONS)
                for at in range(DIMENSIONS)
            ]
            for text in texts
        ]


def indexes(folder: Path) -> int:
    """How many whole indexes lie in a folder that no build has left anything in."""
    assert not list(folder.glob("building-*"))
    return len(list(folder.glob("voice-*")))


@pytest.fixture(scope="module")
def brand() -> Brand:
    whole = load_brand(EXAMPLE)
    few = [p for p in whole.passages if p.objective in ("viewing", "service_due", "win_back")]
    return Brand(guide=whole.guide, passages=tuple(few), folder=whole.folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voice")


def test_vectors_have_length_one_and_keep_their_order() -> None:
    texts = ["A cat sits.", "Stock markets fell sharply on Monday afternoon.", "A cat is sitting."]
    vectors = EMBEDDER.embed(texts)
    assert [len(v) for v in vectors] == [DIMENSIONS] * 3
    assert all(math.isclose(sum(x * x for x in v), 1, abs_tol=1e-4) for v in vectors)
    alike = sum(a * b for a, b in zip(vectors[0], vectors[2], strict=True))
    other = sum(a * b for a, b in zip(vectors[0], vectors[1], strict=True))
    assert alike > 0.9 > 0.3 > other
    assert EMBEDDER.embed([]) == []


def test_a_text_gets_the_same_vector_in_any_company() -> None:
    alone = EMBEDDER.embed(["Half an hour, and no decision"])[0]
    long = ["word " * 400] + ["short"] * 9
    together = EMBEDDER.embed([*long, "Half an hour, and no decision"])[-1]
    assert sum(a * b for a, b in zip(alone, together, strict=True)) > 0.98


async def test_search_keeps_to_kind_and_language(folder: Path, brand: Brand) -> None:
    index = VoiceIndex(folder, brand, EMBEDDER)
    found = await index.search(
        "the watchmaker tells what is wrong", kind="opening", language="de", objective="viewing"
    )
    assert len(found) == 8
    assert {(p.kind, p.language) for p in found} == {("opening", "de")}
    own = [p.objective == "viewing" for p in found]
    assert own == sorted(own, reverse=True), "the objective's own passages come first"
    assert any(own)


async def test_search_finds_by_meaning(folder: Path, brand: Brand) -> None:
    index = VoiceIndex(folder, brand, EMBEDDER)
    found = await index.search("old oil wears the movement", kind="body", language="en", n=3)
    assert found[0].id == "2025-09-oil.body"
    assert (await index.search("x", n=0)) == ()


async def test_no_three_are_nearly_equal(tmp_path: Path, brand: Brand) -> None:
    twins = tuple(
        Passage(id=f"t{n}", kind="cta", text=f"Book half an hour{'.' * n}", source="m")
        for n in range(6)
    )
    other = Passage(id="other", kind="cta", text="Ask for an estimate", source="m")
    index = VoiceIndex(tmp_path, Brand(brand.guide, (*twins, other), tmp_path), EMBEDDER)
    found = await index.search("book a viewing", n=6)
    assert len([p for p in found if p.id.startswith("t")]) == 2
    assert "other" in {p.id for p in found}
    assert 0.8 < NEAR_EQUAL < 1


async def test_no_three_differ_by_a_few_edits_alone(tmp_path: Path, brand: Brand) -> None:
    letter = (
        "Our watchmaker had the dress watch apart on {}. It is hand-wound, gains six seconds a "
        "day, and keeps its old strap. Come and put it on before you decide about anything."
    )
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    kept = tuple(
        Passage(id=f"t{n}", kind="body", text=letter.format(day), source="m")
        for n, day in enumerate(days)
    )
    other = Passage(id="other", kind="body", text="The strap is new calfskin.", source="m")
    index = VoiceIndex(tmp_path, Brand(brand.guide, (*kept, other), tmp_path), _Apart())
    found = await index.search("the dress watch", n=6)
    assert len(found) == 3, "two of the letters, though the embedder sees no likeness, and the rest"


async def test_a_channels_own_passages_come_first_and_others_fill_up(
    tmp_path: Path, brand: Brand
) -> None:
    words = ("a scratch on the case", "the price of the ring", "a strap of calfskin", "oil ages")
    mails = [Passage(id=f"m{n}", kind="body", text=t, source="m") for n, t in enumerate(words)]
    posts = [
        Passage(id=f"p{n}", kind="body", text=f"We sat down: {t}.", source="m", channel="linkedin")
        for n, t in enumerate(words[2:])
    ]
    index = VoiceIndex(tmp_path, Brand(brand.guide, (*mails, *posts), tmp_path), EMBEDDER)
    found = await index.search("a scratch on the case", channel="linkedin", n=4)
    assert [p.channel for p in found] == ["linkedin", "linkedin", "email", "email"]
    assert (await index.search("a scratch on the case", n=1))[0].id == "m0"


async def test_german_subjects_find_their_own_letters(tmp_path: Path) -> None:
    """The embedder alone finds the own letter among the first eight for 66 of 100 subjects."""
    whole = load_brand(EXAMPLE)
    german = [p for p in whole.passages if p.language == "de"]
    bodies = tuple(p for p in german if p.kind in ("body", "opening"))
    asked = [p for p in german if p.kind in ("subject", "preheader")]
    asked = [p for p in asked if any(body.source == p.source for body in bodies)]
    index = VoiceIndex(tmp_path, Brand(whole.guide, bodies, tmp_path), EMBEDDER)
    found = [p.source in {f.source for f in await index.search(p.text)} for p in asked]
    assert len(found) >= 40
    assert sum(found) / len(found) >= 0.74


async def test_a_new_passage_is_found_at_once(tmp_path: Path, brand: Brand) -> None:
    few = Brand(brand.guide, brand.passages[:20], tmp_path)
    await VoiceIndex(tmp_path, few, EMBEDDER).build()
    new = Passage(id="new", kind="body", text="A sundial for the garden.", source="m")
    more = Brand(few.guide, (*few.passages, new), tmp_path)
    found = await VoiceIndex(tmp_path, more, EMBEDDER).search("a sundial", n=1)
    assert found == (new,)
    fewer = Brand(few.guide, few.passages[1:], tmp_path)
    rest = await VoiceIndex(tmp_path, fewer, EMBEDDER).search(few.passages[0].text, n=20)
    assert few.passages[0] not in rest


async def test_an_empty_library_has_nothing_to_say(tmp_path: Path, brand: Brand) -> None:
    index = VoiceIndex(tmp_path, Brand(brand.guide, (), tmp_path), EMBEDDER)
    assert await index.search("anything") == ()


async def test_a_change_of_the_guide_makes_another_index_from_cached_vectors(
    tmp_path: Path, brand: Brand
) -> None:
    few = Brand(brand.guide, brand.passages[:20], tmp_path)
    first = Counting()
    await VoiceIndex(tmp_path, few, first).build()
    assert first.texts == 20
    edited = Brand(brand.guide.model_copy(update={"we_are": ("new",)}), few.passages, tmp_path)
    second = Counting()
    index = VoiceIndex(tmp_path, edited, second)
    await index.build()
    assert second.texts == 0
    assert indexes(tmp_path) == 2


async def test_it_can_be_closed_and_opens_again(tmp_path: Path, brand: Brand) -> None:
    few = Brand(brand.guide, brand.passages[:20], tmp_path)
    index = VoiceIndex(tmp_path, few, EMBEDDER)
    before = await index.search("a scratch", n=4)
    index.close()
    assert await index.search("a scratch", n=4) == before


async def test_tasks_may_search_at_once(tmp_path: Path, brand: Brand) -> None:
    few = Brand(brand.guide, brand.passages[:40], tmp_path)
    index = VoiceIndex(tmp_path, few, EMBEDDER)
    found = await asyncio.gather(*(index.search("a scratch", n=4) for _ in range(8)))
    assert len(set(found)) == 1


_BUILDER = """
import asyncio, sys
from pathlib import Path
from brand_voice.brand import EXAMPLE, Brand, load_brand
from brand_voice.embedder import MiniLM
from brand_voice.index import VoiceIndex

whole = load_brand(EXAMPLE)
brand = Brand(whole.guide, whole.passages[:60], whole.folder)
index = VoiceIndex(Path(sys.argv[1]), brand, MiniLM(threads=1))
found = asyncio.run(index.search("what is wrong with it", n=60))
print(len(found), found[0].id)
"""


def test_three_processes_build_one_index(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _BUILDER, str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [process.communicate(timeout=120) for process in running]
    assert [p.returncode for p in running] == [0, 0, 0], [error for _, error in ended]
    assert len({out for out, _ in ended}) == 1, "every process found the same"
    assert indexes(tmp_path) == 1


async def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path, brand: Brand) -> None:
    left = tmp_path / "building-old"
    left.mkdir()
    await VoiceIndex(tmp_path, Brand(brand.guide, brand.passages[:5], tmp_path), EMBEDDER).build()
    assert not left.exists()
