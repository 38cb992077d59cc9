"""Register readings: what the dial of a metering point showed at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from backend.services.model import places
from backend.store.hours import series
from backend.store.model.metered import PointRow
from domain.hours import instant_of
from domain.quantities import Unit, unit_of
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """The last known dial up to the instant asked."""

    at: datetime
    register: int
    """Wh or litres."""

    counter: int
    unit: Unit
    meter_serial: str


async def reading_at(
    session: TenantSession, point: PointRow, at: datetime
) -> RegisterReading | None:
    """Register of the meter that stood at a point at an instant; None when none did."""
    if point.since is not None and at < instant_of(point.since):
        return None
    standing = await series.load_installations(session, [point.id])
    moment = int(at.timestamp())
    stood = (standing.terms.start_s <= moment) & (moment <= standing.terms.end_s)
    rows = np.flatnonzero(stood)
    if not len(rows):
        return None
    dials = await series.load_dials(session, standing.take(rows[-1:]), moment)
    meters = await places.meters_of_points(session, [point.id])
    _, meter = meters[point.id][int(rows[-1])]
    return RegisterReading(
        at=datetime.fromtimestamp(int(dials.time_s[0]), UTC),
        register=int(dials.register[0]),
        counter=int(dials.counter[0]),
        unit=unit_of(point.commodity, point.energy_kind),
        meter_serial=meter.serial,
    )
