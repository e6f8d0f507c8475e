"""The doctor's look at what models are asked by: whose prompts are in force, and whether a draft's
provenance can tell them apart."""

from __future__ import annotations

import asyncio

from app.checks import Check, fine, look
from app.workspace import Workspace
from ledger import calls
from ledger.database import Transaction
from prompts.library import Prompt, load_prompts, shipped_hashes, shipped_prompts


async def check_prompts(workspace: Workspace) -> list[Check]:
    """Raises PromptError where one of the brand's own cannot be used."""
    own = [one for one in load_prompts(workspace.prompts_folder) if one.own]
    if not own:
        return [fine("prompts", "the shipped ones")]

    def asked(tx: Transaction) -> list[Prompt]:
        return [one for one in own if _is_another_text(tx, one)]

    def read() -> list[Prompt]:
        with workspace.ledger.read() as tx:
            return asked(tx)

    unmarked = await asyncio.to_thread(read)
    checks = [
        look(
            "prompts",
            f"{one.task}.md is version {one.version}, and so was another text: by their version, "
            "drafts cannot be told apart",
            f"Raise its version in {one.file} whenever you change it.",
        )
        for one in unmarked
    ]
    if not checks:
        checks.append(fine("prompts", f"yours: {', '.join(map(_said, own))}; the others shipped"))
    return checks


def _said(own: Prompt) -> str:
    """A prompt with its version, and what it does not use of what it could be given."""
    left = [name for name in shipped_prompts().of(own.task).inputs if name not in own.inputs]
    without = f" without {', '.join(left)}" if left else ""
    return f"{own.task} (version {own.version}{without})"


def _is_another_text(tx: Transaction, own: Prompt) -> bool:
    """Whether another text had the same version: one that shipped, or that a model was asked by."""
    shipped = shipped_hashes()[own.task].get(str(own.version), own.hash)
    return {shipped, *calls.prompt_hashes(tx, own.task, own.version)} != {own.hash}
