"""Tables that people send: the same lines, whichever format holds them."""

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from backend.services import sheets
from backend.services.sheets import FileFormat
from domain.errors import InvalidError

# What XML cannot hold is refused by whoever writes the sheet.
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6)


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@given(TABLES)
def test_a_sheet_reads_as_its_csv(rows: list[list[str]]) -> None:
    text = sheets.as_csv(workbook([list(row) for row in rows]), FileFormat.XLSX)
    read = list(csv.reader(io.StringIO(text)))
    width = max(map(len, rows))
    filled = [row + [""] * (width - len(row)) for row in rows]
    assert [row + [""] * (width - len(row)) for row in read] == [row for row in filled if any(row)]


def test_times_of_a_sheet_are_utc_and_numbers_stay_plain() -> None:
    moment = datetime(2026, 11, 1, 10, 30)  # noqa: DTZ001 - a sheet knows no zones
    text = sheets.as_csv(workbook([["at", "pulses"], [moment, 1000]]), FileFormat.XLSX)
    assert text == "at,pulses\n2026-11-01T10:30:00+00:00,1000\n"


def test_csv_stays_as_it_is_but_for_its_mark() -> None:
    assert sheets.as_csv("\ufeffa,b\n".encode(), FileFormat.CSV) == "a,b\n"


@pytest.mark.parametrize(
    ("file", "file_format"),
    [(b"\xff\xfe", FileFormat.CSV), (b"no archive", FileFormat.XLSX), (b"", FileFormat.XLSX)],
)
def test_what_cannot_be_read_is_refused(file: bytes, file_format: FileFormat) -> None:
    with pytest.raises(InvalidError) as refused:
        sheets.as_csv(file, file_format)
    assert refused.value.field == "file"
