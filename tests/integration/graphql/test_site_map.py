"""The map: every house once, with what is wrong below it, in the sight of who asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from backend.clients.events import Events
from backend.services.gateway import silence
from backend.store.network import network_alarms
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.identity import ConcentratorId, Scope, SiteId
from tenants.permissions import Permission, Role, permissions_of
from tenants.session import Database
from tests.desk import Desk
from tests.factories import make_tenant, place

ALL = frozenset(str(permission) for permission in Permission)
MAP = """query ($under: ID) { viewer { siteMap(under: $under) { ids paths latitudes longitudes
  concentrators devices findings withoutPlace withoutPlaceCount } } }"""
SITE = "query ($path: String!) { viewer { site(path: $path) { id } } }"


def row(path: str, kinds: str, number: int, **more: str) -> dict[str, str]:
    return {
        "site_path": path,
        "site_kinds": kinds,
        "premise": str(number),
        "meter_serial": f"S{number}",
        "concentrator": f"JMAP{number}",
        "installed_at": "2026-11-01T00:00:00Z",
        **more,
    }


@dataclass
class Place:
    """Three houses on a street, and who asks."""

    desk: Desk

    async def map(self, scope: Scope | None = None, under: str | None = None) -> Any:
        return (await self.desk.ask(MAP, scope, under=under))["viewer"]["siteMap"]

    async def site(self, path: str) -> str:
        return str((await self.desk.ask(SITE, path=path))["viewer"]["site"]["id"])


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Place]:
    events = Events(redis_url)
    made = await make_tenant(database, "mapped")
    await place(
        database,
        made,
        row("Street/1", "street/house", 1, latitude="47.01", longitude="28.85"),
        row("Street/2/A", "street/house/entrance", 2, latitude="47.02", longitude="28.86"),
        row("Street/3", "street/house", 3),
    )
    scope = Scope(made.tenant_id, "engineer", ALL)
    async with database.session(scope) as session:
        heard = await network_alarms.next_concentrators(session, ConcentratorId(0), 20)
        await silence.look(session, heard, datetime.now(UTC) + timedelta(hours=30))
    yield Place(Desk(Work(database, SilentQueue(), events), scope))
    await events.close()


async def test_every_house_stands_once_with_its_coordinates(town: Place) -> None:
    found = await town.map()
    assert found["paths"] == ["Street/1", "Street/2"]
    assert (found["latitudes"], found["longitudes"]) == ([47.01, 47.02], [28.85, 28.86])
    assert (found["withoutPlace"], found["withoutPlaceCount"]) == (["Street/3"], 1)
    assert found["ids"] == [await town.site("Street/1"), await town.site("Street/2")]


async def test_what_is_silent_below_counts_for_the_house(town: Place) -> None:
    found = await town.map()
    assert found["concentrators"] == [1, 1]
    assert found["findings"] == [0, 0]


async def test_a_part_of_the_tree_shows_its_houses_alone(town: Place) -> None:
    found = await town.map(under=await town.site("Street/2"))
    assert found["paths"] == ["Street/2"]
    other = SiteId(10**12)
    hidden = await town.map(replace(town.desk.scope, sites=frozenset({other})))
    assert (hidden["paths"], hidden["withoutPlace"]) == ([], [])


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.OPERATOR, {"devices", "findings"}),
        (Role.MANAGER, {"findings"}),
        (Role.INSTALLER, {"devices"}),
    ],
)
async def test_each_sees_what_their_role_may(town: Place, role: Role, seen: set[str]) -> None:
    words = frozenset(str(one) for one in permissions_of(role))
    found = await town.map(replace(town.desk.scope, permissions=words))
    assert {name for name in ("devices", "findings") if found[name] is not None} == seen


async def test_households_have_no_map(town: Place) -> None:
    words = frozenset(str(one) for one in permissions_of(Role.RESIDENT))
    result = await town.desk.result(MAP, replace(town.desk.scope, permissions=words), under=None)
    assert [error.original_error.code for error in result.errors] == ["FORBIDDEN"]
