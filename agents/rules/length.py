"""Lengths: subject, preheader and body, and a mail that says nothing."""

from __future__ import annotations

import re

from agents.rules.review import Findings, Review, body, finding, without_fields
from domain.draft import CallToAction

PREHEADER_MOST = 110
BODY_MOST_WORDS = 220
BODY_LEAST_WORDS = 12
_WORD = re.compile(r"\w+")


def check(review: Review) -> Findings:
    most = review.guide.subject_most_characters
    for variant in review.mails:
        subject, preheader = variant.subject.strip(), variant.preheader.strip()
        if not subject:
            yield finding(
                "length.no_subject", "blocking", "There is no subject.", "Write one.",
                variant=variant.id, place="subject",
            )  # fmt: skip
        if len(subject) > most:
            yield finding(
                "length.subject", "serious", f"{len(subject)} characters; at most {most}.",
                "Say one thing.", variant=variant.id, place="subject", text=subject,
            )  # fmt: skip
        if not preheader:
            yield finding(
                "length.no_preheader", "minor",
                "Without a preheader, mail programs show the first words of the body.",
                "Write the next fact after the subject.", variant=variant.id, place="preheader",
            )  # fmt: skip
        if len(preheader) > PREHEADER_MOST:
            yield finding(
                "length.preheader", "minor",
                f"{len(preheader)} characters; most programs show fewer than {PREHEADER_MOST}.",
                "Shorten it.", variant=variant.id, place="preheader", text=preheader,
            )  # fmt: skip
        if subject and subject.casefold().rstrip(".") == preheader.casefold().rstrip("."):
            yield finding(
                "length.same", "serious", "Subject and preheader are the same.",
                "Let the preheader say the next fact.", variant=variant.id, place="preheader",
                text=preheader,
            )  # fmt: skip
        words = len(_WORD.findall(without_fields(" ".join(t for _, t in body(variant)))))
        if words > BODY_MOST_WORDS:
            yield finding(
                "length.body", "serious" if words > 2 * BODY_MOST_WORDS else "minor",
                f"{words} words; a letter of one reason needs fewer than {BODY_MOST_WORDS}.",
                "Keep the one reason.", variant=variant.id,
            )  # fmt: skip
        if words < BODY_LEAST_WORDS:
            yield finding(
                "length.empty", "serious", f"The body has {words} words.",
                "Say what it is, what is wrong with it and what it costs.", variant=variant.id,
            )  # fmt: skip
        if not any(isinstance(b, CallToAction) for b in variant.blocks):
            yield finding(
                "length.no_cta", "serious", "The mail asks for nothing.",
                "End with one call to action.", variant=variant.id,
            )  # fmt: skip
