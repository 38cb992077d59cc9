"""Channels that are left to households, as those who run the network see them."""

from datetime import datetime
from decimal import Decimal

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.network import Concentrator
from backend.services.gateway.found_channels import FoundChannel
from backend.services.households import own_meters
from backend.services.model import places
from backend.store.network.channel_offers import Offer
from domain.identity import ConcentratorId
from domain.quantities import Commodity
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="A channel that waits for a household to connect its meter.")
class ChannelOffer:
    """View of an offer that nobody took yet."""

    concentrator: Concentrator
    network: int
    channel: int
    premise_id: strawberry.ID
    home: str = strawberry.field(description="Name of the home to whose household it is left.")
    site_path: str = strawberry.field(description="Where the home is.")
    commodity: Commodity
    pulse_constant: Decimal = strawberry.field(description="Pulses a unit, as on the meter.")
    offered_at: datetime
    last_seen: datetime | None = strawberry.field(description="End of its newest hour.")
    readings: int = strawberry.field(description="Hours whose counter is known.")

    @classmethod
    def of(cls, offer: Offer, heard: FoundChannel, concentrator: Concentrator) -> "ChannelOffer":
        """Build the view of an offer."""
        return cls(
            concentrator=concentrator,
            network=offer.channel.network,
            channel=offer.channel.address,
            premise_id=strawberry.ID(encode(Kind.PREMISE, offer.premise)),
            home=offer.channel.offered_to or "",
            site_path=offer.site_path,
            commodity=offer.commodity,
            pulse_constant=Decimal(offer.pulse_constant),
            offered_at=offer.offered_at,
            last_seen=heard.last_seen,
            readings=heard.readings,
        )


@strawberry.type
class OfferEntrance:
    """Entrance of the viewer."""

    @strawberry.field(description="Channels that are left to households and not connected yet.")
    async def channel_offers(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[ChannelOffer]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        length, context = page_length(first), info.context
        async with context.db() as session:
            rows = await own_meters.listed(session, position(after), length + 1, context.now)
            ids: list[ConcentratorId] = sorted({one.channel.concentrator_id for one, _ in rows})
            owners = await places.load_concentrators(session, ids)
        return page(
            [
                (
                    offer.channel.id,
                    ChannelOffer.of(
                        offer, heard, Concentrator.of(owners[offer.channel.concentrator_id])
                    ),
                )
                for offer, heard in rows
            ],
            length,
        )
