"""How mails look: type, colours by day and by night, and the page that their sections stand on."""

from __future__ import annotations

from collections.abc import Sequence

import css_inline
import mjml

from domain.words import Language
from tools.render.errors import RenderError
from tools.render.plain import safe

_SERIF = "'Iowan Old Style',Charter,Georgia,'Times New Roman',serif"
# Mail programs show the first words of a mail behind the preheader; these keep them away.
_FILLER = "&#847;&zwnj;&nbsp;" * 30

# Written out twice: once for programs that follow the system, once for Outlook's own attribute.
_DARK_RULES = (
    (".canvas", "background-color:#0e1114 !important"),
    (".panel, {p}.panel > table", "background:#15181c !important;"),
    (
        ".ink div, {p}.ink a, {p}.ink td, {p}.mark div",
        "color:#e7eaed !important;border-color:#282d32 !important",
    ),
    (
        ".side div, {p}.side a, {p}.ink th, {p}.foot div, {p}.foot a",
        "color:#b3b8be !important;border-color:#282d32 !important",
    ),
    (".rule p", "border-top-color:#282d32 !important"),
    (".act td", "background:#e7e5de !important"),
    (".act a", "background:#e7e5de !important;color:#15181c !important"),
)


def page(sections: Sequence[str], *, language: Language, title: str, preheader: str) -> str:
    """The sections as the HTML of a mail, its CSS inlined. Raises RenderError layout_failed."""
    source = (
        f'<mjml lang="{language}"><mj-head>'
        f"<mj-title>{safe(title)}</mj-title>"
        f"<mj-preview>{safe(preheader)}{_FILLER}</mj-preview>"
        "<mj-attributes>"
        f'<mj-all font-family="{_SERIF}"/>'
        '<mj-text font-size="16px" line-height="1.55" color="#151a20"/>'
        '<mj-table font-size="15px" line-height="1.5" color="#151a20"/>'
        '<mj-button background-color="#182135" color="#ffffff" font-size="15px" '
        'border-radius="2px" inner-padding="13px 22px"/>'
        "</mj-attributes>"
        f"<mj-style>{_dark_css()}</mj-style>"
        '</mj-head><mj-body background-color="#eef1f3" css-class="canvas">'
        f'{"".join(sections)}<mj-section padding="12px"><mj-column/></mj-section>'
        "</mj-body></mjml>"
    )
    try:
        compiled = mjml.mjml2html(source, disable_comments=True, fonts={})
    except ValueError as error:
        raise RenderError(
            "layout_failed",
            "the mail could not be laid out",
            thing=str(error)[:200],
            next_step="look for control characters in its text",
        ) from error
    inliner = css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_at_rules=True, keep_style_tags=True
    )
    return inliner.inline(compiled)


def section(inner: str, padding: str = "0") -> str:
    """One column on the panel."""
    return columns(f"<mj-column>{inner}</mj-column>", padding)


def columns(inner: str, padding: str = "0") -> str:
    return (
        f'<mj-section css-class="panel" background-color="#ffffff" padding="{padding}">'
        f"{inner}</mj-section>"
    )


def _dark_css() -> str:
    def rules(prefix: str) -> str:
        return "".join(
            f"{prefix}{selector.format(p=prefix) if '{p}' in selector else selector}{{{body}}}"
            for selector, body in _DARK_RULES
        )

    return (
        ":root{color-scheme:light dark;supported-color-schemes:light dark}"
        "@media (prefers-color-scheme:dark){body{background-color:#0e1114 !important}"
        f"{rules('')}}}"
        f"{rules('[data-ogsc] ')}"
        "@media only screen and (max-width:479px){.act table{width:100% !important}"
        ".act a{display:block !important}}"
    )
