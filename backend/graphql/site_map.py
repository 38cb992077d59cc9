"""The map in the schema: every house with what is wrong there, packed."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.scalars import SeriesArray
from backend.store.model import addresses, site_map
from domain.errors import InvalidError
from domain.identity import SiteId
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

MOST_HOUSES = 20_000
"""More than a browser clusters at ease; choose a part of the tree."""


@strawberry.type(description="Houses with coordinates; arrays of one length, one entry a house.")
class SiteMap:
    """Packed as the series are: a city has thousands of houses."""

    ids: list[strawberry.ID]
    paths: list[str]
    addresses: list[str] = strawberry.field(
        description="Postal address of each in one line; empty where none is known."
    )
    latitudes: SeriesArray = strawberry.field(description="Degrees, WGS 84.")
    longitudes: SeriesArray
    concentrators: SeriesArray | None = strawberry.field(
        description="Silent now, at and below each; null without the right to see the network."
    )
    devices: SeriesArray | None = strawberry.field(description="Modules and channels silent now.")
    findings: SeriesArray | None = strawberry.field(
        description="Open findings, at and below each; null without the right to see findings."
    )
    without_place: list[str] = strawberry.field(
        description="Paths of the first hundred houses whose coordinates are not known."
    )
    without_place_count: int


@strawberry.type
class MapEntrance:
    """The way from the viewer to the map."""

    @strawberry.field(description="Houses on the map, all of them or those below a site.")
    async def site_map(self, info: Info, under: strawberry.ID | None = None) -> SiteMap:
        """Resolve by the store.

        Raises
        ------
        InvalidError
            MAP_TOO_LARGE: more houses than a map shows.
        """
        granted = info.context.scope.permissions
        network, findings = Permission.HEALTH_READ in granted, Permission.FINDINGS_READ in granted
        if not network and not findings:
            info.context.require(Permission.HEALTH_READ)
        site = None if under is None else SiteId(number_of(Kind.SITE, under, "under"))
        async with info.context.db() as session:
            found = await site_map.houses(session, site, MOST_HOUSES + 1)
            told = await addresses.of_sites(session, [one.id for one in found[:MOST_HOUSES]])
        if len(found) > MOST_HOUSES:
            raise InvalidError(
                f"more than {MOST_HOUSES} houses: ask for those under a site",
                code="MAP_TOO_LARGE",
                field="under",
            )
        info.context.spend(len(found))
        placed = [one for one in found if one.latitude is not None and one.longitude is not None]
        lost = [one.path for one in found if one.latitude is None or one.longitude is None]
        return SiteMap(
            ids=[strawberry.ID(encode(Kind.SITE, one.id)) for one in placed],
            paths=[one.path for one in placed],
            addresses=[told[one.id].line if one.id in told else "" for one in placed],
            latitudes=SeriesArray([one.latitude for one in placed]),
            longitudes=SeriesArray([one.longitude for one in placed]),
            concentrators=SeriesArray([one.concentrators for one in placed]) if network else None,
            devices=SeriesArray([one.devices for one in placed]) if network else None,
            findings=SeriesArray([one.findings for one in placed]) if findings else None,
            without_place=lost[:100],
            without_place_count=len(lost),
        )
