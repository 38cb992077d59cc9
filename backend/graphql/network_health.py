"""Network health in the schema: levels, weak hops, batteries, and a route for the collector."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.sites import Site
from backend.services.gateway import network_health as services
from domain.identity import SiteId
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

REPORT_COST = 24 * services.BATTERY_DAYS


@strawberry.type(description="Modules at one distance from the concentrator.")
class MeshLevel:
    """One bar of the histogram."""

    level: int
    modules: int


@strawberry.type(description="A hop without reserve, or over which more goes than it stands.")
class WeakHop:
    """View of a :class:`services.Hop`."""

    module: str
    parent: str | None = strawberry.field(description="Null when the concentrator hears it itself.")
    level: int
    rssi: float | None = strawberry.field(description="Median of the last 7 days, in dBm.")
    relayed: float | None = strawberry.field(description="Packets a day, median of 7 days.")
    behind: int = strawberry.field(description="Modules that it relays for, at any depth.")


@strawberry.type(description="When a module's battery will be empty.")
class BatteryForecast:
    """View of a :class:`services.BatteryEnd`."""

    module: str
    millivolts: float
    per_year: float = strawberry.field(description="How the voltage changes in a year, in mV.")
    ends_on: date
    earliest: date
    latest: date


@strawberry.type(description="The radio network of a concentrator as of a UTC day.")
class NetworkHealth:
    """View of a :class:`services.Health`."""

    on: date
    modules: int
    heard: int = strawberry.field(description="Modules that reported within the last 7 days.")
    levels: list[MeshLevel]
    rssi: float | None = strawberry.field(description="Median over the modules, in dBm.")
    relayed: int = strawberry.field(description="Packets a day, relayed by all modules.")
    weak_hops: list[WeakHop] = strawberry.field(description="Those on which most hangs first.")
    batteries: list[BatteryForecast] = strawberry.field(
        description="Of modules whose voltage falls, those that end first first."
    )

    @classmethod
    def of(cls, found: services.Health) -> "NetworkHealth":
        """Build the view."""
        return cls(
            on=found.on,
            modules=found.modules,
            heard=found.heard,
            levels=[MeshLevel(level=level, modules=n) for level, n in found.levels.items()],
            rssi=found.rssi,
            relayed=found.relayed,
            weak_hops=[
                WeakHop(
                    module=hop.module,
                    parent=hop.parent,
                    level=hop.level,
                    rssi=hop.rssi,
                    relayed=hop.relayed,
                    behind=hop.behind,
                )
                for hop in found.weak
            ],
            batteries=[BatteryForecast(**asdict(one)) for one in found.batteries],
        )


@strawberry.type(description="A site to visit, and the modules to read there.")
class RouteStop:
    """View of a :class:`services.Stop`."""

    path: str
    latitude: float
    longitude: float
    from_last_m: float = strawberry.field(description="As the crow flies, in metres.")
    silent: list[str] = strawberry.field(description="Serials of modules that are not heard.")
    weak: list[str] = strawberry.field(description="Serials of modules that are heard badly.")
    site_id: strawberry.Private[SiteId]

    @strawberry.field(description="The site.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        row = await info.context.site(self.site_id)
        return None if row is None else Site.of(row)


@strawberry.type(description="Whom a collector on foot should visit, in a short order.")
class CollectorRoute:
    """View of a :class:`services.Route`."""

    metres: float
    stops: list[RouteStop]
    unlocated: list[str] = strawberry.field(
        description="Serials of modules to visit of which nobody knows where they are."
    )


@strawberry.type
class RouteEntrance:
    """Entrance of the viewer to the collector's route."""

    @strawberry.field(description="A route past the silent and the weak modules.")
    async def collector_route(
        self,
        info: Info,
        under: Annotated[
            strawberry.ID | None, strawberry.argument(description="A site; else all in sight.")
        ] = None,
        latitude: float | None = None,
        longitude: float | None = None,
    ) -> CollectorRoute:
        """Resolve by service."""
        info.context.require(Permission.HEALTH_READ)
        info.context.spend(REPORT_COST)
        site = None if under is None else SiteId(number_of(Kind.SITE, under, "under"))
        start = None if latitude is None or longitude is None else (latitude, longitude)
        async with info.context.db() as session:
            found = await services.route(session, site, start, info.context.now.date())
        return CollectorRoute(
            metres=found.metres,
            stops=[
                RouteStop(
                    path=stop.path,
                    latitude=stop.latitude,
                    longitude=stop.longitude,
                    from_last_m=stop.from_last_m,
                    silent=list(stop.silent),
                    weak=list(stop.weak),
                    site_id=stop.site_id,
                )
                for stop in found.stops
            ],
            unlocated=list(found.unlocated),
        )
