"""Actuators in the schema: what switches a supply, and what protects its customer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql import lists
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.lists import After, Connection, First
from backend.store.control import actuators
from backend.store.control.actuators import ActuatorRow, Wanted
from backend.store.model.metered import PointRow
from domain.commands import SupplyState
from tenants.permissions import Permission

if TYPE_CHECKING:
    from backend.graphql.metering_points import MeteringPoint

Info = strawberry.Info[Context, None]

strawberry.enum(SupplyState, description="Whether a valve or contactor lets the supply through.")


@strawberry.type(description="What switches or limits the supply of a point.")
class Actuator:
    """View of a row."""

    id: strawberry.ID
    valve: bool = strawberry.field(description="A valve; else a contactor.")
    declared: bool = strawberry.field(description="Somebody said that it stands there.")
    critical: bool = strawberry.field(
        description="Somebody's life or health hangs on it: disconnected in danger only."
    )
    notice_given_at: datetime | None
    state: SupplyState | None = strawberry.field(description="As last executed.")
    switched_at: datetime | None
    missing: bool = strawberry.field(description="The module said that there is none.")
    row: strawberry.Private[ActuatorRow]

    @classmethod
    def of(cls, row: ActuatorRow) -> "Actuator":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.ACTUATOR, row.id)),
            valve=row.kind == "valve",
            declared=row.declared,
            critical=row.critical,
            notice_given_at=row.notice_given_at,
            state=None if row.supply is None else SupplyState(row.supply),
            switched_at=row.switched_at,
            missing=row.absent_since is not None,
            row=row,
        )

    @strawberry.field(description="Whose supply it is.")
    async def point(
        self, info: Info
    ) -> Annotated["MeteringPoint", strawberry.lazy("backend.graphql.metering_points")] | None:
        """Resolve through the loader."""
        from backend.graphql.metering_points import MeteringPoint  # noqa: PLC0415 - a circle

        row = await info.context.point(self.row.point_id)
        return None if row is None else MeteringPoint.of(row)


@strawberry.type
class PointActuator:
    """Field of a metering point."""

    row: strawberry.Private[PointRow]

    @strawberry.field(
        description="What switches its supply; null before anybody ordered or declared anything."
    )
    async def actuator(self, info: Info) -> Actuator | None:
        """Resolve through the loader."""
        info.context.require(Permission.CONTROL_READ)
        loader = info.context.loader("actuators", actuators.load_of_points)
        found = await loader.load(self.row.id)
        return None if found is None else Actuator.of(found)


@strawberry.type
class ActuatorEntrance:
    """Entrance of the viewer to actuators."""

    @strawberry.field(description="Actuators in sight, the newest first, in pages.")
    async def actuators(  # noqa: PLR0913, PLR0917 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        state: Annotated[
            SupplyState | None, strawberry.argument(description="As last executed.")
        ] = None,
        critical: bool | None = None,  # noqa: FBT001 - GraphQL has no positions
        missing: bool | None = None,  # noqa: FBT001 - as above
    ) -> Connection[Actuator]:
        """Resolve by store."""
        info.context.require(Permission.CONTROL_READ)
        length = lists.page_length(first)
        wanted = Wanted(state, critical, missing)
        async with info.context.db() as session:
            rows = await actuators.list_actuators(
                session, lists.position(after), length + 1, wanted
            )
        return lists.page([(row.id, Actuator.of(row)) for row in rows], length)
