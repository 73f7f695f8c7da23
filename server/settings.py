"""The settings of a process: the only reader of the environment and of `.env`."""

import os
import secrets
import string
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.database import store_url
from rules.failures import Failure
from rules.nights import NIGHTLY_HOUR
from server.addresses import TrustedProxies
from server.mail import MailServer

DEMO_FOLDER = Path("var")
DEMO_URL = f"sqlite:///{DEMO_FOLDER}/customer-api.db"
DEMO_SECRET = DEMO_FOLDER / "secret"
SHORTEST_SECRET = 32
FEWEST_DISTINCT = 12
FEWEST_DISTINCT_HEX = 9  # of 32 random hexadecimal digits some 14 differ, hardly ever less than 9
MOST_IN_SEQUENCE = 0.5  # of a secret's characters those that follow another, as in abc, 321, qwerty or a1b2c3
STEPS = (1, 2, 3)
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn")
DEFAULT_SECRETS = (
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "yoursecret",
    "your256bitsecret",
    "mysecret",
    "supersecret",
    "topsecret",
    "secretkey",
    "examplesecret",
    "insecure",
    "placeholder",
    "password",
    "0123456789abcdef",
    "abcdefghijklmnop",
)
NEW_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


class SettingsError(Failure):
    """A setting that is missing or impossible; the message says what would be right."""


class Settings(BaseSettings):
    """What may be set, each by the environment variable of its name in capitals, or a line of `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: str | None = Field(
        None,
        description="The store: `sqlite:///path/to/file.db` or `postgresql://user:password@host:5432/name`. "
        "Without it the server is in demo mode: its own SQLite file under `var/`, a demo shop in it, "
        "a secret of its own, and no listening beyond this machine.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="What tokens (HS256) are signed with, at least 32 random characters: "
        f"`{NEW_SECRET}`. Needed outside demo mode unless `JWKS_URL` is set.",
    )
    link_keys: SecretStr | None = Field(
        None,
        description="What links to exports are signed with: one or several secrets like `SECRET_KEY`, between commas. "
        "The first signs; those after it are earlier ones whose links still hold, and one that is taken out revokes "
        "its links. Without it the key is derived from `SECRET_KEY`.",
    )
    webhook_keys: SecretStr | None = Field(
        None,
        description="What the secrets of webhook endpoints are sealed with in the store: one or several secrets like "
        "`SECRET_KEY`, between commas. The first seals; those after it still open what they sealed. Without it the key "
        "is derived from `SECRET_KEY`: before you change that, set `WEBHOOK_KEYS` to a new secret and the old "
        "`SECRET_KEY`.",
    )
    webhook_private_hosts: str = Field(
        "",
        description="Hosts that webhooks may call by http and at addresses that are not public, between commas, as the "
        "address of the endpoint writes them: `till.local`, `10.0.0.7:8080`, `localhost`. Others are called by https "
        "at public addresses only.",
    )
    jwks_url: HttpUrl | None = Field(
        None,
        description="The key set of your identity provider. With it only its tokens (RS256, ES256) are accepted, "
        "and none signed with `SECRET_KEY`. Needs `JWT_ISSUER` and `JWT_AUDIENCE`, and https:// unless it is on this "
        "machine.",
    )
    jwt_issuer: str | None = Field(None, description="The `iss` that every token must carry. Needed with `JWKS_URL`.")
    jwt_audience: str | None = Field(
        None,
        description="The `aud` that every token must carry. Needed with `JWKS_URL`: a provider signs for others too.",
    )
    oidc_issuer: str | None = Field(
        None,
        description="Your OpenID Connect provider, by which readers sign in to the application: the address before "
        "`/.well-known/openid-configuration`. Needs `OIDC_CLIENT_ID` and `JWKS_URL`.",
    )
    oidc_client_id: str | None = Field(
        None, description="What the provider knows the application as: a public client, without a secret, with PKCE."
    )
    oidc_scopes: str = Field(
        "openid",
        description="What is asked of the provider. Many give the refresh token that renews an expired token "
        "only with `openid offline_access`.",
    )
    oidc_token: Literal["access_token", "id_token"] = Field(
        "access_token",
        description="Which of the provider's tokens goes to the API: `access_token`, or `id_token` where only that "
        "carries the claims.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="The mail server that codes to customers leave by: `smtp://user:password@host:587` (encrypted by "
        "STARTTLS, unless it is on this machine) or `smtps://user:password@host:465`. Without it no business can let "
        "customers register themselves. Needs `CODES_FROM`.",
    )
    codes_from: str | None = Field(
        None, description="The e-mail address that codes come from, under the name of the business."
    )
    host: str = Field("127.0.0.1", description="The address that `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `serve` listens on.")
    workers: int = Field(1, ge=1, le=256, description="How many processes `serve` answers with.")
    graphiql: bool = Field(True, description="Whether a browser gets the GraphiQL page at `/graphql`.")
    introspection: bool = Field(
        True, description="Whether clients may ask for the schema. GraphiQL and code generators do."
    )
    documents: Path | None = Field(
        None, description="A manifest of trusted documents, which clients may ask for by their hash."
    )
    only_documents: bool = Field(False, description="Whether nothing but the documents of `DOCUMENTS` is answered.")
    max_tokens: int = Field(5_000, ge=100, le=100_000, description="The most tokens that a document may have.")
    max_document: int = Field(100_000, ge=1_000, description="The most characters that a document may have.")
    max_depth: int = Field(20, ge=1, le=100, description="The most levels that fields may nest.")
    max_fields: int = Field(
        1_000,
        ge=1,
        le=10_000,
        description="The most fields of an operation, those of its fragments where they are spread.",
    )
    max_root_fields: int = Field(20, ge=1, description="The most fields at the root of an operation.")
    max_aliases: int = Field(50, ge=0, description="The most fields of an operation that have an alias.")
    max_directives: int = Field(50, ge=0, description="The most directives of an operation.")
    max_list_size: int = Field(1_000, ge=1, le=100_000, description="The most items of a list that a client sends.")
    max_cost: int = Field(
        100_000, ge=1, le=100_000_000, description="The most points that an operation may cost; see docs/limits.md."
    )
    max_answer: int = Field(
        20_000_000, ge=10_000, le=1_000_000_000, description="The most bytes that the data of an answer may have."
    )
    rate_limit: int | None = Field(
        None,
        ge=1,
        description="How many points of cost a bearer may spend a minute, with all tokens of one `sub` and business. "
        "Without it there is no such limit.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="`redis://host:6379/0`, where all processes keep what tokens have spent. "
        "Without it each process counts for itself.",
    )
    operation_seconds: float = Field(30, gt=0, description="How long an operation may take before it is ended.")
    body_seconds: float = Field(10, gt=0, description="How long the body of a request may take to arrive.")
    head_seconds: float = Field(
        10, gt=0, description="How long the head of a request may take to arrive, and a connection say nothing."
    )
    max_connections: int = Field(
        1_000,
        ge=1,
        le=100_000,
        description="The most connections that each process holds, WebSockets too, which are at most three quarters of "
        "them, and half of one business.",
    )
    max_connections_per_address: int = Field(
        250,
        ge=1,
        description="The most of them from one address (of IPv6 one /64), or requests and WebSockets of one caller "
        "behind `TRUSTED_PROXIES`.",
    )
    max_silent_per_address: int = Field(
        100,
        ge=1,
        description="The most of them from one address that have not asked for anything yet, or have not said by which "
        "token they listen.",
    )
    max_sockets_per_bearer: int = Field(
        50,
        ge=1,
        description="The most WebSockets in each process of one bearer: of all tokens of one `sub` and business, or of "
        "all customers of a business together.",
    )
    max_subscriptions_per_bearer: int = Field(
        100, ge=1, description="The most subscriptions of one bearer in each process; a WebSocket holds 10."
    )
    trusted_proxies: str = Field(
        "",
        description="The proxies before this server, addresses and networks like `10.0.0.0/8, fd00::/8`. A request of "
        "one is taken for that of the last address in its `X-Forwarded-For` that is not one itself; of others the "
        "header says nothing.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe message that is logged: `debug`, `info`, `warning` or `error`."
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto",
        description="How messages are written to standard error: `text`, or one `json` object a line; "
        "`auto` is text on a terminal and json elsewhere.",
    )
    allowed_origins: str = Field(
        "",
        description="Pages of which other sites may ask the API by a browser (CORS) and connect by WebSocket, like "
        "`https://app.example, https://shop.example`; those of this server always may. `*` is none.",
    )
    report_cache_bytes: int = Field(
        512 * 1024**2, ge=0, description="How many bytes of computed reports each process keeps."
    )
    report_cache_seconds: float = Field(600, gt=0, description="How long a computed report is kept.")
    reports_max_age: float = Field(
        0,
        ge=0,
        description="How many seconds old a report may be that was computed before the last change of the facts, "
        "for a shop that changes all the time. `freshness` tells what was served. With 0 nothing is ever stale.",
    )
    response_cache_bytes: int = Field(
        64 * 1024**2, ge=0, description="How many bytes of whole answers to queries each process keeps; `0` for none."
    )
    response_cache_seconds: float = Field(600, gt=0, description="How long an answer is kept.")
    slow_seconds: float = Field(
        1.0, gt=0, description="A statement that takes longer is logged with its name, in the store and in its copy."
    )
    metrics: bool = Field(True, description="Whether `/metrics` answers Prometheus.")
    metrics_token: SecretStr | None = Field(
        None,
        description="What `/metrics` wants as `Authorization: Bearer …`, at least 32 random characters. "
        "Without it `/metrics` is closed, except in demo mode.",
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="A port of 127.0.0.1 where `serve` tells `/metrics` of all workers without a token: to this "
        "machine, and nowhere else.",
    )
    prometheus_multiproc_dir: Path | None = Field(
        None,
        description="The folder where the workers of one server gather their metrics. "
        "`serve --workers` makes one and removes it at the end.",
    )
    max_exports: int = Field(
        4, ge=1, le=100, description="How many exports each process writes at the same time; more are told to wait."
    )
    max_exports_of_business: int = Field(
        3, ge=1, le=100, description="How many of them one business may have, so that others find a place."
    )
    max_exports_of_token: int = Field(
        2,
        ge=1,
        le=100,
        description="How many of them one bearer may have, with all tokens of one `sub` and business; the customers of "
        "a business have so many together.",
    )
    export_seconds: float = Field(600, gt=0, description="How long an export may take until all of it is written.")
    export_spool_bytes: int = Field(
        4 * 1024**3,
        ge=1024**2,
        description="How many bytes of exports each process keeps on disk (in `TMPDIR`) until they are read; "
        "a business has at most half of it.",
    )
    export_least_speed: int = Field(
        32 * 1024,
        ge=1,
        description="How many bytes a second an export has to be read by; who is slower for a minute is cut off.",
    )
    nightly_hour: int = Field(
        NIGHTLY_HOUR,
        ge=0,
        le=23,
        description="The hour of each business's own day at which its nightly pass begins: erasures that are due, the "
        "search for duplicates, the model of predictions, and removing what is past its days.",
    )
    fonts: Path = Field(
        Path("/usr/share/fonts"),
        description="A folder of TrueType fonts for the PDF files: where the fonts that come along lack a script, like "
        "Tamil or Armenian, it is looked for there.",
    )
    drain_seconds: float = Field(
        0.0,
        ge=0,
        le=300,
        description="How long a server that is told to stop (SIGTERM) goes on answering, not ready any more, "
        "so that a load balancer notices first.",
    )

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_store(cls, value: str | None) -> str | None:
        if value is not None:
            store_url(value)
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("REDIS_URL must be redis://host:port/number or rediss://…")
        return value

    @model_validator(mode="after")
    def _mail_server_and_sender(self) -> Self:
        if (self.smtp_url is None) != (self.codes_from is None):
            raise ValueError("SMTP_URL and CODES_FROM go together: by which mail server, and from which address")
        self.mail_server()
        return self

    def mail_server(self) -> MailServer | None:
        """The mail server that codes leave by, None where there is none."""
        if self.smtp_url is None or self.codes_from is None:
            return None
        return MailServer(self.smtp_url.get_secret_value(), self.codes_from)

    @field_validator("allowed_origins")
    @classmethod
    def _known_origins(cls, value: str) -> str:
        for origin in filter(None, map(str.strip, value.split(","))):
            if not _is_origin(origin):
                raise ValueError(f"ALLOWED_ORIGINS must list origins like https://app.example, and {origin} is none")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, value: str) -> str:
        TrustedProxies(value)
        return value

    @field_validator("jwks_url")
    @classmethod
    def _safe_keys(cls, value: HttpUrl | None) -> HttpUrl | None:
        if value is not None and value.scheme != "https" and not is_loopback(value.host or ""):
            raise ValueError("JWKS_URL must begin with https://, or with http:// on this machine")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str | None) -> str | None:
        if value is not None and not _is_safe(value):
            raise ValueError("OIDC_ISSUER must begin with https://, or with http:// on this machine, and have no query")
        return value

    @model_validator(mode="after")
    def _provider_to_sign_in_with(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.jwks_url):
            raise ValueError("OIDC_ISSUER needs OIDC_CLIENT_ID, and JWKS_URL to verify the provider's tokens with")
        return self

    @model_validator(mode="after")
    def _tokens_for_us(self) -> Self:
        wanted = {"JWT_ISSUER": self.jwt_issuer, "JWT_AUDIENCE": self.jwt_audience}
        missing = " and ".join(name for name, value in wanted.items() if not value)
        if self.jwks_url is not None and missing:
            raise ValueError(f"JWKS_URL needs {missing}: without, tokens that the provider gave for others are taken")
        return self

    @model_validator(mode="after")
    def _metrics_of_their_own_port(self) -> Self:
        if self.metrics_port is not None and not self.metrics:
            raise ValueError("METRICS_PORT needs METRICS, which is off")
        if self.metrics_port == self.port:
            raise ValueError("METRICS_PORT must be another port than PORT")
        return self

    @model_validator(mode="after")
    def _documents_to_answer(self) -> Self:
        if self.only_documents and self.documents is None:
            raise ValueError("ONLY_DOCUMENTS needs DOCUMENTS, the manifest of what is answered")
        return self

    @model_validator(mode="after")
    def _strong_secret(self) -> Self:
        if self.secret_key is not None:
            weakness = weakness_of(self.secret_key.get_secret_value())
            if weakness:
                raise ValueError(f"SECRET_KEY {weakness}: make a random one with {NEW_SECRET}")
        return self

    @field_validator("link_keys", "webhook_keys")
    @classmethod
    def _strong_keys(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        for secret in _listed(value):
            if weakness := weakness_of(secret):
                name = str(info.field_name).upper()
                raise ValueError(f"{name} has a key that {weakness}: make a random one with {NEW_SECRET}")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _strong_token(cls, value: SecretStr | None) -> SecretStr | None:
        weakness = weakness_of(value.get_secret_value()) if value else None
        if weakness:
            raise ValueError(f"METRICS_TOKEN {weakness}: make a random one with {NEW_SECRET}")
        return value

    @property
    def demo(self) -> bool:
        """Whether the server runs on its own demo shop."""
        return self.database_url is None

    @property
    def store(self) -> str:
        """The URL of the store."""
        return self.database_url or DEMO_URL

    def secret(self) -> str | None:
        """What tokens are signed with, None where they are the identity provider's; demo mode makes and keeps one.

        Raises SettingsError where there is neither: commands that deal with no tokens do not ask.
        """
        if self.jwks_url is not None:
            return None
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        if self.demo:
            return _demo_secret(DEMO_SECRET)
        raise SettingsError(
            f"SECRET_KEY is missing: make one with {NEW_SECRET}, or set JWKS_URL to your identity provider's keys"
        )

    def link_secrets(self) -> list[str]:
        """What the keys of links to exports come from, the one that signs first; empty where nothing is set."""
        return self._secrets(self.link_keys)

    def webhook_secrets(self) -> list[str]:
        """What the keys that seal secrets of endpoints come from, the one that seals first; empty where none is set."""
        return self._secrets(self.webhook_keys)

    @property
    def private_hosts(self) -> frozenset[str]:
        """The hosts that webhooks may call though they are not public."""
        parts = (part.strip().lower() for part in self.webhook_private_hosts.split(","))
        return frozenset(part for part in parts if part)

    def _secrets(self, given: SecretStr | None) -> list[str]:
        listed = _listed(given)
        if listed:
            return listed
        if self.secret_key is not None:
            return [self.secret_key.get_secret_value()]
        return [_demo_secret(DEMO_SECRET)] if self.demo else []


def _listed(value: SecretStr | None) -> list[str]:
    parts = (part.strip() for part in (value.get_secret_value() if value else "").split(","))
    return [part for part in parts if part]


def load_settings(**given: Any) -> Settings:
    """The settings of the environment and `.env`, or a SettingsError of one line; `given` comes before both."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_complaints(error))) from None


def _complaints(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        message = problem["msg"].removeprefix("Value error, ")
        name = "_".join(str(part) for part in problem["loc"]).upper()
        yield message if not name or name in message else f"{name}: {message}"


def weakness_of(secret: str) -> str | None:
    """Why a secret is too easy to guess, None where it is not."""
    plain = "".join(letter for letter in secret.lower() if letter.isalnum())
    if len(secret) < SHORTEST_SECRET:
        return f"has {len(secret)} characters, at least {SHORTEST_SECRET} are needed"
    if any(default in plain for default in DEFAULT_SECRETS):
        return "is a known default"
    if len(set(secret)) < _fewest_distinct(secret) or _is_repeated(secret):
        return "repeats itself"
    if any(_in_sequence(secret.lower(), step) > MOST_IN_SEQUENCE * len(secret) for step in STEPS):
        return "is a sequence"
    return None


def _fewest_distinct(secret: str) -> int:
    return FEWEST_DISTINCT_HEX if all(letter in string.hexdigits for letter in secret) else FEWEST_DISTINCT


def _is_repeated(secret: str) -> bool:
    """Whether its second half or more says what came before, also where the last time is cut short."""
    return any(secret[period:] == secret[:-period] for period in range(1, len(secret) // 2 + 1))


def _in_sequence(secret: str, step: int) -> int:
    """How many characters follow the one so many places before in the alphabet or on a keyboard, or are the same."""
    return sum(_is_next(one, other) for one, other in zip(secret, secret[step:], strict=False))


def _is_next(one: str, other: str) -> bool:
    together = one + other
    return abs(ord(one) - ord(other)) <= 1 or any(together in row or together in row[::-1] for row in KEYBOARD)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    is_private = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return is_private and bool(parts.hostname) and not parts.query and not parts.fragment


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text.rstrip("/"))
        is_named = bool(parts.hostname) and "*" not in text and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and is_named and text.rstrip("/") == f"{parts.scheme}://{parts.netloc}"


def _demo_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_urlsafe(48))
        try:
            os.link(mine, path)  # of several processes that start at once, one makes the secret of all
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text().strip()


def hand_on(**given: Any) -> None:
    """Let the processes that this one starts have these settings too: they read their environment."""
    for name, value in given.items():
        if value is not None:
            os.environ[name.upper()] = str(value)  # noqa: TID251


def settings_table() -> str:
    """Every setting with its default and meaning, as docs/configuration.md shows it."""
    rows = (
        f"| `{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    )
    return "\n".join(("| setting | default | meaning |", "|---|---|---|", *rows))


def _shown(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    return f"`{default}`"
