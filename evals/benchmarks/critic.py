"""``bench critic``: how long all rules take on one e-mail, beside a plain search of the same text.

The mails are Halden's past messages, compiled as they would go out. What the critic keeps between
mails of one brand (facts, patterns) is kept; what it keeps of a text is thrown away before every
round, so that no mail is answered from memory. Seconds are the processor's: others' load is none of
the critic's.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from agents.claims.detect import checkables
from agents.languages import lexicon
from agents.rules.every import run_rules
from agents.untrusted import sign_of_injection
from evals.benchmarks.figures import Measurement, median, ratio
from evals.critic.clean import halden, messages
from evals.critic.labelled import rendered, review_of

ROUNDS = 7


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: the copy is the example brand's."""
    brand, facts = halden()
    reviews = [review_of(p, rendered=(rendered(p),)) for p in messages(brand, facts)]
    texts = [" ".join(t for _, t in r.copies[0].texts()) for r in reviews]
    words = re.compile("|".join(map(re.escape, lexicon.words("cliches"))), re.IGNORECASE)
    run_rules(reviews[0])  # patterns are compiled once for a process
    ours, bare, longest = [], [], []
    for _ in range(ROUNDS):
        checkables.cache_clear()
        sign_of_injection.cache_clear()
        each = []
        for review in reviews:
            began = time.process_time()
            run_rules(review)
            each.append((time.process_time() - began) * 1000)
        began = time.process_time()
        for text in texts:
            words.findall(text)
        bare.append((time.process_time() - began) * 1000 / len(texts))
        ours.append(sum(each) / len(each))
        longest.append(max(each))
    return (
        median("all rules, one e-mail", ours, "ms", f"mean of {len(reviews)} mails; aim below 20"),
        median("the slowest e-mail", longest, "ms"),
        median("one list of words, bare", bare, "ms", "re.findall of the clichés alone"),
        ratio("all rules to one list", ours, bare),
    )
