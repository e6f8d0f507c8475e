"""What people change at the gate, kept as pairs; and the rules that recurring changes suggest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.learning.checks import places
from agents.learning.proposing import Change, merged, proposals
from domain.draft import Draft, Variant
from domain.teaching import TaughtRule
from ledger import people, rules, teaching
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.teaching import CopyChange

_OF_PEOPLE = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
    (re.compile(r"(?<![\w.,])\+?\d(?:[ ()/-]?\d){6,}(?![\w])"), "[number]"),
    (re.compile(r"\b[A-Z]{1,3}-?\d{4,}\b"), "[number]"),
    (re.compile(r"\b(Frau|Herrn?|Mrs?\.?|Ms\.?|Dr\.)(\s+[A-ZÄÖÜ][\w'’-]+){1,2}"), r"\1 [name]"),
)


def keep_edit(tx: Transaction, approval: Approval, before: Draft, after: Draft) -> None:
    """Keep every text that an edit changed. Claims, links and greetings are not kept."""
    old = {variant.id: variant for variant in before.variants}
    pairs = [
        (variant.id, *pair)
        for variant in after.variants
        if variant.id in old
        for pair in _changed(old[variant.id], variant)
    ]
    _keep(tx, approval, "edit", before.language, pairs)


def keep_rejection(tx: Transaction, approval: Approval, language: str) -> None:
    """Keep the reason of a rejection."""
    if approval.reason.strip():
        _keep(tx, approval, "rejection", language, [("", "", "", approval.reason)])


def proposed(tx: Transaction, least: int) -> tuple[TaughtRule, ...]:
    """Every rule: those decided about, and those that recur in at least ``least`` campaigns."""
    known = tuple(_change(one) for one in teaching.changes(tx))
    return merged(proposals(known, least), rules.decided(tx))


def _change(kept: CopyChange) -> Change:
    return Change(
        campaign_id=kept.run_id,
        place=kept.place if kept.kind == "edit" else "",
        before=kept.before,
        after=kept.after,
        role=kept.role,
    )


def _changed(before: Variant, after: Variant) -> Iterator[tuple[str, str, str]]:
    """(what stands there, before, after) of texts that changed. Blocks are met by their order among
    their kind, so that a paragraph more does not shift all that follow."""
    old, new = _by_kind(before), _by_kind(after)
    for what, texts in old.items():
        others = new.get(what, [])
        if what == "paragraph":
            gone = [text for text in texts if text not in others]
            come = [text for text in others if text not in texts]
            texts, others = gone, come
        for one, other in zip(texts, others, strict=False):
            if one != other:
                yield what, one, other


def _by_kind(variant: Variant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, what, text in places(variant):
        found.setdefault(what, []).append(text)
    return found


def _keep(
    tx: Transaction,
    approval: Approval,
    kind: teaching.ChangeKind,
    language: str,
    pairs: Sequence[tuple[str, str, str, str]],
) -> None:
    if approval.decided_by is None:
        return
    role = people.get(tx, approval.decided_by).role
    teaching.keep(
        tx,
        [
            CopyChange.model_validate(
                {
                    "run_id": approval.run_id,
                    "approval_id": approval.id,
                    "kind": kind,
                    "language": language,
                    "variant": variant,
                    "place": place,
                    "before": masked(before),
                    "after": masked(after),
                    "role": role,
                    "at": tx.now,
                }
            )
            for variant, place, before, after in pairs
        ],
    )


def masked(text: str) -> str:
    """Without what may be a person's: mail addresses, telephone and customer numbers, and names
    after a form of address."""
    for pattern, instead in _OF_PEOPLE:
        text = pattern.sub(instead, text)
    return text
