"""A town of houses full of meters: metering files, as an operator would import them."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backend.services.metering_import import import_metering
from bench.rig.installation import MASTER_KEY, Installation
from domain.identity import Scope, TenantId
from domain.metering_file import REQUIRED
from tenants.provisioning import create_tenant

NETWORKS = 8
"""Logical networks of a concentrator; each serves one house."""

CHANNELS = 480
"""Channels of a logical network: 479 flats and the inlet."""

ENTRANCES = 4


@dataclass(frozen=True, slots=True)
class Town:
    """A tenant, and its concentrators as serial and secret."""

    scope: Scope
    devices: tuple[tuple[str, str], ...]


def full_rows(
    concentrators: Iterable[str],
    installed_at: datetime,
    *,
    networks: int = NETWORKS,
    channels: int = CHANNELS,
) -> Iterator[tuple[str, ...]]:
    """Every channel of every network of some concentrators with a meter on it."""
    for serial in concentrators:
        for network in range(1, networks + 1):
            house = f"Region/City/District/Street/{serial} {network}"
            kinds = "region/city/district/street/house"
            for channel in range(channels):
                inlet = channel == 0
                yield (
                    house if inlet else f"{house}/{channel % ENTRANCES + 1}",
                    kinds if inlet else f"{kinds}/entrance",
                    "" if inlet else str(channel),
                    "electricity",
                    "inlet" if inlet else "consumer",
                    f"M-{serial}-{network}-{channel}",
                    "1000",
                    installed_at.isoformat(),
                    "0",
                    serial,
                    str(network),
                    str(channel),
                )


def sparse_rows(concentrators: Iterable[str], installed_at: datetime) -> Iterator[tuple[str, ...]]:
    """One meter for each concentrator: enough to make it known."""
    for serial in concentrators:
        yield next(full_rows([serial], installed_at))


def file_of(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a metering file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(REQUIRED)
    writer.writerows(rows)
    return out.getvalue()


async def found(
    installation: Installation, name: str, *files: str, timezone: str = "Europe/Chisinau"
) -> Town:
    """Make a tenant and import its metering files."""
    made = await create_tenant(installation.database, name=name, timezone=timezone)
    scope = Scope(TenantId(made.tenant), actor="bench")
    devices: list[tuple[str, str]] = []
    for file in files:
        async with installation.database.session(scope) as session:
            imported = await import_metering(session, file, MASTER_KEY)
        devices += [(device.serial, device.secret) for device in imported.devices]
    return Town(scope, tuple(devices))
