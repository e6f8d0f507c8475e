"""How many people of an approval get which variant, and how many are held back: counted, not
reckoned from shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.scheduler import count_arms
from domain.plan import HELD_BACK
from ledger import snapshots
from ledger.database import Transaction

MOST_KNOWN = 2000

_known: dict[str, dict[str, int]] = {}
"""By campaign, snapshot and shares, which never change once somebody was asked about them."""


def arm_sizes(tx: Transaction, content: Mapping[str, Any]) -> dict[str, int]:
    """Variant id, or ``held_back``, → people. ``content``: of a publish approval, as JSON."""
    arms = [(str(arm), float(share)) for arm, share in content["arms"]]
    key = f"{content['campaign_id']} {content['snapshot_hash']} {arms}"
    found = _known.get(key)
    if found is None:
        members = snapshots.members(tx, str(content["snapshot_hash"]))
        people = (member.pseudonym for member in members)
        found = dict(count_arms(str(content["campaign_id"]), people, arms))
        if len(_known) >= MOST_KNOWN:
            _known.pop(next(iter(_known)))
        _known[key] = found
    return found


def treated(tx: Transaction, content: Mapping[str, Any]) -> int:
    """People who get a mail."""
    return sum(size for arm, size in arm_sizes(tx, content).items() if arm != HELD_BACK)
