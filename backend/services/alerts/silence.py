"""Holding rules against time that passes without readings, or without any use."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
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
    """Hour of the first installation."""

    places: dict[int, Place]

    def only(self, at: int) -> "_Hours":
        """Of one point alone."""
        row = slice(at, at + 1)
        return replace(
            self,
            points=self.points[row],
            values=self.values[row],
            known=self.known[row],
            since=self.since[row],
        )

    def silent(self, since: IntArray) -> NDArray[np.float64]:
        """Hours without a reading, of each point."""
        return amounts.silent_h(self.known, self.start, self.now, np.maximum(self.since, since))

    def idle(self, since: IntArray) -> NDArray[np.float64]:
        """Hours without any use, of each point; NaN where it is silent, too."""
        quiet = self.silent(since) > USUAL_LIMIT[K.NO_DATA]
        idle = amounts.idle_h(self.values, self.known, self.start, np.maximum(self.since, since))
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
    for place, kind in enumerate(KINDS):
        chosen = rules.take(rules.kind == place)
        for one in _asked(kind, chosen, sight, hours, hidden, known.points):
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


def _asked(  # noqa: PLR0913, PLR0917 - rules, and what is known of their points
    kind: AlertKind,
    rules: Rules,
    sight: Sight,
    hours: _Hours,
    hidden: set[int],
    standing: Collection[int],
) -> Iterator[_Asked]:
    count = hours.silent if kind is K.NO_DATA else hours.idle
    nobody = np.zeros(len(hours.points), np.int64)
    plain = count(nobody)
    for limit in sorted(sight.limits(kind)):
        if limit_of(limit) is None:
            continue
        touched = (plain >= limit) | np.isin(hours.points, np.array(sorted(standing), np.int64))
        for at in np.flatnonzero(touched).tolist():
            point = int(hours.points[at])
            behind = sight.asked(kind, point, hours.places[point].sites).get(limit)
            if behind:
                # one alarm of the concentrator tells the staff of all its meters
                told = np.nan if point in hidden else float(plain[at])
                yield _Asked(at, None, limit, tuple(behind), told)
    for row in range(len(rules.rule)):
        at = int(np.searchsorted(hours.points, rules.point[row]))
        home, user = rules.since_s[row] >= 0, int(rules.user[row])
        found = float(plain[at])
        if home:
            own = hours.only(at)
            since = np.array([-(-int(rules.since_s[row]) // 3600)])
            found = float((own.silent if kind is K.NO_DATA else own.idle)(since)[0])
        elif not sight.sees(user, hours.places[int(rules.point[row])].sites):
            continue
        limit = float(rules.limit[row])
        yield _Asked(at, UserId(user) if home else None, limit, (int(rules.rule[row]),), found)


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
