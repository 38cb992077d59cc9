"""Importing a metering file: all of it or nothing, and the same file twice changes nothing.

A draft is decided concept by concept (places, devices, installations, groups) and only then
written, table by table.
"""

from dataclasses import dataclass, fields
from uuid import uuid4

from backend.services.metering_import.devices import Devices
from backend.services.metering_import.draft import Draft
from backend.services.metering_import.groups import lay_out_groups
from backend.services.metering_import.installations import Installations
from backend.services.metering_import.places import Places
from backend.services.model.metering_rows import parse
from backend.store import bells, journal
from backend.store.groups import group_hours
from backend.store.model import addresses
from domain.authenticity import device_secret
from tenants import audit
from tenants.models import DeviceKind
from tenants.session import TenantSession

_COUNTED = ("site", "premise", "concentrator", "metering_point", "meter", "installation")


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A concentrator that the file made known; the secret is shown this once."""

    serial: str
    secret: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    rows: int
    created: dict[str, int]
    """New rows by table."""

    updated: int
    """Known installations, homes and places that the file changed."""

    devices: tuple[NewDevice, ...]


async def import_metering(session: TenantSession, text: str, master_key: bytes) -> Imported:
    """Import a metering file into the session's tenant.

    Raises
    ------
    RowsError
        Cells are wrong or contradict what is known; nothing was imported.
    """
    rows = parse(text)
    if not rows:
        return Imported(0, dict.fromkeys(_COUNTED, 0), 0, ())
    await journal.wait_for_the_folder(session)
    draft = Draft(session, rows)
    places = Places(draft)
    devices = Devices(draft, places)
    installations = Installations(draft, places, devices)
    await places.lay_out_sites()
    await places.lay_out_premises()
    await devices.lay_out()
    draft.stop_if_refused()
    await devices.lay_out_channels()
    await installations.lay_out_meters()
    draft.stop_if_refused()
    await installations.lay_out()
    draft.stop_if_refused()
    await lay_out_groups(draft, places)
    updated = await _write(draft, places, devices, installations)
    created = {table: len(getattr(draft.new, table)) for table in _COUNTED}
    if any(created.values()) or updated:
        await audit.record(
            session, "metering.import", f"{len(rows)} rows", {**created, "updated": updated}
        )
    secrets = (
        NewDevice(serial, device_secret(master_key, serial, 1))
        for _, serial, *_ in draft.new.concentrator
    )
    return Imported(len(rows), created, updated, tuple(secrets))


async def _write(
    draft: Draft, places: Places, devices: Devices, installations: Installations
) -> int:
    claims = [(row[1], str(DeviceKind.CONCENTRATOR), row[0]) for row in draft.new.concentrator] + [
        (row[2], str(DeviceKind.MODULE), row[0]) for row in draft.new.radio_module
    ]
    for serial in await draft.known.register_devices(claims):
        row = next(row for row in draft.rows if serial in (row.concentrator, row.module))
        name = "concentrator" if serial == row.concentrator else "module"
        draft.refuse(row, name, serial, "SERIAL_NOT_AVAILABLE", "the serial is not available")
    draft.stop_if_refused()
    updated = await draft.known.update_installations(installations.updates)
    for table in fields(draft.new):
        await draft.known.insert(table.name, getattr(draft.new, table.name))
    await draft.known.place_channels(devices.placed)
    described = await draft.known.describe_premises(places.described)
    addressed = await addresses.tell(draft.session, places.addresses())
    addressed -= {row[0] for row in draft.new.site}
    changed = updated | {row[0] for row in draft.new.installation}
    touched = [span for identity, span in installations.touched if identity in changed]
    if touched:
        await draft.known.invalidate(touched)
        await bells.ring(draft.session, group_hours.ROLL_UP, f"import:{uuid4()}")
    return len(updated) + len(described) + len(addressed)
