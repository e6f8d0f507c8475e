"""What the desk and the API are held against: FastAPI alone, answering with so many bytes."""

from __future__ import annotations

from fastapi import FastAPI, Response

app = FastAPI(openapi_url=None)


@app.get("/bytes/{size}")
async def so_many(size: int) -> Response:
    return Response(b"." * size, media_type="text/html")
