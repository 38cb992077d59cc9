"""Control of a tenant in the schema: policy, kill switches, breakers, actuators."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import strawberry

from backend.graphql.actors import person_name
from backend.graphql.actuators import Actuator
from backend.graphql.command_changes import tell_after_commit
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.services.commands import control as services
from backend.store.control import command_policy
from backend.store.control.command_policy import Control as Row
from backend.store.control.command_policy import OpenBreaker
from domain.identity import MeteringPointId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="What a tenant allows of control.")
class CommandPolicy:
    """In a new tenant control is off until an administrator turns it on."""

    enabled: bool
    four_eyes_from: int = strawberry.field(
        description="Disconnections within an hour from which on a second person approves each."
    )
    disconnects_per_hour: int = strawberry.field(description="More of them trip the breaker.")
    tenant_share: float = strawberry.field(
        description="So does this share of the metering points within an hour; 5 are always free."
    )
    network_share: float = strawberry.field(description="The same of one network's channels.")
    reconnects_per_minute: int = strawberry.field(description="Many come back one after another.")
    dwell_s: int = strawberry.field(description="Shortest time between two switches of one point.")
    notice_days: int = strawberry.field(description="Days of legal notice of a debt.")
    night_from: int = strawberry.field(description="Local hour from which nobody is cut off.")
    night_to: int
    heating_from: int = strawberry.field(description="Month and day, as 1015.")
    heating_to: int
    holidays: list[date]
    gas_reconnect: bool = strawberry.field(description="Whether gas is opened again from afar.")
    residents_switch: bool = strawberry.field(description="Whether residents switch their own.")
    switch_expiry_s: int
    load_limit_expiry_s: int
    reading_expiry_s: int
    approval_s: int = strawberry.field(description="How long a command awaits its approval.")


@strawberry.type(description="Disconnections that are frozen until a second person looked.")
class Breaker:
    """Of one network, or of the whole tenant."""

    id: strawberry.ID
    network: int | None
    tripped_at: datetime
    tripped_by: str
    disconnects: int

    @classmethod
    def of(cls, row: OpenBreaker) -> "Breaker":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.BREAKER, row.id)),
            network=row.network,
            tripped_at=row.tripped_at,
            tripped_by=row.tripped_by,
            disconnects=row.disconnects,
        )


@strawberry.type(description="Whether and how the tenant's devices may be controlled.")
class Control:
    """Policy and what holds commands back now."""

    policy: CommandPolicy
    stopped_at: datetime | None = strawberry.field(description="The kill switch was pulled.")
    stopped_by: str | None
    stopped_everywhere: bool = strawberry.field(description="That of the installation was.")

    @classmethod
    def of(cls, row: Row) -> "Control":
        """Build the view of a row."""
        told = asdict(row.policy) | {"holidays": sorted(row.policy.holidays)}
        return cls(
            policy=CommandPolicy(**told),
            stopped_at=row.stopped_at,
            stopped_by=row.stopped_by,
            stopped_everywhere=row.stopped_everywhere,
        )

    @strawberry.field(description="Name of the person who stopped it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        stopped_by = self.stopped_by
        return None if stopped_by is None else await person_name(info.context, stopped_by)

    @strawberry.field(description="Breakers that are open.")
    async def breakers(self, info: Info) -> list[Breaker]:
        """Resolve by store."""
        async with info.context.db() as session:
            return [Breaker.of(row) for row in await command_policy.open_breakers(session)]


@strawberry.input(description="What is left out stays as it is.")
class CommandPolicyInput:
    """Fields of the policy."""

    enabled: bool | None = None
    four_eyes_from: int | None = None
    disconnects_per_hour: int | None = None
    tenant_share: float | None = None
    network_share: float | None = None
    reconnects_per_minute: int | None = None
    dwell_s: int | None = None
    notice_days: int | None = None
    night_from: int | None = None
    night_to: int | None = None
    heating_from: int | None = None
    heating_to: int | None = None
    holidays: list[date] | None = None
    gas_reconnect: bool | None = None
    residents_switch: bool | None = None
    switch_expiry_s: int | None = None
    load_limit_expiry_s: int | None = None
    reading_expiry_s: int | None = None
    approval_s: int | None = None


@strawberry.input(description="Pull a kill switch, or put it back.")
class StopControlInput:
    """What has not left is called back."""

    reason: str
    stopped: bool = True
    everywhere: bool = strawberry.field(
        default=False, description="That of the whole installation, for its administrators."
    )


@strawberry.input(description="Let disconnections go on, after a look at them.")
class CloseBreakerInput:
    """By somebody who did not order them."""

    breaker: strawberry.ID


@strawberry.input(description="What stands at a point, and what protects its customer.")
class SaveActuatorInput:
    """What is left out stays as it is."""

    point: strawberry.ID
    critical: bool | None = None
    notice_given_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Null takes it back."
    )


@strawberry.type
class ControlPayload:
    """Control as it is now."""

    control: Control | None
    errors: list[UserError]


@strawberry.type
class ActuatorPayload:
    """The actuator as it is now, and its point."""

    actuator: Actuator | None
    point: MeteringPoint | None
    errors: list[UserError]


@strawberry.type
class ControlEntrance:
    """The entrance of the viewer to control."""

    @strawberry.field(description="Policy, kill switches and breakers of the tenant.")
    async def control(self, info: Info) -> Control:
        """Resolve by store."""
        info.context.require(Permission.CONTROL_READ)
        async with info.context.db() as session:
            return Control.of(await command_policy.load(session))


@strawberry.type
class ControlMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Turn control on or off, and set its limits.")
    async def set_command_policy(self, info: Info, input: CommandPolicyInput) -> ControlPayload:
        """Resolve by service."""
        context = info.context
        told = {name: value for name, value in vars(input).items() if value is not None}
        if "holidays" in told:
            told["holidays"] = frozenset(told["holidays"])

        async def act(session: TenantSession) -> Control:
            done, cancelled = await services.set_policy(session, told, context.now)
            tell_after_commit(context, cancelled, [])
            return Control.of(done)

        found, errors = await attempt(context, Permission.TENANT_ADMIN, act)
        return ControlPayload(control=found, errors=errors)

    @strawberry.mutation(description="Stop all control at once, or let it go on.")
    async def stop_control(self, info: Info, input: StopControlInput) -> ControlPayload:
        """Resolve by service."""
        context, stopped, reason = info.context, input.stopped, input.reason

        async def act(session: TenantSession) -> Control:
            if input.everywhere:
                done = await services.stop_everywhere(session, stopped=stopped, reason=reason)
                return Control.of(done)
            done, cancelled = await services.stop(
                session, stopped=stopped, reason=reason, now=context.now
            )
            tell_after_commit(context, cancelled, [])
            return Control.of(done)

        found, errors = await attempt(context, _may_stop(context, input), act)
        return ControlPayload(control=found, errors=errors)

    @strawberry.mutation(description="Close a breaker as the second person.")
    async def close_breaker(self, info: Info, input: CloseBreakerInput) -> ControlPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Control:
            number = number_of(Kind.BREAKER, input.breaker, "breaker")
            return Control.of(await services.close_breaker(session, number, info.context.now))

        found, errors = await attempt(info.context, Permission.CONTROL_APPROVE, act)
        return ControlPayload(control=found, errors=errors)

    @strawberry.mutation(description="Declare the actuator of a point.")
    async def save_actuator(self, info: Info, input: SaveActuatorInput) -> ActuatorPayload:
        """Resolve by service."""
        told: dict[str, Any] = {} if input.critical is None else {"critical": input.critical}
        if input.notice_given_at is not strawberry.UNSET:
            told["notice_given_at"] = input.notice_given_at

        async def act(session: TenantSession) -> tuple[MeteringPointId, Actuator]:
            number = MeteringPointId(number_of(Kind.METERING_POINT, input.point, "point"))
            return number, Actuator.of(await services.save_actuator(session, number, told))

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        if done is None:
            return ActuatorPayload(actuator=None, point=None, errors=errors)
        row = await info.context.point(done[0])
        point = None if row is None else MeteringPoint.of(row)
        return ActuatorPayload(actuator=done[1], point=point, errors=[])


def _may_stop(context: Context, input: StopControlInput) -> Permission:
    """Whoever has to do with control may stop it."""
    if input.everywhere:
        return Permission.PLATFORM_ADMIN
    words = (Permission.TENANT_ADMIN, Permission.CONTROL_EXECUTE, Permission.CONTROL_APPROVE)
    held = [word for word in words if word in context.scope.permissions]
    return (held or words)[0]
