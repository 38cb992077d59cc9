"""Resistance of conductors.

Source: IEC 60228:2004, table 2 (class 2), maximum resistance at 20 degC [ohm/km].
"""

from enum import StrEnum

from domain.errors import InvalidError


class Material(StrEnum):
    """What a conductor is made of."""

    COPPER = "copper"
    ALUMINIUM = "aluminium"


OHM_PER_KM: dict[Material, dict[float, float]] = {
    Material.COPPER: {
        1.5: 12.1,
        2.5: 7.41,
        4: 4.61,
        6: 3.08,
        10: 1.83,
        16: 1.15,
        25: 0.727,
        35: 0.524,
        50: 0.387,
        70: 0.268,
        95: 0.193,
        120: 0.153,
        150: 0.124,
        185: 0.0991,
        240: 0.0754,
    },
    Material.ALUMINIUM: {
        16: 1.91,
        25: 1.20,
        35: 0.868,
        50: 0.641,
        70: 0.443,
        95: 0.320,
        120: 0.253,
        150: 0.206,
        185: 0.164,
        240: 0.125,
    },
}

PER_KELVIN: dict[Material, float] = {Material.COPPER: 0.00393, Material.ALUMINIUM: 0.00403}
"""IEC 60228 annex A."""

REFERENCE_C = 20.0


def ohms(material: Material, area_mm2: float, length_m: float, at_c: float = REFERENCE_C) -> float:
    """Resistance of one conductor [ohm].

    Raises
    ------
    InvalidError
        The cross-section is none of the standard's.

    Examples
    --------
    >>> ohms(Material.COPPER, 10, 100)
    0.183
    """
    known = OHM_PER_KM[material]
    if area_mm2 not in known:
        sizes = ", ".join(f"{size:g}" for size in known)
        message = f"area_mm2 must be one of {sizes} for {material}, not {area_mm2:g}"
        raise InvalidError(message, code="UNKNOWN_CROSS_SECTION", field="area_mm2")
    warm = 1 + PER_KELVIN[material] * (at_c - REFERENCE_C)
    return known[area_mm2] * length_m / 1000 * warm
