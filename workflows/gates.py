"""The two gates, and the form in which they ask: human-in-the-loop requests as public clients
of LangChain 1.x show them.

A gate node holds one interrupt and nothing else, because it runs again from its top on every
resume. Whatever is passed on resuming decides nothing: the decision is a row in the ledger,
taken by an authenticated person, and the edge behind the gate reads it there.
"""

from __future__ import annotations

from typing import Any, Literal

from langgraph.types import interrupt

from domain.errors import WrongUsage
from domain.frozen import Frozen
from workflows.state import CampaignState, Gate, Json

DecisionKind = Literal["approve", "edit", "reject"]
_ACTIONS: dict[Gate, str] = {"brief": "approve_brief", "publish": "approve_publication"}
_OLD_KINDS: dict[str, DecisionKind] = {
    "accept": "approve",
    "approve": "approve",
    "edit": "edit",
    "response": "reject",
    "reject": "reject",
    "ignore": "reject",
}


class AnswerError(WrongUsage):
    """An answer to a gate that cannot be read."""

    code: Literal["unreadable_answer"]


class Answer(Frozen):
    """A decision as a client sends it, in today's form or the older one."""

    kind: DecisionKind
    edit: Json | None = None
    reason: str = ""


async def gate_brief(state: CampaignState) -> CampaignState:
    """Wait for a person's word on the brief."""
    interrupt(request("brief", state))
    return {}


async def gate_publish(state: CampaignState) -> CampaignState:
    """Wait for a person's word on exactly what would go out."""
    interrupt(request("publish", state))
    return {}


def request(gate: Gate, state: CampaignState) -> Json:
    """What a gate shows: ``{action_requests, review_configs}``."""
    name = _ACTIONS[gate]
    critique = state.get("critique", {})
    blocked = gate == "publish" and any(
        finding["severity"] == "blocking" for finding in critique.get("findings", ())
    )
    args: Json = {"run_id": state["run_id"], "gate": gate}
    if gate == "brief":
        args |= {"content_hash": state["brief_hash"], "brief": state["brief"]}
        description = "Is this the right message to the right people?"
    else:
        args |= {"content_hash": state["content_hash"], "draft": state["draft"]}
        args |= {"plan": state["plan"], "critique": critique}
        description = (
            "This may not go out as it is: change it or send it back."
            if blocked
            else "Shall exactly this go out?"
        )
    allowed = ["edit", "reject"] if blocked else ["approve", "edit", "reject"]
    return {
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [{"action_name": name, "allowed_decisions": allowed}],
    }


def response(kind: str, reason: str = "") -> Json:
    """The answer that resumes a gate; a mirror of the ledger's row, for whoever reads the run."""
    decision: Json = {"type": kind}
    if reason:
        decision["message"] = reason
    return {"decisions": [decision]}


def read_answer(value: Any) -> Answer:
    """A client's answer: ``{"decisions": [...]}``, or the older list of one response.

    Raises AnswerError. Whatever is not clearly a yes is never read as one.
    """
    given = value.get("decisions") if isinstance(value, dict) and "decisions" in value else value
    if isinstance(given, list):
        if len(given) != 1:
            raise _unreadable("it must hold exactly one decision")
        given = given[0]
    if not isinstance(given, dict):
        raise _unreadable("a decision is an object with a type")
    kind = _OLD_KINDS.get(str(given.get("type", "")))
    if kind is None:
        raise _unreadable("its type is none of approve, edit and reject")
    if kind != "edit":
        reason = given.get("message", given.get("args", ""))
        return Answer(kind=kind, reason=reason if isinstance(reason, str) else "")
    action = given.get("edited_action", given.get("args"))
    edit = action.get("args", action) if isinstance(action, dict) else None
    if not isinstance(edit, dict):
        raise _unreadable("an edit holds the changed content")
    return Answer(kind="edit", edit=edit)


def _unreadable(why: str) -> AnswerError:
    return AnswerError(
        "unreadable_answer",
        f"The answer cannot be read: {why}.",
        next_step='Send {"decisions": [{"type": "approve"}]}, or "reject" with a "message".',
    )
