"""What an installation remembers of its servers: ports and secrets, in one private file."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from domain.errors import ConflictError, UnavailableError

LOOPBACK = "127.0.0.1"
SERVER_PORTS = range(21000, 32000)


def _secret() -> str:
    return secrets.token_urlsafe(24)


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As servers do: a port whose last connections still linger counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on.

    Below the range the kernel takes for outgoing connections: there a server that restarts could
    find its port lent to a client, and a client that keeps trying could connect to itself.
    """
    for _ in range(200):
        port = SERVER_PORTS[secrets.randbelow(len(SERVER_PORTS))]
        if port_is_free(port):
            return port
    raise UnavailableError(
        f"no free port from {SERVER_PORTS.start} to {SERVER_PORTS.stop - 1} on {LOOPBACK}",
        code="NO_FREE_PORT",
    )


def kept_port(port: int) -> int:
    """The remembered port while it is free, else another one."""
    return port if port and port_is_free(port) else free_port()


@dataclass(slots=True)
class RuntimeState:
    """Ports chosen once and secrets made once; changes are saved at once."""

    place: str = field(default_factory=lambda: secrets.token_hex(6))
    postgres_port: int = 0
    valkey_port: int = 0
    superuser_password: str = field(default_factory=_secret)
    app_password: str = field(default_factory=_secret)
    migrator_password: str = field(default_factory=_secret)
    valkey_password: str = field(default_factory=_secret)

    @staticmethod
    def path(home: Path) -> Path:
        """The file of an installation."""
        return home / "runtime.json"

    @classmethod
    def load(cls, home: Path) -> Self | None:
        """What is remembered, or None before the first start."""
        try:
            found = json.loads(cls.path(home).read_text())
            return cls(**found)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ConflictError(
                f"{cls.path(home)} is not readable as the state of an installation: {error};"
                " restore it, or forget the installation's data with `make clean-data`",
                code="STATE_UNREADABLE",
            ) from error

    @classmethod
    def load_or_make(cls, home: Path) -> Self:
        """What is remembered; on the first start, new secrets."""
        state = cls.load(home)
        if state is None:
            if (home / "postgres" / "PG_VERSION").exists():
                raise ConflictError(
                    f"{cls.path(home)} is missing, but there is a database in {home} that only its"
                    " passwords open; restore the file, or forget the data with"
                    " `make clean-data`",
                    code="STATE_MISSING",
                )
            state = cls()
            state.save(home)
        return state

    def save(self, home: Path) -> None:
        """Write the file whole or not at all, readable by its owner alone."""
        write_private(self.path(home), json.dumps(asdict(self), indent=2))


def write_private(path: Path, content: str) -> None:
    """Replace ``path`` by ``content`` in one step; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
