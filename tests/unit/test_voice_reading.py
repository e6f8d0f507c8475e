"""Readers of past copy: whatever is handed in is read or set aside, and nobody's data stay."""

from __future__ import annotations

import gzip
import json
import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.untrusted import sign_of_injection
from brand_voice.learning.documents import Document, Found, SetAside
from brand_voice.learning.files import read_source, refuse_addresses, sources
from brand_voice.learning.guide_text import guide_text
from brand_voice.learning.html_text import read_html
from brand_voice.learning.mails import read_mail, split_mbox
from brand_voice.learning.proposal import propose
from brand_voice.learning.reading import Reading, judge
from brand_voice.learning.tables import read_csv, read_jsonl
from domain.errors import WrongUsage
from domain.voice import Guide

NEWSLETTER = """\
<!doctype html><html><head><title>One scratch</title><style>p {color: red}</style></head><body>
<div style="display:none;max-height:0">34 mm, steel, serviced here in March.&#847;&zwnj;&nbsp;</div>
<!--[if mso]><table><tr><td><![endif]-->
<table><tr><td><img src="x.png" alt="The watch on the bench">
<h1>The 1968 dress watch</h1>
<p>Dear Hannah,<p>Our watchmaker had this one <b>apart</b> in March. It is hand-wound.
<p>There is a scratch at seven&nbsp;o'clock. We left it.</p>
<a class="button" href="https://halden.example/visit?utm_source=mail&mc_eid=1">Book half an hour</a>
<blockquote>Somebody else said this about us once.</blockquote>
<p>Kind regards,<br>Korbinian Hast</p></td></tr>
<tr><td style="font-size:11px">You get this letter because you agreed to it.<br>
<a href="https://list-manage.com/unsub?e=1">Unsubscribe</a></td></tr></table></body></html>
"""


def mail(number: int, *, to: str = "Erika Mustermann <erika@kunden.example>") -> EmailMessage:
    """A shop's mail as its mail program keeps it: quoted-printable, two forms, a signature."""
    message = EmailMessage()
    message["From"] = "Halden <post@halden.example>"
    message["To"] = to
    message["Subject"] = f"Ihre Uhr Nummer {number} ist zurück"
    name = to.split()[0]
    text = (
        f"Guten Tag {name},\n\nIhre Uhr ist vom Uhrmacher zurück. Sie läuft wieder, und zwar "
        f"besser als bei Nummer {number}.\n\nHolen Sie sie ab, wann es Ihnen passt. {name}, den "
        "Kratzer haben wir gelassen.\n\nWenn etwas nicht stimmt, rufen Sie an: +49 89 1234567.\n\n"
        "Viele Grüße\nDie vier von Halden\n\n-- \nHalden GmbH\nUhrmachergasse 4\n"
        "Tel +49 89 99998 140\n"
    )
    message.set_content(text, cte="quoted-printable")
    html = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    quoted = "<blockquote class='gmail_quote'>Wann ist meine Uhr fertig? Erika</blockquote>"
    message.add_alternative(f"<html><body>{html}{quoted}</body></html>", subtype="html")
    return message


def read(*files: Path, column: str = "") -> Reading:
    found: list[Found | SetAside] = []
    for one in sources(files):
        found += [one] if isinstance(one, SetAside) else read_source(one, column)
    return judge(found, sign_of_injection, None)


def text_of(document: Document) -> str:
    return "\n".join((document.subject, document.greeting, *(b.text for b in document.blocks)))


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_newsletter_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    reading = read(put(tmp_path, "march.html", NEWSLETTER))
    assert reading.set_aside == ()
    [found] = reading.documents
    assert found.subject == "One scratch"
    assert found.preheader == "34 mm, steel, serviced here in March."
    assert found.greeting == "Dear {{first_name}},"
    assert found.closing == "Kind regards, Korbinian Hast"
    assert [(b.kind, b.text) for b in found.blocks] == [
        ("heading", "The 1968 dress watch"),
        ("prose", "Our watchmaker had this one apart in March. It is hand-wound."),
        ("prose", "There is a scratch at seven o'clock. We left it."),
        ("button", "Book half an hour"),
    ]
    assert found.hosts == ("halden.example", "list-manage.com")
    assert found.footer == ("You get this letter because you agreed to it.",)


def test_a_mailbox_gives_the_brands_words_and_nobodys_name(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "sent.mbox")
    people = ("Erika Mustermann <erika@kunden.example>", "Jelena Kovac <j@kunden.example>")
    for number in range(6):
        box.add(mail(number, to=people[number % 2]))
    answer = EmailMessage()
    answer["From"], answer["Subject"] = "Erika <erika@kunden.example>", "Meine Uhr"
    answer.set_content("Wann ist meine Uhr endlich fertig? Ich habe sie im Mai gebracht.")
    box.add(answer)
    box.add(mail(0))
    box.flush()
    reading = read(tmp_path / "sent.mbox")
    assert [(one.why, one.source) for one in reading.set_aside] == [
        ("somebody_else", "sent.mbox, message 7"),
        ("double", "sent.mbox, message 8"),
    ]
    assert len(reading.documents) == 6
    for found in reading.documents:
        assert found.channel == "email"
        assert found.language == "de"
        assert found.greeting == "Guten Tag {{first_name}},"
        assert found.closing == "Viele Grüße, Die vier von Halden"
        said = text_of(found)
        for secret in ("Erika", "Jelena", "Mustermann", "1234567", "99998", "fertig"):
            assert secret not in said
        assert "{{first_name}}, den Kratzer haben wir gelassen." in said
        assert len(found.personal) == 2
    guide = propose(reading, Guide(brand="Halden"), sign_of_injection)
    whole = guide_text(guide, Guide(brand="Halden"))
    for secret in ("Erika", "Jelena", "Kovac", "1234567", "kunden.example"):
        assert secret not in whole
    assert guide.guide.greetings[0].with_name == "Guten Tag {{first_name}},"
    assert guide.guide.closings == (("de", "Viele Grüße, Die vier von Halden"),)
    assert guide.guide.exemplars


def test_eml_and_maildir_are_mails_too(tmp_path: Path) -> None:
    put(tmp_path, "one.eml", mail(1).as_bytes())
    kept = mailbox.Maildir(tmp_path / "Sent", create=True)
    kept.add(mail(2))
    reading = read(tmp_path)
    assert len(reading.documents) == 2
    assert {d.subject for d in reading.documents} == {
        "Ihre Uhr Nummer 1 ist zurück", "Ihre Uhr Nummer 2 ist zurück",
    }  # fmt: skip


def test_tables_say_channel_language_and_subject(tmp_path: Path) -> None:
    table = (
        "Subject;Channel;Body\n"
        '"The scratch";linkedin;"We left the scratch where it was. It tells you something."\n'
        ";SMS;Your watch is back from the watchmaker. We have it here for you.\n"
        ";;\n"
        ";email;   \n"
    )
    lines = [
        json.dumps({"text": "We sell one watch a day, and we tell you what is wrong with it."}),
        "{broken",
        json.dumps(["no object"]),
        json.dumps({"headline": "no text"}),
    ]
    reading = read(put(tmp_path, "a.csv", table), put(tmp_path, "b.jsonl", "\n".join(lines)))
    assert [(d.channel, d.subject) for d in reading.documents] == [
        ("linkedin", "The scratch"), ("sms", ""), ("email", ""),
    ]  # fmt: skip
    assert [one.why for one in reading.set_aside] == [
        "empty", "unreadable", "unreadable", "no_text_column",
    ]  # fmt: skip
    named = list(read_csv("a,b\nx,We sell one watch a day.", "t.csv", "B"))
    assert isinstance(named[0], Found)
    [refused] = read_csv("a,b\nx,y", "t.csv")
    assert isinstance(refused, SetAside)
    assert "there are: a, b" in refused.what


def test_what_cannot_be_read_is_set_aside_and_the_rest_is_learnt(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "We have one, and it is not for everybody. You may try it on first.")
    put(tmp_path, "b.html", b"\x89PNG\r\n\x1a\n0000")
    put(tmp_path, "c.md", "Schöne Grüße".encode("latin-1"))
    put(tmp_path, "d.txt", "https://brand.example/one\nhttps://brand.example/two\n")
    put(tmp_path, "e.csv", b"\0\0\0\0")
    put(tmp_path, "f.md", "   \n\n")
    put(tmp_path, "g.docx", b"PK\x03\x04")
    put(tmp_path, "h.md", "Nous avons une montre, et elle ne plaît pas à tout le monde, non.")
    put(
        tmp_path,
        "i.html",
        '<meta charset="latin-1"><p>Wir haben die Uhr für Sie geöffnet.'.encode("latin-1"),
    )
    reading = read(tmp_path)
    assert {d.source for d in reading.documents} == {"a.md", "i.html"}
    assert "geöffnet" in next(text_of(d) for d in reading.documents if d.source == "i.html")
    assert {one.source: one.why for one in reading.set_aside} == {
        "b.html": "binary", "c.md": "encoding", "d.txt": "address", "e.csv": "binary",
        "f.md": "empty", "g.docx": "unreadable", "h.md": "other_language",
    }  # fmt: skip
    assert all(one.what for one in reading.set_aside)


def test_padding_is_taken_out_and_hidden_letters_are_not(tmp_path: Path) -> None:
    padded = put(tmp_path, "a.md", "We have one.\u200c \u200c And it is for you, Uhr\u00admacher.")
    hiding = put(tmp_path, "b.md", "We have one, and you may pay\u200bpal us for it.")
    reading = read(padded, hiding)
    assert [b.text for d in reading.documents for b in d.blocks] == [
        "We have one. And it is for you, Uhrmacher."
    ]
    assert [(one.source, one.why) for one in reading.set_aside] == [("b.md", "instruction")]


def test_no_word_of_yours_comes_from_somebodys_address(tmp_path: Path) -> None:
    for number, when in enumerate(("today", "on Monday", "in May", "at noon", "soon", "again")):
        put(tmp_path, f"{number}.md", (
            f"We come by {when} and bring the watch back to you, if it suits you.\n\n"
            "Your address is still 7 Birch Road, and we know the way to Birch Road.\n\nBest"
        ))  # fmt: skip
    proposal = propose(read(tmp_path), Guide(brand="X"), sign_of_injection)
    assert any("the watch back" in word for word in proposal.guide.words_we_use)
    assert "irch" not in guide_text(proposal, Guide(brand="X"))


def test_an_address_is_refused_with_what_to_do() -> None:
    with pytest.raises(WrongUsage) as refused:
        refuse_addresses(["letters", "https://brand.example/journal"])
    assert refused.value.code == "address"
    assert "save the page as HTML" in refused.value.next_step


@pytest.mark.parametrize(
    ("written", "greeting", "rest"),
    [
        ("Hi *|FNAME|*,\n\nWe have it.", "Hi {{first_name}},", ["We have it."]),
        (
            "Hello {{ person.first_name|default:'there' }}!\n\nWe have it.",
            "Hello {{first_name}}!",
            ["We have it."],
        ),
        (
            "Sehr geehrte Frau Dr. Müller,\n\nwir haben die Uhr.",
            "Sehr geehrte Frau {{last_name}},",
            ["wir haben die Uhr."],
        ),
        (
            "Liebe Kundinnen und Kunden,\n\nwir haben die Uhr.",
            "Liebe Kundinnen und Kunden,",
            ["wir haben die Uhr."],
        ),
        ("Hi Łukasz,\n\nWe have it.", "Hi {{first_name}},", ["We have it."]),
        ("hallo renate,\n\nwir haben die Uhr.", "hallo {{first_name}},", ["wir haben die Uhr."]),
        ("Dear Anna, thank you for it.", "Dear {{first_name}},", ["thank you for it."]),
        ("Hi, please stop this now.", "", ["Hi, please stop this now."]),
    ],
)  # fmt: skip
def test_greetings(tmp_path: Path, written: str, greeting: str, rest: list[str]) -> None:
    [found] = read(put(tmp_path, "a.md", written)).documents
    assert found.greeting == greeting
    assert [b.text for b in found.blocks] == rest


def test_answers_are_cut_above_what_they_answer(tmp_path: Path) -> None:
    for number, header in enumerate(
        ("On Tue, 3 Mar 2026 at 09:12, Anna Berg <a@b.example> wrote:",
         "Am 3. März 2026 um 09:12 schrieb Anna Berg <a@b.example>:",
         "-----Original Message-----", "From: Anna\nSent: Tuesday\nSubject: Watch")
    ):  # fmt: skip
        text = f"The watch is ready, and you can have it now.\n\n{header}\n\n> where is it\nEnd"
        message = f"From: s@halden.example\nSubject: {number}\n\n{text}"
        [found] = judge([read_mail(message.encode(), "m")], sign_of_injection, None).documents
        assert [b.text for b in found.blocks] == ["The watch is ready, and you can have it now."]


def test_an_mbox_keeps_lines_that_begin_with_from() -> None:
    begins = b"From a@b Tue Mar  3 09:12:00 2026\n"
    box = begins + b"Subject: x\n\n>From here on.\nFrom there\n\n" + begins + b"Subject: y\n\nz"
    first, second = split_mbox(box)
    assert b"\nFrom here on.\nFrom there\n" in first
    assert b"Subject: y" in second


@settings(max_examples=150)
@given(st.text(max_size=400))
def test_no_text_breaks_a_reader(text: str) -> None:
    read_html(text)
    found = [*read_csv(f"text\n{text}", "a"), *read_jsonl(json.dumps({"text": text}), "b")]
    found += [*read_jsonl(text, "c"), read_mail(text.encode(errors="replace"), "d")]
    reading = judge(found, sign_of_injection, None)
    proposal = propose(reading, Guide(brand="X"), sign_of_injection)
    assert Guide.model_validate(_yaml(guide_text(proposal, Guide(brand="X")))) == proposal.guide


HEADERS = (
    b"",
    b"Content-Type: text/html; charset=utf-7\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Subject: =?x-unknown?Q?=ff?=\n",
    b"Content-Type: multipart/mixed; boundary=a\n",
)


@settings(max_examples=150)
@given(st.binary(max_size=400), st.sampled_from(HEADERS))
def test_no_bytes_break_a_mail(data: bytes, header: bytes) -> None:
    split = [read_mail(message, "b") for message in split_mbox(data)]
    judge([read_mail(header + b"\n" + data, "m"), *split], sign_of_injection, None)


def _yaml(text: str) -> object:
    import yaml

    return yaml.safe_load(text)


DOORS = ("a.md", "a.txt", "a.html", "a.csv", "a.jsonl", "a.eml")


def door(name: str, text: str) -> str:
    """A file of the kind, with an honest sentence and the text in it."""
    honest = "We write short sentences, and we say what is wrong with a watch."
    match name.rpartition(".")[2]:
        case "html":
            return f"<p>{honest}</p><div>{text}</div>"
        case "csv":
            quoted = text.replace('"', '""')
            return f'text\n{honest}\n"{quoted}"\n'
        case "jsonl":
            return json.dumps({"text": honest}) + "\n" + json.dumps({"text": text})
        case "eml":
            return f"From: a@halden.example\nSubject: One\n\n{honest}\n\n{text}"
        case _:
            return f"{honest}\n\n{text}"


@pytest.mark.shared
@pytest.mark.parametrize("name", DOORS)
def test_no_hostile_text_is_learnt(shared_data: Path, tmp_path: Path, name: str) -> None:
    """All of them, in every kind of file."""
    packed = (shared_data / "injection" / "marketing_injections.jsonl.gz").read_bytes()
    rows = [json.loads(line) for line in gzip.decompress(packed).splitlines()]
    assert len(rows) == 576
    honest = put(tmp_path, "honest.md", "We write short sentences, and say what is wrong. We do.")
    found: list[Found | SetAside] = [
        one for source in sources([honest]) if not isinstance(source, SetAside)
        for one in read_source(source)
    ]  # fmt: skip
    unnamed = []
    for number, row in enumerate(rows):
        file = put(tmp_path, f"{number}-{name}", door(name, row["text"]))
        [source] = sources([file])
        assert not isinstance(source, SetAside)
        texts = list(read_source(source))
        aside = judge(texts, sign_of_injection, None).set_aside
        if not any(one.why == "instruction" for one in aside):
            unnamed.append(row["id"])
        found += texts
    assert unnamed == []
    reading = judge(found, sign_of_injection, None)
    proposal = propose(reading, Guide(brand="X"), sign_of_injection)
    whole = guide_text(proposal, Guide(brand="X")).lower()
    for sign in ("canary", "attacker", "500 more times", "api key", "todo", "ignore", "heals"):
        assert sign not in whole
    assert "honest.md" in {d.source for d in reading.documents}


@pytest.mark.shared
def test_honest_copy_is_not_taken_for_an_attack(shared_data: Path) -> None:
    [source] = sources([shared_data / "brand" / "passages.jsonl"])
    assert not isinstance(source, SetAside)
    reading = judge(read_source(source), sign_of_injection, None)
    blocked = [one for one in reading.set_aside if one.why == "instruction"]
    assert len(reading.documents) + len(reading.set_aside) == 583
    assert len(blocked) <= 0.02 * 583
