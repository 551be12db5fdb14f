"""One frozen Settings value, read once from the environment or from files it names."""

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast
from urllib.parse import unquote, urlsplit

from app.setting_values import (
    Address,
    LogStyle,
    Secret,
    address,
    file_path,
    log_style,
    mailbox,
    number,
    public_url,
    secret,
    secret_key,
    slack_api_url,
    slash_command,
    smtp_url,
    token,
    watchdog_url,
)

T = TypeVar("T")


class SettingsError(Exception):
    """Some settings are missing or unusable; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Spec:
    """How one field of Settings is named, read and explained."""

    name: str
    meaning: str
    read: Callable[[str], object]
    default: str | None


def _setting(name: str, read: Callable[[str], T], meaning: str, *, default: str | None = None) -> T:
    value = None if default is None else read(default)
    spec = Spec(name, meaning, read, default)
    return cast(T, dataclasses.field(default=value, metadata={"spec": spec}))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the operator chose. Build it with `Settings.read(os.environ)`."""

    database_url: Secret = _setting(
        "BATON_DATABASE_URL",
        secret,
        "SQLite file or PostgreSQL address (`postgresql://…`) that Baton remembers in",
        default="sqlite:///baton.db",
    )
    organisation: Path = _setting(
        "BATON_ORGANISATION",
        file_path,
        "the organisation file: who owns what, who is on the rota, what may wake whom",
        default="baton.toml",
    )
    bind: Address = _setting(
        "BATON_BIND",
        address,
        "where alerts, links and Slack's HTTP requests come in; `0.0.0.0:8080` for all networks",
        default="127.0.0.1:8080",
    )
    admin_bind: Address = _setting(
        "BATON_ADMIN_BIND",
        address,
        "where `/healthz`, `/readyz` and `/metrics` answer; keep it private",
        default="127.0.0.1:9099",
    )
    public_url: str | None = _setting(
        "BATON_PUBLIC_URL",
        public_url,
        "the address people's phones reach `BATON_BIND` at; without it pages carry no links",
    )
    secret_key: Secret | None = _setting(
        "BATON_SECRET_KEY",
        secret_key,
        "signs links and seals contact methods; old ones stay after a comma until `key rotate`; "
        "without it one is made and kept beside the database",
    )
    slack_bot_token: Secret | None = _setting(
        "SLACK_BOT_TOKEN",
        token("a bot token", "xoxb-", "xoxe.xoxb-"),
        "the Slack app's bot token; without it Slack is off and only phones are used",
    )
    slack_app_token: Secret | None = _setting(
        "SLACK_APP_TOKEN",
        token("an app-level token", "xapp-"),
        "the app-level token for Socket Mode, which needs no public address",
    )
    slack_signing_secret: Secret | None = _setting(
        "SLACK_SIGNING_SECRET",
        secret,
        "for Slack over HTTP instead: proves that a request to `/slack/events` is Slack's",
    )
    slack_api_url: str = _setting(
        "BATON_SLACK_API_URL",
        slack_api_url,
        "where Slack's Web API is; the local workspace prints its own",
        default="https://slack.com/api/",
    )
    smtp_url: Secret | None = _setting(
        "BATON_SMTP_URL",
        smtp_url,
        "the mail server for pages by e-mail: `smtp+starttls://user:password@host:587`",
    )
    smtp_from: str | None = _setting(
        "BATON_SMTP_FROM", mailbox, "the address that pages by e-mail come from"
    )
    command_inc: str = _setting(
        "BATON_COMMAND_INC", slash_command, "the slash command for incidents", default="/inc"
    )
    command_oncall: str = _setting(
        "BATON_COMMAND_ONCALL", slash_command, "the slash command for the rota", default="/oncall"
    )
    log: LogStyle = _setting(
        "BATON_LOG",
        log_style,
        "`json`, `text`, or `auto`: text on a terminal and JSON elsewhere",
        default="auto",
    )
    intake_max_bytes: int = _setting(
        "BATON_INTAKE_MAX_BYTES",
        number(1024, 256 * 1024**2),
        "the largest request that is accepted from a sender of alerts, in bytes",
        default=str(4 * 1024**2),
    )
    page_workers: int = _setting(
        "BATON_PAGE_WORKERS",
        number(1, 256),
        "how many phone messages may be on their way at once",
        default="16",
    )

    watchdog_url: Secret | None = _setting(
        "BATON_WATCHDOG_URL",
        watchdog_url,
        "an address of a checker outside that is fetched while all is well, and that calls you "
        "when this stops",
    )
    watchdog_seconds: int = _setting(
        "BATON_WATCHDOG_SECONDS",
        number(5, 3600),
        "how often it is fetched, in seconds",
        default="30",
    )
    canary_seconds: int = _setting(
        "BATON_CANARY_SECONDS",
        number(0, 86400),
        "how often an alert of Baton's own goes the whole way and reaches nobody; 0 for never",
        default="300",
    )
    keep_days: int = _setting(
        "BATON_KEEP_DAYS",
        number(1, 36500),
        "after so many days raw bodies and what was said are forgotten; incidents and the audit "
        "log never are",
        default="90",
    )

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """From a mapping such as `os.environ`; raises SettingsError with all problems at once.

        `NAME_FILE` names a file that holds the value of `NAME`. Empty counts as not given.
        """
        problems: list[str] = []
        values: dict[str, object] = {}
        for field, spec in specs():
            try:
                text = _given(spec.name, environment)
                if text:
                    values[field] = spec.read(text)
            except _Unreadable as problem:
                problems.append(str(problem))
            except ValueError as wanted:
                problems.append(f"{spec.name} must be {wanted}.")
        made = cls(**values)  # type: ignore[arg-type]
        problems += [] if problems else _contradictions(made)
        if problems:
            raise SettingsError(problems)
        return made

    @property
    def slack_mode(self) -> Literal["socket", "http"] | None:
        """How Slack reaches us; None when Slack is off. Socket Mode wins when both are set."""
        if self.slack_bot_token is None:
            return None
        return "socket" if self.slack_app_token else "http"

    def secrets(self) -> list[str]:
        """Every text that must not be logged, longest first."""
        found: set[str] = set()
        for field, _ in specs():
            value = getattr(self, field)
            if isinstance(value, Secret):
                found |= _hidden_parts(value.reveal())
        if self.watchdog_url is not None:
            found |= _hidden_path(self.watchdog_url.reveal())
        return sorted(found, key=len, reverse=True)


class _Unreadable(Exception):
    """A setting's file cannot be used; the text is the whole sentence."""


def specs() -> Iterator[tuple[str, Spec]]:
    """Every field's name with how it is read, in the order people should meet them."""
    for field in dataclasses.fields(Settings):
        yield field.name, field.metadata["spec"]


def settings_table() -> str:
    """The table of settings as it stands in README, in Markdown."""
    lines = ["| setting | meaning | default |", "|---|---|---|"]
    for _, spec in specs():
        default = "" if spec.default is None else f"`{spec.default}`"
        lines.append(f"| `{spec.name}` | {spec.meaning} | {default} |")
    return "\n".join(lines) + "\n"


def near_misses(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that looks like a misspelt setting; for logs and `doctor`."""
    known = {name for _, spec in specs() for name in (spec.name, spec.name + "_FILE")}
    unknown = sorted(
        name for name in environment if name.startswith(("BATON_", "SLACK_")) and name not in known
    )
    close = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.85) for name in unknown}
    return [
        f"{name} is not a setting of Baton's and is ignored. Did you mean {match[0]}?"
        for name, match in close.items()
        if match
    ]


def _given(name: str, environment: Mapping[str, str]) -> str:
    text = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if text and path:
        raise _Unreadable(f"{name} and {name}_FILE are both set: keep one of them.")
    if not path:
        return text
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "it is not text"
        raise _Unreadable(f"{name}_FILE names {path}, which cannot be read: {detail}.") from error
    if not text:
        raise _Unreadable(f"{name}_FILE names {path}, which is empty.")
    return text


def _contradictions(settings: Settings) -> list[str]:
    """Settings that are each fine and make no sense together."""
    problems = []
    ways_in = settings.slack_app_token or settings.slack_signing_secret
    if settings.slack_bot_token and not ways_in:
        problems.append(
            "SLACK_BOT_TOKEN is set, but nothing for Slack to reach Baton by: set SLACK_APP_TOKEN"
            " (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )
    if ways_in and not settings.slack_bot_token:
        problems.append(
            "SLACK_BOT_TOKEN is missing: copy it from the Slack app's page OAuth & Permissions."
        )
    if settings.smtp_url and not settings.smtp_from:
        problems.append("BATON_SMTP_FROM is missing: pages by e-mail need an address to come from.")
    if settings.command_inc == settings.command_oncall:
        problems.append("BATON_COMMAND_INC and BATON_COMMAND_ONCALL must differ.")
    if settings.bind == settings.admin_bind and settings.bind.port:
        problems.append("BATON_BIND and BATON_ADMIN_BIND must differ.")
    return problems


def _hidden_parts(text: str) -> set[str]:
    """A secret, or of an address only its password: the rest may be shown."""
    if "://" not in text:
        return {text, *(part.strip() for part in text.split(","))} - {""}
    password = urlsplit(text).password
    return {password, unquote(password)} if password else set()


def _hidden_path(text: str) -> set[str]:
    """Of an address whose path is its key, everything after the host."""
    parts = urlsplit(text)
    return {each for each in (text, parts.path.strip("/"), parts.query) if len(each) > 3}
