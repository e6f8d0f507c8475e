"""How the entries of the history read on the page."""

from __future__ import annotations

from collections.abc import Mapping

from app import words
from app.references import SHORT, short
from ledger.journal import Entry

KINDS = {
    "addresses_suppressed": "addresses left out from now on: {new}",
    "approval_approved": "approved {gate}",
    "approval_edited": "edited {gate}",
    "approval_expired": "nobody decided in time about {gate}",
    "approval_first_yes": "said the first of two yeses to {gate}",
    "approval_rejected": "rejected {gate}",
    "approval_requested": "asked for a yes to {gate}",
    "approval_revised": "edited {gate}",
    "approval_voided": "an approval no longer counts",
    "clock_advanced": "simulated clock moved",
    "comment_added": "comment written",
    "comment_settled": "comment settled",
    "complaints_recorded": "complaints recorded: {new}",
    "consents_recorded": "answers on consent recorded: {new}",
    "contact_stopped": "a customer wants no more of it",
    "facts_put": "facts imported",
    "fires_passed_over": "a schedule passed over what it missed",
    "finding_overruled": "a finding overruled ({rule}): {reason}",
    "first_wave_ended": "rest of a large send ended: {rest}",
    "first_wave_held": "rest of a large send held: {rest}",
    "first_wave_passed": "first part within bounds, the rest goes out: {rest}",
    "first_wave_released": "rest of a large send let go: {rest}",
    "identity_decided": "two customers decided: {verdict}",
    "identity_resolved": "who is who looked at again: {persons}",
    "identity_undone": "a decision about two customers undone",
    "import": "file imported",
    "left_out": "messages left out: {keys}",
    "library_grew": "passages added to the library: {passages}",
    "limit_set": "limit set",
    "link_issued": "sign-in link made",
    "missed": "messages too late, not sent: {keys}",
    "no_contact": "people whom nobody contacts any more: {new}",
    "no_contact_lifted": "people who may be contacted again: {lifted}",
    "outcome_unknown": "messages of unknown fate: {keys}",
    "overruling_taken_back": "a finding counts again",
    "passage_restored": "a passage brought back: {why}",
    "passage_retired": "a passage retired: {why}",
    "password_set": "password chosen",
    "person_erased": "a customer erased, and searched for: {left} places left",
    "person_exported": "what is held about a customer handed out",
    "person_added": "person added as {role}",
    "person_deactivated": "person removed",
    "piece_approved": "a piece approved",
    "piece_edited": "a piece edited",
    "piece_exported": "a piece handed out",
    "piece_rejected": "a piece rejected: {reason}",
    "piece_voided": "a piece no longer approved, because {reason}",
    "pieces_written": "pieces for other channels written: {pieces}",
    "publication_cancelled": "scheduled send cancelled",
    "publication_done": "scheduled send ended",
    "publication_enqueued": "messages scheduled: {scheduled}",
    "publication_moved": "scheduled send moved",
    "publication_moved_out": "scheduled send moved out of its window",
    "publication_paused": "scheduled send paused",
    "publication_resumed": "scheduled send goes on",
    "publication_stopped": "scheduled send stopped",
    "rest_missed": "rest of a large send too late: {messages}",
    "review_resolved": "messages of unknown fate decided",
    "role_changed": "role changed from {from_role} to {role}",
    "rule_approved": "rule approved: {line}",
    "rule_rejected": "rule rejected: {line}",
    "rule_withdrawn": "rule withdrawn: {line}",
    "run_cancelled": "campaign cancelled",
    "run_started": "campaign started",
    "run_status": "campaign {status}",
    "same_people_said": "customers with several ids: {people}",
    "schedule_added": "schedule added",
    "schedule_fired": "a schedule started its campaign",
    "schedule_removed": "schedule removed",
    "segment_forgotten": "a segment's name forgotten",
    "segment_saved": "a segment named",
    "sentence_locked": "a sentence locked",
    "sentence_unlocked": "a sentence may be rewritten again",
    "sending": "messages going out: {keys}",
    "sending_paused": "sending paused",
    "sending_resumed": "sending resumed",
    "sent": "messages sent: {keys}",
    "sent_again_by_key": "messages sent again by their key: {keys}",
    "sent_found": "a message was found sent after all",
    "settings_changed": "settings changed: {changes}",
    "sign_in_failed": "wrong password at the door",
    "signed_in": "signed in",
    "signed_out": "signed out",
    "snapshot_frozen": "audience frozen: {size}",
    "source_added": "a source may write: {name}",
    "source_closed": "a source's key taken away: {name}",
    "subject_erased": "a customer erased",
    "suppression_lifted": "addresses that may be mailed again: {lifted}",
    "test_mail": "test mail to oneself",
    "test_mail_failed": "a test mail could not be sent",
    "series_made": "a talk made into posts: {posts}",
    "views_read": "views of pieces read: {days} days",
    "ideas_found": "remarks read: {ideas} things asked, {new} new",
    "idea_taken": "pieces written from an idea",
    "idea_dismissed": "an idea put away",
    "token_issued": "token issued",
    "token_revoked": "token revoked",
    "unsubscribed": "somebody unsubscribed",
    "voice_approved": "a version of the guide put in force",
    "voice_discarded": "a proposed guide discarded",
    "voice_edited": "a proposed guide edited",
    "voice_learnt": "a guide proposed from past copy: {texts} texts",
    "voice_proposed": "a guide proposed",
}
"""A kind of entry, with what its data say of it."""


def in_words(entry: Entry) -> str:
    """What happened; a kind without words here keeps its own name."""
    data = {name: _word(name, value) for name, value in entry.data.items()}
    try:
        return KINDS[entry.kind].format_map(data)
    except KeyError:
        return entry.kind.replace("_", " ")


def thing_in_words(entry: Entry, names: dict[str, str]) -> str:
    """What it happened to: by its name in ``names``, as it is, or by the end of its id."""
    if entry.thing in names:
        return names[entry.thing]
    is_id = len(entry.thing) > 2 * SHORT and " " not in entry.thing and ":" not in entry.thing
    return f"…{short(entry.thing)}" if is_id and "." not in entry.thing else entry.thing


def _word(name: str, value: object) -> object:
    match name:
        case "gate":
            return words.GATES.get(str(value), value)
        case "status":
            return words.RUN_STATES.get(str(value), value)
        case "keys" if isinstance(value, list):
            return f"{len(value):,}"
        case "changes" if isinstance(value, list):
            return ", ".join(_change(one) for one in value)
        case _:
            return f"{value:,}" if isinstance(value, int) else value


def _change(change: Mapping[str, str | None]) -> str:
    before, after = change["before"] or "not set", change["after"] or "not set"
    return f"{change['setting']} from {before} to {after}"
