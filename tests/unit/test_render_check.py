"""Each fault that a rendered mail can have is found, once, with its mend."""

from __future__ import annotations

import pytest

from domain.critique import Finding
from domain.publication import RenderedVariant
from tools.render.check import check, contrast

GOOD = RenderedVariant(
    id="a",
    subject="A scratch",
    preheader="34 mm, steel.",
    html="<html><head><style>@media (prefers-color-scheme:dark){p{color:#fff}}</style></head>"
    '<body style="background-color:#ffffff"><p style="color:#151a20">Good morning</p>'
    '<a href="https://halden.example/v?utm_campaign=c" style="color:#1b4788">Visit</a>'
    '<img src="https://halden.example/w.png" alt="A watch">'
    '<a href="{{unsubscribe_url}}">Unsubscribe</a></body></html>',
    text="Good morning\n{{unsubscribe_url}}\n",
)


def found(**change: str | tuple[tuple[str, str], ...]) -> tuple[Finding, ...]:
    return check(GOOD.model_copy(update=change), allowed_hosts=["halden.example"])


def link(url: str) -> dict[str, str]:
    return {"html": GOOD.html.replace("https://halden.example/v?utm_campaign=c", url)}


def test_a_good_mail_has_no_findings() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("rule", "severity", "change"),
    [
        ("mail.size", "blocking", {"html": GOOD.html + "<!--" + "x" * 105_000 + "-->"}),
        ("links.host", "blocking", link("https://other.example/?utm_campaign=c")),
        ("links.host", "blocking", link("https://nothalden.example/?utm_campaign=c")),
        ("links.shortener", "blocking", link("https://bit.ly/x")),
        ("links.scheme", "blocking", link("ftp://halden.example")),
        ("links.insecure", "serious", link("http://halden.example/?utm_campaign=c")),
        ("links.utm", "minor", link("https://www.halden.example/v")),
        (
            "links.unsubscribe",
            "blocking",
            {
                "html": GOOD.html.replace(
                    "{{unsubscribe_url}}", "https://halden.example?utm_campaign="
                )
            },
        ),
        ("pictures.alt", "serious", {"html": GOOD.html.replace('alt="A watch"', 'alt=" "')}),
        (
            "pictures.address",
            "serious",
            {"html": GOOD.html.replace("https://halden.example/w.png", "file:///w.png")},
        ),
        ("subject.empty", "blocking", {"subject": ""}),
        ("subject.length", "serious", {"subject": "x" * 61}),
        ("preheader.empty", "serious", {"preheader": ""}),
        ("preheader.repeats", "serious", {"preheader": "a scratch"}),
        ("preheader.length", "minor", {"preheader": "x" * 111}),
        ("text.empty", "blocking", {"text": " \n"}),
        ("text.unsubscribe", "blocking", {"text": "Good morning"}),
        ("fields.fallback", "serious", {"subject": "{{first_name}}"}),
        ("fields.unknown", "blocking", {"subject": "{{city}}"}),
        ("mail.contrast", "serious", {"html": GOOD.html.replace("#151a20", "#b0b0b0")}),
        ("mail.script", "blocking", {"html": GOOD.html.replace("<p ", "<p onclick='x' ")}),
        ("mail.dark", "minor", {"html": GOOD.html.replace("prefers-color-scheme", "x")}),
    ],
)
def test_each_fault_is_found(rule: str, severity: str, change: dict[str, str]) -> None:
    findings = found(**change)
    assert [(f.rule, f.severity, f.variant) for f in findings] == [(rule, severity, "a")]
    assert findings[0].why
    assert findings[0].mend


def test_a_field_with_a_fallback_is_fine() -> None:
    assert found(subject="{{first_name}}", fallbacks=(("first_name", ""),)) == ()


def test_a_missing_legal_line_is_found_in_both_parts() -> None:
    findings = check(GOOD, legal=["Halden GmbH, Munich"])
    assert [(f.rule, f.place) for f in findings] == [
        ("legal.missing", "html"),
        ("legal.missing", "text"),
    ]


def test_the_gravest_comes_first() -> None:
    findings = found(subject="x" * 61, preheader="x" * 111, text="")
    assert [f.severity for f in findings] == ["blocking", "serious", "minor"]


def test_contrast_is_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
