"""Devices that may talk to the gateway: whose a serial is, and its secret."""

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

    async def find(self, serial: str) -> tuple[Device, str] | None:
        """Device and secret of a concentrator, or None when nobody owns the serial."""
        kept = self._known.get(serial)
        if kept is not None and monotonic() - kept[0] < KEEP_S:
            return kept[1], kept[2]
        async with self._database.global_session() as session:
            entry = await session.scalar(
                select(DeviceDirectory).where(
                    DeviceDirectory.serial == serial,
                    DeviceDirectory.kind == DeviceKind.CONCENTRATOR,
                )
            )
        if entry is None:
            self._known.pop(serial, None)
            return None
        device = Device(serial, TenantId(entry.tenant_id), ConcentratorId(entry.device_id))
        secret = device_secret(self._master_key, serial, entry.secret_generation)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[serial] = (monotonic(), device, secret)
        return device, secret
