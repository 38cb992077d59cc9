"""A household connects its own meter, on the channel that was left to it and on no other."""

import asyncio
from typing import Any

import numpy as np
import pytest_asyncio

from backend.graphql.ids import Kind, encode
from domain.hours import instant_of
from domain.identity import Scope
from tenants.permissions import Role
from tests.desk import count
from tests.factories import place
from tests.integration.mobile_bff.conftest import NOW, House, flat_row

FOUND = """{ viewer { foundChannels { edges { node { channel offeredTo concentrator { serial } }
  } } } }"""
OFFER = """mutation O($input: OfferChannelInput!) { offerChannel(input: $input) {
  done errors { code field } } }"""
OFFERS = """{ viewer { channelOffers { edges { node { channel home sitePath commodity pulseConstant
  readings concentrator { serial } } } } } }"""
OWN = """{ viewer { ownChannels { id channel commodity pulseConstant readings lastSeen } } }"""
CONNECT = """mutation C($channel: ID!, $serial: String!, $dial: Decimal!) {
  connectOwnMeter(input: {channel: $channel, meterSerial: $serial, initialIndex: $dial}) {
    point { id name commodity meter { serial } premise { name } } errors { code field } } }"""
CHANNELS = """{ viewer { concentrators { edges { node { serial
  channels { address placed offerable } } } } } }"""
NEW = (150, 151)
SERIAL = "JOWN"


@pytest_asyncio.fixture(scope="module")
async def heard(house: House) -> House:
    """The house, in which two channels are heard that nobody placed."""
    row = flat_row(8, "electricity", "OWN", 9) | {"concentrator": SERIAL}
    imported = await place(house.work.database, house.scope, row)
    told = {channel: 1000 * np.arange(1, 4) for channel in NEW}
    await count(house.work, house.scope, imported, NOW - 3, told)
    return house


async def offer(house: House, channel: int, flat: int | None, **more: Any) -> list[dict[str, Any]]:
    told = {
        "concentrator": SERIAL,
        "network": 1,
        "channel": channel,
        "commodity": "ELECTRICITY",
        "pulseConstant": "1000",
        "premise": None if flat is None else encode(Kind.PREMISE, house.premise(flat)),
    }
    scope = more.pop("scope", None)
    done = (await house.desk.ask(OFFER, scope, input=told | more))["offerChannel"]
    assert done["done"] == (not done["errors"])
    errors: list[dict[str, Any]] = done["errors"]
    return errors


async def own(house: House, scope: Scope) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.desk.ask(OWN, scope))["viewer"]["ownChannels"]
    return found


async def connect(house: House, scope: Scope, channel: str, serial: str, dial: str = "12.5") -> Any:
    asked = {"channel": channel, "serial": serial, "dial": dial}
    return (await house.desk.ask(CONNECT, scope, **asked))["connectOwnMeter"]


async def test_a_household_sees_and_connects_what_was_left_to_it_alone(heard: House) -> None:
    mine, theirs = (heard.scope_of(heard.people[flat]) for flat in (1, 2))
    assert await own(heard, mine) == []
    assert await offer(heard, NEW[0], 1) == []
    found = (await heard.desk.ask(FOUND))["viewer"]["foundChannels"]["edges"]
    named = {one["node"]["channel"]: one["node"]["offeredTo"] for one in found}
    assert named == {NEW[0]: "Flat 1", NEW[1]: None}
    (listed,) = (await heard.desk.ask(OFFERS))["viewer"]["channelOffers"]["edges"]
    assert listed["node"] | {"sitePath": ""} == {
        "channel": NEW[0],
        "home": "Flat 1",
        "sitePath": "",
        "commodity": "ELECTRICITY",
        "pulseConstant": "1000",
        "readings": 3,
        "concentrator": {"serial": SERIAL},
    }
    theirs_too = (await heard.desk.ask(OFFERS, mine))["viewer"]["channelOffers"]["edges"]
    assert theirs_too == [], "a household is told of its own alone, by ownChannels"
    (channel,) = await own(heard, mine)
    assert (channel["channel"], channel["commodity"], channel["readings"]) == (
        150,
        "ELECTRICITY",
        3,
    )
    assert channel["lastSeen"] is not None
    # the neighbour sees it not, and cannot take it; what is not there is answered alike
    assert await own(heard, theirs) == []
    for scope, number in ((theirs, channel["id"]), (mine, "999999"), (mine, "x"), (mine, "-1")):
        refused = await connect(heard, scope, number, "NEW-1")
        assert refused == {"point": None, "errors": [{"code": "NOT_FOUND", "field": "channel"}]}
    made = await connect(heard, mine, channel["id"], " NEW-1 ")
    assert made["errors"] == []
    assert made["point"]["meter"]["serial"] == "NEW-1"
    assert made["point"]["premise"]["name"] == "Flat 1"
    assert await own(heard, mine) == []
    assert (await heard.desk.ask(OFFERS))["viewer"]["channelOffers"]["edges"] == []
    again = await connect(heard, mine, channel["id"], "NEW-2")
    assert again["errors"] == [{"code": "NOT_FOUND", "field": "channel"}]
    assert await offer(heard, NEW[0], 2) == [{"code": "NOT_FOUND", "field": "channel"}]


async def test_bad_figures_and_other_peoples_meters_are_refused_alike(heard: House) -> None:
    mine = heard.scope_of(heard.people[1])
    assert await offer(heard, NEW[1], 1, commodity="WATER_COLD") == []
    (channel,) = await own(heard, mine)
    for serial, dial in (("", "1"), ("NEW-3", "-1"), ("E2", "5")):
        refused = await connect(heard, mine, channel["id"], serial, dial)
        assert refused["point"] is None, serial
        assert refused["errors"] == [{"code": "METER_REFUSED", "field": "meterSerial"}]
    assert len(await own(heard, mine)) == 1, "a refusal takes the channel away"
    assert await offer(heard, NEW[1], None) == []
    assert await own(heard, mine) == []


async def test_only_who_installs_leaves_channels_and_only_who_lives_there_takes_them(
    heard: House,
) -> None:
    mine = heard.scope_of(heard.people[1])
    looking = heard.scope_of(heard.people[1], Role.RESIDENT_DELEGATE)
    assert await offer(heard, NEW[1], 1) == []
    (channel,) = await own(heard, mine)
    told = {"concentrator": SERIAL, "network": 1, "channel": NEW[1], "commodity": "GAS"}
    for scope, document, asked in (
        (mine, OFFER, {"input": told | {"pulseConstant": "1"}}),
        (looking, OWN, {}),
        (looking, CONNECT, {"channel": channel["id"], "serial": "N", "dial": "1"}),
    ):
        assert (await heard.desk.result(document, scope, **asked)).errors, document
    assert await offer(heard, NEW[1], 1, pulseConstant="0") == [
        {"code": "INVALID", "field": "pulseConstant"}
    ]


async def test_of_two_who_connect_at_once_one_has_it(heard: House) -> None:
    mine = heard.scope_of(heard.people[1])
    assert await offer(heard, NEW[1], 1) == []
    (channel,) = await own(heard, mine)
    asked = (connect(heard, mine, channel["id"], f"TWICE-{at}") for at in range(2))
    made = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) and one["point"] is not None for one in made) == 1


async def test_where_a_meter_was_taken_away_nothing_is_left_to_a_household(heard: House) -> None:
    row = flat_row(8, "electricity", "OWN", 9) | {"concentrator": SERIAL}
    ended = {"removed_at": instant_of(NOW - 1).isoformat(), "final_index": "1000"}
    await place(heard.work.database, heard.scope, row | ended)
    found = (await heard.desk.ask(CHANNELS))["viewer"]["concentrators"]["edges"]
    (own_one,) = [one["node"] for one in found if one["node"]["serial"] == SERIAL]
    told = {one["address"]: (one["placed"], one["offerable"]) for one in own_one["channels"]}
    assert told == {9: (False, False), NEW[0]: (True, False), NEW[1]: (True, False)}
    assert await offer(heard, 9, 1) == [{"code": "NOT_FOUND", "field": "channel"}]
