"""What others said: nobody is quoted who did not agree to it, and nobody without saying who."""

from __future__ import annotations

from agents.rules.review import Findings, Review, finding
from domain.draft import Quote


def check(review: Review) -> Findings:
    for variant in review.mails:
        for number, block in enumerate(variant.blocks):
            if not isinstance(block, Quote):
                continue
            at = {"variant": variant.id, "place": f"blocks[{number}]", "text": block.text[:120]}
            if not block.consent.strip():
                yield finding(
                    "quotes.consent", "blocking",
                    "Somebody is quoted, and nothing says that they agreed to it.",
                    "Ask them, and say where their consent is kept; or take the quote out.", **at,
                )  # fmt: skip
            if not block.who.strip():
                yield finding(
                    "quotes.who", "serious", "Nothing says whose words these are.",
                    "Say who they are, as they agreed to be named: “a customer in Munich”.", **at,
                )  # fmt: skip
