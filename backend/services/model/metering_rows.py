"""The metering file: one line of CSV to one checked row. Pure; needs no database.

The columns are those of the public contract, "Metering import". Every bad cell of a file is found
and named by line and column, not only the first.
"""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from analytics.registers import Terms, columns
from backend.services.model.metering_cells import (
    Cells,
    amount,
    by_name,
    degrees,
    instant,
    lines,
    one_of,
    positive,
    pulse_constant,
    within,
)
from domain.addresses import PostalAddress
from domain.devices import CONCENTRATORS, DEFAULT_CONCENTRATOR, DEFAULT_MODULE, MODULES
from domain.errors import InvalidError, RowError, RowsError
from domain.frame_fields import CHANNELS
from domain.quantities import (
    DEFAULT_CAPACITY,
    OF_HEAT,
    Commodity,
    EnergyKind,
    Heating,
    Phase,
    Role,
    SiteKind,
)

WRAPS = (65536, 16777216, 4294967296)
MOST_ERRORS = 200
_KINDS = {str(kind): kind for kind in SiteKind}
_KIND_ORDER = {kind: level for level, kind in enumerate(_KINDS)}
_WRAPS = {str(wrap): wrap for wrap in WRAPS}
_NOT_NEGATIVE = "must be a decimal number that is not negative"
_NOTHING = Fraction(0)
_NETWORKS = CONCENTRATORS[DEFAULT_CONCENTRATOR].networks
_NETWORK, _NETWORK_RULE = within(1, _NETWORKS), f"must be 1 to {_NETWORKS}"
_CHANNEL, _CHANNEL_RULE = within(0, CHANNELS.stop - 1), f"must be 0 to {CHANNELS.stop - 1}"
_INPUTS = MODULES[DEFAULT_MODULE].inputs
_INPUT, _INPUT_RULE = within(1, _INPUTS), f"must be 1 to {_INPUTS}"
_FEW, _FEW_RULE = within(0, 1000), "must be whole, 0 to 1000"

_Site = tuple[tuple[str, ...], tuple[SiteKind, ...]]
"""Names and kinds of the levels of a path of sites."""


class MeteringRow(NamedTuple):
    """One checked line: a meter at a place on a channel from .. to."""

    line: int
    site: tuple[str, ...]
    kinds: tuple[SiteKind, ...]
    premise: str
    commodity: Commodity
    role: Role
    meter_serial: str
    terms: Terms
    register: tuple[int, ...]
    """The terms as :func:`analytics.registers.columns`."""

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
    heating: Heating | None
    radiators: str | None
    """Radiators by riser, as JSON."""

    riser: str | None
    latitude: float | None
    longitude: float | None
    address: PostalAddress | None
    """Of the site of the path; None where the line tells none."""

    @property
    def site_path(self) -> str:
        """Names from the root, separated by slashes."""
        return "/".join(self.site)

    @property
    def of_premise(self) -> tuple[Decimal | int | str | None, ...]:
        """What the line says of its premise: columns of the table from ``area_m2`` on."""
        heating = None if self.heating is None else str(self.heating)
        return self.area_m2, self.persons, self.rooms, heating, self.radiators


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
        for cells in lines(text, errors)
        if len(errors) < MOST_ERRORS and (row := _row(cells, errors)) is not None
    ]
    if not errors:
        _check_against_each_other(rows, errors)
    if errors:
        raise RowsError(errors[:MOST_ERRORS])
    return rows


@lru_cache(4096)
def _amount(text: str) -> Fraction:
    return Fraction(amount(text))


@lru_cache(4096)
def _flow(text: str) -> Fraction:
    return Fraction(positive(text))


@lru_cache(4096)
def _usual_capacity(commodity: Commodity, wrap: int, constant: Fraction) -> Fraction:
    """Largest flow of a point that names none."""
    return min(DEFAULT_CAPACITY[commodity], Fraction(99, 100) * wrap / constant)


def _wrap(text: str) -> int:
    if text not in _WRAPS:
        raise ValueError(text)
    return _WRAPS[text]


@lru_cache(4096)
def _levels(path: str, kinds: str) -> tuple[_Site, tuple[tuple[str, str], ...]]:
    """Names and kinds of a path of sites, and what is wrong with which of the two columns.

    Many lines of a file name the same site.
    """
    names = tuple(name.strip() for name in path.split("/"))
    words = tuple(kind.strip() for kind in kinds.split("/"))
    wrong = []
    if path and not all(names):
        wrong.append(("site_path", "must be names separated by single slashes"))
    if any(word not in _KIND_ORDER for word in words):
        wrong.append(("site_kinds", f"must be of {', '.join(SiteKind)}, separated by slashes"))
        return (names, ()), tuple(wrong)
    if len(words) != len(names):
        wrong.append(("site_kinds", f"names {len(words)} levels, site_path {len(names)}"))
    levels = [_KIND_ORDER[word] for word in words]
    if any(low >= high for low, high in pairwise(levels)):
        wrong.append(("site_kinds", "must go from the largest level to the smallest"))
    return (names, tuple(_KINDS[word] for word in words)), tuple(wrong)


def _site(cells: Cells) -> _Site:
    site, wrong = _levels(cells.text("site_path"), cells.text("site_kinds"))
    for field, message in wrong:
        cells.refuse(field, message)
    return site


def _terms(cells: Cells, commodity: Commodity) -> tuple[Terms, tuple[int, ...]] | None:
    """The terms under which pulses become a register; None when a cell was refused."""
    wrap = cells.read("wrap", _wrap, f"must be one of {WRAPS}", WRAPS[-1])
    constant = cells.needed(
        "pulse_constant", pulse_constant, "must be a positive decimal or fraction", _NOTHING
    )
    index = cells.needed("initial_index", _amount, _NOT_NEGATIVE, None)
    final = cells.read("final_index", _amount, _NOT_NEGATIVE, None)
    installed = cells.needed("installed_at", instant("installed_at"), "must be an instant", None)
    removed = cells.read("removed_at", instant("removed_at"), "must be an instant", None)
    if installed is None or not constant or index is None:
        return None
    if removed is not None and removed <= installed:
        cells.refuse("removed_at", "must be after installed_at")
    if final is not None and removed is None:
        cells.refuse("final_index", "needs removed_at")
    counter = cells.read(
        "initial_counter", within(0, wrap - 1), f"must be whole, 0 to {wrap - 1}", None
    )
    if counter is None:
        counter = _usual_counter(index, constant) % wrap
    capacity = cells.read("capacity", _flow, "must be a positive decimal", None)
    if capacity is None:
        capacity = _usual_capacity(commodity, wrap, constant)
    terms = Terms(installed, removed, constant, index, final, counter, wrap, capacity)
    try:
        return terms, columns(terms)
    except InvalidError as error:
        cells.refuse(error.field or "pulse_constant", error.message, error.code)
        return None


def _usual_counter(index: Fraction, constant: Fraction) -> int:
    """Pulses that a dial shows, rounded half up."""
    units, below = index.as_integer_ratio()
    pulses, per = constant.as_integer_ratio()
    return (2 * units * pulses + below * per) // (2 * below * per)


_ADDRESS = {
    "street": "street_address",
    "postalCode": "postal_code",
    "locality": "locality",
    "country": "country",
}
"""Parts of an address as the API names them, and their columns."""


def _address(cells: Cells) -> PostalAddress | None:
    told = [cells.raw(column) for column in _ADDRESS.values()]
    if not any(told):
        return None
    try:
        address = PostalAddress.checked(*told)
    except InvalidError as error:
        field = (error.field or "").removeprefix("address.")
        cells.refuse(_ADDRESS[field], error.message)
        return None
    return address if address.is_known else None


def _row(cells: Cells, errors: list[RowError]) -> MeteringRow | None:
    before = len(errors)
    site, kinds = _site(cells)
    commodity = cells.word("commodity", Commodity, Commodity.ELECTRICITY)
    module = cells.text("module", needed=False)
    terms, register = _terms(cells, commodity) or (_NO_TERMS, ())
    input_number = cells.read("input", _INPUT, _INPUT_RULE, None)
    if input_number is not None and not module:
        cells.refuse("input", "needs a module")
    quantity = cells.read("quantity", EnergyKind, one_of(EnergyKind), EnergyKind.ACTIVE)
    if quantity in OF_HEAT and commodity is not Commodity.HEAT:
        cells.refuse("quantity", f"{quantity} is a quantity of heat")
    riser = cells.text("riser", needed=False) or None
    if riser and commodity is not Commodity.HEAT:
        cells.refuse("riser", "only heat has risers; say radiators of a premise")
    row = MeteringRow(
        cells.line,
        site,
        kinds,
        cells.text("premise", needed=False),
        commodity,
        cells.word("role", Role, Role.CONSUMER),
        cells.text("meter_serial"),
        terms,
        register,
        cells.text("concentrator"),
        cells.needed("network", _NETWORK, _NETWORK_RULE, 0),
        cells.needed("channel", _CHANNEL, _CHANNEL_RULE, 0),
        module,
        input_number,
        cells.read("phase", Phase, one_of(Phase), None),
        quantity,
        cells.text("accuracy_class", needed=False) or None,
        cells.read("area_m2", positive, "must be a positive decimal", None),
        cells.read("persons", _FEW, _FEW_RULE, None),
        cells.read("rooms", _FEW, _FEW_RULE, None),
        cells.read("heating", Heating, one_of(Heating), None),
        cells.read("radiators", by_name, "must be radiators by riser, as in R1:2;R2:1", None),
        riser,
        cells.read("latitude", degrees(90), "must be -90 to 90", None),
        cells.read("longitude", degrees(180), "must be -180 to 180", None),
        _address(cells),
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
    looked_at: set[_Site] = set()
    known: set[tuple[str, datetime]] = set()
    for row in rows:
        if (row.site, row.kinds) not in looked_at:
            looked_at.add((row.site, row.kinds))
            _check_kinds(row, kinds, errors)
        key = row.meter_serial, row.terms.installed_at
        if key in known:
            message = "the same meter and installed_at stand in another line"
            errors.append(
                RowError(row.line, "meter_serial", row.meter_serial, "ROW_TWICE", message)
            )
        known.add(key)


def _check_kinds(
    row: MeteringRow, kinds: dict[tuple[str, ...], SiteKind], errors: list[RowError]
) -> None:
    for depth in range(1, len(row.site) + 1):
        kind = kinds.setdefault(row.site[:depth], row.kinds[depth - 1])
        if kind is not row.kinds[depth - 1]:
            message = f"{'/'.join(row.site[:depth])} is a {kind} in another line"
            value = "/".join(row.kinds)
            errors.append(RowError(row.line, "site_kinds", value, "KIND_DIFFERS", message))
            break
