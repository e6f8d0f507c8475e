"""Who is who, as a page shows it: the pair that waits for a person, what was merged and why, and
what ties nobody.

Whoever may decide sees names and addresses in the clear, of the two they decide about and of nobody
else: without them nobody could. Everybody else sees them masked.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from app import who_is_who as who
from app import words
from app.masking import masked, masked_value
from app.references import short
from app.who_is_who import WhoIsWho
from app.workspace import Workspace
from domain.errors import WrongUsage
from domain.frozen import Frozen, content_hash
from ledger import jobs, people, subjects
from ledger.identity_decisions import Verdict
from ledger.people import Person
from tools.identity.port import Agreement, Held, Merge, Reason, Suggestion
from tools.store import identities
from tools.store.rows import Row
from tools.store.segments import Store

PAGE = 40
"""Merged ids on a page."""
HELD_SHOWN = 30
REFUSALS_SHOWN = 20

FIELDS: tuple[tuple[str, str, str], ...] = (
    ("first_name", "First name", "first"),
    ("last_name", "Last name", "last"),
    ("email", "Address", "email"),
    ("phone", "Telephone", "phone"),
    ("birthday", "Birthday", "birthday"),
    ("street", "Street", "address"),
    ("postcode", "Postcode", "address"),
    ("city", "Town", "address"),
    ("country", "Country", ""),
    ("language", "Language", ""),
)
"""Field, its word, and what the resolution calls the comparison that it is part of."""
_OPEN = frozenset({"country", "language"})
AGREEMENTS: dict[Agreement, str] = {
    "equal": "equal",
    "close": "close",
    "different": "different",
    "unknown": "unknown",
}


class Because(Frozen):
    """One reason, in words."""

    words: str
    beside: str = ""
    """How likely it makes it, and who said so."""


class Line(Frozen):
    """One field of two customers, side by side."""

    field: str
    one: str
    other: str
    agreement: Agreement


class Pair(Frozen):
    """Two customers who may be one person."""

    key: str
    """Names the two in a form, and tells nobody who they are."""
    score: float
    one: str
    other: str
    """What they are called here: their customer ids, or the ends of their pseudonyms."""
    sources: tuple[str, str]
    lines: tuple[Line, ...]
    reasons: tuple[Because, ...]


class Tie(Frozen):
    """A customer id that counts as another one."""

    pseudonym: str
    name: str
    address: str
    reasons: tuple[Because, ...]


class Merged(Frozen):
    """A person with several ids."""

    name: str
    address: str
    ties: tuple[Tie, ...]


class DecidedPair(Frozen):
    id: str
    one: str
    other: str
    verdict: Verdict
    by: str
    at: datetime


class HeldBack(Frozen):
    kind: str
    masked: str
    count: int
    why: str


class KeptApart(Frozen):
    one: str
    other: str
    why: str


class Ruled(Frozen):
    words: str
    ties: int
    share: float


class WhoPage(Frozen):
    found: WhoIsWho | None
    """None: nobody has looked yet."""
    clear: bool
    """Whether the pair is shown unmasked."""
    pair: Pair | None
    place: int
    """Which of those that wait this is, from 1."""
    decided: tuple[DecidedPair, ...]
    rules: tuple[Ruled, ...]
    merged: tuple[Merged, ...]
    page: int
    more: bool
    held: tuple[HeldBack, ...]
    held_in_all: int
    apart: tuple[KeptApart, ...]
    notes: tuple[str, ...]
    looking: bool
    """A look is due or under way."""


async def who_page(
    workspace: Workspace, person: Person, *, place: int = 1, page: int = 1
) -> WhoPage:
    """Everything at one place of those that wait, and one page of those that were merged."""
    return await asyncio.to_thread(_gather, workspace, person, place, page)


async def decide_pair(workspace: Workspace, person: Person, key: str, verdict: Verdict) -> str:
    """Decide about the pair of a page; the decision's id. Raises WrongUsage not_waiting where it
    no longer waits, and as ``who_is_who.decide``."""
    record = await asyncio.to_thread(who.latest, workspace)
    for suggestion in record.suggestions if record is not None else ():
        if _key(suggestion) == key:
            made = await who.decide(workspace, person, suggestion.one, suggestion.other, verdict)
            return made.id
    raise WrongUsage(
        "not_waiting",
        "These two no longer wait for a decision: who is who was looked at again meanwhile.",
        thing=key,
        next_step="Load the page again.",
    )


async def take_apart(workspace: Workspace, person: Person, pseudonym: str) -> str:
    """Decide that an id is not the person that it counts as. Raises WrongUsage not_merged."""
    store = Store(workspace.store_folder)

    def find() -> tuple[str, str]:
        with workspace.ledger.read() as tx:
            customer_id = subjects.customer_ids(tx, [pseudonym]).get(pseudonym, "")
        return customer_id, store.persons([customer_id]).get(customer_id, "")

    customer_id, stands_for = await asyncio.to_thread(find)
    if not stands_for:
        raise WrongUsage(
            "not_merged",
            "This customer counts as nobody else just now.",
            thing=pseudonym,
            next_step="Load the page again.",
        )
    return (await who.decide(workspace, person, customer_id, stands_for, "apart")).id


def _gather(workspace: Workspace, person: Person, place: int, page: int) -> WhoPage:
    store, record = Store(workspace.store_folder), who.latest(workspace)
    clear = "approve" in person.rights
    decided = who.decisions(workspace)
    ids = {i for _, one in decided for i in (one.one, one.other)}
    if record is None:
        return WhoPage(
            found=None, clear=clear, pair=None, place=1, decided=(), rules=(), merged=(), page=1,
            more=False, held=(), held_in_all=0, apart=(), notes=(), looking=_looking(workspace),
        )  # fmt: skip
    waiting = who.waiting(workspace, record)
    place = min(max(place, 1), max(len(waiting), 1))
    first = (page - 1) * PAGE
    merges = identities.merges(store, record, first=first, most=PAGE + 1)
    shown, more = merges[:PAGE], len(merges) > PAGE
    suggestion = waiting[place - 1] if waiting else None
    ids |= {i for merge in shown for i in (merge.customer_id, merge.person)}
    ids |= {i for one in record.refusals[:REFUSALS_SHOWN] for i in (one.one, one.other)}
    if suggestion is not None:
        ids |= {suggestion.one, suggestion.other}
    rows = identities.described(store, sorted(ids))
    with workspace.ledger.read() as tx:
        pseudonyms = subjects.known(tx, ids)
        by = people.names(tx)
    name = _names(pseudonyms, workspace.secrets.suppression_key, clear)
    found = who.who_is_who(workspace)
    return WhoPage(
        found=found,
        clear=clear,
        pair=_pair(suggestion, rows, name, clear) if suggestion is not None else None,
        place=place,
        decided=tuple(
            DecidedPair(
                id=kept.id,
                one=name(one.one),
                other=name(one.other),
                verdict=kept.verdict,
                by=by.get(kept.person_id, ""),
                at=kept.at,
            )
            for kept, one in decided
        ),
        rules=_rules(found),
        merged=tuple(_merged(shown, rows, pseudonyms, name)),
        page=page,
        more=more,
        held=tuple(_held(record.held[:HELD_SHOWN])),
        held_in_all=len(record.held),
        apart=tuple(
            KeptApart(one=name(one.one), other=name(one.other), why=one.explanation)
            for one in record.refusals[:REFUSALS_SHOWN]
        ),
        notes=record.figures.notes,
        looking=_looking(workspace),
    )


Name = Callable[[str], str]
"""What a customer id is called on this page."""


def _names(pseudonyms: Mapping[str, str], key: bytes, clear: bool) -> Name:
    """An id may be personal: who may not decide sees the end of a pseudonym, or of a hash that
    nobody can reckon."""

    def name(customer_id: str) -> str:
        if clear:
            return customer_id
        hashed = hmac.new(key, customer_id.encode(), hashlib.sha256).hexdigest()
        return f"…{short(pseudonyms.get(customer_id, hashed))}"

    return name


def _key(suggestion: Suggestion) -> str:
    return content_hash([suggestion.one, suggestion.other])[:24]


def _pair(suggestion: Suggestion, rows: Mapping[str, Row], name: Name, clear: bool) -> Pair:
    one, other = rows.get(suggestion.one, {}), rows.get(suggestion.other, {})
    said = {agreement.field: agreement.agreement for agreement in suggestion.fields}
    lines = []
    for field, label, compared in FIELDS:
        values = one.get(field), other.get(field)
        if values == (None, None):
            continue
        lines.append(
            Line(
                field=label,
                one=_value(field, values[0], clear),
                other=_value(field, values[1], clear),
                agreement=_agreement(values, said.get(compared)),
            )
        )
    return Pair(
        key=_key(suggestion),
        score=suggestion.score,
        one=name(suggestion.one),
        other=name(suggestion.other),
        sources=(_sources(one), _sources(other)),
        lines=tuple(lines),
        reasons=tuple(_because(reason, suggestion.score) for reason in suggestion.reasons),
    )


def _agreement(values: tuple[object, object], said: Agreement | None) -> Agreement:
    """As it was compared; a field of a group that agrees only as a whole is looked at itself."""
    if None in values:
        return "unknown"
    one, other = (str(value).strip().casefold() for value in values)
    if one == other:
        return "equal"
    return said if said in ("close", "different") else "different"


def _value(field: str, value: object, clear: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return words.day(value) if clear else f"{value.year}"
    if clear:
        return str(value)
    if field == "email":
        return masked(str(value))
    return masked_value(value, in_the_clear=field in _OPEN)


def _sources(row: Row) -> str:
    return words.listed(row.get("sources") or ()) or "an earlier import"


def _because(reason: Reason, said: float | None = None) -> Because:
    """``said``: a likelihood that stands above it already."""
    beside = []
    if reason.probability is not None and reason.probability != said:
        beside.append(f"{words.percent(reason.probability)} likely")
    if reason.source:
        beside.append(f"said by {reason.source}")
    return Because(words=reason.evidence, beside=", ".join(beside))


def _merged(
    merges: Sequence[Merge], rows: Mapping[str, Row], pseudonyms: Mapping[str, str], name: Name
) -> Iterable[Merged]:
    by_person: dict[str, list[Merge]] = {}
    for merge in merges:
        by_person.setdefault(merge.person, []).append(merge)
    for person, theirs in by_person.items():
        yield Merged(
            name=name(person),
            address=masked(str(rows.get(person, {}).get("email") or "")),
            ties=tuple(
                Tie(
                    pseudonym=pseudonyms.get(merge.customer_id, ""),
                    name=name(merge.customer_id),
                    address=masked(str(rows.get(merge.customer_id, {}).get("email") or "")),
                    reasons=tuple(map(_because, merge.reasons)),
                )
                for merge in theirs
            ),
        )


def _held(held: Sequence[Held]) -> Iterable[HeldBack]:
    for one in held:
        yield HeldBack(
            kind=who.KINDS[one.kind], masked=one.masked, count=one.count, why=who.HELD[one.why]
        )


def _rules(found: WhoIsWho | None) -> tuple[Ruled, ...]:
    if found is None:
        return ()
    all_of_them = max(sum(ties for _, ties in found.by_rule), 1)
    return tuple(
        Ruled(words=who.RULES[rule], ties=ties, share=ties / all_of_them)
        for rule, ties in found.by_rule
        if ties
    )


def _looking(workspace: Workspace) -> bool:
    with workspace.ledger.read() as tx:
        return jobs.under_way(tx, "resolve_identities")
