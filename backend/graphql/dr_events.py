"""Demand response in the schema: programs, events, and who takes part."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.graphql.actors import person_name
from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.context import Context
from backend.graphql.dr_results import DrEstimate
from backend.graphql.ids import Kind, decode, encode
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.locales import Locale, locale_of
from backend.graphql.metered import Node
from backend.graphql.sites import Premise, Site
from backend.services.alerts import event_sentences
from backend.services.demand_response import estimating
from backend.services.model import places
from backend.store.demand_response import event_lists, programs
from backend.store.demand_response.event_lists import (
    Counts,
    OwnAnswer,
    Participant,
    StepRow,
    Wanted,
)
from backend.store.demand_response.events import EventRow
from backend.store.demand_response.programs import ProgramRow
from domain.demand_response import DrEventState, words_for
from domain.identity import BalanceGroupId, PremiseId, SiteId
from domain.quantities import Commodity
from tenants.permissions import Permission

HOURS_OF_ESTIMATE = 24 * 32
"""That are read for the estimate of one group."""

Info = strawberry.Info[Context, None]

strawberry.enum(
    DrEventState,
    description="Where an event stands: published, running, over, or called off.",
)


@strawberry.type(description="What events belong to: OpenADR's program.")
class DrProgram:
    """View of a row."""

    id: strawberry.ID
    name: str
    description: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: ProgramRow) -> "DrProgram":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.DR_PROGRAM, row.id)),
            name=row.name,
            description=row.description,
            created_at=row.created_at,
        )


@strawberry.type(description="A step of an event: called, moved, begun, over or called off.")
class DrEventStep:
    """View of a row of its history."""

    before: DrEventState | None
    after: DrEventState
    revision: int
    starts_at: datetime
    ends_at: datetime
    at: datetime
    note: str | None
    row: strawberry.Private[StepRow]

    @classmethod
    def of(cls, row: StepRow) -> "DrEventStep":
        """Build the view of a row."""
        return cls(
            before=row.before,
            after=row.after,
            revision=row.revision,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            at=row.at,
            note=row.note,
            row=row,
        )

    @strawberry.field(description="Name of the person who did it; null of a program or the clock.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.row.actor)


@strawberry.type(description="Homes in the viewer's sight that an event reaches, by their answer.")
class DrCounts:
    """Answers to what holds now: another time is answered anew."""

    asked: int
    taking_part: int
    declined: int
    silent: int

    @classmethod
    def of(cls, row: Counts) -> "DrCounts":
        """Build the view of a row."""
        silent = row.asked - row.taking_part - row.declined
        return cls(
            asked=row.asked, taking_part=row.taking_part, declined=row.declined, silent=silent
        )


@strawberry.type(description="A home that an event reaches, and what its household answered.")
class DrParticipant:
    """View of a row."""

    home: strawberry.ID = strawberry.field(description="Id of the premise.")
    name: str
    path: str = strawberry.field(description="Names of the sites above it.")
    participate: bool | None = strawberry.field(description="Null: they have not answered.")
    answered_at: datetime | None

    @classmethod
    def of(cls, row: Participant) -> "DrParticipant":
        """Build the view of a row."""
        return cls(
            home=strawberry.ID(encode(Kind.PREMISE, row.premise_id)),
            name=row.name,
            path=row.path,
            participate=row.answer,
            answered_at=row.answered_at,
        )


@strawberry.type(description="What the viewer's household answered for one of its homes.")
class DrAnswer:
    """View of a row."""

    home: strawberry.ID = strawberry.field(description="Id of the premise.")
    participate: bool | None = strawberry.field(description="Null: not answered yet.")
    answered_at: datetime | None
    premise_id: strawberry.Private[PremiseId]

    @classmethod
    def of(cls, row: OwnAnswer) -> "DrAnswer":
        """Build the view of a row."""
        return cls(
            home=strawberry.ID(encode(Kind.PREMISE, row.premise_id)),
            participate=row.answer,
            answered_at=row.answered_at,
            premise_id=row.premise_id,
        )

    @strawberry.field(description="The flat.")
    async def premise(self, info: Info) -> Premise | None:
        """Resolve through the loader."""
        row = await info.context.loader("premises", places.load_premises).load(self.premise_id)
        return None if row is None else Premise.of(row)


@strawberry.type(description="What the operator says to residents, in one language.")
class DrMessage:
    """A text of up to 500 characters."""

    locale: str
    text: str


@strawberry.type(
    description="A time in which less is asked for: OpenADR's event, one interval, payload SIMPLE."
)
class DrEvent(Node):
    """View of an :class:`EventRow`."""

    id: strawberry.ID
    name: str
    commodity: Commodity | None = strawberry.field(
        description="What is to be used less; null for whatever is metered."
    )
    level: int = strawberry.field(description="1 moderate, 2 high, 3 as much as can be.")
    priority: int = strawberry.field(description="0 to 9, the lower the more important.")
    starts_at: datetime
    ends_at: datetime = strawberry.field(description="Not part of it.")
    duration_minutes: int
    timezone: str = strawberry.field(description="Of its first target.")
    state: DrEventState
    revision: int = strawberry.field(description="Counts the times it was called for.")
    created_at: datetime
    row: strawberry.Private[EventRow]

    @classmethod
    def of(cls, row: EventRow) -> "DrEvent":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.DR_EVENT, row.id)),
            name=row.name,
            commodity=row.commodity,
            level=row.level,
            priority=row.priority,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            duration_minutes=round((row.ends_at - row.starts_at).total_seconds() / 60),
            timezone=row.timezone,
            state=row.state,
            revision=row.revision,
            created_at=row.created_at,
            row=row,
        )

    @strawberry.field(description="What it belongs to.")
    async def program(self, info: Info) -> DrProgram:
        """Resolve through the loader."""
        row = await info.context.loader("dr_programs", programs.load).load(self.row.program_id)
        assert row is not None, "an event belongs to a program"
        return DrProgram.of(row)

    @strawberry.field(description="What the operator says, in the viewer's language or another.")
    async def message(self, info: Info, locale: Locale = None) -> str | None:
        """Resolve from the row."""
        return words_for(self.row.messages, locale or await locale_of(info.context) or "en")

    @strawberry.field(description="What a home can do, in the viewer's language or another.")
    async def advice(self, info: Info, locale: Locale = None) -> str:
        """Resolve by the words of alerts."""
        spoken = locale or await locale_of(info.context)
        return event_sentences.advice(spoken, self.row.commodity, self.row.level)

    @strawberry.field(description="What the operator says, in each language that was given.")
    async def messages(self) -> list[DrMessage]:
        """Resolve from the row."""
        return [DrMessage(locale=one, text=said) for one, said in self.row.messages.items()]

    @strawberry.field(description="Sites that it is about; null ones are left out.")
    async def sites(self, info: Info) -> list[Site]:
        """Resolve through the loaders; a household sees those on the way to its home."""
        found = await info.context.loader("dr_targets", event_lists.targets).load(self.row.id)
        numbers = [one.site_id for one in found or [] if one.site_id is not None]
        rows = [await info.context.site(one) for one in numbers]
        return [Site.of(row) for row in rows if row is not None]

    @strawberry.field(description="Groups that it is about.")
    async def groups(self, info: Info) -> list[BalanceGroup]:
        """Resolve through the loaders."""
        found = await info.context.loader("dr_targets", event_lists.targets).load(self.row.id)
        numbers = [one.group_id for one in found or [] if one.group_id is not None]
        rows = [await info.context.group(one) for one in numbers]
        return [BalanceGroup.of(row) for row in rows if row is not None]

    @strawberry.field(description="All that happened to it, from the first step on.")
    async def steps(self, info: Info) -> list[DrEventStep]:
        """Resolve through the loader; for those who run the network."""
        if info.context.scope.household is not None:
            return []
        found = await info.context.loader("dr_steps", event_lists.steps).load(self.row.id)
        return [DrEventStep.of(row) for row in found or []]

    @strawberry.field(description="How many homes take part; null for a household.")
    async def counts(self, info: Info) -> DrCounts | None:
        """Resolve through the loader."""
        if info.context.scope.household is not None:
            return None
        found = await info.context.loader("dr_counts", event_lists.counts).load(self.row.id)
        return DrCounts.of(found or Counts(0, 0, 0))

    @strawberry.field(description="Homes that it reaches; needs residents:read.")
    async def participants(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        participate: Annotated[
            bool | None, strawberry.argument(description="Only those who answered so.")
        ] = None,
    ) -> Connection[DrParticipant]:
        """Resolve by store."""
        info.context.require(Permission.RESIDENTS_READ)
        length = page_length(first)
        async with info.context.db() as session:
            rows = await event_lists.participants(
                session, self.row.id, position(after), length + 1, answer=participate
            )
        return page([(row.premise_id, DrParticipant.of(row)) for row in rows], length)

    @strawberry.field(description="What the viewer's household answered, for each home reached.")
    async def answers(self, info: Info) -> list[DrAnswer]:
        """Resolve through the loader."""
        found = await info.context.loader("dr_answers", event_lists.own_answers).load(self.row.id)
        return [DrAnswer.of(row) for row in found or []]

    @strawberry.field(
        description="What came of it by real hours, beside what was expected; no settlement."
    )
    async def estimates(self, info: Info) -> list[DrEstimate]:
        """Resolve by service, for each target of one commodity; empty until hours are known."""
        info.context.require(Permission.BALANCES_READ)
        context = info.context
        context.spend(HOURS_OF_ESTIMATE)
        async with context.db() as session:
            found = await estimating.of_event(session, self.row, context.weather, context.now)
        return [DrEstimate.of(one) for one in found]


def narrowed(wanted: Wanted, under: str | None) -> Wanted | None:
    """Only what is about a site or group, or lies below; None where the id is neither."""
    if under is None:
        return wanted
    match decode(under):
        case (Kind.SITE, number):
            return wanted._replace(site=SiteId(number))
        case (Kind.BALANCE_GROUP, number):
            return wanted._replace(group=BalanceGroupId(number))
        case _:
            return None


async def event_by_id(context: Context, number: int) -> DrEvent | None:
    """An event in sight."""
    context.require(Permission.DEMAND_RESPONSE_READ)
    row = await context.loader("dr_events", event_lists.load_events).load(number)
    return None if row is None else DrEvent.of(row)


@strawberry.type
class DrEntrance:
    """Entrances of the viewer to demand response."""

    @strawberry.field(description="Programs of the tenant, by name; none for a household.")
    async def programs(self, info: Info) -> list[DrProgram]:
        """Resolve by store."""
        info.context.require(Permission.DEMAND_RESPONSE_READ)
        if info.context.scope.household is not None:
            return []
        async with info.context.db() as session:
            return [DrProgram.of(row) for row in await programs.list_programs(session)]

    @strawberry.field(
        description=(
            "Events in sight, the newest first: all about what the staff run, and for a household"
            " those that reach its home."
        )
    )
    async def dr_events(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only about this site or group, or what is below."),
        ] = None,
        state: list[DrEventState] | None = None,
    ) -> Connection[DrEvent]:
        """Resolve by store."""
        info.context.require(Permission.DEMAND_RESPONSE_READ)
        length = page_length(first)
        states = None if state is None else tuple(state)
        wanted = narrowed(Wanted(length + 1, position(after), states), under)
        if wanted is None:
            return page([], length)
        async with info.context.db() as session:
            rows = await event_lists.list_events(session, wanted)
        return page([(row.id, DrEvent.of(row)) for row in rows], length)

    @strawberry.field(description="An event in sight, by its id.")
    async def dr_event(self, info: Info, id: strawberry.ID) -> DrEvent | None:
        """Resolve through the loader."""
        found = decode(id)
        if found is None or found[0] is not Kind.DR_EVENT:
            return None
        return await event_by_id(info.context, found[1])
