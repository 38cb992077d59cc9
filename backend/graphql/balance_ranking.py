"""Balances side by side in the schema: which of a city's houses lose most."""

import base64
import binascii
import math
from bisect import bisect_right

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.lists import After, First, PageInfo, page_length
from backend.graphql.metered import From, To
from backend.services.reading import ranking
from backend.services.reading.profiles import Range
from backend.services.reading.ranking import Asked, Place, Ranked
from backend.store.model.listings import Under
from domain.errors import InvalidError
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


@strawberry.type(description="A page of a ranking, those that lose most first, and of how many.")
class BalanceRanking:
    """Part of a ranking."""

    rows: list[RankedBalance]
    total: int
    page_info: PageInfo


def _cursor(place: Place) -> str:
    unknown, lost, group = place
    return base64.b64encode(f"rank:{int(unknown)}:{lost.hex()}:{group}".encode()).decode()


def _place(after: str) -> Place:
    try:
        name, unknown, lost, group = base64.b64decode(after, validate=True).decode().split(":")
        place = bool(int(unknown)), float.fromhex(lost), int(group)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise _no_cursor() from error
    if name != "rank" or math.isnan(place[1]):
        raise _no_cursor()
    return place


def _no_cursor() -> InvalidError:
    return InvalidError("after must be a cursor from pageInfo", code="BAD_CURSOR", field="after")


def page_of(rows: list[Ranked], first: int, after: str | None) -> BalanceRanking:
    """What comes after a place, be the one that stood there gone or elsewhere by now."""
    begin = 0 if after is None else bisect_right(rows, _place(after), key=lambda row: row.place)
    shown = rows[begin : begin + first]
    return BalanceRanking(
        rows=[RankedBalance.of(row) for row in shown],
        total=len(rows),
        page_info=PageInfo(
            has_next_page=begin + first < len(rows),
            end_cursor=_cursor(shown[-1].place) if shown else None,
        ),
    )


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
        after: After = None,
    ) -> BalanceRanking:
        """Resolve by service."""
        context = info.context
        context.require(Permission.BALANCES_READ)
        most, asked = page_length(first), Range.of(from_, to)
        site = None if under is None else SiteId(number_of(Kind.SITE, under, "under"))
        where, scope = Under(site, commodity), context.scope
        which = Asked(scope.tenant_id, scope.sites, where, asked)
        rows = None if after is None else context.rankings.find(which, context.now)
        if rows is None:
            async with context.db() as session:
                rows = await ranking.rank(session, where, asked, context.now, context.spend)
            context.rankings.keep(which, rows, context.now)
        return page_of(rows, most, after)
