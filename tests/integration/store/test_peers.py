"""Whom a home is compared with: every home belongs to one house or site, and to no other one."""

from datetime import UTC, datetime

from backend.store.model import peers
from domain.identity import MeteringPointId
from tenants.session import Database
from tests.factories import make_tenant, place

PLACES = {
    "Way": ("street", 2),
    "Way/House": ("street/house", 5),
    "Way/House/A": ("street/house/entrance", 3),
    "Way/Yard": ("street/house", 2),
    "Way 2": ("street", 1),
}
"""Kinds down to a place, and the homes right at it."""


async def test_homes_of_a_street_and_of_its_houses_are_no_neighbours(database: Database) -> None:
    """Who has one of each would take the one average from the other, and know the third home."""
    scope = await make_tenant(database, "peers")
    rows = [
        {
            "site_path": path,
            "site_kinds": kinds,
            "premise": f"{path} {home}",
            "meter_serial": f"{path} {home}",
            "channel": str(100 * at + home),
            "concentrator": "JSPEERS",
            "installed_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        }
        for at, (path, (kinds, homes)) in enumerate(PLACES.items())
        for home in range(homes)
    ]
    await place(database, scope, *rows)
    async with database.session(scope) as session:
        driver = await session.driver()
        named = await driver.fetch(
            "SELECT p.id, r.name FROM metering_point AS p"
            " JOIN premise AS r ON r.tenant_id = $1 AND r.id = p.premise_id"
            " WHERE p.tenant_id = $1",
            scope.tenant_id,
        )
        names = {MeteringPointId(point): name.rsplit(" ", 1)[0] for point, name in named}
        found = await peers.peers_of(session, sorted(names))
    assert len(names) == 13
    together = {
        name: sorted(names[one.point_id] for one in found[point]) for point, name in names.items()
    }
    house = ["Way/House"] * 5 + ["Way/House/A"] * 3
    assert together == {
        "Way": ["Way"] * 2,
        "Way/House": house,
        "Way/House/A": house,
        "Way/Yard": ["Way/Yard"] * 2,
        "Way 2": ["Way 2"],
    }
