"""A variant as the mail that goes out: MJML, inlined CSS, dark mode, and a plain-text part.

Everything is compiled here, before approval. Afterwards only placeholders are filled
(tools/render/fill.py), so what was approved is what is read.

Copy is plain text: whatever looks like markup in it is shown as written, never obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.draft import Variant
from domain.facts import Facts
from domain.publication import RenderedVariant, StageVersion
from domain.readings import readings
from domain.words import Language
from tools.render.blocks import Mail, as_sections, as_text
from tools.render.look import page, section
from tools.render.plain import one_line, prose, safe, wrap

UNSUBSCRIBE = "{{unsubscribe_url}}"
_UNSUBSCRIBE_LABEL = {"en": "Unsubscribe", "de": "Abmelden"}


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
    of them carries it. ``brand`` is the wordmark above. Where blocks differ by stage of life, every
    distinct mail is compiled. Raises RenderError.
    """
    footer = [line for line in legal if line.strip()]
    if postal_address and not any(postal_address in line for line in footer):
        footer.append(postal_address)
    made: list[StageVersion] = []
    for reading in readings(variant):
        mail = Mail(reading.variant, facts, language, shop_url, image_base_url, campaign_id)
        made.append(
            StageVersion(
                stages=reading.stages,
                html=_html(mail, footer, unsubscribe, brand),
                text=_text(mail, footer, unsubscribe, brand),
            )
        )
    return RenderedVariant(
        id=variant.id,
        subject=one_line(variant.subject),
        preheader=one_line(variant.preheader),
        html=made[0].html,
        text=made[0].text,
        fallbacks=tuple((f.field, f.text) for f in variant.fallbacks),
        versions=tuple(made[1:]),
    )


def _html(mail: Mail, footer: Sequence[str], unsubscribe: bool, brand: str) -> str:
    mark = (
        '<mj-text css-class="mark" align="center" font-size="17px" letter-spacing="5px" '
        f'padding="26px 24px 22px">{safe(brand.upper())}</mj-text>'
    )
    lines = [prose(line) for line in footer]
    if unsubscribe:
        label = _UNSUBSCRIBE_LABEL[mail.language]
        lines.append(f'<a href="{UNSUBSCRIBE}" style="color:#606870">{label}</a>')
    foot = (
        '<mj-divider css-class="rule" border-width="1px" border-color="#e1e4e7" '
        'padding="6px 40px 14px"/>'
        '<mj-text css-class="foot" font-size="12px" line-height="1.5" color="#606870" '
        f'padding="0 40px 34px">{"<br/>".join(lines)}</mj-text>'
    )
    sections = [section(mark)] if brand else []
    return page(
        [*sections, *as_sections(mail), section(foot)],
        language=mail.language,
        title=mail.variant.subject,
        preheader=mail.variant.preheader,
    )


def _text(mail: Mail, footer: Sequence[str], unsubscribe: bool, brand: str) -> str:
    parts = [brand.upper()] if brand else []
    parts += as_text(mail)
    parts.append("-- ")
    foot = [wrap(line) for line in footer]
    if unsubscribe:
        foot.append(f"{_UNSUBSCRIBE_LABEL[mail.language]}:\n{UNSUBSCRIBE}")
    return "\n\n".join(parts) + "\n" + "\n".join(foot) + "\n"
