"""Which HTTP status a refusal is answered with."""

from __future__ import annotations

from domain.errors import MainspringError

STATUS_OF_EXIT = {1: 500, 2: 422, 3: 409, 4: 409}
"""HTTP status by what the command line would end with."""
STATUS_OF_CODE = {
    "unknown": 404, "unknown_id": 404, "not_allowed": 403, "forged": 403, "unknown_token": 401,
    "already_decided": 409, "stale_content": 409, "busy": 503, "too_many_tries": 429,
}  # fmt: skip


def status_of(error: MainspringError) -> int:
    return STATUS_OF_CODE.get(error.code, STATUS_OF_EXIT.get(error.exit_code, 500))
