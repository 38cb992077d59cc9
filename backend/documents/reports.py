"""Reports as files: CSV for programs, XLSX for people who go on computing, PDF for paper."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import typst

from backend.documents.report_words import word
from backend.services.reports.tables import Cell, Column, ColumnKind, Report

_TEMPLATE = Path(__file__).with_name("report.typ")
MOST_ON_PAPER = 5_000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class ReportFormat(StrEnum):
    """What a report is written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


TYPES = {
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.PDF: "application/pdf",
}


def render(report: Report, form: ReportFormat, language: str) -> bytes:
    """Write a report in a language; beside the event loop: ``O(rows)``, up to some seconds."""
    match form:
        case ReportFormat.CSV:
            return _csv(report, language)
        case ReportFormat.XLSX:
            return _xlsx(report, language)
        case ReportFormat.PDF:
            return _pdf(report, language)


def _csv(report: Report, language: str) -> bytes:
    """Comma, point and UTF-8 with a mark, so that programs of the office open it as it is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_titles(report, language))
    zone = ZoneInfo(report.days.timezone)
    for row in report.rows:
        writer.writerow(
            [
                _plain(cell, column, zone, language)
                for cell, column in zip(row, report.columns, strict=True)
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Cell, column: Column, zone: ZoneInfo, language: str) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="minutes")
        case float():
            return f"{cell:.4f}"
        case str():
            return _harmless(_worded(cell, column, language))
        case _:
            return str(cell)


def _harmless(text: str) -> str:
    """A name that begins like a formula must not become one in a spreadsheet."""
    return "'" + text if text.startswith(_DANGEROUS) else text


def _worded(cell: str, column: Column, language: str) -> str:
    return word(language, f"{column.key}.{cell}") if column.kind is ColumnKind.WORD else cell


def _titles(report: Report, language: str) -> list[str]:
    return [word(language, column.key) for column in report.columns]


def _xlsx(report: Report, language: str) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and few reports are of this format
    from openpyxl.styles import Font  # noqa: PLC0415 - as above

    book = Workbook(write_only=True)
    sheet = book.create_sheet(word(language, f"report.{report.kind}")[:31])
    sheet.freeze_panes = f"A{len(_about(report, language)) + 3}"
    for line in _about(report, language):
        sheet.append(line)
    sheet.append([])
    sheet.append([_bold(sheet, title, Font) for title in _titles(report, language)])
    zone = ZoneInfo(report.days.timezone)
    for row in report.rows:
        sheet.append(
            [
                _typed(sheet, cell, column, zone, language)
                for cell, column in zip(row, report.columns, strict=True)
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bold(sheet: object, title: str, font: type) -> object:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    cell = WriteOnlyCell(sheet, value=title)  # type: ignore[arg-type]
    cell.font = font(bold=True)
    return cell


_FORMATS = {
    ColumnKind.SHARE: "0.00%",
    ColumnKind.AMOUNT: "#,##0.000",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.INSTANT: "yyyy-mm-dd hh:mm",
}


def _typed(sheet: object, cell: Cell, column: Column, zone: ZoneInfo, language: str) -> object:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    value: object = cell
    if isinstance(cell, datetime):
        value = cell.astimezone(zone).replace(tzinfo=None)  # a spreadsheet knows no zones
    elif isinstance(cell, str):
        value = _worded(cell, column, language)
    made = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]
    if isinstance(value, str):
        made.data_type = "s"  # a name that begins with = stays a name
    made.number_format = _FORMATS.get(column.kind, "General")
    return made


def _about(report: Report, language: str) -> list[list[str]]:
    days = report.days
    made = report.made_at.astimezone(UTC).isoformat(timespec="seconds")
    return [
        [word(language, f"report.{report.kind}")],
        [word(language, "about.tenant"), report.tenant],
        [word(language, "about.site"), report.path or word(language, "about.everything")],
        *([[word(language, "address"), report.address]] if report.address else []),
        [word(language, "about.days"), f"{days.first} \u2013 {days.last} ({days.timezone})"],
        [word(language, "about.made"), made],
    ]


def _pdf(report: Report, language: str) -> bytes:
    zone = ZoneInfo(report.days.timezone)
    shown = report.rows[:MOST_ON_PAPER]
    data = {
        "language": language,
        "about": _about(report, language),
        "page": word(language, "about.page"),
        "titles": _titles(report, language),
        "right": [column.kind in _RIGHT for column in report.columns],
        "wide": [column.key in {"path", "address", "explanation"} for column in report.columns],
        "rows": [
            [
                _written(cell, column, zone, language)
                for cell, column in zip(row, report.columns, strict=True)
            ]
            for row in shown
        ],
        "none": word(language, "about.none"),
        "more": word(language, "about.more").format(count=len(report.rows) - len(shown))
        if len(shown) < len(report.rows)
        else "",
    }
    compiler = typst.Compiler(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
    )
    made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


_RIGHT = {ColumnKind.AMOUNT, ColumnKind.COUNT, ColumnKind.SHARE, ColumnKind.MONEY}
_SEPARATORS = {"en": (",", "."), "ru": ("\u00a0", ","), "ro": (".", ",")}


def _written(cell: Cell, column: Column, zone: ZoneInfo, language: str) -> str:
    """A cell as people of the language read it; what is not known is a dash."""
    match cell:
        case None:
            return "\u2013"
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case str():
            return _worded(cell, column, language)
        case _ if column.kind is ColumnKind.SHARE:
            return f"{_grouped(f'{_floor(float(cell)):,.2f}', language)} %"
        case Decimal():
            return _grouped(f"{cell:,}", language)
        case _:
            return _grouped(f"{cell:,}", language)


def _floor(share: float) -> float:
    """Percent with two digits; never shown as 100 while something lacks."""
    return int(share * 10_000 + 1e-6) / 100


def _grouped(text: str, language: str) -> str:
    thousands, point = _SEPARATORS[language]
    return text.replace(",", "\0").replace(".", point).replace("\0", thousands)
