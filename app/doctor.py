"""The doctor: every configured part looked at once, each with how to mend it."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import duckdb
from sqlalchemy.exc import SQLAlchemyError

from app import words
from app.checks import Check, fine, look, skipped
from app.dns_checks import check_domain
from app.intake import spool
from app.model_checks import check_models, check_traces
from app.prompt_checks import check_prompts
from app.stack import customer_data, keys, smtp_settings
from app.views.sources import look as look_at_sources
from app.workspace import Workspace
from brand_voice.brand import load_brand, load_facts
from brand_voice.embedder import MiniLM
from brand_voice.index import VoiceIndex
from domain.errors import MainspringError
from domain.facts import Facts
from domain.frozen import content_hash
from ledger import clock, facts, journal, sending, webhooks
from tools.esp.smtp import SmtpSending
from tools.esp.webhooks import usable_secret
from workflows.unsubscribe import check_public_url

EVENTS_WAIT = timedelta(minutes=5)
"""So long a worker may take to store what was taken, before something is wrong."""
LEAST_FREE_BYTES = 1_000_000_000
RESERVED = (".test", ".example", ".invalid", ".localhost", "localhost")
"""Domains that no DNS server answers for."""

MENDS_FILES = (
    "Check that you may read and write the workspace's files; if they are damaged, restore them "
    "from the latest backup."
)
"""What helps where a file does not open, whatever the reason."""


async def examine(workspace: Workspace, said: Callable[[Check], None]) -> tuple[Check, ...]:
    """Look at every part in turn and say each check as it is done. Never raises for a part that
    is broken: that is what it reports."""
    parts: tuple[tuple[str, Callable[[Workspace], Awaitable[list[Check]]]], ...] = (
        ("settings", _settings),
        ("keys and token", _secrets),
        ("history", _history),
        ("clock", _clock),
        ("customer data", _data),
        ("brand", _brand),
        ("voice", _voice),
        ("mail server", _mail_server),
        ("unsubscribe", _public_url),
        ("opens and clicks", _tracking),
        ("webhooks", _webhooks),
        ("sources", _sources),
        ("sending domain", _domain),
        ("model", check_models),
        ("prompts", check_prompts),
        ("traces", check_traces),
        ("sending", _paused),
        ("erasures", _erasures),
        ("disk", _disk),
    )
    found: list[Check] = []
    for part, examined in parts:
        try:
            checks = await examined(workspace)
        except MainspringError as error:
            mend = error.next_step or f"It concerns {error.thing or 'this part'}: look there."
            checks = [look(part, error.what, mend)]
        except (OSError, SQLAlchemyError, duckdb.Error) as error:
            checks = [look(part, _in_a_line(error), MENDS_FILES)]
        for check in checks:
            said(check)
        found += checks
    return tuple(found)


def _in_a_line(error: Exception) -> str:
    """An error of another library, shortened to its first line."""
    lines = str(error).strip().splitlines() or [""]
    return f"it cannot be read ({type(error).__name__}: {lines[0][:200]})"


async def _settings(workspace: Workspace) -> list[Check]:
    place = workspace.settings.workspace
    return [fine("settings", f"{place.name}, {place.timezone}, {place.currency}")]


async def _secrets(workspace: Workspace) -> list[Check]:
    with workspace.ledger.read() as tx:
        person = workspace.person(tx)
    named = f"commands act as {person.name} ({person.role}); kept in {workspace.secrets.folder}"
    return [fine("keys and token", named)]


async def _history(workspace: Workspace) -> list[Check]:
    def verified() -> journal.ChainCheck:
        with workspace.ledger.read() as tx:
            return journal.verify(tx)

    checked = await asyncio.to_thread(verified)
    if checked.ok:
        return [fine("history", f"{checked.entries:,} entries, none altered")]
    return [
        look(
            "history",
            f"the history was altered: entry {checked.first_bad} does not fit the one before it",
            "Pause all (`mainspring sending pause`), compare with a backup, and find out who could "
            "write to ledger.sqlite.",
        )
    ]


async def _clock(workspace: Workspace) -> list[Check]:
    with workspace.ledger.read() as tx:
        now, real, simulated = tx.now, tx.real_now, clock.is_simulated(tx)
        last = max((entry.at for entry in journal.entries(tx, limit=1)), default=None)
    shown = words.moment(now, workspace.timezone)
    if simulated:
        return [fine("clock", f"simulated, stands at {shown}; it sends to this machine alone")]
    if last is not None and last > real + timedelta(minutes=1):
        return [
            look(
                "clock",
                f"this machine says {shown}, but the history's last entry is from "
                f"{words.moment(last, workspace.timezone)}",
                "Set this machine's clock (NTP) before anything is sent.",
            )
        ]
    return [fine("clock", shown)]


async def _data(workspace: Workspace) -> list[Check]:
    described = await customer_data(workspace).describe()
    if not described.customers:
        return [
            look(
                "customer data", "nothing was imported yet", "Run `mainspring import orders FILE`."
            )
        ]
    last = words.day(described.last_day) if described.last_day else "no day"
    said = (
        f"{described.customers:,} customers, {described.orders:,} orders, "
        f"{described.events:,} events, up to {last}"
    )
    return [fine("customer data", said)]


async def _brand(workspace: Workspace) -> list[Check]:
    brand = load_brand(workspace.brand_folder)
    listed = load_facts(workspace.brand_folder)
    with workspace.ledger.read() as tx:
        known = facts.current(tx)
    checks: list[Check] = []
    if not brand.passages:
        checks.append(
            look(
                "brand",
                "library.yaml has no passages, so no draft can be assembled",
                "Add sentences of mails that you sent and liked; docs/bring-your-own-data.md says "
                "how.",
            )
        )
    if not brand.guide.postal_address or not brand.guide.legal:
        checks.append(
            look(
                "brand",
                "guide.yaml lacks a postal address or legal lines, which every mail must carry",
                "Fill postal_address and legal in brand/guide.yaml.",
            )
        )
    if not known.products and not known.house:
        what = "no facts are known, so copy may claim nothing"
        checks.append(look("brand", what, "Run `mainspring import facts brand/products.jsonl`."))
    elif _by_id(listed).items() - _by_id(known).items():
        checks.append(
            look(
                "brand",
                "facts in the brand folder are not as they were imported last",
                "Import them again: mainspring import facts brand/products.jsonl (or house.jsonl).",
            )
        )
    if checks:
        return checks
    counted = f"{len(brand.passages)} passages, {len(known.products)} products"
    return [fine("brand", f"{brand.guide.brand}: {counted}, {len(known.house)} house facts")]


def _by_id(known: Facts) -> dict[str, str]:
    """Each fact's hash, to tell apart what is the same in another order."""
    products = {product.id: content_hash(product) for product in known.products}
    return products | {fact.id: content_hash(fact) for fact in known.house}


async def _voice(workspace: Workspace) -> list[Check]:
    brand = load_brand(workspace.brand_folder)
    if not brand.passages:
        return [skipped("voice", "the library is empty")]
    index = VoiceIndex(workspace.folder / "voice", brand, MiniLM())
    found = await index.search(brand.passages[0].text, n=1)
    return [fine("voice", f"the index answers ({len(found)} of 1 asked for)")]


async def _mail_server(workspace: Workspace) -> list[Check]:
    sending_settings = workspace.settings.sending
    checks: list[Check] = []
    if not sending_settings.from_address:
        checks.append(look("mail server", "there is no From address", "Set sending.from_address."))
    problems = await SmtpSending(smtp_settings(workspace)).check()
    at = f"{sending_settings.smtp_host}:{sending_settings.smtp_port}"
    for problem in problems:
        what, _, mend = problem.partition(" → ")
        checks.append(look("mail server", what, mend or f"Start the server at {at}, or {SET_IT}"))
    if not problems:
        checks.append(fine("mail server", f"{at} takes our connection"))
    return checks


SET_IT = "correct smtp_host, smtp_port and security under [sending] in mainspring.toml."


def is_local(host: str) -> bool:
    """Whether a mail server of this name is on this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


async def _public_url(workspace: Workspace) -> list[Check]:
    sending_settings = workspace.settings.sending
    if not sending_settings.public_url:
        if is_local(sending_settings.smtp_host):
            return [skipped("unsubscribe", "mails stay on this machine, so no address is needed")]
        return [
            look(
                "unsubscribe",
                "nothing is sent beyond this machine without a public unsubscribe address",
                "Set sending.public_url to an https address that leads to the worker.",
            )
        ]
    await check_public_url(sending_settings.public_url, keys(workspace))
    return [fine("unsubscribe", f"one click at {sending_settings.public_url} is answered")]


async def _tracking(workspace: Workspace) -> list[Check]:
    chosen = workspace.settings.tracking
    recorded = [name for name, on in (("opens", chosen.opens), ("clicks", chosen.clicks)) if on]
    if not recorded:
        return [skipped("opens and clicks", "they are not recorded")]
    if not workspace.settings.sending.public_url:
        return [
            look(
                "opens and clicks",
                "they are to be recorded, but links in mails lead to this machine alone",
                "Set sending.public_url to an https address that leads to the worker.",
            )
        ]
    said = f"{' and '.join(recorded)} of those who agreed to it are recorded"
    return [fine("opens and clicks", said)]


async def _sources(workspace: Workspace) -> list[Check]:
    found = look_at_sources(workspace)
    checks = [
        look("sources", f"{fault.file} of the tracking plan: {fault.why}", "Mend the file.")
        for fault in found.faults
    ]
    since = spool.waits_since(workspace.spool_folder)
    if since is not None and datetime.now(UTC) - since > EVENTS_WAIT:
        waits = f"events have waited since {words.moment(since, workspace.timezone)} to be stored"
        mend = "Let a worker run: mainspring serve, or publish --worker. Its log says what fails."
        checks.append(look("sources", waits, mend))
    if not found.sources and not checks:
        return [skipped("sources", "none may write events")]
    return checks or [fine("sources", f"{len(found.sources):,} are known; nothing waits")]


async def _webhooks(workspace: Workspace) -> list[Check]:
    secrets = keys(workspace).webhooks
    if not secrets:
        return [skipped("webhooks", "no mail provider's secret is set")]
    checks = [
        look(
            "webhooks",
            f"the secret of {source} cannot be read, so all that it delivers is refused",
            "Copy it again as the provider shows it: whsec_ and base64, of SendGrid its key.",
        )
        for source, secret in secrets.items()
        if not usable_secret(source, secret)
    ]

    def refused() -> list[webhooks.Refusals]:
        with workspace.ledger.read() as tx:
            return webhooks.refusals(tx)

    counted = await asyncio.to_thread(refused)
    said = ", ".join(
        f"{one.number:,} {one.code.replace('_', ' ')} ({one.source or 'no name of ours'})"
        for one in counted
    )
    if any(one.code in ("bad_signature", "malformed") for one in counted):
        mend = "Compare the secret with the provider's; if it fits, somebody else tries to get in."
        checks.append(look("webhooks", f"refused in the last 7 days: {said}", mend))
    elif not checks:
        named = ", ".join(sorted(secrets))
        also = f"; refused in the last 7 days: {said}" if said else ""
        checks.append(fine("webhooks", f"taken from {named}{also}"))
    return checks


async def _domain(workspace: Workspace) -> list[Check]:
    sending_settings = workspace.settings.sending
    domain = sending_settings.from_address.rpartition("@")[2].lower()
    if not domain:
        return [skipped("sending domain", "there is no From address")]
    if domain.endswith(RESERVED):
        return [skipped("sending domain", f"{domain} is reserved for trials and has no DNS")]
    checks: list[Check] = []
    for found in await check_domain(domain, sending_settings.dkim_selector):
        what = f"{found.record}: {found.what}"
        if found.state == "unreachable":
            checks.append(skipped("sending domain", what))
        else:
            checks.append(
                Check(part="sending domain", state=found.state, what=what, mend=found.mend)
            )
    return checks


async def _paused(workspace: Workspace) -> list[Check]:
    with workspace.ledger.read() as tx:
        paused = sending.is_paused(tx)
    why = "" if paused else workspace.high_water.why_not(workspace.ledger)
    if paused or why:
        return [
            look(
                "sending",
                f"nothing is sent: {why}" if why else "all sending is paused",
                "`mainspring sending status` says why; `mainspring sending resume` goes on.",
            )
        ]
    return [fine("sending", "not paused")]


async def _erasures(workspace: Workspace) -> list[Check]:
    from app.privacy.erase import unfinished

    waiting = await asyncio.to_thread(unfinished, workspace)
    if not waiting:
        return [fine("erasures", "none was begun and not ended")]
    have = "an erasure was begun and has" if waiting == 1 else f"{waiting} were begun and have"
    return [
        look(
            "erasures",
            f"{have} not ended",
            "Run `mainspring privacy erase PERSON` again for the same person: it ends what it "
            "began, and says what you must change first.",
        )
    ]


async def _disk(workspace: Workspace) -> list[Check]:
    free = shutil.disk_usage(workspace.folder).free
    if free < LEAST_FREE_BYTES:
        return [
            look(
                "disk",
                f"{free / 1e6:,.0f} MB free",
                "Make room: a full disk stops imports and sending.",
            )
        ]
    return [fine("disk", f"{free / 1e9:,.1f} GB free")]
