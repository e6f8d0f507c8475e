"""What is wrong with a mail as it would arrive: size, links, pictures, text part, placeholders.

The critic adds these to its own findings. Nothing here needs a network or a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

from domain.critique import Finding, Severity
from domain.publication import RenderedVariant
from tools.render.fill import fields
from tools.render.links import host_of
from tools.render.mail import UNSUBSCRIBE

# Gmail cuts a mail off at 102 KB and hides the unsubscribe link with the rest.
MOST_BYTES = 102 * 1024
LEAST_CONTRAST = 4.5
LONGEST_PREHEADER = 110
_PERSONAL = ("first_name", "last_name")
_SHORTENERS = frozenset(
    (
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
    )
)
_SCRIPT = re.compile(r"<\s*(script|iframe|object|embed|form|base)\b|\son[a-z]+\s*=", re.I)
_VOID = frozenset(("br", "img", "meta", "link", "hr", "input", "col", "source", "wbr"))
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b", re.I)


def check(
    rendered: RenderedVariant,
    *,
    allowed_hosts: Sequence[str] = (),
    subject_most_characters: int = 60,
    legal: Sequence[str] = (),
    unsubscribe: bool = True,
) -> tuple[Finding, ...]:
    """Every fault of one rendered mail, the gravest first.

    ``allowed_hosts``: where links may lead; empty: anywhere. ``legal``: lines that both parts must
    carry, as in the guide.
    """
    page = _Page()
    page.feed(rendered.html)
    found = [
        *_size(rendered),
        *_links(page, allowed_hosts, unsubscribe),
        *_pictures(page),
        *_head(rendered, subject_most_characters),
        *_text_part(rendered, page, legal, unsubscribe),
        *_placeholders(rendered),
        *_contrast(page),
        *_safety(rendered),
        *_dark(rendered),
    ]
    order: dict[Severity, int] = {"blocking": 0, "serious": 1, "minor": 2}
    named = [finding.model_copy(update={"variant": rendered.id}) for finding in found]
    return tuple(sorted(named, key=lambda finding: order[finding.severity]))


def contrast(ink: str, ground: str) -> float:
    """The WCAG contrast of two #rrggbb colours, 1 to 21."""
    light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class _Page(HTMLParser):
    """Links, pictures and the colours of text of a mail, as a reader meets them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.pictures: list[dict[str, str]] = []
        self.words: list[str] = []
        self.colours: list[tuple[str, str, str]] = []
        """(words, ink, ground)."""
        self.lang = ""
        self._open: list[tuple[str, str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img":
            self.pictures.append(values)
        if tag in _VOID:
            return
        _, ink, ground, hidden = self._open[-1] if self._open else ("", "#000000", "#ffffff", False)
        style = values.get("style", "").replace(" ", "")
        ink = _colour(style, "color") or ink
        ground = (
            _colour(style, "background-color")
            or _colour(style, "background")
            or _colour(f"x:{values.get('bgcolor', '')}", "x")
            or ground
        )
        hidden = hidden or "display:none" in style or tag in ("style", "script", "title", "head")
        self._open.append((tag, ink, ground, hidden))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        if not self._open or not data.strip():
            return
        _, ink, ground, hidden = self._open[-1]
        if not hidden:
            self.words.append(data)
            self.colours.append((" ".join(data.split())[:60], ink, ground))


def _size(rendered: RenderedVariant) -> Iterator[Finding]:
    size = len(rendered.html.encode())
    if size >= MOST_BYTES:
        yield Finding(
            rule="mail.size",
            severity="blocking",
            place="html",
            text=f"{size / 1024:.0f} KB",
            why="Gmail cuts a mail off at 102 KB and hides the unsubscribe link with the rest.",
            mend="Take out blocks, or split it into two mails.",
        )


def _links(page: _Page, allowed: Sequence[str], unsubscribe: bool) -> Iterator[Finding]:
    if unsubscribe and UNSUBSCRIBE not in page.links:
        yield Finding(
            rule="links.unsubscribe",
            severity="blocking",
            place="html",
            why="The mail has no unsubscribe link.",
            mend="Render it with unsubscribe=True.",
        )
    for link in page.links:
        if link == UNSUBSCRIBE:
            continue
        host = host_of(link)
        scheme = urlsplit(link).scheme
        if scheme not in ("https", "http", "mailto", "tel"):
            yield _bad_link("links.scheme", "blocking", link, "It is no web address.")
        elif host in _SHORTENERS:
            yield _bad_link("links.shortener", "blocking", link, "It hides where it leads.")
        elif scheme in ("https", "http") and allowed and not _within(host, allowed):
            yield _bad_link("links.host", "blocking", link, "The brand does not name this host.")
        elif scheme == "http":
            yield _bad_link("links.insecure", "serious", link, "It is not https.")
        elif scheme == "https" and "utm_campaign=" not in link:
            yield _bad_link("links.utm", "minor", link, "Its clicks cannot be told from others.")


def _bad_link(rule: str, severity: Severity, link: str, why: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        place="html",
        text=link[:200],
        why=why,
        mend="Lead it to a page of the brand, by its full https address.",
    )


def _within(host: str, allowed: Sequence[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in allowed)


def _pictures(page: _Page) -> Iterator[Finding]:
    for picture in page.pictures:
        source = picture.get("src", "")
        if not picture.get("alt", "").strip():
            yield Finding(
                rule="pictures.alt",
                severity="serious",
                place="html",
                text=source[:200],
                why="Whoever does not load or see the picture gets nothing.",
                mend="Say in the product's photo what it shows.",
            )
        if urlsplit(source).scheme not in ("https", "http"):
            yield Finding(
                rule="pictures.address",
                severity="serious",
                place="html",
                text=source[:200],
                why="Most mail programs load pictures from web addresses only.",
                mend="Set the address that the brand's images are served from.",
            )


def _head(rendered: RenderedVariant, most: int) -> Iterator[Finding]:
    if not rendered.subject:
        yield _head_finding("subject.empty", "blocking", "subject", "", "The mail has no subject.")
    if len(rendered.subject) > most:
        why = f"{len(rendered.subject)} characters; the guide allows {most}, telephones show fewer."
        yield _head_finding("subject.length", "serious", "subject", rendered.subject, why)
    if not rendered.preheader:
        why = "The inbox shows the first words of the mail in its place."
        yield _head_finding("preheader.empty", "serious", "preheader", "", why)
    elif len(rendered.preheader) > LONGEST_PREHEADER:
        why = f"{len(rendered.preheader)} characters; inboxes show at most {LONGEST_PREHEADER}."
        yield _head_finding("preheader.length", "minor", "preheader", rendered.preheader, why)
    if rendered.preheader and rendered.preheader.casefold() == rendered.subject.casefold():
        why = "It repeats the subject."
        yield _head_finding("preheader.repeats", "serious", "preheader", rendered.preheader, why)


def _head_finding(rule: str, severity: Severity, place: str, text: str, why: str) -> Finding:
    return Finding(
        rule=rule, severity=severity, place=place, text=text, why=why, mend=f"Rewrite the {place}."
    )


def _text_part(
    rendered: RenderedVariant, page: _Page, legal: Sequence[str], unsubscribe: bool
) -> Iterator[Finding]:
    if not rendered.text.strip():
        yield Finding(
            rule="text.empty",
            severity="blocking",
            place="text",
            why="The mail has no plain-text part.",
            mend="Render it again; the renderer writes one.",
        )
    elif unsubscribe and UNSUBSCRIBE not in rendered.text:
        yield Finding(
            rule="text.unsubscribe",
            severity="blocking",
            place="text",
            why="The plain-text part has no unsubscribe link.",
            mend="Render it with unsubscribe=True.",
        )
    parts = (("html", _flat(" ".join(page.words))), ("text", _flat(rendered.text)))
    for line in legal:
        for place, words in parts:
            if _flat(line) not in words:
                yield Finding(
                    rule="legal.missing",
                    severity="blocking",
                    place=place,
                    text=line,
                    why="A line that every mail must carry is not there.",
                    mend="Render it with the guide's legal lines of this language.",
                )


def _placeholders(rendered: RenderedVariant) -> Iterator[Finding]:
    given = {field for field, _ in rendered.fallbacks}
    for place in ("subject", "preheader", "html", "text"):
        for field in dict.fromkeys(fields(getattr(rendered, place))):
            if field in _PERSONAL and field not in given:
                yield Finding(
                    rule="fields.fallback",
                    severity="serious",
                    place=place,
                    text=f"{{{{{field}}}}}",
                    why="Nothing stands in where a person's profile lacks it.",
                    mend="Give a fallback; it may be empty.",
                )
            elif field not in (*_PERSONAL, "unsubscribe_url"):
                yield Finding(
                    rule="fields.unknown",
                    severity="blocking",
                    place=place,
                    text=f"{{{{{field}}}}}",
                    why="Nobody can fill this placeholder.",
                    mend="Use first_name or last_name, or write the words out.",
                )


def _contrast(page: _Page) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for words, ink, ground in page.colours:
        if (ink, ground) in seen:
            continue
        seen.add((ink, ground))
        ratio = contrast(ink, ground)
        if ratio < LEAST_CONTRAST:
            yield Finding(
                rule="mail.contrast",
                severity="serious",
                place="html",
                text=words,
                why=f"{ink} on {ground} has a contrast of {ratio:.1f}; {LEAST_CONTRAST} is needed.",
                mend="Use a darker ink or a lighter ground.",
            )


def _safety(rendered: RenderedVariant) -> Iterator[Finding]:
    found = _SCRIPT.search(re.sub(r"<!--.*?-->", "", rendered.html, flags=re.S))
    if found or "javascript:" in rendered.html.lower():
        yield Finding(
            rule="mail.script",
            severity="blocking",
            place="html",
            text=found[0].strip() if found else "javascript:",
            why="A mail may not carry anything that runs.",
            mend="Take it out of the copy.",
        )


def _dark(rendered: RenderedVariant) -> Iterator[Finding]:
    if "prefers-color-scheme:dark" not in rendered.html.replace(" ", ""):
        yield Finding(
            rule="mail.dark",
            severity="minor",
            place="html",
            why="It has no dark mode; mail programs will invent one.",
            mend="Render it again with tools/render/mail.py.",
        )


def _flat(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def _colour(style: str, name: str) -> str:
    for part in style.split(";"):
        key, _, value = part.partition(":")
        found = _HEX.match(value) if key == name else None
        if found:
            digits = found[1].lower()
            return "#" + (digits if len(digits) == 6 else "".join(c * 2 for c in digits))
    return ""


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
