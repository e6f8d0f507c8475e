"""What is asked for in the demo, in a marketer's own words."""

from __future__ import annotations

GOALS: tuple[str, ...] = (
    # A mail that works: people who like watches come when they are asked for half an hour.
    "Get viewings for the 1968 dress watch from customers who bought watches in the last 12 "
    "months, hold back 30 %",
    # A mail that does nothing: whose service is due comes anyway.
    "Remind everyone whose service is due to book it, hold back 30 %",
)
WAITING_GOAL = (
    "Win back customers who bought twice or more and not in the last six months, with at most "
    "10 % off rings"
)
