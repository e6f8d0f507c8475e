"""Whether a program, and not a person, opened a mail or followed a link.

It cannot be known for certain, so these are rules of thumb, each named by the sign it goes by.
Where a person and a program cannot be told apart (Gmail's and Apple's picture proxies fetch for
both), it counts as a program: opened by a person is then too low rather than made up.
docs/public-endpoints.md lists the rules.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

Sign = Literal[
    "",  # none: a person, as far as can be told
    "head",  # only the head was asked for
    "no_agent",  # no browser says nothing of itself
    "proxy",  # a mail provider's picture proxy
    "scanner",  # a link scanner, crawler or library
    "prefetch",  # the browser says that it fetches ahead
    "too_soon",  # within seconds of the sending
    "all_links",  # many links of one mail at once
]

SOON = timedelta(seconds=10)
"""Nobody opens and follows a mail so soon after it was handed over."""
BURST_SECONDS = 10.0
BURST_LINKS = 3
"""So many different links of one mail, or all that it has, within those seconds."""

# Apple's privacy proxy says exactly this and no more.
_APPLE = "mozilla/5.0"
_PROXY = re.compile(r"googleimageproxy|ggpht\.com|yahoomailproxy|yahoocachesystem|duckduckgo-email")
_SCANNER = re.compile(
    r"bot\b|crawler|spider|slurp|scanner|monitor|preview|headless|phantomjs|python|curl|wget|"
    r"okhttp|java/|go-http|libwww|httpclient|axios|node-fetch|ruby|perl|php/|"
    r"barracuda|proofpoint|mimecast|safelinks|symantec|messagelabs|trendmicro|fireeye|sophos|"
    r"forcepoint|ironport|cloudmark|microsoft office|ms-office|facebookexternalhit|whatsapp|slack"
)


def sign_of(method: str, headers: Mapping[str, str], since_sent: timedelta | None) -> Sign:
    """What tells a program by one request; ``headers`` by lower-case name. ``since_sent`` None:
    it is not known."""
    agent = headers.get("user-agent", "").strip().lower()
    ahead = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    if method == "HEAD":
        return "head"
    if not agent:
        return "no_agent"
    if agent == _APPLE or _PROXY.search(agent):
        return "proxy"
    if _SCANNER.search(agent):
        return "scanner"
    if "prefetch" in ahead or "preview" in ahead:
        return "prefetch"
    if since_sent is not None and since_sent < SOON:
        return "too_soon"
    return ""


class Bursts:
    """Clicks of the last seconds, by message, in this process."""

    MESSAGES = 10_000

    def __init__(self) -> None:
        self._clicks: OrderedDict[str, dict[str, float]] = OrderedDict()

    def click(self, key: str, link: str, of_links: int) -> tuple[str, ...]:
        """Note a click on one of a mail's ``of_links`` links. The links of the burst that it
        belongs to; empty: there is none."""
        now = time.monotonic()
        recent = {
            other: at
            for other, at in self._clicks.pop(key, {}).items()
            if now - at <= BURST_SECONDS
        }
        recent[link] = now
        self._clicks[key] = recent
        if len(self._clicks) > self.MESSAGES:
            self._clicks.popitem(last=False)
        enough = min(BURST_LINKS, of_links) if of_links > 1 else BURST_LINKS
        return tuple(recent) if len(recent) >= enough else ()
