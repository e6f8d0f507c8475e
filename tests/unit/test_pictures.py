"""Pictures: cut so that the focus stays, and used only where their rights allow it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.critic import criticise
from agents.rules.pictures import check
from agents.rules.review import Review
from domain.critique import Finding
from domain.draft import Draft, Paragraph
from domain.facts import Facts
from domain.frozen import content_hash
from domain.pictures import SHAPES, Focus, Photo, Placement, Rights, crop_of, size_of
from domain.piece import InstagramPost, ShownPicture
from tests.unit.copy_world import FACTS, GUIDE, WATCH, brief
from tests.unit.test_critic_claims import GOOD

NEEDING = GUIDE.model_copy(update={"pictures_needed": ("watch",)})
PIXELS = st.integers(min_value=1, max_value=6000)
PART = st.floats(min_value=0, max_value=1)


@given(PIXELS, PIXELS, PART, PART, st.sampled_from(sorted(SHAPES)))
def test_a_crop_is_within_the_picture_and_holds_the_focus(
    width: int, height: int, x: float, y: float, name: Placement
) -> None:
    shape = SHAPES[name]
    box = crop_of(width, height, Focus(x=x, y=y), shape)
    assert 0 <= box.left < box.right <= width
    assert 0 <= box.upper < box.lower <= height
    # To the pixel, as the box lies on whole ones.
    assert box.left - 1 <= x * width <= box.right + 1
    assert box.upper - 1 <= y * height <= box.lower + 1
    assert box.width == width or box.height == height
    if min(width, height) > 200:
        assert box.width / box.height == pytest.approx(shape.ratio, rel=0.02)
    made = size_of(box, shape)
    assert made[0] <= box.width
    assert made[1] <= box.height


def photo(**rights: Any) -> Photo:
    found = WATCH.photo
    assert found is not None
    said: dict[str, Any] = {"owner": "Ada", "licence": "for a year", "channels": ("email",)}
    return found.model_copy(update={"rights": Rights(**{**said, **rights})})


def with_photo(shown: Photo | None) -> Facts:
    return Facts(products=(WATCH.model_copy(update={"photo": shown}),), house=FACTS.house)


def found(shown: Photo, copy: Any = GOOD, language: Any = "en") -> dict[str, Finding]:
    """What the family says of a mail, or of a piece, until 9 September 2026."""
    about = brief(language=language)
    findings = check(Review((copy,), about, with_photo(shown), NEEDING))
    return {finding.rule: finding for finding in findings}


@pytest.mark.parametrize(
    ("rights", "rule"),
    [
        ({"valid_until": date(2026, 9, 8)}, "pictures.expired"),
        ({"channels": ("facebook",)}, "pictures.channel"),
        ({"channels": ()}, "pictures.channel"),
        ({"people": 1}, "pictures.consent"),
    ],
)
def test_a_picture_without_the_right_to_it_blocks(rights: dict[str, Any], rule: str) -> None:
    findings = found(photo(**rights))
    assert set(findings) == {rule}
    assert findings[rule].severity == "blocking"
    assert findings[rule].text == "images/w.png"


@pytest.mark.parametrize(
    "rights",
    [{}, {"valid_until": date(2026, 9, 9)}, {"people": 2, "consent": "contract 14, of May 2026"}],
)
def test_a_picture_with_the_right_to_it_passes(rights: dict[str, Any]) -> None:
    assert not found(photo(**rights))


def test_a_post_shows_what_may_stand_there() -> None:
    post = InstagramPost(
        id="instagram-a", angle="number", text="34 mm", picture=ShownPicture(product_id=WATCH.id)
    )
    assert not found(photo(channels=("instagram",)), post)
    assert set(found(photo(channels=("email",)), post)) == {"pictures.channel"}


def test_what_it_shows_is_said_in_the_copys_language() -> None:
    shown = photo()
    assert not found(shown, language="de")
    assert "pictures.alt_language" in found(shown.model_copy(update={"alts": {}}), language="de")
    assert found(shown.model_copy(update={"alt": " "}))["pictures.alt"].severity == "serious"


async def test_a_watch_mail_without_a_picture_fails() -> None:
    facts = with_photo(None)
    critique = await criticise(Draft(variants=(GOOD,)), brief=brief(), facts=facts, guide=NEEDING)
    assert "pictures.missing" in {f.rule for f in critique.blocking}
    # Also where the copy speaks of the watch and shows nothing.
    bare = tuple(b for b in GOOD.blocks if isinstance(b, Paragraph))
    wordy = GOOD.model_copy(update={"blocks": bare})
    critique = await criticise(Draft(variants=(wordy,)), brief=brief(), facts=FACTS, guide=NEEDING)
    assert "pictures.missing" in {f.rule for f in critique.blocking}
    critique = await criticise(Draft(variants=(GOOD,)), brief=brief(), facts=FACTS, guide=NEEDING)
    assert not [f for f in critique.findings if f.rule.startswith("pictures.")]


def test_a_photo_of_an_earlier_file_loads_and_keeps_its_hash() -> None:
    plain = {"path": "images/w.png", "alt": "A watch", "width": 10, "height": 10}
    assert content_hash(Photo.model_validate(plain)) == content_hash(plain)
