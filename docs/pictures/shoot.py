"""Take the README's picture: a mail and the report of the demo's first campaign, side by side.

    mainspring demo && python docs/pictures/shoot.py demo

Needs Chromium (Debian's package chromium) and writes docs/pictures/demo.png.
"""

from __future__ import annotations

import email
import html
import subprocess
import sys
import tempfile
from email import policy
from pathlib import Path

from app.previews import with_pictures
from domain.report import Report

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1420, 860

PAGE = """<!doctype html><meta charset="utf-8"><style>
body{{margin:0;background:#e9edf0;display:flex;gap:28px;padding:28px;height:{inner}px}}
iframe{{border:0;border-radius:10px;background:#fff;height:100%;box-shadow:0 1px 2px #0002}}
.mail{{width:390px}}.report{{flex:1}}
</style><iframe class="mail" srcdoc="{mail}"></iframe>
<iframe class="report" src="{report}"></iframe>
"""


def first_report(demo: Path) -> Path:
    """The report that shows an effect."""
    for file in sorted(demo.glob("reports/*/report.json")):
        if Report.model_validate_json(file.read_text(encoding="utf-8")).effects[0].shown:
            return file.with_name("report.html")
    sys.exit(f"no report in {demo} shows an effect; run the demo first")


def first_mail(demo: Path, campaign: str) -> str:
    """The HTML of a mail of that campaign, with the brand's pictures in it."""
    for file in sorted(demo.glob("inbox/*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body(("html",))
        if message["X-Mainspring-Campaign"] == campaign and body is not None:
            return with_pictures(body.get_content(), demo / "brand")
    sys.exit(f"no mail of {campaign} lies in {demo / 'inbox'}")


def main() -> None:
    demo = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").resolve()
    report = first_report(demo)
    mail = first_mail(demo, report.parent.name)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            PAGE.format(
                inner=HEIGHT - 56, mail=html.escape(mail, quote=True), report=report.as_uri()
            ),
            encoding="utf-8",
        )
        subprocess.run(  # noqa: S603 (its arguments are made here)
            [  # noqa: S607
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", f"--user-data-dir={folder}/profile",
                f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={HERE / 'demo.png'}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
