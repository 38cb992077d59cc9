"""Channels to be placed, in the schema."""

from datetime import datetime

import strawberry

from backend.graphql.context import Context
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.network import Concentrator
from backend.services.gateway import found_channels
from backend.services.model import places
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="A channel that nobody placed: what it counts is kept.")
class FoundChannel:
    """View of a found channel."""

    concentrator: Concentrator
    network: int
    channel: int
    since: datetime = strawberry.field(description="When it was first heard of.")
    last_seen: datetime | None = strawberry.field(description="End of its newest hour.")
    readings: int = strawberry.field(description="Hours whose counter is known.")
    offered_to: str | None = strawberry.field(
        description="The home whose household connects its meter itself."
    )


@strawberry.type
class FoundChannels:
    """Fields of the viewer."""

    @strawberry.field(description="Channels that concentrators tell of and nobody placed.")
    async def found_channels(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[FoundChannel]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        length, context = page_length(first), info.context
        async with context.db() as session:
            rows = await found_channels.listed(session, position(after), length + 1, context.now)
            ids = sorted({one.row.concentrator_id for one in rows})
            owners = await places.load_concentrators(session, ids)
        return page(
            [
                (
                    one.row.id,
                    FoundChannel(
                        concentrator=Concentrator.of(owners[one.row.concentrator_id]),
                        network=one.row.network,
                        channel=one.row.address,
                        since=one.row.found_at,
                        last_seen=one.last_seen,
                        readings=one.readings,
                        offered_to=one.row.offered_to,
                    ),
                )
                for one in rows
            ],
            length,
        )
