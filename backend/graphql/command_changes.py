"""Ordering, approving and calling back: the mutations of commands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import orjson
import strawberry

from backend.graphql.commands import Command
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.services import idempotency
from backend.services.commands import approving, requesting
from backend.services.commands.approving import Decided
from backend.services.commands.requesting import Requested
from backend.store.control import command_lists
from domain.commands import Cause, CommandKind, Order, SupplyState
from domain.errors import InvalidError
from domain.identity import ConcentratorId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]
T = TypeVar("T")

Key = Annotated[
    str, strawberry.argument(description="The same key with the same order does nothing more.")
]


@strawberry.input(description="Let the supply of a point through, or cut it off.")
class SwitchSupplyInput:
    """The state that is wanted, never a change of it."""

    point: strawberry.ID
    state: SupplyState
    reason: str
    idempotency_key: str
    cause: Cause = Cause.OPERATION


@strawberry.input(description="Ask the module for its counter now.")
class RequestReadingInput:
    """The reading comes with the command, within minutes."""

    point: strawberry.ID
    idempotency_key: str
    reason: str = "reading"


@strawberry.input(description="Limit the power that a point may draw.")
class SetLoadLimitInput:
    """Holds until another limit is set."""

    point: strawberry.ID
    limit_kw: float
    reason: str
    idempotency_key: str


@strawberry.input(description="Order the same of many points at once.")
class CommandPointsInput:
    """Points that cannot be commanded are left out and told."""

    points: list[strawberry.ID]
    kind: CommandKind
    reason: str
    idempotency_key: str
    state: SupplyState | None = None
    limit_kw: float | None = None
    cause: Cause = Cause.OPERATION


@strawberry.input(description="What the second person says.")
class ApproveCommandInput:
    """Somebody else than who asked for it."""

    command: strawberry.ID
    granted: bool = True
    whole_order: bool = strawberry.field(
        default=False, description="All commands of its order that still await approval."
    )
    note: str | None = None


@strawberry.input(description="Call a command back that has not left.")
class CancelCommandInput:
    """What is with the device already cannot be called back."""

    command: strawberry.ID


@strawberry.type
class CommandPayload:
    """The command as it is now."""

    command: Command | None
    errors: list[UserError]


@strawberry.type(description="A point that was left out of an order, and why.")
class SkippedPoint:
    """One refusal; docs/errors.md lists the codes."""

    point: strawberry.ID
    code: str
    message: str


@strawberry.type
class OrderPayload:
    """What became of an order to many points."""

    commands: int | None = strawberry.field(description="How many were made.")
    first: Command | None = strawberry.field(description="The first; all stand alike at first.")
    skipped: list[SkippedPoint]
    errors: list[UserError]


async def _command(session: TenantSession, number: int) -> Command | None:
    row = (await command_lists.load_commands(session, [number])).get(number)
    return None if row is None else Command.of(row)


def _may_order(context: Context, order: Order) -> Permission:
    """The permission to ask for: residents have one of their own, for their own supply."""
    own = Permission.OWN_SUPPLY_SWITCH
    resident = own in context.scope.permissions
    theirs = order.kind is not CommandKind.REQUEST_READING
    executes = Permission.CONTROL_EXECUTE in context.scope.permissions
    return own if resident and theirs and not executes else Permission.CONTROL_EXECUTE


def tell_after_commit(context: Context, ids: Sequence[int], concentrators: Sequence[int]) -> None:
    """Wake the concentrators' polls and whoever listens, once it is true."""
    tenant, events = context.scope.tenant_id, context.events

    async def tell() -> None:
        if concentrators:
            await events.call((tenant, ConcentratorId(one)) for one in concentrators)
        await events.commands_changed(tenant, ids)

    context.afterwards(tell)


async def _once(  # noqa: PLR0913, PLR0917 - one order, and the key it is known by
    context: Context,
    operation: str,
    key: str,
    order: Order,
    points: Sequence[strawberry.ID],
    act: Callable[[TenantSession], Awaitable[Requested]],
) -> tuple[dict[str, Any] | None, list[UserError]]:
    """Order, or give the answer of the same order before."""
    request = orjson.dumps([asdict(order), list(points)])

    async def run(session: TenantSession) -> dict[str, Any]:
        async def first() -> dict[str, Any]:
            done = await act(session)
            tell_after_commit(context, done.ids, done.concentrators)
            skipped = [[one.point_id, one.code, one.message] for one in done.skipped]
            return {"command": done.ids[0], "count": len(done.ids), "skipped": skipped}

        return await idempotency.once(session, operation, key, request, first)

    return await attempt(context, _may_order(context, order), run)


async def _order(
    context: Context, operation: str, point: strawberry.ID, order: Order, key: str
) -> CommandPayload:
    """Command one point."""

    async def act(session: TenantSession) -> Requested:
        number = number_of(Kind.METERING_POINT, point, "point")
        return await requesting.request(session, order, number, context.now)

    done, errors = await _once(context, operation, key, order, [point], act)
    if done is None:
        return CommandPayload(command=None, errors=errors)
    async with context.db() as session:
        return CommandPayload(command=await _command(session, done["command"]), errors=[])


def _watts(limit_kw: float) -> int:
    if not 0 < limit_kw < 10**6:
        raise InvalidError(f"limitKw = {limit_kw}: must be above 0", field="limitKw")
    return round(limit_kw * 1000)


async def _decided(
    context: Context,
    permission: Permission,
    command: strawberry.ID,
    act: Callable[[TenantSession, int], Awaitable[Decided]],
) -> CommandPayload:
    """Decide on a command; it as it is then."""

    async def run(session: TenantSession) -> Command | None:
        number = number_of(Kind.COMMAND, command, "command")
        done = await act(session, number)
        tell_after_commit(context, done.ids, done.concentrators)
        return await _command(session, number)

    found, errors = await attempt(context, permission, run)
    return CommandPayload(command=found, errors=errors)


@strawberry.type
class CommandMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Switch the supply of a point; off by default in a tenant.")
    async def switch_supply(self, info: Info, input: SwitchSupplyInput) -> CommandPayload:
        """Resolve by service."""
        order = Order(CommandKind.SWITCH_SUPPLY, input.reason, input.state, input.cause)
        key = input.idempotency_key
        return await _order(info.context, "switchSupply", input.point, order, key)

    @strawberry.mutation(description="Ask the module of a point for its counter now.")
    async def request_reading(self, info: Info, input: RequestReadingInput) -> CommandPayload:
        """Resolve by service."""
        order = Order(CommandKind.REQUEST_READING, input.reason)
        key = input.idempotency_key
        return await _order(info.context, "requestReading", input.point, order, key)

    @strawberry.mutation(description="Limit the power of a point.")
    async def set_load_limit(self, info: Info, input: SetLoadLimitInput) -> CommandPayload:
        """Resolve by service."""
        try:
            watts = _watts(input.limit_kw)
        except InvalidError as error:
            refused = UserError(code=error.code, field=error.field, message=error.message)
            return CommandPayload(command=None, errors=[refused])
        order = Order(CommandKind.SET_LOAD_LIMIT, input.reason, limit_w=watts)
        key = input.idempotency_key
        return await _order(info.context, "setLoadLimit", input.point, order, key)

    @strawberry.mutation(description="Order the same of up to 10,000 points at once.")
    async def command_points(self, info: Info, input: CommandPointsInput) -> OrderPayload:
        """Resolve by service; malformed ids are points that are not there."""
        context, limit = info.context, input.limit_kw
        watts = round(limit * 1000) if limit is not None and abs(limit) < 10**9 else None
        order = Order(input.kind, input.reason, input.state, input.cause, watts)

        async def act(session: TenantSession) -> Requested:
            known = [decode(one) for one in input.points]
            points = [
                one[1] if one is not None and one[0] is Kind.METERING_POINT else 0 for one in known
            ]
            return await requesting.request_many(session, order, points, context.now)

        key = input.idempotency_key
        done, errors = await _once(context, "commandPoints", key, order, input.points, act)
        if done is None:
            return OrderPayload(commands=None, first=None, skipped=[], errors=errors)
        async with context.db() as session:
            first = await _command(session, done["command"])
        skipped = [
            SkippedPoint(
                point=strawberry.ID(encode(Kind.METERING_POINT, point)), code=code, message=message
            )
            for point, code, message in done["skipped"]
        ]
        return OrderPayload(commands=done["count"], first=first, skipped=skipped, errors=[])

    @strawberry.mutation(description="Say, as the second person, whether it may be done.")
    async def approve_command(self, info: Info, input: ApproveCommandInput) -> CommandPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession, number: int) -> Decided:
            return await approving.decide(
                session,
                number,
                granted=input.granted,
                whole_order=input.whole_order,
                note=input.note,
                now=context.now,
            )

        return await _decided(context, Permission.CONTROL_APPROVE, input.command, act)

    @strawberry.mutation(description="Call back a command that has not left.")
    async def cancel_command(self, info: Info, input: CancelCommandInput) -> CommandPayload:
        """Resolve by service."""
        context = info.context
        words = (
            Permission.CONTROL_EXECUTE,
            Permission.CONTROL_APPROVE,
            Permission.OWN_SUPPLY_SWITCH,
        )
        held = [word for word in words if word in context.scope.permissions]

        async def act(session: TenantSession, number: int) -> Decided:
            return await approving.cancel(session, number, context.now)

        return await _decided(context, (held or words)[0], input.command, act)
