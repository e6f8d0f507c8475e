"""Where links lead: absolute, of a harmless scheme, and marked with the campaign they stood in."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tools.render.errors import RenderError

_SCHEMES = ("https", "http", "mailto", "tel")


def host_of(url: str) -> str:
    """The host without ``www.``, lower case; empty where there is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def absolute(url: str, base: str) -> str:
    """The address seen from ``base``. Raises RenderError ``bad_address`` on other schemes."""
    found = urljoin(base.rstrip("/") + "/", url.strip()) if base else url.strip()
    if urlsplit(found).scheme not in _SCHEMES:
        raise RenderError(
            "bad_address",
            "a link leads to no web page",
            thing=url[:120],
            next_step="give an address that begins with https://",
        )
    return found


def tracked(
    url: str, *, source: str, campaign_id: str, variant_id: str, medium: str = "email"
) -> str:
    """A web address with UTM tags; those that it already carries stay as they are, and empty ones
    are left out."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http"):
        return url
    query = parse_qsl(parts.query, keep_blank_values=True)
    have = {name for name, _ in query}
    tags = {
        "utm_source": source,
        "utm_medium": medium,
        "utm_campaign": campaign_id,
        "utm_content": variant_id,
    }
    query += [(name, value) for name, value in tags.items() if value and name not in have]
    return urlunsplit(parts._replace(query=urlencode(query)))
