"""Holding rules against the hours of groups: limits of hours, days and months of a whole house."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from analytics.alerts import amounts
from backend.clients.weather import NoWeather
from backend.services.alerts import raising
from backend.services.alerts.calendar import Calendar
from backend.services.alerts.raising import Known, Outcome
from backend.services.alerts.sight import Sight, look
from backend.services.reading import month, profiles
from backend.services.reading.profiles import Profile, Range
from backend.store.alerts import watched
from backend.store.alerts.alerts import Raised, condition_of
from backend.store.alerts.due import DueGroup
from backend.store.alerts.watched import GroupRule
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.alerts import AlertKind, severity_of
from domain.hours import Step, hour_of
from domain.identity import SiteId
from tenants.session import TenantSession

K = AlertKind
KINDS = (K.DAY_LIMIT, K.HOUR_LIMIT, K.MONTH_FORECAST)
RECENT_H = 24


async def judge(
    session: TenantSession, groups: Sequence[DueGroup], now: datetime
) -> tuple[Outcome, int]:
    """What becomes of the alerts about the hours of groups, and how many rules were looked at."""
    outcome = Outcome()
    rules = await watched.rules_of_groups(session, [one.id for one in groups], KINDS)
    if not rules:
        return outcome, 0
    since = {one.id: one.since_hour for one in groups}
    rows = await metered.load_groups(session, sorted({rule.group_id for rule in rules}))
    sites = sorted({row.site_id for row in rows.values() if row.site_id is not None})
    above = await watched.sites_above(session, sites)
    sight = await look(session, (), now)
    known = await raising.known(session, KINDS, [], list(rows), now)
    for row in rows.values():
        inside = above.get(row.site_id or 0, frozenset())
        mine = [one for one in rules if one.group_id == row.id and _sees(sight, one, inside)]
        await _judge(session, row, since[row.id], mine, known, now, outcome)
    return outcome, len(rules)


def _sees(sight: Sight, rule: GroupRule, sites: frozenset[int]) -> bool:
    return sight.sees(rule.user_id, sites)


async def _judge(  # noqa: PLR0913, PLR0917 - a group, its rules, and what is known of them
    session: TenantSession,
    group: GroupRow,
    since: int,
    rules: Sequence[GroupRule],
    known: Known,
    now: datetime,
    outcome: Outcome,
) -> None:
    if not rules:
        return
    day, hour = Calendar.of(group.timezone, now), hour_of(now)
    asked = Range(min(day.yesterday, hour - RECENT_H), hour, Step.HOUR)
    (hours,) = await profiles.of_groups(session, [group], asked, now)
    coming: float | None = None
    if any(rule.kind is K.MONTH_FORECAST for rule in rules):
        (told,) = await month.of_groups(
            session, [group], month.Question(group.timezone, NoWeather()), now
        )
        coming = None if told.forecast is None else told.forecast.p50 / 1000
    for rule in rules:
        for period, high, last in _values(rule, hours, day, since, coming):
            _step(outcome, rule, group, period, (high, last), known)


def _values(
    rule: GroupRule, hours: Profile, day: Calendar, since: int, coming: float | None
) -> list[tuple[int | None, float, float]]:
    """Periods a rule speaks of, each with its worst fresh value and its newest one.

    A limit speaks of what was just over when it was set, and of all that comes later.
    """
    first = rule.set_s // 3600 - 1
    match rule.kind:
        case K.DAY_LIMIT:
            found = [(day.today, _sum(hours, day.today, day.now))]
            if since < day.today and first < day.today:
                found.append((day.yesterday, _sum(hours, day.yesterday, day.today)))
            return [(period, total, total) for period, total in found]
        case K.MONTH_FORECAST:
            value = np.nan if coming is None else coming
            return [(day.month, value, value)]
        case _:
            low = np.array([max(since, day.now - RECENT_H, first)])
            fresh = amounts.between(hours.known[None], hours.start, low, np.array([day.now]))
            values = hours.values[None]
            peak, last = amounts.peaks(values, fresh), amounts.newest(values, hours.known[None])
            return [(None, float(peak[0]) / 1000, float(last[0]) / 1000)]


def _sum(hours: Profile, low: int, high: int) -> float:
    inside = amounts.between(hours.known[None], hours.start, np.array([low]), np.array([high]))
    return float(amounts.sums(hours.values[None], inside)[0]) / 1000


def _step(  # noqa: PLR0913, PLR0917 - a rule, its values, and what is known of it
    outcome: Outcome,
    rule: GroupRule,
    group: GroupRow,
    period: int | None,
    values: tuple[float, float],
    known: Known,
) -> None:
    if rule.limit is None:
        return
    condition = condition_of(rule.kind, None, None, group.id, rule.limit)
    standing = known.by_key.get((condition, period))
    step = raising.step_of(rule.kind, standing, rule.limit, known, *values)
    raised = Raised(
        kind=rule.kind,
        severity=severity_of(rule.kind),
        cause=None,
        condition=condition,
        period=period,
        user_id=None,
        commodity=group.commodity,
        point_id=None,
        group_id=group.id,
        site_id=None if group.site_id is None else SiteId(group.site_id),
        threshold=rule.limit,
        value=None if np.isnan(values[0]) else round(values[0], 6),
        judged_hour=None,
        finding_id=None,
    )
    outcome.add(step, standing, raised, [rule.id])
