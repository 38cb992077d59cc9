"""Cells of a metering file, read by type. Whatever is wrong is collected, not raised."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import TypeVar

from domain.errors import InvalidError, RowError
from domain.hours import parse_instant
from domain.metering_file import COLUMNS, REQUIRED

LONGEST_TEXT = 200
_BIGGEST = Decimal(10) ** 12

W = TypeVar("W", bound=StrEnum)
T = TypeVar("T")


class Cells:
    """Cells of one line."""

    __slots__ = ("_at", "_cells", "_errors", "line")

    def __init__(
        self, line: int, cells: list[str], at: Mapping[str, int], errors: list[RowError]
    ) -> None:
        self.line, self._cells, self._at, self._errors = line, cells, at, errors

    def raw(self, field: str) -> str:
        """The cell as it stands; empty where the file has no such column."""
        return self._cells[self._at[field]]

    def refuse(self, field: str, message: str, code: str = "BAD_VALUE") -> None:
        """Note what is wrong with a cell."""
        self._errors.append(RowError(self.line, field, self.raw(field), code, message))

    def text(self, field: str, *, needed: bool = True) -> str:
        """Text to be kept as it is."""
        value = self._cells[self._at[field]].strip()
        if not value:
            if needed:
                self.refuse(field, "must not be empty", "MISSING_VALUE")
        elif len(value) > LONGEST_TEXT or not value.isprintable():
            self.refuse(field, f"must be at most {LONGEST_TEXT} printable characters")
        return value

    def read(self, field: str, convert: Callable[[str], T], rule: str, default: T) -> T:
        """Convert a cell that is not empty; an empty one gives the default."""
        value = self._cells[self._at[field]]
        if not value or not (value := value.strip()):
            return default
        try:
            return convert(value)
        except InvalidError as error:
            self.refuse(field, error.message, error.code)
        except (ValueError, ArithmeticError, InvalidOperation):
            self.refuse(field, rule)
        return default

    def needed(self, field: str, convert: Callable[[str], T], rule: str, default: T) -> T:
        """Convert a cell that must not be empty."""
        value = self._cells[self._at[field]]
        if not value or value.isspace():
            self.refuse(field, f"must not be empty; it {rule}", "MISSING_VALUE")
            return default
        return self.read(field, convert, rule, default)

    def word(self, field: str, words: type[W], default: W) -> W:
        """One word of a vocabulary."""
        return self.needed(field, words, one_of(words), default)


def lines(text: str, errors: list[RowError]) -> Iterator[Cells]:
    """Lines of a file below its header; those that are not of its shape are refused."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _is_known(header, errors):
            return
        at = _positions(header)
        width = len(header)
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == width:
                cells.append("")  # stands for every column that the file does not have
                yield Cells(line, cells, at, errors)
            elif cells:
                message = f"has {len(cells)} cells, the header has {width}"
                errors.append(RowError(line, "line", "", "BAD_LINE", message))
            line = reader.line_num + 1
    except csv.Error as error:
        errors.append(RowError(reader.line_num, "line", "", "BAD_CSV", str(error)))


def _is_known(header: list[str], errors: list[RowError]) -> bool:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    message = "the file has no such column"
    errors += [RowError(1, name, "", "MISSING_COLUMN", message) for name in missing]
    message = "is no column of a metering file"
    errors += [RowError(1, name, name, "UNKNOWN_COLUMN", message) for name in unknown]
    return not missing and not unknown


def _positions(header: list[str]) -> dict[str, int]:
    """Where each column stands in a line; the last of two of a name counts."""
    return dict.fromkeys(COLUMNS, len(header)) | {name: at for at, name in enumerate(header)}


@cache
def one_of(words: type[StrEnum]) -> str:
    """The rule of a vocabulary."""
    return f"must be one of {', '.join(words)}"


@lru_cache(4096)
def pulse_constant(text: str) -> Fraction:
    """Pulses per unit: a decimal, or a fraction of decimals.

    Examples
    --------
    >>> pulse_constant("1/0.0283168")
    Fraction(312500, 8849)
    """
    above, slash, below = text.partition("/")
    value = Fraction(decimal(above)) / (Fraction(decimal(below)) if slash else 1)
    if value <= 0:
        raise ValueError(text)
    return value


def decimal(text: str) -> Decimal:
    """A decimal number of a size that a table holds."""
    value = Decimal(text.strip())
    if not value.is_finite() or abs(value) >= _BIGGEST:
        raise ValueError(text)
    return value


MOST_RADIATORS = 100


@lru_cache(4096)
def by_name(text: str) -> str:
    """Whole numbers by name, as JSON.

    Examples
    --------
    >>> by_name("R1:2; R2:1")
    '{"R1": 2, "R2": 1}'
    """
    found: dict[str, int] = {}
    for part in text.split(";"):
        name, colon, number = (piece.strip() for piece in part.rpartition(":"))
        if not colon or not name or name in found or not number.isdigit():
            raise ValueError(text)
        found[name] = int(number)
        if not 0 < found[name] <= MOST_RADIATORS or len(name) > LONGEST_TEXT:
            raise ValueError(text)
    return json.dumps(found)


def amount(text: str) -> Decimal:
    """A decimal number that is not negative."""
    value = decimal(text)
    if value < 0:
        raise ValueError(text)
    return value


def positive(text: str) -> Decimal:
    """A decimal number above zero."""
    value = decimal(text)
    if value <= 0:
        raise ValueError(text)
    return value


@cache
def within(low: int, high: int) -> Callable[[str], int]:
    """Whole numbers from ``low`` to ``high``."""

    def convert(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return convert


@cache
def degrees(most: int) -> Callable[[str], float]:
    """Degrees of an angle up to ``most`` to either side."""

    def convert(text: str) -> float:
        value = float(decimal(text))
        if abs(value) > most:
            raise ValueError(text)
        return value

    return convert


@cache
def instant(field: str) -> Callable[[str], datetime]:
    """Instants, refused in the name of ``field``."""

    # most lines of a file name the same few days
    @lru_cache(4096)
    def convert(text: str) -> datetime:
        return parse_instant(text, field)

    return convert
