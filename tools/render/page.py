"""A landing page as one HTML file: its own style, its picture within, a form that posts where the
workspace says, and nothing fetched from anywhere.

A content policy in the file itself holds that: only this style and this script, told by their
hashes, pictures from within, and the one address that the form may go to. The script copies UTM
tags of the visit into the form; without it the form works too.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from urllib.parse import urlsplit

from domain.draft import CallToAction, Heading, Paragraph
from domain.facts import Facts, Product
from domain.piece import FormField, LandingPage, PageForm
from domain.words import Language, money_words, number_words
from tools.pictures.crop import Cut
from tools.render.errors import RenderError

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_LABELS: Mapping[Language, Mapping[FormField | str, str]] = {
    "en": {
        "first_name": "First name", "last_name": "Last name", "email": "E-mail",
        "phone": "Telephone (if you like)", "message": "What we should know (if you like)",
        "privacy": "What we do with your data", "skip": "To the form",
    },
    "de": {
        "first_name": "Vorname", "last_name": "Nachname", "email": "E-Mail",
        "phone": "Telefon (wenn Sie mögen)", "message": "Was wir wissen sollten (wenn Sie mögen)",
        "privacy": "Was wir mit Ihren Daten tun", "skip": "Zum Formular",
    },
}  # fmt: skip
_FILL: Mapping[FormField, str] = {
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "message": "off",
}
_OPTIONAL = ("phone", "message")
_STYLE = """\
:root{color-scheme:light dark;--ink:#151a20;--side:#495159;--line:#d9dde1;--edge:#7f868d;\
--surface:#fff;--well:#f4f5f3;--act:#151a20;--on-act:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaed;--side:#b3b8be;--line:#32383e;\
--edge:#8b9198;--surface:#15181c;--well:#1d2125;--act:#e7e5de;--on-act:#15181c}}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--ink);font:1.0625rem/1.65 system-ui,\
-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
a{color:inherit}
.in{max-width:68rem;margin:0 auto;padding-left:1.5rem;padding-right:1.5rem}
.brand{padding:1.5rem 0;border-bottom:1px solid var(--line);font-weight:600;letter-spacing:.01em}
main{padding-top:clamp(2rem,6vw,4.5rem);padding-bottom:clamp(2.5rem,7vw,5rem)}
.first{display:grid;gap:clamp(1.5rem,4vw,4rem)}
@media (min-width:54rem){.first.with{grid-template-columns:minmax(0,1fr) minmax(0,1fr);\
align-items:center}}
h1,h2{font-family:"Iowan Old Style",Charter,Georgia,"Times New Roman",serif;font-weight:500;\
line-height:1.18;text-wrap:balance;margin:0}
h1{font-size:clamp(2rem,1.2rem + 3.2vw,3.1rem);letter-spacing:-.01em}
h2{font-size:clamp(1.4rem,1.1rem + 1.2vw,1.8rem)}
p{margin:0;max-width:62ch;overflow-wrap:anywhere;text-wrap:pretty}
.lead{margin-top:1.25rem;font-size:1.1875rem}
figure{margin:0}
figure img{display:block;width:100%;height:auto;border-radius:.25rem;background:var(--well)}
figcaption{margin-top:.75rem;color:var(--side);font-size:.9375rem}
.go{display:inline-block;margin-top:2rem;padding:.85rem 1.6rem;min-height:3rem;border:0;\
border-radius:.375rem;background:var(--act);color:var(--on-act);font-family:inherit;font-size:1rem;\
font-weight:600;line-height:1.3;text-decoration:none;cursor:pointer}
.told{display:grid;gap:1.1rem;margin-top:clamp(2rem,5vw,3.5rem)}
form{margin-top:clamp(2.5rem,6vw,4.5rem);padding:clamp(1.5rem,4vw,2.75rem);background:var(--well);\
border-radius:.625rem;max-width:44rem}
.fields{display:grid;gap:1.1rem;margin-top:1.5rem}
@media (min-width:40rem){.fields{grid-template-columns:1fr 1fr}.wide{grid-column:1/-1}}
label{display:block;font-size:.9375rem;font-weight:500}
input,textarea{display:block;width:100%;margin-top:.35rem;padding:.65rem .75rem;min-height:2.9rem;\
border:1px solid var(--edge);border-radius:.375rem;background:var(--surface);color:var(--ink);\
font:inherit}
textarea{min-height:6.5rem;resize:vertical}
.agree{display:grid;grid-template-columns:auto 1fr;gap:.75rem;align-items:start;margin-top:1.5rem;\
font-weight:400;line-height:1.5}
.agree input{width:1.35rem;height:1.35rem;min-height:0;margin:.1rem 0 0}
:focus-visible{outline:2px solid currentColor;outline-offset:3px}
footer{color:var(--side);font-size:.875rem;line-height:1.55}
footer div{border-top:1px solid var(--line);padding:1.75rem 0 3rem}
footer p+p{margin-top:.6rem}
"""
_SCRIPT = """\
(function(){var q=new URLSearchParams(location.search);\
document.querySelectorAll("input[data-utm]").forEach(function(i){\
var v=q.get(i.name);if(v)i.value=v.slice(0,200)})})();"""


def landing_page(
    page: LandingPage, facts: Facts, *, brand: str, picture: Cut | None, priced: bool
) -> str:
    """The page as one file. ``priced``: whether the product's caption names its full price, which
    it must not beside an offer. Raises RenderError bad_address where the form goes to no https
    address, unknown_product where a card's product is not among the facts."""
    product = _shown(page, facts)
    action = _action(page.form)
    script = f"<script>{_SCRIPT}</script>" if page.form is not None else ""
    form = _form(page.form, page) if page.form is not None else ""
    figure = _figure(product, page.language, picture, priced) if product is not None else ""
    told = "".join(_block(b) for b in page.blocks if isinstance(b, Heading | Paragraph))
    call = _call(page.cta, quiet=page.form is not None)
    canonical = f'<link rel="canonical" href="{_attr(page.url)}">' if page.url else ""
    robots = "" if page.indexed else '<meta name="robots" content="noindex">'
    legal = "".join(f"<p>{html.escape(line)}</p>" for line in page.legal)
    privacy = (
        f'<p><a href="{_attr(page.privacy_url)}">{_LABELS[page.language]["privacy"]}</a></p>'
        if page.privacy_url
        else ""
    )
    return (
        f'<!doctype html><html lang="{page.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(action, bool(script))}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(page.title)}</title>"
        f'<meta name="description" content="{_attr(page.description)}">{robots}{canonical}'
        f"<style>{_STYLE}</style></head><body>"
        f'<header class="in"><div class="brand">{html.escape(brand)}</div></header>'
        f'<main class="in"><div class="first{" with" if figure else ""}">'
        f'<div><h1>{html.escape(page.headline)}</h1><p class="lead">{html.escape(page.lead)}</p>'
        f"{call}</div>{figure}</div>"
        f"{f'<div class=told>{told}</div>' if told else ''}{form}</main>"
        f'<footer class="in"><div>{legal}{privacy}</div></footer>{script}</body></html>\n'
    )


def without_script(page: str) -> str:
    """A page for a frame in which nothing may run: browsers complain of what they do not run."""
    return page.replace(f"<script>{_SCRIPT}</script>", "")


def _policy(action: str, scripted: bool) -> str:
    script = f" script-src {_hash(_SCRIPT)};" if scripted else ""
    return (
        f"default-src 'none'; style-src {_hash(_STYLE)};{script} img-src data:; "
        f"form-action {action or chr(39) + 'none' + chr(39)}; base-uri 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _action(form: PageForm | None) -> str:
    """The origin that the form may go to."""
    if form is None:
        return ""
    parts = urlsplit(form.action)
    if parts.scheme != "https" or not parts.netloc or any(c in parts.netloc for c in " ;,'\""):
        raise RenderError(
            "bad_address",
            "the form goes to no https address",
            thing=form.action[:120],
            next_step="give one: content.form_action in mainspring.toml",
        )
    return f"https://{parts.netloc}"


def _shown(page: LandingPage, facts: Facts) -> Product | None:
    for block in page.blocks:
        if block.kind == "product":
            product = facts.product(block.product_id)
            if product is None:
                raise RenderError(
                    "unknown_product",
                    "the page shows a product that is not among the facts",
                    thing=block.product_id,
                    next_step="import it with `mainspring import facts`, or take the card out",
                )
            return product
    return None


def _figure(product: Product, language: Language, picture: Cut | None, priced: bool) -> str:
    named = next(iter(product.notes.get(f"{language}.name", ())), "") or product.name
    parts = [named]
    if product.size_mm is not None:
        parts.append(f"{number_words(product.size_mm, language)} mm")
    if priced:
        parts.append(money_words(product.price, language))
    caption = html.escape(", ".join(parts))
    image = ""
    if picture is not None:
        data = base64.b64encode(picture.data).decode()
        kind = "jpeg" if picture.kind == "jpg" else picture.kind
        image = (
            f'<img src="data:image/{kind};base64,{data}" width="{picture.width}" '
            f'height="{picture.height}" alt="{_attr(product.picture_says(language))}">'
        )
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _block(block: Heading | Paragraph) -> str:
    tag = "h2" if isinstance(block, Heading) else "p"
    return f"<{tag}>{html.escape(block.text)}</{tag}>"


def _call(cta: CallToAction | None, *, quiet: bool) -> str:
    """The button; beside a form it leads there."""
    if cta is None:
        return ""
    to = "#form" if quiet else _attr(cta.url)
    return f'<a class="go" href="{to}">{html.escape(cta.text)}</a>'


def _form(form: PageForm, page: LandingPage) -> str:
    labels = _LABELS[page.language]
    fields = "".join(_field(name, labels) for name in form.fields)
    hidden = "".join(f'<input type="hidden" name="{n}" data-utm value="">' for n in UTM_FIELDS)
    return (
        f'<form id="form" method="post" action="{_attr(form.action)}" accept-charset="utf-8">'
        f"<h2>{html.escape(form.heading)}</h2>"
        f'<div class="fields">{fields}</div>'
        f'<label class="agree"><input type="checkbox" name="consent" value="yes" required>'
        f"<span>{html.escape(form.consent)}</span></label>"
        f'<input type="hidden" name="consent_wording" value="{_attr(form.consent)}">'
        f'<input type="hidden" name="page" value="{_attr(page.id)}">{hidden}'
        f'<button class="go" type="submit">{html.escape(form.button)}</button></form>'
    )


def _field(name: FormField, labels: Mapping[str, str]) -> str:
    required = "" if name in _OPTIONAL else " required"
    label, fill = html.escape(labels[name]), _FILL[name]
    if name == "message":
        return (
            f'<label class="wide">{label}<textarea name="message" rows="4" maxlength="2000">'
            "</textarea></label>"
        )
    kind = {"email": "email", "phone": "tel"}.get(name, "text")
    return (
        f'<label>{label}<input type="{kind}" name="{name}" autocomplete="{fill}" '
        f'maxlength="200"{required}></label>'
    )


def _attr(text: str) -> str:
    return html.escape(text, quote=True)
