"""Reactive energy has a profile of its own and is in no sum of kilowatt-hours."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from backend.clients.events import Events
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

LOW = hour_of(datetime.now(UTC)) - 6
ASK = """query ($path: String!, $from: DateTime!, $to: DateTime!) { viewer {
  site(path: $path) { balanceGroups { profile(from: $from, to: $to, step: "PT1H") { unit values }
    imbalance(from: $from, to: $to) { supplied delivered imbalance coverage }
    members { name quantity role } deliveries(from: $from, to: $to) { expected missing } } }
  meteringPoints(first: 10) { edges { node { quantity
    profile(from: $from, to: $to, step: "PT1H") { unit values } } } } } }"""


async def test_it_is_no_part_of_a_balance(database: Database, redis_url: str) -> None:
    events = Events(redis_url)
    made = await make_tenant(database, "reactive")
    scope = replace(made, permissions=frozenset(str(one) for one in Permission))
    base = {"installed_at": instant_of(LOW).isoformat()}
    rows = [
        base | {"meter_serial": "A", "channel": "1", "premise": "Flat 1"},
        base | {"meter_serial": "R", "channel": "2", "premise": "Flat 1", "quantity": "reactive"},
        base | {"meter_serial": "I", "channel": "3", "role": "inlet"},
    ]
    imported = await place(database, scope, *rows)
    work = Work(database, SilentQueue(), events)
    used = np.arange(1, 7) * 100
    flows = {1: used.cumsum(), 2: (7 * used).cumsum(), 3: (used + 10).cumsum()}
    await count(work, scope, imported, LOW, flows)
    asked = {"from": instant_of(LOW).isoformat(), "to": instant_of(LOW + 6).isoformat()}
    found = await Desk(work, scope).ask(ASK, path="Region/City/House 1", **asked)
    (group,) = found["viewer"]["site"]["balanceGroups"]
    assert list(group["profile"]["values"]) == (used / 1000).tolist()
    assert list(group["imbalance"]["delivered"]) == (used / 1000).tolist()
    np.testing.assert_allclose(group["imbalance"]["imbalance"], 0.01)
    assert set(group["imbalance"]["coverage"]) == {1.0}
    assert {(one["quantity"], one["role"]) for one in group["members"]} == {
        ("ACTIVE", "CONSUMER"),
        ("REACTIVE", "CONSUMER"),
        ("ACTIVE", "INLET"),
    }
    assert group["deliveries"]["expected"] == 18
    own = {
        one["node"]["quantity"]: one["node"]["profile"]
        for one in found["viewer"]["meteringPoints"]["edges"]
        if one["node"]["quantity"] == "REACTIVE"
    }
    assert own["REACTIVE"]["unit"] == "kvarh"
    assert list(own["REACTIVE"]["values"]) == (7 * used / 1000).tolist()
    await events.close()
