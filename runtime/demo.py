"""What the demo keeps in the installation: whose accounts it made, and its town's devices.

The record is written before what it names is made. So a start that was interrupted, even by
kill -9, goes on where it stopped, with the same town and with passwords that are known.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self

from domain.errors import ConflictError
from runtime.state import write_private


def accounts_file(home: Path) -> Path:
    """The record of the demo, with its generated accounts."""
    return home / "demo-accounts.json"


def devices_file(home: Path) -> Path:
    """Concentrators of the town and their secrets, as the metering import printed them."""
    return home / "demo-devices.json"


def numbers_file(home: Path) -> Path:
    """Where the town's concentrators keep how far they are; the simulator's own."""
    return home / "demo-devices.state.json"


def homes_cache(home: Path) -> Path:
    """Where the simulator keeps the homes as plain numbers; its name for it."""
    return home / "simulator-homes-wh.npy"


@dataclass(slots=True)
class DemoPerson:
    """Somebody who signs in, with the password generated for them."""

    name: str
    login: str
    role: str
    tenants: list[str]
    password: str = field(repr=False)


@dataclass(slots=True)
class DemoTenant:
    """A tenant of the demo and its client program."""

    name: str
    tenant: int
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(slots=True)
class DemoRecord:
    """What was made, or was about to be."""

    monday: str
    """Founding Monday of the town."""

    first_hour: int
    """UTC hour since the epoch with which the town's history begins."""

    people: list[DemoPerson]
    tenants: list[DemoTenant] = field(default_factory=list)
    invitation: str | None = None
    """Link of the invitation that waits for its household."""

    complete: bool = False
    """Whether the history has been pushed, folded and rolled up."""

    @property
    def founded_on(self) -> date:
        """Founding Monday of the town."""
        return date.fromisoformat(self.monday)

    def tenant_named(self, name: str) -> DemoTenant | None:
        """What is recorded of a tenant."""
        return next((one for one in self.tenants if one.name == name), None)

    @classmethod
    def load(cls, home: Path) -> Self | None:
        """The record of the installation in ``home``, or None before the demo was begun.

        Raises
        ------
        ConflictError
            DEMO_RECORD_UNREADABLE: the file holds something else.
        """
        path = accounts_file(home)
        try:
            found: dict[str, Any] = json.loads(path.read_text())
            people = [DemoPerson(**one) for one in found.pop("people")]
            tenants = [DemoTenant(**one) for one in found.pop("tenants")]
            return cls(people=people, tenants=tenants, **found)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise ConflictError(
                f"{path} is not readable as the record of the demo: {error!r}; restore it, or"
                " forget the installation's data with `make clean-data`",
                code="DEMO_RECORD_UNREADABLE",
            ) from error

    def save(self, home: Path) -> None:
        """Write the record whole or not at all, readable by its owner alone."""
        write_private(accounts_file(home), json.dumps(asdict(self), indent=2) + "\n")
