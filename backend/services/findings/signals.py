"""What the devices themselves reported around a finding: magnets, cut cables, opened covers.

A meter that counts too little and whose module felt a magnet is a stronger case than either alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from backend.services.findings.sentences import moment
from backend.store.findings import due
from backend.store.findings.findings import Said
from backend.store.network import report_lists
from domain.findings import FAMILY, Family
from domain.identity import MeteringPointId
from domain.periods import StatusBit
from tenants.session import TenantSession

BEFORE = timedelta(days=7)
"""A magnet may be tried out before it stays."""

MOST_REPORTS = 100
MOST_TOLD = 3
DOUBT_LEFT = 0.5
"""Share of the doubt that is left when a device has reported tampering."""

_FAMILIES = frozenset((Family.UNDERCOUNT, Family.FLOW))
_EVENTS = {
    "magnet": "a magnet",
    "open_circuit": "an open circuit",
    "short_circuit": "a short circuit",
    "cover": "an opened cover",
    "zero_crossing": "a missing zero crossing",
}
_BITS = {
    StatusBit.MAGNET: "a magnet",
    StatusBit.OPEN_CIRCUIT: "an open circuit",
    StatusBit.SHORT_CIRCUIT: "a short circuit",
    StatusBit.TAMPER: "tampering",
}


class Report(NamedTuple):
    """What a device reported, and when it began."""

    at: datetime
    what: str


async def with_reports(session: TenantSession, said: Sequence[Said]) -> list[Said]:
    """The same, with what devices reported since shortly before each began."""
    found = []
    for one in said:
        if one.point_id is None or FAMILY[one.kind] not in _FAMILIES:
            found.append(one)
            continue
        reports = await _reports(session, one.point_id, one.since - BEFORE)
        found.append(await _told(session, one, one.point_id, reports) if reports else one)
    return found


async def _reports(session: TenantSession, point: MeteringPointId, since: datetime) -> list[Report]:
    events = await report_lists.events_of(session, point, 0, MOST_REPORTS)
    periods = await report_lists.status_of(session, point, 0, MOST_REPORTS)
    found = [Report(one.at, _EVENTS[one.kind]) for one in events if one.kind in _EVENTS]
    found += [Report(one.began_at, _BITS[one.bit]) for one in periods if one.bit in _BITS]
    return sorted(one for one in found if one.at >= since)


async def _told(
    session: TenantSession, said: Said, point: MeteringPointId, reports: list[Report]
) -> Said:
    (placed,) = await due.points_by_id(session, [point])
    named = [f"{one.what} on {moment(one.at, placed.timezone)}" for one in reports[:MOST_TOLD]]
    more = f" and {len(reports) - MOST_TOLD} times more" if len(reports) > MOST_TOLD else ""
    return replace(
        said,
        confidence=1 - (1 - said.confidence) * DOUBT_LEFT,
        explanation=f"{said.explanation} Its module reported {', '.join(named)}{more}.",
        figures={**said.figures, "reports": float(len(reports))},
    )
