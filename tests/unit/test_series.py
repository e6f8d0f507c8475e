"""Posts in somebody's name are their own words, each understood alone, and used once."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.house_writer import HouseWriter
from agents.model import ModelError
from agents.series.article import MOST_DESCRIPTION, MOST_TITLE, slug
from agents.series.checking import own_share
from agents.series.passages import MOST_WORDS
from agents.series.spoken import cleaned, said_by, without_beginning
from agents.series_writer import said_facts, write_series
from agents.tasks import SeriesQuestion
from brand_voice.brand import EXAMPLE, load_brand, load_facts
from domain.recording import Recording, Utterance
from domain.series import Author, PostChannel, Series, SitePage
from domain.words import Language

ANSWERS = (
    (
        "Jonas",
        "Hi everyone, welcome back. So, Lena, when did you last say no to a customer?",
    ),
    (
        "Lena Kraus",
        "Um, last Thursday. A customer asked which of two watches would, you know, suit his "
        "daughter. I said I couldn't promise that of either. So we, we talked about wrist size, "
        "and water, and whether she winds things. She doesn't. He left with nothing.",
    ),
    ("Jonas", "Great. And what do you look at first when a watch comes in?"),
    (
        "Lena Kraus",
        "Well, the screws. Every watch has a dozen screws that somebody before me has touched. "
        "If the slots are clean, somebody cared. Then I listen to it for a full minute. A tired "
        "balance sounds, uh, sounds like somebody walking with a stone in the shoe.",
    ),
    ("Jonas", "Have you ever got one badly wrong?"),
    (
        "Lena Kraus",
        "Oh yes. Three years ago I polished a case because the owner wanted it shiny. It took me "
        "forty minutes. It took the edges with it. Since then I ask people to wear it scratched "
        "for a month. Thanks for watching.",
    ),
)
TALK = Recording(
    source="bench.vtt",
    on=date(2026, 11, 12),
    utterances=tuple(
        Utterance(speaker=who, text=text, start=60.0 * n, line=n + 1)
        for n, (who, text) in enumerate(ANSWERS)
    ),
)
NOTES = Recording(
    source="notizen.md",
    utterances=tuple(
        Utterance(text=text, line=n + 1)
        for n, text in enumerate(
            (
                "Gestern kam ein Kunde mit der Uhr seines Großvaters. Er wollte wissen, ob sie "
                "noch geht. Ich habe sie aufgezogen.",
                "Sie lief. Elf Minuten hat er mir dann von seinem Großvater erzählt.",
                "Ähm, was viele nicht wissen: Öl altert auch in der Schublade. Nach fünf Jahren "
                "ist es, sag ich mal, zäh wie Honig, und dann reibt Metall auf Metall.",
            )
        )
    ),
)
FACTS = load_facts(EXAMPLE)
GUIDE = load_brand(EXAMPLE).guide


def _question(recording: Recording, speaker: str, language: Language) -> SeriesQuestion:
    return SeriesQuestion(
        author=Author(name=speaker or "Lena Kraus"),
        language=language,
        source=recording.source,
        sentences=said_by(recording, speaker, language),
        days=5,
        facts=FACTS,
        guide=GUIDE,
        pages=tuple(SitePage(url=p.url, title=p.name) for p in FACTS.products),
    )


async def _series(
    recording: Recording = TALK,
    speaker: str = "Lena Kraus",
    language: Language = "en",
    channels: tuple[PostChannel, ...] = ("linkedin",),
) -> Series:
    return await write_series(
        _question(recording, speaker, language),
        recording,
        channels=channels,
        first_day=date(2026, 12, 7),
        model=HouseWriter(),
    )


def test_the_sounds_of_speech_are_cut_and_nothing_else() -> None:
    assert cleaned("Um, last Thursday. We, we asked, you know, twice.", "en") == (
        "last Thursday. We asked twice."
    )
    assert cleaned("It sounds, uh, sounds [laughs] like that that way.", "en") == (
        "It sounds like that way."
    )
    assert cleaned("Zwei Jahre, sag ich mal, wenn niemand dran spielt.", "de") == (
        "Zwei Jahre, wenn niemand dran spielt."
    )
    assert cleaned("I like it, and you know him.", "en") == "I like it, and you know him."
    assert without_beginning("So, well, last week it rained.", "en") == "Last week it rained."
    assert without_beginning("Sonntag ist zu.", "de") == "Sonntag ist zu."


@given(st.text(alphabet="aäbeuhm ,.?!Isyo'", max_size=120))
def test_cleaning_only_takes_away(text: str) -> None:
    left = cleaned(text, "en")
    letters = iter(re.sub(r"\W", "", text).casefold())
    assert all(
        any(mine == given for given in letters) for mine in re.sub(r"\W", "", left).casefold()
    )


def test_only_the_author_is_quoted_and_the_question_is_kept() -> None:
    said = said_by(TALK, "Lena Kraus", "en")
    assert said[0].asked == "When did you last say no to a customer?"
    assert not any("Hi everyone" in s.text for s in said)
    assert [s.id for s in said] == [f"s{n + 1}" for n in range(len(said))]


async def test_posts_are_the_authors_own_words_and_no_sentence_stands_twice() -> None:
    series = await _series()
    assert len(series.posts) == 3
    used = [i for post in series.posts for i in post.sentences]
    assert len(used) == len(set(used))
    for post in series.posts:
        assert post.own_words == 1.0
        assert len(post.post.text.split()) <= MOST_WORDS + 14
        assert "watching" not in post.post.text
    assert len({post.post.angle for post in series.posts}) >= 2
    assert any("3 were made" in note for note in series.notes)


async def test_a_post_says_where_it_was_said_and_of_whom_it_tells() -> None:
    series = await _series()
    told = next(p for p in series.posts if "suit his daughter" in p.post.text)
    assert told.where == "bench.vtt, 1:00"
    assert told.consent.casefold() == "a customer"
    wrong = next(p for p in series.posts if "polished a case" in p.post.text)
    assert wrong.consent == ""


async def test_posts_fall_on_weekdays_and_on_every_channel_asked_for() -> None:
    series = await _series(channels=("linkedin", "facebook"))
    assert [p.day.isoweekday() for p in series.posts] == [1, 1, 2, 2, 3, 3]
    assert {p.post.channel for p in series.posts} == {"linkedin", "facebook"}
    assert len({p.post.id for p in series.posts}) == len(series.posts)


async def test_german_notes_join_what_goes_on_and_stay_apart_otherwise() -> None:
    series = await _series(NOTES, "", "de")
    texts = [p.post.text for p in series.posts]
    assert any("aufgezogen.\n\nSie lief" in t or "aufgezogen. Sie lief" in t for t in texts)
    assert any(t.startswith("Was viele nicht wissen: Öl") for t in texts)
    assert series.video is None
    assert series.posts[0].where.startswith("notizen.md, line")


async def test_the_video_has_chapters_where_questions_were_asked() -> None:
    video = (await _series()).video
    assert video is not None
    assert video.title.startswith("Lena Kraus: ")
    assert [line.split()[0] for line in video.description.splitlines()[2:]] == [
        "0:00",
        "3:00",
        "5:00",
    ]


async def test_the_article_answers_what_was_asked_in_words_that_were_said() -> None:
    article = (await _series()).article
    said = " ".join(s.text for s in said_by(TALK, "Lena Kraus", "en")).casefold()
    assert article.title == "What do you look at first when a watch comes in?"
    assert len(article.title) <= MOST_TITLE
    assert 0 < len(article.description) <= MOST_DESCRIPTION
    assert "when did you last say no" not in article.slug
    for section in article.sections:
        for point in section.points:
            assert point.text.casefold()[2:] in said
    assert "It took me forty minutes." in article.to_check
    assert {link.url for link in article.links} <= {p.url for p in FACTS.products}


def test_own_work_may_be_told_and_prices_need_a_fact() -> None:
    recording = Recording(
        source="n.md",
        utterances=(
            Utterance(text="It took me forty minutes. We sell it for €900.", line=1),
            Utterance(text="It is the cheapest in Munich. It will hold its value.", line=2),
        ),
    )
    said = said_by(recording, "", "en")
    assert [f.text for f in said_facts(said, "n.md", "en")] == ["It took me forty minutes."]


async def test_a_talk_without_a_passage_says_so() -> None:
    short = Recording(source="s.md", utterances=(Utterance(text="Yes. No. Maybe.", line=1),))
    with pytest.raises(ModelError) as raised:
        await _series(short, "")
    assert raised.value.code == "empty"


def test_the_share_of_own_words_counts_each_word_once() -> None:
    said = said_by(TALK, "Lena Kraus", "en")[:2]
    assert own_share("Last Thursday.", said) == 1.0
    assert own_share("Last Thursday Thursday luxury", said) == 0.5


@given(st.text(max_size=200))
def test_addresses_are_short_and_plain(title: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(title))
    assert len(slug(title)) <= MOST_TITLE
