"""A picture cut for one placement: its focus kept, never enlarged, and the same bytes each time.

What a camera writes beside the picture (place, device, owner's name) is not in what comes out.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from domain.errors import MainspringError
from domain.frozen import Frozen
from domain.pictures import Focus, Shape, crop_of, size_of

MOST_PIXELS = 50_000_000
"""A file of a few kilobytes can unfold to more than any memory holds."""
_JPEG_QUALITY = 88
_KINDS: dict[str, Literal["png", "jpg"]] = {"PNG": "png", "JPEG": "jpg"}

PictureErrorCode = Literal[
    "no_picture",  # the file is not there
    "not_a_picture",  # it is there, and is no PNG or JPEG that can be read
    "too_large",  # it would unfold to more pixels than are read
]


class PictureError(MainspringError):
    """A picture that cannot be read."""

    code: PictureErrorCode


class Cut(Frozen):
    """One picture as a placement shows it."""

    data: bytes
    kind: Literal["png", "jpg"]
    width: int
    height: int


def cut(file: Path, shape: Shape, focus: Focus) -> Cut:
    """The part of a picture that a placement shows, in the placement's size or, where the picture
    is smaller, in its own. Raises PictureError."""
    picture, kind = _read(file)
    box = crop_of(picture.width, picture.height, focus, shape)
    size = size_of(box, shape)
    part = picture.resize(
        size, Image.Resampling.LANCZOS, box=(box.left, box.upper, box.right, box.lower)
    )
    to = BytesIO()
    if kind == "png":
        part.save(to, "PNG", optimize=True)
    else:
        part.save(to, "JPEG", quality=_JPEG_QUALITY, optimize=True, progressive=True)
    return Cut(data=to.getvalue(), kind=kind, width=size[0], height=size[1])


def measure(file: Path) -> tuple[int, int]:
    """Width and height of a picture as it is shown, in pixels. Raises PictureError."""
    picture, _ = _read(file)
    return picture.size


def _read(file: Path) -> tuple[Image.Image, Literal["png", "jpg"]]:
    try:
        with Image.open(file, formats=tuple(_KINDS)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureError(
                    "too_large",
                    f"The picture has {opened.width:,} × {opened.height:,} pixels; at most "
                    f"{MOST_PIXELS:,} are read.",
                    thing=str(file),
                    next_step="Save it smaller; 2400 pixels across are enough for every channel.",
                )
            kind = _KINDS[opened.format or ""]
            # A camera writes which side was up, and a browser turns the picture by it.
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGB" if kind == "jpg" else "RGBA"), kind
    except FileNotFoundError as error:
        raise PictureError(
            "no_picture",
            "The picture is not there.",
            thing=str(file),
            next_step="Add it to the brand folder, or take the photo out of the facts.",
        ) from error
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise PictureError(
            "not_a_picture",
            "This is no PNG or JPEG picture that can be read.",
            thing=str(file),
            next_step="Save it again as PNG or JPEG.",
        ) from error
