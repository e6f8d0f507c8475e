"""The style measure on the example brand: its own messages pass, generic copy does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agents.critic import criticise
from agents.rules.style import StyleGate
from brand_voice.brand import EXAMPLE, Brand, BrandError, load_brand
from brand_voice.style.copy import background, own_messages
from brand_voice.style.masking import Mask
from brand_voice.style.measure import LEAST_MESSAGES, Measure, cut, said, train
from brand_voice.style.styles import Styles
from domain.critique import Critique
from domain.draft import CallToAction, Draft, Paragraph, Variant
from tests.integration.commanding import Commands
from tests.unit.copy_world import FACTS, GUIDE, brief

BRAND = load_brand(EXAMPLE)
OWN = own_messages(BRAND, "en")
GENERIC = [
    "Timeless elegance awaits\nStep into a world of refined beauty with our latest collection, "
    "where exceptional craftsmanship meets contemporary design. Each exquisite piece tells a story "
    "of passion and heritage, created for those who appreciate the finer things in life. Whether "
    "you are looking for the perfect gift or simply want to treat yourself, you will love it!",
    "The wait is over!\nOur most anticipated collection ever has finally arrived, and it is even "
    "more beautiful than we imagined. Crafted with passion from the finest materials, these "
    "stunning pieces will elevate every outfit. Don't miss your chance to make one of them yours "
    "before they are gone forever!\nDiscover the collection",
    "Celebrate the moments that matter\nFrom milestone birthdays to unforgettable anniversaries, "
    "our exclusive selection of luxury watches makes it easy to find a truly meaningful present. "
    "Enjoy complimentary gift wrapping and free express delivery on all orders for a limited time "
    "only, because the people you love deserve nothing but the best.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("style")


@pytest.fixture(scope="module")
def styles(folder: Path) -> Styles:
    return Styles(folder, BRAND)


@pytest.fixture(scope="module")
def unseen() -> tuple[Measure, list[str]]:
    """A measure that learnt from five sixths of the messages, and the others."""
    held = OWN[::6]
    found = train([m for m in OWN if m not in held], background("en"), Mask("en", ("Halden",)))
    assert found is not None
    return found, [message.text for message in held]


def mail(name: str, text: str) -> Variant:
    subject, *rest = [line for line in text.split("\n") if line.strip()]
    return Variant(
        id=name,
        angle="plain",
        subject=subject,
        preheader="",
        blocks=(
            *(Paragraph(text=line) for line in rest),
            CallToAction(text="Look", url="https://halden.example/visit"),
        ),
    )


async def read_critically(texts: list[str], gate: StyleGate | None) -> Critique:
    draft = Draft(variants=tuple(mail("abc"[at], text) for at, text in enumerate(texts)))
    return await criticise(draft, brief=brief(), facts=FACTS, guide=GUIDE, style=gate)


def test_own_messages_pass_and_generic_copy_does_not(
    unseen: tuple[Measure, list[str]],
) -> None:
    measure, own = unseen
    ours, theirs = measure.read(own), measure.read(GENERIC)
    assert ours.pooled.share > 0.05
    assert sum(piece.share > 0.05 for piece in ours.pieces) >= len(own) - 1
    assert theirs.pooled.share < 0.01
    assert all(piece.share < 0.05 for piece in theirs.pieces)
    assert any("exclamation marks" in habit for habit in theirs.pooled.unlike)


def test_a_short_text_is_less_certain_than_a_long_one(
    unseen: tuple[Measure, list[str]],
) -> None:
    measure, own = unseen
    texts = [said(text) for text in own]
    short = measure.read([cut(text, 25)[0] for text in texts]).pieces
    long = measure.read(texts).pieces
    assert sum(p.high - p.low for p in short) > sum(p.high - p.low for p in long)
    for piece in (*short, *long):
        assert 0 <= piece.low <= piece.share <= piece.high <= 1


def test_topic_and_names_change_nothing(unseen: tuple[Measure, list[str]]) -> None:
    measure, _ = unseen
    one = "We have had the watch apart. It gains six seconds a day, and that is how it stays."
    other = "We have had the stove apart. It gains six gravels a day, and that is how it stays."
    assert measure.read([one]) == measure.read([other])
    named = [f"We showed it to {name} and it is here." for name in ("Halden", "Rolex")]
    readings = [measure.read([text]) for text in named]
    assert readings[0] == readings[1]


def test_what_was_learnt_is_kept_and_a_damaged_file_made_anew(folder: Path, styles: Styles) -> None:
    texts = [OWN[0].text, *GENERIC]
    first = styles.read(texts, "en")
    (file,) = folder.glob("style-*.npz")
    stamp = file.stat().st_mtime_ns
    assert Styles(folder, BRAND).read(texts, "en") == first
    assert file.stat().st_mtime_ns == stamp
    file.write_bytes(file.read_bytes()[:1000])
    assert Styles(folder, BRAND).read(texts, "en") == first
    assert file.stat().st_mtime_ns != stamp


async def test_the_gate_holds_the_whole_draft_and_remarks_on_single_mails(styles: Styles) -> None:
    gate = StyleGate(styles, 0.05)
    critique = await read_critically(GENERIC, gate)
    (found,) = [f for f in critique.findings if f.rule.startswith("style.")]
    assert (found.rule, found.severity, found.variant) == ("style.draft", "serious", "")
    assert critique.verdict == "needs_revision"
    assert critique.style is not None
    assert len(critique.style.pieces) == 3

    own = [OWN[0].text, OWN[7].text, OWN[20].text]
    critique = await read_critically(own, gate)
    assert not [f for f in critique.findings if f.rule.startswith("style.")]

    critique = await read_critically([*own[:2], GENERIC[0]], StyleGate(styles, 0.01))
    marked = [f for f in critique.findings if f.rule == "style.mail"]
    assert [(f.severity, f.variant) for f in marked] in ([("minor", "c")], [])

    off = await read_critically(GENERIC, StyleGate(styles, 0))
    assert not [f for f in off.findings if f.rule.startswith("style.")]
    assert (await read_critically(GENERIC, None)).style is None


async def test_a_brand_with_little_copy_is_not_measured(tmp_path: Path) -> None:
    few = {m.id for m in OWN[: LEAST_MESSAGES - 1]}
    passages = tuple(p for p in BRAND.passages if p.source in few)
    small = Styles(tmp_path, Brand(BRAND.guide, passages, BRAND.folder))
    assert small.read(GENERIC, "en") is None
    assert small.read(GENERIC, "fr") is None
    assert not [
        f
        for f in (await read_critically(GENERIC, StyleGate(small, 0.05))).findings
        if f.rule.startswith("style.")
    ]
    assert small.try_out("en", 0.05) is None


def test_passages_stand_in_for_messages_that_are_gone(tmp_path: Path) -> None:
    alone = own_messages(Brand(BRAND.guide, BRAND.passages, tmp_path), "en")
    assert len(alone) == len(OWN)
    assert all(message.text for message in alone)
    outside = BRAND.passages[0].model_copy(update={"source": "../../secret.txt"})
    (tmp_path.parent / "secret.txt").write_text("never read")
    (message,) = own_messages(Brand(BRAND.guide, (outside,), tmp_path / "a"), outside.language)
    assert "never read" not in message.text


def test_texts_of_others_are_read_from_a_folder(tmp_path: Path) -> None:
    theirs = tmp_path / "others"
    theirs.mkdir()
    (theirs / "one.md").write_text("# Hello\n\n" + "\n\n".join(GENERIC), "utf-8")
    few = [m for m in OWN if m.id < OWN[14].id]
    passages = tuple(p for p in BRAND.passages if p.source in {m.id for m in few})
    brand = Brand(BRAND.guide, passages, BRAND.folder)
    kept = tmp_path / "kept"
    found = Styles(kept, brand, others_folder=theirs).measure("en")
    assert found is not None
    assert found.model.pieces.shape[0] > len(background("en")) + len(GENERIC)
    with pytest.raises(BrandError, match="no such folder"):
        Styles(kept, brand, others_folder=tmp_path / "absent").measure("en")


def test_the_background_is_whole_and_nobody_elses() -> None:
    for language in ("en", "de"):
        messages = background(language)
        assert len(messages) == 150
        assert len({m.text for m in messages}) == 150
        assert len({m.id.partition("/")[0] for m in messages}) == 15
        assert all(15 <= len(m.text.split()) <= 80 for m in messages)
    assert background("fr") == []


def test_the_command_reads_files_and_tries_itself_out(tmp_path: Path) -> None:
    shop = Commands(tmp_path / "shop", tmp_path / "home")
    shop.init()
    assert "Your library has" in shop.run("voice", "style", str(EXAMPLE / "README.md")).stdout
    shutil.rmtree(shop.folder / "brand")
    shutil.copytree(EXAMPLE, shop.folder / "brand")
    (tmp_path / "generic.txt").write_text("\n".join(GENERIC), "utf-8")
    own = EXAMPLE / "messages" / "2025-05-stopped.md"
    said = shop.run("voice", "style", str(own), str(tmp_path / "generic.txt")).stdout
    assert "together" in said
    assert "the limit of 5 %" in said
    data = shop.data("voice", "style", str(tmp_path / "generic.txt"))
    assert data["language"] == "en"
    assert data["reading"]["pooled"]["share"] < 0.05
    shop.run("voice", "style", str(tmp_path / "absent.txt"), exits=2)
    trial = shop.data("voice", "style", "--check")["trial"]
    assert trial["own_mails"]["doubted"] <= 0.12 * trial["own_mails"]["of"]
    assert trial["own_campaigns"]["doubted"] <= 0.12 * trial["own_campaigns"]["of"]
    assert trial["other_mails"]["doubted"] >= 0.9 * trial["other_mails"]["of"]
    assert trial["other_campaigns"]["doubted"] >= 0.98 * trial["other_campaigns"]["of"]
