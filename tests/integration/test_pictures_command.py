"""``mainspring pictures``: what keeps a picture from being used, and the crop of each channel."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from brand_voice.brand import EXAMPLE
from tests.integration.commanding import Commands

WATCH = "watch-1968-dress"


@pytest.fixture
def shop(tmp_path: Path) -> Commands:
    made = Commands(tmp_path / "shop", tmp_path / "home")
    made.init("--brand", str(EXAMPLE))
    return made


def test_the_examples_pictures_are_drawn_the_same_each_time(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "brand_voice.drawing", str(tmp_path)], check=True, timeout=300
    )
    assert made.returncode == 0
    shipped = sorted((EXAMPLE / "images").iterdir())
    assert [one.name for one in sorted(tmp_path.iterdir())] == [one.name for one in shipped]
    for one in shipped:
        with Image.open(one) as kept, Image.open(tmp_path / one.name) as drawn:
            assert kept.convert("RGB").tobytes() == drawn.convert("RGB").tobytes(), one.name


def changed(shop: Commands, product_id: str, **photo: Any) -> None:
    """Change a product's photo, and import the facts anew."""
    file = shop.folder / "brand" / "products.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for row in rows:
        if row["id"] == product_id:
            row["photo"] |= photo
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    shop.run("import", "facts", str(file))


def of(found: list[dict[str, Any]], product_id: str) -> dict[str, Any]:
    return next(one for one in found if one["product_id"] == product_id)


def test_the_example_brands_pictures_are_fit_for_use(shop: Commands) -> None:
    shop.run("import", "facts", str(EXAMPLE / "products.jsonl"))
    found = shop.data("pictures", "check")
    assert len(found) == 36
    assert not [one for one in found if one["faults"]]
    assert "36 pictures; 0 cannot be used as they are." in shop.run("pictures", "check").stdout


def test_it_says_what_keeps_a_picture_from_being_used(shop: Commands) -> None:
    rights = {"owner": "Ada", "licence": "for a year", "channels": ["email"]}
    changed(shop, WATCH, rights={**rights, "valid_until": "2010-12-01"})
    changed(shop, "watch-1965-alarm", width=5000)
    changed(shop, "watch-1971-chronograph", rights={**rights, "people": 1})
    (shop.folder / "brand" / "images" / "isar-34.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 9)
    (shop.folder / "brand" / "images" / "isar-38.png").unlink()
    found = shop.data("pictures", "check", exits=4)
    said = {one["product_id"]: " ".join(one["faults"]) for one in found if one["faults"]}
    assert "ends on 2010-12-01" in said[WATCH]
    assert "600 × 450 pixels; the facts say 5000 × 450" in said["watch-1965-alarm"]
    assert "no consent is on file" in said["watch-1971-chronograph"]
    assert "no PNG or JPEG" in said["isar-34"]
    assert "not there" in said["isar-38"]
    assert len(said) == 5


def test_crops_keep_their_shape_and_are_the_same_each_time(shop: Commands, tmp_path: Path) -> None:
    shop.run("import", "facts", str(EXAMPLE / "products.jsonl"))
    made = shop.data("pictures", "crop", WATCH, "--to", str(tmp_path / "one"))
    shop.run("pictures", "crop", WATCH, "--to", str(tmp_path / "two"))
    sizes = {one["placement"]: (one["width"], one["height"]) for one in made}
    assert sizes["mail"] == (600, 450)
    assert sizes["instagram"] == (450, 450)
    assert sizes["instagram_portrait"] == (360, 450)
    assert sizes["youtube"] == (600, 338)
    for one in made:
        file = Path(one["file"])
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
        with Image.open(file) as picture:
            assert picture.size == (one["width"], one["height"])
    assert "soft" in next(one["note"] for one in made if one["placement"] == "instagram_portrait")


def test_a_large_photo_is_made_smaller_and_says_nothing_of_the_camera(
    shop: Commands, tmp_path: Path
) -> None:
    large = Image.new("RGB", (3000, 2000), "#808080")
    large.paste("#ff0000", (2600, 900, 2800, 1100))
    exif = Image.Exif()
    exif[0x010F] = "A camera of somebody"
    to = BytesIO()
    large.save(to, "JPEG", exif=exif)
    (shop.folder / "brand" / "images" / "large.jpg").write_bytes(to.getvalue())
    changed(
        shop, WATCH, path="images/large.jpg", width=3000, height=2000,
        focus={"x": 0.9, "y": 0.5},
    )  # fmt: skip
    (made,) = shop.data("pictures", "crop", WATCH, "--for", "story", "--to", str(tmp_path / "out"))
    assert (made["width"], made["height"]) == (1080, 1920)
    data = Path(made["file"]).read_bytes()
    assert b"camera" not in data
    with Image.open(BytesIO(data)) as picture:
        colours = picture.convert("RGB").resize((27, 48)).tobytes()
    assert any(
        red > 200 and green < 60 for red, green in zip(colours[::3], colours[1::3], strict=True)
    ), "the focus was cut away"


def test_rights_bound_what_is_cut(shop: Commands, tmp_path: Path) -> None:
    changed(shop, WATCH, rights={"owner": "Ada", "licence": "mail alone", "channels": ["email"]})
    made = shop.data("pictures", "crop", WATCH, "--to", str(tmp_path / "out"), exits=4)
    written = {one["placement"] for one in made if not one["refused"]}
    assert written == {"mail", "mail_wide"}
    assert "do not cover instagram" in next(
        one["refused"] for one in made if one["placement"] == "instagram"
    )
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_an_unknown_product_is_named(shop: Commands) -> None:
    said = shop.run("pictures", "crop", "watch-9", exits=2).stderr
    assert "There is no such product. concerns: watch-9" in " ".join(said.split())
