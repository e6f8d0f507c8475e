"""SPF, DKIM and DMARC of a sending domain, as receivers will look them up."""

from __future__ import annotations

from typing import Literal

import dns.asyncresolver
import dns.exception
import dns.resolver

from domain.frozen import Frozen

SECONDS = 3.0


class DnsFinding(Frozen):
    """One record: as it should be, to be looked at, or out of reach."""

    record: Literal["SPF", "DKIM", "DMARC"]
    state: Literal["fine", "look", "unreachable"]
    what: str
    mend: str = ""


async def check_domain(
    domain: str, selector: str, resolver: dns.asyncresolver.Resolver | None = None
) -> tuple[DnsFinding, ...]:
    """Look up the three records of ``domain``. Never raises: what cannot be reached says so."""
    asked = resolver or _resolver()
    if asked is None:
        return tuple(
            DnsFinding(record=record, state="unreachable", what="no DNS server is configured here")
            for record in ("SPF", "DKIM", "DMARC")
        )
    return (
        await _spf(asked, domain),
        await _dkim(asked, domain, selector),
        await _dmarc(asked, domain),
    )


def _resolver() -> dns.asyncresolver.Resolver | None:
    try:
        made = dns.asyncresolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return None
    made.lifetime = SECONDS
    return made


async def _spf(resolver: dns.asyncresolver.Resolver, domain: str) -> DnsFinding:
    texts = await _texts(resolver, domain)
    if isinstance(texts, str):
        return DnsFinding(record="SPF", state="unreachable", what=texts)
    found = [text for text in texts if text.lower().startswith("v=spf1")]
    if len(found) == 1:
        return DnsFinding(record="SPF", state="fine", what=found[0])
    what = f"{domain} has no SPF record" if not found else f"{domain} has {len(found)} SPF records"
    return DnsFinding(
        record="SPF",
        state="look",
        what=what,
        mend=f"Publish exactly one TXT record at {domain} that starts with v=spf1 and names your "
        "mail server.",
    )


async def _dkim(resolver: dns.asyncresolver.Resolver, domain: str, selector: str) -> DnsFinding:
    if not selector:
        return DnsFinding(
            record="DKIM",
            state="look",
            what="sending.dkim_selector is not set, so the key cannot be looked up",
            mend="Set it to the selector that your mail server signs with.",
        )
    name = f"{selector}._domainkey.{domain}"
    texts = await _texts(resolver, name)
    if isinstance(texts, str):
        return DnsFinding(record="DKIM", state="unreachable", what=texts)
    if any("p=" in text and not text.replace(" ", "").endswith("p=") for text in texts):
        return DnsFinding(record="DKIM", state="fine", what=f"{name} has a key")
    return DnsFinding(
        record="DKIM",
        state="look",
        what=f"there is no DKIM key at {name}",
        mend="Publish the public key that your mail server signs with there.",
    )


async def _dmarc(resolver: dns.asyncresolver.Resolver, domain: str) -> DnsFinding:
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        name = "_dmarc." + ".".join(labels[start:])
        texts = await _texts(resolver, name)
        if isinstance(texts, str):
            return DnsFinding(record="DMARC", state="unreachable", what=texts)
        found = [text for text in texts if text.lower().startswith("v=dmarc1")]
        if found:
            return DnsFinding(record="DMARC", state="fine", what=found[0])
    return DnsFinding(
        record="DMARC",
        state="look",
        what=f"{domain} has no DMARC record",
        mend=f"Publish a TXT record at _dmarc.{domain}, for a start v=DMARC1; p=none; "
        "rua=mailto:… with an address that you read.",
    )


async def _texts(resolver: dns.asyncresolver.Resolver, name: str) -> list[str] | str:
    """The TXT records at a name, or why they could not be looked up."""
    try:
        answer = await resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        return f"{name} could not be looked up ({type(error).__name__})"
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
