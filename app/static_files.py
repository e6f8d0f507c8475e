"""The desk's own files, each under an address that names its content, so that browsers keep it."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "desk" / "static"
PATH = "/static/"
_PACKED = (".css", ".js", ".svg")
_FOR_EVER = "public, max-age=31536000, immutable"

mimetypes.add_type("font/woff2", ".woff2")


@cache
def address_of(name: str) -> str:
    """The address of a file below ``app/desk/static``, with a mark of its content."""
    mark = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{PATH}{name}?{mark}"


async def _give(request: Request) -> Response:
    path = (FOLDER / request.path_params["name"]).resolve()
    if not path.is_relative_to(FOLDER.resolve()) or not path.is_file():
        return PlainTextResponse("There is no such file.", status_code=404)
    marked = bool(request.url.query)
    kept = {"Cache-Control": _FOR_EVER if marked else "no-cache", "Vary": "Accept-Encoding"}
    if path.suffix in _PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        body = _packed(path, path.stat().st_mtime_ns)
        return Response(body, media_type=kind, headers={**kept, "Content-Encoding": "gzip"})
    return FileResponse(path, headers=kept)


@cache
def _packed(path: Path, _written: int) -> bytes:
    """A file of ours as it travels. Pages are not packed: they hold a secret beside a visitor's
    own words, and their length would tell of it (BREACH)."""
    return gzip.compress(path.read_bytes(), 9)


route = Route(PATH + "{name:path}", _give, methods=["GET"])
