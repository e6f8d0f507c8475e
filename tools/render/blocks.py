"""Each block of a mail as MJML and as plain text.

Words that follow each other share a section; whatever has a picture or columns has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.blocks import (
    Block,
    BulletList,
    CallToAction,
    Details,
    Divider,
    FactsTable,
    Heading,
    Pair,
    Paragraph,
    Picture,
    ProductCard,
    ProductList,
    Quote,
)
from domain.draft import Variant
from domain.facts import Facts, Product
from domain.words import Language
from tools.render.errors import RenderError
from tools.render.links import absolute, host_of, tracked
from tools.render.look import columns, section
from tools.render.plain import one_line, prose, safe, wrap
from tools.render.product_words import line_words, name_words, table_rows

_SIDES = "40px"
_LABEL = "font-weight:normal;text-align:left;white-space:nowrap;color:#495159"
_QUOTES: dict[Language, tuple[str, str]] = {"en": ("“", "”"), "de": ("„", "“")}


@dataclass(frozen=True)
class Mail:
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

    def pictured(self, product: Product) -> bool:
        """Whether another block shows the product's picture."""
        return any(product.id in block.pictures() for block in self.variant.blocks)

    def products(self, block: Block) -> tuple[Product, ...]:
        return tuple(self.product(product_id) for product_id in block.products())


def as_sections(mail: Mail) -> Iterator[str]:
    """The mail's sections from the first block to the last."""
    run: list[str] = []
    for at, block in enumerate(mail.variant.blocks):
        words = _words(mail, block)
        if words:
            run.append(words)
            continue
        if run:
            yield section("".join(run), "14px 0 0")
        run = []
        yield from _shown(mail, block, first=at == 0)
    if run:
        yield section("".join(run), "10px 0 14px")


def _words(mail: Mail, block: Block) -> str:
    """A block of the column of words; empty: it has a section of its own."""
    match block:
        case Heading(text=text):
            return (
                '<mj-text css-class="ink" font-size="25px" line-height="1.3" '
                f'padding="14px {_SIDES} 10px">{prose(text)}</mj-text>'
            )
        case Paragraph(text=text):
            return f'<mj-text css-class="ink" padding="8px {_SIDES}">{prose(text)}</mj-text>'
        case BulletList(items=items):
            rows = "".join(f'<li style="padding-bottom:6px">{prose(item)}</li>' for item in items)
            return (
                f'<mj-text css-class="ink" padding="8px {_SIDES} 4px">'
                f'<ul style="margin:0;padding-left:20px">{rows}</ul></mj-text>'
            )
        case Quote(text=text, who=who):
            before, after = _QUOTES[mail.language]
            return (
                '<mj-text css-class="ink" font-size="20px" line-height="1.45" '
                f'font-style="italic" padding="18px 56px 4px">{before}{prose(text)}{after}'
                '</mj-text><mj-text css-class="side" font-size="14px" color="#495159" '
                f'padding="0 56px 16px">{prose(who)}</mj-text>'
            )
        case Details(rows=rows):
            return _table([(row.label, [row.text]) for row in rows], ())
        case FactsTable():
            products = mail.products(block)
            named = len(products) > 1 or not mail.pictured(products[0])
            names = [name_words(product, mail.language) for product in products if named]
            return _table(table_rows(products, mail.language), names)
        case CallToAction(text=text, url=url):
            return (
                f'<mj-button css-class="act" align="left" padding="14px {_SIDES}" '
                f'href="{safe(mail.link(url))}">{prose(text)}</mj-button>'
            )
        case Divider(line=True):
            return (
                '<mj-divider css-class="rule" border-width="1px" border-color="#e1e4e7" '
                f'padding="14px {_SIDES}"/>'
            )
        case Divider():
            return '<mj-spacer height="29px"/>'
        case _:
            return ""


def _shown(mail: Mail, block: Block, *, first: bool) -> Iterator[str]:
    match block:
        case ProductCard(product_id=product_id):
            product = mail.product(product_id)
            picture = _picture(mail, product, "0" if first else f"0 {_SIDES}")
            caption = _caption(mail, product, f"14px {_SIDES} 0", f"2px {_SIDES} 4px")
            yield section(picture + caption, "0 0 6px" if first else "14px 0 6px")
        case Picture(product_id=product_id):
            product = mail.product(product_id)
            picture = _picture(mail, product, "0" if first else f"0 {_SIDES}")
            if picture:
                yield section(picture, "0 0 8px" if first else "14px 0 8px")
        case Pair():
            both = [
                _picture(mail, product, "0") + _caption(mail, product, "14px 0 0", "2px 0 4px")
                for product in mail.products(block)
            ]
            sides = "".join(f'<mj-column padding="0 8px 10px">{one}</mj-column>' for one in both)
            yield columns(sides, "14px 32px 4px")
        case ProductList():
            for number, product in enumerate(mail.products(block)):
                picture = _picture(mail, product, "0", fluid=False)
                beside = "18px" if picture else "0"
                words = _caption(mail, product, f"0 0 0 {beside}", f"2px 0 0 {beside}")
                inner = f'<mj-column width="100%">{words}</mj-column>'
                if picture:
                    inner = (
                        f'<mj-group><mj-column width="34%" vertical-align="middle">{picture}'
                        "</mj-column><mj-column "
                        f'width="66%" vertical-align="middle">{words}</mj-column></mj-group>'
                    )
                yield columns(inner, f"{'16px' if number == 0 else '8px'} {_SIDES} 8px")
        case _:
            return


def _picture(mail: Mail, product: Product, side: str, *, fluid: bool = True) -> str:
    if product.photo is None:
        return ""
    source = absolute(product.photo.path, mail.image_base_url)
    link = f' href="{safe(mail.link(product.url))}"' if product.url else ""
    wide = ' fluid-on-mobile="true"' if fluid else ""
    return (
        f'<mj-image src="{safe(source)}" alt="{safe(product.picture_says(mail.language))}" '
        f'padding="{side}"{wide}{link}/>'
    )


def _caption(mail: Mail, product: Product, of_name: str, of_line: str) -> str:
    """Name and figures of a product, each with its padding."""
    name, line = name_words(product, mail.language), line_words(product, mail.language)
    # No line of a telephone begins or ends with the dot before the price.
    together = prose(line).replace(" · ", "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}")
    return (
        f'<mj-text css-class="ink" font-size="17px" line-height="1.4" padding="{of_name}">'
        f'{prose(name)}</mj-text><mj-text css-class="side" font-size="14px" line-height="1.5" '
        f'color="#495159" padding="{of_line}">{together}</mj-text>'
    )


def _table(rows: Sequence[tuple[str, Sequence[str]]], names: Sequence[str]) -> str:
    """Labels and values under hairlines; with ``names``, a column each."""
    line = "border-bottom:1px solid #e1e4e7;padding:7px 0;vertical-align:top"
    head = (
        f'<tr><th style="{line}"></th>'
        + "".join(
            f'<td style="{line};padding-left:16px;font-weight:bold">{prose(name)}</td>'
            for name in names
        )
        + "</tr>"
        if names
        else ""
    )
    body = "".join(
        f'<tr><th scope="row" style="{line};{_LABEL}">'
        f"{prose(label)}</th>"
        + "".join(f'<td style="{line};padding-left:16px">{prose(v) or "–"}</td>' for v in values)
        + "</tr>"
        for label, values in rows
    )
    return f'<mj-table css-class="ink" padding="8px {_SIDES} 12px">{head}{body}</mj-table>'


def as_text(mail: Mail) -> Iterator[str]:
    """Each block as a paragraph of the plain-text part."""
    for block in mail.variant.blocks:
        match block:
            case Heading(text=text) | Paragraph(text=text):
                yield wrap(text)
            case BulletList(items=items):
                yield "\n".join(wrap(f"- {one_line(item)}", "  ") for item in items)
            case Quote(text=text, who=who):
                before, after = _QUOTES[mail.language]
                yield f"{wrap(f'{before}{one_line(text)}{after}')}\n{one_line(who)}"
            case Details(rows=rows):
                yield "\n".join(
                    wrap(f"{one_line(row.label)}: {one_line(row.text)}", "  ") for row in rows
                )
            case FactsTable():
                yield from _facts_text(mail, mail.products(block))
            case Picture(product_id=product_id):
                said = mail.product(product_id).picture_says(mail.language)
                if said:
                    yield wrap(f"[{one_line(said)}]")
            case ProductCard() | Pair() | ProductList():
                for product in mail.products(block):
                    lines = [name_words(product, mail.language), line_words(product, mail.language)]
                    if product.url:
                        lines.append(mail.link(product.url))
                    yield "\n".join(lines)
            case CallToAction(text=text, url=url):
                yield f"{one_line(text)}:\n{mail.link(url)}"
            case Divider(line=True):
                yield "* * *"
            case Divider():
                pass


def _facts_text(mail: Mail, products: tuple[Product, ...]) -> Iterator[str]:
    rows = table_rows(products, mail.language)
    for number, product in enumerate(products):
        named = len(products) > 1 or not mail.pictured(product)
        lines = [name_words(product, mail.language)] if named else []
        lines += [f"{label}: {values[number]}" for label, values in rows if values[number]]
        yield "\n".join(lines)
