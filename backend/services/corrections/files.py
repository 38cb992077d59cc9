"""Files of corrections, CSV or XLSX: a meter, an hour, and what its dial shall have shown.

Columns: ``meter_serial``; ``hour``, the RFC 3339 start of the hour; ``index``, the dial at its end
in kWh or m3, or the word ``void`` or ``restore``. Every bad cell is named, not only the first.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from backend.services import sheets
from backend.services.corrections.correcting import MOST_HOURS, Correction
from backend.services.sheets import FileFormat
from domain.errors import InvalidError, RowError, RowsError
from domain.hours import parse_instant, whole_hour

COLUMNS = ("meter_serial", "hour", "index")
VOID, RESTORE = "void", "restore"
MOST_ROWS = 20 * MOST_HOURS
_MOST_ERRORS = 200
_BIGGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Row:
    """One checked line."""

    line: int
    meter_serial: str
    correction: Correction


def read_file(file: bytes, file_format: FileFormat) -> list[Row]:
    """Rows of a file.

    Raises
    ------
    InvalidError
        The file cannot be read at all, or is too long.
    RowsError
        Cells are wrong; names each by its line and column.
    """
    errors: list[RowError] = []
    rows: list[Row] = []
    seen: set[tuple[str, int]] = set()
    lines = sheets.lines(file, file_format)
    header = [name.strip() for name in next(lines, [])]
    if sorted(header) != sorted(COLUMNS):
        raise InvalidError(
            f"the file must have the columns {', '.join(COLUMNS)}, not {', '.join(header)}",
            code="BAD_HEADER",
            field="file",
        )
    places = [header.index(name) for name in COLUMNS]
    for line, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(rows) >= MOST_ROWS:
            raise InvalidError(f"the file has more than {MOST_ROWS} rows", field="file")
        if len(cells) != len(header):
            errors.append(
                RowError(line, "", ",".join(cells), "BAD_ROW", f"must have {len(header)} cells")
            )
            continue
        row = _row(line, [cells[at].strip() for at in places], errors)
        if row is not None:
            key = row.meter_serial, row.correction.hour
            if key in seen:
                errors.append(
                    RowError(line, "hour", cells[places[1]], "DUPLICATE_ROW", "is given twice")
                )
            seen.add(key)
            rows.append(row)
        if len(errors) >= _MOST_ERRORS:
            break
    if errors:
        raise RowsError(errors)
    return rows


def _row(line: int, cells: list[str], errors: list[RowError]) -> Row | None:
    serial, hour, index = cells
    before = len(errors)
    if not serial:
        errors.append(RowError(line, "meter_serial", "", "MISSING_VALUE", "must not be empty"))
    start = 0
    try:
        start = whole_hour(parse_instant(hour, "hour"), "hour")
    except InvalidError as error:
        errors.append(RowError(line, "hour", hour, error.code, error.message))
    dial: Decimal | None = None
    if index not in {VOID, RESTORE}:
        try:
            dial = Decimal(index)
        except InvalidOperation:
            dial = None
        if dial is None or not dial.is_finite() or not 0 <= dial < _BIGGEST:
            message = f"must be a decimal number that is not negative, {VOID} or {RESTORE}"
            errors.append(RowError(line, "index", index, "BAD_VALUE", message))
    if len(errors) > before:
        return None
    return Row(line, serial, Correction(start, dial, restore=index == RESTORE))
