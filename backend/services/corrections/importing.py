"""Correcting readings by a file: all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from backend.models.metering_points import Installation, Meter
from backend.services.corrections.correcting import Act, Corrected, Done, done, put, trial
from backend.services.corrections.files import Row, read_file
from backend.services.sheets import FileFormat
from domain.errors import BalanceError, RowError, RowsError
from domain.hours import instant_of
from domain.identity import MeteringPointId
from tenants.session import TenantSession


async def import_corrections(
    session: TenantSession,
    file: bytes,
    file_format: FileFormat,
    act: Act,
) -> Done:
    """Correct what a file says.

    Raises
    ------
    InvalidError
        The file cannot be read, or the reason is missing.
    RowsError
        Rows are wrong, name no meter of the tenant or cannot stand; nothing was done.
    """
    rows = read_file(file, file_format)
    by_point = await _by_point(session, rows)
    errors: list[RowError] = []
    made: list[Corrected] = []
    async with trial(session, preview=act.preview):
        for point, own in by_point.items():
            try:
                made.append(await put(session, point, [row.correction for row in own], act))
            except BalanceError as error:
                if error.field == "reason":
                    raise
                errors.append(_row_error(own, error))
        if errors:
            raise RowsError(errors)
        return await done(session, made, act)


def _row_error(rows: Sequence[Row], error: BalanceError) -> RowError:
    """The refusal of a point as that of the row it is about."""
    parts = (error.field or "").split(".")
    at = int(parts[1]) if len(parts) == 3 else 0
    row = rows[at]
    column = parts[2] if len(parts) == 3 else "hour"
    index = row.correction.index
    value = instant_of(row.correction.hour).isoformat() if column == "hour" else str(index)
    return RowError(row.line, column, value, error.code, error.message)


async def _by_point(
    session: TenantSession, rows: Sequence[Row]
) -> dict[MeteringPointId, list[Row]]:
    """Rows by the point at which the meter stood in their hour."""
    serials = {row.meter_serial for row in rows}
    found = await session.execute(
        select(
            Meter.serial, Installation.point_id, Installation.installed_at, Installation.removed_at
        )
        .join(
            Installation,
            (Installation.tenant_id == Meter.tenant_id) & (Installation.meter_id == Meter.id),
        )
        .where(Meter.serial.in_(serials))
    )
    stood: dict[str, list[tuple[MeteringPointId, datetime, datetime | None]]] = {}
    for serial, point, start, end in found:
        stood.setdefault(serial, []).append((point, start, end))
    by_point: dict[MeteringPointId, list[Row]] = {}
    errors: list[RowError] = []
    for row in rows:
        end = instant_of(row.correction.hour + 1)
        points = {
            point
            for point, start, until in stood.get(row.meter_serial, [])
            if start < end and (until is None or end <= until)
        }
        if len(points) == 1:
            by_point.setdefault(points.pop(), []).append(row)
            continue
        code, message = ("AMBIGUOUS_METER", "stood at several points then")
        if not points:
            code, message = ("NO_METER", "no such meter stood then")
        errors.append(RowError(row.line, "meter_serial", row.meter_serial, code, message))
    if errors:
        raise RowsError(errors)
    return by_point
