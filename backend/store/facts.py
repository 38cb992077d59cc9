"""Counters into rows of a day: the one place where facts are written.

Two shapes of the same merge. A wave of one hour updates the rows that stand and inserts the
others, without reading a neighbour; what it could not write, and whatever comes as many hours of
a day at once, is merged by :func:`domain.merging.merge` against the rows that stand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS, QUALITY_COLUMNS
from backend.store.literals import array_literal
from domain.hours import day_of
from domain.merging import Facts, merge
from domain.quality import CodeArray
from tenants.session import TenantSession

HOURS = 24
_COLUMNS = (*HOUR_COLUMNS, *QUALITY_COLUMNS)

_ARRAYS = ", ".join(f"${place}::int[]" for place in range(4, 4 + len(_COLUMNS)))

_READ = f"""
SELECT u.place, {", ".join(f"t.{name}" for name in _COLUMNS)}
FROM unnest($2::bigint[], $3::date[]) WITH ORDINALITY AS u (series_id, day, place)
JOIN series_day AS t ON t.tenant_id = $1 AND t.series_id = u.series_id AND t.day = u.day
"""  # noqa: S608 - names of columns are constants

_WRITE = f"""
INSERT INTO series_day (tenant_id, series_id, day, {", ".join(_COLUMNS)})
SELECT $1, * FROM unnest($2::bigint[], $3::date[], {_ARRAYS})
ON CONFLICT (tenant_id, series_id, day) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""  # noqa: S608 - names of columns are constants


@cache
def _update(hour: int, *, coded: bool) -> str:
    """Write one hour into rows that stand; with ``coded`` some quality codes are not 0.

    Once a day has begun all of its rows stand, and this costs half of what an upsert does, which
    looks each row up and locks it before it writes.
    """
    column, (arrays, names) = HOUR_COLUMNS[hour], _arriving(coded=coded)
    planes = ""
    if coded:
        planes = "".join(
            f", {q} = nullif(coalesce(t.{q}, 0) | {_bit(hour, i)}, 0)"
            for i, q in enumerate(QUALITY_COLUMNS)
        )
    return f"""
    UPDATE series_day AS t SET {column} = u.counter{planes}
    FROM unnest({arrays}) AS u ({names})
    WHERE t.tenant_id = $1 AND t.series_id = u.series_id AND t.day = $2 AND t.{column} IS NULL
    """  # noqa: S608 - names of columns are constants


@cache
def _insert(hour: int, *, coded: bool) -> str:
    """Make the rows that do not stand yet, each with one hour."""
    column, (arrays, names) = HOUR_COLUMNS[hour], _arriving(coded=coded)
    planes, bits = "", ""
    if coded:
        planes = f", {', '.join(QUALITY_COLUMNS)}"
        bits = "".join(f", nullif({_bit(hour, i)}, 0)" for i in range(3))
    return f"""
    INSERT INTO series_day (tenant_id, series_id, day, {column}{planes})
    SELECT $1, u.series_id, $2, u.counter{bits} FROM unnest({arrays}) AS u ({names})
    ON CONFLICT (tenant_id, series_id, day) DO NOTHING
    """  # noqa: S608 - names of columns are constants


def _arriving(*, coded: bool) -> tuple[str, str]:
    """Parameters of a wave as arrays, and the names of their columns."""
    if coded:
        arrays = "$3::text::bigint[], $4::text::int[], $5::text::smallint[]"
        return arrays, "series_id, counter, code"
    return "$3::text::bigint[], $4::text::int[]", "series_id, counter"


def _bit(hour: int, plane: int) -> str:
    return f"((u.code >> {plane} & 1)::int << {hour})"


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


async def write(session: TenantSession, readings: Readings) -> Written:
    """Merge readings, later in the journal than all that stands, into the rows of their days."""
    if not len(readings):  # pushes of events alone, or of nothing
        return Written(readings, [])
    days = readings.hour // HOURS
    rows = 1 + np.count_nonzero(np.diff(readings.series) | np.diff(days))
    if rows * 2 < len(readings):
        return await _merge_days(session, readings)
    changed: list[Readings] = []
    refused: list[Refused] = []
    for hour in np.unique(readings.hour).tolist():
        wave = readings.take(readings.hour == hour)
        count = await _write_wave(session, wave, hour)
        if count == len(wave):
            changed.append(wave)
            continue
        # some stood already: what was written just now is equal, and only the others can differ
        result = await _merge_days(session, wave)
        changed.append(wave if count else result.changed)
        refused += result.refused
    return Written(_joined(changed), refused)


async def _write_wave(session: TenantSession, wave: Readings, hour: int) -> int:
    """Write one hour wherever it is not known yet; gives the number of readings written."""
    driver = await session.driver()
    coded = bool(wave.code.any())
    arguments = (
        session.scope.tenant_id,
        day_of(hour),
        array_literal(wave.series),
        array_literal(wave.counter.astype(np.uint32).view(np.int32)),
        *([array_literal(wave.code)] if coded else []),
    )
    written = _count(await driver.execute(_update(hour % HOURS, coded=coded), *arguments))
    if written < len(wave):
        written += _count(await driver.execute(_insert(hour % HOURS, coded=coded), *arguments))
    return written


def _count(status: str) -> int:
    """Rows that a statement reports."""
    return int(status.rpartition(" ")[2])


async def _merge_days(session: TenantSession, readings: Readings) -> Written:
    """Read the rows that stand, merge, and write those that changed."""
    days = readings.hour // HOURS
    keys, place = np.unique(np.stack([readings.series, days]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    slot = readings.hour % HOURS
    arriving = _empty(keys.shape[1])
    arriving.counter[place, slot] = readings.counter
    arriving.code[place, slot] = readings.code
    arriving.known[place, slot] = True
    stored = await _read(session, keys)
    merged = merge(stored, arriving)
    touched = np.flatnonzero(merged.written.any(axis=1))
    if len(touched):
        facts = merged.facts
        await _write(
            session,
            keys[:, touched],
            Facts(facts.counter[touched], facts.code[touched], facts.known[touched]),
        )
    refused = [
        Refused(
            series=int(readings.series[i]),
            hour=int(readings.hour[i]),
            kind="conflict",
            counter=int(readings.counter[i]),
            code=int(readings.code[i]),
            standing=int(stored.counter[place[i], slot[i]]),
            push=int(readings.push[i]),
        )
        for i in np.flatnonzero(merged.conflict[place, slot])
    ] + [
        Refused(
            series=int(readings.series[i]),
            hour=int(readings.hour[i]),
            kind="displaced",
            counter=int(stored.counter[place[i], slot[i]]),
            code=int(stored.code[place[i], slot[i]]),
            standing=int(readings.counter[i]),
            push=int(readings.push[i]),
        )
        for i in np.flatnonzero(merged.displaced[place, slot])
    ]
    return Written(readings.take(merged.written[place, slot]), refused)


def _empty(size: int) -> Facts:
    shape = (size, HOURS)
    return Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))


def _days(keys: NDArray[np.int64]) -> list[object]:
    return [day_of(day * HOURS) for day in keys[1].tolist()]


async def _read(session: TenantSession, keys: NDArray[np.int64]) -> Facts:
    """Rows that stand, in the order of ``keys`` (series, day), shape ``(2, n)``."""
    driver = await session.driver()
    rows = await driver.fetch(_READ, session.scope.tenant_id, keys[0].tolist(), _days(keys))
    facts = _empty(keys.shape[1])
    if rows:
        place, counters, known, codes = unpack_days(rows)
        facts.counter[place], facts.known[place], facts.code[place] = counters, known, codes
    return facts


def unpack_days(
    rows: Sequence[Iterable[int | None]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], CodeArray]:
    """Rows (place from 1, h00..h23, q0..q2) to places, counters, known and codes."""
    table = np.array(
        [tuple(row) for row in rows], dtype=np.float64
    )  # exact for 32 bits; NULL becomes NaN
    hours = table[:, 1:-3]
    known = ~np.isnan(hours)
    counters = np.where(known, hours, 0).astype(np.int64) & 0xFFFFFFFF
    planes = np.nan_to_num(table[:, -3:]).astype(np.int64)
    bits = planes[:, :, None] >> np.arange(HOURS) & 1
    codes = (bits[:, 0] | bits[:, 1] << 1 | bits[:, 2] << 2).astype(np.uint8)
    return table[:, 0].astype(np.int64) - 1, counters, known, codes


async def _write(session: TenantSession, keys: NDArray[np.int64], facts: Facts) -> None:
    counters = facts.counter.astype(np.uint32).view(np.int32).astype(object)
    counters[~facts.known] = None
    weights = 1 << np.arange(HOURS)
    planes = [((facts.code >> i & 1) * weights).sum(axis=1) for i in range(3)]
    driver = await session.driver()
    await driver.execute(
        _WRITE,
        session.scope.tenant_id,
        keys[0].tolist(),
        _days(keys),
        *(column.tolist() for column in counters.T),
        *([bits or None for bits in plane.tolist()] for plane in planes),
    )


def _joined(parts: list[Readings]) -> Readings:
    columns = ("series", "hour", "counter", "code", "push")
    return Readings(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
