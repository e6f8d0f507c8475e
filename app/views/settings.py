"""Settings as people look at them: limits and what is used of them, people and their ways in,
and what the desk is connected to. Secrets are shown as set or not set, never as they are."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from app import doctor, settings_edit
from app.checks import Check
from app.settings import (
    ApprovalSettings,
    AuditSettings,
    HoldoutSettings,
    LimitSettings,
    TrackingSettings,
    load_settings,
)
from app.site import Site
from app.workspace import Workspace
from domain.frozen import Frozen
from ledger import accounts, budgets, people
from ledger.accounts import Session
from ledger.database import Transaction
from ledger.people import Person, Right, Role, TokenRow
from prompts.library import Prompts
from workflows.transactions import read

SESSION_ID = 12
"""Digits of a session's hash that name it."""


class Limits(Frozen):
    """What no campaign may overstep, and what of the day's budgets is used."""

    limits: LimitSettings
    holdout: HoldoutSettings
    audit: AuditSettings
    approvals: ApprovalSettings
    tracking: TrackingSettings
    money_a_day: Decimal | None
    """For models, in the workspace's currency; ``money_a_run``: for one run."""
    money_a_run: Decimal | None
    mails_today: int
    money_today: Decimal
    deciders: int
    """People who may approve."""
    owners: tuple[str, ...]
    """Names of those who may change this."""
    fixed: dict[str, str]
    """Settings that an environment variable decides."""
    seen: str
    """Names the file as it is shown; an edit gives it back."""


class SessionRow(Frozen):
    id: str
    person_id: str
    place: str
    """The address that it was begun from."""
    browser: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class PersonRow(Frozen):
    id: str
    name: str
    email: str
    role: Role
    has_password: bool
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]


class Team(Frozen):
    people: tuple[PersonRow, ...]


class Account(Frozen):
    person: PersonRow


class ModelLine(Frozen):
    name: str
    place: str
    """The host that it is asked at."""
    does: str
    """Its tasks, in words."""


class Connections(Frozen):
    """What mails are sent with, and what else the desk speaks to."""

    from_name: str
    from_address: str
    reply_to: str
    bounce_address: str
    server: str
    public_url: str
    image_base_url: str
    dkim_selector: str
    models: tuple[ModelLine, ...]
    """Empty: drafts are assembled from the library, no AI."""
    own_prompts: tuple[str, ...]
    """The brand's own prompts in words; what is not named is asked by the shipped ones."""
    keys: tuple[tuple[str, bool], ...]
    """Each secret in words, and whether it is set."""


async def limits(site: Site) -> Limits:
    """Raises SettingsError where the file was made unreadable by hand."""
    workspace = site.workspace
    written = await asyncio.to_thread(load_settings, workspace.folder, workspace.environment)

    def look(tx: Transaction) -> tuple[int, Decimal, list[Person]]:
        mails, money = budgets.spent(tx, "mails", "day"), budgets.spent(tx, "money", "day")
        return int(mails), money, people.list_people(tx)

    mails, money, everybody = await read(site.stack.ledger, look)
    return Limits(
        limits=written.limits,
        holdout=written.holdout,
        audit=written.audit,
        approvals=written.approvals,
        tracking=written.tracking,
        money_a_day=written.model.budget_a_day,
        money_a_run=written.model.budget_a_run,
        mails_today=mails,
        money_today=money,
        deciders=sum("approve" in one.rights for one in everybody),
        owners=tuple(one.name for one in everybody if one.role == "owner"),
        fixed=settings_edit.fixed(workspace),
        seen=await asyncio.to_thread(settings_edit.seen, workspace),
    )


async def team(site: Site, secret_hash: str = "") -> Team:
    """Everybody, with where they are signed in; ``secret_hash``: the session that asks."""

    def look(tx: Transaction) -> Team:
        everybody = people.list_people(tx)
        return Team(people=tuple(_person(tx, one, secret_hash) for one in everybody))

    return await read(site.stack.ledger, look)


async def account(site: Site, person: Person, secret_hash: str) -> Account:
    """One's own account."""
    return await read(
        site.stack.ledger, lambda tx: Account(person=_person(tx, person, secret_hash))
    )


def connections(workspace: Workspace, prompts: Prompts) -> Connections:
    """``prompts``: those in force here. Raises SecretsError where a key is missing."""
    sending, secrets = workspace.settings.sending, workspace.secrets
    keys = [
        ("Password of the mail server", bool(secrets.smtp_password)),
        ("Key of the model", bool(secrets.model_api_key)),
        ("Key that signs unsubscribe links", bool(secrets.signing_key)),
        ("Key of the left-out addresses", bool(secrets.suppression_key)),
    ]
    keys += [(f"Key of the model {name}", True) for name in sorted(secrets.model_keys)]
    keys += [(f"Webhook secret of {source}", True) for source in sorted(secrets.webhooks)]
    return Connections(
        from_name=sending.from_name or workspace.settings.workspace.name,
        from_address=sending.from_address,
        reply_to=sending.reply_to,
        bounce_address=sending.bounce_address,
        server=f"{sending.smtp_host}:{sending.smtp_port}, "
        + ("not encrypted" if sending.smtp_security == "none" else sending.smtp_security),
        public_url=sending.public_url,
        image_base_url=sending.image_base_url,
        dkim_selector=sending.dkim_selector,
        models=_models(workspace),
        own_prompts=tuple(
            f"{one.task.replace('_', ' ')}, version {one.version}" for one in prompts if one.own
        ),
        keys=tuple(keys),
    )


def _models(workspace: Workspace) -> tuple[ModelLine, ...]:
    main, further = workspace.settings.model, workspace.settings.models
    lines = []
    if main.base_url:
        does = "all other tasks" if main.tasks else "all tasks"
        lines.append(ModelLine(name=main.name, place=_host(main.base_url), does=does))
    for name, one in further.items():
        tasks = [task.replace("_", " ") for task, does in main.tasks.items() if does == name]
        place = _host(one.base_url or main.base_url)
        lines.append(ModelLine(name=one.name, place=place, does=", ".join(tasks) or "no task"))
    return tuple(lines)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


async def health(workspace: Workspace) -> tuple[Check, ...]:
    """What ``mainspring doctor`` finds. It asks the mail server, DNS and the model: on request."""
    return await doctor.examine(workspace, lambda _: None)


def session_of(tx: Transaction, person_id: str, session_id: str) -> str | None:
    """The whole hash of a session that lists name by its first digits. Raises LedgerError
    unknown."""
    held = (one.secret_hash for one in accounts.sessions_of(tx, person_id))
    return next((one for one in held if one[:SESSION_ID] == session_id), None)


def browser_in_words(user_agent: str) -> str:
    """Firefox on Linux; what a browser says of itself is not always true."""
    browsers = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
                ("Safari/", "Safari"), ("curl/", "curl"))  # fmt: skip
    systems = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
               ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
    browser = next((words for mark, words in browsers if mark in user_agent), "")
    system = next((words for mark, words in systems if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or re.sub(r"[^\w ./-]", "", user_agent)[:40] or "unknown browser"


def _person(tx: Transaction, person: Person, secret_hash: str) -> PersonRow:
    return PersonRow(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        has_password=accounts.has_password(tx, person.id),
        sessions=tuple(_session(one, secret_hash) for one in accounts.sessions_of(tx, person.id)),
        tokens=tuple(people.list_tokens(tx, person.id)),
    )


def _session(session: Session, secret_hash: str) -> SessionRow:
    return SessionRow(
        id=session.secret_hash[:SESSION_ID],
        person_id=session.person.id,
        place=session.origin,
        browser=browser_in_words(session.browser),
        started_at=session.started_at,
        seen_at=session.seen_at,
        ends_at=session.ends_at,
        current=session.secret_hash == secret_hash,
    )


ROLE_WORDS: Mapping[Role, str] = {
    "owner": "everything, people and settings too",
    "approver": "decides, pauses, resumes and sends",
    "author": "starts campaigns and edits drafts",
    "viewer": "reads",
    "demo_approver": "decides in this trial",
}
SCOPES: tuple[Right, ...] = ("read", "write", "approve", "publish")
"""What a token may be given; managing people and settings stays with the desk."""
SCOPE_WORDS: Mapping[Right, str] = {
    "read": "read everything that you can read",
    "write": "start campaigns, edit drafts, pause sending",
    "approve": "decide about approvals",
    "publish": "resume and schedule sending",
    "administer": "manage people and settings",
}
