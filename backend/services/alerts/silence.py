"""Holding rules against time that passes without readings, or without any use."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.alerts import amounts
from backend.services.alerts import raising
from backend.services.alerts.raising import Known, Outcome
from backend.services.alerts.sight import Sight, limit_of, look
from backend.store.alerts import watched
from backend.store.alerts.alerts import Raised, condition_of
from backend.store.alerts.watched import Place, Rules
from backend.store.groups.structure import Structure
from backend.store.hours import series
from domain.alerts import USUAL_LIMIT, AlertKind, severity_of
from domain.hours import hour_of
from domain.identity import UserId
from tenants.session import TenantSession

K = AlertKind
KINDS = (K.NO_DATA, K.NO_CONSUMPTION)
CELLS_AT_ONCE = 3_000_000

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Hours:
    """Hours of points that stand now, up to this one."""

    points: IntArray
    values: IntArray
    known: NDArray[np.bool_]
    start: int
    now: int
    since: IntArray
    """First hour that can be known of each: its installation, and its concentrator's."""

    places: Mapping[int, Place]

    def silent(self, at: IntArray, since: IntArray) -> NDArray[np.float64]:
        """Hours without a reading of some points, each since an hour at the earliest."""
        return amounts.silent_h(
            self.known[at], self.start, self.now, np.maximum(self.since[at], since)
        )

    def idle(self, at: IntArray, since: IntArray) -> NDArray[np.float64]:
        """Hours without any use of some points; NaN where they are silent, too."""
        begun = np.maximum(self.since[at], since)
        quiet = self.silent(at, since) > USUAL_LIMIT[K.NO_DATA]
        idle = amounts.idle_h(self.values[at], self.known[at], self.start, begun)
        return np.where(quiet, np.nan, idle)


def standing_now(structure: Structure, now: datetime) -> IntArray:
    """Points at which a meter stands now, in ascending order."""
    standing = structure.standing
    second = now.timestamp()
    held = (standing.terms.start_s <= second) & (standing.terms.end_s > second)
    return standing.points[np.unique(standing.row_point[held])]


async def judge(
    session: TenantSession, points: IntArray, now: datetime, structure: Structure
) -> Outcome:
    """What becomes of the alerts about the silence of points that have a meter now."""
    outcome = Outcome()
    rules = await watched.rules_of_points(session, points.tolist(), KINDS, now)
    sight = await look(session, KINDS, now, points.tolist())
    asked = [*rules.limit.tolist(), *sight.limits(K.NO_DATA), *sight.limits(K.NO_CONSUMPTION)]
    hours = await _load(session, points, round(max(asked, default=0.0)), now, structure)
    known = await raising.known(session, KINDS, points.tolist(), [], now)
    hidden = await watched.silenced(session, points.tolist())
    told = np.array(sorted(known.points), np.int64)
    for place, kind in enumerate(KINDS):
        chosen = rules.take(rules.kind == place)
        for one in _of_staff(kind, sight, hours, hidden, told):
            _step(outcome, kind, one, hours, known)
        for one in _of_rules(kind, chosen, sight, hours, told):
            _step(outcome, kind, one, hours, known)
    return outcome


async def _load(
    session: TenantSession, points: IntArray, back: int, now: datetime, structure: Structure
) -> _Hours:
    hour = hour_of(now)
    start = hour - back - 2
    standing = structure.standing_at(points)
    since = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(since, standing.row_point, -(-standing.terms.start_s // 3600))
    # what was imported with a past of years is not silent before it can be heard
    since = np.maximum(since, await watched.known_since(session, points))
    hourly = (await series.load_hours(session, standing, start, hour, hour)).hourly
    places = await watched.places(session, points.tolist())
    return _Hours(points, hourly.values, hourly.known, start, hour, since, places)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition that may be met, and how many hours it has been so."""

    at: int
    user: UserId | None
    limit: float
    rules: tuple[int, ...]
    hours: float


def _of_staff(
    kind: AlertKind, sight: Sight, hours: _Hours, hidden: Collection[int], told: IntArray
) -> Iterator[_Asked]:
    """Conditions of rules about all that the staff see; those that may be met, or were."""
    everywhere = np.arange(len(hours.points))
    found = (hours.silent if kind is K.NO_DATA else hours.idle)(everywhere, everywhere * 0)
    for limit in sorted(sight.limits(kind)):
        if limit_of(limit) is None:
            continue
        touched = (found >= limit) | np.isin(hours.points, told)
        for at in np.flatnonzero(touched).tolist():
            point = int(hours.points[at])
            behind = sight.asked(kind, point, hours.places[point].sites).get(limit)
            if behind:
                # one alarm of the concentrator tells the staff of all its meters
                value = np.nan if point in hidden else float(found[at])
                yield _Asked(at, None, limit, tuple(behind), value)


def _of_rules(
    kind: AlertKind, rules: Rules, sight: Sight, hours: _Hours, told: IntArray
) -> Iterator[_Asked]:
    """Conditions of households, and of rules about one point; those that may be met, or were."""
    at = np.searchsorted(hours.points, rules.point)
    since = -(-np.maximum(rules.since_s, 0) // 3600)
    found = (hours.silent if kind is K.NO_DATA else hours.idle)(at, since)
    touched = (found >= rules.limit) | np.isin(rules.point, told)
    for row in np.flatnonzero(touched).tolist():
        home, user = bool(rules.since_s[row] >= 0), int(rules.user[row])
        if not home and not sight.sees(user, hours.places[int(rules.point[row])].sites):
            continue
        yield _Asked(
            int(at[row]),
            UserId(user) if home else None,
            float(rules.limit[row]),
            (int(rules.rule[row]),),
            float(found[row]),
        )


def _step(outcome: Outcome, kind: AlertKind, one: _Asked, hours: _Hours, known: Known) -> None:
    place = hours.places[int(hours.points[one.at])]
    condition = condition_of(kind, one.user, place.id, None, one.limit)
    standing = known.by_key.get((condition, None))
    # a limit of 26 hours is met by 26 of them
    step = raising.step_of(kind, standing, one.limit - 0.5, known, one.hours, one.hours)
    raised = Raised(
        kind=kind,
        severity=severity_of(kind),
        cause=None,
        condition=condition,
        period=None,
        user_id=one.user,
        commodity=place.commodity,
        point_id=place.id,
        group_id=None,
        site_id=place.site_id,
        threshold=one.limit,
        value=None if np.isnan(one.hours) else one.hours,
        judged_hour=None,
        finding_id=None,
    )
    outcome.add(step, standing, raised, one.rules)
