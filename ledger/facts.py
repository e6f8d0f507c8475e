"""Facts as they are now, and what stops when one of them changes.

A citation is ``<id>`` or ``<id>.<field>`` and stands on the whole fact: a mail about a watch is
wrong once the watch is sold, whichever of its fields the sentence cites. How many are in stock
counts only as some or none, unless ``<id>.stock`` itself is cited: a shop that sells one of
forty does not stop its campaigns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.facts import Facts, HouseFact, Product
from domain.frozen import Frozen, content_hash
from ledger import journal, stopping
from ledger import tables as t
from ledger.database import Transaction, in_chunks
from ledger.errors import LedgerError

_f = t.facts.c
_pf = t.publication_facts.c


class FactChanges(Frozen):
    """What a new set of facts did, by fact id."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    stopped_publications: tuple[str, ...] = ()
    voided_approvals: tuple[str, ...] = ()
    """Those given or asked for before anything was scheduled on them."""
    voided_pieces: tuple[str, ...] = ()
    """Pieces for other channels."""


class FactRow(Frozen):
    """A fact as it stands, where it came from, and who cites it."""

    fact: Product | HouseFact
    source: str
    """The file or export that it was imported from."""
    put_at: datetime
    campaigns: tuple[str, ...] = ()
    """Campaigns with a scheduled or finished send that cites it."""


def put(tx: Transaction, facts: Facts, source: str) -> FactChanges:
    """Take the facts of one source as they now are; what it no longer names is removed.

    In the same transaction every approval, open publication and piece that cites a changed or
    removed fact becomes void and stops, and its run is handed back to a person. Raises LedgerError
    bad_value where two facts have one id.
    """
    new = {row["fact_id"]: row for row in _rows(facts, source, tx)}
    if len(new) != len(facts.products) + len(facts.house):
        raise LedgerError(
            "bad_value",
            "Two facts have the same id.",
            thing=source,
            next_step="Give each product and each house fact an id of its own.",
        )
    query = sa.select(_f.fact_id, _f.exact_hash, _f.source)
    old = {row.fact_id: row for row in tx.connection.execute(query)}
    added = sorted(new.keys() - old.keys())
    known = sorted(new.keys() & old.keys())
    changed = [i for i in known if old[i].exact_hash != new[i]["exact_hash"]]
    removed = sorted(i for i, row in old.items() if row.source == source and i not in new)
    moved = [i for i in known if old[i].source != source]

    for gone in in_chunks([*removed, *changed, *moved]):
        tx.connection.execute(sa.delete(t.facts).where(_f.fact_id.in_(gone)))
    fresh = [new[i] for i in sorted({*added, *changed, *moved})]
    if fresh:
        tx.connection.execute(t.facts.insert(), fresh)

    stopped: list[str] = []
    voided: list[str] = []
    pieces: list[str] = []
    if changed or removed:
        stopped = [i for i, why in stale(tx) if stopping.stop_publication(tx, i, why)]
        for approval_id, run_id, why in _stale_approvals(tx):
            stopping.void_approval(tx, approval_id, why)
            stopping.ask_again(tx, run_id, why)
            voided.append(approval_id)
        for piece_id, why in _stale_pieces(tx):
            stopping.void_piece(tx, piece_id, why)
            pieces.append(piece_id)
    if added or changed or removed:
        data = {"added": added, "changed": changed, "removed": removed}
        journal.append(tx, "facts_put", person_id=None, thing=source, data=data)
    return FactChanges(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(i for i in known if i not in set(changed)),
        removed=tuple(removed),
        stopped_publications=tuple(stopped),
        voided_approvals=tuple(voided),
        voided_pieces=tuple(pieces),
    )


def listed(tx: Transaction) -> tuple[FactRow, ...]:
    """All facts by id, with their sources and the campaigns that cite them."""
    cited: dict[str, list[str]] = {}
    citing = (
        sa.select(_pf.fact_id, t.publications.c.campaign_id)
        .join(t.publications, t.publications.c.id == _pf.publication_id)
        .where(t.publications.c.state != "cancelled")
        .distinct()
        .order_by(t.publications.c.campaign_id)
    )
    for fact_id, campaign_id in tx.connection.execute(citing):
        cited.setdefault(fact_id, []).append(campaign_id)
    query = sa.select(_f.fact_id, _f.kind, _f.body, _f.source, _f.put_at).order_by(_f.fact_id)
    return tuple(
        FactRow(
            fact=(Product if kind == "product" else HouseFact).model_validate(body),
            source=source,
            put_at=put_at,
            campaigns=tuple(cited.get(fact_id, ())),
        )
        for fact_id, kind, body, source, put_at in tx.connection.execute(query)
    )


def current(tx: Transaction) -> Facts:
    """All facts of all sources, by id."""
    query = sa.select(_f.kind, _f.body).order_by(_f.fact_id)
    rows = tx.connection.execute(query).all()
    return Facts(
        products=tuple(Product.model_validate(body) for kind, body in rows if kind == "product"),
        house=tuple(HouseFact.model_validate(body) for kind, body in rows if kind == "house"),
    )


def hashes(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    """Citation → hash of what it stands on now; unknown facts are left out of the answer."""
    cited = {i: split(i) for i in ids}
    rows: dict[str, Any] = {}
    for some in in_chunks(sorted({stem for stem, _ in cited.values()})):
        query = sa.select(_f.fact_id, _f.cited_hash, _f.stock_hash).where(_f.fact_id.in_(some))
        rows |= {row.fact_id: row for row in tx.connection.execute(query)}
    return {
        i: rows[stem].stock_hash if of_stock else rows[stem].cited_hash
        for i, (stem, of_stock) in cited.items()
        if stem in rows
    }


def split(cited: str) -> tuple[str, bool]:
    """The fact's id, and whether the citation is of its stock."""
    stem, _, field = cited.partition(".")
    return stem, field == "stock"


def stale(tx: Transaction, publication_ids: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """(publication id, reason) of open publications whose cited facts are not as approved."""
    now_hash = sa.case((_pf.of_stock, _f.stock_hash), else_=_f.cited_hash)
    query = (
        sa.select(_pf.publication_id, sa.func.min(_pf.cited))
        .select_from(t.publication_facts)
        .join(t.publications, t.publications.c.id == _pf.publication_id)
        .outerjoin(t.facts, _f.fact_id == _pf.fact_id)
        .where(
            t.publications.c.state.in_(stopping.OPEN),
            sa.or_(_f.fact_id.is_(None), now_hash != _pf.fact_hash, _f.valid_until < tx.now.date()),
        )
        .group_by(_pf.publication_id)
        .order_by(_pf.publication_id)
    )
    if publication_ids is not None:
        query = query.where(_pf.publication_id.in_(publication_ids))
    found = tx.connection.execute(query).all()
    return [(publication_id, _why(cited)) for publication_id, cited in found]


def _why(cited: str) -> str:
    return f"the fact {cited} changed after it was approved"


def _stale_approvals(tx: Transaction) -> list[tuple[str, str, str]]:
    """(approval, run, reason) of those pending or given whose content cites other facts."""
    a = t.approvals.c
    query = (
        sa.select(a.id, a.run_id, a.content)
        .join(t.runs, t.runs.c.id == a.run_id)
        .where(
            a.status.in_(("pending", "approved")),
            t.runs.c.status.not_in(("done", "failed", "cancelled")),
        )
        .order_by(a.id)
    )
    found = []
    for approval_id, run_id, content in tx.connection.execute(query).all():
        cited = dict(_citations(content))
        now = hashes(tx, cited)
        changed = sorted(i for i, fact_hash in cited.items() if now.get(i) != fact_hash)
        if changed:
            found.append((approval_id, run_id, _why(changed[0])))
    return found


def _stale_pieces(tx: Transaction) -> list[tuple[str, str]]:
    """(piece, reason) of those that may still be placed and cite other facts."""
    p = t.pieces.c
    query = sa.select(p.id, p.cited).where(p.status.in_(stopping.PLACEABLE)).order_by(p.id)
    found = []
    for piece_id, cited in tx.connection.execute(query).all():
        changed = changed_of(tx, cited)
        if changed:
            found.append((piece_id, f"the fact {changed} changed after it was written"))
    return found


def changed_of(tx: Transaction, cited: Mapping[str, str]) -> str:
    """The first citation that stands on something else than the hash beside it; empty: none."""
    now = hashes(tx, cited)
    return next((i for i, was in sorted(cited.items()) if now.get(i) != was), "")


def _citations(content: object) -> Iterator[tuple[str, str]]:
    """(fact id, hash) of every CitedFact, wherever in the content it stands."""
    if isinstance(content, Mapping):
        if content.keys() >= {"fact_id", "fact_hash"}:
            yield str(content["fact_id"]), str(content["fact_hash"])
        for value in content.values():
            yield from _citations(value)
    elif isinstance(content, list):
        for value in content:
            yield from _citations(value)


def _rows(facts: Facts, source: str, tx: Transaction) -> Iterator[dict[str, Any]]:
    common = {"source": source, "put_at": tx.now}
    for product in facts.products:
        body = product.model_dump(mode="json")
        cited = content_hash({**body, "stock": product.stock > 0})
        yield {
            **common,
            "fact_id": product.id,
            "kind": "product",
            "body": body,
            "exact_hash": content_hash(body),
            "cited_hash": cited,
            "stock_hash": content_hash([cited, product.stock]),
            "valid_until": None,
        }
    for fact in facts.house:
        body = fact.model_dump(mode="json")
        exact = content_hash(body)
        yield {
            **common,
            "fact_id": fact.id,
            "kind": "house",
            "body": body,
            "exact_hash": exact,
            "cited_hash": exact,
            "stock_hash": exact,
            "valid_until": fact.valid_until,
        }
