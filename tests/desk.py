"""Somebody who asks the schema, and hours that concentrators told before."""

from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np

from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.services.metering_import import Imported
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tests.factories import MASTER_KEY, PushingConcentrator, block

HOURS_A_PUSH = 240


class Desk:
    """Who asks, as whom."""

    def __init__(self, work: Work, scope: Scope) -> None:
        self.work, self.scope = work, scope

    async def result(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        """The whole answer."""
        asked = scope or self.scope
        async with Context(self.work.database, asked, self.work.events, MASTER_KEY) as context:
            return await schema.execute(document, values, context_value=context)

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        """The data of an answer without errors."""
        result = await self.result(document, scope, **values)
        assert result.errors is None, result.errors
        return result.data

    async def refused(self, document: str, **values: Any) -> list[tuple[str, str | None]]:
        """Codes and fields of an answer that must have errors."""
        result = await self.result(document, **values)
        assert result.errors
        causes = [error.original_error for error in result.errors]
        return [(cause.code, cause.field) for cause in causes]


async def count(
    work: Work, scope: Scope, imported: Imported, first: int, counters: Mapping[int, np.ndarray]
) -> None:
    """Push the counters of channels of the one concentrator hour by hour, fold and roll up."""
    gateway = Gateway(work.database, Devices(work.database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    (device,) = imported.devices
    hours = len(next(iter(counters.values())))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        concentrator = PushingConcentrator(client, device.serial, device.secret)
        for start in range(0, hours, HOURS_A_PUSH):
            frames = [
                concentrator.frame(
                    block(first + at, 1, {one: int(row[at]) for one, row in counters.items()})
                )
                for at in range(start, min(start + HOURS_A_PUSH, hours))
            ]
            assert (await concentrator.push(*frames)).json()["rejected"] == []
    await metering.fold(work, scope.tenant_id)
    await metering.roll_up(work, scope.tenant_id)
