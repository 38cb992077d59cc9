"""The metering file: one line of CSV to one checked row. Pure; needs no database.

The columns are those of the public contract, "Metering import". Every bad cell of a file is found
and named by line and column, not only the first.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise
from typing import TypeVar

from analytics.registers import Terms, columns
from domain.devices import CONCENTRATORS, DEFAULT_CONCENTRATOR, DEFAULT_MODULE, MODULES
from domain.errors import InvalidError, RowError, RowsError
from domain.frames import CHANNELS
from domain.hours import parse_instant
from domain.quantities import DEFAULT_CAPACITY, Commodity, EnergyKind, Phase, Role, SiteKind

REQUIRED = (
    "site_path",
    "site_kinds",
    "premise",
    "commodity",
    "role",
    "meter_serial",
    "pulse_constant",
    "installed_at",
    "initial_index",
    "concentrator",
    "network",
    "channel",
)
OPTIONAL = (
    "initial_counter",
    "wrap",
    "capacity",
    "module",
    "input",
    "phase",
    "quantity",
    "accuracy_class",
    "area_m2",
    "persons",
    "rooms",
    "latitude",
    "longitude",
    "removed_at",
    "final_index",
)
WRAPS = (65536, 16777216, 4294967296)
MOST_ERRORS = 200
LONGEST_TEXT = 200
_KINDS = {str(kind): kind for kind in SiteKind}
_KIND_ORDER = {kind: level for level, kind in enumerate(_KINDS)}
_BIGGEST = Decimal(10) ** 12

W = TypeVar("W", bound=StrEnum)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MeteringRow:
    """One checked line: a meter at a place on a channel from .. to."""

    line: int
    site: tuple[str, ...]
    kinds: tuple[SiteKind, ...]
    premise: str
    commodity: Commodity
    role: Role
    meter_serial: str
    terms: Terms
    concentrator: str
    network: int
    channel: int
    module: str
    input: int | None
    phase: Phase | None
    energy_kind: EnergyKind
    accuracy_class: str | None
    area_m2: Decimal | None
    persons: int | None
    rooms: int | None
    latitude: float | None
    longitude: float | None

    @property
    def site_path(self) -> str:
        """Names from the root, separated by slashes."""
        return "/".join(self.site)


@cache
def _one_of(words: type[StrEnum]) -> str:
    return f"must be one of {', '.join(words)}"


class _Cells:
    """Cells of one line, read by type; collects what is wrong with them."""

    def __init__(self, line: int, cells: dict[str, str], errors: list[RowError]) -> None:
        self.line, self._cells, self._errors = line, cells, errors

    def refuse(self, field: str, message: str, code: str = "BAD_VALUE") -> None:
        self._errors.append(RowError(self.line, field, self._cells.get(field, ""), code, message))

    def text(self, field: str, *, needed: bool = True) -> str:
        value = self._cells.get(field, "").strip()
        if needed and not value:
            self.refuse(field, "must not be empty", "MISSING_VALUE")
        elif len(value) > LONGEST_TEXT or not value.isprintable():
            self.refuse(field, f"must be at most {LONGEST_TEXT} printable characters")
        return value

    def read(self, field: str, convert: Callable[[str], T], rule: str, default: T) -> T:
        """Convert a cell that is not empty; an empty one gives the default."""
        value = self._cells.get(field, "").strip()
        if not value:
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
        if not self._cells.get(field, "").strip():
            self.refuse(field, f"must not be empty; it {rule}", "MISSING_VALUE")
            return default
        return self.read(field, convert, rule, default)

    def word(self, field: str, words: type[W], default: W) -> W:
        """One word of a vocabulary."""
        return self.needed(field, words, _one_of(words), default)


def parse(text: str) -> list[MeteringRow]:
    """Read a metering file.

    Raises
    ------
    RowsError
        Something in it is wrong; every bad cell is listed, up to a limit.
    """
    errors: list[RowError] = []
    rows = [
        row
        for line, cells in _lines(text, errors)
        if len(errors) < MOST_ERRORS and (row := _row(line, cells, errors)) is not None
    ]
    if not errors:
        _check_against_each_other(rows, errors)
    if errors:
        raise RowsError(errors[:MOST_ERRORS])
    return rows


def _lines(text: str, errors: list[RowError]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in REQUIRED if name not in header]
        unknown = [name for name in header if name not in {*REQUIRED, *OPTIONAL}]
        errors += [
            RowError(1, name, "", "MISSING_COLUMN", "the file has no such column")
            for name in missing
        ]
        errors += [
            RowError(1, name, name, "UNKNOWN_COLUMN", "is no column of a metering file")
            for name in unknown
        ]
        if missing or unknown:
            return
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                yield line, dict(zip(header, cells, strict=True))
            elif cells:
                message = f"has {len(cells)} cells, the header has {len(header)}"
                errors.append(RowError(line, "line", "", "BAD_LINE", message))
            line = reader.line_num + 1
    except csv.Error as error:
        errors.append(RowError(reader.line_num, "line", "", "BAD_CSV", str(error)))


@lru_cache(4096)
def pulse_constant(text: str) -> Fraction:
    """Pulses per unit: a decimal, or a fraction of decimals.

    Examples
    --------
    >>> pulse_constant("1/0.0283168")
    Fraction(312500, 8849)
    """
    above, slash, below = text.partition("/")
    value = Fraction(_decimal(above)) / (Fraction(_decimal(below)) if slash else 1)
    if value <= 0:
        raise ValueError(text)
    return value


def _decimal(text: str) -> Decimal:
    value = Decimal(text.strip())
    if not value.is_finite() or abs(value) >= _BIGGEST:
        raise ValueError(text)
    return value


def _amount(text: str) -> Decimal:
    value = _decimal(text)
    if value < 0:
        raise ValueError(text)
    return value


def _positive(text: str) -> Decimal:
    value = _decimal(text)
    if value <= 0:
        raise ValueError(text)
    return value


def _within(low: int, high: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return convert


def _degrees(most: int) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = float(_decimal(text))
        if abs(value) > most:
            raise ValueError(text)
        return value

    return convert


def _instant(field: str) -> Callable[[str], datetime]:
    return lambda text: _cached_instant(text, field)


@lru_cache(4096)
def _cached_instant(text: str, field: str) -> datetime:
    return parse_instant(text, field)  # most lines of a file name the same few days


@lru_cache(4096)
def _usual_capacity(commodity: Commodity, wrap: int, constant: Fraction) -> Fraction:
    """Largest flow of a point that names none."""
    return min(DEFAULT_CAPACITY[commodity], Fraction(99, 100) * wrap / constant)


def _wrap(text: str) -> int:
    if text not in {str(wrap) for wrap in WRAPS}:
        raise ValueError(text)
    return int(text)


def _site(cells: _Cells) -> tuple[tuple[str, ...], tuple[SiteKind, ...]]:
    path, kinds = cells.text("site_path"), cells.text("site_kinds")
    names = tuple(name.strip() for name in path.split("/"))
    words = tuple(kind.strip() for kind in kinds.split("/"))
    if path and not all(names):
        cells.refuse("site_path", "must be names separated by single slashes")
    if any(word not in _KIND_ORDER for word in words):
        cells.refuse("site_kinds", f"must be of {', '.join(SiteKind)}, separated by slashes")
        return names, ()
    if len(words) != len(names):
        cells.refuse("site_kinds", f"names {len(words)} levels, site_path {len(names)}")
    levels = [_KIND_ORDER[word] for word in words]
    if any(low >= high for low, high in pairwise(levels)):
        cells.refuse("site_kinds", "must go from the largest level to the smallest")
    return names, tuple(_KINDS[word] for word in words)


def _terms(cells: _Cells, commodity: Commodity) -> Terms | None:
    """The terms under which pulses become a register; None when a cell was refused."""
    number = "must be a decimal number that is not negative"
    wrap = cells.read("wrap", _wrap, f"must be one of {WRAPS}", WRAPS[-1])
    constant = cells.needed(
        "pulse_constant", pulse_constant, "must be a positive decimal or fraction", Fraction(0)
    )
    index = cells.needed("initial_index", _amount, number, Decimal(-1))
    final = cells.read("final_index", lambda text: Fraction(_amount(text)), number, None)
    installed = cells.needed("installed_at", _instant("installed_at"), "must be an instant", None)
    removed = cells.read("removed_at", _instant("removed_at"), "must be an instant", None)
    if installed is None or constant <= 0 or index < 0:
        return None
    if removed is not None and removed <= installed:
        cells.refuse("removed_at", "must be after installed_at")
    if final is not None and removed is None:
        cells.refuse("final_index", "needs removed_at")
    rounded = int(Fraction(index) * constant + Fraction(1, 2)) % wrap
    counter = cells.read(
        "initial_counter", _within(0, wrap - 1), f"must be whole, 0 to {wrap - 1}", rounded
    )
    usual = _usual_capacity(commodity, wrap, constant)
    capacity = cells.read(
        "capacity", lambda text: Fraction(_positive(text)), "must be a positive decimal", usual
    )
    terms = Terms(installed, removed, constant, Fraction(index), final, counter, wrap, capacity)
    try:
        columns(terms)
    except InvalidError as error:
        cells.refuse(error.field or "pulse_constant", error.message, error.code)
        return None
    return terms


def _row(line: int, raw: dict[str, str], errors: list[RowError]) -> MeteringRow | None:
    before = len(errors)
    cells = _Cells(line, raw, errors)
    site, kinds = _site(cells)
    commodity = cells.word("commodity", Commodity, Commodity.ELECTRICITY)
    limits = CONCENTRATORS[DEFAULT_CONCENTRATOR]
    inputs = MODULES[DEFAULT_MODULE].inputs
    module = cells.text("module", needed=False)
    terms = _terms(cells, commodity)
    input_number = cells.read("input", _within(1, inputs), f"must be 1 to {inputs}", None)
    if input_number is not None and not module:
        cells.refuse("input", "needs a module")
    row = MeteringRow(
        line=line,
        site=site,
        kinds=kinds,
        premise=cells.text("premise", needed=False),
        commodity=commodity,
        role=cells.word("role", Role, Role.CONSUMER),
        meter_serial=cells.text("meter_serial"),
        terms=terms or _NO_TERMS,
        concentrator=cells.text("concentrator"),
        network=cells.needed(
            "network", _within(1, limits.networks), f"must be 1 to {limits.networks}", 0
        ),
        channel=cells.needed(
            "channel", _within(0, CHANNELS.stop - 1), f"must be 0 to {CHANNELS.stop - 1}", 0
        ),
        module=module,
        input=input_number,
        phase=cells.read("phase", Phase, _one_of(Phase), None),
        energy_kind=cells.read("quantity", EnergyKind, _one_of(EnergyKind), EnergyKind.ACTIVE),
        accuracy_class=cells.text("accuracy_class", needed=False) or None,
        area_m2=cells.read("area_m2", _positive, "must be a positive decimal", None),
        persons=cells.read("persons", _within(0, 1000), "must be whole, 0 to 1000", None),
        rooms=cells.read("rooms", _within(0, 1000), "must be whole, 0 to 1000", None),
        latitude=cells.read("latitude", _degrees(90), "must be -90 to 90", None),
        longitude=cells.read("longitude", _degrees(180), "must be -180 to 180", None),
    )
    return row if len(errors) == before else None


_NO_TERMS = Terms(
    datetime(1970, 1, 1, tzinfo=UTC),
    None,
    Fraction(1),
    Fraction(0),
    None,
    0,
    WRAPS[-1],
    Fraction(1),
)
"""Stands in a row that is refused anyway."""


def _check_against_each_other(rows: list[MeteringRow], errors: list[RowError]) -> None:
    """Find rows that contradict one another within the file."""
    kinds: dict[tuple[str, ...], SiteKind] = {}
    known: set[tuple[str, datetime]] = set()
    for row in rows:
        for depth in range(1, len(row.site) + 1):
            kind = kinds.setdefault(row.site[:depth], row.kinds[depth - 1])
            if kind is not row.kinds[depth - 1]:
                message = f"{'/'.join(row.site[:depth])} is a {kind} in another line"
                value = "/".join(row.kinds)
                errors.append(RowError(row.line, "site_kinds", value, "KIND_DIFFERS", message))
                break
        key = row.meter_serial, row.terms.installed_at
        if key in known:
            message = "the same meter and installed_at stand in another line"
            errors.append(
                RowError(row.line, "meter_serial", row.meter_serial, "ROW_TWICE", message)
            )
        known.add(key)
