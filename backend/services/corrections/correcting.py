"""Correcting the readings of a metering point.

What is corrected is the counter at the end of an hour, told as the dial shows it: sums then still
equal the register, and the hour and the one after it follow, as does every estimated hour of a gap
around them. The pushed counter stays as it is; the correction lies over it and can be taken back.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
from sqlalchemy import select

from backend.models.metering_points import Installation
from backend.services.corrections import consequences
from backend.services.corrections.consequences import GroupDifference
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.groups.group_marks import GroupDirectory
from backend.store.hours import edits, series
from backend.store.hours.edits import ChangeRow, Differences, Edit
from backend.store.model import metered
from backend.store.model.metered import PointRow
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.hours import hour_of, instant_of
from domain.identity import MeteringPointId
from domain.quality import CodeArray, Quality
from domain.quantities import Unit, unit_of
from tenants import audit
from tenants.session import TenantSession

MOST_HOURS = 5_000
"""Hours of one point that one act may correct."""

LONGEST_REASON = 500
_AROUND_DAYS = 62
"""How far from a corrected hour the estimated hours of a gap may change, as in the roll-up."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What shall stand at the end of an hour."""

    hour: int
    index: Decimal | None = None
    """The dial in kWh or m3; None voids the counter."""

    restore: bool = False
    """What was pushed shall stand again."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What an act of correction did, or would do."""

    change: int | None
    """Its id; None for a preview."""

    point: PointRow
    unit: Unit
    differences: Differences


@dataclass(frozen=True, slots=True)
class Done:
    """Corrections that were made, or would be, and what they change in the groups above."""

    corrected: tuple[Corrected, ...]
    """One for each metering point."""

    groups: tuple[GroupDifference, ...]
    """From the root downwards."""


@dataclass(frozen=True, slots=True)
class Act:
    """How an act of correction is done."""

    reason: str
    now: datetime
    preview: bool = False
    """Only say what it would change."""


async def correct(
    session: TenantSession,
    point_id: MeteringPointId,
    corrections: Sequence[Correction],
    act: Act,
) -> Done:
    """Correct readings of a point; everything derived from them follows.

    Raises
    ------
    NotFoundError
        There is no such point.
    InvalidError
        The reason is missing, an hour is given twice or not over, no meter stood then, or the dial
        would run backwards or faster than the meter can.
    ConflictError
        A reading is restored that nobody had corrected.
    """
    async with trial(session, preview=act.preview):
        made = await put(session, point_id, corrections, act)
        return await done(session, [made], act)


@asynccontextmanager
async def trial(session: TenantSession, *, preview: bool) -> AsyncIterator[None]:
    """Do everything within; of a preview nothing stays."""
    savepoint = await session.begin_nested()
    await session.connection()  # the savepoint is made when it is first asked for
    try:
        yield
    except BaseException:
        await savepoint.rollback()
        raise
    if preview:
        await savepoint.rollback()
    else:
        await savepoint.commit()


async def done(session: TenantSession, made: Sequence[Corrected], act: Act) -> Done:
    """What was put, with what it changes in the groups above; ask before they are rolled up."""
    changed = {hour for one in made for hour, _, _ in one.differences}
    groups = await consequences.of_hours(
        session, [MeteringPointId(one.point.id) for one in made], changed, hour_of(act.now)
    )
    if act.preview:
        made = [replace(one, change=None) for one in made]
    return Done(tuple(made), tuple(groups))


async def put(
    session: TenantSession,
    point_id: MeteringPointId,
    corrections: Sequence[Correction],
    act: Act,
) -> Corrected:
    """Let corrections of a point stand, within a trial; refuses as :func:`correct` does."""
    now = hour_of(act.now)
    _check(corrections, act.reason, now)
    point = (await metered.load_points(session, [point_id])).get(point_id)
    if point is None:
        raise NotFoundError("metering point", point_id)
    installations = await _installations(session, point_id)
    wanted = [_edit(installations, one, f"changes.{at}") for at, one in enumerate(corrections)]
    await _check_restored(session, wanted)
    before = await _hours_around(session, point_id, wanted, now)
    change = await edits.begin(session, point_id, act.reason)
    await edits.put(session, change, wanted)
    after = await _hours_around(session, point_id, wanted, now)
    differences = _differences(before, after)
    _check_plausible(installations, wanted, after)
    await edits.tell(session, change, differences)
    await _derive_again(session, wanted, change)
    await audit.record(
        session,
        "readings.correct",
        f"point {point_id}",
        {"change": change, "hours": len(corrections), "reason": act.reason},
    )
    unit = unit_of(point.commodity, point.energy_kind)
    return Corrected(change, point, unit, differences)


async def history(
    session: TenantSession, point: MeteringPointId, before: int | None, most: int
) -> list[ChangeRow]:
    """Acts of correction at a point, the newest first."""
    return await edits.changes_of(session, point, before or 2**62, most)


def _check(corrections: Sequence[Correction], reason: str, now: int) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError(f"reason must have 1 to {LONGEST_REASON} characters", field="reason")
    if not 1 <= len(corrections) <= MOST_HOURS:
        raise InvalidError(f"changes must be 1 to {MOST_HOURS} hours", field="changes")
    seen: set[int] = set()
    for at, one in enumerate(corrections):
        field = f"changes.{at}.hour"
        if one.hour in seen:
            raise InvalidError(f"{instant_of(one.hour).isoformat()} is given twice", field=field)
        if one.hour >= now:
            raise InvalidError(
                f"the hour {instant_of(one.hour).isoformat()} is not over",
                code="HOUR_NOT_OVER",
                field=field,
            )
        seen.add(one.hour)


async def _installations(session: TenantSession, point: MeteringPointId) -> list[Installation]:
    rows = await session.scalars(
        select(Installation)
        .where(Installation.point_id == point)
        .order_by(Installation.installed_at)
    )
    return list(rows)


def _edit(installations: Sequence[Installation], one: Correction, field: str) -> Edit:
    """The counter that says what the dial shall have shown."""
    end = instant_of(one.hour + 1)
    stood = [
        row
        for row in installations
        if row.installed_at < end and (row.removed_at is None or end <= row.removed_at)
    ]
    if not stood:
        raise InvalidError(
            f"no meter stood at {end.isoformat()}", code="NO_METER", field=f"{field}.hour"
        )
    meter = stood[-1]
    if one.restore or one.index is None:
        return Edit(meter.series_id, one.hour, None, restore=one.restore)
    constant = Fraction(meter.pulses_per, meter.per_units)
    since = Fraction(one.index) - Fraction(meter.initial_index)
    if since < 0:
        raise InvalidError(
            f"index {one.index} is below the initial index {meter.initial_index}",
            field=f"{field}.index",
        )
    pulses = int(since * constant + Fraction(1, 2))
    return Edit(meter.series_id, one.hour, (meter.initial_counter + pulses) % meter.wrap)


async def _check_restored(session: TenantSession, wanted: Sequence[Edit]) -> None:
    restored = [edit for edit in wanted if edit.restore]
    if not restored:
        return
    hours = [edit.hour for edit in restored]
    now = datetime.now(UTC)
    standing = await edits.standing_at(
        session, [edit.series for edit in restored], min(hours), max(hours) + 1, now
    )
    for edit in restored:
        if (edit.series, edit.hour) not in standing:
            raise ConflictError(
                f"{instant_of(edit.hour).isoformat()} is not corrected",
                code="NOT_CORRECTED",
                field="changes",
            )


@dataclass(frozen=True, slots=True)
class _Hours:
    start: int
    values: np.ndarray[tuple[int], np.dtype[np.int64]]
    known: np.ndarray[tuple[int], np.dtype[np.bool_]]
    codes: CodeArray


async def _hours_around(
    session: TenantSession, point: MeteringPointId, wanted: Sequence[Edit], now: int
) -> _Hours:
    """Hours of the point as far around as a correction may change them."""
    hours = [edit.hour for edit in wanted]
    margin = _AROUND_DAYS * 24
    start, end = max(0, min(hours) - margin), min(now, max(hours) + 1 + margin)
    standing = await series.load_installations(session, [point])
    found = await series.load_hours(session, standing, start, max(end, max(hours) + 1), now)
    hourly = found.hourly
    return _Hours(start, hourly.values[0], hourly.known[0], hourly.codes[0])


def _differences(before: _Hours, after: _Hours) -> Differences:
    differs = (before.known != after.known) | (before.values != after.values)
    return [
        (
            before.start + at,
            int(before.values[at]) if before.known[at] else None,
            int(after.values[at]) if after.known[at] else None,
        )
        for at in np.flatnonzero(differs).tolist()
    ]


def _check_plausible(
    installations: Sequence[Installation], wanted: Sequence[Edit], after: _Hours
) -> None:
    """A dial that runs backwards, or further in an hour than the meter can, is refused."""
    most = {int(row.series_id): int(1000 * row.capacity) for row in installations}
    for at, edit in enumerate(wanted):
        if edit.counter is None:
            continue
        for hour in (edit.hour, edit.hour + 1):
            place = hour - after.start
            if place >= len(after.values):
                continue
            fell = after.codes[place] == Quality.SUSPECT
            if not after.known[place] and not fell:
                continue
            if fell:
                raise InvalidError(
                    f"the dial would run backwards in the hour {instant_of(hour).isoformat()}: it"
                    " does not lie between the readings around it",
                    code="NOT_PLAUSIBLE",
                    field=f"changes.{at}.index",
                )
            if after.values[place] > most[edit.series]:
                raise InvalidError(
                    f"the hour {instant_of(hour).isoformat()} would come to"
                    f" {after.values[place] / 1000}, more than the meter's capacity: the dial"
                    " does not lie between the readings around it",
                    code="NOT_PLAUSIBLE",
                    field=f"changes.{at}.index",
                )


async def _derive_again(session: TenantSession, wanted: Sequence[Edit], change: int) -> None:
    """Let the groups above roll the hours up again."""
    order = sorted((edit.series, edit.hour) for edit in wanted)
    table = np.array(order, dtype=np.int64).reshape(-1, 2)
    await GroupDirectory().mark_due(session, table[:, 0].copy(), table[:, 1].copy())
    await bells.ring(session, group_hours.ROLL_UP, f"correct:{change}")
