"""What the devices themselves reported around a finding: magnets, cut cables, opened covers.

A meter that counts too little and whose module felt a magnet is a stronger case than either alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from backend.services.findings import sentences
from backend.services.findings.stories import Story
from backend.store.findings.findings import Said
from backend.store.network import report_lists
from domain.findings import FAMILY, Family
from domain.identity import MeteringPointId
from domain.periods import StatusBit
from domain.quantities import Commodity
from tenants.session import TenantSession

BEFORE = timedelta(days=7)
"""A magnet may be tried out before it stays."""

MOST_REPORTS = 100
DOUBT_LEFT = 0.5
"""Share of the doubt that is left when a device has reported tampering."""

_FAMILIES = frozenset((Family.UNDERCOUNT, Family.FLOW))
_EVENTS = frozenset(("magnet", "open_circuit", "short_circuit", "cover", "zero_crossing"))
_BITS = {
    StatusBit.MAGNET: "magnet",
    StatusBit.OPEN_CIRCUIT: "open_circuit",
    StatusBit.SHORT_CIRCUIT: "short_circuit",
    StatusBit.TAMPER: "tamper",
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
        found.append(_told(one, reports) if reports else one)
    return found


async def _reports(session: TenantSession, point: MeteringPointId, since: datetime) -> list[Report]:
    events = await report_lists.events_of(session, point, 0, MOST_REPORTS)
    periods = await report_lists.status_of(session, point, 0, MOST_REPORTS)
    found = [Report(one.at, one.kind) for one in events if one.kind in _EVENTS]
    found += [Report(one.began_at, _BITS[one.bit]) for one in periods if one.bit in _BITS]
    return sorted(one for one in found if one.at >= since)


def _told(said: Said, reports: list[Report]) -> Said:
    story = Story.of(said.told.story).with_reports([(one.what, one.at) for one in reports])
    return replace(
        said,
        confidence=1 - (1 - said.confidence) * DOUBT_LEFT,
        told=sentences.told(story, Commodity(said.commodity), said.since, said.causes),
        figures={**said.figures, "reports": float(len(reports))},
    )
