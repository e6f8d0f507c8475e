"""/mcp: this workspace for other people's agents, by the Model Context Protocol.

Tools that read, in aggregate, and one that asks: ``request_publish`` files what then waits for a
person's yes. Nothing here approves and nothing here sends; a token without the right to write
only reads. Stateless: each request carries its token, and nothing is kept between two.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from functools import wraps
from importlib.metadata import version
from typing import Annotated, Any, Literal, ParamSpec, TypeVar
from urllib.parse import urlsplit

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from agents.conversing.found import (
    Calendar,
    CampaignLine,
    Counted,
    Described,
    FactFound,
    Segment,
    Voices,
    Waiting,
)
from app.settings import DeskSettings
from app.site import Site
from app.tokens import needs, person_of_token, refusal_headers
from domain.errors import MainspringError, Refused, WrongUsage
from domain.frozen import Frozen
from domain.predicate import Predicate
from domain.report import Report
from ledger import approvals, facts, people, runs
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.people import Person
from workflows import assistant_reading as reading
from workflows.decisions import ask_again
from workflows.segments import segments
from workflows.transactions import read, write

P = ParamSpec("P")
R = TypeVar("R")
MOST_BODY_BYTES = 256 * 1024
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
ASKS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)
INSTRUCTIONS = """\
Marketing of one brand: its audiences, campaigns, calendar, facts and voice, always in aggregate \
and never by person. You can ask for a campaign with request_publish; it is written, criticised \
and then waits for a person's yes in the desk. You cannot approve and cannot send."""


class Filed(Frozen):
    """What came of asking for something to go out."""

    campaign_id: str
    status: str
    waits_for: str
    """What a person must do, and where."""


def create_mcp(site: Site) -> Mcp:
    """The MCP face of a site; an ASGI application, served while ``running``."""
    server = MCPServer(
        "mainspring", instructions=INSTRUCTIONS, version=version("mainspring"), log_level="WARNING"
    )
    _add_readers(server, site)
    _add_request(server, site)
    return Mcp(server, site)


class Mcp:
    """An MCP server behind the tokens of the workspace."""

    def __init__(self, server: MCPServer[Any], site: Site) -> None:
        server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            max_request_body_size=MOST_BODY_BYTES,
            transport_security=_places(site.workspace.settings.desk),
        )
        self._manager = server.session_manager
        self._site = site

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            person = needs(await person_of_token(self._site, _token(Headers(scope=scope))), "read")
        except MainspringError as error:
            status = 401 if error.code == "unknown_token" else 403
            body = {"error": error.code, "message": str(error)}
            answer = JSONResponse(body, status, headers=dict(refusal_headers(error)))
            await answer(scope, receive, send)
            return
        client = scope.get("client")
        state = {**scope.get("state", {}), "person": person, "address": client[0] if client else ""}
        await self._manager.asgi_app({**scope, "state": state}, receive, send)


def told(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Say a refusal to the caller in its own words."""

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except MainspringError as error:
            raise ToolError(str(error)) from error

    return run


def _add_readers(server: MCPServer[Any], site: Site) -> None:
    @server.tool(title="Count an audience", annotations=READS)
    @told
    async def count_audience(rule: Predicate) -> Counted:
        """How many customers an audience rule finds, how many of them may be mailed, and why the
        others are left out. Counts only."""
        known = await read(site.stack.ledger, facts.current)
        return await reading.count(site.stack, rule, known)

    @server.tool(title="Describe an audience", annotations=READS)
    @told
    async def describe_audience(rule: Predicate) -> Described:
        """What the data say of an audience, all of it together, with the query behind it."""
        known = await read(site.stack.ledger, facts.current)
        return await reading.describe(site.stack, rule, known)

    @server.tool(title="List segments", annotations=READS)
    @told
    async def list_segments() -> tuple[Segment, ...]:
        """The groups that the data tell apart, with their rules and sizes, the largest first."""
        return await segments(site.stack)

    @server.tool(title="List campaigns", annotations=READS)
    @told
    async def list_campaigns() -> tuple[CampaignLine, ...]:
        """The campaigns, the latest first: goal, status, what went out, what waits."""
        return await reading.campaigns(site.stack)

    @server.tool(title="Read a report", annotations=READS)
    @told
    async def read_report(campaign_id: str) -> Report:
        """What a campaign really changed: every figure with its interval and size, measured
        against people held back by chance where it could be."""
        return await reading.report(site.stack, campaign_id)

    @server.tool(title="See the calendar", annotations=READS)
    @told
    async def see_calendar(first: date, last: date) -> Calendar:
        """What goes out from the first to the last day, and what every send keeps to."""
        if not 0 <= (last - first).days <= 366:
            raise WrongUsage(
                "bad_days",
                "The last day is before the first, or more than a year behind it.",
                next_step="Ask for a shorter stretch.",
            )
        return await reading.calendar(site.stack, first, last)

    @server.tool(title="Search the facts", annotations=READS)
    @told
    async def search_facts(
        words: Annotated[str, Field(max_length=500)],
    ) -> tuple[FactFound, ...]:
        """The products and house facts that a claim may rest on, by id, the closest first."""
        return reading.search_facts(await read(site.stack.ledger, facts.current), words)

    @server.tool(title="Search the voice", annotations=READS)
    @told
    async def search_voice(
        words: Annotated[str, Field(max_length=500)], language: Literal["en", "de"] = "en"
    ) -> Voices:
        """How the brand has said such things before: proven passages, and its principles."""
        return await reading.search_voice(site.stack, words, language)

    @server.tool(title="See what waits", annotations=READS)
    @told
    async def what_waits() -> tuple[Waiting, ...]:
        """What waits for a person's yes, and until when. A person decides in the desk."""
        today = (await read(site.stack.ledger, lambda tx: tx.now)).date()
        return (await reading.calendar(site.stack, today, today)).waiting


def _add_request(server: MCPServer[Any], site: Site) -> None:
    @server.tool(title="Ask for something to go out", annotations=ASKS)
    @told
    async def request_publish(
        ctx: Context[Any, Any],
        goal: Annotated[str, Field(max_length=5000)] = "",
        campaign_id: Annotated[str, Field(max_length=64)] = "",
    ) -> Filed:
        """Ask for a campaign: give a goal in a sentence for a new one, or the id of one whose time
        to be approved has run out. It then waits for a person's yes. This never approves and
        never sends."""
        if bool(goal.strip()) == bool(campaign_id):
            raise WrongUsage(
                "one_of_both",
                "Give a goal for a new campaign, or the id of one that is there.",
                next_step="Give one of both.",
            )
        person, address = _caller(ctx)
        with coming_from("mcp", address):
            return await write(
                site.stack.ledger, lambda tx: _ask(tx, person, goal.strip(), campaign_id)
            )


def _ask(tx: Transaction, person: Person, goal: str, campaign_id: str) -> Filed:
    """Start a campaign, or put what nobody decided in time before people once more."""
    known = people.require_now(tx, person, "write")
    if goal:
        run = runs.start(tx, goal, known.id)
        return Filed(
            campaign_id=run.id,
            status=run.status,
            waits_for="It is being written; a person then approves its brief, and later what "
            f"goes out, at /campaigns/{run.id}.",
        )
    run = runs.get(tx, campaign_id)
    asked = approvals.for_run(tx, campaign_id)
    last = asked[-1] if asked else None
    if last is not None and last.status == "expired":
        last = ask_again(tx, campaign_id, last.gate, known)
    if last is None or last.status != "pending":
        raise Refused(
            "nothing_to_ask",
            f"This campaign does not wait for a person: {run.detail or run.status}.",
            thing=campaign_id,
            next_step="Look at it in the desk, or give a goal for a new one.",
        )
    return Filed(
        campaign_id=campaign_id,
        status=runs.get(tx, campaign_id).status,
        waits_for=f"A person's yes at /approvals/{last.id}, by {last.expires_at.isoformat()}.",
    )


def _caller(ctx: Context[Any, Any]) -> tuple[Person, str]:
    """Whose token the request came with, and from which address."""
    request = ctx.request_context.request
    assert request is not None
    return request.state.person, request.state.address


def _token(headers: Headers) -> str:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def _places(desk: DeskSettings) -> TransportSecuritySettings:
    """The hosts and origins that are this server's own: a page elsewhere, or a name that was
    made to lead here, reaches nothing."""
    hosts = ["127.0.0.1", "localhost", "[::1]", desk.host]
    origins = [f"http://{host}:*" for host in hosts]
    named = urlsplit(desk.url)
    if named.hostname:
        hosts.append(named.hostname)
        origins.append(f"{named.scheme}://{named.netloc}")
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[one for host in hosts for one in (host, f"{host}:*")],
        allowed_origins=origins,
    )
