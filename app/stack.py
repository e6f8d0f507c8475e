"""The Stack of a workspace: every part that a run needs, made from settings and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agents.house_writer import HouseWriter
from agents.judging import FILE, judge_counts, kept
from agents.learning.wear import WearRules
from agents.model import Model
from agents.rules.style import StyleGate
from agents.tasks import JUDGE_COPY
from app.models import main_model, models_by_task
from app.settings import ApprovalSettings
from brand_voice.brand import Brand, load_brand
from brand_voice.embedder import MiniLM
from brand_voice.index import VoiceIndex
from brand_voice.style.styles import Styles
from domain.clock import Clock
from domain.plan import Cap, QuietHours
from domain.publication import Sender
from ledger import budgets, clock
from prompts.library import Prompts, load_prompts
from tools.analytics.duck import DuckAnalytics
from tools.audit.duck import DuckAuditor
from tools.cdp.duck import DuckCustomerData
from tools.esp.smtp import SmtpSending, SmtpSettings
from tools.esp.webhooks import SENDGRID
from tools.identity.rules import PLACEHOLDERS, IdentityRules
from tools.store.engines.choose import engine_of
from tools.store.engines.port import OpenEngine
from tools.store.mail_events import StoredEvents
from tools.store.segments import Store
from workflows.consent_copy import ConsentCopy
from workflows.saved_segments import saved_rules
from workflows.stack import CampaignRules, Keys, LargeSends, SendingLimits, Stack, Tracking

if TYPE_CHECKING:
    from app.workspace import Workspace

LEASE_MARGIN_SECONDS = 120
"""A claimed message stays a worker's this much longer than the server may take to answer."""


def build_stack(workspace: Workspace) -> Stack:
    """Raises BrandError and PromptError where the brand folder cannot be used, SecretsError without
    keys."""
    settings = workspace.settings
    brand = load_brand(workspace.brand_folder)
    prompts = load_prompts(workspace.prompts_folder)
    consents = ConsentCopy(workspace.ledger)
    data, analytics = _views(workspace, workspace.ledger.clock, consents)
    house = HouseWriter()
    _keep_limits(workspace)
    with workspace.ledger.read() as tx:
        simulated = clock.is_simulated(tx)
    model = main_model(workspace, house, prompts)
    models = models_by_task(workspace, prompts)
    stack = Stack(
        workspace_id=settings.workspace.id,
        ledger=workspace.ledger,
        checkpoints=workspace.folder / "checkpoints.sqlite",
        customers=data,
        people=data,
        analytics=analytics,
        sending=SmtpSending(smtp_settings(workspace)),
        model=model,
        models=models,
        prompts=prompts,
        house_stands_in=settings.model.when_it_fails == "house",
        house=house,
        brand=brand,
        voice=VoiceIndex(workspace.folder / "voice", brand, MiniLM()),
        judge_counts=_judge_counts(workspace, models, model, prompts),
        style=style_gate(workspace, brand),
        keys=keys(workspace),
        rules=_rules(workspace),
        timezone=workspace.timezone,
        currency=workspace.currency,
        reports=workspace.reports_folder,
        high_water=workspace.high_water,
        limits=_limits(workspace),
        tracking=Tracking(opens=settings.tracking.opens, clicks=settings.tracking.clicks),
        auditor=_auditor(workspace, workspace.ledger.clock, consents),
        least_score=settings.audit.least(),
        events=StoredEvents(workspace.store),
        store=workspace.store,
        identity=identity_rules(workspace),
        public_url=settings.sending.public_url,
        listen_url=listen_url(workspace),
        image_base_url=settings.sending.image_base_url,
        simulated=simulated,
    )

    def at(moment: datetime) -> Stack:
        then, counted = _views(workspace, FixedClock(moment), consents)
        auditor = _auditor(workspace, FixedClock(moment), consents)
        return replace(stack, customers=then, people=then, analytics=counted, auditor=auditor)

    return replace(stack, at=at)


@dataclass(frozen=True)
class FixedClock:
    """A moment that stands still: whatever is later is hidden."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)


def customer_data(workspace: Workspace) -> DuckCustomerData:
    """The workspace's customer data, as of its clock."""
    return _views(workspace, workspace.ledger.clock, ConsentCopy(workspace.ledger))[0]


def engine(workspace: Workspace) -> OpenEngine:
    """What audiences are counted with."""
    settings = workspace.settings.engine
    return engine_of(settings.kind, settings.url, settings.namespace)


def _views(
    workspace: Workspace, time: Clock, consents: ConsentCopy
) -> tuple[DuckCustomerData, DuckAnalytics]:
    """The store, as of a clock."""
    store = Store(workspace.store_folder)
    place = (workspace.timezone, workspace.currency)
    data = DuckCustomerData(
        store,
        time,
        *place,
        open_engine=engine(workspace),
        consents=consents,
        segments=lambda: saved_rules(workspace.folder),
    )
    return data, DuckAnalytics(
        store, time, *place, open_engine=engine(workspace), consents=consents
    )


def _auditor(workspace: Workspace, time: Clock, consents: ConsentCopy) -> DuckAuditor:
    store, zone = Store(workspace.store_folder), workspace.timezone
    return DuckAuditor(store, time, zone, workspace.quarantine_folder, consents=consents)


def keys(workspace: Workspace) -> Keys:
    """Raises SecretsError where a key is missing on this machine."""
    secrets = workspace.secrets
    webhooks = dict(secrets.webhooks)
    if workspace.settings.webhooks.sendgrid_public_key:
        webhooks[SENDGRID] = workspace.settings.webhooks.sendgrid_public_key
    return Keys(secrets.signing_key, secrets.suppression_key, webhooks)


def smtp_settings(workspace: Workspace) -> SmtpSettings:
    sending = workspace.settings.sending
    return SmtpSettings(
        host=sending.smtp_host,
        port=sending.smtp_port,
        security=sending.smtp_security,
        username=sending.smtp_username,
        password=SecretStr(workspace.secrets.smtp_password),
        timeout_seconds=sending.timeout_seconds,
        connections=sending.connections,
        bounce_address=sending.bounce_address,
    )


def listen_url(workspace: Workspace) -> str:
    """The public endpoint as this machine reaches it."""
    sending = workspace.settings.sending
    host = f"[{sending.listen_host}]" if ":" in sending.listen_host else sending.listen_host
    return f"http://{host}:{sending.listen_port}"


def _rules(workspace: Workspace) -> CampaignRules:
    settings = workspace.settings
    return CampaignRules(
        sender=Sender(
            address=settings.sending.from_address,
            name=settings.sending.from_name or settings.workspace.name,
            reply_to=settings.sending.reply_to,
        ),
        cap=Cap(most=settings.limits.cap_most, days=settings.limits.cap_days),
        quiet_hours=QuietHours(start=settings.limits.quiet_start, end=settings.limits.quiet_end),
        holdout_share=settings.holdout.share,
        results_days=settings.holdout.results_days,
        wear=WearRules(
            times=settings.library.worn_times,
            days=settings.library.worn_days,
            share=settings.library.worn_share,
        ),
        large=_large(settings.approvals),
    )


def identity_rules(workspace: Workspace) -> IdentityRules:
    """What ties customer ids here, and how strongly."""
    settings = workspace.settings.identity
    return IdentityRules(
        merge_from=settings.merge_from,
        suggest_from=settings.suggest_from,
        email_customers=settings.email_customers,
        phone_customers=settings.phone_customers,
        phones_are_shared=settings.phones_are_shared,
        device_customers=settings.device_customers,
        names=settings.names,
        members=settings.members,
        placeholders=(*PLACEHOLDERS, *settings.placeholders),
        engine=settings.engine,
        **({} if settings.compare else {"compared": ()}),
    )


def _judge_counts(
    workspace: Workspace, models: Mapping[str, Model], model: Model, prompts: Prompts
) -> bool:
    judge = models.get(JUDGE_COPY.name, model)
    return judge_counts(
        kept(workspace.folder / FILE),
        judge.name,
        prompts.of(JUDGE_COPY.name).hash,
        workspace.settings.critic.least_agreement,
    )


def style_gate(workspace: Workspace, brand: Brand) -> StyleGate:
    """How drafts are held against the brand's past copy."""
    return StyleGate(style=styles(workspace, brand), least=workspace.settings.style.least)


def styles(workspace: Workspace, brand: Brand) -> Styles:
    """The brand's measures of style."""
    others = workspace.settings.style.others
    folder = (workspace.folder / others).resolve() if others else None
    return Styles(workspace.folder / "voice", brand, others_folder=folder)


def _large(settings: ApprovalSettings) -> LargeSends | None:
    if settings.large_from is None:
        return None
    return LargeSends(
        from_people=settings.large_from,
        first_share=settings.first_share,
        first_wait_minutes=settings.first_wait_minutes,
        most_bounced=settings.most_bounced,
        most_complained=settings.most_complained,
        most_unsubscribed=settings.most_unsubscribed,
    )


def _limits(workspace: Workspace) -> SendingLimits:
    settings = workspace.settings
    return SendingLimits(
        batch=settings.limits.batch,
        at_once=settings.sending.connections,
        rate_per_second=settings.sending.rate_per_second,
        lease_seconds=4 * settings.sending.timeout_seconds + LEASE_MARGIN_SECONDS,
        max_lateness=timedelta(hours=settings.limits.max_lateness_hours),
        approval_expires=timedelta(days=settings.limits.approval_expires_days),
    )


def _keep_limits(workspace: Workspace) -> None:
    """Bring the settings' budgets to the ledger, where they are checked."""
    settings = workspace.settings
    wanted: dict[tuple[budgets.What, budgets.Per], Decimal | int | None] = {
        ("mails", "day"): settings.limits.mails_a_day,
        ("money", "day"): settings.model.budget_a_day,
        ("money", "run"): settings.model.budget_a_run,
    }
    with workspace.ledger.read() as tx:
        changed = {k: v for k, v in wanted.items() if budgets.limit(tx, *k) != v}
    if changed:
        with workspace.ledger.write() as tx:
            for (what, per), most in changed.items():
                budgets.set_limit(tx, what, per, most)
