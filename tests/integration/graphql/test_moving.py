"""A house that moves to another street: tree, paths, and every balance that was rolled up."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.metering_import import Imported
from backend.services.reading.ranking import Rankings
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope, SiteId
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import MASTER_KEY, make_tenant, place

HOURS = 30
LOW = hour_of(datetime.now(UTC)) - HOURS
OLD, NEW = "City/Old Street", "City/New Street"
ALL = frozenset(str(one) for one in Permission)

# what each meter counts in an hour: two consumers and the inlet of house 1, and a meter elsewhere
USED = {1: 100, 2: 250, 9: 400, 3: 30, 4: 7}

MOVE = """mutation ($input: MoveSiteInput!) { moveSite(input: $input) {
  site { id path parent { path } } errors { code field } } }"""
CHANGE = """mutation ($input: ChangeSiteInput!) { changeSite(input: $input) {
  site { timezone children { timezone } } errors { code field } } }"""
SITE = "query ($path: String!) { viewer { site(path: $path) { id } } }"
BALANCES = """query ($path: String!, $from: DateTime!, $to: DateTime!) { viewer {
  site(path: $path) { balanceGroups { id commodity name
    profile(from: $from, to: $to, step: "PT1H") { timezone values coverage }
    imbalance(from: $from, to: $to, step: "PT1H") { supplied delivered imbalance }
    deliveries(from: $from, to: $to) { expected } } } } }"""

LEFT = """query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on BalanceGroup {
  deliveries(from: $from, to: $to) { expected }
  imbalance(from: $from, to: $to, step: "PT1H") { supplied delivered } } } }"""
RANKING = """query ($commodity: Commodity!, $from: DateTime!, $to: DateTime!, $under: ID) {
  viewer { balanceRanking(commodity: $commodity, from: $from, to: $to, under: $under, first: 5) {
    total rows { groupId name path unit supplied delivered imbalance share coverage hours judged }
  } } }"""
PAGE = """query ($commodity: Commodity!, $from: DateTime!, $to: DateTime!, $after: String) {
  viewer { balanceRanking(commodity: $commodity, from: $from, to: $to, first: 1, after: $after) {
    total rows { name } pageInfo { endCursor } } } }"""
REMOVE = """mutation ($input: RemoveSiteInput!) { removeSite(input: $input) {
  removed errors { code message } } }"""
SPAN = {"from": instant_of(LOW).isoformat(), "to": instant_of(LOW + HOURS).isoformat()}


class Town(NamedTuple):
    """Two streets, of which one has a house with an inlet."""

    desk: Desk
    work: Work
    scope: Scope
    imported: Imported

    async def site(self, path: str) -> str | None:
        """Id of a site by its path."""
        found = (await self.desk.ask(SITE, path=path))["viewer"]["site"]
        return None if found is None else str(found["id"])

    async def count(self) -> None:
        """Push what every meter counted."""
        steps = np.arange(1, HOURS + 1)
        counters = {one: steps * much for one, much in USED.items()}
        await count(self.work, self.scope, self.imported, LOW, counters)

    async def move(self, what: str, where: str | None, **of: Any) -> Any:
        """Hang one site below another, both by their paths."""
        asked = {"site": await self.site(what)}
        if where is not None:
            asked["parent"] = await self.site(where)
        return (await self.desk.ask(MOVE, input=asked, **of))["moveSite"]

    async def roll_up(self) -> None:
        """Roll up what is due."""
        await metering.roll_up(self.work, self.scope.tenant_id)

    async def balance(self, path: str, commodity: str = "ELECTRICITY") -> Any:
        """The balance of a site over all hours."""
        site = (await self.desk.ask(BALANCES, path=path, **SPAN))["viewer"]["site"]
        found = [one for one in site["balanceGroups"] if one["commodity"] == commodity]
        return found[0] if found else None

    async def used(self, path: str, commodity: str = "ELECTRICITY") -> set[float | None]:
        """What a site consumed, by hours."""
        values = (await self.balance(path, commodity))["profile"]["values"]
        return {None if np.isnan(one) else one for one in values}


@pytest_asyncio.fixture
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    events = Events(redis_url)
    scope = await make_tenant(database, f"town {datetime.now(UTC).timestamp()}")
    house = {"site_kinds": "city/street/house", "installed_at": instant_of(LOW).isoformat()}
    entrance = {
        **house,
        "site_path": f"{OLD}/House 1/Entrance 1",
        "site_kinds": "city/street/house/entrance",
    }
    mark = scope.tenant_id
    rows = [
        {**entrance, "premise": "1", "channel": "1"},
        {**entrance, "premise": "2", "channel": "2"},
        {**house, "site_path": f"{OLD}/House 1", "role": "inlet", "channel": "9"},
        {**entrance, "premise": "1", "channel": "4", "commodity": "water_cold"},
        {**house, "site_path": f"{NEW}/House 7", "premise": "1", "channel": "3"},
    ]
    named = [
        {**row, "meter_serial": f"T{mark}-{row['channel']}", "concentrator": f"JT{mark}"}
        for row in rows
    ]
    imported = await place(database, scope, *named)
    work = Work(database, SilentQueue(), events)
    desk = Desk(work, replace(scope, permissions=ALL))
    yield Town(desk, work, scope, imported)
    await events.close()


async def test_balances_follow_a_house_to_another_street(town: Town) -> None:
    await town.count()
    assert await town.used(OLD) == {0.35}
    assert await town.used(NEW) == {0.03}
    assert await town.used("City") == {0.38}
    before = str(await town.balance("City"))
    group = (await town.balance(OLD))["id"]
    house = await town.site(f"{OLD}/House 1")
    assert await town.move(f"{OLD}/House 1", NEW) == {
        "site": {"id": house, "path": f"{NEW}/House 1", "parent": {"path": NEW}},
        "errors": [],
    }
    await town.roll_up()

    assert await town.site(f"{OLD}/House 1") is None
    assert await town.used(f"{NEW}/House 1/Entrance 1") == {0.35}, "what is below has its new path"
    assert await town.used(NEW) == {0.38}
    assert await town.used(NEW, "WATER_COLD") == {0.007}, "the street had no water until now"
    assert await town.balance(OLD) is None, "nothing is metered there any more"
    assert await town.balance(OLD, "WATER_COLD") is None
    assert str(await town.balance("City")) == before, "above both nothing changes"
    left = (await town.desk.ask(LEFT, id=group, **SPAN))["node"]
    assert left["deliveries"]["expected"] == 0
    assert not np.nansum([left["imbalance"]["delivered"], left["imbalance"]["supplied"]])
    house_now = await town.balance(f"{NEW}/House 1")
    assert set(house_now["imbalance"]["imbalance"]) == {0.05}

    # and back again: as it was
    await town.move(f"{NEW}/House 1", OLD)
    await town.roll_up()
    assert await town.used(OLD) == {0.35}
    assert await town.used(NEW) == {0.03}
    assert str(await town.balance("City")) == before


async def test_balances_stand_side_by_side_wherever_they_are(town: Town) -> None:
    await town.count()
    asked = {"commodity": "ELECTRICITY", **SPAN}
    told = (await town.desk.ask(RANKING, **asked))["viewer"]["balanceRanking"]
    assert told["total"] == 1, "a place without an inlet loses nothing that anybody knows"
    (row,) = told["rows"]
    assert (row["name"], row["path"], row["unit"]) == ("House 1", f"{OLD}/House 1", "kWh")
    assert row["supplied"] == 0.4 * HOURS
    assert row["delivered"] == 0.35 * HOURS
    assert round(row["imbalance"], 6) == 0.05 * HOURS
    assert row["share"] == 0.125
    assert (row["coverage"], row["hours"], row["judged"]) == (1, HOURS, HOURS)
    group = (await town.balance(f"{OLD}/House 1"))["id"]
    assert row["groupId"] == group
    for path, total in ((OLD, 1), (NEW, 0)):
        below = await town.desk.ask(RANKING, under=await town.site(path), **asked)
        assert below["viewer"]["balanceRanking"]["total"] == total
    nothing = await town.desk.ask(RANKING, commodity="GAS", **SPAN)
    assert nothing["viewer"]["balanceRanking"] == {"total": 0, "rows": []}
    number = SiteId(int(base64.b64decode(str(await town.site(NEW))).decode().rpartition(":")[2]))
    limited = replace(town.desk.scope, sites=frozenset({number}))
    hidden = await town.desk.ask(RANKING, limited, **asked)
    assert hidden["viewer"]["balanceRanking"]["total"] == 0
    blind = replace(town.desk.scope, permissions=ALL - {str(Permission.BALANCES_READ)})
    assert (await town.desk.result(RANKING, blind, **asked)).errors


async def test_later_pages_of_a_ranking_read_no_hours(town: Town) -> None:
    await town.count()
    values = {"commodity": "ELECTRICITY", **SPAN}
    kept, read = Rankings(), list[int]()
    ends: str | None = None
    page: Any = None
    for _ in range(2):
        work, scope = town.desk.work, town.desk.scope
        async with Context(work.database, scope, work.events, MASTER_KEY) as context:
            context.rankings = kept
            told = await schema.execute(PAGE, {**values, "after": ends}, context_value=context)
        assert told.errors is None
        assert told.data is not None
        page = told.data["viewer"]["balanceRanking"]
        assert page["total"] == 1
        ends = ends or page["pageInfo"]["endCursor"]
        read.append(context.points_read)
    assert read == [HOURS, 0]
    assert page["rows"] == [], "there is but one"
    fresh = await town.desk.ask(PAGE, after=ends, **values)
    assert fresh["viewer"]["balanceRanking"] == page, "whoever kept nothing reckons it anew"


async def test_hours_that_come_after_it_are_rolled_up_where_the_house_is(town: Town) -> None:
    await town.move(f"{OLD}/House 1", NEW)
    await town.count()
    assert await town.used(NEW) == {0.38}
    assert await town.used("City", "WATER_COLD") == {0.007}
    assert await town.balance(OLD) is None


async def test_a_place_that_was_emptied_goes_out_of_the_tree(town: Town) -> None:
    await town.count()

    async def remove(path: str) -> Any:
        asked = {"site": await town.site(path)}
        return (await town.desk.ask(REMOVE, input=asked))["removeSite"]

    before = str(await town.balance("City"))
    (error,) = (await remove(OLD))["errors"]
    assert (error["code"], "places below it" in error["message"]) == ("SITE_IN_USE", True)
    (error,) = (await remove(f"{OLD}/House 1/Entrance 1"))["errors"]
    assert error["code"] == "SITE_IN_USE"
    assert await town.used(OLD) == {0.35}, "what is refused changes nothing"
    group = (await town.balance(OLD))["id"]
    await town.move(f"{OLD}/House 1", NEW)
    assert await remove(OLD) == {"removed": True, "errors": []}
    await town.roll_up()
    assert await town.site(OLD) is None
    assert (await town.desk.ask(LEFT, id=group, **SPAN))["node"] is None
    assert str(await town.balance("City")) == before
    assert await town.used(NEW) == {0.38}


async def test_what_cannot_be_is_refused_and_moves_nothing(town: Town) -> None:
    house = f"{OLD}/House 1"
    await town.move(f"{NEW}/House 7", OLD)
    for what, where, code, field in (
        (house, f"{house}/Entrance 1", "INVALID", "parent"),
        (house, house, "INVALID", "parent"),
        (NEW, OLD, "INVALID", "parent"),
    ):
        told = await town.move(what, where)
        assert [(one["code"], one["field"]) for one in told["errors"]] == [(code, field)]
        assert told["site"] is None
    namesake = {"kind": "HOUSE", "name": "House 1", "parent": await town.site(NEW)}
    await town.desk.ask(
        "mutation ($input: CreateSiteInput!) { createSite(input: $input) { site { id } } }",
        input=namesake,
    )
    (taken,) = (await town.move(house, NEW))["errors"]
    assert (taken["code"], taken["field"]) == ("SITE_EXISTS", "parent")
    assert await town.site(f"{house}/Entrance 1") is not None


async def test_who_sees_one_street_moves_nothing_out_of_it(town: Town) -> None:
    old = await town.site(OLD)
    house, street = await town.site(f"{OLD}/House 1"), await town.site(NEW)
    assert old is not None
    number = int(base64.b64decode(old).decode().rpartition(":")[2])
    limited = replace(town.desk.scope, sites=frozenset({SiteId(number)}))
    for parent, code in ((street, "NOT_FOUND"), (None, "FORBIDDEN")):
        asked = {"site": house, "parent": parent}
        (error,) = (await town.desk.ask(MOVE, limited, input=asked))["moveSite"]["errors"]
        assert error["code"] == code
    assert await town.site(f"{OLD}/House 1") == house


async def test_a_zone_goes_down_to_all_that_had_the_same(town: Town) -> None:
    await town.count()
    house, street = await town.site(f"{OLD}/House 1"), await town.site(OLD)

    async def change(site: str | None, name: str, zone: str) -> Any:
        given = {"site": site, "name": name, "timezone": zone}
        return (await town.desk.ask(CHANGE, input=given))["changeSite"]

    told = await change(house, "House 1", "Europe/London")
    assert told["site"] == {
        "timezone": "Europe/London",
        "children": [{"timezone": "Europe/London"}],
    }
    assert (await town.balance(f"{OLD}/House 1"))["profile"]["timezone"] == "Europe/London"
    assert (await town.balance(OLD))["profile"]["timezone"] == "Europe/Chisinau"
    told = await change(street, "Old Street", "Europe/Athens")
    assert told["site"]["children"] == [{"timezone": "Europe/London"}], "it has a zone of its own"
    for wrong, code in (
        ("Europe/Nowhere", "INVALID_TIMEZONE"),
        ("Asia/Kolkata", "TIMEZONE_NOT_WHOLE_HOUR"),
    ):
        (error,) = (await change(street, "Old Street", wrong))["errors"]
        assert (error["code"], error["field"]) == (code, "timezone")
