"""Filling one person's fields into an approved mail, whoever filled in the profile."""

from __future__ import annotations

import gzip
import html
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customer import Contact
from domain.publication import RenderedVariant
from tools.render.errors import RenderError
from tools.render.fill import Filled, clean_name, fields, fill

URL = "https://halden.example/u?t=abc&c=1"
MAIL = RenderedVariant(
    id="a",
    subject="{{first_name}}, a scratch",
    preheader="",
    html='<p title="{{last_name}}">Good morning {{first_name}}, yes.</p>'
    '<a href="{{unsubscribe_url}}">Unsubscribe</a>',
    text="Good morning {{first_name}},\n\n{{unsubscribe_url}}\n",
    fallbacks=(("first_name", ""), ("last_name", "")),
)


def put(first_name: str, mail: RenderedVariant = MAIL, last_name: str = "Aumann") -> Filled:
    contact = Contact(customer_id="1", first_name=first_name, last_name=last_name)
    return fill(mail, contact, unsubscribe_url=URL)


def test_a_name_is_put_in() -> None:
    found = put("Zoë")
    assert found.subject == "Zoë, a scratch"
    assert "Good morning Zoë, yes." in found.html
    assert found.text.startswith("Good morning Zoë,\n")
    assert f'href="{html.escape(URL)}"' in found.html
    assert URL in found.text


def test_a_missing_name_leaves_a_whole_sentence() -> None:
    found = put("")
    assert found.subject == "A scratch"
    assert "<p" in found.html
    assert "Good morning, yes." in found.html
    assert found.text.startswith("Good morning,\n")


def test_a_fallback_stands_in() -> None:
    mail = MAIL.model_copy(update={"fallbacks": (("first_name", "dear reader"),)})
    assert put("", mail).text.startswith("Good morning dear reader,")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{first_name}}, your watch is here.", "Your watch is here."),
        ("Thank you, {{first_name}}.", "Thank you."),
        ("Is it you, {{first_name}}?", "Is it you?"),
        ("Thank you {{first_name}}.", "Thank you."),
        ("For {{first_name}} only", "For only"),
        ("Line one\n{{first_name}}, your watch", "Line one\nYour watch"),
        ("{{ first_name }}", ""),
        ("{{first_name}} {{first_name}}, your watch", "Your watch"),
    ],
)
def test_sentences_are_mended(text: str, filled: str) -> None:
    mail = MAIL.model_copy(update={"text": text})
    assert put("", mail).text == filled


@pytest.mark.parametrize(
    "name",
    ["Anna", "Jean-Luc", "O'Neill", "Müller-Lüdenscheidt", "J. R.", "李 小龙", "مريم", "Dr. Weiss"],
)
def test_names_are_names(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "value",
    [
        "{{unsubscribe_url}}",
        "<b>Anna</b>",
        "http://evil.example",
        "evil.example",
        "Anna\u202egnp",
        "pa\u200bypal",
        "р\u0430ypal Latin",
        "100%",
        "😀",
        "A" * 41,
        "-",
        "\x00",
        "Anna; DROP TABLE",
    ],
)
def test_what_is_no_name_counts_as_missing(value: str) -> None:
    assert clean_name(value) == ""


def test_line_breaks_cannot_make_a_header() -> None:
    found = put("Anna\r\nBcc: all@halden.example")
    assert found.subject == "A scratch"
    assert put("Anna\r\n").subject == "Anna, a scratch"


def test_an_unknown_placeholder_is_refused() -> None:
    mail = MAIL.model_copy(update={"text": "Your {{loyalty_points}}"})
    with pytest.raises(RenderError) as error:
        put("Anna", mail)
    assert error.value.code == "unknown_field"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", 'https://x/"onclick=1', "https://x/ y"])
def test_the_unsubscribe_link_must_be_a_web_address(url: str) -> None:
    with pytest.raises(RenderError) as error:
        fill(MAIL, Contact(customer_id="1"), unsubscribe_url=url)
    assert error.value.code == "bad_address"


def test_fields_lists_placeholders() -> None:
    assert fields("{{a}} {{ b_c }} {d} {{a}}") == ("a", "b_c", "a")


def check_harmless(value: str) -> None:
    """What must hold whatever stands in a profile."""
    safe, found = put("Anna", last_name="Berg"), put(value, last_name=value)
    assert found.html.count("<") == safe.html.count("<")
    assert found.html.count(">") == safe.html.count(">")
    assert found.html.count('"') == safe.html.count('"')
    assert found.html.count("href=") == 1
    assert found.text.count(URL) == 1
    assert "{{" not in found.html + found.text + found.subject
    assert not set(found.subject) & set("\r\n\0")
    assert found.text.count("\n") == safe.text.count("\n")


@given(st.text(max_size=60))
def test_any_value_is_harmless(value: str) -> None:
    check_harmless(value)


@given(st.text(alphabet="<>\"'&{}%=/: ajvscript.first_name\r\n\u202e\u200b", max_size=40))
def test_any_hostile_value_is_harmless(value: str) -> None:
    check_harmless(value)


@pytest.mark.shared
def test_the_poisoned_profiles_are_harmless(shared_data: Path) -> None:
    packed = (shared_data / "injection" / "poison_profile_values.json.gz").read_bytes()
    values = [row["value"] for row in json.loads(gzip.decompress(packed))]
    assert len(values) > 20
    for value in values:
        check_harmless(value)
        text = put(value).text
        assert value not in text or clean_name(value) == value


def test_two_missing_names_leave_a_whole_sentence() -> None:
    mail = MAIL.model_copy(update={"text": "Good morning {{first_name}} {{last_name}}, yes."})
    assert put("", mail, last_name="").text == "Good morning, yes."
    assert put("Anna", mail, last_name="").text == "Good morning Anna, yes."
    assert put("", mail, last_name="Berg").text == "Good morning Berg, yes."
