"""The base of every domain type, and the one canonical form that hashes are taken of."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

_JSON = TypeAdapter(Any)


class Frozen(BaseModel):
    """An immutable value. Unknown fields are refused, so that a misspelt one cannot vanish."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def canonical_json(value: object) -> str:
    """The one JSON text of a value: keys sorted, no white space, Decimals as strings.

    Two values that are equal give the same text in every process and version, which is what
    makes a hash of it an identity.
    """
    return json.dumps(
        _JSON.dump_python(value, mode="json"),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def content_hash(value: object) -> str:
    """SHA-256, as 64 hexadecimal digits, of the value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
