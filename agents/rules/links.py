"""Links: https, to hosts that the guide allows, never through a shortener."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from agents.rules.review import Findings, Review, finding
from domain.voice import Guide

SHORTENERS = (
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "buff.ly", "is.gd", "cutt.ly", "rb.gy",
    "shorturl.at", "t.ly", "lnkd.in", "tiny.cc", "bl.ink", "s.id",
)  # fmt: skip
_IN_TEXT = re.compile(
    r"https?://[^\s)>\]]+|\bwww\.[^\s)>\]]+|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:ly|com|co|net|org|io|gl|cc|de|uk|eu|me|gd|example|info|biz|shop|link)/[^\s)>\]]+",
    re.IGNORECASE,
)

_APP = re.compile(r"(?!https?:|javascript:|data:|file:|vbscript:)[a-z][a-z0-9+.-]*://", re.I)
"""An address of the brand's own app."""


def check(review: Review) -> Findings:
    for variant in review.copies:
        for place, url in variant.links():
            if place == "deeplink" and _APP.match(url):
                yield finding(
                    "links.app", "minor", "It leads into an app, which cannot be looked at here.",
                    "Try it on a phone.", variant=variant.id, place=place, text=url[:120],
                )  # fmt: skip
                continue
            yield from of_url(url, review.guide, variant.id, place)
        for place, text in variant.texts():
            for match in _IN_TEXT.finditer(text):
                yield from of_url(match.group(), review.guide, variant.id, place)


def of_url(url: str, guide: Guide, variant: str, place: str) -> Findings:
    """Findings about one address."""

    def found(rule: str, why: str, mend: str) -> Findings:
        yield finding(rule, "blocking", why, mend, variant=variant, place=place, text=url[:120])

    if url.startswith("/") and not url.startswith("//"):
        return  # below the shop's own address
    bare = re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) is None
    parts = urlsplit(f"https://{url}" if bare else url)
    host = (parts.hostname or "").casefold()
    if any(host == s or host.endswith(f".{s}") for s in SHORTENERS):
        yield from found("links.shortener", "A shortener hides where it leads.", "Link directly.")
        return
    if parts.scheme != "https":
        yield from found("links.scheme", "The link is not https.", "Use https.")
    if not allowed(host, guide):
        yield from found(
            "links.host",
            f"The guide does not allow links to {host or 'this'}.",
            "Link to the brand's own pages, or add the host to allowed_hosts in guide.yaml.",
        )


def allowed(host: str, guide: Guide) -> bool:
    """Whether links may lead to the host: an allowed one or below it."""
    own = urlsplit(guide.shop_url).hostname or ""
    hosts = {h.casefold() for h in (*guide.allowed_hosts, own) if h}
    return any(host == h or host.endswith(f".{h}") for h in hosts)
