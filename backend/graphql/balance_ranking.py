"""Balances side by side in the schema: which of a city's houses lose most."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.lists import First, page_length
from backend.graphql.metered import From, To
from backend.services.reading import ranking
from backend.services.reading.profiles import Range
from backend.services.reading.ranking import Ranked
from backend.store.model.listings import Under
from domain.identity import SiteId
from domain.quantities import Commodity, unit_of
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="A balance summed over a range; null where nothing is known.")
class RankedBalance:
    """View of a group with an inlet."""

    group_id: strawberry.ID
    name: str
    path: str = strawberry.field(description="Of its site.")
    unit: str
    supplied: float | None
    delivered: float | None
    imbalance: float | None = strawberry.field(description="Of the hours that can be judged.")
    share: float | None = strawberry.field(description="Of what was supplied in those hours.")
    coverage: float | None = strawberry.field(description="Mean over the hours, 0 to 1.")
    hours: int
    judged: int

    @classmethod
    def of(cls, row: Ranked) -> "RankedBalance":
        """Build the view of a row."""
        group = row.listing.group
        return cls(
            group_id=strawberry.ID(encode(Kind.BALANCE_GROUP, group.id)),
            name=group.name,
            path=row.listing.path,
            unit=str(unit_of(group.commodity)),
            supplied=_kilo(row.supplied),
            delivered=_kilo(row.delivered),
            imbalance=_kilo(row.imbalance),
            share=row.share,
            coverage=row.coverage,
            hours=row.hours,
            judged=row.judged,
        )


def _kilo(value: int | None) -> float | None:
    return None if value is None else value / 1000


@strawberry.type(description="Those that lose most, and of how many.")
class BalanceRanking:
    """The first of a ranking."""

    rows: list[RankedBalance]
    total: int


@strawberry.type
class RankingEntrance:
    """Entrance of the viewer."""

    @strawberry.field(
        description="Balances of a resource at and below a site, by the share that is lost."
    )
    async def balance_ranking(  # noqa: PLR0913, PLR0917 - what, where, when, how many
        self,
        info: Info,
        commodity: Commodity,
        from_: From,
        to: To,
        under: strawberry.ID | None = None,
        first: First = 100,
    ) -> BalanceRanking:
        """Resolve by service."""
        context = info.context
        context.require(Permission.BALANCES_READ)
        most, asked = page_length(first), Range.of(from_, to)
        site = None if under is None else SiteId(number_of(Kind.SITE, under, "under"))
        async with context.db() as session:
            rows = await ranking.rank(
                session, Under(site, commodity), asked, context.now, context.spend
            )
        return BalanceRanking(rows=[RankedBalance.of(row) for row in rows[:most]], total=len(rows))
