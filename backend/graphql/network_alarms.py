"""Alarms of the network in the schema: who is silent, and how long is too long."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql.actors import name_of
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode, number_of
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.sites import Site
from backend.services.gateway import silence, silence_work
from backend.services.model import places
from backend.store.network import network_alarms
from backend.store.network.network_alarms import AlarmRow, Limits, Wanted
from domain.identity import SiteId, UserId
from tenants.permissions import Permission
from tenants.session import TenantSession

if TYPE_CHECKING:
    from backend.graphql.network import Concentrator

Info = strawberry.Info[Context, None]


@strawberry.enum(description="Which device fell silent.")
class NetworkAlarmKind(StrEnum):
    """Kinds of :mod:`backend.store.network.network_alarms`."""

    CONCENTRATOR_SILENT = network_alarms.CONCENTRATOR
    MODULE_SILENT = network_alarms.MODULE
    CHANNEL_SILENT = network_alarms.CHANNEL


@strawberry.type(description="A device that was not heard for too long.")
class NetworkAlarm:
    """View of a :class:`AlarmRow`."""

    id: strawberry.ID
    kind: NetworkAlarmKind
    serial: str = strawberry.field(
        description="Of the module; of the concentrator for itself and for a channel."
    )
    network: int | None
    channel: int | None = strawberry.field(description="Address of a channel in its network.")
    silent_since: datetime = strawberry.field(
        description="When it was heard last, or else when it was installed."
    )
    opened_at: datetime
    closed_at: datetime | None = strawberry.field(description="When it was heard again.")
    acknowledged_at: datetime | None
    note: str | None = strawberry.field(description="What is known of it.")
    row: strawberry.Private[AlarmRow]

    @classmethod
    def of(cls, row: AlarmRow) -> "NetworkAlarm":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.NETWORK_ALARM, row.id)),
            kind=NetworkAlarmKind(row.kind),
            serial=row.serial,
            network=row.network,
            channel=row.address,
            silent_since=row.silent_since,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            acknowledged_at=row.acknowledged_at,
            note=row.note,
            row=row,
        )

    @strawberry.field(description="Name of who acknowledged it.")
    async def acknowledged_by(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await name_of(info.context, self.row.acknowledged_by)

    @strawberry.field(description="Name of who looks after it.")
    async def assignee(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await name_of(info.context, self.row.assignee_id)

    @strawberry.field(description="Who looks after it, as `viewer.colleagues` has them.")
    async def assignee_id(self) -> strawberry.ID | None:
        """Resolve from the row."""
        number = self.row.assignee_id
        return None if number is None else strawberry.ID(encode(Kind.USER, number))

    @strawberry.field(description="Where it is.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        row = None if self.row.site_id is None else await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="The concentrator that relays it, or that it is.")
    async def concentrator(
        self, info: Info
    ) -> Annotated["Concentrator", strawberry.lazy("backend.graphql.network")] | None:
        """Resolve through the loader."""
        from backend.graphql.network import Concentrator  # noqa: PLC0415 - the types name each other

        loader = info.context.loader("concentrators", places.load_concentrators)
        row = await loader.load(self.row.concentrator_id)
        return None if row is None else Concentrator.of(row)


@strawberry.type(description="Whole hours of silence above which an alarm is raised.")
class NetworkAlarmLimits:
    """View of :class:`Limits`."""

    concentrator_hours: int
    device_hours: int = strawberry.field(description="Of a module or a channel.")

    @classmethod
    def of(cls, found: Limits) -> "NetworkAlarmLimits":
        """Build the view."""
        return cls(concentrator_hours=found.concentrator_h, device_hours=found.device_h)


@strawberry.type
class NetworkEntrance:
    """Entrances of the viewer to the network's alarms."""

    @strawberry.field(description="Devices that fell silent, the newest alarm first, in pages.")
    async def network_alarms(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        *,
        only_open: Annotated[
            bool, strawberry.argument(description="Leave out those that were heard again.")
        ] = True,
        under: strawberry.ID | None = None,
    ) -> Connection[NetworkAlarm]:
        """Resolve by service."""
        info.context.require(Permission.HEALTH_READ)
        length, before, site = page_length(first), position(after), None
        if under is not None:
            found = decode(under)
            if found is None or found[0] is not Kind.SITE:
                return page([], length)
            site = SiteId(found[1])
        async with info.context.db() as session:
            rows = await network_alarms.list_alarms(
                session, before, length + 1, only_open=only_open, wanted=Wanted(site)
            )
        return page([(row.id, NetworkAlarm.of(row)) for row in rows], length)

    @strawberry.field(description="How long devices may be silent before an alarm is raised.")
    async def network_alarm_limits(self, info: Info) -> NetworkAlarmLimits:
        """Resolve by service."""
        info.context.require(Permission.HEALTH_READ)
        async with info.context.db() as session:
            return NetworkAlarmLimits.of(await network_alarms.limits(session))


@strawberry.type
class NetworkAlarmLimitsPayload:
    """The limits that hold."""

    limits: NetworkAlarmLimits | None
    errors: list[UserError]


@strawberry.input(description="Who looks after a silent device, and what is known of it.")
class WorkOnNetworkAlarmInput:
    """All of it replaces what stood there; said twice it is done once."""

    alarm: strawberry.ID
    assignee: strawberry.ID | None = strawberry.field(
        default=None, description="One of `viewer.colleagues`; null for nobody."
    )
    note: str | None = None


@strawberry.type
class NetworkAlarmPayload:
    """The alarm as it is now."""

    alarm: NetworkAlarm | None
    errors: list[UserError]


@strawberry.type
class NetworkAlarmMutation:
    """What can be set about the network's alarms."""

    @strawberry.mutation(description="Set how long devices may be silent.")
    async def set_network_alarm_limits(
        self, info: Info, concentrator_hours: int, device_hours: int
    ) -> NetworkAlarmLimitsPayload:
        """Resolve by service."""
        wanted = Limits(concentrator_hours, device_hours)
        made, errors = await attempt(
            info.context,
            Permission.METERING_WRITE,
            lambda session: silence.set_limits(session, wanted),
        )
        return NetworkAlarmLimitsPayload(
            limits=None if made is None else NetworkAlarmLimits.of(made), errors=errors
        )

    @strawberry.mutation(
        description=(
            "Look after a silent device: the alarm is acknowledged, and ends by itself when the"
            " device is heard again."
        )
    )
    async def work_on_network_alarm(
        self, info: Info, input: WorkOnNetworkAlarmInput
    ) -> NetworkAlarmPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> AlarmRow:
            context.require(Permission.HEALTH_READ)
            asked = input.assignee
            to = None if asked is None else UserId(number_of(Kind.USER, asked, "assignee"))
            number = number_of(Kind.NETWORK_ALARM, input.alarm, "alarm")
            return await silence_work.work_on(session, number, to, input.note, context.now)

        row, errors = await attempt(context, Permission.ALERTS_WRITE, act)
        return NetworkAlarmPayload(
            alarm=None if row is None else NetworkAlarm.of(row), errors=errors
        )
