"""What a worker remembers of a tenant: placing a meter must be seen by the next roll-up."""

import numpy as np

from backend.store.groups.structure import Structure, Structures
from domain.identity import Scope
from tenants.session import Database
from tests.factories import make_tenant, place


async def seen(database: Database, scope: Scope, structures: Structures) -> Structure:
    async with database.session(scope) as session:
        return await structures.of(session)


async def test_it_is_remembered_until_a_meter_is_placed(database: Database) -> None:
    scope = await make_tenant(database, "structure")
    await place(database, scope, {"concentrator": "JSTR"})
    structures = Structures()
    first = await seen(database, scope, structures)
    assert await seen(database, scope, structures) is first
    other = {"concentrator": "JSTR", "meter_serial": "M2", "channel": "2", "premise": "2"}
    await place(database, scope, other)
    second = await seen(database, scope, structures)
    assert len(second.members.point_ids) == len(first.members.point_ids) + 1
    assert len(second.standing.series) == len(first.standing.series) + 1


async def test_tenants_longest_unused_are_forgotten(database: Database) -> None:
    structures = Structures(most_rows=1)
    scopes = []
    for name in ("one", "two"):
        scopes.append(await make_tenant(database, name))
        await place(database, scopes[-1], {"concentrator": f"JS-{name}"})
    first = await seen(database, scopes[0], structures)
    await seen(database, scopes[1], structures)
    assert await seen(database, scopes[0], structures) is not first


async def test_some_points_stand_as_they_would_alone(database: Database) -> None:
    scope = await make_tenant(database, "some")
    rows = [
        {"concentrator": "JSOME", "meter_serial": f"S{n}", "channel": str(n), "premise": str(n)}
        for n in range(1, 6)
    ]
    await place(database, scope, *rows)
    structure = await seen(database, scope, Structures())
    whole = structure.standing
    wanted = whole.points[[1, 3]]
    known = structure.standing_at(wanted)
    np.testing.assert_array_equal(known.points, wanted)
    np.testing.assert_array_equal(known.row_point, [0, 1])
    np.testing.assert_array_equal(known.series, whole.series[[1, 3]])
    np.testing.assert_array_equal(known.terms.start_s, whole.terms.start_s[[1, 3]])
