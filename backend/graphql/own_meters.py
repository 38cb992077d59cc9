"""Meters that households connect themselves, in the schema."""

from datetime import datetime
from decimal import Decimal

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.services.households import own_meters
from backend.services.households.own_meters import ChannelName, OwnMeter
from backend.store.model import metered
from domain.identity import ChannelId, PremiseId
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

LONGEST_ID = 18


@strawberry.type(description="A channel that waits for a meter of the caller's home.")
class OwnChannel:
    """View of a channel that is left to a household."""

    id: strawberry.ID
    premise_id: strawberry.ID
    home: str = strawberry.field(description="Name of the home.")
    concentrator: str = strawberry.field(description="Serial.")
    network: int
    channel: int
    commodity: Commodity
    pulse_constant: Decimal = strawberry.field(description="Pulses a unit, as on the meter.")
    last_seen: datetime | None = strawberry.field(description="End of its newest hour.")
    readings: int = strawberry.field(description="Hours whose counter is known.")


@strawberry.type
class OwnMeterEntrance:
    """Entrance of the viewer."""

    @strawberry.field(description="Channels that are left to the caller's household.")
    async def own_channels(self, info: Info) -> list[OwnChannel]:
        """Resolve by service."""
        context = info.context
        context.require(Permission.OWN_METERS_INSTALL)
        async with context.db() as session:
            rows = await own_meters.offered(session, context.now)
        return [
            OwnChannel(
                id=strawberry.ID(str(one.channel.id)),
                premise_id=strawberry.ID(encode(Kind.PREMISE, one.premise)),
                home=one.channel.offered_to or "",
                concentrator=one.concentrator,
                network=one.channel.network,
                channel=one.channel.address,
                commodity=one.commodity,
                pulse_constant=Decimal(one.pulse_constant),
                last_seen=heard.last_seen,
                readings=heard.readings,
            )
            for one, heard in rows
        ]


@strawberry.input(description="A found channel, and the home whose household connects it.")
class OfferChannelInput:
    """The channel as it is printed on its module."""

    concentrator: str = strawberry.field(description="Serial.")
    network: int
    channel: int
    commodity: Commodity
    pulse_constant: Decimal = strawberry.field(description="Pulses a unit, as on the meter.")
    premise: strawberry.ID | None = strawberry.field(
        default=None, description="The home; without one the channel is left to nobody again."
    )


@strawberry.type
class OfferChannelPayload:
    """Whether it was done."""

    done: bool
    errors: list[UserError]


@strawberry.input(description="A meter of the caller's own home.")
class ConnectOwnMeterInput:
    """What stands on its face."""

    channel: strawberry.ID = strawberry.field(description="Of ownChannels.")
    meter_serial: str
    initial_index: Decimal = strawberry.field(description="Dial now, in units.")


@strawberry.type
class ConnectOwnMeterPayload:
    """The point as it is now."""

    point: MeteringPoint | None
    errors: list[UserError]


@strawberry.type
class OwnMeterMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Leave a found channel to a household, or to nobody.")
    async def offer_channel(self, info: Info, input: OfferChannelInput) -> OfferChannelPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> bool:
            named = input.premise
            premise = (
                None if named is None else PremiseId(number_of(Kind.PREMISE, named, "premise"))
            )
            name = ChannelName(input.concentrator, input.network, input.channel)
            await own_meters.offer(session, name, premise, input.commodity, input.pulse_constant)
            return True

        done, errors = await attempt(info.context, Permission.METERING_INSTALL, act)
        return OfferChannelPayload(done=bool(done), errors=errors)

    @strawberry.mutation(description="Connect a meter of one's own home to a channel left to it.")
    async def connect_own_meter(
        self, info: Info, input: ConnectOwnMeterInput
    ) -> ConnectOwnMeterPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> MeteringPoint:
            known = input.channel.isdecimal() and len(input.channel) <= LONGEST_ID
            number = ChannelId(int(input.channel) if known else 0)
            meter = OwnMeter(number, input.meter_serial, input.initial_index)
            point = await own_meters.connect(session, meter, context.now, context.master_key)
            return MeteringPoint.of((await metered.load_points(session, [point]))[point])

        done, errors = await attempt(context, Permission.OWN_METERS_INSTALL, act)
        return ConnectOwnMeterPayload(point=done, errors=errors)
