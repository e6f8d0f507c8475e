# ruff: noqa: E501 (patterns are read whole)
"""Lines that the law of a country asks of a channel beside mail. Not legal advice: facts/sources are
named with each rule, and a house's counsel has the last word.

What a mail must carry is looked at in the mail itself (``rendered``).
"""

from __future__ import annotations

import re

from agents.rules.review import Findings, Review, finding
from domain.piece import LandingPage, Sms

_STOP = re.compile(
    r"\bstop+\b|\bopt[- ]?out\b|\bunsubscribe\b|\babmelden\b|\babbestellen\b|\bto end\b|\bkeine sms mehr\b",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(r"[^\d+\s]")


def check(review: Review) -> Findings:
    for piece in review.pieces:
        if isinstance(piece, Sms):
            yield from _text_message(review, piece)
        elif isinstance(piece, LandingPage):
            yield from _page(review, piece)


def _text_message(review: Review, piece: Sms) -> Findings:
    if not _STOP.search(f"{piece.opt_out} {piece.text}"):
        yield finding(
            "legal.opt_out",
            "blocking",
            "Nothing says how to end these messages (CTIA; Art. 7(3) and 21 GDPR).",
            "Add “Ende: STOP”." if piece.language == "de" else "Add “To end: STOP”.",
            variant=piece.id,
            place="opt_out",
        )
    elif (
        _NO_REPLY.search(piece.sender)
        and re.search(r"\bstop+\b", piece.opt_out, re.I)
        and not piece.opt_out.count("http")
        and "." not in piece.opt_out
    ):
        yield finding(
            "legal.opt_out_reply",
            "serious",
            f"It asks for STOP, and nobody can reply to {piece.sender}.",
            "Send from a number, or give an address where it ends.",
            variant=piece.id,
            place="opt_out",
            text=piece.opt_out,
        )
    if (
        review.guide.brand
        and review.guide.brand.casefold() not in f"{piece.text} {piece.sender}".casefold()
    ):
        yield finding(
            "legal.sender",
            "serious",
            "It does not say who writes (CTIA; § 6 DDG).",
            f"Begin with “{review.guide.brand}:”.",
            variant=piece.id,
            place="text",
        )


def _page(review: Review, piece: LandingPage) -> Findings:
    stated = _flat(" ".join(piece.legal))
    for line in review.guide.legal:
        if (
            line.language == piece.language
            and line.id.startswith("imprint")
            and _flat(line.text) not in stated
        ):
            yield finding(
                "legal.imprint",
                "blocking",
                "The imprint is missing (§ 5 DDG).",
                "Carry the guide's imprint at the page's foot.",
                variant=piece.id,
                place="legal",
                text=line.text,
            )
    if piece.form is None:
        return
    if not piece.privacy_url:
        yield finding(
            "legal.privacy",
            "blocking",
            "A form takes personal data, and no link says what is done with it (Art. 13 GDPR).",
            "Link to the privacy notice.",
            variant=piece.id,
            place="privacy_url",
        )
    if not piece.form.consent.strip():
        yield finding(
            "legal.consent",
            "blocking",
            "The form asks for no consent (Art. 6 and 7 GDPR).",
            "Say what a person agrees to, beside a box that is not ticked.",
            variant=piece.id,
            place="form.consent",
        )


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
