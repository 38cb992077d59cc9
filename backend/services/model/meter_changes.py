"""Meters that come and go: placing, replacing and removing them at metering points."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from backend.models.metering_points import Installation, Meter, MeteringPoint
from backend.models.network import Channel, Concentrator
from backend.models.sites import Premise, Site
from backend.services.metering_import import Imported, import_metering
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.model.metering import Metering
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.identity import MeteringPointId, SiteId
from domain.metering_file import OPTIONAL, REQUIRED
from tenants import audit
from tenants.session import TenantSession

Cells = Mapping[str, str]
"""Cells of a metering file, by column."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A meter that stands now."""

    point: MeteringPointId
    imported: Imported


async def place_meter(
    session: TenantSession, site_id: SiteId, cells: Cells, master_key: bytes
) -> Placed:
    """Place a meter at a site: one line of a metering file, under the same rules.

    Raises
    ------
    NotFoundError
        There is no such site.
    RowsError
        Cells are wrong or contradict what is known.
    """
    chain = await _chain(session, site_id)
    place = {
        "site_path": "/".join(site.name for site in chain),
        "site_kinds": "/".join(site.kind for site in chain),
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, [*REQUIRED, *OPTIONAL], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({**cells, **place})
    imported = await import_metering(session, out.getvalue(), master_key)
    point = await session.scalar(
        select(Installation.point_id)
        .join(
            Meter,
            (Meter.tenant_id == Installation.tenant_id) & (Meter.id == Installation.meter_id),
        )
        .where(Meter.serial == cells["meter_serial"])
        .order_by(Installation.installed_at.desc())
        .limit(1)
    )
    assert point is not None
    return Placed(point, imported)


async def _chain(session: TenantSession, site_id: SiteId) -> list[Site]:
    """Sites from the root down to one."""
    site = await session.get(Site, {"tenant_id": session.scope.tenant_id, "id": site_id})
    if site is None:
        raise NotFoundError("site", site_id)
    ids = [int(label) for label in site.path.split(".")]
    rows = await session.scalars(select(Site).where(Site.id.in_(ids)))
    return sorted(rows, key=lambda row: ids.index(row.id))


async def current_installation(session: TenantSession, point: MeteringPointId) -> Installation:
    """The meter that stands at a point.

    Raises
    ------
    NotFoundError
        There is no such point.
    ConflictError
        No meter stands there now.
    """
    if (
        await session.get(MeteringPoint, {"tenant_id": session.scope.tenant_id, "id": point})
        is None
    ):
        raise NotFoundError("metering point", point)
    found = await session.scalar(
        select(Installation).where(
            Installation.point_id == point, Installation.removed_at.is_(None)
        )
    )
    if found is None:
        raise ConflictError("no meter stands at the point", code="NO_METER", field="point")
    return found


async def remove_meter(
    session: TenantSession,
    point: MeteringPointId,
    removed_at: datetime,
    final_index: Decimal | None,
) -> Installation:
    """End the installation of the meter that stands at a point.

    Raises
    ------
    NotFoundError, ConflictError
        There is no such point, or no meter there.
    InvalidError
        The meter would end before it began, or in the future.
    """
    found = await current_installation(session, point)
    if removed_at <= found.installed_at:
        raise InvalidError("removedAt must be after the installation", field="removedAt")
    if removed_at > datetime.now(UTC):
        raise InvalidError("removedAt must not be in the future", field="removedAt")
    if final_index is not None and final_index < 0:
        raise InvalidError("finalIndex must not be negative", field="finalIndex")
    found.removed_at, found.final_index = removed_at, final_index
    if final_index is not None:
        found.final_register = int(1000 * Fraction(final_index) + Fraction(1, 2))
    await session.flush()
    span = (point, found.series_id, removed_at, datetime.now(UTC))
    await Metering(session).invalidate([span])
    await bells.ring(session, group_hours.ROLL_UP, f"remove:{found.id}")
    await audit.record(
        session, "meter.remove", f"point {point}", {"removed_at": removed_at.isoformat()}
    )
    return found


async def replace_meter(
    session: TenantSession,
    point: MeteringPointId,
    final_index: Decimal | None,
    cells: Cells,
    master_key: bytes,
) -> Placed:
    """Take the meter at a point away and place another in its stead, at one instant.

    ``cells`` describe the new meter; its channel and terms are those of the old one where they
    are left out. The instant is ``installed_at``.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError, RowsError
        As of removing and placing; nothing was changed.
    """
    old = await current_installation(session, point)
    row = await session.get_one(MeteringPoint, {"tenant_id": session.scope.tenant_id, "id": point})
    channel = await session.get_one(
        Channel, {"tenant_id": session.scope.tenant_id, "id": old.channel_id}
    )
    concentrator = await session.get_one(
        Concentrator, {"tenant_id": session.scope.tenant_id, "id": channel.concentrator_id}
    )
    premise = ""
    if row.premise_id is not None:
        key = {"tenant_id": session.scope.tenant_id, "id": row.premise_id}
        premise = (await session.get_one(Premise, key)).name
    same = {
        "premise": premise,
        "commodity": row.commodity,
        "role": row.role,
        "phase": row.phase or "",
        "quantity": row.energy_kind,
        "riser": row.riser or "",
        "pulse_constant": f"{old.pulses_per}/{old.per_units}",
        "wrap": str(old.wrap),
        "concentrator": concentrator.serial,
        "network": str(channel.network),
        "channel": str(channel.address),
    }
    at = cells.get("installed_at", "")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidError("installedAt must be an instant", field="installedAt") from error
    await remove_meter(session, point, instant, final_index)
    told = {name: value for name, value in cells.items() if value}
    return await place_meter(session, row.site_id, {**same, **told}, master_key)
