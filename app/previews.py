"""The mails of a scheduled send as one page, each as on a desk and as on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from domain.customer import Contact
from domain.publication import RenderedVariant
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


def previews_page(variants: Sequence[RenderedVariant], title: str) -> str:
    """A page to open in a browser. The mails stand in sandboxed frames and cannot run anything."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
    ]
    for variant in variants:
        named = fill(variant, READER, unsubscribe_url=NOWHERE)
        nameless = fill(variant, Contact(customer_id="preview"), unsubscribe_url=NOWHERE)
        parts.append(
            f"<h2>Variant {escape(variant.id.upper())}: {escape(named.subject)}</h2>"
            f"<p>{escape(variant.preheader)}</p><div class=pair>"
            f"{_frame(named.html, 'desk', 'On a desk, to somebody whose name is known')}"
            f"{_frame(nameless.html, 'phone', 'On a phone, to somebody whose name is not')}</div>"
        )
    return "".join(parts) + "</html>\n"


def _frame(html: str, kind: str, caption: str) -> str:
    return (
        f'<figure><iframe class="{kind}" sandbox title="{escape(caption)}" '
        f'srcdoc="{escape(html, quote=True)}"></iframe>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
