"""Locked sentences: kept word for word through every rewriting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.claims.support import sentences
from domain.critique import Finding
from domain.draft import CallToAction, Draft, Paragraph, Variant
from domain.teaching import Lock


def broken(draft: Draft, locks: Sequence[Lock]) -> tuple[Finding, ...]:
    """A finding for every locked sentence that its variant does not have any more."""
    return tuple(_broken(draft, locks))


def _broken(draft: Draft, locks: Sequence[Lock]) -> Iterator[Finding]:
    for lock in locks:
        variant = _of(draft, lock)
        if variant is not None and any(lock.text in text for _, text in variant.texts()):
            continue
        yield Finding(
            rule="lock.changed",
            severity="serious",
            variant=variant.id if variant is not None else "",
            place=lock.place if variant is not None else "",
            text=lock.text,
            why="A person locked this sentence, and the rewriting changed or dropped it.",
            mend="Put it back word for word, or lift the lock.",
        )


def keep(draft: Draft, locks: Sequence[Lock]) -> Draft:
    """The draft with locked sentences put back in their places; for a writer that follows rules.
    Where a lock's variant is gone, the first one takes its sentence."""
    variants = list(draft.variants)
    for lock in locks:
        variant = _of(draft, lock) or (draft.variants[0] if draft.variants else None)
        if variant is None:
            continue
        at = next(n for n, v in enumerate(variants) if v.id == variant.id)
        variants[at] = _put_back(variants[at], lock)
    return draft.model_copy(update={"variants": tuple(variants)})


def _of(draft: Draft, lock: Lock) -> Variant | None:
    return next((v for v in draft.variants if v.angle == lock.angle), None)


def _put_back(variant: Variant, lock: Lock) -> Variant:
    if any(lock.text in text for _, text in variant.texts()):
        return variant
    if lock.place in ("subject", "preheader"):
        return variant.model_copy(update={lock.place: lock.text})
    return _in_body(variant, lock.text, lock.place)


def _in_body(variant: Variant, text: str, place: str) -> Variant:
    """At the block's old place, in front of the paragraph that stands there now; the call to
    action gives way to a locked call."""
    blocks = list(variant.blocks)
    wanted = int(place.removeprefix("blocks[").removesuffix("]") or 1) if "[" in place else 1
    calls = [n for n, b in enumerate(blocks) if isinstance(b, CallToAction)]
    if wanted in calls and not text.endswith((".", "?", "!")):
        blocks[wanted] = blocks[wanted].model_copy(update={"text": text})
        return variant.model_copy(update={"blocks": tuple(blocks)})
    before_call = calls[0] if calls else len(blocks)
    at = max(1, min(wanted, before_call))
    if at < len(blocks) and isinstance(blocks[at], Paragraph):
        kept = getattr(blocks[at], "text", "")
        # The rewriting may say nearly the same: once is enough.
        rest = " ".join(s for s in sentences(kept) if not _alike(s, text))
        blocks[at] = Paragraph(text=f"{text} {rest}".strip())
    else:
        blocks.insert(at, Paragraph(text=text))
    return variant.model_copy(update={"blocks": tuple(blocks)})


def _alike(one: str, other: str) -> bool:
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) >= 0.6 * min(len(a), len(b))


def sentence_at(variant: Variant, wanted: str) -> tuple[str, str] | None:
    """(place, sentence) of the one sentence of a variant that is or holds ``wanted``; None where
    there is none, or several."""
    found = [
        (place, one)
        for place, text in variant.texts()
        for one in (sentences(text) or (text,))
        if wanted and wanted in one
    ]
    exact = [pair for pair in found if pair[1].strip() == wanted.strip()]
    best = exact or found
    return best[0] if len(best) == 1 else None
