from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.desk.drawing import draw
from app.desk.identity import Here

router = APIRouter()


@router.get("/chat")
async def chat(request: Request, here: Here) -> Response:
    return await draw(request, "nothing_here.html", "chat")
