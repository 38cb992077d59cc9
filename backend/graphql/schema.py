"""The schema: every noun's fields put together."""

from datetime import datetime

import strawberry
from strawberry.schema.config import StrawberryConfig

from backend.graphql.acceptance import DocumentMutation, DocumentQueries
from backend.graphql.alert_changes import AlertMutation
from backend.graphql.alert_rules import AlertRuleMutation
from backend.graphql.alert_terms import AlertTermsMutation
from backend.graphql.alerts import Alert, alert_by_id
from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.command_changes import CommandMutation
from backend.graphql.commands import Command
from backend.graphql.comparisons import ComparisonMutation
from backend.graphql.context import Context
from backend.graphql.control import ControlMutation
from backend.graphql.corrections import CorrectionMutation
from backend.graphql.device_changes import DeviceMutation
from backend.graphql.doubtful_readings import DoubtMutation
from backend.graphql.dr_event_changes import DrMutation
from backend.graphql.dr_events import DrEvent, event_by_id
from backend.graphql.finding_changes import FindingMutation
from backend.graphql.findings import Finding
from backend.graphql.firmware import FirmwareMutation
from backend.graphql.house_networks import HouseNetworkMutation
from backend.graphql.households import HouseholdMutation
from backend.graphql.ids import Kind, decode
from backend.graphql.invitations import InvitationMutation
from backend.graphql.members import AdministrationMutation
from backend.graphql.metered import Node
from backend.graphql.metering_changes import MeteringMutation
from backend.graphql.metering_points import Meter, MeteringPoint
from backend.graphql.network import Concentrator
from backend.graphql.network_alarms import NetworkAlarmMutation
from backend.graphql.notifications import NotificationMutation
from backend.graphql.own_meters import OwnMeterMutation
from backend.graphql.partner_changes import PartnerMutation
from backend.graphql.place_changes import PlaceMutation
from backend.graphql.residents import ResidentMutation
from backend.graphql.scalars import SCALARS
from backend.graphql.sites import Premise, Site
from backend.graphql.subscriptions import Subscription
from backend.graphql.tenant_settings import TenantSettingsMutation
from backend.graphql.viewer import Viewer
from backend.graphql.webhooks import WebhookMutation
from backend.services.model import places
from backend.store.control import command_lists
from backend.store.findings import finding_lists
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="What is left of the tenant's budget of requests this minute.")
class RateLimit:
    """Wide documents take more than one of them."""

    limit: int
    remaining: int
    reset_at: datetime


@strawberry.type
class Query(DocumentQueries):
    """Everything that can be read."""

    @strawberry.field(description="What is left this minute; null where nobody counts.")
    def rate_limit(self, info: Info) -> RateLimit | None:
        """Resolve from what the transport counted."""
        allowance = info.context.allowance
        return None if allowance is None else RateLimit(**allowance._asdict())

    @strawberry.field(description="Who asks, and the entrances to what they may see.")
    def viewer(self, info: Info) -> Viewer:
        """Resolve from the token alone."""
        return Viewer(permissions=sorted(info.context.scope.permissions))

    @strawberry.field(
        description="Anything by its global id; null for what is absent, malformed or not yours."
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Resolve through the same loaders as the lists, so the same rights hold."""
        found = decode(id)
        if found is None:
            return None
        kind, number = found
        match kind:
            case Kind.METERING_POINT:
                point = await info.context.point(number)
                return None if point is None else MeteringPoint.of(point)
            case Kind.BALANCE_GROUP:
                group = await info.context.group(number)
                return None if group is None else BalanceGroup.of(group)
            case Kind.SITE:
                site = await info.context.site(number)
                return None if site is None else Site.of(site)
            case Kind.ALERT:
                return await alert_by_id(info.context, number)
            case _:
                return await _rarer(info.context, kind, number)


async def _happened(context: Context, kind: Kind, number: int) -> Node | None:
    """What somebody ordered, found or called, by id."""
    if kind is Kind.COMMAND:
        command = await context.loader("commands", command_lists.load_commands).load(number)
        return None if command is None else Command.of(command)
    if kind is Kind.DR_EVENT:
        return await event_by_id(context, number)
    context.require(Permission.FINDINGS_READ)
    finding = await context.loader("findings", finding_lists.load_findings).load(number)
    return None if finding is None else Finding.of(finding)


async def _rarer(context: Context, kind: Kind, number: int) -> Node | None:
    """Nodes that are seldom asked by id."""
    if kind in {Kind.COMMAND, Kind.DR_EVENT, Kind.FINDING}:
        return await _happened(context, kind, number)
    context.require(Permission.METERING_READ)
    match kind:
        case Kind.PREMISE:
            premise = await context.loader("premises", places.load_premises).load(number)
            return None if premise is None else Premise.of(premise)
        case Kind.METER:
            meter = await context.loader("meters", places.load_meters).load(number)
            return None if meter is None else Meter.of(meter)
        case Kind.CONCENTRATOR:
            loader = context.loader("concentrators", places.load_concentrators)
            concentrator = await loader.load(number)
            return None if concentrator is None else Concentrator.of(concentrator)
        case _:
            return None


@strawberry.type
class Mutation(
    MeteringMutation,
    OwnMeterMutation,
    CorrectionMutation,
    DoubtMutation,
    DeviceMutation,
    PlaceMutation,
    HouseNetworkMutation,
    ResidentMutation,
    InvitationMutation,
    HouseholdMutation,
    AdministrationMutation,
    CommandMutation,
    ControlMutation,
    NetworkAlarmMutation,
    FirmwareMutation,
    DocumentMutation,
    ComparisonMutation,
    FindingMutation,
    AlertMutation,
    AlertRuleMutation,
    AlertTermsMutation,
    DrMutation,
    NotificationMutation,
    WebhookMutation,
    PartnerMutation,
    TenantSettingsMutation,
):
    """Everything that can be done."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        MeteringPoint,
        BalanceGroup,
        Site,
        Premise,
        Meter,
        Concentrator,
        Command,
        Finding,
        Alert,
        DrEvent,
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
)
