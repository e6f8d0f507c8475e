"""Dark patterns: hurry that nothing backs, guilt, and leaving made hard (European Data Protection
Board, Guidelines 03/2022 on deceptive design patterns; Annex I of Directive 2005/29/EC, no. 7)."""

from __future__ import annotations

from agents.languages import lexicon
from agents.rules.review import Findings, Review, finding

_FOUND = {
    "urgency": (
        "serious",
        "Hurry that no fact backs.",
        "Say the true stock or the true end date, or nothing.",
    ),
    "guilt": (
        "serious",
        "It works on the reader's conscience or vanity instead of saying what the thing is.",
        "Let a no be a no: “No, thank you” is enough.",
    ),
    "opt_out": (
        "blocking",
        "Leaving or saying no is made harder than saying yes.",
        "Say that one click ends it, and ask for nothing in return.",
    ),
}


def check(review: Review) -> Findings:
    for copy in review.copies:
        for place, text in copy.texts():
            if place.startswith("legal["):
                continue
            for kind, (severity, why, mend) in _FOUND.items():
                for match in lexicon.pattern("manner", kind).finditer(text):
                    yield finding(
                        f"dark.{kind}",
                        severity,  # type: ignore[arg-type]
                        why,
                        mend,
                        variant=copy.id,
                        place=place,
                        text=match.group(),
                    )
