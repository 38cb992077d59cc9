"""What a household's app holds, thing by thing, each with a mark that changes when it does."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.services.alerts import handling
from backend.services.model import places
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.alerts import alert_lists
from backend.store.alerts.alert_lists import Wanted
from backend.store.control import command_lists
from backend.store.demand_response import event_lists
from backend.store.model import metered
from backend.store.model.metered import PointRow
from domain.hours import Step, hour_of
from tenants.permissions import Permission
from tenants.session import TenantSession

NEWEST = 30
"""Alerts and commands that an app keeps at hand."""

_READ_BACK = timedelta(days=3)

State = dict[tuple[str, int], str]
"""Mark of each thing, by its kind and number."""


async def of_household(session: TenantSession, now: datetime) -> State:
    """Everything that the principal's app shows, as it stands."""
    points = await metered.list_points(session, 0, 100)
    found: State = {("home", one.premise): _mark(one) for one in session.scope.homes}
    meters = await places.meters_of_points(session, [point.id for point in points])
    for point in points:
        serials = [meter.serial for _, meter in meters.get(point.id, [])]
        found["meter", point.id] = _mark(point, serials)
    found |= await _readings(session, points, now)
    if Permission.ALERTS_READ in session.scope.permissions:
        asker = handling.asker_of(session, now)
        for alert in await alert_lists.list_alerts(session, asker, Wanted(most=NEWEST)):
            state = alert.closed_at, alert.acknowledged_at, alert.value, alert.note
            found["alert", alert.id] = _mark(state)
    if Permission.DEMAND_RESPONSE_READ in session.scope.permissions:
        found |= await _events(session)
    for command in await command_lists.list_commands(session, 0, NEWEST):
        found["command", command.id] = _mark(command.state, command.executed_at)
    return found


async def _events(session: TenantSession) -> State:
    rows = await event_lists.list_events(session, event_lists.Wanted(NEWEST))
    answers = await event_lists.own_answers(session, [row.id for row in rows])
    return {("event", row.id): _mark(row.state, row.revision, answers.get(row.id)) for row in rows}


async def _readings(session: TenantSession, points: Sequence[PointRow], now: datetime) -> State:
    """Hours of the last days; one that came late or was corrected changes the mark, too."""
    if not points:
        return {}
    asked = Range(hour_of(now - _READ_BACK), hour_of(now), Step.HOUR)
    hours = await profiles.of_points(session, points, asked, now)
    marks: State = {}
    for point, one in zip(points, hours, strict=True):
        known = one.known.nonzero()[0]
        shown = [(one.start + int(at), int(one.values[at])) for at in known]
        marks["readings", point.id] = _mark(shown)
    return marks


def _mark(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
