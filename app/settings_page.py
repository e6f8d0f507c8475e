"""docs/configuration.md, written from the settings' own classes.

``python -m app.settings_page`` prints it.
"""

from __future__ import annotations

import sys
import types
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings import SECRETS, Settings, environment_name, from_environment, section_kind

_HEAD = """\
# Configuration

Generated from `app/settings.py` by `make docs`; a test compares the two.

A workspace has one `mainspring.toml`. An environment variable goes before the file, so that one
workspace can run in several places. Everything except the section `workspace` has a default.
`mainspring doctor` checks every value and says how to mend what does not work.
"""

_TAIL = """\
## Secrets

Secrets never stand in `mainspring.toml`. They come from the environment, or from `secrets.toml`,
a file that only you can read (`chmod 600`), in `$MAINSPRING_HOME/<workspace id>/`; without that
variable in `~/.config/mainspring/<workspace id>/`:

{secrets}
- the key of a further model: a table `[model_keys]` with a line `NAME = "…"` for the one of
  `[models.NAME]`, or `MAINSPRING_MODEL_KEY_NAME`
- what a mail provider signs its webhooks with: a table `[webhooks]` with a line
  `name = "whsec_…"` for each, or `MAINSPRING_WEBHOOK_SECRET_NAME`
  ([public-endpoints.md](public-endpoints.md))

The same folder holds what `mainspring init` made: `token` (the person that commands act as),
`signing_key`, `suppression_key`, and `high_water`, the mark by which a restored backup is noticed.
Back this folder up apart from the workspace.

## Other environment variables

| Variable | What it says |
|---|---|
| `MAINSPRING_WORKSPACE` | The workspace that commands work in; `--workspace` goes before it. |
| `MAINSPRING_TOKEN` | The token of the person that commands act as, instead of the file. |
| `MAINSPRING_HOME` | The folder that holds the secrets of all workspaces. |
| `MAINSPRING_DATA` | The data sets that some tests and benchmarks read. |
"""


_TYPE_WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "number",
    bool: "`true`, `false`",
}


def configuration_page() -> str:
    """The page's Markdown."""
    parts = [_HEAD]
    for section, described in Settings.model_fields.items():
        kind = section_kind(section)
        is_one = described.annotation is kind
        title = section if is_one else f"{section}.NAME"
        parts += [
            f"## `[{title}]`\n",
            " ".join((kind.__doc__ or "").split()) + "\n",
            "| Setting | May be | Default | What it says |\n|---|---|---|---|",
        ]
        variable = section if is_one else ""
        parts += [_row(variable, name, field) for name, field in kind.model_fields.items()]
        parts.append("")
    secrets = "\n".join(f"- `{name}`, or `MAINSPRING_{name.upper()}`" for name in SECRETS)
    parts.append(_TAIL.format(secrets=secrets))
    return "\n".join(parts)


def _row(section: str, name: str, field: FieldInfo) -> str:
    """``section`` is empty where the environment cannot name it."""
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        shown = "must be said"
    elif default in ("", None, {}):
        shown = "–"
    else:
        default = list(default) if isinstance(default, tuple) else default
        shown = f"`{str(default).lower() if isinstance(default, bool) else default}`"
    what = " ".join((field.description or "").split())
    named = f"`{name}`"
    if section and from_environment(field.annotation):
        named += f"<br>`{environment_name(section, name)}`"
    cells = (named, _kind(field), shown, what)
    return f"| {' | '.join(cells)} |"


def _kind(field: FieldInfo) -> str:
    words = _type_words(field.annotation)
    bounds = [
        f"{sign} {getattr(bound, attribute)}"
        for bound in field.metadata
        for attribute, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))
        if getattr(bound, attribute, None) is not None
    ]
    return f"{words} {', '.join(bounds)}".strip()


def _type_words(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return _type_words(next(part for part in get_args(kind) if part is not type(None)))
    if hasattr(kind, "__metadata__"):
        return _type_words(get_args(kind)[0])
    if get_origin(kind) is dict:
        return "table of texts"
    if get_origin(kind) is tuple:
        return f"list of {_type_words(get_args(kind)[0])}s"
    return _TYPE_WORDS[kind]


if __name__ == "__main__":
    sys.stdout.write(configuration_page())
