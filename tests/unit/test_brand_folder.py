"""A brand folder that cannot be used says which file, which line and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from brand_voice.brand import EXAMPLE, BrandError, load_brand, load_facts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "brand"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("messages"))
    return copy


def test_a_copy_of_the_example_loads(folder: Path) -> None:
    assert load_brand(folder).guide == load_brand(EXAMPLE).guide
    assert load_facts(folder) == load_facts(EXAMPLE)


def test_a_brand_without_a_library_has_sent_nothing_yet(folder: Path) -> None:
    (folder / "library.yaml").unlink()
    (folder / "house.jsonl").unlink()
    assert load_brand(folder).passages == ()
    assert load_facts(folder).house == ()


@pytest.mark.parametrize("name", ["guide.yaml", "products.jsonl"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    load = load_brand if name == "guide.yaml" else load_facts
    with pytest.raises(BrandError, match=name) as error:
        load(folder)
    assert error.value.code == "missing_file"
    assert error.value.exit_code == 2


def test_a_broken_line_is_numbered(folder: Path) -> None:
    file = folder / "products.jsonl"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([lines[0], "", "{not json", *lines[1:]]), "utf-8")
    with pytest.raises(BrandError, match=r"products\.jsonl, line 3") as error:
        load_facts(folder)
    assert error.value.code == "unreadable_file"


def test_a_misspelt_field_cannot_vanish(folder: Path) -> None:
    (folder / "guide.yaml").write_text("brand: X\nbaned: [cheap]\n", "utf-8")
    with pytest.raises(BrandError, match="baned"):
        load_brand(folder)


def test_yaml_may_not_run_anything(folder: Path) -> None:
    (folder / "guide.yaml").write_text("!!python/object/apply:os.getcwd []\n", "utf-8")
    with pytest.raises(BrandError) as error:
        load_brand(folder)
    assert error.value.code == "unreadable_file"


def test_an_id_may_stand_once(folder: Path) -> None:
    file = folder / "house.jsonl"
    line = file.read_text("utf-8").splitlines()[0]
    file.write_text(f"{line}\n{line}\n", "utf-8")
    with pytest.raises(BrandError) as error:
        load_facts(folder)
    assert error.value.code == "duplicate_id"


def test_a_photo_must_be_there(folder: Path) -> None:
    file = folder / "products.jsonl"
    product = json.loads(file.read_text("utf-8").splitlines()[0])
    product["photo"]["path"] = "images/none.png"
    file.write_text(json.dumps(product), "utf-8")
    with pytest.raises(BrandError) as error:
        load_facts(folder)
    assert error.value.code == "missing_picture"
