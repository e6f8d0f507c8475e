"""``mainspring demo``: two campaigns from goal to report, and a third that waits for you."""

from evals.demo.story import run

__all__ = ["run"]
