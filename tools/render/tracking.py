"""An approved mail as it goes to somebody who agreed to be counted.

What was approved stays as it is: its web links are the places, and each is filled with the
recipient's own address for that link just before sending, as ``{{unsubscribe_url}}`` is. Where
that address leads is looked up in the approved mail again, so it can lead nowhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_LINK = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]*)(?=")', re.IGNORECASE)
_END = re.compile(r"</body>", re.IGNORECASE)


def web_links(page: str) -> tuple[str, ...]:
    """The web addresses that a mail's HTML leads to, each once, in the order of their first
    place."""
    return tuple(dict.fromkeys(html.unescape(found[2]) for found in _LINK.finditer(page)))


def tracked(
    page: str, *, link_url: Callable[[int], str] | None = None, picture_url: str = ""
) -> str:
    """The HTML with every web link replaced by ``link_url`` of its place in ``web_links``, and
    with a picture of one point that lies at ``picture_url``. The text part has neither."""
    if link_url is not None:
        places = {url: link_url(place) for place, url in enumerate(web_links(page))}
        page = _LINK.sub(lambda m: m[1] + html.escape(places[html.unescape(m[2])]), page)
    if picture_url:
        picture = f'<img src="{html.escape(picture_url)}" width="1" height="1" alt="">'
        end = list(_END.finditer(page))
        at = end[-1].start() if end else len(page)
        page = page[:at] + picture + page[at:]
    return page
