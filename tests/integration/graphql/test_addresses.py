"""Postal addresses: told once at the top, refined below, found by their words, listed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest_asyncio

from backend.clients.events import Events
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.identity import Scope
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk
from tests.factories import make_tenant, place

ALL = frozenset(str(one) for one in Permission)

SITE = """query ($path: String!) { viewer { site(path: $path) { id
  address { street postalCode locality country line } ownAddress { line } } } }"""
CREATE = """mutation ($input: CreateSiteInput!) { createSite(input: $input) {
  site { path address { line } } errors { code field } } }"""
CHANGE = """mutation ($input: ChangeSiteInput!) { changeSite(input: $input) {
  site { address { line } } errors { code field } } }"""
FOUND = """query ($search: String!) { viewer { foundSites(search: $search) { path }
  meteringPoints(search: $search) { edges { node { site { path } } } } } }"""
MAP = "{ viewer { siteMap { paths addresses } } }"
TRAIL = "{ viewer { auditLog(first: 5) { edges { node { action detail } } } } }"


class Town(NamedTuple):
    """Two streets with a house each."""

    desk: Desk
    scope: Scope

    async def site(self, path: str) -> Any:
        """A site by its path."""
        return (await self.desk.ask(SITE, path=path))["viewer"]["site"]

    async def tell(self, path: str, **address: str | None) -> Any:
        """Tell the address of a site; nothing else of it changes."""
        site = (await self.site(path))["id"]
        given = {"site": site, "name": path.rpartition("/")[2], "address": address}
        return (await self.desk.ask(CHANGE, input=given))["changeSite"]

    async def found(self, search: str) -> tuple[list[str], set[str]]:
        """Paths of sites, and paths of the sites of meters, that a search finds."""
        told = (await self.desk.ask(FOUND, search=search))["viewer"]
        points = [edge["node"]["site"]["path"] for edge in told["meteringPoints"]["edges"]]
        return [one["path"] for one in told["foundSites"]], set(points)


@pytest_asyncio.fixture
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    events = Events(redis_url)
    scope = await make_tenant(database, f"town {datetime.now(UTC).timestamp()}")
    kinds = {"site_kinds": "city/street/house/entrance"}
    rows = [
        {**kinds, "site_path": "City/Mill Street/Mill Street 2/Entrance 1", "channel": "1"},
        {**kinds, "site_path": "City/Mill Street/Mill Street 12/Entrance 1", "channel": "2"},
        {**kinds, "site_path": "City/Hill/Hill 1/Entrance 1", "channel": "3"},
    ]
    mark = scope.tenant_id
    named = [
        {**row, "meter_serial": f"A{mark}-{row['channel']}", "concentrator": f"JA{mark}"}
        for row in rows
    ]
    await place(database, scope, *named)
    desk = Desk(Work(database, SilentQueue(), events), replace(scope, permissions=ALL))
    yield Town(desk, scope)
    await events.close()


HOUSE = "City/Mill Street/Mill Street 2"


async def test_what_a_place_does_not_tell_it_has_from_above(town: Town) -> None:
    assert (await town.site(HOUSE))["address"] is None
    await town.tell("City", locality="Chi\u0219in\u0103u", country="md", street=" ")
    told = await town.tell(HOUSE, street=" str. Morii 2 ", postalCode="MD-2001")
    assert told == {
        "site": {"address": {"line": "str. Morii 2, MD-2001 Chi\u0219in\u0103u"}},
        "errors": [],
    }
    below = await town.site(f"{HOUSE}/Entrance 1")
    assert below["address"] == {
        "street": "str. Morii 2",
        "postalCode": "MD-2001",
        "locality": "Chi\u0219in\u0103u",
        "country": "MD",
        "line": "str. Morii 2, MD-2001 Chi\u0219in\u0103u",
    }
    assert below["ownAddress"] is None
    assert (await town.site(HOUSE))["ownAddress"] == {"line": "str. Morii 2, MD-2001"}
    other = await town.site("City/Hill/Hill 1")
    assert other["address"]["line"] == "Chi\u0219in\u0103u"
    shown = (await town.desk.ask(MAP))["viewer"]["siteMap"]
    assert shown == {"paths": [], "addresses": []}, "it has no coordinates yet"


async def test_it_stays_when_left_out_and_goes_when_told_empty(town: Town) -> None:
    await town.tell(HOUSE, street="str. Morii 2")
    site = (await town.site(HOUSE))["id"]
    placed = {"site": site, "name": "Mill Street 2", "latitude": 47.0, "longitude": 28.8}
    told = (await town.desk.ask(CHANGE, input=placed))["changeSite"]
    assert told["site"]["address"]["line"] == "str. Morii 2"
    shown = (await town.desk.ask(MAP))["viewer"]["siteMap"]
    assert shown == {"paths": [HOUSE], "addresses": ["str. Morii 2"]}
    assert (await town.tell(HOUSE))["site"]["address"] is None
    trail = (await town.desk.ask(TRAIL))["viewer"]["auditLog"]["edges"]
    assert "str. Morii 2" in str(trail[0]["node"]["detail"]), "who changed it is written down"


async def test_a_search_finds_places_and_meters_by_either_name(town: Town) -> None:
    await town.tell(HOUSE, street="str. Morii 2", postalCode="MD-2001")
    entrance = f"{HOUSE}/Entrance 1"
    assert await town.found("morii md-2001") == ([HOUSE, entrance], {entrance})
    assert await town.found("morii mill") == ([HOUSE, entrance], {entrance})
    assert await town.found("morii hill") == ([], set())
    assert await town.found("100%") == ([], set())
    sites, _ = await town.found("mill street 2")
    assert sites[0] == HOUSE, "what is called so comes before what has the words"
    assert "City/Mill Street/Mill Street 12" in sites


async def test_a_file_tells_addresses_of_known_places_and_new_ones(
    town: Town, database: Database
) -> None:
    await town.tell(HOUSE, street="str. Morii 2", country="MD")
    mark = town.scope.tenant_id
    row = {
        "site_kinds": "city/street/house",
        "commodity": "water_cold",
        "concentrator": f"JA{mark}",
    }
    known = row | {"site_path": HOUSE, "channel": "8", "meter_serial": f"A{mark}-8"}
    fresh = row | {"site_path": f"{HOUSE}b", "channel": "9", "meter_serial": f"A{mark}-9"}
    told = {"postal_code": "MD-2001", "locality": "Orhei"}
    rows = known | told, fresh | told | {"street_address": "str. Morii 2b"}
    done = await place(database, town.scope, *rows)
    assert done.updated == 1, "a new place with its address is new, not changed"
    house = await town.site(HOUSE)
    assert house["ownAddress"] == {"line": "str. Morii 2, MD-2001 Orhei"}, "empty cells stay"
    assert house["address"]["country"] == "MD"
    assert (await town.site(f"{HOUSE}b"))["address"]["line"] == "str. Morii 2b, MD-2001 Orhei"
    assert (await place(database, town.scope, *rows)).updated == 0
    alone = known | {"postal_code": "MD-3501"}
    assert (await place(database, town.scope, alone)).updated == 1, "an address alone is a change"
    trail = (await town.desk.ask(TRAIL))["viewer"]["auditLog"]["edges"]
    assert trail[0]["node"]["action"] == "metering.import", "and is written down"


async def test_an_address_that_is_none_is_refused(town: Town) -> None:
    for wrong, field in (
        ({"country": "Moldova"}, "address.country"),
        ({"street": "x" * 201}, "address.street"),
        ({"postalCode": "MD\n2001"}, "address.postalCode"),
    ):
        told = await town.tell(HOUSE, **wrong)
        assert told["site"] is None
        assert [(one["code"], one["field"]) for one in told["errors"]] == [("INVALID", field)]


async def test_a_place_is_made_with_its_address(town: Town) -> None:
    given = {"kind": "HOUSE", "name": "New 1", "address": {"street": "str. Nou\u0103 1"}}
    made = (await town.desk.ask(CREATE, input=given))["createSite"]
    assert made["site"] == {"path": "New 1", "address": {"line": "str. Nou\u0103 1"}}
