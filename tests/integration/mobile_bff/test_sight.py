"""One household walks the whole schema with the ids of its neighbours, and finds nothing of them.

Both live in one house, whose other flats are told, too. Whatever can be asked is asked, along every
path of fields, with ids of the neighbour wherever an id goes.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from graphql import parse, validate

from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from domain.hours import instant_of
from domain.identity import Scope
from tests.integration.mobile_bff.conftest import LOW, NOW, House
from tests.integration.mobile_bff.walk import Values, mutations, paths

CORE = schema._schema
OWN_MATTERS = {"saveNotificationPreferences"}
"""Mutations whose ids are the caller's own choice of words, not something of others."""


@pytest_asyncio.fixture(scope="module")
async def foreign(house: House) -> dict[str, str]:
    """Ids of everything that is the neighbour's, or the whole house's."""
    asked = """query { viewer { meteringPoints { edges { node { id name meter { id serial }
      premise { id residents { id } } } } }
      site(path: "Region/City/House 1") { balanceGroups { id } children { balanceGroups { id } } }
      concentrators { edges { node { id serial } } } } }"""
    viewer = (await house.desk.ask(asked))["viewer"]
    found: dict[str, str] = {}
    for edge in viewer["meteringPoints"]["edges"]:
        node = edge["node"]
        name = node["name"].rpartition(" ")[2]
        if name not in {"E1", "W1"}:
            found |= {f"point {name}": node["id"], f"meter {name}": node["meter"]["id"]}
        if name == "E2":
            found["premise"] = node["premise"]["id"]
            found["resident"] = node["premise"]["residents"][0]["id"]
    groups = viewer["site"]["balanceGroups"]
    groups += [one for child in viewer["site"]["children"] for one in child["balanceGroups"]]
    found |= {f"group {at}": one["id"] for at, one in enumerate(groups)}
    for edge in viewer["concentrators"]["edges"]:
        found["concentrator"] = edge["node"]["id"]
    return found


@pytest.fixture
def mine(house: House) -> Scope:
    return house.scope_of(house.people[1])


async def test_no_id_of_others_is_a_node(
    house: House, mine: Scope, foreign: dict[str, str]
) -> None:
    assert len(foreign) > 20
    for what, number in foreign.items():
        answer = await house.desk.ask(
            "query N($id: ID!) { node(id: $id) { __typename id } }", mine, id=number
        )
        assert answer == {"node": None}, what


async def test_no_path_of_the_schema_leads_to_a_neighbour(
    house: House, mine: Scope, foreign: dict[str, str]
) -> None:
    own = encode(Kind.METERING_POINT, house.points["E1"].id)
    chosen = [own, *(foreign[key] for key in ("point E2", "premise", "group 0"))]
    values = Values(chosen, instant_of(NOW - 48).isoformat(), instant_of(NOW).isoformat())
    documents = sorted(set(paths(CORE, values)))
    assert len(documents) > 300
    secrets = {number: what for what, number in foreign.items()}
    told = answered = 0
    logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL)  # each refusal, at length
    for text in documents:
        assert not validate(CORE, parse(text)), text
        result = await house.desk.result(text, mine)
        data = repr(result.data)
        answered += result.errors is None
        told += "E1" in data
        for number, what in secrets.items():
            assert number not in data, (what, text)
        for word in ("Household 2", "Flat 2", " E2", " W2", "IN0", "'E2'", "'IN0'"):
            assert word not in data, (word, text)
    assert told, "the walk never came home"
    assert answered > len(documents) // 10, "the walk went past nothing at all"


async def test_no_mutation_reaches_a_neighbour(
    house: House, mine: Scope, foreign: dict[str, str]
) -> None:
    ids = [foreign[key] for key in ("point E2", "premise", "resident", "group 0", "meter E2")]
    values = Values(
        [*ids, foreign["concentrator"]],
        instant_of(NOW - 48).isoformat(),
        (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    )
    asked = 0
    for name, text in mutations(CORE, values):
        if name in OWN_MATTERS:
            continue
        assert not validate(CORE, parse(text)), text
        asked += 1
        result = await house.desk.result(text, mine)
        payload: Any = None if result.data is None else result.data[name]
        assert result.errors or payload["errors"], text
    assert asked > 50


async def test_the_house_is_an_average_of_five_others_or_nothing(house: House, mine: Scope) -> None:
    document = """query A($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
      ... on MeteringPoint { houseAverage(from: $from, to: $to, step: "P1D") {
        values unit } indicators(from: $from, to: $to) { homes average { value } } } } }"""
    range_ = {"from": instant_of(LOW + 24).isoformat(), "to": instant_of(LOW + 48).isoformat()}
    own = encode(Kind.METERING_POINT, house.points["E1"].id)
    found = (await house.desk.ask(document, mine, id=own, **range_))["node"]
    assert found["indicators"]["homes"] == 7
    # flats 2 to 8 take 0.5 kWh an hour on average; the local day is cut at its midnight
    assert sum(found["houseAverage"]["values"]) == pytest.approx(24 * 0.5)
    water = encode(Kind.METERING_POINT, house.points["W1"].id)
    found = (await house.desk.ask(document, mine, id=water, **range_))["node"]
    assert np.isnan(found["houseAverage"]["values"]).all()
    assert found["indicators"]["average"] is None
