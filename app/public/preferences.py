"""The preference page: a recipient says by which channels they may be written to, or by none at
all, and whether their opens and clicks may be recorded. GET shows; POST keeps each answer with the
words that it was given to."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.public.answers import body_of, language, page, plain, stack_of, unknown
from app.public.words import WORDS
from domain.customer import ContactChannel
from workflows import preferences
from workflows.message_tokens import Token, read_token
from workflows.preferences import Answer, Chosen

PATH = "/p/"
QUESTIONS: dict[ContactChannel, str] = {
    "email": "mails",
    "sms": "sms",
    "push": "push",
    "phone": "phone",
    "post": "post",
}
"""Channel → the name of its question on the page."""


async def show(request: Request) -> Response:
    """The choice as it stands. Changes nothing."""
    written, token = _token(request)
    if token is None:
        return unknown(request)
    now = await preferences.preferences(stack_of(request), token)
    return _page(request, written, now)


async def change(request: Request) -> Response:
    """Keep what was chosen."""
    written, token = _token(request)
    if token is None:
        return unknown(request)
    body = await body_of(request)
    if body is None:
        return plain("That is too long for an answer.", 413)
    stack = stack_of(request)
    now = await preferences.preferences(stack, token)
    if now is None:
        return _page(request, written, None)
    answers = _answers(request, body)
    channels = {c: answers[q] for c, q in QUESTIONS.items() if q in answers}
    recording, contact = answers.get("recording"), answers.get("contact")
    if "email" not in channels or (recording is None and now.recording_asked):
        return _page(request, written, now, said="incomplete", status=422)
    chosen = Chosen(channels, recording, None if contact is None else contact.given)
    now = await preferences.choose(stack, token, written, chosen)
    return _page(request, written, now, said="saved")


def _page(
    request: Request,
    written: str,
    now: preferences.Preferences | None,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    fields = {"token": written, "now": now, "said": said, "questions": QUESTIONS}
    return page(request, "preferences.html", status, **fields)


def _answers(request: Request, body: bytes) -> dict[str, Answer]:
    """The answers by question. ``page_language`` is the language in which the questions were read,
    which need not be that of the browser now."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return {}
    read_in = fields.get("page_language", [""])[0]
    words = WORDS["de" if read_in == "de" else "en" if read_in == "en" else language(request)]
    brand = stack_of(request).brand.guide.brand
    return {
        name: Answer(said == "yes", words[f"{name}_{said}"].format(brand=brand))
        for name in (*QUESTIONS.values(), "recording", "contact")
        if (said := fields.get(name, [""])[0]) in ("yes", "no")
    }


def _token(request: Request) -> tuple[str, Token | None]:
    written = str(request.path_params["token"])
    found = read_token(written, stack_of(request).keys.signing)
    return written, found if found is not None and found.kind == "message" else None


routes = [
    Route(f"{PATH}{{token}}", change, methods=["POST"]),
    Route(f"{PATH}{{token}}", show, methods=["GET"]),
]
