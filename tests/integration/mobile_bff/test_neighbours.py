"""What is a neighbour's: no number, no stream and no average gives it away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.graphql.transport.streams import StreamContext
from backend.models.accounts import Resident
from backend.services.households import members
from backend.services.model import premises
from domain.hours import instant_of
from domain.identity import Scope
from tenants.permissions import Role
from tests.integration.mobile_bff.conftest import LOW, NOW, House, Somebody

AVERAGE = """query A($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on MeteringPoint { houseAverage(from: $from, to: $to, step: "PT1H") { values }
    indicators(from: $from, to: $to) { homes average { value } consumption } } } }"""
ORDER = """mutation S($id: ID!, $key: String!) { switchSupply(input: {point: $id, state: OFF,
  reason: "own", idempotencyKey: $key}) { command { id } errors { code } } }"""
STREAMS = {
    "alertRaised": "subscription { alertRaised { id } }",
    "commandChanged": "subscription { commandChanged { id } }",
    "readingsFolded": "subscription { readingsFolded { groups { id } start } }",
    "findingRaised": "subscription { findingRaised { id } }",
}
_ALERT = """
INSERT INTO alert (tenant_id, kind, severity, condition, user_id, point_id, site_id, opened_at,
                   seen_at)
VALUES (:t, 'leak', 'critical', :c, :u, :p, :s, now(), now()) RETURNING id
"""


async def alert(house: House, flat: int, user: int | None) -> int:
    point = house.points[f"E{flat}"]
    async with house.work.database.session(house.scope) as session:
        given = {"t": house.scope.tenant_id, "u": user, "p": point.id, "s": point.site_id}
        found = await session.scalar(text(_ALERT), given | {"c": f"{flat} {user}"})
    return int(found or 0)


async def order(house: House, flat: int, who: Scope) -> str:
    point = encode(Kind.METERING_POINT, house.points[f"E{flat}"].id)
    done = await house.desk.ask(ORDER, who, id=point, key=f"order {flat}")
    return str(done["switchSupply"]["command"]["id"])


@pytest_asyncio.fixture(scope="module")
async def busy(house: House) -> House:
    """Both households have alerts and commands; so have those who run the network."""
    policy = "mutation P { setCommandPolicy(input: {enabled: true}) { errors { code } } }"
    declare = "mutation D($id: ID!) { saveActuator(input: {point: $id}) { errors { code } } }"
    await house.desk.ask(policy)
    for flat in (1, 2):
        who = house.scope_of(house.people[flat])
        point = encode(Kind.METERING_POINT, house.points[f"E{flat}"].id)
        await house.desk.ask(declare, id=point)
        await alert(house, flat, house.people[flat].user)
        await alert(house, flat, None)
        await order(house, flat, who)
    return house


async def delegate_of(house: House, flat: int) -> Somebody:
    """Somebody of the family, who looks on."""
    sister = await house.person("sister")
    async with house.work.database.session(house.scope) as session:
        resident = await session.get_one(
            Resident, (house.scope.tenant_id, house.people[flat].resident)
        )
        since = instant_of(LOW) - timedelta(days=5)
        await members.seat(session, resident, sister.user, Role.RESIDENT_DELEGATE, since)
    return sister


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.RESIDENT_DELEGATE])
async def test_no_number_of_any_kind_is_a_neighbours(busy: House, role: Role) -> None:
    """Every kind with every number up to a few hundred: what answers is the household's own."""
    holder = role is Role.RESIDENT
    mine = busy.scope_of(busy.people[1] if holder else await delegate_of(busy, 1), role)
    own = [point for name, point in busy.points.items() if name in {"E1", "W1"}]
    found: dict[Kind, set[int]] = {}
    everything: dict[Kind, set[int]] = {}
    for kind in Kind:
        for start in range(1, 400, 100):
            asked = "\n".join(
                f'n{number}: node(id: "{encode(kind, number)}") {{ __typename id }}'
                for number in range(start, start + 100)
            )
            for scope, into in ((mine, found), (busy.scope, everything)):
                result = await busy.desk.result(f"query {{ {asked} }}", scope)
                if result.data is None:
                    continue
                told = {int(name[1:]) for name, node in result.data.items() if node}
                into.setdefault(kind, set()).update(told)
    assert found[Kind.METERING_POINT] == {point.id for point in own}
    assert found[Kind.PREMISE] == {busy.premise(1)}
    assert len(found[Kind.METER]) == len(own)
    # alerts and commands are each person's own affair, within the family, too
    assert len(found[Kind.ALERT]) == holder
    assert len(found[Kind.COMMAND]) == holder
    own_kinds = {Kind.METERING_POINT, Kind.PREMISE, Kind.METER, Kind.ALERT, Kind.COMMAND}
    for kind in found.keys() - own_kinds - {Kind.SITE}:
        assert not found[kind], kind
    await _only_names_of_the_way_home(busy, mine, found[Kind.SITE])
    assert len(everything[Kind.METERING_POINT]) == len(busy.points)
    assert len(everything[Kind.COMMAND]) > 1


async def _only_names_of_the_way_home(house: House, mine: Scope, sites: set[int]) -> None:
    """Region, city, house and entrance have names and a place on the map, and nothing else."""
    asked = """query S($id: ID!) { node(id: $id) { ... on Site { name kind
      children { name } balanceGroups { id } } } }"""
    more = """query M($id: ID!) { node(id: $id) { ... on Site { FIELD } } }"""
    names = set()
    for number in sites:
        site = (await house.desk.ask(asked, mine, id=encode(Kind.SITE, number)))["node"]
        names.add(site["name"])
        assert site["balanceGroups"] == []
        for field in ('acceptance(from: "2026-11-01", days: 3) { percent }', "networkAlarmCount"):
            text_of_it = more.replace("FIELD", field)
            refused = await house.desk.result(text_of_it, mine, id=encode(Kind.SITE, number))
            assert refused.errors, field
    assert names == {"Region", "City", "House 1", "Entrance 1"}


@pytest_asyncio.fixture
async def heard(busy: House) -> AsyncIterator[dict[str, list[Any]]]:
    """What the first household hears on all streams."""
    told: dict[str, list[Any]] = {name: [] for name in STREAMS}
    scope = busy.scope_of(busy.people[1])

    async def listen(name: str) -> None:
        async with StreamContext(busy.work.database, scope, busy.work.events) as context:
            stream = await schema.subscribe(STREAMS[name], context_value=context)
            async for event in stream:  # type: ignore[union-attr]
                told[name].append(event.errors or event.data[name])

    tasks = [asyncio.create_task(listen(name)) for name in STREAMS]
    await asyncio.sleep(0.3)
    yield told
    for task in tasks:
        task.cancel()


async def test_no_stream_tells_of_a_neighbour(busy: House, heard: dict[str, list[Any]]) -> None:
    events, tenant = busy.work.events, busy.scope.tenant_id
    async with busy.work.database.session(busy.scope) as session:
        alerts = (await session.execute(text("SELECT id, user_id FROM alert ORDER BY id"))).all()
        commands = (await session.scalars(text("SELECT id FROM command ORDER BY id"))).all()
        groups = (await session.scalars(text("SELECT id FROM balance_group"))).all()
    await events.readings_folded(tenant, list(groups), NOW - 2, NOW)
    await events.findings_raised(tenant, [1, 2, 3])
    await events.alerts_changed(tenant, [one for one, _ in alerts])
    await events.commands_changed(tenant, list(commands))
    async with asyncio.timeout(10):
        while not (heard["alertRaised"] and heard["commandChanged"]):  # noqa: ASYNC110 - a stream
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    own = {one for one, user in alerts if user == busy.people[1].user}
    assert heard["alertRaised"] == [{"id": encode(Kind.ALERT, one)} for one in sorted(own)]
    assert len(heard["commandChanged"]) == 1
    assert heard["readingsFolded"] == []
    assert [one for one in heard["findingRaised"] if isinstance(one, dict)] == []


async def test_the_bff_tells_of_ones_own_home_and_of_no_other(busy: House) -> None:
    theirs = {encode(Kind.PREMISE, busy.premise(2))}
    for name, point in busy.points.items():
        if name not in {"E1", "W1"}:
            theirs |= {encode(Kind.METERING_POINT, point.id), f" {name}"}
    other = encode(Kind.PREMISE, busy.premise(2))
    async with busy.phone() as phone:
        await phone.sign_in(busy.people[1].login, busy.people[1].password)
        asked = [
            ("/bff/home", {}, 200),
            ("/bff/home", {"object": other}, 404),
            ("/bff/changes", {}, 200),
            ("/bff/export.csv", {}, 200),
            ("/bff/export.csv", {"home": other}, 200),
        ]
        for path, named, status in asked:
            answer = await phone.get(path, params=named, headers=phone.headers_of_it)
            assert answer.status_code == status, (path, named)
            told = answer.text.replace(other, "") if named else answer.text  # what was asked for
            for word in theirs:
                assert word not in told, (path, word)
            if "home" in named:
                assert answer.text.count("\n") <= 1, "a head and nothing below"


async def flats_of(house: House, first: int, *more: int) -> Somebody:
    """A household with several flats of the house."""
    since = instant_of(LOW) - timedelta(days=10)
    somebody = await house.lives(first, since)
    async with house.work.database.session(house.scope) as session:
        for flat in more:
            move = premises.MoveIn(house.premise(flat), f"M-{flat}", "Many", 2, since)
            resident = await premises.move_in(session, move)
            resident.user_id = somebody.user
            await members.seat(session, resident, somebody.user, Role.RESIDENT, since)
    return somebody


@pytest.mark.parametrize(
    ("flats", "strangers"),
    [((3,), (1, 2, 4, 5, 6, 7, 8)), ((4, 5, 6, 7), ())],
)
async def test_ones_other_flats_are_no_neighbours(
    busy: House, flats: tuple[int, ...], strangers: tuple[int, ...]
) -> None:
    """Who holds four of eight flats is told nothing of the four others."""
    somebody = await flats_of(busy, *flats)
    asked = {"from": instant_of(NOW - 200).isoformat(), "to": instant_of(NOW - 30).isoformat()}
    own = encode(Kind.METERING_POINT, busy.points[f"E{flats[0]}"].id)
    told = (await busy.desk.ask(AVERAGE, busy.scope_of(somebody), id=own, **asked))["node"]
    if not strangers:
        assert np.isnan(told["houseAverage"]["values"]).all()
        assert told["indicators"]["average"] is None
        assert told["indicators"]["consumption"] is None
        return
    mean = 0.1 * sum(strangers) / len(strangers)
    assert told["houseAverage"]["values"] == pytest.approx([mean] * 170, abs=0.001)
    assert told["indicators"]["homes"] == len(strangers)
    whole = 0.1 * (flats[0] + sum(strangers)) / (1 + len(strangers))
    assert told["indicators"]["average"]["value"] == pytest.approx(170 * whole, abs=0.1)


async def test_ranges_chosen_with_care_tell_no_more_than_their_hours(busy: House) -> None:
    """A neighbour of whom a tenth is void: no range tells what it took in the rest."""
    void = """mutation V($id: ID!, $changes: [ReadingChangeInput!]!) { correctReadings(input: {
      point: $id, changes: $changes, reason: "t", idempotencyKey: "void"}) { errors { code } } }"""
    at = [instant_of(NOW - back).isoformat() for back in range(100, 90, -1)]
    done = await busy.desk.ask(
        void,
        id=encode(Kind.METERING_POINT, busy.points["E8"].id),
        changes=[{"hour": hour, "void": True} for hour in at],
    )
    assert done["correctReadings"]["errors"] == []
    scope = busy.scope_of(busy.people[1])
    own = encode(Kind.METERING_POINT, busy.points["E1"].id)

    async def average(low: int, high: int) -> tuple[float, Any]:
        asked = {"from": instant_of(low).isoformat(), "to": instant_of(high).isoformat()}
        told = (await busy.desk.ask(AVERAGE, scope, id=own, **asked))["node"]
        hours = sum(value or 0 for value in told["houseAverage"]["values"])
        return hours, told["indicators"]

    for high in range(NOW - 92, NOW - 30, 7):
        hours, told = await average(NOW - 140, high)
        size = high - NOW + 140
        # the average of all eight, by the hours of the other seven
        assert told["average"]["value"] == pytest.approx((7 * hours + 0.1 * size) / 8, abs=0.05)
