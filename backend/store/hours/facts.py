"""Counters into rows: the one place where facts are written.

Arriving readings are merged by :func:`domain.merging.merge` against the rows that stand: rows of an
hour where the day is still open, then of a day, then of a month. Each fact stands in one of these
tiers, and the tenant's bounds say in which.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.store.hours import day_rows, hour_rows, month_rows
from backend.store.hours.rows import Portion, Rows, portions
from backend.store.hours.tiers import Tiers
from domain.merging import Facts, Mask, Merged, merge
from domain.quality import CodeArray
from tenants.session import TenantSession


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


async def write(session: TenantSession, readings: Readings, bounds: Tiers) -> Written:
    """Merge readings, later in the journal than all that stands, into their rows."""
    changed: list[Readings] = []
    refused: list[Refused] = []
    cold = bounds.days.older(readings.series, readings.hour)
    warm = ~cold & bounds.open.older(readings.series, readings.hour)
    tiers: tuple[tuple[Rows, Mask], ...] = (
        (month_rows, cold),
        (day_rows, warm),
        (hour_rows, ~cold & ~warm),
    )
    for rows, mask in tiers:
        if not mask.any():  # also pushes of events alone, or of nothing
            continue
        part = readings if mask.all() else readings.take(mask)
        for portion in portions(rows, part.series, part.hour):
            done = await _merge(session, part.take(portion.chosen), portion, rows)
            changed.append(done.changed)
            refused += done.refused
    return Written(_joined(changed) if changed else readings.take(cold), refused)


async def _merge(
    session: TenantSession, readings: Readings, portion: Portion, rows: Rows
) -> Written:
    """Read the rows that stand, merge, and write those that changed."""
    at = portion.row, portion.slot
    arriving = portion.empty(rows)
    arriving.counter[at] = readings.counter
    arriving.code[at] = readings.code
    arriving.known[at] = True
    stored = await rows.read(session, portion.one, portion.other)
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
    return Written(readings.take(merged.written[at]), _refused(readings, at, stored, merged))


def _refused(
    readings: Readings,
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    stored: Facts,
    merged: Merged,
) -> list[Refused]:
    """Readings that did not stand, then facts that gave way."""
    row, slot = at
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
