"""Sites and premises in the schema."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql.acceptance import Acceptance
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.lists import (
    MOST_SEARCH,
    After,
    Connection,
    First,
    page,
    page_length,
    position,
)
from backend.graphql.metered import Node
from backend.graphql.residents import Resident
from backend.models import sites as models
from backend.services.model import places, premises, site_changes
from backend.services.reading import acceptance
from backend.store.model import addresses, metered, sites
from backend.store.model.sites import SiteRow
from backend.store.network import network_alarms
from domain.addresses import PostalAddress as Address
from domain.identity import SiteId
from domain.quantities import Heating, SiteKind
from tenants.permissions import Permission

if TYPE_CHECKING:
    from backend.graphql.balance_groups import BalanceGroup

Info = strawberry.Info[Context, None]

strawberry.enum(SiteKind, description="Level of a site in the tree.")
strawberry.enum(
    Heating,
    description=(
        "HOUSE: heated by the house; OWN: a boiler or heated floors of its own, and the basic share"
        " is borne all the same; WAIVED: as OWN, and the basic share was waived."
    ),
)


@strawberry.type(
    description="A postal address, or the parts of one that are known, as in schema.org."
)
class PostalAddress:
    """View of an address."""

    street: str | None = strawberry.field(description="Street and house number.")
    postal_code: str | None
    locality: str | None = strawberry.field(description="City, town or village.")
    country: str | None = strawberry.field(description="Two letters of ISO 3166-1.")
    line: str = strawberry.field(description="In one line, without the country.")

    @classmethod
    def of(cls, address: Address | None) -> "PostalAddress | None":
        """Build the view; None where nothing is known."""
        if address is None or not address.is_known:
            return None
        return cls(
            street=address.street,
            postal_code=address.postal_code,
            locality=address.locality,
            country=address.country,
            line=address.line,
        )


@strawberry.type(description="A node of the site tree: region, city, ... house, entrance.")
class Site(Node):
    """View of a row; a site that was just made is still the session's own object."""

    id: strawberry.ID
    kind: SiteKind
    name: str
    path: str = strawberry.field(description="Names from the root, separated by slashes.")
    timezone: str
    latitude: float | None
    longitude: float | None
    row: strawberry.Private[SiteRow | models.Site]

    @classmethod
    def of(cls, row: SiteRow | models.Site) -> "Site":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.SITE, row.id)),
            kind=SiteKind(row.kind),
            name=row.name,
            path=row.name_path,
            timezone=row.timezone,
            latitude=row.latitude,
            longitude=row.longitude,
            row=row,
        )

    @strawberry.field(
        description="Its address: what it does not tell itself is that of the sites above it."
    )
    async def address(self, info: Info) -> PostalAddress | None:
        """Resolve through the loader."""
        loader = info.context.loader("site_addresses", addresses.of_sites)
        return PostalAddress.of(await loader.load(SiteId(self.row.id)))

    @strawberry.field(description="What it tells of its address itself.")
    async def own_address(self) -> PostalAddress | None:
        """Resolve from the row."""
        return PostalAddress.of(site_changes.own_address(self.row))

    @strawberry.field(description="The site above, if the viewer may see it.")
    async def parent(self, info: Info) -> "Site | None":
        """Resolve through the loader."""
        if self.row.parent_id is None:
            return None
        row = await info.context.site(self.row.parent_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Sites directly below, by name.")
    async def children(self, info: Info) -> list["Site"]:
        """Resolve through the loader: one statement a level, whatever its width."""
        loader = info.context.loader("site_children", sites.children)
        return [Site.of(row) for row in await loader.load(self.row.id) or []]

    @strawberry.field(description="The balance group of this site for each commodity below it.")
    async def balance_groups(
        self, info: Info
    ) -> list[Annotated["BalanceGroup", strawberry.lazy("backend.graphql.balance_groups")]]:
        """Resolve through the loader."""
        from backend.graphql.balance_groups import BalanceGroup  # noqa: PLC0415 - the types name each other

        loader = info.context.loader("site_groups", metered.groups_of_sites)
        return [BalanceGroup.of(row) for row in await loader.load(SiteId(self.row.id)) or []]

    @strawberry.field(description="Flats and shops at and below this site, in pages.")
    async def premises(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        search: Annotated[
            str, strawberry.argument(description="Words of which each is a part of the name.")
        ] = "",
    ) -> Connection[Annotated["Premise", strawberry.lazy("backend.graphql.sites")]]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        length, site = page_length(first), SiteId(self.row.id)
        async with info.context.db() as session:
            rows = await places.premises_under(
                session, site, position(after), length + 1, search[:MOST_SEARCH]
            )
        return page([(row.id, Premise.of(row)) for row in rows], length)

    @strawberry.field(description="Devices at and below this site that are silent now.")
    async def network_alarm_count(self, info: Info) -> int:
        """Resolve through the loader: one statement a level, whatever its width."""
        info.context.require(Permission.HEALTH_READ)
        loader = info.context.loader("network_alarm_counts", network_alarms.count_open)
        return await loader.load(SiteId(self.row.id)) or 0

    @strawberry.field(
        description=(
            "Concentrators at and below this site that were never heard: newly placed ones, until"
            " they are silent for too long."
        )
    )
    async def unheard_count(self, info: Info) -> int:
        """Resolve through the loader: one statement a level, whatever its width."""
        info.context.require(Permission.HEALTH_READ)
        loader = info.context.loader("unheard_counts", network_alarms.count_unheard)
        return await loader.load(SiteId(self.row.id)) or 0

    @strawberry.field(description="Whether every hour of every meter was seen on some local days.")
    async def acceptance(
        self,
        info: Info,
        from_: Annotated[
            date, strawberry.argument(name="from", description="First day, local to the site.")
        ],
        days: int,
    ) -> Acceptance:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        info.context.require(Permission.REPORTS_READ)
        async with info.context.db() as session:
            site = SiteId(self.row.id)
            found = await acceptance.of_site(session, site, from_, days, info.context.now)
        info.context.spend(found.points * (found.span.end - found.span.start))
        return Acceptance.of(found)


@strawberry.type(description="How many radiators of a premise hang on a riser.")
class RiserRadiators:
    """One riser."""

    riser: str
    count: int


@strawberry.type(description="A flat or a shop.")
class Premise(Node):
    """View of a :class:`models.Premise`."""

    id: strawberry.ID
    name: str
    area_m2: float | None
    persons: int | None
    rooms: int | None
    norm_kwh_month: float | None
    norm_m3_month: float | None
    heating: Heating
    radiators: list[RiserRadiators] = strawberry.field(
        description="Radiators on each riser, where they were told."
    )
    row: strawberry.Private[models.Premise]

    @classmethod
    def of(cls, row: models.Premise) -> "Premise":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.PREMISE, row.id)),
            name=row.name,
            area_m2=None if row.area_m2 is None else float(row.area_m2),
            persons=row.persons,
            rooms=row.rooms,
            norm_kwh_month=None if row.norm_kwh_month is None else float(row.norm_kwh_month),
            norm_m3_month=None if row.norm_m3_month is None else float(row.norm_m3_month),
            heating=Heating(row.heating or Heating.HOUSE),
            radiators=[
                RiserRadiators(riser=riser, count=count)
                for riser, count in (row.radiators or {}).items()
            ],
            row=row,
        )

    @strawberry.field(description="The house or entrance it lies in.")
    async def site(self, info: Info) -> Site:
        """Resolve through the loader."""
        row = await info.context.site(self.row.site_id)
        assert row is not None, "whoever sees what is there sees the place"
        return Site.of(row)

    @strawberry.field(description="Households that live or lived here, the newest first.")
    async def residents(self, info: Info) -> list[Resident]:
        """Resolve through the loader."""
        info.context.require(Permission.RESIDENTS_READ)
        loader = info.context.loader("residents", premises.residents_of)
        return [Resident.of(row) for row in await loader.load(self.row.id) or []]
