"""Settings: one ``mainspring.toml`` a workspace, and the environment over it.

``MAINSPRING_<SECTION>_<FIELD>`` replaces a value of the file, for example
``MAINSPRING_SENDING_SMTP_HOST``. Secrets never stand in the file: app/secrets.py reads them.
docs/configuration.md is generated from the classes below.
"""

from __future__ import annotations

import json
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from app.model_settings import EndpointSettings, ModelName, ModelSettings, TraceSettings
from app.section import Section
from domain.audit import LeastScore, PartCode
from domain.errors import WrongUsage
from domain.figures import EngineKind
from domain.money import Currency

FILE_NAME = "mainspring.toml"

SECRETS = ("smtp_password", "model_api_key")
"""Settings that are refused in the file: they belong in the environment or in secrets.toml."""


class SettingsError(WrongUsage):
    """Codes: ``no_workspace``, ``not_toml``, ``wrong_setting``, ``secret_in_file``."""


def _https_or_local(value: str) -> str:
    local = re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", value)
    if value and not value.startswith("https://") and not local:
        raise ValueError("must start with https:// (http:// only for this machine)")
    return value.rstrip("/")


class WorkspaceSettings(Section):
    """Which brand this is, and how it counts time and money."""

    id: Annotated[str, Field(min_length=8)]
    """Made by `init`; names the folder outside the workspace that holds token and keys."""
    name: Annotated[str, Field(min_length=1)]
    """The brand, as people read it."""
    timezone: str
    """IANA name: days in goals and reports are days of this zone, and recipients without a zone
    of their own are taken to live in it."""
    currency: Currency
    """ISO 4217 code of all amounts."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            near = get_close_matches(value, zoneinfo.available_timezones(), n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"{value!r} is no IANA time zone such as Europe/Berlin{hint}")
        return value


class SendingSettings(Section):
    """Who mails are from, and the server that takes them."""

    from_address: str = ""
    """Address in From. Empty: nothing can be sent yet."""
    from_name: str = ""
    """Name in From. Empty: the workspace's name."""
    reply_to: str = ""
    """Address that answers go to. Empty: the From address."""
    smtp_host: str = "localhost"
    """The mail server."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 1025
    """Its port: 587 with starttls, 465 with tls, 1025 for a server on this machine."""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    """`none` is refused for a server beyond this machine."""
    smtp_username: str = ""
    """Empty: no login. The password is the secret `smtp_password`."""
    bounce_address: str = ""
    """Address that undeliverable mails go back to. Empty: the From address."""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30
    """How long to wait for the server's answer; after it the outcome of a message is unknown."""
    connections: Annotated[int, Field(ge=1, le=64)] = 4
    """Connections to the server at once."""
    rate_per_second: Annotated[float, Field(gt=0)] | None = None
    """Most mails a second. Absent: as fast as the server takes them."""
    public_url: str = ""
    """https address at which the worker's one-click unsubscribe answers from outside. Needed
    before anything is sent beyond this machine."""
    listen_host: str = "127.0.0.1"
    """Where the worker serves the public endpoint, behind your own https proxy."""
    listen_port: Annotated[int, Field(ge=1, le=65535)] = 8787
    """Its port."""
    image_base_url: str = ""
    """https folder in which the brand's images lie. Empty: mails carry no pictures."""
    dkim_selector: str = ""
    """Selector of the domain's DKIM key, which `doctor` looks up."""

    @field_validator("from_address", "reply_to", "bounce_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
            raise ValueError(f"{value!r} is no mail address such as hello@brand.example")
        return value

    @field_validator("public_url", "image_base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _https_or_local(value)


class LimitSettings(Section):
    """What no campaign may overstep."""

    quiet_start: Annotated[int, Field(ge=0, le=23)] = 21
    """Local hour from which nothing goes out."""
    quiet_end: Annotated[int, Field(ge=0, le=23)] = 8
    """Local hour from which mails go out again."""
    cap_most: Annotated[int, Field(ge=1)] = 3
    """Most mails to one person in `cap_days`, over all campaigns."""
    cap_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days that `cap_most` is counted over."""
    max_lateness_hours: Annotated[float, Field(gt=0)] = 6
    """A message later than this is missed, not sent."""
    approval_expires_days: Annotated[float, Field(gt=0)] = 7
    """After so many days an approval must be asked for again."""
    author_may_approve: bool = True
    """Whether whoever started a campaign may approve it too. Set to false where two people must
    see every campaign."""
    batch: Annotated[int, Field(ge=1, le=1000)] = 50
    """Messages that the worker claims at once; a pause holds within one batch."""
    mails_a_day: Annotated[int, Field(ge=1)] | None = None
    """Most mails of the whole workspace in a day. Absent: no limit."""


class HoldoutSettings(Section):
    """Those held back by chance, which is how a campaign's effect is known."""

    share: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Part of every audience that gets no mail, 0.1 for ten per cent. Absent: as many as it takes
    to show a gain worth having. With 0 no effect can ever be shown."""
    results_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = (1, 7, 14)
    """Days after the last mail at which results are collected and the report is written anew."""


class LibrarySettings(Section):
    """What your copy and your edits teach."""

    worn_times: Annotated[int, Field(ge=2)] = 3
    """A passage that one person got so often …"""
    worn_days: Annotated[int, Field(ge=1)] = 180
    """… within so many days …"""
    worn_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """… by so many of those whom it last went to, is worn and retired."""
    propose_after: Annotated[int, Field(ge=2)] = 3
    """A rule is proposed once the same was changed by hand in so many campaigns."""


class ContentSettings(Section):
    """What pieces for other channels than mail need."""

    form_action: str = ""
    """https address that takes a landing page's form. Empty: landing pages have none."""
    privacy_url: str = ""
    """Address of the privacy notice, which a page with a form must lead to."""
    page_url: str = ""
    """https address at which landing pages will stand, for their canonical link."""
    pages_indexed: bool = False
    """Whether search engines may list landing pages."""
    sms_sender: str = ""
    """Whom text messages are from: a number, or up to eleven letters, which nobody can answer."""
    sms_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "DE"
    """Where they are received, by ISO 3166-1 code; their legal lines follow from it."""
    sms_opt_out_url: str = ""
    """Where they are ended, for a sender of letters."""

    @field_validator("form_action", "privacy_url", "page_url", "sms_opt_out_url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _https_or_local(value)


class CriticSettings(Section):
    """What the critic's model may do."""

    least_agreement: Annotated[float, Field(ge=0, le=1)] = 0.6
    """A model's findings force a revision where its measured agreement with labelled copy (Cohen's
    kappa, the lower end of its interval) is at least this. Below it, and before `mainspring eval
    critic --keep` has measured it, the model only advises."""


class StyleSettings(Section):
    """How mails are held against your past copy, by how they are written."""

    least: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """A draft whose mails together are less like your past copy than all but this share of your
    own messages needs a revision, or a person who says why. 0.05 doubts one in twenty drafts that
    are just like your past copy; 0 doubts none."""
    others: str = ""
    """Folder with texts of others (.txt, .md, .html), which your copy is told from; seen from the
    workspace's folder. Empty: the generic copy that ships with the program."""


Least = Annotated[float, Field(gt=0, le=100)] | None


class AuditSettings(Section):
    """What the data must be like before a campaign starts."""

    least_score: Least = None
    """Score of the data audit, 0 to 100, below which no campaign starts. Absent: a brief says
    what is wrong, and nothing is stopped."""
    least_complete: Least = None
    """The same of one part of the score: how complete the data are."""
    least_readable: Least = None
    """The same of the part: whether rows and values could be read."""
    least_agreeing: Least = None
    """The same of the part: whether sources and days agree."""
    least_fresh: Least = None
    """The same of the part: how fresh the data are."""
    least_permission: Least = None
    """The same of the part: whether permission to mail is recorded and proven."""

    def least(self) -> LeastScore:
        """All of them, as campaigns are held to them."""
        parts: dict[PartCode, float | None] = {
            "complete": self.least_complete,
            "readable": self.least_readable,
            "agreeing": self.least_agreeing,
            "fresh": self.least_fresh,
            "permission": self.least_permission,
        }
        named = tuple((code, value) for code, value in parts.items() if value is not None)
        return LeastScore(whole=self.least_score, parts=named)


class DeskSettings(Section):
    """The web desk and the API of `mainspring serve`."""

    host: str = "127.0.0.1"
    """Where it listens. Anything but this machine needs your own https proxy before it."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8780
    """Its port."""
    url: str = ""
    """https address at which people reach the desk, where a proxy stands before it. Empty: the
    address that it listens on."""
    session_hours: Annotated[float, Field(gt=0, le=24 * 30)] = 12
    """How long a person stays signed in."""

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        return _https_or_local(value)


class ApprovalSettings(Section):
    """What a large send needs beside one yes."""

    large_from: Annotated[int, Field(ge=1)] | None = None
    """People from whom on a send is large: its number must be typed, a second person says yes
    too, and a small part goes first. Absent: none is large."""
    first_share: Annotated[float, Field(gt=0, lt=1)] = 0.01
    """The part of a large send that goes first; the rest waits for what comes of it."""
    first_wait_minutes: Annotated[float, Field(gt=0)] = 60
    """How long the rest waits after the first part has gone."""
    most_bounced: Annotated[float, Field(ge=0, le=1)] = 0.03
    """Share of the first part that may bounce; above it the rest is held for a person."""
    most_complained: Annotated[float, Field(ge=0, le=1)] = 0.001
    """Share of it that may complain."""
    most_unsubscribed: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of it that may unsubscribe."""


class TrackingSettings(Section):
    """What is recorded of those who agreed to it; of nobody else, whatever is set here."""

    opens: bool = False
    """A picture of one point in each mail tells that it was opened."""
    clicks: bool = False
    """Links lead over your own public address, which counts the click and sends on."""


class WebhookSettings(Section):
    """What mail providers tell of messages, at `/hooks/` of the public address. The secrets that
    they share with us are secrets, and not here."""

    sendgrid_public_key: str = ""
    """SendGrid's verification key of its signed event webhook, as its settings page shows it.
    Empty: nothing is taken at `/hooks/sendgrid`."""


class DataSettings(Section):
    """How files are read, so that an import need not say it each time."""

    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    """Country (ISO 3166, such as DE) of phone numbers without a country code, in rows that name
    none. Empty: such numbers are set aside."""
    orders: dict[str, str] = Field(default_factory=dict)
    """Field = column of your file, for `import orders`; `--map` goes before it. The example
    `channel = "=boutique"` says the same for every row."""
    customers: dict[str, str] = Field(default_factory=dict)
    """The same for `import customers`."""
    events: dict[str, str] = Field(default_factory=dict)
    """The same for `import events`."""
    suppressions: dict[str, str] = Field(default_factory=dict)
    """The same for `import suppressions`."""
    consents: dict[str, str] = Field(default_factory=dict)
    """The same for `import consents`."""
    complaints: dict[str, str] = Field(default_factory=dict)
    """The same for `import complaints`."""


class IdentitySettings(Section):
    """How customer ids are found to be one person. Where a limit is passed, nobody is merged by
    that address, number or device: docs/identity.md."""

    compare: bool = True
    """Also compare names, addresses and birthdays, and merge or suggest who is likely one person.
    False: only equal identifiers count."""
    merge_from: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """Probability from which two customers are merged without a question."""
    suggest_from: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Probability from which a person is asked."""
    email_customers: Annotated[int, Field(ge=2)] = 20
    """Most customer ids with one address before it is taken for a shared one."""
    phone_customers: Annotated[int, Field(ge=2)] = 12
    """The same of a telephone number."""
    phones_are_shared: bool = True
    """Numbers may be a household's, so they tie only those whose names agree. False where each was
    confirmed by its owner, by a code sent to it: then it is one person's, as an address is."""
    device_customers: Annotated[int, Field(ge=2)] = 4
    """The same of a browser or device."""
    names: Annotated[int, Field(ge=1)] = 4
    """Most different names on one address, number or device."""
    members: Annotated[int, Field(ge=2)] = 50
    """Most customer ids of one person."""
    placeholders: tuple[str, ...] = ()
    """Addresses of your own that stand for "none", such as `keine@shop.example`; * stands for
    anything."""
    engine: Literal["duckdb", "spark"] = "duckdb"
    """What compares: `spark` needs the extra of that name, and a million customers or more."""

    @model_validator(mode="after")
    def _ordered(self) -> IdentitySettings:
        if self.suggest_from >= self.merge_from:
            raise ValueError("suggest_from must lie below merge_from")
        return self


class PrivacySettings(Section):
    """What becomes of a person's data when they are erased."""

    orders: Literal["keep", "delete"] = "keep"
    """`keep`: order lines stay without their customer, so that sums stay right. `delete`: they go
    too."""


class EngineSettings(Section):
    """Where audiences are counted: docs/engines.md. The data folder stays the source of all of
    them."""

    kind: EngineKind = "duckdb"
    """`duckdb` is part of Mainspring and needs nothing; `spark` and `postgres` need the extra of
    that name, `bigquery` and `snowflake` the vendor's package."""
    url: str = ""
    """Spark's master (`local[2]` if empty), PostgreSQL's address such as
    postgresql://user@host/database, BigQuery's project, or the name of a Snowflake connection."""
    namespace: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")] = "mainspring"
    """The schema, or BigQuery's dataset, that holds this workspace's copy and nothing else."""

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if re.search(r"://[^/@]*:[^/@]*@|[?&]password=", value):
            raise ValueError("the password belongs into PGPASSWORD or ~/.pgpass, not in this file")
        return value


class Settings(Section):
    """Everything that `mainspring.toml` may hold."""

    workspace: WorkspaceSettings
    sending: SendingSettings = SendingSettings()
    limits: LimitSettings = LimitSettings()
    holdout: HoldoutSettings = HoldoutSettings()
    library: LibrarySettings = LibrarySettings()
    content: ContentSettings = ContentSettings()
    critic: CriticSettings = CriticSettings()
    style: StyleSettings = StyleSettings()
    audit: AuditSettings = AuditSettings()
    desk: DeskSettings = DeskSettings()
    approvals: ApprovalSettings = ApprovalSettings()
    tracking: TrackingSettings = TrackingSettings()
    webhooks: WebhookSettings = WebhookSettings()
    model: ModelSettings = ModelSettings()
    models: dict[ModelName, EndpointSettings] = Field(default_factory=dict)
    traces: TraceSettings = TraceSettings()
    data: DataSettings = DataSettings()
    identity: IdentitySettings = IdentitySettings()
    privacy: PrivacySettings = PrivacySettings()
    engine: EngineSettings = EngineSettings()

    @model_validator(mode="after")
    def _models_are_there(self) -> Settings:
        for task, name in self.model.tasks.items():
            if name not in self.models:
                raise ValueError(
                    f"model.tasks gives {task} to {name!r}; there is no [models.{name}]"
                )
        for name, one in self.models.items():
            if not (one.base_url or self.model.base_url):
                raise ValueError(f"models.{name} says no base_url, and [model] has none either")
            if not one.name:
                raise ValueError(f"models.{name} says no name of a model")
        return self


def load_settings(folder: Path, environment: Mapping[str, str]) -> Settings:
    """Read a workspace's settings. Raises SettingsError with file, line, value and mend."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            "no_workspace",
            f"There is no workspace in {folder}: {FILE_NAME} is missing.",
            thing=str(folder),
            next_step="Make one with `mainspring init`, or name yours with --workspace FOLDER.",
        ) from None
    return parse_settings(text, path, environment)


def parse_settings(
    text: str, path: Path, environment: Mapping[str, str], *, written: bool = True
) -> Settings:
    """The settings in a file's text; ``path`` is only named in errors, and where the file is not
    ``written`` yet, neither it nor its lines are."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "not_toml",
            f"{FILE_NAME} cannot be read: {error}.",
            thing=str(path),
            next_step="Mend that line; docs/configuration.md shows the form of every setting.",
        ) from None
    _refuse_secrets(read, path, text)
    origins = _apply_environment(read, environment)
    try:
        return Settings.model_validate(read)
    except ValidationError as error:
        raise _wrong_setting(error, path, text if written else "", origins) from None


def settings_text(sections: Mapping[str, Mapping[str, object]]) -> str:
    """A first settings file with these values; everything absent keeps its default."""
    parts = ["# docs/configuration.md lists every setting. Secrets do not belong in this file."]
    for section, values in sections.items():
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        parts.append("\n".join([f"[{section}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _toml(value: object) -> str:
    """A value as TOML writes it; its basic strings are JSON's."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)


def environment_name(section: str, field: str) -> str:
    """The environment variable that replaces a setting."""
    return f"MAINSPRING_{section}_{field}".upper()


def from_environment(kind: object) -> bool:
    """Whether a setting of this type can be given as one word; tables and lists cannot."""
    return get_origin(kind) not in (dict, tuple)


def _apply_environment(
    read: dict[str, Any], environment: Mapping[str, str]
) -> dict[tuple[str, str], str]:
    """Put the environment's values over the file's; answers which came from where."""
    origins: dict[tuple[str, str], str] = {}
    for section, described in Settings.model_fields.items():
        if not isinstance(described.annotation, type):
            continue  # a table of sections: its names are the file's own
        for field, kind in described.annotation.model_fields.items():
            name = environment_name(section, field)
            if not from_environment(kind.annotation):
                continue
            if name in environment and isinstance(read.setdefault(section, {}), dict):
                read[section][field] = environment[name]
                origins[section, field] = name
    return origins


def _refuse_secrets(read: Mapping[str, Any], path: Path, text: str) -> None:
    for section, values in read.items():
        inner = values if isinstance(values, dict) else {}
        named = [*inner, *(f for v in inner.values() if isinstance(v, dict) for f in v)]
        found = [
            field
            for field in named
            if field in SECRETS or re.search(r"password|api_key|secret|token$", field)
        ]
        if found:
            raise SettingsError(
                "secret_in_file",
                f"{FILE_NAME}, line {_line(text, section, found[0])}: {found[0]} is a secret and "
                "may not stand in this file.",
                thing=str(path),
                next_step="Remove the line; set MAINSPRING_SMTP_PASSWORD or "
                "MAINSPRING_MODEL_API_KEY, or write it to secrets.toml beside the owner's token "
                "(`mainspring doctor` names the folder).",
            )


def _wrong_setting(
    error: ValidationError, path: Path, text: str, origins: Mapping[tuple[str, str], str]
) -> SettingsError:
    said: list[str] = []
    for problem in error.errors():
        place = [str(part) for part in problem["loc"]]
        if not place:  # about several settings at once
            said.append(str(problem["msg"]).removeprefix("Value error, "))
            continue
        section, field = place[0], place[-1] if len(place) > 1 else ""
        line = f"line {_line(text, section, field)}: " if text else ""
        where = f"{origins[section, field]}: " if (section, field) in origins else line
        name = ".".join(place)
        if problem["type"] == "missing":
            said.append(f"{name} is missing")
        elif problem["type"] == "extra_forbidden":
            said.append(f"{where}there is no setting {name}{_near(place)}")
        else:
            why = str(problem["msg"]).removeprefix("Value error, ")
            said.append(f"{where}{name} = {problem['input']!r}: {why[0].lower()}{why[1:]}")
    return SettingsError(
        "wrong_setting",
        (f"{FILE_NAME}: " if text else "") + "; ".join(said) + ".",
        thing=str(path) if text else "",
        next_step="docs/configuration.md lists every setting with what it may be.",
    )


def _near(place: list[str]) -> str:
    """A name that may have been meant by the last part of the place."""
    section, *inner = place
    known = list(Settings.model_fields)
    if inner:
        known = list(section_kind(section).model_fields)
    near = get_close_matches(place[-1], known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def section_kind(section: str) -> type[Section]:
    """The class of a section, or of each section in a table of them."""
    kind = Settings.model_fields[section].annotation
    if not isinstance(kind, type):
        kind = get_args(kind)[1]
    assert isinstance(kind, type)
    assert issubclass(kind, Section)
    return kind


def _line(text: str, section: str, field: str) -> int:
    """Where a setting stands in the file; the section's line where the field's is not found."""
    at, inside = 1, False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.strip("[] ").split(".")[0] == section
            if inside:
                at = number
        elif inside and field and re.match(rf"{re.escape(field)}\s*=", stripped):
            return number
    return at
