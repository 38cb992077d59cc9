"""Houses whose concentrators push to the gateway, judged by a clock of their own.

Each push is folded, rolled up and judged by the product's own tasks as if the hours went by; in the
end an operator's client asks GraphQL what was found.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.findings import judging
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.rig import town
from bench.rig.concentrators import FRAMES
from bench.rig.installation import MASTER_KEY, Installation
from bench.rig.town import Town
from domain.authenticity import signature
from domain.hours import instant_of
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission

ZONE = "Etc/UTC"
"""The files have days of 24 hours."""

PLACE = "Region/City/Street"
KINDS = "region/city/street/house"

_ASK = """
query Found($after: String) { viewer { findings(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  edges { node { kind state openedAt closedAt since confidence energy { value } flow { value }
    point { meter { serial } } group { site { name } } explanation evidence { name } } } } } }
"""
_DUE_NOW = "UPDATE work_bell SET due_at = now() - interval '1 second' WHERE due_at > now()"


@dataclass(frozen=True, slots=True)
class House:
    """One house as its concentrator reads it, in Wh or litres."""

    name: str
    commodity: str
    meters: tuple[str, ...]
    """Serials; the first is the balance meter where there is one."""

    counters: NDArray[np.float64]
    """At the end of each hour, shape ``(n, t)``; NaN was not read."""

    inlet: bool = True

    def rows(self, installed: int) -> Iterator[tuple[str, ...]]:
        """Its lines of a metering file; serials of meters are unique in the tenant."""
        for at, serial in enumerate(self.meters):
            inlet = self.inlet and at == 0
            yield (
                f"{PLACE}/{self.name}",
                KINDS,
                "" if inlet else f"Flat {at}",
                self.commodity,
                "inlet" if inlet else "consumer",
                f"{self.name}/{serial}",
                "1000",
                instant_of(installed).isoformat(),
                "0",
                f"C-{self.name}",
                "1",
                str(at),
            )


def house_of(name: str, serials: Sequence[str], kwh: NDArray[np.float64]) -> House:
    """A house of a balance meter and others, shape ``(1 + n, t)``.

    A reading that was lost is one that the concentrator did not get; the register counted on.
    """
    near = pd.DataFrame(kwh.T).interpolate(limit_direction="both").to_numpy().T
    counters = np.cumsum(np.rint(1000 * near), axis=1)
    counters[np.isnan(kwh)] = np.nan
    return House(name, "electricity", ("inlet", *serials), counters)


@dataclass(slots=True)
class Pushing:
    """A tenant at work on a clock of its own."""

    work: Work
    town: Town
    client: httpx.AsyncClient
    installation: Installation
    sequence: int = 0

    async def push(self, house: House, hours: range, first: int) -> None:
        """One push of a house's concentrator."""
        secret = dict(self.town.devices)[f"C-{house.name}"]
        self.sequence += 1
        blocks = []
        for at in hours:
            known = np.flatnonzero(~np.isnan(house.counters[:, at]))
            blocks.append(
                {
                    "network": 1,
                    "hour": instant_of(first + at).isoformat(),
                    "channels": known.tolist(),
                    "counters": house.counters[known, at].astype(np.int64).tolist(),
                }
            )
        now = datetime.now(UTC).isoformat()
        frame = {"sequence": self.sequence, "made_at": now, "hours": blocks}
        body = orjson.dumps({"frames": [frame]})
        serial, counter = f"C-{house.name}", self.sequence
        mark = signature(secret, "POST", FRAMES, serial, counter, now, body)
        headers = {
            "Content-Type": "application/json",
            "X-Balance-Device": serial,
            "X-Balance-Counter": str(counter),
            "X-Balance-Time": now,
            "Authorization": f"HMAC {mark}",
        }
        answer = await self.client.post(FRAMES, content=body, headers=headers)
        if answer.json()["accepted"] != [self.sequence]:
            raise RuntimeError(f"not accepted: {answer.text[:500]}")

    async def judge(self, now: datetime, *, night: bool) -> None:
        """Fold, roll up and judge what has come, as if it were some moment."""
        tenant = self.town.scope.tenant_id
        while not (await metering.fold_pushes(self.work, tenant)).whole:
            pass
        await metering.roll_up(self.work, tenant)
        if night:
            await judging.announce(self.work.database, now)
        connection = await self.installation.superuser()
        await connection.execute(_DUE_NOW)  # a wave is waited for in seconds that do not pass here
        await connection.close()
        more = True
        while more:
            async with self.work.database.session(self.town.scope) as session:
                more = (await judging.judge_next(session, now, self.work.structures)).more

    async def ask(self) -> list[dict[str, Any]]:
        """All findings, as an operator's client reads them."""
        found, after = [], None
        scope = replace(self.town.scope, permissions=frozenset(map(str, Permission)))
        while True:
            asking = Context(self.work.database, scope, self.work.events, MASTER_KEY)
            async with asking as context:
                answer = await schema.execute(_ASK, {"after": after}, context_value=context)
            if answer.errors or answer.data is None:
                raise RuntimeError(f"not answered: {answer.errors}")
            page = answer.data["viewer"]["findings"]
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


@asynccontextmanager
async def pushing(
    installation: Installation, name: str, houses: Sequence[House], first: int
) -> AsyncIterator[Pushing]:
    """A tenant of some houses, whose meters stood at nothing an hour before the first."""
    rows = [row for house in houses for row in house.rows(first - 1)]
    made = await town.found(installation, name, town.file_of(rows), timezone=ZONE)
    events = Events(installation.settings.redis_url)
    work = Work(installation.database, SilentQueue(), events)
    devices = Devices(installation.database, MASTER_KEY)
    transport = httpx.ASGITransport(application(Gateway(work.database, devices, SilentQueue())))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield Pushing(work, made, client, installation)
    await events.close()
