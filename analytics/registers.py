"""From pulse counters to the consumption of every hour, in exact integers.

A pulse counter shows pulses modulo its wrap. Unwrapped since the installation they give the
register, ``R = floor(1000 (index + pulses / constant) + 1/2)`` in Wh or litres, and the consumption
of an hour is the difference of ``R`` over it: hours telescope, any sum equals the register
difference. Source: the public contract, "What a reading means".

Every installation is a row; every hour of the axis a column. Between two *knots* (instants at which
the register is known) one hour apart the consumption is exact; between knots further apart it is
estimated with the sum preserved, as long as the counter cannot have wrapped unseen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from fractions import Fraction
from math import gcd, lcm
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics import gaps, runs, steps
from analytics.gaps import Pairs
from analytics.knots import Knots
from domain.errors import InvalidError, ShapeError
from domain.quality import CodeArray, Quality
from domain.quantities import EnergyArray, Mask

SECONDS = gaps.SECONDS
FOREVER_S = 2**53
"""End of an installation that still stands, in seconds since the epoch."""

_EXACT = 2**62
_LONGEST_GAP_H = 2**31


@dataclass(frozen=True, slots=True)
class Terms:
    """What one installation says of its meter: the terms under which pulses become a register."""

    installed_at: datetime
    removed_at: datetime | None
    pulse_constant: Fraction
    """Pulses per kWh or m3."""

    initial_index: Fraction
    """Dial at the installation, in kWh or m3."""

    final_index: Fraction | None
    initial_counter: int
    wrap: int
    capacity: Fraction
    """Largest flow, in kW or m3/h."""


@dataclass(frozen=True, slots=True)
class Installations:
    """Terms of ``n`` installations as columns; all arrays have shape ``(n,)``."""

    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    initial_counter: NDArray[np.int64]
    wrap: NDArray[np.int64]
    longest_gap_h: NDArray[np.int64]
    """Most hours between two known counters that leave no doubt about the wraps in between."""

    offset: NDArray[np.int64]
    slope: NDArray[np.int64]
    divisor: NDArray[np.int64]
    """The register is ``(offset + slope * pulses) // divisor``."""

    final_register: NDArray[np.int64]
    """Register at the removal, or -1 when nobody read it."""

    wraps_matter: NDArray[np.int64]
    """1 where the rounding of an hour depends on how often the counter has wrapped before."""

    @classmethod
    def of(cls, terms: Sequence[Terms]) -> Self:
        """Lay out terms in columns."""
        rows = [columns(term) for term in terms]
        table = np.array(rows, dtype=np.int64).reshape(-1, len(fields(cls)))
        return cls(*(np.ascontiguousarray(column) for column in table.T))

    def __len__(self) -> int:
        return len(self.start_s)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Repeat or choose rows."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def register(self, pulses: NDArray[np.int64]) -> EnergyArray:
        """Register in Wh or litres after so many pulses, shape ``(n,)`` or ``(n, t)``."""
        terms = self.offset, self.slope, self.divisor
        offset, slope, divisor = (one[:, None] for one in terms) if pulses.ndim > 1 else terms
        if divisor.size and (divisor == divisor.flat[0]).all():
            divisor = divisor.ravel()[:1]  # dividing by one number is several times as fast
        whole = pulses // divisor
        rest = pulses - whole * divisor
        part: EnergyArray = np.floor_divide(offset + rest * slope, divisor)
        return whole * slope + part


def columns(term: Terms) -> tuple[int, ...]:
    """Integer columns of one installation, in the order of :class:`Installations`.

    Raises
    ------
    InvalidError
        TOO_MANY_DIGITS: the register cannot be computed in 64 bits.
    """
    # (1000 index + 1/2) and 1000 / constant in whole numbers: a file has 100,000 of these
    index, below = term.initial_index.as_integer_ratio()
    offset, offset_of = _reduced(2000 * index + below, 2 * below)
    pulses, per = term.pulse_constant.as_integer_ratio()
    slope, slope_of = _reduced(1000 * per, pulses)
    divisor = lcm(offset_of, slope_of)
    numbers = offset * (divisor // offset_of), slope * (divisor // slope_of), divisor
    if numbers[1] * divisor >= _EXACT or abs(numbers[0]) >= _EXACT:
        raise InvalidError(
            "pulse_constant and initial_index have too many digits to be computed exactly",
            code="TOO_MANY_DIGITS",
            field="pulse_constant",
        )
    start, end = term.installed_at, term.removed_at
    final = term.final_index
    return (
        int(start.timestamp()),
        FOREVER_S if end is None else int(end.timestamp()),
        term.initial_counter,
        term.wrap,
        longest_gap(term.wrap, term.pulse_constant, term.capacity),
        *numbers,
        -1 if final is None else int(1000 * final + Fraction(1, 2)),
        int(term.wrap * slope % slope_of > 0),
    )


def _reduced(above: int, below: int) -> tuple[int, int]:
    """A fraction in lowest terms."""
    common = gcd(above, below)
    return above // common, below // common


def longest_gap(wrap: int, pulse_constant: Fraction, capacity: Fraction) -> int:
    """Most hours over which ``capacity * hours * constant < wrap``; neighbours always count.

    Examples
    --------
    >>> longest_gap(65536, Fraction(1000), Fraction(10))
    6
    """
    flow, flow_of = capacity.as_integer_ratio()
    pulses, per = pulse_constant.as_integer_ratio()
    hours = -(-wrap * flow_of * per // (flow * pulses))  # rounded up
    return max(1, min(_LONGEST_GAP_H, hours - 1))


@dataclass(frozen=True, slots=True)
class Hourly:
    """Consumption by hour; all arrays have shape ``(n, t)``."""

    values: EnergyArray
    """Wh or litres, 0 where unknown."""

    known: Mask
    codes: CodeArray
    back: EnergyArray | None = None
    """Wh or litres that were counted backwards, in hours that are not known; None without any."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """Outcome of :func:`consumption`."""

    hourly: Hourly
    gap_start: int
    """First hour of the gaps that reach into the axis, or its start."""

    gap_end: int
    """Hour after the last one of those gaps, or the end of the axis."""

    estimated: Pairs
    """The gaps that were shared by time; they may reach beyond the axis."""

    covered: Mask
    """Hours during any part of which the installation stood, shape ``(n, t)``."""


def consumption(  # noqa: PLR0913 - the readings, what is known on either side, and the axis
    installations: Installations,
    start: int,
    counters: NDArray[np.int64],
    codes: CodeArray,
    *,
    left: Knots,
    right: Knots,
    now: int,
) -> Consumption:
    """Consumption of every hour of every installation.

    Parameters
    ----------
    installations
        Terms of ``n`` installations.
    start
        First hour of the axis.
    counters
        Counter at the END of each hour, shape ``(n, t)``; negative where unknown.
    codes
        Quality of each known counter, shape ``(n, t)``.
    left
        Last known counter at or before the start of the axis, with the pulses since the
        installation; by default :func:`analytics.knots.starting_knots`.
    right
        First known counter after the axis, if there is one.
    now
        The hour that is not over yet: from it on nothing is expected.

    Raises
    ------
    ShapeError
        The arrays do not have one row per installation and one shape.

    Notes
    -----
    ``O(n t)``. Hours between distant knots share the difference by time, largest index last, so
    that their sum is exact; beyond ``longest_gap_h`` they stay unknown (AMBIGUOUS_WRAP) and the
    register goes on with the fewest wraps. An hour in which the counter ran backwards or began
    anew (:mod:`analytics.steps`) is SUSPECT and unknown; the register goes back with the counter,
    or on from where it stood.
    """
    if counters.ndim != 2 or codes.shape != counters.shape or len(counters) != len(installations):
        message = f"{len(installations)} installations, counters {counters.shape}, {codes.shape}"
        raise ShapeError(message)
    size, hours = counters.shape
    axis = start + np.arange(hours)
    covered = covers(installations, axis)
    over = covered & (axis < now)
    result = np.where(over, np.uint8(Quality.MISSING), np.uint8(Quality.NOT_EXPECTED))

    run, even = _runs(installations, start, counters, left, right)
    if even.all():  # nearly always: nothing is copied row by row
        total = runs.pulses(counters, run, left.counter, left.pulses, installations.wrap)
        even = runs.fastest(total) <= steps.largest(installations.wrap, installations.longest_gap_h)
        if even.all():
            values = np.diff(installations.register(total), axis=1)
            found = Hourly(values, run, np.where(run, codes, result))
            return Consumption(found, start, start + hours, Pairs.none(), covered)
    whole = np.flatnonzero(even)
    values = np.zeros((size, hours), dtype=np.int64)
    known = np.zeros((size, hours), dtype=np.bool_)
    if len(whole):
        values[whole], sound = _along(installations, counters, run, left, whole)
        even[whole[~sound]] = False
        whole = np.flatnonzero(even)
        known[whole] = run[whole]
        result[whole] = np.where(run[whole], codes[whole], result[whole])
    rest = np.flatnonzero(~even)
    some = installations.take(rest), start, counters[rest], codes[rest]
    pairs = _pairs(*some, left.take(rest), right.take(rest))
    pairs = replace(pairs, row=rest[pairs.row])

    single = pairs.hours == 1
    column = pairs.first_hour - start
    inside = single & (column >= 0) & (column < hours)
    row, at = pairs.row[inside], column[inside]
    # a final index below the last reading, or a counter that ran backwards or began anew
    suspect = (pairs.amount[inside] < 0) | pairs.doubtful[inside]
    values[row, at] = np.where(suspect, 0, pairs.amount[inside])
    known[row, at] = ~suspect
    result[row, at] = np.where(suspect, Quality.SUSPECT, pairs.code[inside])
    back = _back(pairs.take(inside), start, values.shape)

    wide = pairs.take(~single & (column < hours) & (column + pairs.hours > 0))
    shared = gaps.spread(wide, installations.longest_gap_h, start, values, known, result)
    return Consumption(
        Hourly(values, known, result, back),
        gap_start=min(start, *wide.first_hour.tolist(), start),
        gap_end=max(start + hours, *(wide.first_hour + wide.hours).tolist(), start + hours),
        estimated=shared,
        covered=covered,
    )


def _back(single: Pairs, start: int, shape: tuple[int, ...]) -> EnergyArray | None:
    """Amounts of hours that were counted backwards, at their places."""
    turned = single.take(single.doubtful & (single.amount < 0))
    if not len(turned.row):
        return None
    found: EnergyArray = np.zeros(shape, dtype=np.int64)
    found[turned.row, turned.first_hour - start] = -turned.amount
    return found


def covers(installations: Installations, axis: NDArray[np.int64]) -> Mask:
    """Whether an installation stood during any part of each hour, shape ``(n, t)``."""
    first = installations.start_s // SECONDS
    end = -(-installations.end_s // SECONDS)
    return (axis >= first[:, None]) & (axis < end[:, None])


def expects(installations: Installations, axis: NDArray[np.int64], now: int) -> Mask:
    """Hours that the delivery ledger expects: whole ones within the installation, and over."""
    first = -(-installations.start_s // SECONDS)
    end = np.minimum(installations.end_s // SECONDS, now)
    return (axis >= first[:, None]) & (axis < end[:, None])


def _runs(
    installations: Installations,
    start: int,
    counters: NDArray[np.int64],
    left: Knots,
    right: Knots,
) -> tuple[Mask, Mask]:
    """Hours with a counter after the left knot, and the rows in which they are one unbroken run."""
    ends_s = (start + 1 + np.arange(counters.shape[1])) * SECONDS
    known = (counters >= 0) & (ends_s > left.time_s[:, None])
    known &= ends_s <= installations.end_s[:, None]
    even = runs.unbroken(known, left.time_s // SECONDS - start)
    return known, even & ~right.known & (installations.final_register < 0)


def _along(
    installations: Installations,
    counters: NDArray[np.int64],
    known: Mask,
    left: Knots,
    rows: NDArray[np.int64],
) -> tuple[EnergyArray, Mask]:
    """Consumption by hour of rows without a gap, and which of them only went on as they can.

    Every neighbour is one hour away.
    """
    terms = installations.take(rows)
    before, since = left.counter[rows], left.pulses[rows]
    total = runs.pulses(counters[rows], known[rows], before, since, terms.wrap)
    sound = runs.fastest(total) <= steps.largest(terms.wrap, terms.longest_gap_h)
    return np.diff(terms.register(total), axis=1), sound


def _pairs(  # noqa: PLR0913, PLR0917 - the same arguments as consumption
    installations: Installations,
    start: int,
    counters: NDArray[np.int64],
    codes: CodeArray,
    left: Knots,
    right: Knots,
) -> Pairs:
    """Line up the knots of each row in time and take the differences of neighbours."""
    size, hours = counters.shape
    times = np.empty((size, hours + 3), dtype=np.int64)
    times[:, 0], times[:, 1:-2] = left.time_s, (start + 1 + np.arange(hours)) * SECONDS
    times[:, -2], times[:, -1] = right.time_s, installations.end_s
    shown = np.zeros_like(times)
    shown[:, 0], shown[:, 1:-2], shown[:, -2] = left.counter, counters, right.counter
    known = np.ones(times.shape, dtype=np.bool_)
    known[:, 1:-2] = counters >= 0
    known[:, -2] = right.known
    known[:, 1:-1] &= times[:, 1:-1] > left.time_s[:, None]
    known[:, 1:-1] &= times[:, 1:-1] <= installations.end_s[:, None]
    read_at_end = (known & (times == times[:, -1:]))[:, :-1].any(axis=1)
    known[:, -1] = (installations.final_register >= 0) & ~read_at_end
    known[:, -1] &= installations.end_s > left.time_s

    row, column = np.nonzero(known)
    time, counter = times[row, column], shown[row, column]
    final = column == hours + 2
    first = column == 0
    terms = installations.take(row)
    step = np.zeros(len(row), dtype=np.int64)
    doubtful = np.zeros(len(row), dtype=np.bool_)
    if len(row):
        elapsed = np.maximum(1, -(-np.diff(time) // SECONDS))
        most = steps.largest(terms.wrap[1:], terms.longest_gap_h[1:], elapsed)
        found = steps.between(counter[:-1], counter[1:], terms.wrap[1:], most)
        step[1:] = np.where(final[1:], 0, found.pulses)
        doubtful[1:] = found.doubtful & ~final[1:]
    step[first], doubtful[first] = 0, False
    total = np.cumsum(step)
    pulses = total - total[first][row] + left.pulses[row]
    register = terms.register(pulses)
    register[final] = terms.final_register[final]

    later = np.flatnonzero(~first)
    code_of = np.full(times.shape, Quality.MANUAL, dtype=np.uint8)
    code_of[:, 1:-2] = codes
    return Pairs(
        row=row[later],
        from_s=time[later - 1],
        to_s=time[later],
        amount=register[later] - register[later - 1],
        code=code_of[row, column][later],
        absolute=final[later],
        doubtful=doubtful[later],
    )
