"""From an invitation to a home in sight, for a resident and for their family; and all ways out."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from backend.graphql.ids import Kind, encode
from backend.models.accounts import Consent, Invitation, Resident
from backend.models.alerts import AlertRule
from domain.hours import instant_of
from domain.identity import Scope
from tenants.models import UserAccount
from tenants.permissions import Permission
from tests.integration.mobile_bff.conftest import APP, LOW, House, Phone

INVITE = """mutation I($premise: ID, $name: String!, $email: String, $at: DateTime) {
  inviteResident(input: {premise: $premise, name: $name, email: $email, locale: "ro",
    persons: 2, movedInAt: $at}) {
    invitation { code link qr invitation { id state role } } errors { code field } } }"""
DELEGATE = """mutation D($home: ID!, $name: String!) {
  inviteDelegate(input: {home: $home, name: $name}) {
    invitation { code invitation { role } } errors { code } } }"""
HOMES = """query H { viewer { permissions homes { premiseId holder since premise { name }
  delegates { id name } } meteringPoints { edges { node { id name } } } } }"""
PASSWORD = "a password of one's own"


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


async def invited(house: House, flat: int, since: datetime, **more: Any) -> dict[str, Any]:
    premise = encode(Kind.PREMISE, house.premise(flat))
    values = {"premise": premise, "name": f"Family {flat}", "at": since.isoformat()} | more
    answer = (await house.desk.ask(INVITE, **values))["inviteResident"]
    assert answer["errors"] == []
    found: dict[str, Any] = answer["invitation"]
    return found


async def claim(phone: Phone, code: str, email: str, **more: Any) -> httpx.Response:
    told = {"code": code, "email": email, "password": PASSWORD, "consent": True, "locale": "ro"}
    return await phone.post("/bff/invitations/claim", json=told | more, headers=APP)


async def look(phone: Phone, code: str) -> httpx.Response:
    return await phone.post("/bff/invitations/look", json={"code": code}, headers=APP)


async def test_a_household_is_invited_claims_and_sees_its_home(house: House) -> None:
    since = instant_of(LOW) - timedelta(days=1)
    made = await invited(house, 5, since, email="five@house.example")
    assert made["link"].endswith(f"/app/invite/{made['code']}")
    assert made["qr"].startswith("<svg")
    assert made["invitation"] == {**made["invitation"], "state": "OPEN", "role": "RESIDENT"}
    async with house.work.database.session(house.scope) as session:
        hashes = (await session.scalars(select(Invitation.code_hash))).all()
    assert all(made["code"].encode() not in one for one in hashes)
    async with house.phone() as phone:
        typed = made["code"].lower().replace("-", " ")
        seen = await look(phone, typed)
        assert seen.status_code == 200
        assert seen.json()["home"] == "Flat 5"
        assert "România" not in seen.json()["consent"]["text"]
        assert seen.json()["consent"]["version"]
        without = await claim(phone, made["code"], "five@house.example", consent=False)
        assert (without.status_code, code_of(without)) == (400, "CONSENT_NEEDED")
        short = await claim(phone, made["code"], "five@house.example", password="short")
        assert (short.status_code, code_of(short)) == (400, "PASSWORD_LENGTH")
        taken = await claim(phone, made["code"], "Five@House.example")
        assert taken.status_code == 201, taken.text
        assert (await phone.sign_in("five@house.example", PASSWORD)).status_code == 200
        viewer = (await phone.ask(HOMES))["data"]["viewer"]
        assert [one["premise"]["name"] for one in viewer["homes"]] == ["Flat 5"]
        assert viewer["homes"][0]["holder"] is True
        assert str(Permission.OWN_SUPPLY_SWITCH) in viewer["permissions"]
        assert len(viewer["meteringPoints"]["edges"]) == 1
        for used in (await look(phone, made["code"]), await claim(phone, made["code"], "x@y.zz")):
            assert (used.status_code, code_of(used)) == (404, "INVITATION_UNKNOWN")
    async with house.work.database.session(house.scope) as session:
        consents = (await session.scalars(select(Consent))).all()
        user = await session.scalar(
            select(UserAccount.id).where(UserAccount.email == "five@house.example")
        )
        rules = (await session.scalars(select(AlertRule).where(AlertRule.user_id == user))).all()
    assert [one.locale for one in consents if one.user_id == user] == ["ro"]
    # a pipe may burst in the very first hour
    assert {"leak", "burst", "no_data"} <= {one.kind for one in rules if one.enabled}


async def test_wrong_used_revoked_and_old_codes_are_told_apart_by_nobody(house: House) -> None:
    now = datetime.now(UTC)
    made = [await invited(house, 6, now, name=f"Six {at}") for at in range(1)]
    revoke = """mutation R($id: ID!) { revokeInvitation(invitation: $id) {
      invitation { state } errors { code } } }"""
    done = await house.desk.ask(revoke, id=made[0]["invitation"]["id"])
    assert done["revokeInvitation"] == {"invitation": {"state": "REVOKED"}, "errors": []}
    again = await house.desk.ask(revoke, id=made[0]["invitation"]["id"])
    assert again["revokeInvitation"]["errors"] == [{"code": "INVITATION_CLOSED"}]
    old = await invited(house, 6, now, name="Six 0")
    async with house.work.database.session(house.scope) as session:
        await session.execute(
            update(Invitation)
            .where(Invitation.revoked_at.is_(None), Invitation.name == "Six 0")
            .values(expires_at=now - timedelta(seconds=1))
        )
    async with house.phone() as phone:
        bodies = []
        for code in (made[0]["code"], old["code"], "1-AAAA-AAAA-AAAA-AAAA", "nonsense", "999"):
            answer = await look(phone, code)
            assert answer.status_code == 404
            bodies.append(answer.json()["errors"][0]["message"])
        assert len(set(bodies)) == 1


async def test_of_many_who_claim_at_once_one_gets_it(house: House) -> None:
    made = await invited(house, 7, instant_of(LOW))
    async with house.phone() as phone:
        answers = await asyncio.gather(
            *(claim(phone, made["code"], f"seven{at}@house.example") for at in range(4))
        )
    assert sorted(one.status_code for one in answers) == [201, 404, 404, 404]
    async with house.work.database.global_session() as session:
        found = await session.scalar(
            text("SELECT count(*) FROM user_account WHERE email LIKE 'seven%@house.example'")
        )
    assert found == 1


async def test_an_account_of_ones_own_takes_a_second_home_by_its_password(house: House) -> None:
    ann = house.people[1]
    made = await invited(house, 8, instant_of(LOW))
    async with house.phone() as phone:
        wrong = await claim(phone, made["code"], ann.login)
        assert (wrong.status_code, code_of(wrong)) == (409, "LOGIN_REFUSED")
        right = await claim(phone, made["code"], ann.login, password=ann.password)
        assert right.status_code == 201
        await phone.sign_in(ann.login, ann.password)
        homes = (await phone.ask(HOMES))["data"]["viewer"]["homes"]
        assert {one["premise"]["name"] for one in homes} == {"Flat 1", "Flat 8"}
        leave = "mutation L($home: ID!) { leaveHousehold(home: $home) { done errors { code } } }"
        home = encode(Kind.PREMISE, house.premise(8))
        left = (await phone.ask(leave, home=home))["data"]["leaveHousehold"]
        assert left == {"done": True, "errors": []}
        homes = (await phone.ask(HOMES))["data"]["viewer"]["homes"]
        assert {one["premise"]["name"] for one in homes} == {"Flat 1"}


async def test_a_delegate_looks_on_switches_nothing_and_is_removed(house: House) -> None:
    ann = house.people[1]
    home = encode(Kind.PREMISE, house.premise(1))
    switch = """mutation S($p: ID!) { switchSupply(input: {point: $p, state: OFF, reason: "test",
      idempotencyKey: "k"}) { command { id } errors { code } } }"""
    async with house.phone() as mine, house.phone() as theirs:
        await mine.sign_in(ann.login, ann.password)
        other = encode(Kind.PREMISE, house.premise(2))
        refused = (await mine.ask(DELEGATE, home=other, name="Bob"))["data"]["inviteDelegate"]
        assert refused["errors"] == [{"code": "NOT_FOUND"}]
        made = (await mine.ask(DELEGATE, home=home, name="Bob"))["data"]["inviteDelegate"]
        assert made["invitation"]["invitation"]["role"] == "DELEGATE"
        taken = await claim(theirs, made["invitation"]["code"], "bob@house.example")
        assert taken.status_code == 201
        await theirs.sign_in("bob@house.example", PASSWORD)
        viewer = (await theirs.ask(HOMES))["data"]["viewer"]
        assert [one["holder"] for one in viewer["homes"]] == [False]
        assert len(viewer["meteringPoints"]["edges"]) == 2
        point = viewer["meteringPoints"]["edges"][0]["node"]["id"]
        answer = await theirs.ask(switch, p=point)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        inviting = (await theirs.ask(DELEGATE, home=home, name="Eve"))["data"]["inviteDelegate"]
        assert inviting["errors"] == [{"code": "HOLDER_NEEDED"}]
        (bob,) = (await mine.ask(HOMES))["data"]["viewer"]["homes"][0]["delegates"]
        assert bob["name"] == "Bob"
        remove = "mutation R($d: ID!) { removeDelegate(delegate: $d) { done errors { code } } }"
        gone = (await mine.ask(remove, d=bob["id"]))["data"]["removeDelegate"]
        assert gone == {"done": True, "errors": []}
        assert (await theirs.ask(HOMES))["errors"][0]["extensions"]["code"] == "ACCESS_ENDED"
        assert (await theirs.renew()).status_code == 401


async def test_own_hours_are_exported_and_nobody_elses(house: House) -> None:
    ann = house.people[1]
    async with house.phone() as phone:
        await phone.sign_in(ann.login, ann.password)
        asked = {"from": instant_of(LOW).isoformat(), "to": instant_of(LOW + 48).isoformat()}
        answer = await phone.get("/bff/export.csv", params=asked, headers=phone.headers_of_it)
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) == 2 * 48
        assert {row["meter"].rpartition(" ")[2] for row in rows} == {"E1", "W1"}
        assert {row["value"] for row in rows if row["resource"] == "electricity"} == {"0.100"}
        bad = await phone.get(
            "/bff/export.csv", params={"from": "yesterday"}, headers=phone.headers_of_it
        )
        assert (bad.status_code, code_of(bad)) == (400, "BAD_TIME")
        assert (await phone.get("/bff/export.csv", headers=APP)).status_code == 401


async def test_a_deleted_account_is_erased_and_the_readings_stay(house: House) -> None:
    zoe = await house.lives(3, instant_of(LOW) - timedelta(days=3))
    delete = "mutation D($p: String!) { deleteMyAccount(password: $p) { done errors { code } } }"
    async with house.phone() as phone:
        await phone.sign_in(zoe.login, zoe.password)
        wrong = (await phone.ask(delete, p="not the password"))["data"]["deleteMyAccount"]
        assert wrong == {"done": False, "errors": [{"code": "WRONG_PASSWORD"}]}
        right = (await phone.ask(delete, p=zoe.password))["data"]["deleteMyAccount"]
        assert right == {"done": True, "errors": []}
        assert (await phone.ask(HOMES))["errors"][0]["extensions"]["code"] == "ACCESS_ENDED"
        assert (await phone.renew()).status_code == 401
        with pytest.raises(AssertionError):
            await phone.sign_in(zoe.login, zoe.password)
    async with house.work.database.session(house.scope) as session:
        account = await session.get_one(UserAccount, zoe.user)
        household = await session.get_one(
            Resident, {"tenant_id": house.scope.tenant_id, "id": zoe.resident}
        )
    assert zoe.login not in repr(vars(account))
    assert (account.name, account.password_hash, account.status) == ("-", None, "closed")
    assert (household.name, household.user_id) == ("-", None)
    profile = """query P($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
      ... on Metered { profile(from: $from, to: $to, step: "P1D") { values } } } }"""
    range_ = {"from": instant_of(LOW).isoformat(), "to": instant_of(LOW + 24).isoformat()}
    point = encode(Kind.METERING_POINT, house.points["E3"].id)
    found = await house.desk.ask(profile, id=point, **range_)
    assert sum(found["node"]["profile"]["values"]) == pytest.approx(7.2)


async def test_the_association_lists_its_households_and_a_stranger_none(house: House) -> None:
    asked = """query L($search: String) { viewer { residents(search: $search) { edges { node {
      name premise sitePath hasLogin delegates } } }
      invitations { edges { node { name state home } } } } }"""
    viewer = (await house.desk.ask(asked, search="household flat"))["viewer"]
    found = [one["node"] for one in viewer["residents"]["edges"]]
    (only,) = [one for one in found if one["premise"] == "Flat 2"]
    assert only == {
        "name": "Household 2",
        "premise": "Flat 2",
        "sitePath": "Region/City/House 1/Entrance 1",
        "hasLogin": True,
        "delegates": 0,
    }
    assert {"CLAIMED", "REVOKED"} <= {
        one["node"]["state"] for one in viewer["invitations"]["edges"]
    }
    elsewhere = Scope(house.scope.tenant_id, "user:9", house.scope.permissions, frozenset({10**9}))
    viewer = (await house.desk.ask(asked, scope=elsewhere))["viewer"]
    assert viewer["residents"]["edges"] == viewer["invitations"]["edges"] == []
    out = """mutation O($r: ID!, $at: DateTime!) { moveOut(input: {resident: $r, at: $at}) {
      errors { code } } }"""
    resident = encode(Kind.RESIDENT, house.people[2].resident)
    values = {"r": resident, "at": datetime.now(UTC).isoformat()}
    refused = await house.desk.ask(out, scope=elsewhere, **values)
    assert refused["moveOut"]["errors"] == [{"code": "NOT_FOUND"}]
