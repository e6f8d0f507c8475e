"""Draw a page: the template, and what every page shows around it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from app.desk import plots
from app.desk.formats import FILTERS, Formats, choose_locale
from app.desk.identity import Visitor
from app.desk.markdown import markdown
from app.site import Site, site_of
from app.static_files import address_of
from domain.errors import MainspringError
from domain.frozen import Frozen
from ledger import approvals, sending

TEMPLATES = Path(__file__).parent / "templates"

THEME_COOKIE, KEYS_COOKIE = "theme", "keys"
"""How this browser wants pages: light or dark, and single-key shortcuts off."""


class Surroundings(Frozen):
    """What stands around every page."""

    brand: str
    waiting: int
    """Approvals that wait for a person."""
    paused: bool
    pause_reason: str
    simulated: bool


async def draw(
    request: Request, template: str, here: str = "", *, status: int = 200, **shown: Any
) -> HTMLResponse:
    """An answer with a template's text. ``here`` marks a place of the navigation; whatever else
    is given stands in the template under its name, beside:

    ``visitor`` (or none), ``around`` (Surroundings, or none), ``fmt`` (Formats), ``real`` (the
    same of real time, which sessions count in), ``csrf``,
    ``now`` (business time), ``static(name)`` (address of a file), ``theme``, ``keys_on``, and the
    plots of app/desk/plots.py.
    """
    site = site_of(request)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    moment, around = await asyncio.to_thread(_look, site)
    fmt = _formats(request, moment)
    text = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            here=here,
            visitor=visitor,
            around=around if visitor is not None else None,
            csrf=visitor.csrf if visitor is not None else "",
            fmt=fmt,
            real=replace(fmt, now=datetime.now(UTC)),
            now=moment,
            partial=is_partial(request),
            theme=chosen_theme(request),
            keys_on=request.cookies.get(KEYS_COOKIE) != "off",
            **shown,
        )
    )
    return HTMLResponse(text, status_code=status)


async def reader_formats(request: Request) -> Formats:
    """The forms of numbers and days of whoever asks."""
    return _formats(request, (await asyncio.to_thread(_look, site_of(request)))[0])


def _formats(request: Request, moment: datetime) -> Formats:
    workspace = site_of(request).workspace
    return Formats(
        locale=choose_locale(request.headers.get("accept-language", "")),
        timezone=workspace.timezone,
        currency=workspace.currency,
        now=moment,
    )


def render(template: str, fmt: Formats, **shown: Any) -> str:
    """A template's text without a request: for files that stand alone."""
    return _environment().get_template(template).render(fmt=fmt, now=fmt.now, **shown)


async def draw_error(request: Request, error: MainspringError, status: int) -> HTMLResponse:
    """A refusal in words: a message to a part of a page, else a page of its own."""
    template = "message.html" if is_partial(request) else "refused.html"
    answer = await draw(
        request, template, status=status, error=error, came_from=_came_from(request)
    )
    if is_partial(request):
        answer.headers["HX-Retarget"] = "#messages"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _came_from(request: Request) -> str:
    """The page of this desk that led here; empty: none is known."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host", "") or not re.match(r"/(?![/\\])", came.path):
        return ""
    here = request.method == "GET" and came.path == request.url.path
    return "" if here else came.path + (f"?{came.query}" if came.query else "")


def chosen_theme(request: Request) -> str:
    """``light`` or ``dark``; empty: as the person's system has it."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else ""


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true" and "hx-boosted" not in request.headers


def _look(site: Site) -> tuple[datetime, Surroundings]:
    with site.stack.ledger.read() as tx:
        state = sending.status(tx)
        return tx.now, Surroundings(
            brand=site.workspace.settings.workspace.name,
            waiting=approvals.count_pending(tx),
            paused=state.paused,
            pause_reason=state.reason,
            simulated=tx.simulated,
        )


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, function in FILTERS.items():
        made.filters[name] = _for_reader(function)
    made.filters["markdown"] = markdown
    made.globals["static"] = address_of
    for plot in (plots.interval_plot, plots.lines_plot, plots.cell_plot, plots.bar, plots.bars):
        made.globals[plot.__name__] = plot
    return made


def _for_reader(function: Callable[..., str]) -> Callable[..., str]:
    @jinja2.pass_context
    def of_page(context: jinja2.runtime.Context, value: Any, *more: Any) -> str:
        return function(context["fmt"], value, *more)

    return of_page
