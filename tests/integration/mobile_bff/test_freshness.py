"""The first screen is kept for as long as nothing in it changes, and not a moment longer."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.clients.weather import NoWeather
from backend.graphql.ids import Kind, encode
from backend.services.households.home_screen import Moment, screen_of
from backend.services.model import places
from backend.store import home_versions
from domain.hours import instant_of
from domain.identity import Scope
from tests.integration.mobile_bff.conftest import LOW, NOW, House, Phone

_READ = """
SELECT DISTINCT coalesce(i.inhparent::regclass::text, c.relname) FROM pg_locks AS l
JOIN pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'
"""

CHANGES = {
    "the name of a meter": "UPDATE metering_point SET name = 'x' WHERE id = :mine",
    "a meter's serial": """UPDATE meter SET serial = serial || 'x' WHERE id IN (
        SELECT meter_id FROM installation WHERE point_id = :mine)""",
    "the area of a neighbour": """UPDATE premise SET area_m2 = area_m2 + 1 WHERE id IN (
        SELECT premise_id FROM metering_point WHERE id = :theirs)""",
    "the name of the house": "UPDATE site SET name = name || 'x' WHERE kind = 'house'",
    "a neighbour's meter": """UPDATE installation SET longest_gap_h = longest_gap_h + 1
        WHERE point_id = :theirs""",
    "an hour of a closed day": """UPDATE series_day SET h05 = h05 WHERE series_id IN (
        SELECT series_id FROM installation WHERE point_id = :theirs)""",
    "an hour of today": "UPDATE series_hour SET known = known",
    "a correction": """WITH change AS (
            INSERT INTO reading_change (tenant_id, point_id, reason, actor, differences)
            VALUES (:t, :theirs, 'r', 'user:1', '[]') RETURNING id)
        INSERT INTO reading_edit (tenant_id, series_id, hour, counter, change_id)
        SELECT :t, i.series_id, date_trunc('hour', now()), 7, c.id
        FROM installation AS i, change AS c WHERE i.point_id = :theirs""",
    "a temperature": """INSERT INTO event (tenant_id, series_id, at, kind, value)
        SELECT :t, series_id, now(), 'temperature', 21 FROM installation
        WHERE point_id = :theirs""",
    "a model of the night": """INSERT INTO forecast_model (tenant_id, commodity, day, sample,
        weather) VALUES (:t, 'electricity', now(), 0, false)""",
    "a valve": """INSERT INTO actuator (tenant_id, point_id, kind, declared)
        VALUES (:t, :mine, 'valve', true)""",
    "what residents may": "UPDATE control_policy SET residents_switch = NOT residents_switch",
}
"""What changes a home, or what lies beside it."""


OF_GROUPS = {"balance_group", "group_member"}
"""The list of alerts joins them for alerts of groups; those of a household are of its meters."""

POLICY = "mutation P($on: Boolean!) { setCommandPolicy(input: {enabled: $on}) { errors { code } } }"


async def home(phone: Phone, **more: Any) -> httpx.Response:
    answer = await phone.get("/bff/home", params=more, headers=phone.headers_of_it)
    assert answer.status_code == 200, answer.text
    return answer


@pytest_asyncio.fixture
async def ann(house: House) -> Any:
    async with house.phone() as phone:
        await phone.sign_in(house.people[1].login, house.people[1].password)
        yield phone


@pytest.fixture
def mine(house: House) -> Scope:
    return house.scope_of(house.people[1])


async def version(house: House, scope: Scope) -> tuple[object, ...]:
    async with house.work.database.session(scope) as session:
        return await home_versions.version_of(session, datetime.now(UTC))


async def test_every_table_that_the_screen_reads_is_watched(house: House, mine: Scope) -> None:
    async with house.work.database.session(mine) as session:
        assert await screen_of(session, None, Moment(datetime.now(UTC), NoWeather())) is not None
        read = set((await session.scalars(text(_READ))).all())
    assert {"series_hour", "premise", "alert", "forecast_model"} < read, "nothing was looked at"
    assert read - OF_GROUPS <= home_versions.WATCHED


async def test_whatever_changes_changes_the_version(house: House, mine: Scope) -> None:
    await house.desk.ask(POLICY, on=False)
    before = await version(house, mine)
    assert await version(house, mine) == before
    named = {
        "t": house.scope.tenant_id,
        "mine": house.points["E1"].id,
        "theirs": house.points["E3"].id,
    }
    for what, statement in CHANGES.items():
        async with house.work.database.session(mine) as session:
            changing = text(statement)
            done = await session.execute(changing, {k: named[k] for k in changing._bindparams})
            assert done.rowcount, what  # type: ignore[attr-defined]
            changed = await home_versions.version_of(session, datetime.now(UTC))
            await session.rollback()
        assert changed != before, what
    assert await version(house, mine) == before


async def test_an_alert_is_told_at_once(house: House, ann: Phone) -> None:
    first = (await home(ann)).headers["etag"]
    assert (await home(ann)).headers["etag"] == first
    point = house.points["E1"]
    async with house.work.database.session(house.scope) as session:
        await session.execute(
            text(
                "INSERT INTO alert (tenant_id, kind, severity, condition, user_id, point_id,"
                " site_id, opened_at, seen_at) VALUES (:t, 'leak', 'critical', 'fresh', :u, :p, :s,"
                " now(), now())"
            ),
            {
                "t": house.scope.tenant_id,
                "u": house.people[1].user,
                "p": point.id,
                "s": point.site_id,
            },
        )
    raised = await home(ann)
    assert raised.json()["unseen"] == 1
    seen = "mutation A($id: ID!) { acknowledgeAlert(input: {alert: $id}) { errors { code } } }"
    await ann.ask(seen, id=raised.json()["alert"]["id"])
    assert (await home(ann)).json()["unseen"] == 0
    async with house.work.database.session(house.scope) as session:
        await session.execute(
            text("UPDATE alert SET closed_at = now() WHERE tenant_id = :t AND condition = 'fresh'"),
            {"t": house.scope.tenant_id},
        )
    assert (await home(ann)).json()["alert"] is None


async def test_a_setting_a_command_and_a_language_are_told_at_once(
    house: House, ann: Phone
) -> None:
    point = encode(Kind.METERING_POINT, house.points["E1"].id)

    async def supply() -> Any:
        cards = {one["serial"]: one for one in (await home(ann)).json()["meters"]}
        return cards["E1"]["supply"]

    assert (await supply())["bar"] == "NO_ACTUATOR"
    declare = "mutation D($id: ID!) { saveActuator(input: {point: $id}) { errors { code } } }"
    await house.desk.ask(declare, id=point)
    assert (await supply())["bar"] == "CONTROL_OFF"
    await house.desk.ask(POLICY, on=True)
    assert (await supply())["bar"] is None
    switch = """mutation S($id: ID!) { switchSupply(input: {point: $id, state: OFF, reason: "own",
        idempotencyKey: "fresh"}) { command { id } errors { code } } }"""
    done = (await ann.ask(switch, id=point))["data"]["switchSupply"]
    assert (await supply())["command"] == done["command"]["id"]
    tags = {(await home(ann, locale=locale)).headers["etag"] for locale in ("en", "ru", "ro")}
    assert len(tags) == 1, "without an alert no word of it is in a language"


async def test_the_brand_of_the_organisation_is_told_at_once(house: House, ann: Phone) -> None:
    assert (await home(ann)).json()["brand"] is None
    async with house.work.database.session(house.scope) as session:
        tenant = await places.tenant_of(session)
        tenant.brand_name, tenant.brand_colour = "Lake Homes", "#1B6B3A"
    told = {"name": "Lake Homes", "colour": "#1B6B3A", "colourDark": None, "logo": None}
    assert (await home(ann)).json()["brand"] == told


async def test_a_screen_that_is_kept_is_nobody_elses(house: House, ann: Phone) -> None:
    async with house.phone() as other:
        await other.sign_in(house.people[2].login, house.people[2].password)
        for _ in range(2):
            assert [one["name"] for one in (await home(ann)).json()["objects"]] == ["Flat 1"]
            assert [one["name"] for one in (await home(other)).json()["objects"]] == ["Flat 2"]


async def test_a_corrected_hour_of_ones_own_or_a_neighbour_is_told_at_once(
    house: House, ann: Phone
) -> None:
    correct = """mutation C($input: CorrectReadingsInput!) { correctReadings(input: $input) {
      errors { code field message } } }"""

    async def more(name: str, wh: int) -> None:
        at, told = instant_of(NOW - 1).isoformat(), NOW - 1 - LOW
        register = str((100 * int(name[1:]) * told + wh) / 1000)
        change = {"hour": at, "index": register}
        given = {"point": encode(Kind.METERING_POINT, house.points[name].id), "changes": [change]}
        done = await house.desk.ask(
            correct, input=given | {"reason": "t", "idempotencyKey": f"{name} {wh}"}
        )
        assert done["correctReadings"]["errors"] == []

    def last(answer: httpx.Response, of: str) -> Any:
        cards = {one["serial"]: one for one in answer.json()["meters"]}
        return cards["E1"]["today"][of]

    before = await home(ann)
    await more("E1", 50)
    mine = await home(ann)
    assert mine.headers["etag"] != before.headers["etag"]
    assert last(mine, "values") != last(before, "values")
    await more("E8", 70)
    theirs = await home(ann)
    assert last(theirs, "values") == last(mine, "values")
    assert last(theirs, "average") != last(mine, "average")
