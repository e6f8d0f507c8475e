"""Whether receivers will believe that a mail is from its sender: the domain's records, as they were
looked up last. Looking takes seconds and may fail, so no page waits for it."""

from __future__ import annotations

import time

from app.dns_checks import DnsFinding, check_domain
from app.site import Site
from domain.frozen import Frozen

KEPT_SECONDS = 600
"""How long a look is good for, in real time."""

_looked: dict[tuple[str, str], tuple[float, tuple[DnsFinding, ...]]] = {}


class SenderHealth(Frozen):
    domain: str
    server: str
    """The mail server that takes the mails."""
    findings: tuple[DnsFinding, ...]
    simulated: bool
    """Nothing leaves this machine, so the records matter to nobody yet."""


async def sender_health(site: Site) -> SenderHealth:
    """Never raises: what cannot be reached says so."""
    sending = site.workspace.settings.sending
    domain = sending.from_address.rpartition("@")[2]
    return SenderHealth(
        domain=domain,
        server=f"{sending.smtp_host}:{sending.smtp_port}",
        findings=await _findings(domain, sending.dkim_selector) if domain else (),
        simulated=site.stack.simulated,
    )


async def _findings(domain: str, selector: str) -> tuple[DnsFinding, ...]:
    kept = _looked.get((domain, selector))
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    found = await check_domain(domain, selector)
    _looked[domain, selector] = (time.monotonic(), found)
    return found
