"""The radio network in the schema: concentrators, networks, modules, channels."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.metered import Node
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.network_alarms import NetworkAlarm
from backend.graphql.network_health import REPORT_COST, NetworkHealth
from backend.graphql.sites import Site
from backend.models import network as models
from backend.services.gateway import network_health
from backend.services.model import places
from backend.store.network import network_alarms, report_lists
from domain.identity import ConcentratorId, MeteringPointId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

NEWEST_ALARMS = 50


@strawberry.type(description="A pulse input as its concentrator addresses it.")
class Channel:
    """View of a :class:`models.Channel`."""

    network: int
    address: int
    input: int | None
    found_at: datetime
    placed: bool = strawberry.field(description="Whether a meter stands on it now.")
    offered_to: str | None = strawberry.field(
        description="The home whose household is to connect its meter there itself."
    )
    offerable: bool = strawberry.field(
        description="Whether it can be left to a household: no meter ever stood on it."
    )
    point_id: strawberry.Private[MeteringPointId | None]

    @strawberry.field(description="The metering point whose meter stands on it now.")
    async def point(self, info: Info) -> MeteringPoint | None:
        """Resolve through the loader."""
        row = None if self.point_id is None else await info.context.point(self.point_id)
        return None if row is None else MeteringPoint.of(row)


@strawberry.type(description="A battery radio module.")
class RadioModule:
    """View of a :class:`models.RadioModule`."""

    serial: str
    generation: str
    network: int


@strawberry.type(description="One of the radio networks of a concentrator.")
class LogicalNetwork:
    """View of a :class:`models.LogicalNetwork`."""

    number: int
    name: str | None


@strawberry.type(description="How a radio module stood in its network on a day.")
class ModuleReport:
    """Null where it did not say."""

    network: int
    module: str = strawberry.field(description="Serial.")
    parent: str | None = strawberry.field(
        description="Serial of the module that relays it; null if the concentrator hears it itself."
    )
    level: int = strawberry.field(description="1 is heard by the concentrator itself; up to 30.")
    rssi: int | None = strawberry.field(description="Strength at its parent, in dBm.")
    relayed: int | None = strawberry.field(description="Packets relayed for others that day.")
    battery_mv: int | None
    firmware: str | None
    made_at: datetime = strawberry.field(description="When it was reported last for that day.")


@strawberry.type(description="A head end that relays its radio modules to the gateway.")
class Concentrator(Node):
    """View of a :class:`models.Concentrator`."""

    id: strawberry.ID
    serial: str
    generation: str
    row: strawberry.Private[models.Concentrator]

    @classmethod
    def of(cls, row: models.Concentrator) -> "Concentrator":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.CONCENTRATOR, row.id)),
            serial=row.serial,
            generation=row.generation,
            row=row,
        )

    @strawberry.field(description="The smallest site that holds all its meters.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        row = None if self.row.site_id is None else await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="When it was heard last; null before the first time.")
    async def last_heard_at(self, info: Info) -> datetime | None:
        """Resolve through the loader."""
        loader = info.context.loader("concentrators heard", network_alarms.heard_at)
        return await loader.load(self.row.id)

    @strawberry.field(
        description="The newest fifty alarms of itself and of what it relays, the newest first."
    )
    async def alarms(
        self,
        info: Info,
        *,
        only_open: Annotated[
            bool, strawberry.argument(description="Leave out those that were heard again.")
        ] = True,
    ) -> list[NetworkAlarm]:
        """Resolve by store."""
        info.context.require(Permission.HEALTH_READ)
        info.context.spend(NEWEST_ALARMS)
        wanted = network_alarms.Wanted(concentrator=ConcentratorId(self.row.id))
        async with info.context.db() as session:
            rows = await network_alarms.list_alarms(
                session, 0, NEWEST_ALARMS, only_open=only_open, wanted=wanted
            )
        return [NetworkAlarm.of(row) for row in rows]

    @strawberry.field(description="Its logical networks, by number.")
    async def networks(self, info: Info) -> list[LogicalNetwork]:
        """Resolve through the loader."""
        loader = info.context.loader("networks", places.networks_of)
        rows = await loader.load(self.row.id) or []
        return [LogicalNetwork(number=row.number, name=row.name) for row in rows]

    @strawberry.field(description="Its radio modules, by network and serial.")
    async def modules(self, info: Info) -> list[RadioModule]:
        """Resolve through the loader."""
        loader = info.context.loader("modules", places.modules_of)
        rows = await loader.load(self.row.id) or []
        return [
            RadioModule(serial=row.serial, generation=row.generation, network=row.network)
            for row in rows
        ]

    @strawberry.field(description="Its radio network as it was reported for a UTC day, by level.")
    async def topology(self, info: Info, on: date) -> list[ModuleReport]:
        """Resolve through a loader of that day."""

        async def load(
            session: TenantSession, ids: Sequence[ConcentratorId]
        ) -> dict[ConcentratorId, list[report_lists.ModuleRow]]:
            return await report_lists.topology_of(session, ids, on)

        rows = await info.context.loader(f"topology {on}", load).load(self.row.id) or []
        return [ModuleReport(**asdict(row)) for row in rows]

    @strawberry.field(description="Its radio network as of a UTC day; today without one.")
    async def health(self, info: Info, on: date | None = None) -> NetworkHealth:
        """Resolve through a loader of that day."""
        info.context.require(Permission.HEALTH_READ)
        info.context.spend(REPORT_COST)
        day = on or info.context.now.date()

        async def load(
            session: TenantSession, ids: Sequence[ConcentratorId]
        ) -> dict[ConcentratorId, network_health.Health]:
            return await network_health.of_concentrators(session, ids, day)

        found = await info.context.loader(f"network health {day}", load).load(self.row.id)
        assert found is not None
        return NetworkHealth.of(found)

    @strawberry.field(description="Its channels; those without a meter are in quarantine.")
    async def channels(self, info: Info) -> list[Channel]:
        """Resolve through the loader."""
        loader = info.context.loader("channels", places.channels_of)
        rows = await loader.load(self.row.id) or []
        return [
            Channel(
                network=use.row.network,
                address=use.row.address,
                input=use.row.input,
                found_at=use.row.found_at,
                placed=use.point is not None,
                offered_to=use.home,
                offerable=not use.ever,
                point_id=use.point,
            )
            for use in rows
        ]
