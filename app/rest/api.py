"""The application at /v1, with its description at /v1/openapi.json."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.rest import (
    approvals,
    audience,
    audit,
    brand,
    campaigns,
    conversations,
    imports,
    once,
    people,
    pieces,
    problems,
    reports,
    schedules,
    sends,
    settings,
)
from app.rest.problems import ALWAYS, Problem, Sized, refusals
from app.site import Site

MOST_BODY_BYTES = 512 * 1024

_DESCRIPTION = """\
Everything that the pages of Mainspring do, for programs.

- **Who you are**: a token, as `Authorization: Bearer …` or `x-api-key`. Tokens have scopes: read, \
write, approve, publish, administer.
- **Errors** are problem details (RFC 9457) with a literal `code` and a `next_step`.
- **Lists** are paged by an opaque `cursor`, the `next` of the page before.
- **POSTs** take an `Idempotency-Key`: repeated with the same key and body, they are done once.
- **Decisions** say what they are about: `If-Match` with the approval's ETag.
"""
_TAGS = [
    {"name": "campaigns", "description": "From a goal in a sentence to a report."},
    {"name": "approvals", "description": "What waits for a person's yes, and the decision."},
    {"name": "pieces", "description": "Messages, pages, ads and posts beside a campaign's mail."},
    {"name": "calendar", "description": "What goes out when."},
    {"name": "sending", "description": "Scheduled sends, and Pause all."},
    {"name": "reports", "description": "What a campaign really changed."},
    {"name": "audience", "description": "Whom mails can reach; people are masked."},
    {"name": "brand", "description": "Voice, library and facts."},
    {"name": "imports", "description": "Files taken in, looked at, and kept or dropped."},
    {"name": "people", "description": "People, roles and tokens."},
    {"name": "conversations", "description": "The assistant, with its answers as they come."},
    {"name": "settings", "description": "Limits and rules, and what it is connected to."},
    {"name": "audit", "description": "The state of the data, and the history."},
]


def create_rest_api(site: Site) -> FastAPI:
    """The application, to be mounted at /v1."""
    api = FastAPI(
        title="Mainspring",
        version=version("mainspring"),
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        responses=refusals(*ALWAYS),
    )
    api.state.site = site
    for router in (
        campaigns.router,
        campaigns.talk,
        approvals.router,
        pieces.router,
        sends.days,
        sends.router,
        sends.pausing,
        schedules.router,
        reports.router,
        audience.router,
        brand.router,
        imports.router,
        people.router,
        people.secrets,
        audit.router,
        conversations.router,
        conversations.answers,
        settings.router,
    ):
        api.include_router(router)
    api.add_middleware(Sized, most=_most_bytes)
    problems.install(api)
    once.install(api)
    _describe(api)
    return api


def _most_bytes(path: str) -> int:
    return imports.MOST_BODY_BYTES if path == imports.router.prefix else MOST_BODY_BYTES


def _describe(api: FastAPI) -> None:
    """Let the description name our problems, which FastAPI does not know."""

    def described() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = get_openapi(
                title=api.title,
                version=api.version,
                description=api.description,
                routes=api.routes,
                tags=api.openapi_tags,
                servers=[{"url": "/v1"}],
            )
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas |= problem.pop("$defs", {})
            schemas["Problem"] = problem
            api.openapi_schema = schema
        return api.openapi_schema

    api.openapi = described  # type: ignore[method-assign]
