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
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from math import gcd, lcm
from typing import Self

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError, ShapeError
from domain.quality import CodeArray, Quality
from domain.quantities import EnergyArray, Mask

SECONDS = 3600
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
        """Register in Wh or litres after ``pulses`` since the installation, shape ``(n,)``."""
        whole = pulses // self.divisor
        rest = pulses - whole * self.divisor
        part: EnergyArray = np.floor_divide(self.offset + rest * self.slope, self.divisor)
        return whole * self.slope + part


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
class Knots:
    """One instant for each installation at which its counter is known; shape ``(n,)``."""

    time_s: NDArray[np.int64]
    counter: NDArray[np.int64]
    pulses: NDArray[np.int64]
    """Pulses since the installation; meaningless in a knot to the right."""

    known: Mask


@dataclass(frozen=True, slots=True)
class Hourly:
    """Consumption by hour; all arrays have shape ``(n, t)``."""

    values: EnergyArray
    """Wh or litres, 0 where unknown."""

    known: Mask
    codes: CodeArray


@dataclass(frozen=True, slots=True)
class Consumption:
    """Outcome of :func:`consumption`."""

    hourly: Hourly
    gap_start: int
    """First hour of the gaps that reach into the axis, or its start."""

    gap_end: int
    """Hour after the last one of those gaps, or the end of the axis."""


def starting_knots(installations: Installations) -> Knots:
    """The knots that every installation has: its own start, with no pulse yet."""
    size = len(installations)
    return Knots(
        time_s=installations.start_s,
        counter=installations.initial_counter,
        pulses=np.zeros(size, dtype=np.int64),
        known=np.ones(size, dtype=np.bool_),
    )


def no_knots(size: int) -> Knots:
    """Knots of which none is known."""
    zeros = np.zeros(size, dtype=np.int64)
    return Knots(zeros, zeros, zeros, np.zeros(size, dtype=np.bool_))


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
        installation; by default :func:`starting_knots`.
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
    register goes on with the fewest wraps.
    """
    if counters.ndim != 2 or codes.shape != counters.shape or len(counters) != len(installations):
        message = f"{len(installations)} installations, counters {counters.shape}, {codes.shape}"
        raise ShapeError(message)
    size, hours = counters.shape
    pairs = _pairs(installations, start, counters, codes, left, right)
    axis = start + np.arange(hours)
    covered = covers(installations, axis)
    values = np.zeros((size, hours), dtype=np.int64)
    known = np.zeros((size, hours), dtype=np.bool_)
    result = np.where(covered & (axis < now), Quality.MISSING, Quality.NOT_EXPECTED)
    result = result.astype(np.uint8)

    single = pairs.hours == 1
    column = pairs.first_hour - start
    inside = single & (column >= 0) & (column < hours)
    row, at = pairs.row[inside], column[inside]
    backwards = pairs.amount[inside] < 0  # a final index below the last reading
    values[row, at] = np.maximum(pairs.amount[inside], 0)
    known[row, at] = ~backwards
    result[row, at] = np.where(backwards, Quality.SUSPECT, pairs.code[inside])

    wide = pairs.take(~single & (column < hours) & (column + pairs.hours > 0))
    _spread(wide, installations, start, values, known, result)
    return Consumption(
        Hourly(values, known, result),
        gap_start=min(start, *wide.first_hour.tolist(), start),
        gap_end=max(start + hours, *(wide.first_hour + wide.hours).tolist(), start + hours),
    )


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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Neighbouring knots of one installation; all arrays have shape ``(k,)``."""

    row: NDArray[np.int64]
    from_s: NDArray[np.int64]
    to_s: NDArray[np.int64]
    amount: EnergyArray
    code: CodeArray
    absolute: Mask
    """The later knot is a register somebody read, so no wrap is in doubt."""

    @property
    def first_hour(self) -> NDArray[np.int64]:
        return self.from_s // SECONDS

    @property
    def hours(self) -> NDArray[np.int64]:
        return -(-self.to_s // SECONDS) - self.first_hour

    def take(self, chosen: Mask) -> "_Pairs":
        return _Pairs(*(getattr(self, field.name)[chosen] for field in fields(self)))


def _pairs(  # noqa: PLR0913, PLR0917 - the same arguments as consumption
    installations: Installations,
    start: int,
    counters: NDArray[np.int64],
    codes: CodeArray,
    left: Knots,
    right: Knots,
) -> _Pairs:
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
    step[1:] = np.where(final[1:], 0, (counter[1:] - counter[:-1]) % terms.wrap[1:])
    step[first] = 0
    total = np.cumsum(step)
    pulses = total - total[first][row] + left.pulses[row]
    register = terms.register(pulses)
    register[final] = terms.final_register[final]

    later = np.flatnonzero(~first)
    code_of = np.full(times.shape, Quality.MANUAL, dtype=np.uint8)
    code_of[:, 1:-2] = codes
    return _Pairs(
        row=row[later],
        from_s=time[later - 1],
        to_s=time[later],
        amount=register[later] - register[later - 1],
        code=code_of[row, column][later],
        absolute=final[later],
    )


def _spread(  # noqa: PLR0913, PLR0917 - writes into the three arrays of the result
    wide: _Pairs,
    installations: Installations,
    start: int,
    values: EnergyArray,
    known: Mask,
    codes: CodeArray,
) -> None:
    """Share what flowed between distant knots among their hours by time, sum preserved."""
    certain = (wide.hours <= installations.longest_gap_h[wide.row]) | wide.absolute
    pairs = wide.take(certain & (wide.amount >= 0))
    counts = pairs.hours
    if not len(counts):
        return
    which = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    hour = pairs.first_hour[which] + offset
    span = (pairs.to_s - pairs.from_s)[which]
    whole, rest = pairs.amount[which] // span, pairs.amount[which] % span

    def flowed_by(instant_s: NDArray[np.int64]) -> EnergyArray:
        passed = np.clip(instant_s, pairs.from_s[which], pairs.to_s[which]) - pairs.from_s[which]
        flowed: EnergyArray = whole * passed + rest * passed // span
        return flowed

    share = flowed_by((hour + 1) * SECONDS) - flowed_by(hour * SECONDS)
    inside = (hour >= start) & (hour < start + values.shape[1])
    row, column = pairs.row[which][inside], (hour - start)[inside]
    values[row, column], known[row, column] = share[inside], True
    codes[row, column] = Quality.ESTIMATED
