"""A person's edits at the gates: the whole content, or only what is to change."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from agents.scheduler import is_quiet
from domain.brief import Brief
from domain.draft import Draft, Variant
from domain.errors import WrongUsage
from domain.layouts import arranged, possible
from domain.plan import QuietHours
from workflows.state import Json

BRIEF_FIELDS = ("message", "tone", "answer", "question", "fact_ids", "send_from", "send_until")
"""What a person may change in a brief by hand. Its numbers come from the data: another audience
or offer is another goal."""
START_FIELD = "send_at"
"""Of an edit of what would go out: another day, or another moment, at which it shall begin."""
VARIANT_FIELDS = ("angle", "subject", "preheader", "layout", "blocks", "claims", "fallbacks")
"""What a person may change in a variant. Where it comes from stays as it is."""


class EditError(WrongUsage):
    """An edit that cannot be taken."""

    code: Literal["unreadable_edit", "not_editable"]


def edited_brief(brief: Brief, edit: Json) -> Brief:
    """The brief as a person changed it: the whole of it, or the fields to change alone.

    Raises EditError where a field may not be changed by hand, or holds what it cannot.
    """
    old = brief.model_dump(mode="json")
    changed = {name: value for name, value in edit.items() if old.get(name) != value}
    refused = sorted(set(changed) - set(BRIEF_FIELDS))
    if refused:
        raise EditError(
            "not_editable",
            f"In a brief, {', '.join(refused)} cannot be changed by hand.",
            thing=brief.goal.text[:80],
            next_step=f"Change {', '.join(BRIEF_FIELDS)}; for the rest reject it with a reason, "
            "or give a new goal.",
        )
    try:
        return Brief.model_validate({**old, **changed})
    except ValidationError as error:
        raise unreadable("brief", error) from error


def parts_of(edit: Json, timezone: str) -> tuple[Json, str | None]:
    """What an edit changes in the words, and when it shall begin instead: a local day
    (``2026-12-01``) or time (``2026-12-01T10:30``); None: when it was.

    Raises EditError where the day or moment cannot be read.
    """
    words = {name: value for name, value in edit.items() if name != START_FIELD}
    given = edit.get(START_FIELD)
    if given is None:
        return words, None
    try:
        if len(str(given)) == len("2026-12-01"):
            return words, date.fromisoformat(str(given)).isoformat()
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        raise EditError(
            "unreadable_edit",
            f"This is no day or moment at which it could begin: {given!r}.",
            thing=START_FIELD,
            next_step="Write it like 2026-12-01 or 2026-12-01T10:00+01:00.",
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(timezone))
    return words, moment.replace(tzinfo=None).isoformat(timespec="minutes")


def check_start(start: str, brief: Brief, quiet: QuietHours, today: date) -> None:
    """Whether it could begin then at all. Raises EditError: the day is over, what the mail
    promises does not hold on it, or nothing goes out at that hour."""
    on = date.fromisoformat(start[:10])
    offer, hour = brief.offer, chosen_time(start)
    why, instead = "", ""
    if on < today:
        why, instead = f"{on} is over.", "Choose a day that is still to come."
    elif offer is not None and not offer.valid_from <= on <= offer.valid_until:
        why = f"The offer {offer.code} holds from {offer.valid_from} to {offer.valid_until}."
        instead = "Choose one of these days, or give a new goal with other days."
    elif hour is not None and is_quiet(hour.hour, quiet):
        why = f"At {hour:%H:%M} nothing goes out: it is quiet from {quiet.start} to {quiet.end}."
        instead = "Choose another hour."
    if why:
        raise EditError(
            "not_editable", f"It cannot begin then. {why}", thing=start, next_step=instead
        )


def chosen_time(start: str) -> time | None:
    """The time of ``parts_of``'s beginning; None: the day alone was chosen."""
    return time.fromisoformat(start[11:]) if len(start) > len("2026-12-01") else None


def unreadable(what: str, error: ValidationError) -> EditError:
    """The first thing in an edit that cannot be read."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return EditError(
        "unreadable_edit",
        f"The edited {what} cannot be read at {place or 'its top'}: {first['msg']}.",
        next_step="Mend that place and send the edit again.",
    )


def edited_draft(draft: Draft, edit: Json, by: str) -> Draft:
    """The draft as a person changed it.

    ``variants`` is either the list of all variants, or an object from a variant's id to the
    fields that change in it. Claims whose words are gone go with them. Raises EditError.
    """
    given = edit.get("variants")
    if set(edit) - {"variants", "language", "label"} or not isinstance(given, dict | list):
        raise EditError(
            "not_editable",
            "An edited draft holds its variants, and nothing else can be changed.",
            next_step='Send {"variants": {"a": {"subject": "…"}}}, or all variants as a list.',
        )
    old = {variant.id: variant for variant in draft.variants}
    if isinstance(given, dict):
        patches = {**{variant_id: {} for variant_id in old}, **given}
    else:
        patches = {str(v.get("id", "")): v for v in given if isinstance(v, dict)}
        if len(patches) != len(given):
            raise EditError(
                "not_editable",
                "Each variant needs an id of its own.",
                next_step="Name them a, b, c, …",
            )
    unknown = sorted(set(patches) - set(old))
    if unknown or not patches:
        raise EditError(
            "not_editable",
            f"The draft has no variant {', '.join(unknown) or 'left'}.",
            next_step=f"Its variants are {', '.join(old)}.",
        )
    variants = tuple(_edited(old[variant_id], patch) for variant_id, patch in patches.items())
    label = draft.label if by in draft.label else f"{draft.label}, edited by {by}".lstrip(", ")
    return draft.model_copy(update={"variants": variants, "label": label})


def _edited(variant: Variant, patch: Json) -> Variant:
    if not isinstance(patch, dict):
        raise EditError(
            "not_editable", f"The edit of variant {variant.id} is not an object of fields."
        )
    old = variant.model_dump(mode="json")
    changed = {name: value for name, value in patch.items() if old.get(name) != value}
    refused = sorted(set(changed) - set(VARIANT_FIELDS))
    if refused:
        raise EditError(
            "not_editable",
            f"In a variant, {', '.join(refused)} cannot be changed by hand.",
            thing=variant.id,
            next_step=f"Change {', '.join(VARIANT_FIELDS)}.",
        )
    try:
        edited = Variant.model_validate({**old, **changed})
    except ValidationError as error:
        raise unreadable(f"variant {variant.id}", error) from error
    if "layout" in changed:
        edited = _arranged(edited)
    texts = [text for _, text in edited.texts()]
    kept = tuple(c for c in edited.claims if any(c.text in text for text in texts))
    return edited.model_copy(update={"claims": kept})


def _arranged(variant: Variant) -> Variant:
    """The variant's blocks in the layout that was chosen for it."""
    fits = possible(variant.blocks)
    if variant.layout not in fits:
        raise EditError(
            "not_editable",
            f"Variant {variant.id} shows too few or too many products for this layout.",
            thing=variant.layout,
            next_step=f"Choose {' or '.join(fits)}, or show other products.",
        )
    return variant.model_copy(update={"blocks": arranged(variant.blocks, variant.layout)})
