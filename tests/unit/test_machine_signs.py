"""Programs that open mails and follow links, told from people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.public.machines import BURST_LINKS, Bursts, Sign, sign_of

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)
LATER = timedelta(hours=1)


@pytest.mark.parametrize(
    ("method", "headers", "since", "sign"),
    [
        ("GET", {"user-agent": PHONE}, LATER, ""),
        ("GET", {"user-agent": PHONE}, None, ""),
        ("HEAD", {"user-agent": PHONE}, LATER, "head"),
        ("GET", {}, LATER, "no_agent"),
        ("GET", {"user-agent": "Mozilla/5.0"}, LATER, "proxy"),
        (
            "GET",
            {"user-agent": "Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)"},
            LATER,
            "proxy",
        ),
        ("GET", {"user-agent": "YahooMailProxy; https://help.yahoo.com/"}, LATER, "proxy"),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, LATER, "scanner"),
        ("GET", {"user-agent": "python-requests/2.32"}, LATER, "scanner"),
        ("GET", {"user-agent": PHONE, "sec-purpose": "prefetch"}, LATER, "prefetch"),
        ("GET", {"user-agent": PHONE}, timedelta(seconds=3), "too_soon"),
    ],
)
def test_signs(method: str, headers: dict[str, str], since: timedelta | None, sign: Sign) -> None:
    assert sign_of(method, headers, since) == sign


def test_many_links_at_once_are_a_burst() -> None:
    bursts = Bursts()
    assert bursts.click("a", "one", 5) == ()
    assert bursts.click("a", "one", 5) == ()
    assert bursts.click("b", "two", 5) == ()
    assert bursts.click("a", "two", 5) == ()
    assert set(bursts.click("a", "three", 5)) == {"one", "two", "three"}
    assert BURST_LINKS == 3


def test_all_links_of_a_short_mail_are_a_burst_and_its_only_one_is_not() -> None:
    bursts = Bursts()
    assert bursts.click("a", "one", 2) == ()
    assert set(bursts.click("a", "two", 2)) == {"one", "two"}
    assert bursts.click("b", "only", 1) == ()
