"""The metering file, cell by cell: what is read, and what is refused by line and column."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.services.model.metering_rows import parse
from domain.addresses import PostalAddress
from domain.errors import RowsError
from domain.metering_file import OPTIONAL, REQUIRED
from domain.quantities import Commodity, EnergyKind, Role, SiteKind
from tests.factories import metering_file


def refused(**cells: str) -> list[tuple[int, str, str]]:
    with pytest.raises(RowsError) as caught:
        parse(metering_file({}, {"meter_serial": "M2", "channel": "2", **cells}))
    return [(error.line, error.field, error.code) for error in caught.value.errors]


def test_a_line_is_read_by_its_columns() -> None:
    (row,) = parse(
        metering_file(
            {
                "pulse_constant": "1/0.0283168",
                "commodity": "gas",
                "area_m2": "54.5",
                "persons": "3",
                "module": "D1",
                "input": "6",
                "latitude": "47.02",
                "longitude": "-28.8",
                "removed_at": "2026-11-20T00:00:00+02:00",
                "final_index": "7.25",
            }
        )
    )
    assert row.site == ("Region", "City", "House 1")
    assert row.kinds == (SiteKind.REGION, SiteKind.CITY, SiteKind.HOUSE)
    assert (row.commodity, row.role) == (Commodity.GAS, Role.CONSUMER)
    assert row.terms.pulse_constant == Fraction(312500, 8849)
    assert row.terms.final_index == Fraction("7.25")
    assert (row.area_m2, row.persons, row.input) == (Decimal("54.5"), 3, 6)
    assert row.terms.removed_at is not None
    assert row.terms.removed_at.isoformat() == "2026-11-19T22:00:00+00:00"


def test_an_address_is_read_and_refused_by_its_column() -> None:
    (row,) = parse(metering_file({"street_address": " str. Morii 2 ", "country": "md"}))
    assert row.address == PostalAddress("str. Morii 2", None, None, "MD")
    (row,) = parse(metering_file({"street_address": "  "}))
    assert row.address is None
    assert refused(country="Moldova") == [(3, "country", "BAD_VALUE")]
    assert refused(postal_code="x" * 201) == [(3, "postal_code", "BAD_VALUE")]


def test_what_is_left_out_follows_from_the_rest() -> None:
    (row,) = parse(metering_file({"initial_index": "100.0005", "wrap": "65536"}))
    assert row.terms.initial_counter == 100001 % 65536  # rounded half up, then wrapped
    assert row.terms.capacity == 50
    (row,) = parse(metering_file({"pulse_constant": "3200", "wrap": "65536"}))
    assert row.terms.capacity == Fraction(99, 100) * 65536 / 3200
    (row,) = parse(metering_file({"commodity": "water_hot", "pulse_constant": "10"}))
    assert row.terms.capacity == 6


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("commodity", "plasma"),
        ("role", "king"),
        ("pulse_constant", "0"),
        ("pulse_constant", "-5"),
        ("pulse_constant", "1/0"),
        ("pulse_constant", "many"),
        ("pulse_constant", "NaN"),
        ("pulse_constant", "1e400"),
        ("installed_at", "yesterday"),
        ("installed_at", "2026-13-01T00:00:00Z"),
        ("installed_at", "2026-01-01T00:00:00"),
        ("network", "9"),
        ("network", "0"),
        ("network", "1.5"),
        ("channel", ""),
        ("channel", "-1"),
        ("channel", "70000"),
        ("channel", "٣"),
        ("wrap", "65537"),
        ("initial_index", "ten"),
        ("initial_index", "-1"),
        ("initial_index", "Infinity"),
        ("initial_counter", "5000000000"),
        ("site_kinds", "region"),
        ("site_kinds", "house/city/region"),
        ("site_kinds", "region/moon/house"),
        ("site_path", "Region//House 1"),
        ("meter_serial", ""),
        ("meter_serial", "M\x00"),
        ("concentrator", ""),
        ("capacity", "0"),
        ("final_index", "5"),
        ("removed_at", "2026-10-01T00:00:00Z"),
        ("input", "1"),
        ("phase", "D"),
        ("quantity", "imaginary"),
        ("persons", "-1"),
        ("latitude", "91"),
    ],
)
def test_a_bad_cell_is_refused_by_line_and_column(column: str, value: str) -> None:
    assert (3, column) in {(line, field) for line, field, _ in refused(**{column: value})}


def test_all_bad_cells_are_told_at_once() -> None:
    found = refused(commodity="plasma", network="9", channel="")
    assert [field for _, field, _ in found] == ["commodity", "network", "channel"]


def test_columns_must_be_known_and_complete() -> None:
    with pytest.raises(RowsError, match="meter_serial"):
        parse("site_path,site_kinds\na,house\n")
    with pytest.raises(RowsError, match="colour"):
        parse(metering_file({}).replace("final_index", "colour", 1))


def test_a_line_of_another_length_is_refused() -> None:
    with pytest.raises(RowsError, match="cells"):
        parse(metering_file({}) + "a,b,c\n")


def test_lines_must_not_contradict_each_other() -> None:
    with pytest.raises(RowsError, match="ROW_TWICE"):
        parse(metering_file({}, {}))
    other = {"site_kinds": "region/district/house", "meter_serial": "M2", "channel": "2"}
    with pytest.raises(RowsError, match="KIND_DIFFERS"):
        parse(metering_file({}, other))


def test_a_byte_order_mark_and_columns_in_another_order_do_no_harm() -> None:
    lines = [line.split(",") for line in metering_file({}).splitlines()]
    turned = "\n".join(",".join(reversed(line)) for line in lines)
    assert parse("\ufeff" + turned) == parse(metering_file({}))


cells = st.dictionaries(
    st.sampled_from([*REQUIRED, *OPTIONAL]), st.text(max_size=12), min_size=1, max_size=6
)


@given(cells)
def test_whatever_stands_in_a_cell_the_answer_is_a_row_or_a_refusal(made: dict[str, str]) -> None:
    with suppress(RowsError):
        parse(metering_file(made))


@given(st.text(max_size=200))
def test_whatever_the_file_is_the_answer_is_rows_or_a_refusal(text: str) -> None:
    with suppress(RowsError):
        parse(text)


def test_heat_by_flow_and_temperatures() -> None:
    heat = {"commodity": "heat", "quantity": "return_volume", "riser": "R1"}
    (row,) = parse(metering_file(heat | {"heating": "own", "radiators": "R1:2; R2:1"}))
    assert (row.energy_kind, row.riser) == (EnergyKind.RETURN_VOLUME, "R1")
    assert row.of_premise == (None, None, None, "own", '{"R1": 2, "R2": 1}')
    (row,) = parse(metering_file({"radiators": "R1:2"}))
    assert row.of_premise[-1] == '{"R1": 2}'


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"quantity": "supply_volume"}, "quantity"),
        ({"quantity": "temperature", "commodity": "gas"}, "quantity"),
        ({"riser": "R1"}, "riser"),
        ({"heating": "stove"}, "heating"),
        *(({"radiators": cell}, "radiators") for cell in ("2", "R1", "R1:0", "R1:x", "R1:1;R1:2")),
        ({"radiators": "R1:101"}, "radiators"),
        ({"radiators": ":3"}, "radiators"),
    ],
)
def test_what_no_house_of_heat_has_is_refused(cells: dict[str, str], field: str) -> None:
    assert refused(**cells) == [(3, field, "BAD_VALUE")]
