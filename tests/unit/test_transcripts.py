"""Transcripts of every form give the same words, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.transcripts.errors import TranscriptError
from tools.transcripts.notes import read_notes
from tools.transcripts.reading import MOST_BYTES, read_recording
from tools.transcripts.subtitles import read_subtitles

VTT = """WEBVTT

STYLE
::cue { color: lime }

NOTE nobody says this

intro
00:00:01.000 --> 00:00:04.000 align:start
<v Jonas Weber>When did you last say no?

00:00:04.500 --> 00:00:09.000
<v.loud Lena Kraus>Last <i>Thursday</i>. A customer asked
which watch &amp; why.
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Jonas: When did you last say no?

2
00:00:04,500 --> 00:00:09,000
Lena: Last Thursday.
"""


def _read(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_subtitles_keep_who_says_it_and_when() -> None:
    found = read_subtitles(VTT)
    assert [(u.speaker, u.start, u.text) for u in found] == [
        ("Jonas Weber", 1.0, "When did you last say no?"),
        ("Lena Kraus", 4.5, "Last Thursday. A customer asked"),
        ("Lena Kraus", 4.5, "which watch & why."),
    ]


def test_subrip_names_speakers_before_a_colon() -> None:
    found = read_subtitles(SRT.replace("\n", "\n"))
    assert [(u.speaker, u.start, u.text) for u in found] == [
        ("Jonas", 1.0, "When did you last say no?"),
        ("Lena", 4.5, "Last Thursday."),
    ]


def test_rolling_captions_are_said_once() -> None:
    rolling = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nwe look at\n\n"
        "00:02.000 --> 00:03.000\nwe look at\nthe screws first\n\n"
        "00:03.000 --> 00:04.000\nthe screws first\nand then listen\n"
    )
    assert [u.text for u in read_subtitles(rolling)] == [
        "we look at",
        "the screws first",
        "and then listen",
    ]


def test_text_transcripts_in_the_forms_that_meeting_programs_write() -> None:
    text = (
        "Lena Kraus  0:12\nHello there. We\ngo on.\n\n"
        "**Jonas:** And why?\n"
        "[00:03:12] Lena Kraus: Because.\n"
        "Jonas (00:04:00): I see.\n"
    )
    assert [(u.speaker, u.start, u.text) for u in read_notes(text)] == [
        ("Lena Kraus", 12.0, "Hello there. We go on."),
        ("Jonas", 12.0, "And why?"),
        ("Lena Kraus", 192.0, "Because."),
        ("Jonas", 192.0, "I see."),
    ]


def test_notes_are_read_bullet_by_bullet_and_name_nobody() -> None:
    text = (
        "---\ntitle: Bench\n---\n# October\n\n- Oil **ages** in the drawer,\n  too.\n"
        "2. See [the shop](https://x.example).\n- [x] Todo: sweep\n\n"
        "```\ncode\n```\n---\nLast one.\n"
    )
    found = read_notes(text)
    assert [u.text for u in found] == [
        "Oil ages in the drawer, too.",
        "See the shop.",
        "Todo: sweep",
        "Last one.",
    ]
    assert {u.speaker for u in found} == {""}
    assert [u.line for u in found] == [6, 8, 9, 15]


def test_a_recording_knows_its_day_and_who_says_most(tmp_path: Path) -> None:
    recording = read_recording(_read(tmp_path, "2026-11-12-bench.vtt", VTT))
    assert recording.on == date(2026, 11, 12)
    assert recording.speakers() == ("Lena Kraus", "Jonas Weber")
    assert read_recording(_read(tmp_path, "2026-02-31-x.vtt", VTT)).on is None


def test_segments_of_whisper(tmp_path: Path) -> None:
    segments = {"segments": [{"start": 1.5, "end": 2, "text": " Hello. "}, {"text": " "}]}
    found = read_recording(_read(tmp_path, "talk.json", json.dumps(segments))).utterances
    assert [(u.text, u.start) for u in found] == [("Hello.", 1.5)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("talk.mp3", b"ID3", "sound"),
        ("talk.docx", b"PK", "unknown_format"),
        ("talk.vtt", b"WEBVTT\n\n", "empty"),
        ("talk.txt", b"\x00\x01\x02", "unreadable"),
        ("talk.json", b'{"segments": 3}', "unreadable"),
        ("talk.json", b"[" * 20_000, "unreadable"),
        ("talk.txt", b"a" * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(TranscriptError) as raised:
        read_recording(_read(tmp_path, name, content))
    assert raised.value.code == code
    assert raised.value.next_step


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError) as raised:
        read_recording(tmp_path / "gone.vtt")
    assert raised.value.code == "missing"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_umlauts_survive_the_encodings_that_programs_write(tmp_path: Path, encoding: str) -> None:
    recording = read_recording(_read(tmp_path, "n.txt", "Öl altert.\r\n".encode(encoding)))
    assert recording.utterances[0].text == "Öl altert."


@given(st.text(max_size=400))
def test_no_text_makes_the_readers_fail_or_say_more_than_it_holds(text: str) -> None:
    for read in (read_notes, read_subtitles):
        for utterance in read(text):
            assert utterance.text.strip()
            assert 1 <= utterance.line <= text.count("\n") + 1
