"""Pictures: what they show in words, who may use them where and until when, and how each channel
cuts them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.money import Share

PictureChannel = Literal[
    "email",
    "push",
    "landing_page",
    "search_ad",
    "meta_ad",
    "linkedin",
    "instagram",
    "facebook",
    "youtube",
]
"""Where a picture can stand: a campaign's mail, and the channels of ``domain.piece``."""

Placement = Literal[
    "mail",
    "mail_wide",
    "instagram",
    "instagram_portrait",
    "story",
    "facebook",
    "linkedin",
    "youtube",
    "meta_ad",
    "landing_page",
]


class Shape(Frozen):
    """How one placement shows a picture. Pixels."""

    channel: PictureChannel
    width: int
    height: int
    """The size that is made where the picture is large enough; never larger than the picture."""
    least_width: int
    """Narrower than this it looks soft on a telephone of today: said, not refused."""

    @property
    def ratio(self) -> float:
        return self.width / self.height


SHAPES: dict[Placement, Shape] = {
    "mail": Shape(channel="email", width=1200, height=900, least_width=600),
    "mail_wide": Shape(channel="email", width=1200, height=628, least_width=600),
    "instagram": Shape(channel="instagram", width=1080, height=1080, least_width=640),
    "instagram_portrait": Shape(channel="instagram", width=1080, height=1350, least_width=640),
    "story": Shape(channel="instagram", width=1080, height=1920, least_width=640),
    "facebook": Shape(channel="facebook", width=1200, height=628, least_width=600),
    "linkedin": Shape(channel="linkedin", width=1200, height=628, least_width=600),
    "youtube": Shape(channel="youtube", width=1280, height=720, least_width=640),
    "meta_ad": Shape(channel="meta_ad", width=1080, height=1080, least_width=600),
    "landing_page": Shape(channel="landing_page", width=1600, height=900, least_width=900),
}
"""1.91:1, 4:3, 1:1, 4:5, 9:16 and 16:9. A mail is 600 points wide, twice that on fine screens."""


class Focus(Frozen):
    """The point of a picture that no crop may lose, as parts of its width and height from the
    upper left."""

    x: Share = 0.5
    y: Share = 0.5


class Rights(Frozen):
    """Who made a picture, and what its brand may do with it."""

    owner: str
    """Whose it is: the house itself, a photographer, an agency."""
    licence: str
    """What was agreed, in words: "bought outright", "CC BY 4.0", "for two years"."""
    source: str = ""
    """Where that can be checked: a contract, an invoice, an address."""
    valid_until: date | None = None
    """The last day of use; None: without an end."""
    channels: tuple[PictureChannel, ...]
    """Where it may be shown."""
    people: int = 0
    """How many people can be recognised in it."""
    consent: str = ""
    """Where the consent of all of them is kept; needed where ``people`` is not 0. Never a name."""


class Photo(Frozen):
    """A picture of a product, as a path below the brand folder."""

    path: str
    alt: str
    """What it shows, for those who do not see it, in English or the brand's one language."""
    width: int
    height: int
    alts: Annotated[dict[str, str], Field(exclude_if=lambda value: not value)] = Field(
        default_factory=dict
    )
    """The same in further languages: ``{"de": "…"}``."""
    focus: Annotated[Focus, Field(exclude_if=lambda value: value == Focus())] = Focus()
    rights: Annotated[Rights | None, Field(exclude_if=lambda value: value is None)] = None
    """None: nobody has said. A photo of an earlier file keeps its hash."""

    def words(self) -> tuple[str, ...]:
        """Every text in it that a writer or reader may get to see."""
        rights = self.rights
        of_rights = (rights.owner, rights.licence, rights.source, rights.consent) if rights else ()
        return tuple(t for t in (self.alt, *self.alts.values(), *of_rights) if t)


class Box(Frozen):
    """A part of a picture, in its pixels: right and lower edge not included."""

    left: int
    upper: int
    right: int
    lower: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.lower - self.upper


def crop_of(width: int, height: int, focus: Focus, shape: Shape) -> Box:
    """The largest part of a picture of ``width`` × ``height`` pixels with the shape's ratio; the
    focus lies as near to its middle as the edges allow, and always within it."""
    wide, tall = width, round(width / shape.ratio)
    if tall > height:
        wide, tall = round(height * shape.ratio), height
    wide, tall = max(1, min(wide, width)), max(1, min(tall, height))
    left = _within(round(focus.x * width - wide / 2), width - wide)
    upper = _within(round(focus.y * height - tall / 2), height - tall)
    return Box(left=left, upper=upper, right=left + wide, lower=upper + tall)


def size_of(box: Box, shape: Shape) -> tuple[int, int]:
    """The size in pixels that a crop is made in: the shape's, or less where it is smaller."""
    if box.width >= shape.width and box.height >= shape.height:
        return shape.width, shape.height
    return box.width, box.height


def _within(at: int, most: int) -> int:
    return min(max(at, 0), most)
