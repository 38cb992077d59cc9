"""Calling events of demand response, moving them, calling them off, and answering them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import orjson
import strawberry

from backend.graphql.context import Context
from backend.graphql.dr_events import DrEvent, DrProgram
from backend.graphql.ids import Kind, decode, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.services import idempotency
from backend.services.demand_response import answering, calling
from backend.services.demand_response.calling import Asked
from backend.store.demand_response import event_lists, programs
from backend.store.demand_response.events import EventRow, Target
from domain.errors import InvalidError, NotFoundError
from domain.identity import BalanceGroupId, PremiseId, SiteId
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

MOST_MINUTES = 10**6
"""Longer than any event; larger numbers are no lengths of time."""


@strawberry.input(description="What events are to belong to.")
class CreateProgramInput:
    """The same key with the same program does nothing more."""

    name: str
    idempotency_key: str
    description: str | None = None


@strawberry.input(description="What residents are told besides, in one language.")
class DrMessageInput:
    """Up to 500 characters; en, ru or ro."""

    locale: str
    text: str


@strawberry.input(description="Ask the homes at some places to use less for a time.")
class DispatchDrEventInput:
    """The same key with the same event does nothing more."""

    program: strawberry.ID
    name: str
    targets: list[strawberry.ID] = strawberry.field(description="Sites and groups.")
    starts_at: datetime
    duration_minutes: int = strawberry.field(description="1 to 1440.")
    idempotency_key: str
    commodity: Commodity | None = Commodity.ELECTRICITY
    level: int = strawberry.field(default=1, description="1 to 3, as OpenADR's SIMPLE.")
    priority: int = 5
    messages: list[DrMessageInput] = strawberry.field(default_factory=list)


@strawberry.input(description="Other times for an event that has not begun.")
class ChangeDrEventInput:
    """Whoever it reaches is told, and answers anew."""

    event: strawberry.ID
    starts_at: datetime
    duration_minutes: int


@strawberry.input(description="Call an event off, before or while it runs.")
class CancelDrEventInput:
    """Whoever it reaches is told."""

    event: strawberry.ID
    note: str | None = strawberry.field(default=None, description="For the history.")


@strawberry.type
class DrProgramPayload:
    """The program that was made."""

    program: DrProgram | None
    errors: list[UserError]


@strawberry.type
class DrEventPayload:
    """The event as it is now."""

    event: DrEvent | None
    errors: list[UserError]


def _minutes(asked: int) -> timedelta:
    return timedelta(minutes=max(-MOST_MINUTES, min(MOST_MINUTES, asked)))


def _moment(asked: datetime) -> datetime:
    if asked.tzinfo is None:
        raise InvalidError(f"startsAt = {asked.isoformat()}: needs an offset", field="startsAt")
    return asked


def _targets(ids: Sequence[str]) -> tuple[Target, ...]:
    found = []
    for one in ids:
        match decode(one):
            case (Kind.SITE, number):
                found.append(Target(SiteId(number), None))
            case (Kind.BALANCE_GROUP, number):
                found.append(Target(None, BalanceGroupId(number)))
            case _:
                error = NotFoundError("target", one)
                error.field = "targets"
                raise error
    return tuple(found)


def _asked(input: DispatchDrEventInput) -> Asked:
    return Asked(
        program=number_of(Kind.DR_PROGRAM, input.program, "program"),
        name=input.name,
        commodity=input.commodity,
        level=input.level,
        priority=input.priority,
        starts_at=_moment(input.starts_at),
        duration=_minutes(input.duration_minutes),
        messages={one.locale: one.text for one in input.messages},
        targets=_targets(input.targets),
    )


async def _changed(
    context: Context,
    permission: Permission,
    act: Callable[[TenantSession], Awaitable[EventRow]],
) -> DrEventPayload:
    row, errors = await attempt(context, permission, act)
    if row is None:
        return DrEventPayload(event=None, errors=errors)
    number = row.id
    context.afterwards(lambda: context.events.dr_events_changed(context.scope.tenant_id, [number]))
    return DrEventPayload(event=DrEvent.of(row), errors=errors)


@strawberry.type
class DrMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Make a program that events can belong to.")
    async def create_program(self, info: Info, input: CreateProgramInput) -> DrProgramPayload:
        """Resolve by service."""
        context = info.context
        request = orjson.dumps([input.name, input.description])

        async def act(session: TenantSession) -> DrProgram:
            async def first() -> dict[str, int]:
                made = await calling.create_program(
                    session, input.name, input.description, context.now
                )
                return {"program": made.id}

            done = await idempotency.once(
                session, "createProgram", input.idempotency_key, request, first
            )
            return DrProgram.of((await programs.load(session, [done["program"]]))[done["program"]])

        made, errors = await attempt(context, Permission.DEMAND_RESPONSE_WRITE, act)
        return DrProgramPayload(program=made, errors=errors)

    @strawberry.mutation(description="Call an event: it is published and told at once.")
    async def dispatch_dr_event(self, info: Info, input: DispatchDrEventInput) -> DrEventPayload:
        """Resolve by service."""
        context = info.context
        request = orjson.dumps(strawberry.asdict(input))

        async def act(session: TenantSession) -> EventRow:
            async def first() -> dict[str, int]:
                made = await calling.call(session, _asked(input), context.now)
                return {"event": made.id}

            done = await idempotency.once(
                session, "dispatchDrEvent", input.idempotency_key, request, first
            )
            return (await event_lists.load_events(session, [done["event"]]))[done["event"]]

        return await _changed(context, Permission.DEMAND_RESPONSE_WRITE, act)

    @strawberry.mutation(description="Move an event that has not begun; it is told anew.")
    async def change_dr_event(self, info: Info, input: ChangeDrEventInput) -> DrEventPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> EventRow:
            number = number_of(Kind.DR_EVENT, input.event, "event")
            length = _minutes(input.duration_minutes)
            return await calling.change(
                session, number, _moment(input.starts_at), length, context.now
            )

        return await _changed(context, Permission.DEMAND_RESPONSE_WRITE, act)

    @strawberry.mutation(description="Call an event off.")
    async def cancel_dr_event(self, info: Info, input: CancelDrEventInput) -> DrEventPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> EventRow:
            number = number_of(Kind.DR_EVENT, input.event, "event")
            return await calling.cancel(session, number, input.note, context.now)

        return await _changed(context, Permission.DEMAND_RESPONSE_WRITE, act)

    @strawberry.mutation(
        description="Take part in an event with one's home, or not; the last word holds."
    )
    async def answer_dr_event(
        self, info: Info, id: strawberry.ID, *, participate: bool, home: strawberry.ID | None = None
    ) -> DrEventPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> EventRow:
            number = number_of(Kind.DR_EVENT, id, "id")
            premise = None if home is None else PremiseId(number_of(Kind.PREMISE, home, "home"))
            return await answering.answer(
                session, number, premise, context.now, taking_part=participate
            )

        return await _changed(context, Permission.DEMAND_RESPONSE_ANSWER, act)
