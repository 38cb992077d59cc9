"""What devices report of a metering point, in the schema: events and temperatures."""

from datetime import datetime

import strawberry

from backend.graphql.context import Context
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.metered import From, To
from backend.graphql.scalars import SeriesArray
from backend.services.reading.profiles import Range, own_part
from backend.store.model.metered import PointRow
from backend.store.network import report_lists
from domain.frames import EventKind
from domain.hours import Step, instant_of
from domain.periods import StatusBit
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(EventKind, description="What a radio module or sensor noticed.")
strawberry.enum(StatusBit, description="What a status bit of a channel says of an hour.")


@strawberry.type(description="Something that a module noticed at a metering point.")
class Event:
    """View of an event."""

    at: datetime
    kind: EventKind
    value: float | None


@strawberry.type(description="Hours without a break in which a status bit was set.")
class StatusPeriod:
    """View of a period."""

    status: StatusBit
    began_at: datetime
    ended_at: datetime = strawberry.field(
        description="End of its last hour: it may go on in one that has not come yet."
    )


@strawberry.type(description="Temperatures in degC at the end of each hour; null where none came.")
class Temperatures:
    """Packed: arrays of one length."""

    start: datetime = strawberry.field(description="Start of the first hour.")
    supply: SeriesArray
    return_: SeriesArray = strawberry.field(name="return")


@strawberry.type
class PointReports:
    """Fields of a metering point."""

    row: strawberry.Private[PointRow]

    @strawberry.field(description="What was noticed here while its meters stood; newest first.")
    async def events(self, info: Info, first: First = 20, after: After = None) -> Connection[Event]:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        length, before = page_length(first), position(after)
        async with info.context.db() as session:
            rows = await report_lists.events_of(session, self.row.id, before, length + 1)
            rows = [row for row in rows if self.row.sees(row.at)]
        found = [(row, Event(at=row.at, kind=EventKind(row.kind), value=row.value)) for row in rows]
        return page([(row.place, event) for row, event in found], length)

    @strawberry.field(description="When status bits were set here; those that began last first.")
    async def status_periods(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[StatusPeriod]:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        length, before = page_length(first), position(after)
        async with info.context.db() as session:
            rows = await report_lists.status_of(session, self.row.id, before, length + 1)
            rows = [row for row in rows if self.row.sees(row.began_at)]
        return page(
            [
                (
                    row.place,
                    StatusPeriod(status=row.bit, began_at=row.began_at, ended_at=row.ended_at),
                )
                for row in rows
            ],
            length,
        )

    @strawberry.field(description="Temperatures of the pipes, hour by hour.")
    async def temperatures(self, info: Info, from_: From, to: To) -> Temperatures:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to, Step.HOUR))
        info.context.spend(2 * (asked.end - asked.start))
        async with info.context.db() as session:
            supply, back = await report_lists.temperatures_of(
                session, [self.row.id], asked.start, asked.end
            )
        return Temperatures(
            start=instant_of(asked.start),
            supply=SeriesArray(supply[0]),
            return_=SeriesArray(back[0]),
        )
