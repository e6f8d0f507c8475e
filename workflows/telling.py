"""What a turn shows while it is being answered: words, tools and parts, put into its stream."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from domain.conversation import Answer, Part, TextPart, ToolUse
from domain.errors import Refused
from ledger import threads
from ledger.database import Ledger
from workflows.transactions import write

FLUSH_SECONDS = 0.15
"""Words that come faster than this go into the stream together."""


class TurnEnded(Refused):
    """The turn was stopped, or another process answers it: nothing more is said."""

    code: Literal["turn_ended"]


class Teller:
    """Tells one turn. Parts in the order of the answer; text that follows text is one part."""

    def __init__(self, ledger: Ledger, turn_id: str) -> None:
        self._ledger = ledger
        self._turn_id = turn_id
        self._unsaid = ""
        self._by = ""
        self._flushed = 0.0
        self.parts: list[Part] = []
        self.tools: dict[str, ToolUse] = {}

    async def again(self, parts: list[Part], tools: list[ToolUse]) -> None:
        """Begin anew with what is known of the answer; a page forgets what it showed."""
        await self._tell("again", {})
        for tool in tools:
            await self.tool(tool)
        for part in parts:
            await self.part(part)

    async def words(self, text: str, by: str) -> None:
        """A piece of the answer's text as it comes."""
        if not text:
            return
        last = self.parts[-1] if self.parts else None
        if isinstance(last, TextPart):
            self.parts[-1] = TextPart(text=last.text + text)
        else:
            self.parts.append(TextPart(text=text))
        self._unsaid += text
        self._by = by
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            await self.flush()

    async def part(self, part: Part, by: str = "house") -> None:
        if isinstance(part, TextPart):
            following = self.parts and isinstance(self.parts[-1], TextPart)
            await self.words(f"\n\n{part.text}" if following else part.text, by)
            return
        await self.flush()
        self.parts.append(part)
        await self._tell("part", part.model_dump(mode="json"))

    async def tool(self, tool: ToolUse) -> None:
        """A use of a tool has begun, or ended."""
        await self.flush()
        self.tools[tool.id] = tool
        await self._tell("tool", tool.model_dump(mode="json"))

    async def flush(self) -> None:
        if self._unsaid:
            text, self._unsaid = self._unsaid, ""
            self._flushed = time.monotonic()
            await self._tell("words", {"text": text, "by": self._by})

    def answer(self, written_by: str) -> Answer:
        """The whole answer."""
        said = tuple(p for p in self.parts if not isinstance(p, TextPart) or p.text.strip())
        return Answer(parts=said, tools=tuple(self.tools.values()), written_by=written_by)

    async def _tell(self, kind: str, data: Mapping[str, Any]) -> None:
        told = await write(
            self._ledger, partial(threads.tell, turn_id=self._turn_id, kind=kind, data=data)
        )
        if not told:
            raise TurnEnded("turn_ended", "This answer has ended.", thing=self._turn_id)
