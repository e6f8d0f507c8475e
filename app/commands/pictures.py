"""``mainspring pictures``: the brand's pictures, their rights, and their crop for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.table import Table

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.pictures import known_facts, look, make, today
from app.workspace import open_workspace
from brand_voice.brand import load_brand
from domain.errors import Refused, WrongUsage
from domain.pictures import SHAPES, Placement

app = typer.Typer(
    help="The brand's pictures: whose they are, where they may stand, and their crop.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Say of every product's picture what keeps it from being used; exits 4 where one cannot be."""
    out, opened = Out(as_json), open_workspace(workspace)
    guide = load_brand(opened.brand_folder).guide
    found = look(known_facts(opened), opened.brand_folder, guide.pictures_needed, today(opened))
    faulty = [one for one in found if one.faults]
    table = Table("Product", "Pixels", "Owner", "Until", "What there is to say", box=None)
    for one in found:
        if one.path or one.faults:
            until = one.valid_until.isoformat() if one.valid_until else "–"
            size = f"{one.width} × {one.height}" if one.width else "–"
            said = " ".join((*one.faults, *one.notes)) or "fine"
            table.add_row(one.product_id, size, one.owner or "nobody said", until, said)
    if table.row_count:
        out.say(table)
    pictures = sum(bool(one.path) for one in found)
    out.say(f"{pictures} pictures; {len(faulty)} cannot be used as they are.")
    out.answer("pictures.checked.v1", found)
    if faulty:
        raise typer.Exit(Refused.exit_code)


@app.command()
def crop(
    products: Annotated[
        list[str] | None, typer.Argument(help="Product ids. [default: all with a picture]")
    ] = None,
    to: Annotated[Path, typer.Option(help="The folder that they are written to.")] = Path(
        "pictures"
    ),
    placement: Annotated[
        list[str] | None,
        typer.Option("--for", help=f"{', '.join(SHAPES)}; may be given again. [default: all]"),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cut pictures as channels show them, the focus kept; exits 4 where rights do not allow one."""
    out, opened = Out(as_json), open_workspace(workspace)
    known, wanted = known_facts(opened), _read(placement or ())
    with out.working("cutting"):
        made = make(known, opened.brand_folder, products or (), wanted, to, today(opened))
    for one in made:
        if one.refused:
            out.warn(f"{one.product_id} for {one.placement}: {one.refused}")
        else:
            soft = f" ({one.note})" if one.note else ""
            out.say(f"{one.file}  {one.width} × {one.height}{soft}")
    written = sum(not one.refused for one in made)
    out.say(f"{written} of {len(made)} written; {len(SHAPES)} placements are known.")
    out.answer("pictures.cropped.v1", made)
    if written < len(made):
        raise typer.Exit(Refused.exit_code)


def _read(names: Sequence[str]) -> tuple[Placement, ...]:
    known: dict[str, Placement] = {name: name for name in get_args(Placement)}
    for name in names:
        if name not in known:
            raise WrongUsage(
                "unknown_placement",
                "There is no such placement.",
                thing=name,
                next_step=f"Say one of {', '.join(known)}.",
            )
    return tuple(known[name] for name in names)
