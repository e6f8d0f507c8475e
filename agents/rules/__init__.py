"""The critic's rules, one family a module: pure functions from a draft's surroundings to findings.

Each module has ``check(review) -> Iterator[Finding]``; ``agents.rules.review.Review`` is what they
look at, and ``agents.rules.every`` runs them all.
"""
