"""Everything that can be set from outside, read once, typed and explained.

Each field is the environment variable ``BALANCE_<FIELD>``. An empty server URL means the embedded
server of the installation; the supervisor tells the parts it starts where that one is.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidError

PREFIX = "BALANCE_"

Port = Annotated[int, Field(ge=1, le=65535)]

Version = Annotated[str, Field(pattern=r"^\d{1,4}(\.\d{1,4}){2}$")]
"""Three numbers, as 1.4.0."""

ServerUrl = Annotated[str, Field(repr=False)]
"""A URL that may hold a password, kept out of logs and messages."""


def _next_port(fields: dict[str, Any]) -> int:
    port: int = fields["port"]
    return port + 1 if port < 65535 else port - 1


def _own_address(fields: dict[str, Any]) -> str:
    host = fields["host"]
    return f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{fields['port']}"  # noqa: S104 - compared, not bound


def _analysts() -> int:
    return min(2, os.cpu_count() or 1)


def _as_demo(fields: dict[str, Any]) -> bool:
    demo: bool = fields["demo"]
    return demo


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    home: Path = Field(
        default=Path(".balance"),
        description="Directory of the installation: data, secrets, logs.",
    )
    demo: bool = Field(
        default=True,
        description="Whether the first start fills the installation with the demo town.",
    )

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; 0.0.0.0 opens it to the network.",
    )
    port: Port = Field(default=8000, description="Port of API, pages and gateway together.")
    gateway_port: Port = Field(
        default_factory=_next_port,
        description="Port of the process that serves the gateway alone; port + 1 if not set.",
    )
    public_url: str = Field(
        default_factory=_own_address,
        description="How clients reach the port from outside: issuer of tokens, base of links.",
    )

    database_url: ServerUrl = Field(
        default="", description="PostgreSQL >= 17.6 as role balance_app; empty: embedded."
    )
    migration_url: ServerUrl = Field(
        default="",
        description="The same database as a role that may SET ROLE balance_owner, to migrate.",
    )
    redis_url: ServerUrl = Field(default="", description="Valkey or Redis; empty: embedded.")
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Connections that one process keeps to PostgreSQL."
    )

    analysts: int = Field(
        default_factory=_analysts,
        ge=1,
        le=16,
        description="Processes that judge readings; two where there are two cores or more.",
    )

    master_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key that other secrets are derived from, 64 hex digits; empty: the file.",
    )
    master_key_file: Path = Field(
        default_factory=lambda fields: fields["home"] / "master.key",
        description="File of that key, made at the first start with mode 0600.",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important message that is written."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: for people on a terminal, JSON elsewhere."
    )

    graphiql: bool = Field(
        default_factory=_as_demo, description="Serve /graphiql; as demo if not set."
    )
    console_files: Path = Field(
        default=Path(__file__).parents[1] / "apps" / "console" / "dist",
        description="Directory of the built console; `make console` builds it there.",
    )
    mobile_files: Path = Field(
        default=Path(__file__).parents[1] / "apps" / "mobile" / "dist",
        description="Directory of the built residents' app; `make app` builds it there.",
    )
    app_oldest_version: Version = Field(
        default="1.0.0", description="Oldest version of the residents' app that is served."
    )
    app_newest_version: Version = Field(
        default="1.0.0", description="Newest version of the residents' app in the stores."
    )
    app_store_ios: str = Field(default="", description="Address of the app in the App Store.")
    app_store_android: str = Field(default="", description="Address of the app in Google Play.")
    kept_screens: int = Field(
        default=2000,
        ge=0,
        description="First screens of homes that a process keeps until they change.",
    )
    introspection: bool = Field(
        default=True, description="Answer GraphQL introspection: integrators generate clients."
    )
    graphql_body_bytes: int = Field(
        default=256 * 2**10, ge=1024, description="Longest GraphQL request."
    )
    graphql_file_bytes: int = Field(
        default=9 * 2**20,
        ge=1024,
        description="Longest GraphQL request of those who may import files: 6 MiB in base64.",
    )
    requests_per_minute: int = Field(
        default=3000, ge=1, description="Requests a tenant may send to the API in a minute."
    )

    journal_retention_months: int = Field(
        default=13, ge=1, le=120, description="How long pushed frames are kept as evidence."
    )

    weather: str = Field(
        default="",
        description="Who knows the temperature: constant:DEGREES, file:PATH, or empty for nobody.",
    )

    fcm_credentials: Path | None = Field(
        default=None,
        description="Service account of Firebase Cloud Messaging, a JSON file; empty: no push.",
    )
    fcm_url: str = Field(
        default="", description="Where Firebase answers, if not at Google: for tests."
    )
    smtp_url: ServerUrl = Field(
        default="",
        description="Mail server, smtp://user:password@host:587 or smtps://; empty: no e-mail.",
    )
    mail_from: str = Field(default="BALANCE <balance@localhost>", description="Sender of e-mails.")
    sms_url: str = Field(
        default="", description="HTTP gateway for SMS (backend/clients/sms.py); empty: no SMS."
    )
    sms_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token of the SMS gateway."
    )
    webhooks_private: bool = Field(
        default=False,
        description="Let webhooks reach addresses that are not of the public Internet, over HTTP.",
    )

    @field_validator("smtp_url")
    @classmethod
    def _of_mail(cls, url: str) -> str:
        if url and url.partition("://")[0] not in {"smtp", "smtps"}:
            raise ValueError("is not a URL of the form smtp://user:password@host:port")
        return url

    @field_validator("fcm_credentials")
    @classmethod
    def _absolute_if_any(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @field_validator("home", "master_key_file", "console_files", "mobile_files")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url", "migration_url")
    @classmethod
    def _by_asyncpg(cls, url: str) -> str:
        """Accept the URL as other programs write it."""
        scheme, separator, rest = url.partition("://")
        if not url:
            return url
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
            raise ValueError("is not a URL of the form postgresql://user:password@host:port/name")
        return f"postgresql+asyncpg://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _of_redis(cls, url: str) -> str:
        if url and url.partition("://")[0] not in {"redis", "rediss", "valkey", "valkeys"}:
            raise ValueError("is not a URL of the form redis://:password@host:port/0")
        return url.replace("valkey", "redis", 1) if url.startswith("valkey") else url

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("does not start with http:// or https://")
        return url.rstrip("/")

    @field_validator("master_key")
    @classmethod
    def _of_32_bytes(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if text and not _is_key(text):
            raise ValueError("is not 64 hex digits (32 bytes); `openssl rand -hex 32` makes one")
        return key


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False


SECRET_FIELDS = frozenset(
    {"database_url", "migration_url", "redis_url", "master_key", "smtp_url", "sms_token"}
)


def read_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - any field of any type
    """Settings from the environment, some replaced; every bad one is named.

    Raises
    ------
    InvalidError
        SETTINGS_INVALID, with the variable, its value unless secret, and why.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        complaints = []
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0]) if detail["loc"] else "settings"
            if detail["type"] == "default_factory_not_called":
                continue
            value = "" if name in SECRET_FIELDS else f" = {detail['input']!r}"
            why = detail["msg"].removeprefix("Value error, ")
            complaints.append(f"{PREFIX}{name.upper()}{value}: {why}")
        raise InvalidError("; ".join(complaints), code="SETTINGS_INVALID") from error


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return read_settings()
