"""Judging what is new: hours that changed, reports of devices, findings; portion by portion."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from backend.services.alerts import demand_response, group_limits, groups, hours, news, raising
from backend.services.alerts.calendar import Calendar
from backend.services.alerts.raising import Outcome
from backend.store import bells
from backend.store.alerts import alerts, due
from backend.store.alerts.due import ALERTS, DueGroup
from backend.store.groups.structure import Structure, Structures
from backend.store.hours import series
from domain.alerts import EVENT_PATIENCE, AlertKind
from domain.hours import hour_of
from tenants.session import TenantSession

GROUPS_AT_ONCE = 1000
BALANCES_AT_ONCE = 50
"""Groups whose yesterday changed late, of which a portion judges the balance again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one portion came to."""

    alerts: tuple[int, ...]
    """Those that opened or closed."""

    rules: int
    more: bool


async def judge_next(session: TenantSession, now: datetime, structures: Structures) -> Judged:
    """Hold rules against the next things that are new, and ring on while some are left.

    The bells are answered before what is due is read: what comes later rings again.
    """
    keys = await bells.heard(session, ALERTS)
    if not keys:
        return Judged((), 0, more=False)
    await alerts.become_the_warden(session)
    await bells.answer(session, ALERTS, keys)
    told, more = await news.judge(session, now)
    changed = await raising.settle(session, told, now)
    of_events, more_events = await demand_response.judge(session, now)
    changed += of_events
    some = await due.next_groups(session, GROUPS_AT_ONCE)
    rules = 0
    if some:
        again, rules = await _hours(session, some, now, await structures.of(session))
        changed += again
        await due.settle(session, some)
    over = await alerts.over(session, now - EVENT_PATIENCE)
    changed += await raising.settle(session, Outcome(closed=set(over)), now)
    more = more or more_events or len(some) == GROUPS_AT_ONCE
    if more:
        await bells.ring(session, ALERTS, "more")
    return Judged(tuple(changed), rules, more)


async def _hours(
    session: TenantSession, some: list[DueGroup], now: datetime, structure: Structure
) -> tuple[list[int], int]:
    outcome, count = await hours.judge(session, some, now, structure)
    changed = await raising.settle(session, outcome, now)
    outcome, more = await group_limits.judge(session, some, now)
    changed += await raising.settle(session, outcome, now)
    changed += await raising.settle(session, await _heard_again(session, some, now, structure), now)
    today = Calendar.of("UTC", now).today
    own = set(groups.of_structure(structure).tolist())
    late = [one.id for one in some if one.since_hour < today and one.id in own]
    if late:
        again = await groups.judge(session, late[:BALANCES_AT_ONCE], now, structure)
        # while late hours come in, others are still to come: the round says what is missing
        again.leave_out(AlertKind.DELIVERY)
        changed += await raising.settle(session, again, now)
    return changed, count + more


async def _heard_again(
    session: TenantSession, some: list[DueGroup], now: datetime, structure: Structure
) -> Outcome:
    """Close what was said of silent and idle meters that are neither any longer."""
    points, since = hours.points_of(structure, some)
    kinds = (AlertKind.NO_DATA, AlertKind.NO_CONSUMPTION)
    known = await raising.known(session, kinds, points.tolist(), [], now)
    standing = [one for one in known.by_key.values() if one.closed_at is None]
    outcome = Outcome()
    if not standing:
        return outcome
    own = np.array(sorted({one.point_id for one in standing if one.point_id}), np.int64)
    hour = hour_of(now)
    low = max(int(since[np.searchsorted(points, own)].min()), hour - 48)
    found = await series.load_hours(session, structure.standing_at(own), low, hour, hour)
    hourly = found.hourly
    used = (hourly.known & (hourly.values != 0)).any(axis=1)
    for one in standing:
        at = int(np.searchsorted(own, one.point_id or 0))
        back = max(low, hour - int(one.threshold or 0)) - low
        heard = hourly.known[at, back:].any()
        if heard if one.kind is AlertKind.NO_DATA else used[at]:
            outcome.closed.add(one.id)
    return outcome
