"""The styles of one brand, a measure for each language: trained when first asked, then kept.

A trained measure is a file named by the hash of all that it was learnt from, so that a change of
the library, of the texts of others or of this code makes another; the folder can be deleted.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock
from scipy.sparse import csr_array

from brand_voice.brand import Brand
from brand_voice.style.copy import Message, background, others, own_messages
from brand_voice.style.masking import Mask, languages, word_classes
from brand_voice.style.measure import Measure, enough, train
from brand_voice.style.ridge import Ridge
from brand_voice.style.space import WEIGHTS, Space
from brand_voice.style.trial import Trial, trial
from domain.frozen import content_hash
from domain.style import StyleReading

VERSION = 1
"""Of the code that a kept measure depends on; a change of it makes all of them anew."""
_LOCK_SECONDS = 600


class Styles:
    """How like the brand's past copy texts are. Safe to share between threads of one process."""

    def __init__(self, folder: Path, brand: Brand, *, others_folder: Path | None = None) -> None:
        """``folder`` keeps what was learnt; ``others_folder`` holds texts of others, beside the
        background that ships with the program."""
        self._folder = folder
        self._brand = brand
        self._others = others_folder
        self._lock = threading.Lock()
        self._known: dict[str, Measure | None] = {}

    def measure(self, language: str) -> Measure | None:
        """The language's measure, trained now where it is not kept yet (a few seconds). None: the
        brand has too little copy in it. Raises BrandError where the others' texts cannot be read.
        """
        with self._lock:
            if language not in self._known:
                self._known[language] = self._kept_or_trained(language)
            return self._known[language]

    def read(self, texts: Sequence[str], language: str) -> StyleReading | None:
        """Score the pieces of one draft. None: there are none, or the brand has too little copy."""
        texts = [text for text in texts if text.strip()]
        measure = self.measure(language) if texts else None
        return measure.read(texts) if measure is not None else None

    def own(self, language: str) -> list[Message]:
        """The past messages that a measure of the language is learnt from."""
        return own_messages(self._brand, language)

    def try_out(self, language: str, least: float) -> Trial | None:
        """How good the language's measure is at a limit. None: there is too little copy."""
        if language not in languages():
            return None
        return trial(self.own(language), self._theirs(language), self._mask(language), least)

    def _theirs(self, language: str) -> list[Message]:
        supplied = others(self._others, language) if self._others is not None else []
        return background(language) + supplied

    def _mask(self, language: str) -> Mask:
        return Mask(language, (self._brand.guide.brand,))

    def _kept_or_trained(self, language: str) -> Measure | None:
        if language not in languages() or not enough(own := self.own(language)):
            return None
        theirs, mask = self._theirs(language), self._mask(language)
        file = self._folder / f"style-{_name(own, theirs, mask)}.npz"
        kept = _load(file, mask)
        if kept is not None:
            return kept
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock"), timeout=_LOCK_SECONDS):
            kept = _load(file, mask)
            if kept is None:
                kept = train(own, theirs, mask)
                if kept is not None:
                    _save(file, kept)
        return kept


def _name(own: Sequence[Message], theirs: Sequence[Message], mask: Mask) -> str:
    words = sha256(json.dumps(word_classes(mask.language)).encode()).hexdigest()
    texts = [[message.text for message in side] for side in (own, theirs)]
    return content_hash([VERSION, dict(WEIGHTS), mask.language, list(mask.names), words, *texts])[
        :16
    ]


def _save(file: Path, measure: Measure) -> None:
    runs = [run for _, run in measure.columns]
    pieces = measure.model.pieces
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        np.savez_compressed(
            part,
            runs=np.frombuffer("\0".join(runs).encode(), dtype=np.uint8),
            views=measure.space.views,
            rarity=measure.space.rarity,
            mean=measure.space.mean,
            spread=measure.space.spread,
            data=pieces.data,
            indices=pieces.indices,
            indptr=pieces.indptr,
            shape=np.array(pieces.shape),
            parts=measure.model.parts,
            own_words=measure.own_words,
            own_scores=measure.own_scores,
            own_whole=measure.own_whole,
            own_sizes=measure.own_sizes,
            wavering=np.array(measure.wavering),
        )
    Path(part.name).replace(file)


def _load(file: Path, mask: Mask) -> Measure | None:
    """None where there is none, or what is there is damaged: it is then made anew."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            found = {name: kept[name] for name in kept.files}
        runs = found["runs"].tobytes().decode().split("\0")
        views = found["views"]
        return Measure(
            mask=mask,
            space=Space(
                columns=np.arange(len(runs)),
                rarity=found["rarity"],
                views=views,
                mean=found["mean"],
                spread=found["spread"],
                weights=WEIGHTS,
            ),
            columns={
                (int(v), run): at for at, (v, run) in enumerate(zip(views, runs, strict=True))
            },
            model=Ridge(
                csr_array(
                    (found["data"], found["indices"], found["indptr"]), shape=tuple(found["shape"])
                ),
                found["parts"],
            ),
            own_words=found["own_words"],
            own_scores=found["own_scores"],
            own_whole=found["own_whole"],
            own_sizes=found["own_sizes"],
            wavering=float(found["wavering"]),
        )
    except (OSError, KeyError, ValueError, BadZipFile):
        return None
