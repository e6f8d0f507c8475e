"""The mails of a scheduled send as one page, each as on a desk and as on a phone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from domain.customer import Contact
from domain.publication import RenderedVariant
from domain.readings import stage_words
from tools.render.fill import fill

READER = Contact(customer_id="preview", first_name="Ada", last_name="Lovelace")
"""Whom the previews greet; the second preview of a mail has no name and shows its fallback."""

NOWHERE = "https://preview.invalid/"
"""Where the previews' unsubscribe links lead: no such host can exist."""

_STYLE = (
    ":root{color-scheme:light dark;--ink:#151a20;--side:#495159;--canvas:#f4f6f7;--line:#e1e4e7}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e7eaed;--side:#b3b8be;--canvas:#0e1114;"
    "--line:#282d32}}"
    "body{font:14px/1.5 system-ui,sans-serif;margin:24px;color:var(--ink);"
    "background:var(--canvas)}"
    "h1{font-size:26px;font-weight:600;margin:0 0 24px}h2{font-size:20px;margin:32px 0 4px}"
    "p{margin:0 0 12px;color:var(--side)}"
    ".pair{display:flex;gap:24px;flex-wrap:wrap;align-items:flex-start}"
    "iframe{border:1px solid var(--line);border-radius:10px;background:#fff;height:900px}"
    ".desk{width:680px;max-width:100%}.phone{width:390px;max-width:100%}"
    "figure{margin:0}figcaption{color:var(--side);font-size:12px}"
)


_PICTURE = re.compile(r'(?<=\bsrc=")[^"]+\.(?:png|jpe?g)(?=")')


def previews_page(variants: Sequence[RenderedVariant], title: str, brand_folder: Path) -> str:
    """A page to open in a browser. The mails stand in sandboxed frames and cannot run anything.

    Pictures that lie in the brand folder are shown from there, so that the page asks no server.
    """
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
    ]
    for variant, readers in _each(variants):
        named = fill(variant, READER, unsubscribe_url=NOWHERE)
        nameless = fill(variant, Contact(customer_id="preview"), unsubscribe_url=NOWHERE)
        desk = with_pictures(named.html, brand_folder)
        phone = with_pictures(nameless.html, brand_folder)
        parts.append(
            f"<h2>Variant {escape(variant.id.upper())}{readers}: {escape(named.subject)}</h2>"
            f"<p>{escape(variant.preheader)}</p><div class=pair>"
            f"{_frame(desk, 'desk', 'On a desk, to somebody whose name is known')}"
            f"{_frame(phone, 'phone', 'On a phone, to somebody whose name is not')}</div>"
        )
    return "".join(parts) + "</html>\n"


def _each(variants: Sequence[RenderedVariant]) -> Iterator[tuple[RenderedVariant, str]]:
    """Every mail that somebody would read, and who, where mails differ by stage of life."""
    for variant in variants:
        yield variant.for_stage(""), ", everybody else" if variant.versions else ""
        for version in variant.versions:
            words = stage_words(version.stages)
            yield variant.for_stage(version.stages[0]), f", readers who are {words}"


def with_pictures(html: str, folder: Path) -> str:
    """The mail with the pictures of the brand folder in it."""

    def shown(match: re.Match[str]) -> str:
        wanted = (folder / unquote(urlsplit(match.group()).path).lstrip("/")).resolve()
        if not wanted.is_relative_to(folder.resolve()) or not wanted.is_file():
            return match.group()
        kind = "png" if wanted.suffix == ".png" else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(wanted.read_bytes()).decode()}"

    return _PICTURE.sub(shown, html)


def _frame(html: str, kind: str, caption: str) -> str:
    return (
        f'<figure><iframe class="{kind}" sandbox title="{escape(caption)}" '
        f'srcdoc="{escape(html, quote=True)}"></iframe>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
