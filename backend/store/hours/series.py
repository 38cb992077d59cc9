"""Hours of metering points as arrays, whatever rows hold them: the one reader of counters.

An hour of consumption is the difference of two counters, so a range is read with what lies around
it: the last known counter before it and, where it ends in a gap, the first known one after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics import knots, registers, steps
from analytics.knots import Knots
from analytics.registers import Hourly, Installations
from backend.store.hours import counters as counters_store
from backend.store.hours import like_days
from backend.store.hours.counters import Counters
from backend.store.hours.nearest import nearest
from domain.identity import MeteringPointId
from domain.quality import CodeArray, Quality, code_at, place_of
from tenants.session import TenantSession

AROUND = 24
"""Hours read beside a range, so that most gaps at its edges need no further look."""

_COLUMNS = (
    "point_id",
    "series_id",
    "extract(epoch FROM installed_at)::bigint",
    f"coalesce(extract(epoch FROM removed_at)::bigint, {registers.FOREVER_S})",
    "initial_counter",
    "wrap",
    "longest_gap_h",
    "register_offset",
    "register_slope",
    "register_divisor",
    "final_register",
    "wraps_matter::int",
)
_INSTALLATIONS = f"""
SELECT string_agg({" || ".join(f"int8send({column})" for column in _COLUMNS)}, ''::bytea
                  ORDER BY point_id, installed_at)
FROM installation WHERE tenant_id = $1 AND point_id = ANY($2::bigint[])
"""  # noqa: S608 - names of columns are constants


@dataclass(frozen=True, slots=True)
class Standing:
    """Installations of some metering points, in the order of points and time."""

    points: NDArray[np.int64]
    """Ids of the points asked for, shape ``(p,)``."""

    row_point: NDArray[np.int64]
    """Index of its point for each installation, shape ``(n,)``."""

    series: NDArray[np.int64]
    terms: Installations

    def take(self, rows: NDArray[np.int64]) -> "Standing":
        """Choose some installations."""
        return Standing(self.points, self.row_point[rows], self.series[rows], self.terms.take(rows))


@dataclass(frozen=True, slots=True)
class PointHours:
    """Hours of metering points; arrays have shape ``(p, t)``."""

    hourly: Hourly
    standing: Standing
    counters: Counters
    span: tuple[int, int, int]
    """The range and the hour that is not over yet: (start, end, now)."""

    gap_start: int
    gap_end: int
    """Hull of the range and of the gaps that reach into it."""

    def arrivals(self) -> CodeArray:
        """How each hour that the delivery ledger expects arrived; MISSING or NOT_EXPECTED else."""
        start, end, now = self.span
        codes = _arrivals(self.standing, self.counters, start, end, now)
        return _first_by_point(self.standing, codes, end - start)


async def load_installations(session: TenantSession, points: Sequence[MeteringPointId]) -> Standing:
    """All installations of some points."""
    driver = await session.driver()
    packed = await driver.fetchval(_INSTALLATIONS, session.scope.tenant_id, points)
    return _standing(points, packed or b"")


def _standing(points: Sequence[MeteringPointId], packed: bytes) -> Standing:
    ids = np.array(points, dtype=np.int64)
    table = np.frombuffer(packed, ">i8").astype(np.int64).reshape(-1, len(_COLUMNS))
    order = np.argsort(ids)
    at = np.searchsorted(ids, table[:, 0], sorter=order) if len(ids) else table[:, 0]
    terms = Installations(*(np.ascontiguousarray(column) for column in table[:, 2:].T))
    return Standing(ids, order[at] if len(ids) else at, table[:, 1], terms)


async def load_points(
    session: TenantSession, points: Sequence[MeteringPointId], start: int, end: int, now: int
) -> PointHours:
    """As :func:`load_hours` of all that ever stood at some points, in one look where they are few.

    Parameters
    ----------
    now
        The hour that is not over yet.
    """
    if not _are_few(len(points), end - start):
        standing = await load_installations(session, points)
        return await load_hours(session, standing, start, end, now)
    low, high = start - AROUND, end + AROUND
    packed, lay_out = await counters_store.load_at(session, points, low, high, _INSTALLATIONS)
    standing = _standing(points, packed)
    if (np.diff(standing.series) > 0).all():  # one meter at each point, in the order of both
        counters = lay_out(standing.series)
    else:
        series, row = np.unique(standing.series, return_inverse=True)
        counters = lay_out(series).take(row)
    right = await _right_knots(session, standing, counters, end, now)
    return await hours_of(session, standing, counters, (start, end, now), right)


def _are_few(count: int, size: int) -> bool:
    """Whether the hours beside a range are read with it."""
    return count * (size + 2 * AROUND) <= 500_000


async def load_hours(
    session: TenantSession, standing: Standing, start: int, end: int, now: int
) -> PointHours:
    """Consumption of points over ``[start, end)``.

    Parameters
    ----------
    now
        The hour that is not over yet.
    """
    few = _are_few(len(standing.series), end - start)
    low = start - AROUND if few else start - 1
    high = end + AROUND if few else end
    counters = await load_counters(session, standing, low, high)
    right = await _right_knots(session, standing, counters, end, now)
    return await hours_of(session, standing, counters, (start, end, now), right)


async def hours_of(  # noqa: PLR0913 - the counters, and what is known around them
    session: TenantSession,
    standing: Standing,
    counters: Counters,
    span: tuple[int, int, int],
    right: Knots,
    *,
    past: Counters | None = None,
) -> PointHours:
    """Consumption of points over a range (start, end, now) out of the counters around it.

    ``past`` are the counters that shape gaps by their like days, where not those that stand.
    """
    (start, end, now), low = span, counters.start
    left = await _left_knots(session, standing, counters, start)
    result = registers.consumption(
        standing.terms, low, counters.counter, counters.code, left=left, right=right, now=now
    )
    meters = standing.series, standing.terms
    await like_days.shape(session, meters, result, (low, start, end), past)
    inside = slice(start - low, end - low)
    hourly = Hourly(
        result.hourly.values[:, inside],
        result.hourly.known[:, inside],
        result.hourly.codes[:, inside],
        None if result.hourly.back is None else result.hourly.back[:, inside],
    )
    covered = result.covered[:, inside]
    at_start, at_end = _uncertain_edges(hourly, covered)
    return PointHours(
        hourly=_by_point(standing, hourly, covered),
        standing=standing,
        counters=counters,
        span=span,
        gap_start=min(start, result.gap_start) if at_start else start,
        gap_end=max(end, result.gap_end) if at_end else end,
    )


def _uncertain_edges(hourly: Hourly, covered: NDArray[np.bool_]) -> tuple[bool, bool]:
    """Whether a gap lies over the first, and over the last hour of a range."""
    if not hourly.known.size:
        return False, False
    edges, codes = covered[:, [0, -1]], hourly.codes[:, [0, -1]]
    uncertain = edges & ((codes == Quality.ESTIMATED) | (codes == Quality.MISSING))
    return bool(uncertain[:, 0].any()), bool(uncertain[:, 1].any())


async def load_counters(
    session: TenantSession, standing: Standing, low: int, high: int, *, corrected: bool = True
) -> Counters:
    """Counters of each installation's channel over ``[low, high)``."""
    series, row = np.unique(standing.series, return_inverse=True)
    found = await counters_store.load(session, series, low, high, corrected=corrected)
    return found.take(row)


async def _left_knots(
    session: TenantSession, standing: Standing, counters: Counters, start: int
) -> Knots:
    """Where each register stands before the range: its own start, or the last known counter."""
    terms = standing.terms
    began = terms.start_s < counters.start * registers.SECONDS
    before = max(1, start - counters.start)  # hours that were read beside the range
    ends = (counters.start + 1 + np.arange(before)) * registers.SECONDS
    known = counters.counter[:, :before] >= 0
    known &= (ends > terms.start_s[:, None]) & (ends <= terms.end_s[:, None])
    first = known.argmax(axis=1)
    rows = np.arange(len(first))
    in_axis = known.any(axis=1) & (counters.start + first + 1 <= start)
    time_s = np.where(began & in_axis, ends[first], terms.start_s)
    counter = np.where(began & in_axis, counters.counter[rows, first], terms.initial_counter)
    far = np.flatnonzero(began & ~in_axis)
    if len(far):
        found = await _nearest(session, standing.take(far), counters.start, before=True)
        has = found.known
        time_s[far[has]], counter[far[has]] = found.time_s[has], found.counter[has]
    pulses = await _pulses_at(session, standing, time_s, counter)
    return Knots(time_s, counter, pulses, np.ones(len(time_s), dtype=np.bool_))


async def _right_knots(
    session: TenantSession, standing: Standing, counters: Counters, end: int, now: int
) -> Knots:
    """First known counter after the hours read, for installations that end there in a gap."""
    size = len(standing.series)
    none = knots.no_knots(size)
    if counters.end >= now:
        return none
    tail = counters.counter[:, max(0, end - 1 - counters.start) :]
    open_end = (tail < 0).all(axis=1) & (standing.terms.end_s > counters.end * registers.SECONDS)
    rows = np.flatnonzero(open_end)
    if not len(rows):
        return none
    found = await _nearest(session, standing.take(rows), counters.end, before=False)
    time_s, counter = none.time_s.copy(), none.counter.copy()
    known = none.known.copy()
    time_s[rows], counter[rows], known[rows] = found.time_s, found.counter, found.known
    return replace(none, time_s=time_s, counter=counter, known=known)


async def _nearest(session: TenantSession, standing: Standing, hour: int, *, before: bool) -> Knots:
    """The known counter nearest to an hour, before it or from it on, within each installation."""
    terms = standing.terms
    lowest = terms.start_s // registers.SECONDS
    highest = np.minimum(terms.end_s // registers.SECONDS, hour + 200_000)
    if before:
        highest = np.minimum(highest, hour - 1)
    else:
        lowest = np.maximum(lowest, hour)
    found = await nearest(session, standing.series, lowest, highest, last=before)
    time_s = np.where(found.known, (found.hour + 1) * registers.SECONDS, 0)
    known = found.known
    known &= (time_s > terms.start_s) & (time_s <= terms.end_s)
    return Knots(time_s, found.counter, np.zeros(len(time_s), dtype=np.int64), known)


async def _pulses_at(
    session: TenantSession,
    standing: Standing,
    time_s: NDArray[np.int64],
    counter: NDArray[np.int64],
    *,
    exactly: bool = False,
) -> NDArray[np.int64]:
    """Pulses since the installation at a knot.

    Where the counter may have wrapped since, the wraps are counted out of the history; for hours
    (not ``exactly``) only where they change the rounding.
    """
    terms = standing.terms
    pulses: NDArray[np.int64] = np.mod(counter - terms.initial_counter, terms.wrap)
    elapsed_h = -(-(time_s - terms.start_s) // registers.SECONDS)
    doubtful = elapsed_h > terms.longest_gap_h
    # below where it began, or further than it can have come: it ran backwards or began anew
    elapsed = np.maximum(1, elapsed_h)
    doubtful |= pulses > steps.largest(terms.wrap, terms.longest_gap_h, elapsed)
    if not exactly:
        doubtful &= terms.wraps_matter == 1
    for row in np.flatnonzero(doubtful).tolist():
        one = standing.take(np.array([row]))
        low, high = int(terms.start_s[row] // registers.SECONDS), int(time_s[row] // 3600)
        history = (await load_counters(session, one, low, high)).counter[0]
        ends = (low + 1 + np.arange(len(history))) * registers.SECONDS
        read = (history >= 0) & (ends > terms.start_s[row])
        seen = np.concatenate([terms.initial_counter[row : row + 1], history[read]])
        at = np.concatenate([terms.start_s[row : row + 1], ends[read]])
        elapsed = np.maximum(1, -(-np.diff(at) // registers.SECONDS))
        wrap = np.broadcast_to(terms.wrap[row], elapsed.shape)
        most = steps.largest(wrap, terms.longest_gap_h[row], elapsed)
        pulses[row] = steps.between(seen[:-1], seen[1:], wrap, most).pulses.sum()
    return pulses


@dataclass(frozen=True, slots=True)
class Dials:
    """Registers of installations at their last known counter; arrays have shape ``(n,)``."""

    time_s: NDArray[np.int64]
    counter: NDArray[np.int64]
    register: NDArray[np.int64]
    """Wh or litres."""


async def load_dials(session: TenantSession, standing: Standing, at_s: int) -> Dials:
    """What each installation's dial showed at its last known counter up to an instant.

    ``at_s`` (seconds since the epoch) lies within every installation given. One whose counters
    never came shows its initial index.
    """
    found = await _nearest(session, standing, at_s // registers.SECONDS, before=True)
    terms = standing.terms
    time_s = np.where(found.known, found.time_s, terms.start_s)
    counter = np.where(found.known, found.counter, terms.initial_counter)
    pulses = await _pulses_at(session, standing, time_s, counter, exactly=True)
    return Dials(time_s, counter, terms.register(pulses))


def _arrivals(standing: Standing, counters: Counters, start: int, end: int, now: int) -> CodeArray:
    """Code of each expected hour's counter, by installation; MISSING, or NOT_EXPECTED."""
    inside = slice(start - counters.start, end - counters.start)
    due = registers.expects(standing.terms, np.arange(start, end), now)
    code = np.where(
        counters.arrived[:, inside], counters.arrival[:, inside], np.uint8(Quality.MISSING)
    )
    return np.where(due, code, np.uint8(Quality.NOT_EXPECTED))


def _by_point(standing: Standing, hourly: Hourly, covered: NDArray[np.bool_]) -> Hourly:
    """Join the installations of each point; an hour is known when all that stood in it are."""
    size, hours = len(standing.points), hourly.values.shape[1]
    if len(standing.row_point) == size and (standing.row_point == np.arange(size)).all():
        return hourly
    values = np.zeros((size, hours), dtype=np.int64)
    lacking, standing_in = np.zeros_like(values), np.zeros_like(values)
    np.add.at(values, standing.row_point, np.where(hourly.known, hourly.values, 0))
    np.add.at(lacking, standing.row_point, covered & ~hourly.known)
    np.add.at(standing_in, standing.row_point, covered)
    known = (standing_in > 0) & (lacking == 0)
    codes = _first_by_point(standing, hourly.codes, hours)
    back = None
    if hourly.back is not None:
        back = np.zeros((size, hours), dtype=np.int64)
        np.add.at(back, standing.row_point, hourly.back)
    return Hourly(np.where(known, values, 0), known, codes, back)


def _first_by_point(standing: Standing, codes: CodeArray, hours: int) -> CodeArray:
    shape = (len(standing.points), hours)
    places = np.full(shape, place_of(np.array([Quality.NOT_EXPECTED], np.uint8))[0], np.uint8)
    np.minimum.at(places, standing.row_point, place_of(codes))
    return code_at(places)
