"""Balance groups in the schema."""

from datetime import datetime
from typing import Annotated

import numpy as np
import strawberry

from backend.graphql.comparisons import GroupComparison
from backend.graphql.context import Context
from backend.graphql.findings import GroupFindings
from backend.graphql.group_checks import GroupChecks
from backend.graphql.heat import GroupHeat
from backend.graphql.house_networks import HouseNetwork
from backend.graphql.ids import Kind, encode
from backend.graphql.indicators import GroupCurves
from backend.graphql.metered import From, Metered, Node, To, edge_values
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.graphql.sites import Site
from backend.graphql.verifications import VerificationPrices, Verifications, view
from backend.services.model import house_networks
from backend.services.reading import balances, verifications
from backend.services.reading.balances import Amounts, Balance
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.hours import instant_of
from domain.quantities import Commodity, Role, unit_of
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="Supplied against delivered, taken apart; packed.")
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
    technical_loss: SeriesArray = strawberry.field(
        description="What the conductors lose, as the group's own history tells; null untold."
    )
    own_consumption: SeriesArray = strawberry.field(
        description="What the meters take themselves before they measure."
    )
    non_technical_loss: SeriesArray = strawberry.field(
        description="imbalance - technicalLoss - ownConsumption, to the watt-hour."
    )
    coverage: SeriesArray = strawberry.field(
        description=(
            "Known share of the direct members of delivered, 0 to 1, each by what it usually takes."
        )
    )
    standing: SeriesArray = strawberry.field(
        description=(
            "0 final: all of it is known and measured; 1 provisional: at least 98 %; 2 too little"
            " for an alarm."
        )
    )
    owner: strawberry.Private[GroupRow]
    asked: strawberry.Private[Range]

    @classmethod
    def of(cls, found: Balance, group: GroupRow) -> "Imbalance":
        """Build the view of a balance."""
        asked = found.asked
        return cls(
            start=instant_of(asked.start),
            step=Duration(asked.step),
            unit=unit_of(group.commodity),
            supplied=_packed(found.supplied),
            delivered=_packed(found.delivered),
            imbalance=_packed(found.imbalance),
            technical_loss=_packed(found.technical),
            own_consumption=_packed(found.own),
            non_technical_loss=_packed(found.non_technical),
            coverage=SeriesArray(np.round(found.coverage, 6)),
            standing=SeriesArray(found.standing),
            owner=group,
            asked=asked,
        )

    @strawberry.field(
        description=(
            "Half-width of the 95 % band within which the errors of the meters alone move the"
            " imbalance; null without an inlet."
        )
    )
    async def band(self, info: Info) -> SeriesArray:
        """Resolve by service: every member is read for it."""
        info.context.spend(10 * (self.asked.end - self.asked.start))
        return _packed(await info.context.read(balances.bands_of, self.owner, self.asked))


def _packed(amounts: Amounts) -> SeriesArray:
    return SeriesArray(edge_values(amounts.values, amounts.known))


@strawberry.type(description="A node of the tree along which energy is balanced.")
class BalanceGroup(
    Node, GroupFindings, GroupChecks, GroupCurves, GroupComparison, GroupHeat, Metered
):
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

    @strawberry.field(description="Supplied against delivered, in buckets of the site's calendar.")
    async def imbalance(
        self,
        info: Info,
        from_: From,
        to: To,
        step: Annotated[
            Duration, strawberry.argument(description="PT1H, P1D, P1W, P1M or P1Y.")
        ] = HOURLY,
    ) -> Imbalance:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.BALANCES_READ)
        asked = Range.of(from_, to, step)
        info.context.spend(asked.end - asked.start)
        found = await info.context.read(balances.of_groups, self.row, asked)
        return Imbalance.of(found, self.row)
