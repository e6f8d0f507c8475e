"""What people say beside an approval before they decide, and what they suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.diffs import ChangedPlace
from app.views.editing_words import draft_edits
from domain.draft import Draft
from domain.frozen import Frozen
from ledger import comments, people
from ledger.comments import Comment
from ledger.database import Transaction
from ledger.people import Person
from workflows.edits import START_FIELD, EditError, edited_draft


class CommentShown(Frozen):
    id: str
    who: str
    by_assistant: bool
    """The assistant wrote it, on their behalf."""
    text: str
    at: datetime
    settled: bool
    mentions_you: bool
    suggests: bool
    changes: tuple[ChangedPlace, ...] = ()
    """The suggested words, against the draft."""
    send_at: str = ""
    """The suggested time: a local day, or moment."""


def talk_of(
    tx: Transaction, run_id: str, person: Person, draft: Draft | None
) -> tuple[CommentShown, ...]:
    """Everything that was said about a campaign, oldest first."""
    names = {one.id: one.name for one in people.list_people(tx)}
    return tuple(_shown(comment, names, person, draft) for comment in comments.for_run(tx, run_id))


def known_names(tx: Transaction, person: Person) -> Sequence[str]:
    """Whom a person can mention."""
    return [one.name for one in people.list_people(tx) if one.id != person.id]


def _shown(
    comment: Comment, names: Mapping[str, str], person: Person, draft: Draft | None
) -> CommentShown:
    suggestion = comment.suggestion or {}
    return CommentShown(
        id=comment.id,
        who=names.get(comment.person_id, "Somebody who has left"),
        by_assistant=comment.by == "assistant",
        text=comment.text,
        at=comment.at,
        settled=comment.settled_at is not None,
        mentions_you=person.id in comment.mentions,
        suggests=bool(suggestion),
        changes=_changes(suggestion, draft),
        send_at=str(suggestion.get(START_FIELD, "")),
    )


def _changes(suggestion: Mapping[str, Any], draft: Draft | None) -> tuple[ChangedPlace, ...]:
    """Empty where the draft has gone on and no longer has those places."""
    if draft is None or "variants" not in suggestion:
        return ()
    try:
        edited = edited_draft(draft, {"variants": suggestion["variants"]}, "")
    except EditError:
        return ()
    return draft_edits(draft, edited)
