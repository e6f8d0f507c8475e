"""An article's brief as the Markdown file that a writer works from."""

from __future__ import annotations

from collections.abc import Iterator

from domain.series import ArticleBrief, Author

_WORDS = {
    "en": {
        "title": "Title", "description": "Description", "address": "Address", "query": "Found for",
        "length": "Length", "words": "{least} to {most} words", "author": "In the name of",
        "outline": "Outline", "answers": "What it must answer", "links": "Links to our own pages",
        "check": "To check, or to leave out: no fact says this",
    },
    "de": {
        "title": "Titel", "description": "Beschreibung", "address": "Adresse",
        "query": "Gefunden für",
        "length": "Länge", "words": "{least} bis {most} Wörter", "author": "Im Namen von",
        "outline": "Gliederung", "answers": "Was er beantworten muss",
        "links": "Links auf eigene Seiten",
        "check": "Zu prüfen oder wegzulassen: kein Fakt belegt es",
    },
}  # fmt: skip


def article_markdown(brief: ArticleBrief, author: Author) -> str:
    """The whole brief. Points are quoted: they are what was said, with the place where."""
    return "\n".join(_lines(brief, author)).rstrip() + "\n"


def _lines(brief: ArticleBrief, author: Author) -> Iterator[str]:
    said = _WORDS[brief.language]
    name = f"{author.name}, {author.role}" if author.role else author.name
    words = said["words"].format(least=brief.least_words, most=brief.most_words)
    yield f"# {_plain(brief.title)}"
    yield ""
    yield f"- {said['title']}: {_plain(brief.title)} ({len(brief.title)}/60)"
    yield f"- {said['description']}: {_plain(brief.description)} ({len(brief.description)}/155)"
    yield f"- {said['address']}: `/{brief.slug}`"
    yield f"- {said['query']}: {_plain(brief.query)}"
    yield f"- {said['length']}: {words}"
    yield f"- {said['author']}: {_plain(name)}"
    yield ""
    yield f"## {said['outline']}"
    for section in brief.sections:
        yield ""
        yield f"### {_plain(section.heading)}"
        yield ""
        for point in section.points:
            yield f"- “{_plain(point.text)}” ({_plain(point.where)})"
    for heading, items in (
        (said["answers"], [_plain(q) for q in brief.questions]),
        (said["links"], [f"[{_plain(k.anchor)}]({k.url}): {_plain(k.why)}" for k in brief.links]),
        (said["check"], [_plain(text) for text in brief.to_check]),
    ):
        if items:
            yield ""
            yield f"## {heading}"
            yield ""
            yield from (f"- {item}" for item in items)


def _plain(text: str) -> str:
    """One line in which nothing is markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>#":
        flat = flat.replace(sign, f"\\{sign}")
    return flat
