"""Benchmarks: each a module with ``measure``, which answers with figures of one run.

A rate alone says as much of the machine as of the program; so each stands beside the bare thing
that it is built on, measured in the same run, taken in turns.
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Sequence
from importlib import import_module
from os import cpu_count
from pathlib import Path
from typing import cast

from app.output import Out
from evals.benchmarks.figures import Bench, Measured

NAMES = (
    "import",
    "demo",
    "graph",
    "publish",
    "desk",
    "identity",
    "intake",
    "preview",
    "audit",
    "critic",
)
_MODULES = {
    "import": "importing",
    "demo": "whole_demo",
    "graph": "graph_cost",
    "publish": "publishing",
    "desk": "desk",
    "identity": "identity",
    "intake": "taking_events",
    "preview": "preview",
    "audit": "auditing",
    "critic": "critic",
    "voice": "voice",
}


def run_all(
    names: Sequence[str], *, data: Path | None = None, as_json: bool = False, **options: int
) -> None:
    """Run benchmarks and print what they measured; ``options`` are the benchmark's own."""
    out = Out(as_json)
    found = []
    for name in names:
        began = time.perf_counter()
        with out.working(f"Measuring {name}"):
            measure = cast(Measured, import_module(f"evals.benchmarks.{_MODULES[name]}").measure)
            figures = asyncio.run(measure(data, **options))
        bench = Bench(name=name, figures=figures, seconds=round(time.perf_counter() - began, 1))
        found.append(bench)
        out.say(f"{name} ({bench.seconds} s)")
        for figure in figures:
            out.say(f"  {figure.name:<34} {figure.words():>16}  {figure.note}")
    out.answer(
        "bench.v1",
        {
            "machine": {
                "cores": cpu_count(),
                "python": platform.python_version(),
                "system": platform.system(),
            },
            "benches": found,
        },
    )
