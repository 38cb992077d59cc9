"""What people do with findings: entrances of the viewer, and the mutations."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from enum import Enum
from typing import Annotated

import strawberry

from backend.graphql.context import Context
from backend.graphql.findings import (
    Finding,
    Kinds,
    States,
    connection,
    wanted,
)
from backend.graphql.ids import Kind, decode, number_of
from backend.graphql.lists import After, Connection, First, page
from backend.graphql.outcomes import UserError, attempt
from backend.services.findings import inspecting
from backend.store.findings import experience, finding_lists
from backend.store.findings.experience import Experience, Price
from backend.store.findings.finding_lists import FindingRow
from domain.errors import ForbiddenError
from domain.findings import Family, FindingVerdict
from domain.identity import SiteId, UserId
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

_PERSON = "user:"


@strawberry.enum(description="Which findings come first.")
class FindingOrder(Enum):
    """Order of a list of findings."""

    NEWEST = "newest"
    LARGEST = strawberry.enum_value(
        "largest",
        description="What costs most by the tenant's prices; what has none, by its amount.",
    )


strawberry.enum(Family, name="FindingFamily", description="Kinds of findings that are one story.")


@strawberry.type(description="What a kWh or m3 is worth to the tenant.")
class CommodityPrice:
    """View of a :class:`Price`."""

    commodity: Commodity
    price: Decimal
    currency: str

    @classmethod
    def of(cls, row: Price) -> "CommodityPrice":
        """Build the view of a row."""
        return cls(commodity=row.commodity, price=row.price, currency=row.currency)


@strawberry.type(description="What inspections of a family of findings taught.")
class FindingExperience:
    """View of an :class:`Experience`."""

    family: Family
    confirmed: int
    refuted: int
    factor: float = strawberry.field(
        description="On the thresholds of its rules: above 1 they are more patient; 0.8 to 2."
    )

    @classmethod
    def of(cls, row: Experience) -> "FindingExperience":
        """Build the view of a row."""
        return cls(
            family=row.family, confirmed=row.confirmed, refuted=row.refuted, factor=row.factor
        )


@strawberry.type
class FindingEntrance:
    """Entrances of the viewer to findings."""

    @strawberry.field(
        description=(
            "Findings in sight, the newest first unless others are asked for. A household is shown"
            " leaks at its own meters, the newest first, and nothing else."
        )
    )
    async def findings(  # noqa: PLR0913, PLR0917 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        states: States = None,
        kinds: Kinds = None,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only at this site and below it."),
        ] = None,
        commodity: Commodity | None = None,
        order: FindingOrder = FindingOrder.NEWEST,
    ) -> Connection[Finding]:
        """Resolve by service."""
        context, asked = info.context, wanted(first, after, states, kinds)
        asked = asked._replace(largest=order is FindingOrder.LARGEST)
        site = None
        if under is not None:
            found = decode(under)
            if found is None or found[0] is not Kind.SITE:
                return page([], first)
            site = SiteId(found[1])
        household = _household(context)
        async with context.db() as session:
            if household is not None:
                rows = await finding_lists.own_findings(session, household, asked, context.now)
            else:
                rows = await finding_lists.list_findings(session, asked, site, commodity)
        return connection(rows, asked)

    @strawberry.field(description="What a kWh or m3 is worth: findings are told in money by it.")
    async def commodity_prices(self, info: Info) -> list[CommodityPrice]:
        """Resolve by service."""
        info.context.require(Permission.FINDINGS_READ)
        async with info.context.db() as session:
            found = await experience.prices(session)
        return [CommodityPrice.of(row) for row in found.values()]

    @strawberry.field(description="What inspections taught, family by family.")
    async def finding_experience(self, info: Info) -> list[FindingExperience]:
        """Resolve by service."""
        info.context.require(Permission.FINDINGS_READ)
        async with info.context.db() as session:
            found = await experience.experiences(session)
        return [FindingExperience.of(row) for row in found]


def _household(context: Context) -> UserId | None:
    """The person who sees their own leaks alone; None who sees the tenant's findings.

    Raises
    ------
    ForbiddenError
        The principal may see neither.
    """
    scope = context.scope
    if Permission.FINDINGS_READ in scope.permissions:
        return None
    if not scope.actor.startswith(_PERSON) or Permission.ALERTS_READ not in scope.permissions:
        raise ForbiddenError(f"this needs the permission {Permission.FINDINGS_READ}")
    return UserId(int(scope.actor.removeprefix(_PERSON)))


@strawberry.input(description="Somebody looks after it.")
class AcknowledgeFindingInput:
    """Said twice it is done once."""

    finding: strawberry.ID
    note: str | None = None


@strawberry.input(description="What was found on the spot.")
class InspectFindingInput:
    """Said twice it is done once; another verdict corrects the one before."""

    finding: strawberry.ID
    verdict: FindingVerdict
    note: str | None = None


@strawberry.input(description="It is repaired, or needs no repair.")
class CloseFindingInput:
    """Said twice it is done once."""

    finding: strawberry.ID
    note: str | None = None


@strawberry.type
class FindingPayload:
    """The finding as it is now."""

    finding: Finding | None
    errors: list[UserError]


@strawberry.input(description="What a kWh or m3 is worth to the tenant.")
class SetCommodityPriceInput:
    """Without a price findings are not told in money."""

    commodity: Commodity
    price: Decimal | None
    currency: str = strawberry.field(description="ISO 4217, such as MDL.")


@strawberry.type
class CommodityPricePayload:
    """The price that holds; null when there is none."""

    price: CommodityPrice | None
    errors: list[UserError]


async def _done(
    context: Context,
    finding: strawberry.ID,
    act: Callable[[TenantSession, int], Awaitable[FindingRow]],
) -> FindingPayload:
    async def run(session: TenantSession) -> FindingRow:
        return await act(session, number_of(Kind.FINDING, finding, "finding"))

    row, errors = await attempt(context, Permission.FINDINGS_WRITE, run)
    return FindingPayload(finding=None if row is None else Finding.of(row), errors=errors)


@strawberry.type
class FindingMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Take note of a finding: somebody looks after it.")
    async def acknowledge_finding(
        self, info: Info, input: AcknowledgeFindingInput
    ) -> FindingPayload:
        """Resolve by service."""
        context = info.context
        return await _done(
            context,
            input.finding,
            lambda session, number: inspecting.acknowledge(
                session, number, input.note, context.now
            ),
        )

    @strawberry.mutation(
        description="Say what an inspection found; it moves the thresholds of such findings."
    )
    async def inspect_finding(self, info: Info, input: InspectFindingInput) -> FindingPayload:
        """Resolve by service."""
        context = info.context
        return await _done(
            context,
            input.finding,
            lambda session, number: inspecting.inspect(
                session, number, input.verdict, input.note, context.now
            ),
        )

    @strawberry.mutation(description="Close a finding; what begins later is another one.")
    async def close_finding(self, info: Info, input: CloseFindingInput) -> FindingPayload:
        """Resolve by service."""
        context = info.context
        return await _done(
            context,
            input.finding,
            lambda session, number: inspecting.close(session, number, input.note, context.now),
        )

    @strawberry.mutation(description="Set what a kWh or m3 is worth to the tenant.")
    async def set_commodity_price(
        self, info: Info, input: SetCommodityPriceInput
    ) -> CommodityPricePayload:
        """Resolve by service."""
        made, errors = await attempt(
            info.context,
            Permission.TARIFFS_WRITE,
            lambda session: inspecting.set_price(
                session, input.commodity, input.price, input.currency
            ),
        )
        return CommodityPricePayload(
            price=None if made is None else CommodityPrice.of(made), errors=errors
        )
