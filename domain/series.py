"""What becomes of a talk: a week of posts in one person's name, and the brief of an article."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.frozen import Frozen, content_hash
from domain.piece import FacebookPost, InstagramPost, LinkedInPost, YouTubeVideo
from domain.recording import Sentence

PostChannel = Literal["linkedin", "facebook", "instagram"]
CONSENT_RULE = "series.consent"
"""The rule that finds somebody told of in a post."""
Post = LinkedInPost | FacebookPost | InstagramPost


class Author(Frozen):
    """The person in whose name is posted."""

    name: str
    role: str = ""
    """As they would say it: "watchmaker at Halden"."""


class SitePage(Frozen):
    """A page of the brand's own site that an article could lead to."""

    url: str
    title: str


class DayPost(Frozen):
    """One post, and what it is made of."""

    day: date
    post: Post
    sentences: tuple[str, ...]
    """Ids of the sentences of the recording that it is made of."""
    where: str
    """The place in the recording, for whoever checks it: "bench.vtt, 0:07 to 0:42"."""
    consent: str = ""
    """Of whom it tells, who would have to agree; empty: of nobody else."""
    own_words: float
    """The share of its words that the person said, 0 to 1."""


class Point(Frozen):
    """Something that the article shall say, in the person's words."""

    text: str
    where: str


class Section(Frozen):
    heading: str
    points: tuple[Point, ...]


class InternalLink(Frozen):
    """A page of one's own that the article leads to."""

    url: str
    anchor: str
    """The words of the link."""
    why: str


class ArticleBrief(Frozen):
    """What a writer needs to write one article that is found."""

    language: Literal["en", "de"]
    query: str
    """What somebody types who should find it."""
    title: str
    description: str
    """Below the title in search results."""
    slug: str
    """The last part of its address."""
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()
    """What it has to answer."""
    links: tuple[InternalLink, ...] = ()
    to_check: tuple[str, ...] = ()
    """What was said that no fact proves: to be checked, or left out."""
    least_words: int
    most_words: int

    def hash(self) -> str:
        return content_hash(self)


class Series(Frozen):
    """All that one recording gives: posts, video, article. The recording is the pillar, and
    these are its derivatives."""

    author: Author
    language: Literal["en", "de"]
    source: str
    recording_hash: str
    recorded_on: date | None = None
    sentences: tuple[Sentence, ...]
    posts: tuple[DayPost, ...]
    video: YouTubeVideo | None = None
    article: ArticleBrief
    notes: tuple[str, ...] = ()
    """What could not be made, each in a sentence."""
    label: str
    """Who wrote it: "your own words, no AI", or the model's name."""

    def hash(self) -> str:
        return content_hash(self)
