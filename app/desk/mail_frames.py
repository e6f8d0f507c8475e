"""What the answer of a mail in a frame carries: the desk may frame it, and nothing in it runs."""

from __future__ import annotations

from app.desk.security import MAIL_POLICY

FRAME_HEADERS = {
    "Content-Security-Policy": f"{MAIL_POLICY}; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
