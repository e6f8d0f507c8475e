"""The preference page: a recipient says whether they want mails, and whether their opens and
clicks may be recorded. GET shows; POST keeps each answer with the words that it was given to."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.public.answers import body_of, language, page, plain, stack_of, unknown
from app.public.words import WORDS
from workflows import preferences
from workflows.message_tokens import Token, read_token
from workflows.preferences import Answer

PATH = "/p/"


async def show(request: Request) -> Response:
    """The choice as it stands. Changes nothing."""
    written, token = _token(request)
    if token is None:
        return unknown(request)
    return await _draw(request, written, token)


async def change(request: Request) -> Response:
    """Keep what was chosen."""
    written, token = _token(request)
    if token is None:
        return unknown(request)
    body = await body_of(request)
    if body is None:
        return plain("That is too long for an answer.", 413)
    answers = _answers(request, body)
    if answers is None:
        return await _draw(request, written, token, status=422, said="incomplete")
    chosen = await preferences.choose(stack_of(request), token, written, *answers)
    if chosen is None:
        return await _draw(request, written, token)
    return await _draw(request, written, token, said="saved")


async def _draw(
    request: Request, written: str, token: Token, status: int = 200, said: str = ""
) -> Response:
    now = await preferences.preferences(stack_of(request), token)
    return page(request, "preferences.html", status, token=written, now=now, said=said)


def _answers(request: Request, body: bytes) -> tuple[Answer, Answer] | None:
    """The two answers; None where one is missing. ``page_language`` is the language in which the
    question was read, which need not be that of the browser now."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return None
    read_in = fields.get("page_language", [""])[0]
    words = WORDS["de" if read_in == "de" else "en" if read_in == "en" else language(request)]
    brand = stack_of(request).brand.guide.brand
    found = []
    for name in ("mails", "recording"):
        said = fields.get(name, [""])[0]
        if said not in ("yes", "no"):
            return None
        found.append(Answer(said == "yes", words[f"{name}_{said}"].format(brand=brand)))
    return found[0], found[1]


def _token(request: Request) -> tuple[str, Token | None]:
    written = str(request.path_params["token"])
    found = read_token(written, stack_of(request).keys.signing)
    return written, found if found is not None and found.kind == "message" else None


routes = [
    Route(f"{PATH}{{token}}", change, methods=["POST"]),
    Route(f"{PATH}{{token}}", show, methods=["GET"]),
]
