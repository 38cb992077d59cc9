"""What the administrators of a tenant set for all of it."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.outcomes import UserError, attempt
from tenants import map_tiles, models
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="What lies below the houses on the map.")
class MapTiles:
    """Without it there are borders alone, which need no Internet."""

    url: str = strawberry.field(
        description="A template with {z}, {x} and {y}, or an archive that ends in .pmtiles."
    )
    attribution: str | None

    @classmethod
    def of(cls, row: models.Tenant) -> "MapTiles | None":
        """Build the view of a row."""
        if row.map_tiles is None:
            return None
        return cls(url=row.map_tiles, attribution=row.map_attribution)


@strawberry.input(description="Where the tiles of the map come from; null for borders alone.")
class SetMapTilesInput:
    """Pictures over HTTPS, and whom they are owed to."""

    url: str | None = None
    attribution: str | None = None


@strawberry.type
class MapTilesPayload:
    """The tiles as they are now."""

    map_tiles: MapTiles | None
    errors: list[UserError]


@strawberry.type
class TenantSettingsMutation:
    """Mutations of the settings of a tenant."""

    @strawberry.mutation(description="Set where the tiles of the map come from.")
    async def set_map_tiles(self, info: Info, input: SetMapTilesInput) -> MapTilesPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> models.Tenant:
            return await map_tiles.set_tiles(session, input.url, input.attribution)

        row, errors = await attempt(info.context, Permission.TENANT_ADMIN, act)
        return MapTilesPayload(map_tiles=None if row is None else MapTiles.of(row), errors=errors)
