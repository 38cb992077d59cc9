"""The groups of a house compared, and their publication, in the schema."""

from datetime import date, datetime

import strawberry

from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.services.reading import comparing
from backend.store.groups import publications
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.errors import NotFoundError
from domain.identity import BalanceGroupId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="A group of homes against its house.")
class ComparedGroup:
    """View of a :class:`comparing.Compared`."""

    id: strawberry.ID
    name: str
    homes: int
    per_m2: float | None = strawberry.field(
        description="kWh or m3 a square metre; null of fewer than five homes."
    )
    against_house: float | None = strawberry.field(
        description="As a share of the house's mean: 1.12 is 12 % above it."
    )


@strawberry.type(description="A comparison that is open to whoever knows its address.")
class Publication:
    """Until it is taken back."""

    path: str = strawberry.field(description="Below the address of this installation.")
    published_at: datetime
    published_by: str

    @strawberry.field(description="Name of the person who published it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.published_by)


@strawberry.type(description="The groups of a house, the most thrifty first.")
class Comparison:
    """Over the last thirty whole days."""

    first: date
    last: date
    unit: str
    mean: float | None = strawberry.field(
        description="Of the homes of all groups that are told, a square metre."
    )
    homes: int
    groups: list[ComparedGroup]
    publication: Publication | None


async def _published(session: TenantSession, group: BalanceGroupId) -> Publication | None:
    row = (await publications.of_groups(session, [group])).get(group)
    if row is None:
        return None
    word = comparing.address_of(session.scope.tenant_id, row.word)
    return Publication(
        path=f"/public/comparison/{word}",
        published_at=row.published_at,
        published_by=row.published_by,
    )


@strawberry.type
class GroupComparison:
    """What a balance group says of the groups below it."""

    row: strawberry.Private[GroupRow]

    @strawberry.field(
        description="The groups directly below compared by what a square metre takes."
    )
    async def comparison(self, info: Info) -> Comparison:
        """Resolve by service."""
        info.context.require(Permission.REPORTS_READ)
        async with info.context.db() as session:
            found = await comparing.of_group(session, self.row, info.context.now)
            published = await _published(session, self.row.id)
        info.context.spend(24 * comparing.DAYS * found.homes)
        return Comparison(
            first=found.first,
            last=found.last,
            unit=found.unit,
            mean=found.mean,
            homes=found.homes,
            groups=[
                ComparedGroup(
                    id=strawberry.ID(encode(Kind.BALANCE_GROUP, one.group.id)),
                    name=one.group.name,
                    homes=one.homes,
                    per_m2=one.per_m2,
                    against_house=one.against_house,
                )
                for one in found.groups
            ],
            publication=published,
        )


@strawberry.type
class PublicationPayload:
    """The publication; null after it was taken back."""

    publication: Publication | None
    errors: list[UserError]


@strawberry.type
class ComparisonMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Open the comparison of a house to whoever knows its address.")
    async def publish_comparison(self, info: Info, group: strawberry.ID) -> PublicationPayload:
        """Resolve by service."""
        now = info.context.now

        async def act(session: TenantSession) -> Publication | None:
            house = await _house(session, group)
            await comparing.publish(session, house, now)
            return await _published(session, house.id)

        made, errors = await attempt(info.context, Permission.REPORTS_READ, act)
        return PublicationPayload(publication=made, errors=errors)

    @strawberry.mutation(description="Close it again: its address leads nowhere from now on.")
    async def take_comparison_back(self, info: Info, group: strawberry.ID) -> PublicationPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> None:
            await comparing.take_back(session, await _house(session, group))

        _, errors = await attempt(info.context, Permission.REPORTS_READ, act)
        return PublicationPayload(publication=None, errors=errors)


async def _house(session: TenantSession, group: str) -> GroupRow:
    number = BalanceGroupId(number_of(Kind.BALANCE_GROUP, group, "group"))
    found = (await metered.load_groups(session, [number])).get(number)
    if found is None:
        raise NotFoundError("group", group)
    return found
