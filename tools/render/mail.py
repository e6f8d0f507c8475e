"""A variant as the mail that goes out: MJML, inlined CSS, dark mode, and a plain-text part.

Everything is compiled here, before approval. Afterwards only placeholders are filled
(tools/render/fill.py), so what was approved is what is read.

Copy is plain text: whatever looks like markup in it is shown as written, never obeyed.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import css_inline
import mjml

from domain.draft import CallToAction, Heading, Paragraph, ProductCard, Variant
from domain.facts import Facts, Product
from domain.publication import RenderedVariant
from domain.words import Language, money_words, number_words
from tools.render.errors import RenderError
from tools.render.links import absolute, host_of, tracked

UNSUBSCRIBE = "{{unsubscribe_url}}"
TEXT_WIDTH = 66
_UNSUBSCRIBE_LABEL = {"en": "Unsubscribe", "de": "Abmelden"}
_SERIF = "'Iowan Old Style',Charter,Georgia,'Times New Roman',serif"
# Mail programs show the first words of a mail behind the preheader; these keep them away.
_FILLER = "&#847;&zwnj;&nbsp;" * 30

# Written out twice: once for programs that follow the system, once for Outlook's own attribute.
_DARK_RULES = (
    (".canvas", "background-color:#0e1114 !important"),
    (".panel, {p}.panel > table", "background:#15181c !important;"),
    (".ink div, {p}.ink a, {p}.mark div", "color:#e7eaed !important"),
    (".side div, {p}.side a, {p}.foot div, {p}.foot a", "color:#b3b8be !important"),
    (".rule p", "border-top-color:#282d32 !important"),
    (".act td", "background:#e7e5de !important"),
    (".act a", "background:#e7e5de !important;color:#15181c !important"),
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


@dataclass(frozen=True)
class _Mail:
    """What every block of one mail is laid out with."""

    variant: Variant
    facts: Facts
    language: Language
    shop_url: str
    image_base_url: str
    campaign_id: str

    def link(self, url: str) -> str:
        return tracked(
            absolute(url, self.shop_url),
            source=host_of(self.shop_url) or "mail",
            campaign_id=self.campaign_id,
            variant_id=self.variant.id,
        )

    def product(self, product_id: str) -> Product:
        found = self.facts.product(product_id)
        if found is None:
            raise RenderError(
                "unknown_product",
                f"variant {self.variant.id} shows a product that is not among the facts",
                thing=product_id,
                next_step="import it with `mainspring import facts`, or take the card out",
            )
        return found


def render(
    variant: Variant,
    facts: Facts,
    *,
    language: Language,
    legal: Sequence[str],
    postal_address: str,
    shop_url: str,
    image_base_url: str,
    campaign_id: str,
    unsubscribe: bool = True,
    brand: str = "",
) -> RenderedVariant:
    """The mail of one variant, with ``{{first_name}}`` and ``{{unsubscribe_url}}`` unfilled.

    ``legal`` are the lines of the footer in ``language``; the postal address is added where none
    of them carries it. ``brand`` is the wordmark above. Raises RenderError.
    """
    mail = _Mail(variant, facts, language, shop_url, image_base_url, campaign_id)
    footer = [line for line in legal if line.strip()]
    if postal_address and not any(postal_address in line for line in footer):
        footer.append(postal_address)
    return RenderedVariant(
        id=variant.id,
        subject=_one_line(variant.subject),
        preheader=_one_line(variant.preheader),
        html=_html(mail, footer, unsubscribe, brand),
        text=_text(mail, footer, unsubscribe, brand),
        fallbacks=tuple((f.field, f.text) for f in variant.fallbacks),
    )


def _html(mail: _Mail, footer: Sequence[str], unsubscribe: bool, brand: str) -> str:
    blocks = mail.variant.blocks
    sections = []
    if brand:
        sections.append(
            _section(
                '<mj-text css-class="mark" align="center" font-size="17px" letter-spacing="5px" '
                f'padding="26px 24px 22px">{_safe(brand.upper())}</mj-text>'
            )
        )
    run: list[str] = []
    for at, block in enumerate(blocks):
        match block:
            case ProductCard(product_id=product_id):
                sections += [_section("".join(run), "14px 0 0")] if run else []
                run = []
                sections.append(_card(mail, mail.product(product_id), hero=at == 0))
            case Heading(text=text):
                run.append(
                    '<mj-text css-class="ink" font-size="25px" line-height="1.3" '
                    f'padding="14px 40px 10px">{_prose(text)}</mj-text>'
                )
            case Paragraph(text=text):
                run.append(f'<mj-text css-class="ink" padding="8px 40px">{_prose(text)}</mj-text>')
            case CallToAction(text=text, url=url):
                run.append(
                    '<mj-button css-class="act" align="left" padding="14px 40px" '
                    f'href="{_safe(mail.link(url))}">{_prose(text)}</mj-button>'
                )
    sections += [_section("".join(run), "10px 0 14px")] if run else []
    lines = [_prose(line) for line in footer]
    if unsubscribe:
        label = _UNSUBSCRIBE_LABEL[mail.language]
        lines.append(f'<a href="{UNSUBSCRIBE}" style="color:#606870">{label}</a>')
    sections.append(
        _section(
            '<mj-divider css-class="rule" border-width="1px" border-color="#e1e4e7" '
            'padding="6px 40px 14px"/>'
            '<mj-text css-class="foot" font-size="12px" line-height="1.5" color="#606870" '
            f'padding="0 40px 34px">{"<br/>".join(lines)}</mj-text>'
        )
    )
    source = (
        f'<mjml lang="{mail.language}"><mj-head>'
        f"<mj-title>{_safe(mail.variant.subject)}</mj-title>"
        f"<mj-preview>{_safe(mail.variant.preheader)}{_FILLER}</mj-preview>"
        "<mj-attributes>"
        f'<mj-all font-family="{_SERIF}"/>'
        '<mj-text font-size="16px" line-height="1.55" color="#151a20"/>'
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
            f"variant {mail.variant.id} could not be laid out",
            thing=str(error)[:200],
            next_step="look for control characters in its text",
        ) from error
    inliner = css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_at_rules=True, keep_style_tags=True
    )
    return inliner.inline(compiled)


def _section(inner: str, padding: str = "0") -> str:
    return (
        f'<mj-section css-class="panel" background-color="#ffffff" padding="{padding}">'
        f"<mj-column>{inner}</mj-column></mj-section>"
    )


def _card(mail: _Mail, product: Product, *, hero: bool) -> str:
    picture = ""
    link = f' href="{_safe(mail.link(product.url))}"' if product.url else ""
    side = "0" if hero else "0 40px"
    if product.photo:
        source = absolute(product.photo.path, mail.image_base_url)
        picture = (
            f'<mj-image src="{_safe(source)}" alt="{_safe(product.picture_says(mail.language))}" '
            f'padding="{side}" fluid-on-mobile="true"{link}/>'
        )
    return _section(
        f"{picture}"
        '<mj-text css-class="ink" font-size="17px" line-height="1.4" padding="14px 40px 0">'
        f"{_prose(_card_name(product, mail.language))}</mj-text>"
        '<mj-text css-class="side" font-size="14px" line-height="1.5" color="#495159" '
        f'padding="2px 40px 4px">{_prose(_card_line(product, mail.language))}</mj-text>',
        "0 0 6px" if hero else "14px 0 6px",
    )


def _card_name(product: Product, language: Language) -> str:
    name = product.name
    if language == "de":
        name = next(iter(product.notes.get("de.name", ())), name)
    return name[:1].upper() + name[1:]


def _card_line(product: Product, language: Language) -> str:
    """34 mm, steel, 1968. €2,450."""
    material = product.material
    if language == "de":
        material = next(iter(product.notes.get("de.material", ())), "")
    parts = [
        f"{number_words(product.size_mm, language)} mm" if product.size_mm is not None else "",
        material,
        str(product.year) if product.year else "",
    ]
    known = ", ".join(part for part in parts if part)
    price = money_words(product.price, language)
    return f"{known} · {price}" if known else price


def _text(mail: _Mail, footer: Sequence[str], unsubscribe: bool, brand: str) -> str:
    parts = [brand.upper()] if brand else []
    for block in mail.variant.blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                parts.append(_wrap(text))
            case ProductCard(product_id=product_id):
                product = mail.product(product_id)
                lines = [_card_name(product, mail.language), _card_line(product, mail.language)]
                if product.url:
                    lines.append(mail.link(product.url))
                parts.append("\n".join(lines))
            case CallToAction(text=text, url=url):
                parts.append(f"{_one_line(text)}:\n{mail.link(url)}")
    parts.append("-- ")
    foot = [_wrap(line) for line in footer]
    if unsubscribe:
        foot.append(f"{_UNSUBSCRIBE_LABEL[mail.language]}:\n{UNSUBSCRIBE}")
    return "\n\n".join(parts) + "\n" + "\n".join(foot) + "\n"


def _wrap(text: str) -> str:
    lines = text.splitlines() or [""]
    return "\n".join(
        textwrap.fill(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def _safe(text: str) -> str:
    """Plain text as markup of one line; control characters, which XML forbids, go."""
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "", text)
    return html.escape(_one_line(clean), quote=True)


def _prose(text: str) -> str:
    """Copy as markup that shows exactly it, with the apostrophes that print would have."""
    curly = re.sub(r"(?<=\w)'(?=\w|\s|$)", "’", text.strip())
    return "<br/>".join(_safe(line) for line in curly.splitlines())


def _one_line(text: str) -> str:
    """White space as single spaces; the spaces that hold 2.450 € together stay."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()
