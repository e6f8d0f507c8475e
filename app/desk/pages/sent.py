"""Sent mail: what went out, and the mails exactly as they went."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.desk.drawing import draw
from app.desk.identity import Here
from app.desk.security import MAIL_POLICY
from app.previews import with_pictures
from app.site import site_of
from app.views.sent import mail_html, sent_list, sent_page

router = APIRouter()


@router.get("/sent")
async def sent(request: Request, here: Here, search: str = "", before: str = "") -> Response:
    """The list, the latest first."""
    found = await sent_list(site_of(request).stack, search=search, before=before)
    return await draw(request, "sent/list.html", here="sent", found=found)


@router.get("/sent/{publication_id}")
async def one(request: Request, here: Here, publication_id: str) -> Response:
    """One scheduled send: its messages, its mails, and what is not known of it."""
    page = await sent_page(site_of(request).stack, publication_id)
    return await draw(request, "sent/send.html", here="sent", page=page)


@router.get("/sent/{publication_id}/mail/{variant}")
async def mail(
    request: Request, here: Here, publication_id: str, variant: str, stage: str = ""
) -> Response:
    """A mail in its frame. It runs nothing and fetches nothing; pictures come from the brand."""
    site = site_of(request)
    html = await mail_html(site.stack, publication_id, variant, stage)
    return HTMLResponse(
        with_pictures(html, site.workspace.brand_folder),
        headers={"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"},
    )
