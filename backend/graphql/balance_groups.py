"""Balance groups in the schema."""

from datetime import datetime
from typing import Annotated

import numpy as np
import strawberry

from analytics import balance
from backend.graphql.context import Context
from backend.graphql.heat import HeatAllocation
from backend.graphql.house_networks import HouseNetwork
from backend.graphql.ids import Kind, encode
from backend.graphql.metered import From, Metered, Node, To, edge_values
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.graphql.sites import Site
from backend.graphql.verifications import VerificationPrices, Verifications, view
from backend.services.model import house_networks
from backend.services.reading import heat_allocation, profiles, verifications
from backend.services.reading.heat_allocation import Rule, Scheme
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError
from domain.hours import instant_of
from domain.quantities import Commodity, Role, unit_of
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="Supplied against delivered, hour by hour; packed.")
class Imbalance:
    """Arrays of one length."""

    start: datetime
    step: Duration
    unit: str
    supplied: SeriesArray = strawberry.field(description="Inlets minus exports of the node.")
    delivered: SeriesArray = strawberry.field(
        description="Meters at the node, and of each child what it took in."
    )
    imbalance: SeriesArray = strawberry.field(
        description="Supplied minus delivered; null below 98 % coverage or without the inlet."
    )
    coverage: SeriesArray = strawberry.field(
        description="Known share of the direct members of delivered, 0 to 1."
    )


@strawberry.type(description="A node of the tree along which energy is balanced.")
class BalanceGroup(Node, Metered):
    """View of a group."""

    id: strawberry.ID
    name: str
    commodity: Commodity
    row: strawberry.Private[GroupRow]

    @classmethod
    def of(cls, row: GroupRow) -> "BalanceGroup":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.BALANCE_GROUP, row.id)),
            name=row.name,
            commodity=row.commodity,
            row=row,
        )

    @strawberry.field(description="The group above.")
    async def parent(self, info: Info) -> "BalanceGroup | None":
        """Resolve through the loader."""
        if self.row.parent_id is None:
            return None
        row = await info.context.group(self.row.parent_id)
        return None if row is None else BalanceGroup.of(row)

    @strawberry.field(description="Groups directly below, by name.")
    async def children(self, info: Info) -> list["BalanceGroup"]:
        """Resolve through the loader: one statement a level, whatever its width."""
        loader = info.context.loader("group_children", metered.child_groups)
        return [BalanceGroup.of(row) for row in await loader.load(self.row.id) or []]

    @strawberry.field(description="The site it stands for; none for a group that somebody drew.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        if self.row.site_id is None:
            return None
        row = await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Balance meters of the node.")
    async def inlets(self, info: Info) -> list[MeteringPoint]:
        """Resolve through the loader of members."""
        rows = await self._members(info)
        return [MeteringPoint.of(row) for row in rows if row.role == Role.INLET]

    @strawberry.field(description="Metering points that belong to the node directly.")
    async def members(self, info: Info) -> list[MeteringPoint]:
        """Resolve through the loader."""
        return [MeteringPoint.of(row) for row in await self._members(info)]

    async def _members(self, info: Info) -> list[metered.PointRow]:
        info.context.require(Permission.METERING_READ)
        loader = info.context.loader("group_members", metered.members_of_groups)
        return await loader.load(self.row.id) or []

    @strawberry.field(description="Its conductors, where they were told; of electricity only.")
    async def house_network(self, info: Info) -> HouseNetwork | None:
        """Resolve through the loader."""
        info.context.require(Permission.METERING_READ)
        loader = info.context.loader("house_networks", house_networks.load)
        told = await loader.load(self.row.id)
        return None if told is None else HouseNetwork.of(self.row, told)

    @strawberry.field(description="Who used what of the heat that the house meter counted.")
    async def heat_allocation(
        self,
        info: Info,
        from_: From,
        to: To,
        scheme: Scheme = Scheme.HEAT_METERS,
        basic_share: Annotated[
            float, strawberry.argument(description="Share that goes by area, 0 to 1.")
        ] = 0.3,
    ) -> HeatAllocation:
        """Resolve by service."""
        info.context.require(Permission.BALANCES_READ)
        info.context.require(Permission.RESIDENTS_READ)
        asked = Range.of(from_, to)
        info.context.spend(asked.end - asked.start)
        rule = Rule(scheme, basic_share)
        async with info.context.db() as session:
            found = await heat_allocation.of_group(session, self.row, asked, info.context.now, rule)
        return HeatAllocation.of(found)

    @strawberry.field(description="Which meters below its inlet are worth verifying, and when.")
    async def verifications(
        self, info: Info, from_: From, to: To, prices: VerificationPrices
    ) -> Verifications:
        """Resolve by service."""
        info.context.require(Permission.FINDINGS_READ)
        asked, told = Range.of(from_, to), prices.checked()
        info.context.spend((asked.end - asked.start) * verifications.MOST_METERS // 10)
        async with info.context.db() as session:
            found = await verifications.of_group(session, self.row, asked, info.context.now, told)
        return view(found, info.context)

    @strawberry.field(description="Supplied against delivered, hour by hour.")
    async def imbalance(
        self,
        info: Info,
        from_: From,
        to: To,
        step: Annotated[Duration, strawberry.argument(description="PT1H.")] = HOURLY,
    ) -> Imbalance:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.BALANCES_READ)
        if step != HOURLY:
            raise InvalidError("step of an imbalance must be PT1H", code="BAD_STEP", field="step")
        asked = Range.of(from_, to, step)
        info.context.spend(asked.end - asked.start)
        found = await info.context.read(profiles.imbalances_of, self.row, asked)
        return _view(found, asked, self.row)


def _view(found: balance.Imbalance, asked: Range, group: GroupRow) -> Imbalance:
    return Imbalance(
        start=instant_of(asked.start),
        step=Duration(asked.step),
        unit=unit_of(group.commodity),
        supplied=SeriesArray(edge_values(found.supplied, found.supplied_known)),
        delivered=SeriesArray(edge_values(found.delivered, found.delivered_known)),
        imbalance=SeriesArray(edge_values(found.imbalance, found.imbalance_known)),
        coverage=SeriesArray(np.round(found.coverage, 6)),
    )
