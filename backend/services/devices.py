"""Devices that may talk to the gateway: whose a serial is, and its secret."""

import asyncio
from time import monotonic

from sqlalchemy import select

from backend.services.intake import Device
from domain.authenticity import device_secret
from domain.identity import ConcentratorId, TenantId
from tenants.models import DeviceDirectory, DeviceKind
from tenants.session import Database

KEEP_S = 30.0
MOST_KEPT = 50_000


class Devices:
    """Looks up concentrators by serial, and remembers for half a minute what it found.

    What is not found is not remembered: a concentrator may push in the second it was imported.
    """

    def __init__(self, database: Database, master_key: bytes) -> None:
        self._database = database
        self._master_key = master_key
        self._known: dict[str, tuple[float, Device, str]] = {}
        self._asked: dict[str, asyncio.Future[DeviceDirectory | None]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, serial: str) -> tuple[Device, str] | None:
        """Device and secret of a concentrator, or None when nobody owns the serial."""
        kept = self._known.get(serial)
        if kept is not None and monotonic() - kept[0] < KEEP_S:
            return kept[1], kept[2]
        entry = await self._look_up(serial)
        if entry is None:
            self._known.pop(serial, None)
            return None
        device = Device(serial, TenantId(entry.tenant_id), ConcentratorId(entry.device_id))
        secret = device_secret(self._master_key, serial, entry.secret_generation)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[serial] = (monotonic(), device, secret)
        return device, secret

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
