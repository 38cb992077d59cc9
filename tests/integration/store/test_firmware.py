"""Firmware over GraphQL and the gateway: signed, offered stage by stage, halted at once."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.firmware import is_due, is_signed
from domain.identity import Scope
from ingestion.app import CONFIG, application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, make_tenant, place

MODULES = [f"DF{number}" for number in range(40)]
RELEASE = """release { id version halted: haltedAt haltReason
  stages { percent modules updated } } errors { code field }"""
PUBLISH = f"mutation($i: PublishFirmwareInput!) {{ publishFirmware(input: $i) {{ {RELEASE} }} }}"
ADVANCE = f"""mutation($id: ID!, $p: Float!) {{
  advanceFirmware(id: $id, percent: $p) {{ {RELEASE} }} }}"""
HALT = f"mutation($id: ID!, $r: String!) {{ haltFirmware(id: $id, reason: $r) {{ {RELEASE} }} }}"
LIST = """{ viewer { firmwareReleases(first: 5) { edges { node { version manifest signature
  publicKey stages { percent modules updated } } } } } }"""


def image(version: str) -> dict[str, Any]:
    return {
        "generation": "D100FC",
        "version": version,
        "sha256": "0c" * 32,
        "size": 4096,
        "url": f"https://firmware.example/{version}.bin",
    }


class Fleet:
    """A concentrator with forty modules, and its operator."""

    def __init__(self, database: Database, scope: Scope, redis_url: str) -> None:
        self.database, self.scope = database, scope
        self.events = Events(redis_url)
        self.device: PushingConcentrator

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        async with Context(self.database, scope or self.scope, self.events, MASTER_KEY) as context:
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        assert result.data is not None
        return next(iter(result.data.values()))

    async def offered(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.device.get(CONFIG)).json()["firmware"]
        return found

    async def report(self, firmware: dict[str, str]) -> None:
        """Report the firmware of modules, and have it folded."""
        topology = [
            {"network": 1, "module": module, "level": 1, "firmware": version}
            for module, version in firmware.items()
        ]
        answer = await self.device.push(self.device.frame(topology=topology))
        assert answer.json()["rejected"] == [], answer.text
        await metering.fold(Work(self.database, SilentQueue(), self.events), self.scope.tenant_id)


@pytest_asyncio.fixture(scope="module")
async def fleet(database: Database, redis_url: str) -> AsyncIterator[Fleet]:
    scope = await make_tenant(database, "firmware")
    scope = Scope(scope.tenant_id, "operator", frozenset(map(str, Permission)))
    rows = [
        {
            "meter_serial": f"M{at}",
            "premise": str(at),
            "channel": str(at),
            "concentrator": "JFW",
            "module": module,
            "input": "1",
        }
        for at, module in enumerate(MODULES)
    ]
    made = await place(database, scope, *rows)
    fleet = Fleet(database, scope, redis_url)
    transport = httpx.ASGITransport(
        application(Gateway(database, Devices(database, MASTER_KEY), SilentQueue()))
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        fleet.device = PushingConcentrator(client, "JFW", made.devices[0].secret)
        yield fleet
    await fleet.events.close()


async def test_a_release_reaches_stage_after_stage_and_is_halted(fleet: Fleet) -> None:
    published = await fleet.ask(PUBLISH, i=image("2.4.1"))
    assert published["errors"] == []
    name = published["release"]["id"]
    assert await fleet.offered() == [], "nobody is offered what was only published"
    again = await fleet.ask(PUBLISH, i=image("2.4.1"))
    assert again["errors"] == [{"code": "FIRMWARE_EXISTS", "field": "version"}]

    first = {module for module in MODULES if is_due(module, "2.4.1", 25)}
    assert 0 < len(first) < len(MODULES)
    await fleet.ask(ADVANCE, id=name, p=25.0)
    (offer,) = await fleet.offered()
    assert set(offer["modules"]) == first
    keys = (base64.b64decode(offer[one]) for one in ("public_key", "signature"))
    key, signature = keys
    assert is_signed(key, offer["manifest"], signature)

    await fleet.report(dict.fromkeys(list(first)[:2], "2.4.1") | {min(set(MODULES) - first): "2.3"})
    (offer,) = await fleet.offered()
    assert len(offer["modules"]) == len(first) - 2, "who runs it is asked no more"
    back = await fleet.ask(ADVANCE, id=name, p=25.0)
    assert back["errors"] == [{"code": "STAGE_BACKWARDS", "field": "percent"}]
    done = await fleet.ask(ADVANCE, id=name, p=100.0)
    assert done["release"]["stages"] == [
        {"percent": 25.0, "modules": len(first), "updated": 2},
        {"percent": 100.0, "modules": len(MODULES) - len(first), "updated": 0},
    ]

    halted = await fleet.ask(HALT, id=name, r="modules restart")
    assert halted["release"]["haltReason"] == "modules restart"
    assert await fleet.offered() == []
    late = await fleet.ask(ADVANCE, id=name, p=100.0)
    assert late["errors"][0]["code"] == "FIRMWARE_HALTED"


async def test_the_newest_release_is_offered_alone(fleet: Fleet) -> None:
    names = []
    for version in ("3.0.0", "3.1.0"):
        made = await fleet.ask(PUBLISH, i=image(version))
        names.append(made["release"]["id"])
        await fleet.ask(ADVANCE, id=names[-1], p=100.0)
    (offer,) = await fleet.offered()
    assert '"3.1.0"' in offer["manifest"]
    await fleet.ask(HALT, id=names[1], r="too big")
    (offer,) = await fleet.offered()
    assert '"3.0.0"' in offer["manifest"]
    listed = await fleet.ask(LIST)
    versions = [edge["node"]["version"] for edge in listed["firmwareReleases"]["edges"]]
    assert versions[:2] == ["3.1.0", "3.0.0"]


async def test_what_is_wrong_or_not_yours_is_refused(fleet: Fleet, database: Database) -> None:
    bad = await fleet.ask(PUBLISH, i={**image("9.9"), "url": "ftp://x"})
    assert bad["errors"] == [{"code": "BAD_FIRMWARE", "field": "url"}]
    other = await make_tenant(database, "firmware other")
    other = Scope(other.tenant_id, "operator", frozenset(map(str, Permission)))
    mine = await fleet.ask(PUBLISH, i=image("9.9"))
    theirs = await fleet.ask(ADVANCE, other, id=mine["release"]["id"], p=10.0)
    assert theirs["errors"] == [{"code": "NOT_FOUND", "field": None}]
