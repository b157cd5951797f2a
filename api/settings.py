"""Settings: the only place where the environment is read.

Invariant: every setting has a default that works on a laptop with no server; each is named `TIDEWAITER_*`
in the environment and documented in docs/reference/settings.md.
"""

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.model.errors import Invalid


def _listed(value: object) -> object:
    return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """Where things are, and how much of the machine may be used. Engines are chosen by URL."""

    model_config = SettingsConfigDict(env_prefix="TIDEWAITER_", frozen=True, extra="ignore")

    home: Path = Path("./.tidewaiter")
    facts_url: str = "duckdb:"
    graph_url: str = "sqlite:"
    search_url: str = "tantivy:"
    database_url: str = ""  # empty: SQLite at HOME/tidewaiter.sqlite
    memory_limit_gb: float = Field(default=3.0, gt=0.1, le=4096)
    threads: int | None = Field(default=None, ge=1, le=1024)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    ui_port: int | None = Field(default=None, ge=1, le=65535)  # empty: the port after `port`
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()  # a comma between two
    log_level: str = Field(default="INFO", pattern="(?i)^(debug|info|warning|error)$")

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def database(self) -> str:
        """The authored database's URL, in full."""
        return self.database_url or f"sqlite:///{(self.home / 'tidewaiter.sqlite').absolute()}"

    @property
    def log_file(self) -> Path:
        """Where what went wrong is written down in full."""
        return self.home / "tidewaiter.log"


def read_settings(**given: object) -> Settings:
    """Settings from the environment, with `given` (not None) in their place; `Invalid` names a bad one."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise Invalid(
            f"The setting {name} (TIDEWAITER_{name.upper()}) is not usable: {first['msg']}.",
            thing=f"TIDEWAITER_{name.upper()}",
            value=str(first["input"])[:200],
            next_step="Correct it in the environment or on the command line.",
        ) from error
