"""Devices that may talk to the gateway: whose a serial is, and its secret."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import select, update

from backend.services.gateway.intake import Device
from domain.authenticity import device_secret
from domain.identity import ConcentratorId, TenantId
from tenants.models import DeviceDirectory, DeviceKind
from tenants.session import Database

KEEP_S = 30.0
MOST_KEPT = 50_000


SHORTLY_S = 1.0
"""A look at a device is repeated for a bad signature, but no sooner: its key may have changed."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device, and its secrets that are good now by generation, the newest first."""

    device: Device
    secrets: Mapping[int, str]
    seen_at: float

    @property
    def newest(self) -> int:
        """Generation of the newest secret."""
        return max(self.secrets)


class Devices:
    """Looks up concentrators by serial, and remembers for half a minute what it found.

    What is not found is not remembered: a concentrator may push in the second it was imported.
    """

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._database = database
        self._master_key = master_key
        self._known: dict[str, Known] = {}
        self._asked: dict[str, asyncio.Future[DeviceDirectory | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, serial: str) -> tuple[Device, str] | None:
        """Device and newest secret of a concentrator, or None when nobody owns the serial."""
        known = await self.known(serial)
        return None if known is None else (known.device, known.secrets[known.newest])

    async def known(self, serial: str, *, within_s: float = KEEP_S) -> Known | None:
        """What is known of a concentrator since so many seconds; None for nobody's serial."""
        kept = self._known.get(serial)
        if kept is not None and monotonic() - kept.seen_at < within_s:
            return kept
        entry = await self._look_up(serial)
        if entry is None:
            self._known.pop(serial, None)
            return None
        generations = sorted({entry.secret_generation, entry.used_generation}, reverse=True)
        found = Known(
            Device(serial, TenantId(entry.tenant_id), ConcentratorId(entry.device_id)),
            {one: device_secret(self._master_key, serial, one) for one in generations},
            monotonic(),
        )
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[serial] = found
        return found

    async def uses(self, known: Known, generation: int) -> None:
        """Note that a device has signed with a secret: with the newest one, older ones end."""
        if generation != known.newest or len(known.secrets) == 1:
            return
        serial = known.device.serial
        async with self._database.global_session() as session:
            await session.execute(
                update(DeviceDirectory)
                .where(
                    DeviceDirectory.serial == serial,
                    DeviceDirectory.secret_generation >= generation,
                    DeviceDirectory.used_generation < generation,
                )
                .values(used_generation=generation)
            )
        self._known.pop(serial, None)

    async def _look_up(self, serial: str) -> DeviceDirectory | None:
        """Look a serial up together with those that others ask for meanwhile.

        When thousands of concentrators come back at once, a query for each would keep the pushes
        from the database.
        """
        found = self._asked.get(serial)
        if found is None:
            found = self._asked[serial] = asyncio.get_running_loop().create_future()
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(found)

    async def _look(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                entries = await self._entries(list(asked))
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                for future in asked.values():
                    future.set_exception(error)
                    future.exception()  # not everybody may still be there to hear it
                continue
            for serial, future in asked.items():
                future.set_result(entries.get(serial))

    async def _entries(self, serials: list[str]) -> dict[str, DeviceDirectory]:
        async with self._database.global_session() as session:
            rows = await session.scalars(
                select(DeviceDirectory).where(
                    DeviceDirectory.serial.in_(serials),
                    DeviceDirectory.kind == DeviceKind.CONCENTRATOR,
                )
            )
            return {entry.serial: entry for entry in rows}
