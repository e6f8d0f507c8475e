"""The voice index: past copy by meaning, in a chromadb collection that is built once.

An index lies in a folder of its own, ``voice-<hash of guide, library, embedder>``, which appears
by one rename when it is whole and is never written again: a client that has it open cannot go
stale, and a process that dies while building leaves nothing behind that another would read. It is
disposable: delete the folder, and the next search builds it again.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from filelock import FileLock

from brand_voice.brand import Brand
from brand_voice.lexical import LetterGroups, same_words
from domain.frozen import content_hash
from domain.voice import Passage, PassageKind, VoiceChannel

_COLLECTION = "voice"
# How the indexed text and the folder are made; a change of either makes another index.
_LAYOUT = 2
# Two passages at least this alike say the same thing in the same words.
NEAR_EQUAL = 0.9
# A proven passage may lie this much further from the question and still come first.
_PROVEN_BONUS = 0.05
# What shared letters weigh beside meaning, where the embedder knows the language and where not.
_LETTERS = {"en": 0.5}
_LETTERS_ELSEWHERE = 1.0
_LOCK_SECONDS = 300


class Embedder(Protocol):
    """What turns texts into vectors of length 1."""

    @property
    def id(self) -> str:
        """Changes whenever the same text would get another vector."""
        ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class VoiceIndex:
    """Search over one brand's passages. Safe to share between tasks and threads of one process.

    Not to be used across a fork: open one in each process.
    """

    def __init__(self, folder: Path, brand: Brand, embedder: Embedder) -> None:
        """``folder`` holds indexes and cached vectors; it is made when it is first needed."""
        self._folder = folder
        self._embedder = embedder
        self._passages: Mapping[str, Passage] = {p.id: p for p in brand.passages}
        self._lock = threading.Lock()
        self._opened: tuple[Any, Any] | None = None
        self._letters: LetterGroups | None = None
        digest = content_hash([_LAYOUT, brand.guide, list(brand.passages), embedder.id])
        self.name = f"voice-{digest[:16]}"

    async def search(
        self,
        query: str,
        *,
        kind: PassageKind | None = None,
        language: str | None = None,
        objective: str | None = None,
        channel: VoiceChannel | None = None,
        n: int = 8,
    ) -> tuple[Passage, ...]:
        """At most ``n`` passages, the nearest in meaning first, proven ones before their equals.

        ``kind`` and ``language`` are kept to. ``channel``, then ``objective``, are preferred: where
        they have too few passages, others fill up. No three are nearly equal in meaning, and no
        three are one text with a word changed.
        """
        preferred = [{"channel": channel, "objective": objective}]
        if channel and objective:
            preferred += [{"channel": channel}]
        if channel or objective:
            preferred += [{}]
        must = {"kind": kind, "language": language}
        where = [{**must, **wish} for wish in preferred]
        return await asyncio.to_thread(self._search, query, where, n)

    async def build(self) -> None:
        """Make the index now, so that the first search need not. Does nothing where it stands."""
        await asyncio.to_thread(self._collection)

    def close(self) -> None:
        """Let go of the files. A later search opens them again."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()
                self._opened = None

    def _search(
        self, query: str, wishes: Sequence[Mapping[str, str | None]], n: int
    ) -> tuple[Passage, ...]:
        if not self._passages or n < 1:
            return ()
        vector = self._embedder.embed([query])[0]
        letters = self._letter_groups().scores(query)
        found: list[tuple[str, Any]] = []
        for where in wishes:
            found += self._near(vector, letters, where, n, without={one for one, _ in found})
            if len(chosen := self._varied(found, n)) == n:
                break
        return tuple(self._passages[one] for one in chosen)

    def _near(
        self,
        vector: list[float],
        letters: Mapping[str, float],
        where: Mapping[str, str | None],
        n: int,
        without: Collection[str],
    ) -> list[tuple[str, Any]]:
        """(id, vector) of candidates, best first; more than n, since near-equals drop out."""
        wanted = {key: value for key, value in where.items() if value}
        clauses = [{key: value} for key, value in wanted.items()]
        answer = self._collection().query(
            query_embeddings=[vector],
            n_results=min(4 * n + len(without), len(self._passages)),
            where={"$and": clauses} if len(clauses) > 1 else (clauses[0] if clauses else None),
            include=["embeddings"],
        )
        vectors = dict(zip(answer["ids"][0], answer["embeddings"][0], strict=True))
        fitting = (
            one
            for one in sorted(letters, key=lambda one: -letters[one])
            if wanted.items() <= _metadata(self._passages[one]).items()
        )
        further = [one for one in islice(fitting, 4 * n) if one not in vectors]
        if further:
            got = self._collection().get(ids=further, include=["embeddings"])
            vectors |= dict(zip(got["ids"], got["embeddings"], strict=True))
        asked = np.asarray(vector)
        rows = [
            (self._distance(one, 1 - float(asked @ other), letters), one, np.asarray(other))
            for one, other in vectors.items()
            if one not in without
        ]
        rows.sort(key=lambda row: row[:2])
        return [(one, other) for _, one, other in rows]

    def _distance(self, one: str, meaning: float, letters: Mapping[str, float]) -> float:
        passage = self._passages[one]
        weight = _LETTERS.get(passage.language, _LETTERS_ELSEWHERE)
        return meaning - weight * letters.get(one, 0) - (_PROVEN_BONUS if passage.proven else 0)

    def _varied(self, found: Sequence[tuple[str, Any]], n: int) -> list[str]:
        """The first n of which no three are nearly equal."""
        chosen: list[tuple[str, Any]] = []
        for one, vector in found:
            text = self._passages[one].text
            alike = sum(
                float(vector @ other) >= NEAR_EQUAL or same_words(text, self._passages[kept].text)
                for kept, other in chosen
            )
            if alike < 2:
                chosen.append((one, vector))
            if len(chosen) == n:
                break
        return [one for one, _ in chosen]

    def _letter_groups(self) -> LetterGroups:
        with self._lock:
            if self._letters is None:
                self._letters = LetterGroups({p.id: _indexed(p) for p in self._passages.values()})
            return self._letters

    def _collection(self) -> Any:
        with self._lock:
            if self._opened is None:
                path = self._folder / self.name
                if not path.is_dir():
                    self._build(path)
                client = _client(path)
                self._opened = (client, client.get_collection(_COLLECTION, embedding_function=None))
            return self._opened[1]

    def _build(self, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "build.lock", timeout=_LOCK_SECONDS):
            if path.is_dir():  # another process built it while this one waited
                return
            for left in self._folder.glob("building-*"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            passages = list(self._passages.values())
            vectors = self._vectors([_indexed(p) for p in passages])
            scratch = Path(tempfile.mkdtemp(prefix="building-", dir=self._folder))
            try:
                client = _client(scratch)
                collection = client.create_collection(
                    _COLLECTION, embedding_function=None, metadata={"hnsw:space": "cosine"}
                )
                most = client.get_max_batch_size()
                for start in range(0, len(passages), most):
                    part = slice(start, start + most)
                    collection.add(
                        ids=[p.id for p in passages[part]],
                        embeddings=vectors[part],
                        metadatas=[_metadata(p) for p in passages[part]],
                    )
                client.close()
                scratch.rename(path)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def _vectors(self, texts: list[str]) -> list[list[float]]:
        """Vectors by way of a cache keyed by embedder and text, so that an edit costs little."""
        cache = sqlite3.connect(self._folder / "embeddings.sqlite", timeout=30)
        try:
            cache.execute("create table if not exists vectors (key text primary key, vector blob)")
            keys = [sha256(f"{self._embedder.id}\n{text}".encode()).hexdigest() for text in texts]
            known: dict[str, list[float]] = {}
            for key in set(keys):
                row = cache.execute("select vector from vectors where key = ?", (key,)).fetchone()
                if row is not None:
                    known[key] = np.frombuffer(row[0], dtype=np.float32).tolist()
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            fresh = dict(zip(new, self._embedder.embed(list(new.values())), strict=True))
            with cache:
                cache.executemany(
                    "insert or ignore into vectors values (?, ?)",
                    [(k, np.asarray(v, dtype=np.float32).tobytes()) for k, v in fresh.items()],
                )
        finally:
            cache.close()
        every = {**known, **fresh}
        return [every[key] for key in keys]


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, is_persistent=True)
    return chromadb.PersistentClient(path=str(path), settings=settings)


def _indexed(passage: Passage) -> str:
    """The text that stands for a passage: what it is for, then its words.

    The English words of objective and angle give German passages a place near English questions.
    """
    what = (passage.kind, passage.objective, passage.angle, *passage.categories)
    return f"{' '.join(word.replace('_', ' ') for word in what if word)}: {passage.text}"


def _metadata(passage: Passage) -> dict[str, str]:
    return {
        "kind": passage.kind,
        "language": passage.language,
        "objective": passage.objective,
        "angle": passage.angle,
        "channel": passage.channel,
    }
