"""What a checkpoint keeps of a campaign: plain JSON, ids, hashes and counts, never people.

Domain types are parsed at a node's edge, so that moving or renaming a class never changes what
an old checkpoint means. Node names are frozen: a run that waits for a person may be resumed by a
newer program, and a renamed node would lose its approval without a word.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, TypedDict

SCHEMA_VERSION: Final = 1

Json: TypeAlias = dict[str, Any]
Gate: TypeAlias = Literal["brief", "publish"]
Node: TypeAlias = Literal[
    "read_goal",
    "audit",
    "write_brief",
    "gate_brief",
    "retrieve_voice",
    "generate_copy",
    "criticise",
    "plan",
    "gate_publish",
    "enqueue",
]
NODES: Final[tuple[Node, ...]] = (
    "read_goal",
    "audit",
    "write_brief",
    "gate_brief",
    "retrieve_voice",
    "generate_copy",
    "criticise",
    "plan",
    "gate_publish",
    "enqueue",
)


class CampaignState(TypedDict, total=False):
    schema_version: int
    run_id: str
    """Also the campaign's id, and the checkpoint's thread."""
    goal_text: str
    goal: Json
    """domain.goal.Goal"""
    evidence: Json
    """domain.brief.AudienceEvidence"""
    standing: Json
    """domain.audit.Standing: how far the data behind it can be trusted; absent: nobody looked."""
    brief: Json
    """domain.brief.Brief"""
    brief_hash: str
    """What the first gate asks about."""
    passage_ids: list[str]
    draft: Json
    """domain.draft.Draft"""
    by_person: bool
    """A person edited the draft: it is criticised, and never rewritten over their words."""
    round: int
    """Rounds of writing and criticising since a person last had a say."""
    critique: Json
    """domain.critique.Critique"""
    plan: Json
    """domain.plan.Plan"""
    content_hash: str
    """What the second gate asks about."""
    snapshot_hash: str
    send_at: str
    """The local day, or day and time, that a person chose for the beginning; "" or absent: the
    plan goes by the brief."""
    publication_id: str
    """Set once something was enqueued: the audience stays what it was then."""
    acted_on: list[str]
    """Approvals whose edit or rejection was taken up, so that none is taken up twice."""
    reopened_for: str
    """The approval whose publication was stopped, which brought the run back to the critic."""
    outcome: str
    """What the last node asks the graph to do next, where it has a choice."""
