"""A brand folder, read: the guide, the library of proven copy, and the facts.

A brand folder holds ``guide.yaml``, ``library.yaml``, ``products.jsonl``, ``house.jsonl``,
``images/`` and ``messages/``. ``brand_voice/halden`` is the example to copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import ValidationError

from domain.errors import WrongUsage
from domain.facts import Facts, HouseFact, Product
from domain.frozen import Frozen
from domain.voice import Guide, Passage

T = TypeVar("T", bound=Frozen)

EXAMPLE = Path(__file__).parent / "halden"
"""The invented house that ships with the program."""

BrandErrorCode = Literal[
    "missing_file",  # a file that every brand folder needs is not there
    "unreadable_file",  # it is there, and does not say what it should
    "duplicate_id",  # two facts or passages share an id, so that a claim could mean either
    "missing_picture",  # a product names a photo that is not in the folder
]


class BrandError(WrongUsage):
    """A brand folder that cannot be used as it is."""

    code: BrandErrorCode


@dataclass(frozen=True)
class Brand:
    """A brand's voice: what people wrote down, and what they have sent."""

    guide: Guide
    passages: tuple[Passage, ...]
    folder: Path


def load_brand(folder: Path) -> Brand:
    """The guide and the library of a brand folder. Raises BrandError.

    A folder without ``library.yaml`` is a brand that has not sent anything yet.
    """
    guide = _parsed(Guide, _yaml(folder / "guide.yaml"), folder / "guide.yaml")
    library = folder / "library.yaml"
    rows = _yaml(library) if library.exists() else []
    if not isinstance(rows, list):
        raise _unreadable(library, "it must hold a list of passages")
    passages = tuple(
        _parsed(Passage, row, library, f"passage {number}") for number, row in enumerate(rows, 1)
    )
    _distinct((p.id for p in passages), library)
    return Brand(guide=guide, passages=passages, folder=folder)


def load_facts(folder: Path) -> Facts:
    """The products and house facts of a brand folder. Raises BrandError."""
    products_file, house_file = folder / "products.jsonl", folder / "house.jsonl"
    products = tuple(
        _parsed(Product, row, products_file, f"line {line}") for line, row in _lines(products_file)
    )
    house = (
        tuple(
            _parsed(HouseFact, row, house_file, f"line {line}") for line, row in _lines(house_file)
        )
        if house_file.exists()
        else ()
    )
    _distinct((*(p.id for p in products), *(h.id for h in house)), folder)
    for product in products:
        if product.photo and not (folder / product.photo.path).is_file():
            raise BrandError(
                "missing_picture",
                f"{product.id} names a photo that is not in the folder",
                thing=product.photo.path,
                next_step="add the picture, or take the photo out of products.jsonl",
            )
    return Facts(products=products, house=house)


def _parsed(kind: type[T], value: object, file: Path, where: str = "") -> T:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = f"{place}: {first['msg']}" if place else first["msg"]
        raise _unreadable(file, problem, where) from error


def _yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_text("utf-8"), Loader=_YAML_LOADER)  # noqa: S506 (a safe loader)
    except FileNotFoundError as error:
        raise _missing(file) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unreadable(file, str(error).splitlines()[0]) from error


def _lines(file: Path) -> Iterator[tuple[int, Any]]:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise _missing(file) from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, "it is not UTF-8") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            raise _unreadable(file, error.msg, f"line {number}") from error


def _distinct(ids: Iterable[str], where: Path) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise BrandError(
                "duplicate_id",
                f"the id {one} stands twice",
                thing=str(where),
                next_step="give one of the two another id",
            )
        seen.add(one)


def _missing(file: Path) -> BrandError:
    return BrandError(
        "missing_file",
        f"the brand folder has no {file.name}",
        thing=str(file.parent),
        next_step="copy it from the example in brand_voice/halden and make it yours",
    )


def _unreadable(file: Path, problem: str, where: str = "") -> BrandError:
    return BrandError(
        "unreadable_file",
        f"{file.name}{f', {where}' if where else ''}: {problem}",
        thing=str(file),
        next_step="mend that place and run the command again",
    )


# libyaml reads a library of a thousand passages in a tenth of the time.
_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
