"""The places of an approved mail that are filled for whoever agreed to be counted."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from tools.render.tracking import tracked, web_links

PAGE = (
    '<html><body><a style="x" href="https://a.example/?a=1&amp;b=2">A</a>'
    '<A class=y href="http://b.example/">B</A><a href="https://a.example/?a=1&amp;b=2">C</a>'
    '<a href="{{unsubscribe_url}}">no</a><a href="mailto:x@y.example">no</a>'
    '<link href="https://c.example/x.css"><img src="https://d.example/x.png"></body></html>'
)


def test_links_are_found_once_each_in_their_order() -> None:
    assert web_links(PAGE) == ("https://a.example/?a=1&b=2", "http://b.example/")


def test_each_place_gets_its_own_address_and_nothing_else_changes() -> None:
    found = tracked(PAGE, link_url=lambda place: f"https://t.example/c/{place}")
    assert found.count('href="https://t.example/c/0"') == 2
    assert found.count('href="https://t.example/c/1"') == 1
    back = found.replace("https://t.example/c/0", "https://a.example/?a=1&amp;b=2")
    assert back.replace("https://t.example/c/1", "http://b.example/") == PAGE


def test_the_picture_stands_at_the_end() -> None:
    found = tracked(PAGE, picture_url="https://t.example/o/x")
    assert found.endswith(
        '<img src="https://t.example/o/x" width="1" height="1" alt=""></body></html>'
    )
    assert tracked(PAGE) == PAGE


@given(st.lists(st.from_regex(r"https://[a-z]{1,8}\.example/[a-z?&=\"'<>]{0,12}", fullmatch=True)))
def test_a_place_leads_where_the_mail_leads(links: list[str]) -> None:
    page = "".join(f'<a href="{html.escape(link)}">x</a>' for link in links)
    assert web_links(page) == tuple(dict.fromkeys(links))
    assert web_links(tracked(page, link_url=lambda n: f"https://t.example/{n}")) == tuple(
        f"https://t.example/{n}" for n in range(len(set(links)))
    )
