"""The series writer: what somebody said becomes posts in their name, a video's description and the
brief of an article, whoever writes it.

What can be computed is not left to the writer: ids, days, sources, claims, provenance, whose words
they are, and of whom a post tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from agents.claims.detect import Kind, checkables
from agents.claims.evidence import evidence
from agents.claims.support import tie
from agents.fallback import answer_or_house
from agents.model import Model, ModelError
from agents.series.checking import own_share, tells_of
from agents.series.phrases import sections
from agents.series.places import clock, where
from agents.tasks import WRITE_SERIES, PostWords, SeriesQuestion
from domain.draft import Provenance
from domain.facts import Facts, HouseFact
from domain.piece import FacebookPost, InstagramPost, LinkedInPost, ShownPicture, YouTubeVideo
from domain.recording import Recording, Sentence
from domain.series import ArticleBrief, DayPost, PostChannel, Series
from domain.words import Language
from prompts.library import Prompts, shipped_prompts

HOUSE_LABEL = "your own words, no AI"
_OWN_TO_TELL: frozenset[Kind] = frozenset(
    ("number", "date", "craft", "condition", "material", "universal", "heritage")
)
"""What somebody may say of their own work on their own word. Prices, stock, comparisons, awards and
promises need a fact, whoever says them."""
_KINDS: dict[PostChannel, type[LinkedInPost | FacebookPost | InstagramPost]] = {
    "linkedin": LinkedInPost,
    "facebook": FacebookPost,
    "instagram": InstagramPost,
}
_LEAST_CHAPTERS, _LEAST_CHAPTER_SECONDS = 3, 10
"""YouTube Help, "Video chapters": the first at 0:00, at least three, each of ten seconds."""


async def write_series(
    question: SeriesQuestion,
    recording: Recording,
    *,
    channels: Sequence[PostChannel],
    first_day: date,
    model: Model,
    house: Model | None = None,
    prompts: Prompts | None = None,
) -> Series:
    """Make the series. Posts are placed on the weekdays from ``first_day`` on. ``prompts``: those
    that the model is asked by.

    With ``house`` given, it stands in when the model fails, and the label says so. Raises
    ModelError when nobody has a usable answer.
    """
    reply = await answer_or_house(model, house, WRITE_SERIES, question)
    by_id = {s.id: s for s in question.sentences}
    words = [p for p in reply.answer.posts if any(i in by_id for i in p.sentence_ids)]
    if not words:
        raise ModelError(
            "empty",
            "No passage of it stands by itself as a post.",
            thing=question.source,
            next_step="Give a longer talk, or notes with whole sentences.",
        )
    words = words[: question.days]
    prompt = None
    if reply.by != "house":
        prompt = (prompts or shipped_prompts()).of(WRITE_SERIES.name)
    provenance = Provenance(
        guide_version=question.guide.version(),
        prompt_hash=prompt.hash if prompt else "",
        prompt_version=prompt.version if prompt else 0,
        model=reply.by,
    )
    days = _weekdays(first_day, len(words))
    posts = tuple(
        _post(channel, post, day, by_id, question, provenance)
        for post, day in zip(words, days, strict=True)
        for channel in dict.fromkeys(channels)
    )
    return Series(
        author=question.author,
        language=question.language,
        source=question.source,
        recording_hash=recording.hash(),
        recorded_on=recording.on,
        sentences=question.sentences,
        posts=posts,
        video=_video(question, reply.answer.article, provenance),
        article=reply.answer.article,
        notes=tuple(_notes(question, len(words))),
        label=_label(reply.by, reply.failure),
    )


def said_facts(
    sentences: Sequence[Sentence], source: str, language: Language
) -> tuple[HouseFact, ...]:
    """What the author may say on their own word, as facts that claims of their posts rest on."""
    return tuple(
        HouseFact(id=f"said.{s.id}", text=s.text, language=language, source=where(source, (s,)))
        for s in sentences
        if all(c.kind in _OWN_TO_TELL and not c.never for c in checkables(s.text))
    )


def with_said(facts: Facts, made: Series) -> Facts:
    """The house's facts, and what the author tells of their own work."""
    said = said_facts(made.sentences, made.source, made.language)
    times = _times(made.sentences, made.source, made.language)
    return facts.model_copy(update={"house": (*facts.house, *said, times)})


def _times(sentences: Sequence[Sentence], source: str, language: Language) -> HouseFact:
    """When things were said: what chapters rest on."""
    starts = dict.fromkeys(clock(s.start) for s in sentences if s.start is not None)
    text = " ".join(("0:00", *starts))
    return HouseFact(id="said.times", text=text, language=language, source=source)


def _post(
    channel: PostChannel,
    words: PostWords,
    day: date,
    by_id: dict[str, Sentence],
    question: SeriesQuestion,
    provenance: Provenance,
) -> DayPost:
    made_of = [by_id[i] for i in words.sentence_ids if i in by_id]
    text = "\n\n".join(p.strip() for p in words.paragraphs if p.strip())
    known = evidence(_about(text, made_of, question), None)
    post = _KINDS[channel](
        id=f"{channel}-{day.isoformat()}",
        angle=words.angle,
        language=question.language,
        text=text,
        claims=tie([text], known),
        picture=_picture(text, question),
        provenance=provenance,
    )
    return DayPost(
        day=day,
        post=post,
        sentences=tuple(s.id for s in made_of),
        where=where(question.source, made_of),
        consent=tells_of(text, question.language),
        own_words=own_share(text, made_of),
    )


def _about(text: str, made_of: Sequence[Sentence], question: SeriesQuestion) -> Facts:
    """What a post may rest on: the author's word first, the house, and the products it names.
    Another product's number proves nothing here."""
    said = text.casefold()
    return Facts(
        products=tuple(p for p in question.facts.products if p.name.casefold() in said),
        house=(
            *said_facts(made_of, question.source, question.language),
            *question.facts.house,
        ),
    )


def _picture(text: str, question: SeriesQuestion) -> ShownPicture | None:
    """The photo of a product that the post names; of no other."""
    said = text.casefold()
    for product in question.facts.products:
        if product.photo is not None and product.name.casefold() in said:
            return ShownPicture(product_id=product.id, alt=product.photo.alt)
    return None


def _video(
    question: SeriesQuestion, article: ArticleBrief, provenance: Provenance
) -> YouTubeVideo | None:
    """What stands beside the recording: the answer in the first lines, then its chapters."""
    chapters: list[tuple[float, str]] = []
    for part in sections(question.sentences, question.language):
        heading = next((s.asked for s in part if s.asked), "")
        at = part[0].start
        if at is None or not heading:
            continue
        if not chapters or at - chapters[-1][0] >= _LEAST_CHAPTER_SECONDS:
            chapters.append((0.0 if not chapters else at, heading))
    if question.sentences[0].start is None:
        return None
    lines = [article.description]
    if len(chapters) >= _LEAST_CHAPTERS:
        lines += ["", *(f"{clock(at)} {heading}" for at, heading in chapters)]
    name = (
        f"{question.author.name}: " if len(article.title) + len(question.author.name) < 66 else ""
    )
    description = "\n".join(lines)
    facts = _about(description, question.sentences, question)
    times = _times(question.sentences, question.source, question.language)
    known = evidence(facts.model_copy(update={"house": (*facts.house, times)}), None)
    return YouTubeVideo(
        id="youtube-a",
        angle="talk",
        language=question.language,
        title=f"{name}{article.title}",
        description=description,
        claims=tie([article.title, *lines], known),
        provenance=provenance,
    )


def _weekdays(first: date, count: int) -> list[date]:
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5 or count > 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def _notes(question: SeriesQuestion, made: int) -> list[str]:
    notes = []
    if made < question.days:
        held = "one passage that stands" if made == 1 else f"{made} passages that stand"
        notes.append(
            f"Of {question.days} posts asked for, {made} were made: it holds {held} alone."
        )
    if question.sentences[0].start is None:
        notes.append("It has no times, so no description of a video was made.")
    return notes


def _label(by: str, failure: str) -> str:
    if by != "house":
        return by
    return f"{HOUSE_LABEL} (in place of {failure})" if failure else HOUSE_LABEL
