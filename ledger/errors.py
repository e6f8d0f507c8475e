"""What the ledger refuses, each with a literal code."""

from __future__ import annotations

from typing import Literal

from domain.errors import MainspringError

LedgerErrorCode = Literal[
    "missing",  # there is no ledger at this address
    "damaged",  # its file is no database any more, or a broken one
    "needs_upgrade",  # its tables are older than this program
    "too_new",  # its tables are newer than this program
    "busy",  # another process held the ledger for longer than we wait
    "busy_turn",  # the answer before is still being written
    "naive_time",  # a time without a zone was handed in
    "unknown",  # no such person, run, approval, publication, …
    "unknown_token",  # nobody holds this token
    "too_many_tries",  # the password was guessed at too often
    "exists",  # a person of this address is there already
    "last_owner",  # without them nobody could let anybody in
    "not_allowed",  # this person lacks the right
    "already_decided",  # somebody decided this approval before
    "stale_content",  # the approval is of other content than was shown
    "expired",  # the approval was decided too late
    "wrong_number",  # the number of people that was typed is not the number who get a mail
    "voted_already",  # this person said yes before, and another one is needed
    "blocking_findings",  # the content may not be published as it is
    "not_approved",  # there is no valid approval of this content
    "facts_changed",  # a cited fact is not what it was
    "not_simulated",  # only a simulated workspace can do this
    "backwards",  # time does not run backwards
    "bad_schedule",  # the cron line or its catch-up cannot be read
    "bad_zone",  # no such IANA time zone
    "bad_value",  # a value that cannot be kept
    "budget_spent",  # the limit of this day or run is reached
    "key_reused",  # an Idempotency-Key that names another request already
    "still_at_work",  # the request of this Idempotency-Key has not ended yet
]

_EXIT_CODES: dict[LedgerErrorCode, int] = {
    "naive_time": 2,
    "unknown": 2,
    "unknown_token": 4,
    "too_many_tries": 4,
    "exists": 2,
    "not_allowed": 4,
    "busy_turn": 4,
    "last_owner": 4,
    "already_decided": 4,
    "stale_content": 4,
    "expired": 4,
    "wrong_number": 4,
    "voted_already": 4,
    "blocking_findings": 4,
    "not_approved": 3,
    "facts_changed": 3,
    "not_simulated": 4,
    "backwards": 2,
    "bad_schedule": 2,
    "bad_zone": 2,
    "bad_value": 2,
    "budget_spent": 3,
    "key_reused": 2,
    "still_at_work": 4,
}


class LedgerError(MainspringError):
    """The ledger did not do it. Nothing of the transaction is kept."""

    code: LedgerErrorCode

    def __init__(
        self, code: LedgerErrorCode, what: str, *, thing: str = "", next_step: str = ""
    ) -> None:
        super().__init__(code, what, thing=thing, next_step=next_step)
        self.exit_code = _EXIT_CODES.get(code, 1)
