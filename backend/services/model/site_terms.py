"""What a place may be called, and where on the earth it may lie."""

from domain.errors import InvalidError
from domain.quantities import SiteKind

LEVEL = {kind: level for level, kind in enumerate(SiteKind)}
"""Kinds of sites from the largest on: a site lies in one of a larger kind."""

WORDS_OF_USES = {
    "site": "places below it",
    "premise": "flats or shops",
    "metering_point": "meters",
    "group_member": "meters",
    "concentrator": "concentrators",
    "balance_group": "drawn balance groups below it",
    "membership": "people whose role holds there",
    "finding": "findings",
    "network_alarm": "alarms of the network",
    "issued_document": "acceptance certificates",
    "dr_target": "events of demand response",
}
"""What keeps a site in the tree, by the table that names it."""

HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 90.0, 180.0


def checked_name(name: str) -> str:
    """The name of a place without spaces around it.

    Raises
    ------
    InvalidError
        It is empty, or could not stand in a path.
    """
    if not name.strip() or "/" in name or not name.isprintable():
        raise InvalidError("name must be printable, not empty, without a slash", field="name")
    return name.strip()


def check_degrees(latitude: float | None, longitude: float | None) -> None:
    """Check where something lies: both of its degrees are told, or neither.

    Raises
    ------
    InvalidError
        One of them is missing, or is none of the earth.
    """
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise InvalidError("latitude and longitude belong together", field=missing)
    if latitude is not None and not abs(latitude) <= HIGHEST_LATITUDE:
        raise InvalidError("latitude must be -90 to 90", field="latitude")
    if longitude is not None and not abs(longitude) <= HIGHEST_LONGITUDE:
        raise InvalidError("longitude must be -180 to 180", field="longitude")
