"""Makers of what tests need: tenants, metering files, concentrators that push."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import httpx

from backend.services.metering_import import Imported, import_metering
from domain.authenticity import signature
from domain.hours import instant_of
from domain.identity import Scope, TenantId
from domain.metering_file import OPTIONAL, REQUIRED
from tenants.provisioning import create_tenant
from tenants.session import Database

MASTER_KEY = bytes(range(32))
FRAMES = "/gateway/v1/frames"

HOUSE = {
    "site_path": "Region/City/House 1",
    "site_kinds": "region/city/house",
    "premise": "",
    "commodity": "electricity",
    "role": "consumer",
    "meter_serial": "M1",
    "pulse_constant": "1000",
    "installed_at": "2026-11-01T00:00:00Z",
    "initial_index": "0",
    "concentrator": "J1",
    "network": "1",
    "channel": "1",
}


def metering_file(*rows: dict[str, str]) -> str:
    """A metering file; each row is laid over the first house."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*REQUIRED, *OPTIONAL], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**HOUSE, **row} for row in rows)
    return out.getvalue()


async def make_tenant(database: Database, name: str, timezone: str = "Europe/Chisinau") -> Scope:
    """A tenant, and the scope of its operator."""
    made = await create_tenant(database, name=name, timezone=timezone)
    return Scope(TenantId(made.tenant), actor="test")


async def place(database: Database, scope: Scope, *rows: dict[str, str]) -> Imported:
    """Import rows into a tenant."""
    async with database.session(scope) as session:
        return await import_metering(session, metering_file(*rows), MASTER_KEY)


def block(hour: int, network: int, counters: dict[int, int]) -> dict[str, Any]:
    """Counters of channels at the end of an hour."""
    return {
        "network": network,
        "hour": instant_of(hour).isoformat().replace("+00:00", "Z"),
        "channels": list(counters),
        "counters": list(counters.values()),
    }


class PushingConcentrator:
    """A concentrator that signs and counts."""

    def __init__(self, client: httpx.AsyncClient, serial: str, secret: str) -> None:
        self.client, self.serial, self.secret = client, serial, secret
        self.counter = self.sequence = 0

    def frame(self, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
        self.sequence += 1
        now = datetime.now(UTC).isoformat()
        return {"sequence": self.sequence, "made_at": now, "hours": list(blocks), **more}

    async def push(self, *frames: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.send(json.dumps({"frames": frames}).encode(), **headers)

    async def get(
        self, target: str, *, counter: int | None = None, **headers: str
    ) -> httpx.Response:
        return await self.send(b"", method="GET", target=target, counter=counter, **headers)

    async def send(
        self,
        body: bytes,
        *,
        method: str = "POST",
        target: str = FRAMES,
        counter: int | None = None,
        **headers: str,
    ) -> httpx.Response:
        if counter is None:
            self.counter += 1
            counter = self.counter
        now = datetime.now(UTC).isoformat()
        mark = signature(self.secret, method, target, self.serial, counter, now, body)
        return await self.client.request(
            method,
            target,
            content=body,
            headers={
                "X-Balance-Device": self.serial,
                "X-Balance-Counter": str(counter),
                "X-Balance-Time": now,
                "Authorization": f"HMAC {mark}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
