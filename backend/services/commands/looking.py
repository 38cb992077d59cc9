"""Looking at commands: the register that a requested reading shows."""

from datetime import datetime

import numpy as np

from backend.store.hours import series
from backend.store.model.metered import PointRow
from domain.quantities import Unit, unit_of
from tenants.session import TenantSession


async def register_of(
    session: TenantSession, point: PointRow, at: datetime, counter: int
) -> tuple[int | None, Unit]:
    """Register in Wh or litres that a counter between two hours shows, and its unit.

    The counter is read as the smallest step from the last dial known before it. None when no
    meter stood there then.
    """
    unit = unit_of(point.commodity, point.energy_kind)
    standing = await series.load_installations(session, [point.id])
    moment = int(at.timestamp())
    stood = (standing.terms.start_s <= moment) & (moment <= standing.terms.end_s)
    rows = np.flatnonzero(stood)
    if not len(rows):
        return None, unit
    one = standing.take(rows[-1:])
    dials = await series.load_dials(session, one, moment)
    terms = one.terms
    # wraps since the installation, out of the register of the dial: a wrap is far above rounding
    base = np.mod(dials.counter - terms.initial_counter, terms.wrap)
    raw = dials.register.astype(np.float64) * terms.divisor - terms.offset
    wraps = np.rint((raw / terms.slope - base) / terms.wrap).astype(np.int64)
    pulses = base + wraps * terms.wrap + np.mod(counter - dials.counter, terms.wrap)
    return int(terms.register(pulses)[0]), unit
