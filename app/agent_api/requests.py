"""What clients send, as far as it is understood. What would change a run and is not offered is
refused in words; what is only a hint to a server of another kind is left aside."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from domain.errors import WrongUsage

GraphName = Literal["campaign", "assistant"]
StreamMode = Literal["values", "updates", "messages-tuple", "custom"]
MODES: tuple[StreamMode, ...] = ("values", "updates", "messages-tuple", "custom")
MOST_METADATA = 16_384
"""Bytes of what a client may keep beside a thread or a run."""
OFFERED_ELSEWHERE = {
    "interrupt_before": "A run stops at its approvals, and nowhere else.",
    "interrupt_after": "A run stops at its approvals, and nowhere else.",
    "webhook": "No address is called when a run ends.",
    "after_seconds": "A run begins at once.",
}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Body(BaseModel):
    """A request's body. Clients send more fields than any server knows."""


class Command(Body):
    resume: Any = None
    goto: Any = None
    update: Any = None


class RunRequest(Body):
    assistant_id: str
    input: Any = None
    command: Command | None = None
    stream_mode: Annotated[list[str], BeforeValidator(_as_list)] = Field(default=["values"])
    metadata: dict[str, Any] = {}
    checkpoint: dict[str, Any] | None = None
    checkpoint_id: str | None = None
    multitask_strategy: str = "reject"
    if_not_exists: Literal["create", "reject"] = "reject"
    interrupt_before: Any = None
    interrupt_after: Any = None
    webhook: Any = None
    after_seconds: float | None = None

    @property
    def modes(self) -> tuple[StreamMode, ...]:
        return read_modes(self.stream_mode)

    def refuse_what_is_not_offered(self) -> None:
        """Raises WrongUsage not_offered."""
        for name, words in OFFERED_ELSEWHERE.items():
            if getattr(self, name):
                raise not_offered(name, words)
        if self.multitask_strategy in ("interrupt", "rollback"):
            raise not_offered(
                "multitask_strategy",
                "A run that is under way is not pushed aside by another.",
                "Cancel it, or wait for its end.",
            )
        if self.command is not None and (self.command.goto or self.command.update):
            raise not_offered("command", "A run's way and state are not changed from outside.")


class ThreadCreate(Body):
    thread_id: UUID | None = None
    metadata: dict[str, Any] = {}
    if_exists: Literal["raise", "do_nothing"] = "raise"
    supersteps: Any = None


class ThreadPatch(Body):
    metadata: dict[str, Any]


class ThreadSearch(Body):
    ids: list[str] | None = None
    metadata: dict[str, Any] = {}
    values: dict[str, Any] = {}
    status: Literal["idle", "busy", "interrupted", "error"] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0, le=10_000)] = 0
    sort_by: Literal["thread_id", "status", "created_at", "updated_at", "state_updated_at"] = (
        "updated_at"
    )
    sort_order: Literal["asc", "desc"] = "desc"
    select: list[str] | None = None


class HistoryRequest(Body):
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    before: Any = None
    metadata: dict[str, Any] = {}
    checkpoint: dict[str, Any] | None = None


class CheckpointRequest(Body):
    checkpoint: dict[str, Any]


class AssistantSearch(Body):
    metadata: dict[str, Any] = {}
    graph_id: str | None = None
    name: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 10
    offset: Annotated[int, Field(ge=0)] = 0
    select: list[str] | None = None


class CancelMany(Body):
    thread_id: str | None = None
    run_ids: list[str] | None = None
    status: str | None = None


def read_modes(given: list[str]) -> tuple[StreamMode, ...]:
    """The stream modes by name. Raises WrongUsage not_offered."""
    for name in given:
        if name not in MODES:
            raise not_offered(
                "stream_mode",
                f"There is no stream mode {name} here.",
                f"Ask for {', '.join(MODES)}.",
            )
    return tuple(mode for mode in MODES if mode in given)


def not_offered(field: str, words: str, next_step: str = "Leave it out.") -> WrongUsage:
    return WrongUsage("not_offered", words, thing=field, next_step=next_step)
