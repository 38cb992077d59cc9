"""Holding rules against hours that changed: limits of hours, days and months, empty homes.

All rules about the points of a fold are loaded as arrays and judged at once, kind by kind; only
what changes an alert is looked at one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.alerts import amounts
from analytics.alerts.steps import NEVER, Conditions, Step, steps
from backend.services.alerts import months, raising
from backend.services.alerts.calendar import Calendar
from backend.services.alerts.raising import Known, Outcome
from backend.services.alerts.sight import Sight, look, places_seen
from backend.store.alerts import levels, watched
from backend.store.alerts.alerts import Raised, Standing, condition_of
from backend.store.alerts.due import DueGroup
from backend.store.alerts.watched import FOREVER_S, Place, Places, Rules
from backend.store.groups.structure import Structure
from backend.store.hours import series
from domain.alert_terms import AlertTerms
from domain.alerts import AlertKind, severity_of
from domain.hours import hour_of
from domain.quantities import Commodity
from tenants.session import TenantSession

K = AlertKind
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

KINDS = (K.DAY_LIMIT, K.HOUR_LIMIT, K.MONTH_FORECAST, K.AWAY)
POINTS_AT_ONCE = 20_000
LOOKS_BACK_H = 48
"""Older hours that come late raise no alarms: they are history."""

LEARNT_AT_ONCE = 500
"""Months that a fold learns itself; the round learns all of them after midnight."""

AWAY_LEARNT_H = 14 * 24
UNITS = 1000
"""Wh of a kWh, litres of a m3."""

_DIALS_MOVE_ALONE = (Commodity.ELECTRICITY, Commodity.HEAT)


@dataclass(frozen=True, slots=True)
class Watched:
    """Hours of points that rules watch; arrays by point."""

    points: IntArray
    values: IntArray
    known: NDArray[np.bool_]
    start: int
    since: IntArray
    """First hour that changed."""

    places: Places
    zones: list[Calendar]
    """Of each zone that there is."""

    def moments(self, name: str, row: IntArray) -> IntArray:
        """A moment of the calendar, such as ``today``, at some of the points."""
        own = np.array([getattr(one, name) for one in self.zones], np.int64)
        return own[self.places.zone[row]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rules of one kind, the hours each watches, and what is known of their alerts."""

    kind: AlertKind
    rules: Rules
    row: IntArray
    """Place of its point among those watched."""

    period: IntArray
    """First hour of the day or month; -1 for kinds without."""

    open: NDArray[np.bool_]
    closed_h: IntArray
    judged: IntArray
    standing: dict[int, Standing]
    terms: AlertTerms


def points_of(structure: Structure, groups: Sequence[DueGroup]) -> tuple[IntArray, IntArray]:
    """Direct members of groups in ascending order, and the first hour that changed at each."""
    ids = np.array([one.id for one in groups], np.int64)
    since = np.array([one.since_hour for one in groups], np.int64)
    order = np.argsort(ids)
    members = structure.members_of(ids)
    points, at = np.unique(members.point_ids, return_inverse=True)
    low = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(low, at, since[order][np.searchsorted(ids[order], members.group_ids)])
    return points, low


async def judge(
    session: TenantSession, groups: Sequence[DueGroup], now: datetime, structure: Structure
) -> tuple[Outcome, int]:
    """What becomes of the alerts about members of groups, and how many rules were looked at."""
    outcome, count = Outcome(), 0
    points, since = points_of(structure, groups)
    for at in range(0, len(points), POINTS_AT_ONCE):
        part = slice(at, at + POINTS_AT_ONCE)
        count += await _judge(session, points[part], since[part], now, structure, outcome)
    return outcome, count


async def _judge(  # noqa: PLR0913, PLR0917 - points, and what is known of them
    session: TenantSession,
    points: IntArray,
    since: IntArray,
    now: datetime,
    structure: Structure,
    outcome: Outcome,
) -> int:
    rules = await watched.rules_of_points(session, points.tolist(), KINDS, now)
    if not len(rules.rule):
        return 0
    own = np.unique(rules.point)
    places = await watched.places(session, own.tolist())
    rules = _seen(rules, await look(session, (), now), places)
    low = since[np.searchsorted(points, own)]
    found = await load(session, own, low, places, now, structure)
    known = await raising.known(session, KINDS, own.tolist(), [], now)
    for place, kind in enumerate(KINDS):
        chosen = rules.take(rules.kind == place)
        if len(chosen.rule):
            await _KIND[kind](session, chosen, found, known, outcome, structure)
    return len(rules.rule)


def _seen(rules: Rules, sight: Sight, places: Mapping[int, Place]) -> Rules:
    """Without rules about what their holders no longer see."""
    home = rules.since_s >= 0
    if home.all():
        return rules
    seen = {
        (user, point): places_seen(sight, places, user, point)
        for user, point in zip(rules.user[~home].tolist(), rules.point[~home].tolist(), strict=True)
    }
    pairs = zip(home.tolist(), rules.user.tolist(), rules.point.tolist(), strict=True)
    kept = [own or seen[user, point] for own, user, point in pairs]
    return rules.take(np.array(kept, np.bool_))


async def load(  # noqa: PLR0913, PLR0917 - points, and what is known of them
    session: TenantSession,
    points: IntArray,
    since: IntArray,
    places: Places,
    now: datetime,
    structure: Structure,
) -> Watched:
    """Hours of points that rules watch."""
    zones = [Calendar.of(zone, now) for zone in places.zones]
    hour = hour_of(now)
    first = min(one.today for one in zones)
    if (since < first).any():
        first = min(one.yesterday for one in zones)
    start = max(min(first, hour - 24), hour - LOOKS_BACK_H - 2)
    standing = structure.standing_at(points)
    hourly = (await series.load_hours(session, standing, start, hour, hour)).hourly
    return Watched(points, hourly.values, hourly.known, start, since, places, zones)


def choose(kind: AlertKind, rules: Rules, found: Watched, known: Known, period: IntArray) -> Chosen:
    """Rules of one kind with what is known of their alerts."""
    size = len(rules.rule)
    row = np.searchsorted(found.points, rules.point)
    chosen = Chosen(
        kind, rules, row, period, np.zeros(size, np.bool_), np.full(size, NEVER),
        np.zeros(size, np.int64), {}, known.terms,
    )  # fmt: skip
    touched = np.isin(rules.point, np.array(sorted(known.points), np.int64))
    for at in np.flatnonzero(touched).tolist():
        key = _condition(chosen, at), _period(chosen, at)
        standing = known.by_key.get(key)
        if standing is not None:
            chosen.open[at] = standing.closed_at is None
            chosen.closed_h[at] = known.closed_h(standing)
            chosen.judged[at] = standing.judged_hour
            chosen.standing[at] = standing
    return chosen


def _condition(chosen: Chosen, at: int) -> str:
    rules = chosen.rules
    user = int(rules.user[at]) if rules.since_s[at] >= 0 else None
    return condition_of(chosen.kind, user, int(rules.point[at]), None, _limit(rules, at))


def _limit(rules: Rules, at: int) -> float | None:
    limit = float(rules.limit[at])
    return None if np.isnan(limit) else limit


def _period(chosen: Chosen, at: int) -> int | None:
    period = int(chosen.period[at])
    return None if period < 0 else period


def step(
    chosen: Chosen,
    found: Watched,
    outcome: Outcome,
    values: tuple[FloatArray, FloatArray],
    limit: FloatArray | None = None,
) -> None:
    """Let alerts become what values (the worst fresh one, the newest one) in kWh or m3 say."""
    high, last = values
    conditions = Conditions(
        chosen.rules.limit if limit is None else limit, chosen.open, chosen.closed_h
    )
    found_steps = steps(
        conditions,
        high,
        last,
        hysteresis=chosen.terms.hysteresis_of(chosen.kind) or 0.0,
        cool_down_h=chosen.terms.cool_down_of(chosen.kind),
    )
    for at in np.flatnonzero(found_steps != Step.NOTHING).tolist():
        value = high[at] if np.isnan(last[at]) or found_steps[at] != Step.KEEP else last[at]
        raised = _raised(chosen, found, at, None if np.isnan(value) else float(value))
        rules = [int(chosen.rules.rule[at])]
        outcome.add(Step(int(found_steps[at])), chosen.standing.get(at), raised, rules)


def _raised(chosen: Chosen, found: Watched, at: int, value: float | None) -> Raised:
    point = int(chosen.rules.point[at])
    place = found.places[point]
    home = chosen.rules.since_s[at] >= 0
    newest = int(amounts.last_of(found.known[chosen.row[at]][None])[0])
    return Raised(
        kind=chosen.kind,
        severity=severity_of(chosen.kind),
        cause=None,
        condition=_condition(chosen, at),
        period=_period(chosen, at),
        user_id=int(chosen.rules.user[at]) if home else None,  # type: ignore[arg-type]
        commodity=place.commodity,
        point_id=place.id,
        group_id=None,
        site_id=place.site_id,
        threshold=_limit(chosen.rules, at),
        value=None if value is None else round(value, 6),
        judged_hour=found.start + newest,
        finding_id=None,
    )


def _since(rules: Rules) -> IntArray:
    """First whole hour of the holder's own time at a point."""
    return -(-np.maximum(rules.since_s, 0) // 3600)


def _holds_from(rules: Rules) -> IntArray:
    """The hour just over when each limit was set: what ended before is not its business."""
    return rules.set_s // 3600 - 1


async def _days(  # noqa: PLR0913, PLR0917 - one signature for all kinds
    session: TenantSession,
    rules: Rules,
    found: Watched,
    known: Known,
    outcome: Outcome,
    structure: Structure,
) -> None:
    del session, structure
    row = np.searchsorted(found.points, rules.point)
    today, before, after = (found.moments(name, row) for name in ("today", "yesterday", "tomorrow"))
    late = (found.since[row] < today) & (_holds_from(rules) < today)
    for low, high, part in ((before, today, late), (today, after, np.ones(len(row), np.bool_))):
        part = part & (low >= found.start)  # noqa: PLW2901 - what is not loaded cannot be judged
        some = rules.take(part)
        chosen = choose(K.DAY_LIMIT, some, found, known, low[part])
        since = np.maximum(low[part], _since(some))
        inside = amounts.between(found.known[chosen.row], found.start, since, high[part])
        total = amounts.sums(found.values[chosen.row], inside) / UNITS
        # of a day that is over its alert is, too: what comes later changes neither
        total = np.where((chosen.closed_h != NEVER) & (high[part] <= today[part]), np.nan, total)
        step(chosen, found, outcome, (total, total))


async def _hours(  # noqa: PLR0913, PLR0917 - one signature for all kinds
    session: TenantSession,
    rules: Rules,
    found: Watched,
    known: Known,
    outcome: Outcome,
    structure: Structure,
) -> None:
    del session, structure
    nothing = np.full(len(rules.rule), -1, np.int64)
    chosen = choose(K.HOUR_LIMIT, rules, found, known, nothing)
    end = np.full(len(nothing), found.start + found.values.shape[1], np.int64)
    values, known_hours = found.values[chosen.row], found.known[chosen.row]
    low = np.maximum.reduce(
        [
            found.since[chosen.row],
            chosen.judged + 1,
            end - LOOKS_BACK_H,
            _since(rules),
            _holds_from(rules),
        ]
    )
    fresh = amounts.between(known_hours, found.start, low, end)
    recent = amounts.between(known_hours, found.start, np.maximum(end - 24, _since(rules)), end)
    high = amounts.peaks(values, fresh) / UNITS
    step(chosen, found, outcome, (high, amounts.newest(values, recent) / UNITS))


async def _away(  # noqa: PLR0913, PLR0917 - one signature for all kinds
    session: TenantSession,
    rules: Rules,
    found: Watched,
    known: Known,
    outcome: Outcome,
    structure: Structure,
) -> None:
    nothing = np.full(len(rules.rule), -1, np.int64)
    chosen = choose(K.AWAY, rules, found, known, nothing)
    end = found.start + found.values.shape[1]
    begin = np.maximum(-(-rules.from_s // 3600), _since(rules))
    until = np.minimum(np.minimum(rules.until_s, FOREVER_S) // 3600, end)
    low = np.maximum.reduce([found.since[chosen.row], chosen.judged + 1, begin])
    low = np.maximum(low, end - LOOKS_BACK_H)
    values, known_hours = found.values[chosen.row], found.known[chosen.row]
    high = amounts.peaks(values, amounts.between(known_hours, found.start, low, until))
    last = amounts.newest(values, amounts.between(known_hours, found.start, begin, until))
    limit = await _away_limits(session, rules, found, structure)
    step(chosen, found, outcome, (high / UNITS, last / UNITS), limit)


async def _away_limits(
    session: TenantSession, rules: Rules, found: Watched, structure: Structure
) -> FloatArray:
    """What an empty home uses: as the rule says, else nothing, or what its past lets expect."""
    commodity = [found.places[point].commodity for point in rules.point.tolist()]
    alone = np.array([one in _DIALS_MOVE_ALONE for one in commodity], np.bool_)
    limit = np.where(np.isnan(rules.limit) & ~alone, 0.0, rules.limit)
    unknown = np.flatnonzero(np.isnan(limit))
    for at in unknown.tolist():
        until = min(int(rules.from_s[at] // 3600), found.start + found.values.shape[1])
        standing = structure.standing_at(rules.point[at : at + 1])
        past = await series.load_hours(session, standing, until - AWAY_LEARNT_H, until, until)
        limit[at] = amounts.away_limit(past.hourly.values, past.hourly.known)[0] / UNITS
    return limit


async def _months(  # noqa: PLR0913, PLR0917 - one signature for all kinds
    session: TenantSession,
    rules: Rules,
    found: Watched,
    known: Known,
    outcome: Outcome,
    structure: Structure,
) -> None:
    points = np.unique(rules.point)
    at = np.searchsorted(found.points, points)
    midnight = found.moments("today", at)
    kept = await levels.load(session, points)
    stale = (kept.midnight != midnight) | (found.since[at] < midnight)
    wanted = np.flatnonzero(stale)[:LEARNT_AT_ONCE]
    zone = found.places.zone[at[wanted]]
    for code in np.unique(zone).tolist():
        some, calendar = points[wanted[zone == code]], found.zones[code]
        await months.learn(session, some, found.places.zones[code], calendar, structure)
    if len(wanted):
        kept = await levels.load(session, points)
    inside = amounts.between(found.known[at], found.start, midnight, midnight + 26)
    today = amounts.sums(found.values[at], inside)
    spans = months.Spans(*(found.moments(name, at) for name in months.Spans._fields))
    total = months.expected(kept, today, spans)[np.searchsorted(points, rules.point)] / UNITS
    month = found.moments("month", np.searchsorted(found.points, rules.point))
    mine = _since(rules) <= month  # a household's month begins whole
    total = np.where(mine, total, np.nan)
    step(choose(K.MONTH_FORECAST, rules, found, known, month), found, outcome, (total, total))


_KIND = {K.DAY_LIMIT: _days, K.HOUR_LIMIT: _hours, K.MONTH_FORECAST: _months, K.AWAY: _away}
