"""The viewer: who asks, and the entrances to everything they may see."""

from typing import Annotated

import strawberry

from backend.graphql import lists
from backend.graphql.actuators import ActuatorEntrance
from backend.graphql.alert_rules import AlertRuleEntrance
from backend.graphql.alert_terms import AlertTermsEntrance
from backend.graphql.alerts import AlertEntrance
from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.balance_ranking import RankingEntrance
from backend.graphql.channel_offers import OfferEntrance
from backend.graphql.commands import CommandLists
from backend.graphql.context import Context
from backend.graphql.control import ControlEntrance
from backend.graphql.doubtful_readings import DoubtEntrance
from backend.graphql.dr_events import DrEntrance
from backend.graphql.finding_changes import FindingEntrance
from backend.graphql.firmware import FirmwareEntrance
from backend.graphql.forecast_models import ForecastEntrance
from backend.graphql.found_channels import FoundChannels
from backend.graphql.households import HomeEntrance
from backend.graphql.ids import Kind, decode
from backend.graphql.invitations import ResidentEntrance
from backend.graphql.lists import MOST_SEARCH, After, Connection, First
from backend.graphql.members import AdministrationEntrance
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.network import Concentrator
from backend.graphql.network_alarms import NetworkEntrance
from backend.graphql.network_health import RouteEntrance
from backend.graphql.notifications import NotificationEntrance
from backend.graphql.own_meters import OwnMeterEntrance
from backend.graphql.partners import PartnerEntrance
from backend.graphql.seats import SeatEntrance
from backend.graphql.site_map import MapEntrance
from backend.graphql.sites import Site
from backend.graphql.tenant_brands import Brand
from backend.graphql.tenant_settings import MapTiles
from backend.graphql.webhooks import WebhookEntrance
from backend.services.model import places
from backend.store.model import metered, sites
from domain.identity import SiteId
from domain.quantities import Commodity, Role
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="A utility or a housing association.")
class Tenant:
    """The viewer's own tenant."""

    id: strawberry.ID
    name: str
    timezone: str
    locale: str
    brand: Brand
    map_tiles: MapTiles | None


@strawberry.type(description="Who asks.")
class Viewer(
    CommandLists,
    FoundChannels,
    OfferEntrance,
    RankingEntrance,
    DoubtEntrance,
    ControlEntrance,
    ActuatorEntrance,
    NetworkEntrance,
    RouteEntrance,
    FirmwareEntrance,
    FindingEntrance,
    ForecastEntrance,
    AlertEntrance,
    AlertRuleEntrance,
    AlertTermsEntrance,
    DrEntrance,
    NotificationEntrance,
    WebhookEntrance,
    MapEntrance,
    HomeEntrance,
    OwnMeterEntrance,
    ResidentEntrance,
    AdministrationEntrance,
    PartnerEntrance,
    SeatEntrance,
):
    """Entrances to what the caller may see."""

    permissions: list[str] = strawberry.field(description="What the caller may do.")

    @strawberry.field(description="The tenant the token belongs to.")
    async def tenant(self, info: Info) -> Tenant:
        """Resolve by service."""
        async with info.context.db() as session:
            row = await places.tenant_of(session)
        return Tenant(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            timezone=row.timezone,
            locale=row.locale,
            brand=Brand.of(row),
            map_tiles=MapTiles.of(row),
        )

    @strawberry.field(description="A site by its path of names, such as Region/City/House 1.")
    async def site(self, info: Info, path: str) -> Site | None:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        async with info.context.db() as session:
            row = await sites.find(session, path)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Tops of the site tree.")
    async def sites(self, info: Info) -> list[Site]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        async with info.context.db() as session:
            return [Site.of(row) for row in await sites.tops(session)]

    @strawberry.field(
        description=(
            "Sites by words of path and address; those that are called so come first, then the"
            " highest in the tree."
        )
    )
    async def found_sites(self, info: Info, search: str, first: int = 10) -> list[Site]:
        """Resolve by the store."""
        info.context.require(Permission.METERING_READ)
        most = lists.page_length(first)
        async with info.context.db() as session:
            rows = await sites.search(session, search[:MOST_SEARCH].split(), most)
        return [Site.of(row) for row in rows]

    @strawberry.field(description="Tops of the balance groups drawn beside the site tree.")
    async def balance_groups(self, info: Info) -> list[BalanceGroup]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        async with info.context.db() as session:
            return [BalanceGroup.of(row) for row in await metered.drawn_groups(session)]

    @strawberry.field(description="All metering points, or those below a site, in pages.")
    async def metering_points(  # noqa: PLR0913, PLR0917 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        under: strawberry.ID | None = None,
        commodity: Commodity | None = None,
        role: Role | None = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Words in address, name or serial of a meter."),
        ] = None,
    ) -> Connection[MeteringPoint]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        length = lists.page_length(first)
        site = None
        if under is not None:
            found = decode(under)
            if found is None or found[0] is not Kind.SITE:
                return lists.page([], length)
            site = SiteId(found[1])
        async with info.context.db() as session:
            rows = await metered.list_points(
                session,
                lists.position(after),
                length + 1,
                under=site,
                commodity=commodity,
                role=role,
                search=None if search is None else search[:MOST_SEARCH],
            )
        return lists.page([(row.id, MeteringPoint.of(row)) for row in rows], length)

    @strawberry.field(description="All concentrators, in pages.")
    async def concentrators(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[Concentrator]:
        """Resolve by service."""
        info.context.require(Permission.METERING_READ)
        length = lists.page_length(first)
        async with info.context.db() as session:
            rows = await places.list_concentrators(session, lists.position(after), length + 1)
        return lists.page([(row.id, Concentrator.of(row)) for row in rows], length)
