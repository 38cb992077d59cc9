"""Noting what rules have to be held against, in the transaction that made it so."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from backend.store import bells
from backend.store.alerts import due
from backend.store.alerts.due import ALERT_ROUND, ALERTS, Report
from domain.alerts import EVENT_CAUSES, NEWS, STATUS_CAUSES, alert_of
from domain.demand_response import DrNews
from domain.findings import FindingKind
from domain.frames import EventKind
from domain.hours import hour_of, instant_of
from domain.identity import BalanceGroupId, SeriesId
from domain.periods import Periods, StatusBit
from tenants.session import Database, TenantSession

MOST_REPORTS = 5_000
"""Of one batch: a module gone mad says the same over and over, and once is enough."""


async def announce(database: Database, now: datetime) -> None:
    """Ring for a round over everything in every tenant that the clock alone changes."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, ALERT_ROUND, f"{hour_of(now)} 0 0")


async def note_changes(
    session: TenantSession, groups: Sequence[int], hour: int, now: datetime
) -> bool:
    """Have rules held against groups of which hours changed, from one on; whether there are any."""
    if not groups or not await due.mark(session, [BalanceGroupId(one) for one in groups], hour):
        return False
    await bells.ring(session, ALERTS, f"hours {now.timestamp():.3f}")
    return True


async def note_events(
    session: TenantSession,
    told: Iterable[tuple[int, tuple[datetime, str, float | None]]],
    now: datetime,
) -> None:
    """Have rules held against events that devices reported: (series, (at, kind, value))."""
    found: dict[tuple[int, str], Report] = {}
    for series, (at, kind, value) in told:
        cause = EVENT_CAUSES.get(EventKind(kind))
        if cause is not None and at >= now - NEWS:
            found[series, kind] = Report(*cause, SeriesId(series), at, value)
    await _add(session, list(found.values()), now)


async def note_status(session: TenantSession, periods: Periods, now: datetime) -> None:
    """Have rules held against bits that were set: magnets, cut cables, tampering."""
    recent = hour_of(now - NEWS)
    rows = zip(periods.series.tolist(), periods.bit.tolist(), periods.end.tolist(), strict=True)
    found: dict[tuple[int, int], Report] = {}
    for series, bit, end in rows:
        cause = STATUS_CAUSES.get(StatusBit(bit))
        if cause is not None and end > recent:
            found[series, bit] = Report(*cause, SeriesId(series), instant_of(end - 1), None)
    await _add(session, list(found.values()), now)


async def _add(session: TenantSession, reports: list[Report], now: datetime) -> None:
    if reports:
        await due.add_reports(session, reports[:MOST_REPORTS])
        await bells.ring(session, ALERTS, f"reports {now.timestamp():.3f}")


async def note_findings(
    session: TenantSession, told: Sequence[tuple[int, FindingKind]], now: datetime
) -> None:
    """Have rules held against findings that are worth telling of."""
    found = []
    for number, kind in told:
        alert = alert_of(kind)
        if alert is not None:
            found.append((alert, str(kind), number, now))
    if found:
        await due.add_findings(session, found)
        await bells.ring(session, ALERTS, f"findings {now.timestamp():.3f}")


async def note_dr_event(session: TenantSession, event: int, news: DrNews, now: datetime) -> None:
    """Have rules held against an event of demand response that was called, moved or is over."""
    await due.add_dr_event(session, event, news, now)
    await bells.ring(session, ALERTS, f"dr {event} {news} {now.timestamp():.3f}")


async def note_closed(session: TenantSession, finding: int) -> None:
    """Have the alert of a finding that a person closed end at once, and not with the next round."""
    await bells.ring(session, ALERTS, f"closed {finding}")
