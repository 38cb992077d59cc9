"""The session of the app: codes, refresh tokens in bodies and cookies, versions, documents."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.hours import instant_of
from mobile_bff import documents
from tests.integration.mobile_bff.conftest import APP, LOW, House

MINE = "query Mine { viewer { meteringPoints { edges { node { id name } } } } }"


async def test_a_phone_signs_in_renews_and_signs_out(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        first = await phone.sign_in(ann.login, ann.password)
        assert first.status_code == 200
        assert first.headers["cache-control"] == "no-store"
        assert "set-cookie" not in first.headers
        assert first.json()["expiresIn"] == 600
        seen = (await phone.ask(MINE))["data"]["viewer"]["meteringPoints"]["edges"]
        assert {one["node"]["name"].rpartition(" ")[2] for one in seen} == {"E1", "W1"}
        before = phone.refresh
        assert (await phone.renew()).status_code == 200
        assert phone.refresh != before
        told = {"client": "native", "refreshToken": phone.refresh}
        left = await phone.request("DELETE", "/bff/session", json=told, headers=APP)
        assert left.status_code == 204
        again = await phone.renew()
        assert again.status_code == 401
        assert again.json()["errors"][0]["extensions"]["code"] == "SESSION_ENDED"


async def test_an_answer_that_was_lost_is_given_again_and_a_thief_is_found_out(
    house: House,
) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)
        told = {"client": "native", "refreshToken": phone.refresh}
        answers = await asyncio.gather(
            *(phone.post("/bff/session/refresh", json=told, headers=APP) for _ in range(5))
        )
        assert {one.status_code for one in answers} == {200}
        (newest,) = {one.json()["refreshToken"] for one in answers}
        # past the moments in which it is kept, the family ends
        fields = {"grant_type": "refresh_token", "client_id": "app"}
        stolen = fields | {"refresh_token": phone.refresh}
        assert (await phone.post("/oauth/token", data=stolen)).status_code == 400
        told = {"client": "native", "refreshToken": newest}
        ended = await phone.post("/bff/session/refresh", json=told, headers=APP)
        assert ended.status_code == 401


async def test_a_browser_holds_its_refresh_token_where_no_script_reads_it(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        verifier = secrets.token_urlsafe(32)
        code = await phone.code(ann.login, ann.password, verifier)
        given = await phone.take(
            code, verifier, {"client": "web", "redirectUri": "balance://callback"}
        )
        assert given.status_code == 200
        assert "refreshToken" not in given.json()
        cookie = given.headers["set-cookie"].lower()
        assert cookie.startswith("balance-app=")
        for part in ("httponly", "samesite=strict", "path=/bff/session"):
            assert part in cookie
        renewed = await phone.post("/bff/session/refresh", json={"client": "web"}, headers=APP)
        assert renewed.status_code == 200
        without = await phone.post("/bff/session/refresh", json={"client": "web"})
        assert without.status_code == 400
        form = await phone.post("/bff/session/refresh", data={"client": "web"}, headers=APP)
        assert form.status_code == 415
        ended = await phone.request("DELETE", "/bff/session", json={"client": "web"}, headers=APP)
        assert ended.status_code == 204
        assert 'balance-app=""' in ended.headers["set-cookie"]
        gone = await phone.post("/bff/session/refresh", json={"client": "web"}, headers=APP)
        assert gone.status_code == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"code": "a1_AAAAAAAAAAAAAAAAAAAAAA"}, 401),
        ({"code": "nonsense"}, 401),
        ({"verifier": "x" * 43}, 401),
        ({"redirectUri": "https://evil.example/"}, 401),
        ({"client": "other"}, 400),
        ({"code": 7}, 400),
    ],
)
async def test_a_code_that_is_not_good_gives_nothing(
    house: House, change: dict[str, object], status: int
) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        verifier = secrets.token_urlsafe(32)
        code = await phone.code(ann.login, ann.password, verifier)
        assert (await phone.take(code, verifier, change)).status_code == status
        assert phone.access == ""


async def test_a_version_that_is_too_old_is_told_which_to_get(house: House) -> None:
    async with house.phone() as phone:
        for version, status in (("0.9.9", "blocked"), ("1.1.9", "outdated"), ("1.2.0", "current")):
            asked = {"platform": "android", "version": version}
            told = (await phone.get("/bff/compatibility", params=asked)).json()
            assert told["status"] == status
            assert told["store"] == "https://store.example/balance"
        old = await phone.post("/bff/graphql", json={}, headers={"X-Balance-App": "android/0.9.9"})
        assert old.status_code == 426
        assert old.json()["errors"][0]["extensions"]["code"] == "APP_TOO_OLD"
        assert old.json()["compatibility"]["oldest"] == "1.0.0"
        odd = await phone.get("/bff/compatibility", params={"platform": "fridge", "version": "1"})
        assert odd.status_code == 400


async def test_only_the_documents_of_the_app_are_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)

        async def asked(id: object, **more: object) -> httpx.Response:
            body = {"id": id, **more}
            return await phone.post("/bff/graphql", json=body, headers=phone.headers_of_it)

        unknown = await asked(documents.id_of(MINE))
        assert unknown.status_code == 400
        assert unknown.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_UNKNOWN"
        assert (await asked(documents.id_of(MINE), query=MINE)).status_code == 400
        house.trusted[documents.id_of(MINE)] = MINE
        known = await asked(documents.id_of(MINE))
        assert known.status_code == 200
        assert len(known.json()["data"]["viewer"]["meteringPoints"]["edges"]) == 2
        assert (await asked(7)).status_code == 400
        without = await phone.post("/bff/graphql", json={"id": documents.id_of(MINE)}, headers=APP)
        assert without.status_code == 401


async def test_moving_out_ends_the_next_call_and_the_session(house: House) -> None:
    eve = await house.lives(3, instant_of(LOW) - timedelta(days=9))
    async with house.phone() as phone:
        await phone.sign_in(eve.login, eve.password)
        assert len((await phone.ask(MINE))["data"]["viewer"]["meteringPoints"]["edges"]) == 1
        await house.moves_out(3, datetime.now(UTC))
        refused = await phone.ask(MINE)
        assert refused["errors"][0]["extensions"]["code"] == "ACCESS_ENDED"
        house.trusted[documents.id_of(MINE)] = MINE
        body = {"id": documents.id_of(MINE)}
        answer = await phone.post("/bff/graphql", json=body, headers=phone.headers_of_it)
        assert answer.status_code == 401
        assert (await phone.renew()).status_code == 401


async def test_who_moves_in_later_waits_and_sees_nothing_of_before(house: House) -> None:
    since = instant_of(LOW + 24 * 30)
    old = await house.lives(4, instant_of(LOW) - timedelta(days=9))
    await house.moves_out(4, since)
    new = await house.lives(4, since)
    assert old.user != new.user
    document = """query P($from: DateTime!, $to: DateTime!) { viewer { meteringPoints {
      edges { node { profile(from: $from, to: $to, step: "PT1H") { values quality }
        readingAt(at: $from) { value } deliveries(from: $from, to: $to) { expected } } } } } }"""
    async with house.phone() as phone:
        await phone.sign_in(new.login, new.password)
        range_ = {"from": instant_of(LOW).isoformat(), "to": instant_of(LOW + 24 * 32).isoformat()}
        (edge,) = (await phone.ask(document, **range_))["data"]["viewer"]["meteringPoints"]["edges"]
    values = edge["node"]["profile"]["values"]
    assert values[: 24 * 30] == [None] * (24 * 30)
    assert edge["node"]["profile"]["quality"][: 24 * 30] == [8] * (24 * 30)
    assert values[24 * 30 :] == [0.4] * 48
    assert edge["node"]["readingAt"] is None
    assert edge["node"]["deliveries"]["expected"] == 48
