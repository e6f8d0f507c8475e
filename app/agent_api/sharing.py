"""What the routes of /api share."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from app.agent_api.following import Following
from app.agent_api.shown import Shown
from app.site import Site


@dataclass(frozen=True)
class Api:
    """One for the application, made with it."""

    site: Site
    following: Following
    shown: Shown


def api_of(request: Request) -> Api:
    found: Api = request.app.state.api
    return found
