"""Counters into rows: the one place where facts are written.

Arriving readings are merged by :func:`domain.merging.merge` against the rows that stand: rows of an
hour where the day is still open, rows of a day where it is closed. Each fact stands in one of the
two, and which one follows from its hour alone.
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from backend.store import day_rows, hour_rows
from domain.merging import Facts, Merged, merge
from domain.quality import CodeArray
from tenants.session import TenantSession

_ROWS_AT_ONCE = 20_000
"""Rows merged in one go; bounds memory where readings are strewn over many rows."""

_OTHER_BITS = 24
_OTHER = (1 << _OTHER_BITS) - 1
"""Hours and days since the epoch fit in 24 bits, and series in the others."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Counters to be folded, each hour of a series at most once; all of shape ``(n,)``.

    Ordered by series and hour.
    """

    series: NDArray[np.int64]
    hour: NDArray[np.int64]
    counter: NDArray[np.int64]
    code: CodeArray
    push: NDArray[np.int64]
    """Which push of the batch each came with."""

    def __len__(self) -> int:
        return len(self.series)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Readings":
        """Choose some."""
        return Readings(
            self.series[rows], self.hour[rows], self.counter[rows], self.code[rows], self.push[rows]
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A reading that did not stand, or one that gave way; goes to revision."""

    series: int
    hour: int
    kind: str
    counter: int
    code: int
    standing: int
    push: int


@dataclass(frozen=True, slots=True)
class Written:
    """What changed: the hours now different, and what was refused or displaced."""

    changed: Readings
    refused: list[Refused]


async def write(session: TenantSession, readings: Readings, first_open: int) -> Written:
    """Merge readings, later in the journal than all that stands, into their rows.

    Parameters
    ----------
    first_open
        First hour of the days that are open.
    """
    changed: list[Readings] = []
    refused: list[Refused] = []
    is_open = readings.hour >= first_open
    for rows, chosen in ((day_rows, ~is_open), (hour_rows, is_open)):
        if not chosen.any():  # also pushes of events alone, or of nothing
            continue
        part = readings if chosen.all() else readings.take(chosen)
        for portion in _portions(part, rows):
            done = await _merge(session, portion, rows)
            changed.append(done.changed)
            refused += done.refused
    return Written(_joined(changed) if changed else readings.take(is_open), refused)


@dataclass(frozen=True, slots=True)
class _Portion:
    """Readings, and where in which rows they belong."""

    readings: Readings
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    """The two parts of each row's key, shape ``(rows,)``, in order."""

    row: NDArray[np.int64]
    slot: NDArray[np.int64]


def _portions(readings: Readings, rows: ModuleType) -> list[_Portion]:
    """Sort readings into rows, and rows into portions."""
    one, other, slot = rows.place(readings.series, readings.hour)
    keys, row = np.unique(one << _OTHER_BITS | other, return_inverse=True)
    found: list[_Portion] = []
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        some = keys[start : start + _ROWS_AT_ONCE]
        parts = readings, row, slot
        if len(keys) > _ROWS_AT_ONCE:
            chosen = np.flatnonzero((row >= start) & (row < start + len(some)))
            parts = readings.take(chosen), row[chosen] - start, slot[chosen]
        found.append(_Portion(parts[0], some >> _OTHER_BITS, some & _OTHER, parts[1], parts[2]))
    return found


async def _merge(session: TenantSession, portion: _Portion, rows: ModuleType) -> Written:
    """Read the rows that stand, merge, and write those that changed."""
    readings, at = portion.readings, (portion.row, portion.slot)
    shape = (len(portion.one), rows.SLOTS)
    arriving = Facts(
        np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_)
    )
    arriving.counter[at] = readings.counter
    arriving.code[at] = readings.code
    arriving.known[at] = True
    stored: Facts = await rows.read(session, portion.one, portion.other)
    merged = merge(stored, arriving)
    touched = np.flatnonzero(merged.written.any(axis=1))
    if len(touched):
        facts = merged.facts
        await rows.write(
            session,
            portion.one[touched],
            portion.other[touched],
            Facts(facts.counter[touched], facts.code[touched], facts.known[touched]),
        )
    return Written(readings.take(merged.written[at]), _refused(portion, stored, merged))


def _refused(portion: _Portion, stored: Facts, merged: Merged) -> list[Refused]:
    """Readings that did not stand, then facts that gave way."""
    readings, row, slot = portion.readings, portion.row, portion.slot
    return [
        Refused(
            series=int(readings.series[i]),
            hour=int(readings.hour[i]),
            kind="conflict",
            counter=int(readings.counter[i]),
            code=int(readings.code[i]),
            standing=int(stored.counter[row[i], slot[i]]),
            push=int(readings.push[i]),
        )
        for i in np.flatnonzero(merged.conflict[row, slot])
    ] + [
        Refused(
            series=int(readings.series[i]),
            hour=int(readings.hour[i]),
            kind="displaced",
            counter=int(stored.counter[row[i], slot[i]]),
            code=int(stored.code[row[i], slot[i]]),
            standing=int(readings.counter[i]),
            push=int(readings.push[i]),
        )
        for i in np.flatnonzero(merged.displaced[row, slot])
    ]


def _joined(parts: list[Readings]) -> Readings:
    if len(parts) == 1:
        return parts[0]
    columns = ("series", "hour", "counter", "code", "push")
    return Readings(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
