"""Mutations of meters: import, place, replace, remove."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from backend.graphql.context import Context
from backend.graphql.files import LARGEST_FILE, file_of
from backend.graphql.ids import Kind, number_of
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.services import idempotency, sheets
from backend.services.metering_import import import_metering
from backend.services.model import meter_changes
from backend.services.sheets import FileFormat
from backend.store.model import metered
from domain.authenticity import device_secret
from domain.identity import MeteringPointId, SiteId
from domain.quantities import Commodity, EnergyKind, Phase, Role
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="A concentrator that was made known; the secret is shown now only.")
class NewDevice:
    """Serial and secret, for the concentrator's own configuration."""

    serial: str
    secret: str


@strawberry.input(description="A metering file.")
class ImportMeteringInput:
    """All or nothing."""

    file: str = strawberry.field(description="CSV as text; XLSX in base64.")
    idempotency_key: str
    format: FileFormat = FileFormat.CSV


@strawberry.type
class ImportMeteringPayload:
    """What the import did."""

    rows: int | None
    created: int | None = strawberry.field(description="New installations.")
    updated: int | None = strawberry.field(description="Known installations that changed.")
    devices: list[NewDevice]
    errors: list[UserError]


@strawberry.input(description="The terms of a meter and the channel it stands on.")
class MeterInput:
    """Columns of the metering file that tell of the meter; empty ones take their defaults."""

    meter_serial: str
    installed_at: datetime
    initial_index: Decimal
    pulse_constant: str | None = None
    concentrator: str | None = None
    network: int | None = None
    channel: int | None = None
    initial_counter: int | None = None
    wrap: str | None = None
    capacity: Decimal | None = None
    module: str | None = None
    input: int | None = None
    accuracy_class: str | None = None


@strawberry.input(description="A meter to be placed at a site.")
class PlaceMeterInput(MeterInput):
    """Where it goes, besides its terms."""

    site: strawberry.ID = strawberry.field(description="House, entrance or any other site.")
    commodity: Commodity
    role: Role
    premise: str | None = None
    phase: Phase | None = None
    quantity: EnergyKind | None = None
    riser: str | None = strawberry.field(
        default=None, description="Of heat: the riser on which the meter or the sensors sit."
    )


@strawberry.input(description="A meter that takes the place of another.")
class ReplaceMeterInput(MeterInput):
    """What is left out stays as it was with the old meter."""

    point: strawberry.ID
    final_index: Decimal | None = strawberry.field(
        default=None, description="Dial of the old meter when it was taken away."
    )


@strawberry.input(description="A meter that is taken away.")
class RemoveMeterInput:
    """The point stays."""

    point: strawberry.ID
    removed_at: datetime
    final_index: Decimal | None = None


@strawberry.type
class MeterPayload:
    """The point as it is now."""

    point: MeteringPoint | None
    devices: list[NewDevice]
    errors: list[UserError]


def _cells(values: Mapping[str, Any]) -> dict[str, str]:
    """Cells of a metering file out of an input."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value is not None and name not in {"site", "point", "final_index"}
    }


async def _point(session: TenantSession, number: MeteringPointId) -> MeteringPoint:
    rows = await metered.load_points(session, [number])
    return MeteringPoint.of(rows[number])


@strawberry.type
class MeteringMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Import a metering file: all of it or nothing.")
    async def import_metering(
        self, info: Info, input: ImportMeteringInput
    ) -> ImportMeteringPayload:
        """Resolve by service; the same key and file do nothing more."""
        master_key = info.context.master_key

        async def act(session: TenantSession) -> dict[str, Any]:
            async def run() -> dict[str, Any]:
                text = sheets.as_csv(file, input.format)
                done = await import_metering(session, text, master_key)
                return {
                    "rows": done.rows,
                    "created": done.created["installation"],
                    "updated": done.updated,
                    "devices": [device.serial for device in done.devices],
                }

            file = file_of(input.file, input.format, LARGEST_FILE)
            request, key = input.file.encode(), input.idempotency_key
            return await idempotency.once(session, "importMetering", key, request, run)

        done, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        answer = done or {"rows": None, "created": None, "updated": None, "devices": []}
        return ImportMeteringPayload(
            rows=answer["rows"],
            created=answer["created"],
            updated=answer["updated"],
            devices=[
                NewDevice(serial=serial, secret=device_secret(master_key, serial, 1))
                for serial in answer["devices"]
            ],
            errors=errors,
        )

    @strawberry.mutation(description="Place a meter at a site; makes the point if it is new.")
    async def place_meter(self, info: Info, input: PlaceMeterInput) -> MeterPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> MeterPayload:
            site = SiteId(number_of(Kind.SITE, input.site, "site"))
            done = await meter_changes.place_meter(
                session, site, _cells(vars(input)), info.context.master_key
            )
            return await _payload(session, done)

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        return done or MeterPayload(point=None, devices=[], errors=errors)

    @strawberry.mutation(description="Take a meter away and place another in its stead.")
    async def replace_meter(self, info: Info, input: ReplaceMeterInput) -> MeterPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> MeterPayload:
            point = MeteringPointId(number_of(Kind.METERING_POINT, input.point, "point"))
            done = await meter_changes.replace_meter(
                session, point, input.final_index, _cells(vars(input)), info.context.master_key
            )
            return await _payload(session, done)

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        return done or MeterPayload(point=None, devices=[], errors=errors)

    @strawberry.mutation(description="Take a meter away; the point stays.")
    async def remove_meter(self, info: Info, input: RemoveMeterInput) -> MeterPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> MeterPayload:
            point = MeteringPointId(number_of(Kind.METERING_POINT, input.point, "point"))
            await meter_changes.remove_meter(session, point, input.removed_at, input.final_index)
            return MeterPayload(point=await _point(session, point), devices=[], errors=[])

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        return done or MeterPayload(point=None, devices=[], errors=errors)


async def _payload(session: TenantSession, done: meter_changes.Placed) -> MeterPayload:
    devices = [NewDevice(serial=one.serial, secret=one.secret) for one in done.imported.devices]
    return MeterPayload(point=await _point(session, done.point), devices=devices, errors=[])
