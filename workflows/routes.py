"""Where a run goes after a gate, and after enqueue. Behind a gate the ledger is read, never the
value that resumed it."""

from __future__ import annotations

from langgraph.graph import END
from langgraph.runtime import Runtime

from ledger.approvals import Approval
from workflows.briefing import latest
from workflows.stack import Stack
from workflows.state import CampaignState, Gate
from workflows.transactions import read

AFTER_GATE_BRIEF = ["retrieve_voice", "write_brief", "gate_brief"]
AFTER_GATE_PUBLISH = ["enqueue", "criticise", "generate_copy", "gate_publish"]
AFTER_CRITICISE = ["plan", "generate_copy"]
AFTER_ENQUEUE = ["criticise", END]


async def after_gate_brief(state: CampaignState, runtime: Runtime[Stack]) -> str:
    """On with an approved brief; back to the writer with an edit, a reason or a void one."""
    last = await decision(runtime.context, state, "brief")
    if last is None or last.status in ("pending", "expired"):
        return "gate_brief"
    if last.status == "approved" and last.content_hash == state["brief_hash"]:
        return "retrieve_voice"
    return "write_brief"


async def after_gate_publish(state: CampaignState, runtime: Runtime[Stack]) -> str:
    """On with what was approved; an edit or a changed fact goes through the critic again."""
    last = await decision(runtime.context, state, "publish")
    if last is None or last.status in ("pending", "expired"):
        return "gate_publish"
    if last.status == "approved" and last.content_hash == state["content_hash"]:
        return "enqueue"
    return "generate_copy" if last.status == "rejected" else "criticise"


def after_criticise(state: CampaignState) -> str:
    """On to a person, or back to the writer."""
    return "generate_copy" if state["outcome"] == "generate_copy" else "plan"


def after_enqueue(state: CampaignState) -> str:
    """The end, or back to the critic where the approval no longer held."""
    return "criticise" if state["outcome"] == "criticise" else END


async def decision(stack: Stack, state: CampaignState, gate: Gate) -> Approval | None:
    """The newest approval of the run at a gate, as the ledger has it."""
    return await read(stack.ledger, lambda tx: latest(tx, state["run_id"], gate))
