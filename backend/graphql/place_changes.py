"""Mutations of places: sites, premises and drawn groups."""

from decimal import Decimal

import strawberry

from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.sites import Premise, Site
from backend.services.model import drawn_groups, premises, site_changes, site_moves, site_removal
from backend.store.model import metered
from domain.addresses import PostalAddress
from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from domain.quantities import Commodity, Heating, Role, SiteKind
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.input(description="A postal address; parts left out are not known.")
class PostalAddressInput:
    """As in schema.org."""

    street: str | None = strawberry.field(
        default=None, description="Street and house number, as on a letter."
    )
    postal_code: str | None = None
    locality: str | None = strawberry.field(default=None, description="City, town or village.")
    country: str | None = strawberry.field(default=None, description="Two letters of ISO 3166-1.")

    def checked(self) -> PostalAddress:
        """The address, or the refusal."""
        return PostalAddress.checked(self.street, self.postal_code, self.locality, self.country)


@strawberry.input(description="A site to be made.")
class CreateSiteInput:
    """Below another site, or at the top."""

    kind: SiteKind
    name: str
    parent: strawberry.ID | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: PostalAddressInput | None = None


@strawberry.input(description="How a site is to be; all of it replaces what was told before.")
class ChangeSiteInput:
    """Its kind and parent stay."""

    site: strawberry.ID
    name: str
    latitude: float | None = None
    longitude: float | None = None
    timezone: str | None = strawberry.field(
        default=None,
        description="All below that had the same zone get it, too; it stays when left out.",
    )
    address: PostalAddressInput | None = strawberry.field(
        default=None,
        description="Sites below have what they do not tell themselves; it stays when left out.",
    )


@strawberry.input(description="Where in the tree a site is to hang.")
class MoveSiteInput:
    """Below another site, or at the top."""

    site: strawberry.ID
    parent: strawberry.ID | None = None


@strawberry.input(description="A site in which nothing is left.")
class RemoveSiteInput:
    """Which."""

    site: strawberry.ID


@strawberry.type
class RemoveSitePayload:
    """Whether it was removed."""

    removed: bool
    errors: list[UserError]


@strawberry.type
class SitePayload:
    """The site."""

    site: Site | None
    errors: list[UserError]


@strawberry.input(description="How many radiators of a premise hang on a riser.")
class RiserRadiatorsInput:
    """One riser."""

    riser: str
    count: int


@strawberry.input(description="A flat or shop; what is left out stays as it is.")
class SavePremiseInput:
    """Known by its site and name."""

    site: strawberry.ID
    name: str
    area_m2: Decimal | None = None
    persons: int | None = None
    rooms: int | None = None
    norm_kwh_month: Decimal | None = None
    norm_m3_month: Decimal | None = None
    heating: Heating | None = None
    radiators: list[RiserRadiatorsInput] | None = strawberry.field(
        default=None, description="All risers of the premise; what was told before is replaced."
    )


@strawberry.type
class PremisePayload:
    """The premise."""

    premise: Premise | None
    errors: list[UserError]


@strawberry.input(description="A metering point, and what it is to a group.")
class GroupMemberInput:
    """One member."""

    point: strawberry.ID
    role: Role


@strawberry.input(description="A balance group beside the site tree.")
class DrawGroupInput:
    """Any points of one commodity."""

    name: str
    commodity: Commodity
    members: list[GroupMemberInput]
    parent: strawberry.ID | None = None


@strawberry.input(description="New members of a drawn group.")
class RedrawGroupInput:
    """They replace the old ones."""

    group: strawberry.ID
    members: list[GroupMemberInput]


@strawberry.type
class GroupPayload:
    """The group."""

    group: BalanceGroup | None
    errors: list[UserError]


def _members(members: list[GroupMemberInput]) -> list[drawn_groups.Member]:
    return [
        (MeteringPointId(number_of(Kind.METERING_POINT, one.point, "members.point")), one.role)
        for one in members
    ]


async def _group(session: TenantSession, number: BalanceGroupId) -> BalanceGroup:
    return BalanceGroup.of((await metered.load_groups(session, [number]))[number])


@strawberry.type
class PlaceMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Make a site.")
    async def create_site(self, info: Info, input: CreateSiteInput) -> SitePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Site:
            parent = input.parent
            above = None if parent is None else SiteId(number_of(Kind.SITE, parent, "parent"))
            told = None if input.address is None else input.address.checked()
            new = premises.NewSite(
                above, input.kind, input.name, input.latitude, input.longitude, told
            )
            return Site.of(await premises.create_site(session, new))

        site, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return SitePayload(site=site, errors=errors)

    @strawberry.mutation(
        description=(
            "Name a site anew, or tell where it lies. Paths of all sites below follow its name; a"
            " metering file that still has the old one would make a new site."
        )
    )
    async def change_site(self, info: Info, input: ChangeSiteInput) -> SitePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Site:
            wanted = site_changes.SiteChange(
                input.name,
                input.latitude,
                input.longitude,
                input.timezone,
                None if input.address is None else input.address.checked(),
            )
            number = SiteId(number_of(Kind.SITE, input.site, "site"))
            changed = await site_changes.change(session, number, wanted, info.context.now)
            return Site.of(changed)

        site, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return SitePayload(site=site, errors=errors)

    @strawberry.mutation(
        description=(
            "Hang a site and all below it elsewhere in the tree. Balances of all that it leaves"
            " and joins are computed anew for the whole past, as if it had always been there."
        )
    )
    async def move_site(self, info: Info, input: MoveSiteInput) -> SitePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Site:
            number = SiteId(number_of(Kind.SITE, input.site, "site"))
            parent = input.parent
            above = None if parent is None else SiteId(number_of(Kind.SITE, parent, "parent"))
            return Site.of(await site_moves.move(session, number, above))

        site, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return SitePayload(site=site, errors=errors)

    @strawberry.mutation(
        description=(
            "Take a site out of the tree in which nothing is left. Balances that it had while it"
            " had meters are forgotten with it."
        )
    )
    async def remove_site(self, info: Info, input: RemoveSiteInput) -> RemoveSitePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> bool:
            await site_removal.remove(session, SiteId(number_of(Kind.SITE, input.site, "site")))
            return True

        removed, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return RemoveSitePayload(removed=bool(removed), errors=errors)

    @strawberry.mutation(description="Make a flat or shop, or bring it up to date.")
    async def save_premise(self, info: Info, input: SavePremiseInput) -> PremisePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Premise:
            site = SiteId(number_of(Kind.SITE, input.site, "site"))
            told = {
                "area_m2": input.area_m2,
                "persons": input.persons,
                "rooms": input.rooms,
                "norm_kwh_month": input.norm_kwh_month,
                "norm_m3_month": input.norm_m3_month,
            }
            pipes = input.radiators
            radiators = None if pipes is None else [(one.riser, one.count) for one in pipes]
            heat = premises.HeatOfPremise(input.heating, radiators)
            saved = await premises.save_premise(session, site, input.name, told, heat)
            return Premise.of(saved)

        premise, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return PremisePayload(premise=premise, errors=errors)

    @strawberry.mutation(description="Draw a balance group of chosen metering points.")
    async def draw_group(self, info: Info, input: DrawGroupInput) -> GroupPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> BalanceGroup:
            parent = input.parent
            above = None
            if parent is not None:
                above = BalanceGroupId(number_of(Kind.BALANCE_GROUP, parent, "parent"))
            new = drawn_groups.NewGroup(input.name, input.commodity, above, _members(input.members))
            return await _group(session, (await drawn_groups.draw_group(session, new)).id)

        group, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return GroupPayload(group=group, errors=errors)

    @strawberry.mutation(description="Replace the members of a drawn group.")
    async def redraw_group(self, info: Info, input: RedrawGroupInput) -> GroupPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> BalanceGroup:
            number = BalanceGroupId(number_of(Kind.BALANCE_GROUP, input.group, "group"))
            members = _members(input.members)
            return await _group(
                session, (await drawn_groups.redraw_group(session, number, members)).id
            )

        group, errors = await attempt(info.context, Permission.METERING_WRITE, act)
        return GroupPayload(group=group, errors=errors)
