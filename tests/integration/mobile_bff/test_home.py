"""The home screen in one small answer, what changed since a cursor, devices."""

import gzip
from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from backend.clients.weather import NoWeather
from backend.graphql.ids import Kind, encode
from backend.services.households.home_screen import Moment, screen_of
from mobile_bff.changes import differences, packed, unpacked
from tests.daytime import ZONE
from tests.integration.mobile_bff.conftest import APP, House, Phone


async def home(phone: Phone, **more: Any) -> httpx.Response:
    headers = phone.headers_of_it | more.pop("headers", {})
    return await phone.get("/bff/home", params=more, headers=headers)


async def test_one_answer_holds_the_screen_and_is_small(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)
        answer = await home(phone)
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        told = answer.json()
        assert len(gzip.compress(orjson.dumps(told), 6)) <= 6 * 1024
        first = {one["name"].rpartition(" ")[2]: one for one in told["meters"]}["E1"]
        today = first["today"]
        assert len(today["values"]) == len(today["average"]) == len(today["quality"])
        known = [value for value in today["values"] if value is not None]
        assert set(known) <= {0.1}
        others = {value for value in today["average"] if value is not None}
        assert others <= {0.5}
        assert first["serial"] == "E1"
        assert today["usual"] is None
        water = next(one for one in told["meters"] if one["commodity"] == "WATER_COLD")["today"]
        assert set(water["average"]) == {None}
        assert len(water["usual"]) == len(water["values"])
        assert set(water["usual"]) == {0.001}
        ahead = first["ahead"]
        assert datetime.fromisoformat(ahead["start"]) >= datetime.fromisoformat(first["knownUntil"])
        assert len(ahead["p10"]) == len(ahead["p50"]) == len(ahead["p90"])
        assert set(ahead["p50"]) <= {0.1}
        assert (told["household"], told["unseen"]) == (True, 0)
        assert first["month"]["soFar"] > 0
        assert first["indicators"]["homes"] == 7
        assert first["indicators"]["consumption"] == pytest.approx(0.1 / 0.45, abs=0.001)
        assert datetime.fromisoformat(first["knownUntil"]) <= datetime.now(UTC)
        assert [one["name"] for one in told["objects"]] == ["Flat 1"]
        assert told["alert"] is None
        text_of_it = orjson.dumps(told).decode()
        for word in ("Flat 2", "E2", "Household"):
            assert word not in text_of_it


async def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)
        first = await home(phone)
        tag = first.headers["etag"]
        again = await home(phone, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        other = await home(phone, headers={"If-None-Match": '"something else"'})
        assert other.status_code == 200


async def test_only_ones_own_homes_are_screens(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)
        theirs = encode(Kind.PREMISE, house.premise(2))
        for bad in (theirs, "nonsense", encode(Kind.SITE, 1)):
            assert (await home(phone, object=bad)).status_code == 404
        mine = encode(Kind.PREMISE, house.premise(1))
        assert (await home(phone, object=mine)).status_code == 200
        assert (await phone.get("/bff/home", headers=APP)).status_code == 401


async def test_a_day_of_which_nothing_is_known_yet_is_compared_as_ever(house: House) -> None:
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    soon = datetime.combine(tomorrow, time(0, 10), ZONE).astimezone(UTC)
    async with house.work.database.session(house.scope_of(house.people[1])) as session:
        screen = await screen_of(session, None, Moment(soon, NoWeather()))
    assert screen is not None
    cards = {card.serial: card for card in screen.cards}
    assert not cards["E1"].average.known.any()
    assert cards["E1"].usual is None, "the neighbours are there, and only sleep"
    assert cards["W1"].usual is not None, "of water there are two"


async def test_changes_are_told_since_a_cursor_that_needs_no_memory(house: House) -> None:
    bob = house.people[2]
    async with house.phone() as phone:
        await phone.sign_in(bob.login, bob.password)

        async def changes(**asked: str) -> Any:
            answer = await phone.get("/bff/changes", params=asked, headers=phone.headers_of_it)
            assert answer.status_code == 200, answer.text
            return answer.json()

        first = await changes()
        assert {one["type"] for one in first["created"]} == {"home", "meter", "readings"}
        quiet = await changes(since=first["cursor"])
        assert quiet["created"] == quiet["updated"] == quiet["deleted"] == []
        async with house.work.database.session(house.scope) as session:
            await session.execute(
                text("UPDATE metering_point SET name = 'Kitchen' WHERE tenant_id = :t AND id = :p"),
                {"t": house.scope.tenant_id, "p": house.points["W2"].id},
            )
        renamed = await changes(since=first["cursor"])
        meter = encode(Kind.METERING_POINT, house.points["W2"].id)
        assert renamed["updated"] == [{"type": "meter", "id": meter}]
        known = unpacked(first["cursor"]) | {("alert", 77): "x"}
        gone = await changes(since=packed(known))
        assert gone["deleted"] == [{"type": "alert", "id": encode(Kind.ALERT, 77)}]
        for bad in ("nonsense", "%%%", packed({})[:3]):
            answer = await phone.get(
                "/bff/changes", params={"since": bad}, headers=phone.headers_of_it
            )
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


def test_differences_take_one_state_to_the_next() -> None:
    before = {("meter", 1): "a", ("meter", 2): "b", ("alert", 3): "c"}
    now = {("meter", 1): "a", ("meter", 2): "z", ("command", 4): "d"}
    found = differences(before, now)
    assert [[one["type"] for one in found[key]] for key in ("created", "updated", "deleted")] == [
        ["command"],
        ["meter"],
        ["alert"],
    ]
    assert unpacked(packed(now)) == now


async def test_a_device_is_kept_once_and_forgotten_by_its_person_alone(house: House) -> None:
    ann, bob = house.people[1], house.people[2]
    told = {"token": "fcm-token-1", "locale": "ro", "zone": "Europe/Chisinau"}
    async with house.phone() as mine, house.phone() as theirs:
        await mine.sign_in(ann.login, ann.password)
        await theirs.sign_in(bob.login, bob.password)
        made = await mine.post("/bff/devices", json=told, headers=mine.headers_of_it)
        assert made.status_code == 201
        again = await mine.post("/bff/devices", json=told, headers=mine.headers_of_it)
        assert again.json() == made.json()
        odd = await mine.post(
            "/bff/devices", json=told | {"zone": "Nowhere"}, headers=mine.headers_of_it
        )
        assert odd.status_code == 400
        path = f"/bff/devices/{made.json()['id']}"
        assert (await theirs.delete(path, headers=theirs.headers_of_it)).status_code == 404
        assert (await mine.delete(path, headers=mine.headers_of_it)).status_code == 204
        assert (await mine.delete(path, headers=mine.headers_of_it)).status_code == 404
