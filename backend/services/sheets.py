"""Tables that people send: CSV, or the first sheet of an XLSX, as lines of text."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from domain.errors import InvalidError

_LONGEST_SHEET = 64 * 2**20


class FileFormat(StrEnum):
    """Formats in which a table may come."""

    CSV = "csv"
    XLSX = "xlsx"


def lines(file: bytes, file_format: FileFormat) -> Iterator[list[str]]:
    """Cells of each line.

    Raises
    ------
    InvalidError
        The file cannot be read at all, or is too large when unpacked.
    """
    return _of_csv(file) if file_format is FileFormat.CSV else _of_xlsx(file)


def as_csv(file: bytes, file_format: FileFormat) -> str:
    """The same table as CSV; lines of a sheet that hold nothing are left out.

    Raises
    ------
    InvalidError
        As :func:`lines`.
    """
    if file_format is FileFormat.CSV:
        try:
            return file.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidError(f"the file is no CSV in UTF-8: {error}", field="file") from error
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(row for row in _of_xlsx(file) if any(row))
    return out.getvalue()


def _of_csv(file: bytes) -> Iterator[list[str]]:
    try:
        text = file.decode("utf-8-sig")
        yield from csv.reader(io.StringIO(text), strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidError(f"the file is no CSV in UTF-8: {error}", field="file") from error


def _of_xlsx(file: bytes) -> Iterator[list[str]]:
    """Cells of the first sheet, as text."""
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and few files are of this format
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LONGEST_SHEET:
                raise InvalidError("the file is too large when unpacked", field="file")
        book = load_workbook(io.BytesIO(file), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as error:
        raise InvalidError(f"the file is no XLSX: {error}", field="file") from error


def _text(cell: object) -> str:
    """A cell as CSV would say it; times of a sheet have no zone and are UTC here."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC).isoformat()
    return str(cell)
