"""A page of another site that writes events, as a browser lets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.intake import spool
from app.intake.spool import Spool
from tests.intake_world import basic, listening, make_workspace

SEND = """async ({address, key}) => {
    const answer = await fetch(`${address}/v1/track`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', 'Authorization': key, 'X-Retry-Count': '1'},
        body: JSON.stringify({event: 'Seen', anonymousId: 'd1', messageId: 'm1'}),
    })
    return [answer.status, answer.headers.get('Retry-After')]
}"""


def test_a_page_of_another_site_writes_and_is_told_when_to_come_again(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CLOSE_SECONDS", 0.05)
    workspace, key = make_workspace(tmp_path)
    for most_waiting, answered in ((spool.MOST_WAITING, [200, None]), (0, [429, "2"])):
        kept = Spool(workspace.spool_folder, most_waiting=most_waiting)
        with listening(workspace, key, kept) as intake:
            page = browser.new_page(bypass_csp=True)  # our own pages may ask nobody
            # Another name of this machine is another site to a browser.
            page.goto(intake.address.replace("127.0.0.1", "localhost") + "/alive")
            said = {"address": intake.address, "key": basic(key)}
            assert page.evaluate(SEND, said) == answered
            page.close()
            assert [event["event_id"] for event in intake.rows("events")] == ["shop:m1"]
