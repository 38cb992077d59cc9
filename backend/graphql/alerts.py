"""Alerts in the schema: what was raised, for whom, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql.actors import name_of, person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.locales import locale_of
from backend.graphql.metered import Metered, Node
from backend.graphql.sites import Site
from backend.services.alerts import handling, sentences
from backend.services.alerts.rules import is_staff
from backend.store.alerts import alert_lists
from backend.store.alerts.alert_lists import AlertRow, Asker, TransitionRow, Wanted
from backend.store.findings import finding_lists
from domain.alerts import AlertKind, AlertStep, Severity
from domain.hours import instant_of
from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from tenants.permissions import Permission
from tenants.session import TenantSession

if TYPE_CHECKING:
    from backend.graphql.dr_events import DrEvent
    from backend.graphql.findings import Finding

Info = strawberry.Info[Context, None]

strawberry.enum(AlertKind, description="What an alert is about; docs/alerts.md tells how.")
strawberry.enum(Severity, name="AlertSeverity", description="How bad it is.")
strawberry.enum(AlertStep, description="What happened to an alert.")


@strawberry.type(description="A step in the life of an alert.")
class AlertTransition:
    """View of a :class:`TransitionRow`."""

    at: datetime
    actor: str
    step: AlertStep
    note: str | None

    @classmethod
    def of(cls, row: TransitionRow) -> "AlertTransition":
        """Build the view of a row."""
        return cls(at=row.at, actor=row.actor, step=row.step, note=row.note)

    @strawberry.field(description="Name of the person who did it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.actor)


@strawberry.type(description="A condition that was met; open until it no longer is.")
class Alert(Node):
    """View of an :class:`AlertRow`."""

    id: strawberry.ID
    kind: AlertKind
    severity: Severity
    cause: str | None = strawberry.field(
        description="Kind of the finding, or of the report of a device, that raised it."
    )
    own: bool = strawberry.field(
        description="Whether it is of the viewer's home, not of the queue of the staff."
    )
    opened_at: datetime
    seen_at: datetime = strawberry.field(description="When it still held last.")
    closed_at: datetime | None
    acknowledged_at: datetime | None
    escalated_at: datetime | None = strawberry.field(
        description="When the administrators were told, since nobody took note of it."
    )
    period: datetime | None = strawberry.field(
        description="Start of the day or month that it is about."
    )
    note: str | None
    value: float | None
    limit: float | None
    unit: str | None
    row: strawberry.Private[AlertRow]

    @classmethod
    def of(cls, row: AlertRow) -> "Alert":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.ALERT, row.id)),
            kind=row.kind,
            severity=row.severity,
            cause=row.cause,
            own=row.user_id is not None,
            opened_at=row.opened_at,
            seen_at=row.seen_at,
            closed_at=row.closed_at,
            acknowledged_at=row.acknowledged_at,
            escalated_at=row.escalated_at,
            period=None if row.period is None else instant_of(row.period),
            note=row.note,
            value=row.value,
            limit=row.threshold,
            unit=sentences.unit_word(row.kind, row.commodity, row.energy_kind),
            row=row,
        )

    @strawberry.field(description="The meter or group it is about.")
    async def owner(self, info: Info) -> Metered | None:
        """Resolve through the loaders."""
        return await metered_of(info.context, self.row.point_id, self.row.group_id)

    @strawberry.field(description="Where it is.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        row = None if self.row.site_id is None else await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Name of who took note of it.")
    async def acknowledged_by(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await name_of(info.context, self.row.acknowledged_by)

    @strawberry.field(description="Name of whose business it is.")
    async def assignee(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await name_of(info.context, self.row.assignee_id)

    @strawberry.field(description="Whose business it is, as `viewer.colleagues` has them.")
    async def assignee_id(self) -> strawberry.ID | None:
        """Resolve from the row."""
        number = self.row.assignee_id
        return None if number is None else strawberry.ID(encode(Kind.USER, number))

    @strawberry.field(description="All of it in a sentence, in the viewer's language or another.")
    async def text(
        self,
        info: Info,
        locale: Annotated[str | None, strawberry.argument(description="en, ru or ro.")] = None,
    ) -> str:
        """Resolve by the words of alerts."""
        own = self.row.user_id is not None
        return sentences.say(self.row, locale or await locale_of(info.context), own=own).body

    @strawberry.field(description="Its title, in the viewer's language or another.")
    async def title(self, info: Info, locale: str | None = None) -> str:
        """Resolve by the words of alerts."""
        own = self.row.user_id is not None
        return sentences.say(self.row, locale or await locale_of(info.context), own=own).title

    @strawberry.field(description="What to do about it, where there is something simple to do.")
    async def advice(self, info: Info, locale: str | None = None) -> str | None:
        """Resolve by the words of alerts."""
        own = self.row.user_id is not None
        return sentences.say(self.row, locale or await locale_of(info.context), own=own).advice

    @strawberry.field(description="The finding that raised it, for those who see findings.")
    async def finding(
        self, info: Info
    ) -> Annotated["Finding", strawberry.lazy("backend.graphql.findings")] | None:
        """Resolve through the loader."""
        from backend.graphql.findings import Finding  # noqa: PLC0415 - the types name each other

        if self.row.finding_id is None or not is_staff(info.context.scope):
            return None
        loader = info.context.loader("findings", finding_lists.load_findings)
        row = await loader.load(self.row.finding_id)
        return None if row is None else Finding.of(row)

    @strawberry.field(description="The event of demand response that it tells of.")
    async def dr_event(
        self, info: Info
    ) -> Annotated["DrEvent", strawberry.lazy("backend.graphql.dr_events")] | None:
        """Resolve through the loader."""
        from backend.graphql.dr_events import event_by_id  # noqa: PLC0415 - the types name each other

        event = self.row.event
        return None if event is None else await event_by_id(info.context, event.id)

    @strawberry.field(description="All that happened to it, from the first step on.")
    async def transitions(self, info: Info) -> list[AlertTransition]:
        """Resolve through the loader."""
        loader = info.context.loader("alert_transitions", alert_lists.transitions)
        return [AlertTransition.of(row) for row in await loader.load(self.row.id) or []]


@strawberry.type(description="Somebody of the staff, to whom alerts can be handed.")
class Colleague:
    """A person who sees the queue."""

    id: strawberry.ID
    name: str


async def metered_of(
    context: Context, point: MeteringPointId | None, group: BalanceGroupId | None
) -> Metered | None:
    """What is metered, by id."""
    from backend.graphql.balance_groups import BalanceGroup  # noqa: PLC0415 - the types name each other
    from backend.graphql.metering_points import MeteringPoint  # noqa: PLC0415 - the same

    if point is not None:
        found = await context.point(point)
        return None if found is None else MeteringPoint.of(found)
    if group is not None:
        row = await context.group(group)
        return None if row is None else BalanceGroup.of(row)
    return None


async def alert_by_id(context: Context, number: int) -> Alert | None:
    """An alert in sight."""
    context.require(Permission.ALERTS_READ)

    async def load(session: TenantSession, keys: Sequence[int]) -> Mapping[int, AlertRow]:
        asker = handling.asker_of(session, context.now)
        return await alert_lists.load_alerts(session, asker, keys)

    row = await context.loader("alerts", load).load(number)
    return None if row is None else Alert.of(row)


def narrowed(wanted: Wanted, under: str | None) -> Wanted | None:
    """Only what is at a site, in a group or at a meter; None where the id is none of these."""
    if under is None:
        return wanted
    match decode(under):
        case (Kind.SITE, number):
            return wanted._replace(site=SiteId(number))
        case (Kind.BALANCE_GROUP, number):
            return wanted._replace(group=BalanceGroupId(number))
        case (Kind.METERING_POINT, number):
            return wanted._replace(point=MeteringPointId(number))
        case _:
            return None


@strawberry.type
class AlertEntrance:
    """Entrances of the viewer to alerts."""

    @strawberry.field(
        description=(
            "Alerts in sight, the newest first: the queue for the staff, and for everybody those of"
            " their own home."
        )
    )
    async def alerts(  # noqa: PLR0913 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        *,
        only_open: Annotated[
            bool, strawberry.argument(description="Leave out those that are over.")
        ] = False,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only at or below this site, group or meter."),
        ] = None,
        kinds: list[AlertKind] | None = None,
        severities: list[Severity] | None = None,
        acknowledged: Annotated[
            bool | None, strawberry.argument(description="Only those that are, or are not.")
        ] = None,
    ) -> Connection[Alert]:
        """Resolve by service."""
        info.context.require(Permission.ALERTS_READ)
        length = page_length(first)
        wanted = narrowed(
            Wanted(
                most=length + 1,
                before=position(after),
                only_open=only_open,
                kinds=None if kinds is None else tuple(kinds),
                severities=None if severities is None else tuple(severities),
                acknowledged=acknowledged,
            ),
            under,
        )
        if wanted is None:
            return page([], length)
        async with info.context.db() as session:
            asker: Asker = handling.asker_of(session, info.context.now)
            rows = await alert_lists.list_alerts(session, asker, wanted)
        return page([(row.id, Alert.of(row)) for row in rows], length)

    @strawberry.field(description="People to whom an alert can be handed, by name.")
    async def colleagues(self, info: Info) -> list[Colleague]:
        """Resolve by service."""
        info.context.require(Permission.ALERTS_WRITE)
        if not is_staff(info.context.scope):
            return []
        async with info.context.db() as session:
            found = await handling.colleagues(session, info.context.now)
        return [
            Colleague(id=strawberry.ID(encode(Kind.USER, number)), name=name)
            for number, name in found
        ]
