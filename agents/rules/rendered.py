"""The mail as it will go out: what tools/render/check finds, the postal address, and pictures that
would tell another host who reads."""

from __future__ import annotations

import html as html_entities
import re
from urllib.parse import urlsplit

from agents.rules.links import allowed
from agents.rules.review import Findings, Review, finding
from domain.publication import RenderedVariant
from tools.render.check import check as check_mail

_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"""\bsrc\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SAID_OF_THE_VARIANT = ("subject.", "preheader.", "fields.fallback")
"""Found in the draft already, by the rules of families length and fields."""


def check(review: Review) -> Findings:
    guide = review.guide
    own = urlsplit(guide.shop_url).hostname
    legal = [line.text for line in guide.legal if line.language == review.brief.language]
    for mail in review.rendered:
        for found in check_mail(
            mail,
            allowed_hosts=(*guide.allowed_hosts, *((own,) if own else ())),
            subject_most_characters=guide.subject_most_characters,
            legal=legal,
        ):
            if not found.rule.startswith(_SAID_OF_THE_VARIANT):
                yield found
        yield from _address(review, mail)
        yield from _pictures(review, mail)


def _address(review: Review, mail: RenderedVariant) -> Findings:
    address = _flat(review.guide.postal_address)
    if address and address not in _flat(html_entities.unescape(_TAG.sub(" ", mail.html))):
        yield finding(
            "legal.address",
            "blocking",
            "The postal address is missing.",
            "Every mail must carry it.",
            variant=mail.id,
            place="html",
        )


def _pictures(review: Review, mail: RenderedVariant) -> Findings:
    for source in dict.fromkeys(_SOURCE.findall(mail.html)):
        host = urlsplit(source).hostname or ""
        # A simulated workspace serves its pictures from this machine.
        if host and host not in _LOCAL and not allowed(host, review.guide):
            yield finding(
                "links.host",
                "blocking",
                f"A picture would be fetched from {host}, which the guide does not name.",
                "Serve it from the brand's own host.",
                variant=mail.id,
                place="html",
                text=source[:120],
            )


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
