"""/ok, /info and /assistants."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response

from app.agent_api import graphs
from app.agent_api.requests import AssistantSearch, GraphName
from app.agent_api.sharing import api_of
from app.agent_api.thread_routes import only
from app.tokens import TokenPerson, needs
from ledger import clock
from workflows.transactions import read

router = APIRouter(tags=["assistants"])
Json = dict[str, Any]


@router.get("/ok")
async def ok() -> Json:
    return {"ok": True}


@router.get("/info")
async def info() -> Json:
    """What this server is and can do; open to everybody, as clients expect."""
    return {
        "version": version("mainspring"),
        "langgraph_py_version": version("langgraph"),
        "flags": {"assistants": True, "crons": False, "langsmith": False},
        "strict_resume": True,
        "host": {"kind": "self-hosted"},
    }


@router.post("/assistants/search")
async def search(
    request: Request, response: Response, person: TokenPerson, wish: AssistantSearch
) -> list[Json]:
    needs(person, "read")
    found = [await _assistant(request, graph) for graph in graphs.GRAPHS]
    wanted: Json = {"graph_id": wish.graph_id, "name": wish.name}
    fitting = [
        one
        for one in found
        if all(value in (None, one[name]) for name, value in wanted.items())
        and all(one["metadata"].get(name) == value for name, value in wish.metadata.items())
    ]
    if len(fitting) > wish.offset + wish.limit:
        response.headers["X-Pagination-Next"] = str(wish.offset + wish.limit)
    page = fitting[wish.offset : wish.offset + wish.limit]
    return [only(one, wish.select) for one in page]


@router.post("/assistants/count")
async def count(request: Request, person: TokenPerson, wish: AssistantSearch) -> int:
    return len(await search(request, Response(), person, wish.model_copy(update={"limit": 1000})))


@router.get("/assistants/{assistant_id}")
async def get(request: Request, person: TokenPerson, assistant_id: str) -> Json:
    needs(person, "read")
    return await _assistant(request, graphs.graph_of(assistant_id))


@router.get("/assistants/{assistant_id}/schemas")
async def schemas(person: TokenPerson, assistant_id: str) -> Json:
    needs(person, "read")
    return graphs.schemas(graphs.graph_of(assistant_id))


@router.get("/assistants/{assistant_id}/graph")
async def drawing(person: TokenPerson, assistant_id: str) -> Json:
    needs(person, "read")
    return graphs.drawing(graphs.graph_of(assistant_id))


@router.get("/assistants/{assistant_id}/subgraphs")
async def subgraphs(person: TokenPerson, assistant_id: str) -> Json:
    needs(person, "read")
    graphs.graph_of(assistant_id)
    return {}


async def _assistant(request: Request, graph: GraphName) -> Json:
    made = await read(api_of(request).site.stack.ledger, clock.began)
    return graphs.assistant(graph, made)
