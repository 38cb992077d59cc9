"""Commands in the schema: orders to devices and what became of them."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.graphql import lists
from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode
from backend.graphql.lists import After, Connection, First
from backend.graphql.metered import Node
from backend.graphql.metering_points import MeteringPoint
from backend.services.commands import looking
from backend.store.control import command_lists
from backend.store.control.command_lists import EventRow
from backend.store.control.commands import CommandRow
from domain.commands import Cause, CommandKind, CommandState, SupplyState
from domain.identity import MeteringPointId
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(CommandKind, description="What can be ordered of a device.")
strawberry.enum(Cause, description="Why a supply is switched; a debt asks for more than others.")
strawberry.enum(
    CommandState,
    description=(
        "Where a command stands: QUEUED waits for its concentrator, LEASED was sent, DELIVERED"
        " arrived, EXECUTED was done, VERIFIED showed in the consumption of the hour after."
    ),
)


@strawberry.type(description="A transition of a command.")
class CommandEvent:
    """View of a row of its history."""

    before: CommandState
    after: CommandState
    at: datetime
    actor: str = strawberry.field(description="A person, a client, the gateway or the device.")
    code: str | None

    @strawberry.field(description="Name of the person who did it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.actor)

    @classmethod
    def of(cls, row: EventRow) -> "CommandEvent":
        """Build the view of a row."""
        return cls(
            before=CommandState(row.from_state),
            after=CommandState(row.to_state),
            at=row.at,
            actor=row.actor,
            code=row.code,
        )


@strawberry.type(description="What a requested reading brought.")
class SpotReading:
    """A counter between two hours."""

    at: datetime
    counter: float = strawberry.field(description="Pulses, as the module counts them.")
    value: float | None = strawberry.field(description="Register in kWh, kvarh or m3.")
    unit: str


@strawberry.type(description="One order to the device at one metering point.")
class Command(Node):
    """View of a command."""

    id: strawberry.ID
    kind: CommandKind
    state: CommandState
    supply: SupplyState | None = strawberry.field(description="The state that is wanted.")
    limit_kw: float | None
    cause: Cause
    reason: str
    requested_by: str
    requested_at: datetime
    needs_approval: bool = strawberry.field(description="Whether a second person must agree.")
    deadline: datetime = strawberry.field(
        description="It is never executed after it. While it awaits approval: the end of that."
    )
    executed_at: datetime | None
    code: str | None = strawberry.field(description="Why it failed, or was refused or called back.")
    row: strawberry.Private[CommandRow]

    @classmethod
    def of(cls, row: CommandRow) -> "Command":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.COMMAND, row.id)),
            kind=CommandKind(row.kind),
            state=CommandState(row.state),
            supply=None if row.supply is None else SupplyState(row.supply),
            limit_kw=None if row.limit_w is None else row.limit_w / 1000,
            cause=Cause(row.cause),
            reason=row.reason,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            needs_approval=row.second_person,
            deadline=row.deadline,
            executed_at=row.executed_at,
            code=row.code,
            row=row,
        )

    @strawberry.field(description="Name of the person who asked for it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.requested_by)

    @strawberry.field(description="The metering point, if the caller may see it.")
    async def point(self, info: Info) -> MeteringPoint | None:
        """Resolve through the loader."""
        row = await info.context.point(self.row.point_id)
        return None if row is None else MeteringPoint.of(row)

    @strawberry.field(description="Every transition, from the first on.")
    async def events(self, info: Info) -> list[CommandEvent]:
        """Resolve through the loader."""
        loader = info.context.loader("command_events", command_lists.load_events)
        return [CommandEvent.of(row) for row in await loader.load(self.row.id) or []]

    @strawberry.field(description="What a requested reading brought, once it came.")
    async def reading(self, info: Info) -> SpotReading | None:
        """Resolve by service."""
        if self.row.counter is None or self.row.executed_at is None:
            return None
        info.context.require(Permission.READINGS_READ)
        point = await info.context.point(self.row.point_id)
        if point is None:
            return None
        async with info.context.db() as session:
            register, unit = await looking.register_of(
                session, point, self.row.executed_at, self.row.counter
            )
        return SpotReading(
            at=self.row.executed_at,
            counter=self.row.counter,
            value=None if register is None else register / 1000,
            unit=unit,
        )


@strawberry.type
class CommandLists:
    """Entrances of the viewer to commands."""

    @strawberry.field(description="Commands from the newest on, in pages; one point's if named.")
    async def commands(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        point: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only of this metering point.")
        ] = None,
        state: CommandState | None = None,
    ) -> Connection[Command]:
        """Resolve by store; others than readers of control see what they asked for."""
        length = lists.page_length(first)
        number = None
        if point is not None:
            found = decode(point)
            if found is None or found[0] is not Kind.METERING_POINT:
                return lists.page([], length)
            number = MeteringPointId(found[1])
        async with info.context.db() as session:
            rows = await command_lists.list_commands(
                session, lists.position(after), length + 1, point=number, state=state
            )
        return lists.page([(row.id, Command.of(row)) for row in rows], length)
