"""The supply of a metering point in the schema: how it stands, and who may switch it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.services.commands import offering
from backend.services.commands.offering import SupplyBar
from backend.store.model.metered import PointRow
from domain.commands import SupplyState
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

strawberry.enum(
    SupplyBar,
    description=(
        "Why the caller is not offered to switch a supply: control is off or stopped for everybody,"
        " the caller is not entitled (delegates only look), the organisation lets no residents"
        " switch, no meter stands there, nothing to switch was declared or seen there, or others"
        " than the household switched it off."
    ),
)


@strawberry.type(description="The supply of a point, and what the caller may do with it.")
class Supply:
    """View of :class:`offering.Supply`."""

    state: SupplyState | None = strawberry.field(
        description="As last executed; null before the first switch."
    )
    switched_at: datetime | None
    limit_kw: float | None = strawberry.field(description="Limit of power that was last set.")
    most_kw: float | None = strawberry.field(
        description="Highest limit that the caller may set; null where nobody else set one."
    )
    offered: bool = strawberry.field(description="Whether the caller may switch it now.")
    bar: SupplyBar | None = strawberry.field(description="Why not.")
    limits: bool = strawberry.field(description="Whether the caller may limit its power, too.")
    command: strawberry.ID | None = strawberry.field(
        description="The caller's newest command that is not over."
    )

    @classmethod
    def of(cls, found: offering.Supply) -> Self:
        """Build the view."""
        return cls(
            state=found.state,
            switched_at=found.switched_at,
            limit_kw=None if found.limit_w is None else found.limit_w / 1000,
            most_kw=None if found.most_w is None else found.most_w / 1000,
            offered=found.bar is None,
            bar=found.bar,
            limits=found.limits,
            command=(
                None
                if found.command is None
                else strawberry.ID(encode(Kind.COMMAND, found.command))
            ),
        )


async def _of_points(
    session: TenantSession, points: Sequence[PointRow], _: None, now: datetime
) -> list[offering.Supply]:
    return await offering.of_points(session, points, now)


@strawberry.type
class PointSupply:
    """What a metering point shows of its supply."""

    row: strawberry.Private[PointRow]

    @strawberry.field(description="How its supply stands, and whether the caller may switch it.")
    async def supply(self, info: Info) -> Supply:
        """Resolve through the loader."""
        return Supply.of(await info.context.read(_of_points, self.row, None))
