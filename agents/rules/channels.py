"""What only one channel asks of a piece, beside its limits (``platforms``) and legal lines
(``legal``): alphabet and sender of a text message, a search ad's lines, no name in public.
"""

from __future__ import annotations

import re

from agents.rules.review import Findings, Review, finding
from domain.piece import PUBLIC, InstagramPost, Piece, SearchAd, Sms
from domain.sms import LONGEST_NAMES, filled, measure

_FIELD = re.compile(r"\{\{\s*\w+\s*\}\}")
_FEW_HEADLINES = 8


def check(review: Review) -> Findings:
    for piece in review.pieces:
        yield from _fields(piece)
        yield from _leads(piece)
        if isinstance(piece, Sms):
            yield from _sms(piece)
        if isinstance(piece, SearchAd):
            yield from _search_ad(piece)


def _leads(piece: Piece) -> Findings:
    if piece.channel in ("search_ad", "meta_ad", "push") and not piece.links():
        yield finding(
            "links.none", "blocking", "It leads nowhere.", "Give it an address.", variant=piece.id
        )
    if isinstance(piece, InstagramPost) and piece.url:
        yield finding(
            "links.caption", "minor", "Nobody can follow an address in a caption.",
            "Put it into the profile, and say so.", variant=piece.id, place="url", text=piece.url,
        )  # fmt: skip


def _fields(piece: Piece) -> Findings:
    if piece.channel not in PUBLIC:
        return
    for place, text in piece.texts():
        for match in _FIELD.finditer(text):
            yield finding(
                "fields.public", "blocking", "Anybody may read this: there is no name to fill in.",
                "Write it without the field.", variant=piece.id, place=place, text=match.group(),
            )  # fmt: skip


def _sms(piece: Sms) -> Findings:
    size = measure(filled(piece.whole(), LONGEST_NAMES))
    if size.alphabet == "UCS-2":
        characters = " ".join(size.forcing)
        yield finding(
            "sms.alphabet", "minor",
            f"{characters} is not in the alphabet of text messages: a part holds 70 characters "
            "instead of 160.",
            "Write it without.", variant=piece.id, place="text", text=characters[:60],
        )  # fmt: skip
    dumb = bool(piece.sender) and not piece.sender.lstrip("+").isdigit()
    if piece.country == "US" and not re.search(r"\bSTOP\b", piece.opt_out):
        yield finding(
            "legal.opt_out", "blocking", "In the USA a marketing message says STOP (CTIA).",
            "Write “Reply STOP to end”.", variant=piece.id, place="opt_out", text=piece.opt_out,
        )  # fmt: skip
    if dumb and (len(piece.sender) > 11 or not re.fullmatch(r"[A-Za-z0-9 ]+", piece.sender)):
        yield finding(
            "sms.sender", "blocking", "A sender's name has at most eleven letters or digits.",
            "Shorten it.", variant=piece.id, place="sender", text=piece.sender,
        )  # fmt: skip
    if dumb and piece.country in ("US", "CA"):
        yield finding(
            "sms.sender", "blocking", "Networks there take no sender's name, only numbers.",
            "Send from a number.", variant=piece.id, place="sender", text=piece.sender,
        )  # fmt: skip


def _search_ad(piece: SearchAd) -> Findings:
    seen: set[str] = set()
    for place, text in piece.texts():
        plain = text.casefold().rstrip(".")
        if plain in seen:
            yield finding(
                "variety.ad", "serious", "It says this twice, and Google refuses it.",
                "Say something else.", variant=piece.id, place=place, text=text,
            )  # fmt: skip
        seen.add(plain)
        if place.startswith("headlines") and "!" in text:
            yield finding(
                "voice.exclamation", "blocking",
                "Google takes no exclamation mark in a headline.", "End it without.",
                variant=piece.id, place=place, text=text,
            )  # fmt: skip
    if len(piece.headlines) < _FEW_HEADLINES:
        yield finding(
            "variety.headlines", "minor",
            f"{len(piece.headlines)} headlines: Google finds better pairs among eight or more.",
            "Write more of them.", variant=piece.id, place="headlines",
        )  # fmt: skip
