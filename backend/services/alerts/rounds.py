"""The round of each hour: what the clock alone changes.

Who is silent, what was delivered, days that are over, what nobody took note of. The round goes over
a tenant in portions of its own; how far it is, its bell says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

import numpy as np

from analytics.alerts.telling import escalates
from backend.services.alerts import groups, months, raising, rules, silence
from backend.services.alerts.calendar import Calendar
from backend.services.alerts.raising import Outcome
from backend.services.notifications import telling
from backend.store import bells
from backend.store.alerts import alerts, levels, terms
from backend.store.alerts.due import ALERT_ROUND
from backend.store.groups.group_hours import ROLL_UP
from backend.store.groups.structure import Structure, Structures
from backend.store.journal import FOLD
from domain.alerts import EVENT_PATIENCE, AlertKind
from domain.hours import hour_of
from tenants.session import TenantSession

GROUPS_AT_ONCE = 200
POINTS_AT_ONCE = 5_000
MONTHS_AT_ONCE = 1_000
LONGEST_WAIT_H = 3


class Stage(IntEnum):
    """What a round does, in this order."""

    KEEP = 0
    GROUPS = 1
    POINTS = 2
    MONTHS = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class Went:
    """What one portion of a round came to."""

    alerts: tuple[int, ...]
    more: bool


async def go_on(session: TenantSession, now: datetime, structures: Structures) -> Went:
    """Do the next portion of a tenant's round; of several that ring the newest one."""
    keys = await bells.heard(session, ALERT_ROUND)
    if not keys:
        return Went((), more=False)
    hour, stage, after = max(tuple(int(word) for word in key.split()) for key in keys)
    if stage > Stage.KEEP and await _must_wait(session, hour, now):
        return Went((), more=False)
    await alerts.become_the_warden(session)
    await bells.answer(session, ALERT_ROUND, keys)
    changed, stage, after = await _portion(session, stage, after, now, structures)
    if stage < Stage.DONE:
        await bells.ring(session, ALERT_ROUND, f"{hour} {stage} {after}")
    return Went(tuple(changed), more=stage < Stage.DONE)


async def _must_wait(session: TenantSession, hour: int, now: datetime) -> bool:
    """Whether readings wait to be folded: what is here already is not missing. The bell rings on.

    A tenant whose readings never come to an end is looked at after some hours all the same.
    """
    if hour_of(now) - hour >= LONGEST_WAIT_H:
        return False
    return await bells.rings(session, FOLD) or await bells.rings(session, ROLL_UP)


async def _portion(
    session: TenantSession, stage: int, after: int, now: datetime, structures: Structures
) -> tuple[list[int], int, int]:
    """Alerts that changed, and where the round goes on: stage, and after which id."""
    if stage == Stage.KEEP:
        return await _keep_house(session, now), Stage.GROUPS, 0
    structure = await structures.of(session)
    match stage:
        case Stage.GROUPS:
            return await _groups(session, after, now, structure)
        case Stage.POINTS:
            return await _points(session, after, now, structure)
        case _:
            return await _months(session, after, now, structure)


async def _groups(
    session: TenantSession, after: int, now: datetime, structure: Structure
) -> tuple[list[int], int, int]:
    ids = groups.of_structure(structure)
    some = ids[ids > after][:GROUPS_AT_ONCE]
    if not len(some):
        return [], Stage.POINTS, 0
    outcome = await groups.judge(session, some.tolist(), now, structure)
    return await raising.settle(session, outcome, now), Stage.GROUPS, int(some[-1])


async def _points(
    session: TenantSession, after: int, now: datetime, structure: Structure
) -> tuple[list[int], int, int]:
    ids = silence.standing_now(structure, now)
    some = ids[ids > after][:POINTS_AT_ONCE]
    if not len(some):
        return [], Stage.MONTHS, 0
    outcome = await silence.judge(session, some, now, structure)
    return await raising.settle(session, outcome, now), Stage.POINTS, int(some[-1])


async def _months(
    session: TenantSession, after: int, now: datetime, structure: Structure
) -> tuple[list[int], int, int]:
    rows = await levels.watched(session, after, MONTHS_AT_ONCE)
    if not rows:
        return [], Stage.DONE, 0
    kept = await levels.load(session, np.array([row[0] for row in rows], np.int64))
    for zone in sorted({row[1] for row in rows}):
        calendar = Calendar.of(zone, now)
        wanted = [
            row[0]
            for at, row in enumerate(rows)
            if row[1] == zone and kept.midnight[at] != calendar.today
        ]
        if wanted:
            await months.learn(session, np.array(wanted, np.int64), zone, calendar, structure)
    return [], Stage.MONTHS, rows[-1][0]


async def _keep_house(session: TenantSession, now: datetime) -> list[int]:
    """Give people their first rules; close what is over; escalate what nobody took note of."""
    await rules.give_defaults(session, now)
    over = {*await alerts.over(session, now - EVENT_PATIENCE), *await alerts.orphans(session, now)}
    for number, kind, period, zone in await alerts.open_periods(session):
        calendar = Calendar.of(zone, now)
        current = calendar.month if kind is AlertKind.MONTH_FORECAST else calendar.today
        if period < current and hour_of(now) >= current:
            over.add(number)
    changed = await raising.settle(session, Outcome(closed=over), now)
    after = timedelta(hours=(await terms.load(session)).escalates_after_h)
    escalated = [
        number
        for number, severity, opened in await alerts.unheeded(session)
        if escalates(severity, opened, now, after)
    ]
    await alerts.escalate(session, escalated, now)
    await telling.tell_administrators(session, escalated, now, after)
    return [*changed, *escalated]
