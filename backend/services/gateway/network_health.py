"""Network health: levels, weak hops and batteries of a mesh, and whom a collector should visit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np

from analytics import mesh, routes
from backend.store.network import network_health as store
from backend.store.network.network_health import Located, Report
from domain.errors import InvalidError, LimitError
from domain.identity import ConcentratorId, SiteId
from tenants.session import TenantSession

WINDOW_DAYS = 7
"""Hops are judged by the reports of so many days."""

BATTERY_DAYS = 120
MOST_STOPS = 500
MOST_CONCENTRATORS = 200


@dataclass(frozen=True, slots=True)
class Hop:
    """A module and the way to whom relays it, by the medians of the last days."""

    module: str
    parent: str | None
    level: int
    rssi: float | None
    relayed: float | None
    behind: int
    """Modules that it relays for, at any depth."""

    weak: bool


@dataclass(frozen=True, slots=True)
class BatteryEnd:
    """When a module's battery will be empty."""

    module: str
    millivolts: float
    per_year: float
    ends_on: date
    earliest: date
    latest: date


@dataclass(frozen=True, slots=True)
class Health:
    """The mesh of a concentrator as of a day."""

    on: date
    modules: int
    heard: int
    """Of these, reported within the window."""

    levels: dict[int, int]
    rssi: float | None
    relayed: int
    """Packets a day, of all modules."""

    hops: Sequence[Hop]
    batteries: Sequence[BatteryEnd]

    @property
    def weak(self) -> list[Hop]:
        """Weak hops, those on which most hangs first."""
        found = [hop for hop in self.hops if hop.weak]
        return sorted(found, key=lambda hop: (-hop.behind, hop.rssi or 0.0, hop.module))


async def of_concentrators(
    session: TenantSession, ids: Sequence[ConcentratorId], on: date
) -> dict[ConcentratorId, Health]:
    """Health of concentrators as of a day."""
    first = date.fromordinal(max(1, on.toordinal() - BATTERY_DAYS + 1))
    own: dict[ConcentratorId, list[Report]] = {one: [] for one in ids}
    for report in await store.reports(session, ids, first, on):
        own[report.concentrator_id].append(report)
    serials: dict[ConcentratorId, set[str]] = {one: set() for one in ids}
    for concentrator, serial in await store.modules(session, ids):
        serials[concentrator].add(serial)
    return {one: health_of(own[one], serials[one], on) for one in ids}


def health_of(reports: Sequence[Report], serials: set[str], on: date) -> Health:
    """Health of one mesh out of the reports of its modules, in the order of module and day."""
    recent: dict[str, list[Report]] = {}
    voltages: dict[str, list[tuple[int, int]]] = {}
    for report in reports:
        if report.day.toordinal() > on.toordinal() - WINDOW_DAYS:
            recent.setdefault(report.module, []).append(report)
        if report.battery_mv is not None:
            told = report.day.toordinal(), report.battery_mv
            voltages.setdefault(report.module, []).append(told)
    newest = {module: rows[-1] for module, rows in recent.items()}
    hops = _hops(recent, newest)
    strengths = [hop.rssi for hop in hops if hop.rssi is not None]
    ends = [_end(module, told) for module, told in voltages.items()]
    batteries = sorted((one for one in ends if one is not None), key=lambda one: one.ends_on)
    return Health(
        on=on,
        modules=len(serials | newest.keys()),
        heard=len(newest),
        levels=dict(sorted(Counter(row.level for row in newest.values()).items())),
        rssi=median(strengths) if strengths else None,
        relayed=sum(row.relayed or 0 for row in newest.values()),
        hops=hops,
        batteries=batteries,
    )


def _hops(recent: dict[str, list[Report]], newest: dict[str, Report]) -> list[Hop]:
    place = {module: at for at, module in enumerate(newest)}
    counts = mesh.behind([place.get(row.parent or "", -1) for row in newest.values()])
    found = []
    for (module, row), count in zip(newest.items(), counts.tolist(), strict=True):
        rssi = _median([one.rssi for one in recent[module]])
        relayed = _median([one.relayed for one in recent[module]])
        weak = mesh.is_weak(rssi, relayed)
        found.append(Hop(module, row.parent, row.level, rssi, relayed, count, weak))
    return found


def _median(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _end(module: str, told: Sequence[tuple[int, int]]) -> BatteryEnd | None:
    table = np.array(told, dtype=np.float64)
    found = mesh.battery(table[:, 0], table[:, 1])
    if found is None:
        return None
    return BatteryEnd(
        module,
        found.millivolts,
        found.per_day * 365.25,
        date.fromordinal(int(found.empty_on)),
        date.fromordinal(int(found.earliest)),
        date.fromordinal(int(found.latest)),
    )


@dataclass(frozen=True, slots=True)
class Stop:
    """A site to visit, and the modules to read there."""

    site_id: SiteId
    path: str
    latitude: float
    longitude: float
    from_last_m: float
    silent: Sequence[str]
    weak: Sequence[str]


@dataclass(frozen=True, slots=True)
class Route:
    """Whom a collector on foot should visit, in a short order."""

    stops: Sequence[Stop]
    metres: float
    unlocated: Sequence[str]
    """Modules to visit of which nobody knows where they are."""


async def route(
    session: TenantSession, under: SiteId | None, start: tuple[float, float] | None, on: date
) -> Route:
    """Route past the silent and the weak modules at and below a site, or all that are in sight.

    Raises
    ------
    InvalidError
        BAD_LOCATION: the start is no place on earth.
    LimitError
        COST_LIMIT: there is too much to visit for one route.
    """
    if start is not None and not (abs(start[0]) <= 90 and abs(start[1]) <= 180):
        message = f"start = {start}: not a latitude and a longitude in degrees"
        raise InvalidError(message, code="BAD_LOCATION", field="start")
    ids = await store.concentrators(session, under, MOST_CONCENTRATORS + 1)
    if len(ids) > MOST_CONCENTRATORS:
        raise _too_much(f"more than {MOST_CONCENTRATORS} concentrators")
    silent = {serial for _, serial in await store.silent(session, ids)}
    recent = await store.reports(session, ids, on - timedelta(days=WINDOW_DAYS - 1), on)
    own: dict[ConcentratorId, list[Report]] = {}
    for report in recent:
        own.setdefault(report.concentrator_id, []).append(report)
    weak = {
        hop.module for reports in own.values() for hop in health_of(reports, set(), on).weak
    } - silent
    placed = await store.places(session, sorted(silent | weak))
    known = [one for one in placed if one.latitude is not None]
    sites: dict[SiteId, list[Located]] = {}
    for one in known:
        sites.setdefault(one.site_id, []).append(one)
    if len(sites) > MOST_STOPS:
        raise _too_much(f"{len(sites)} sites")
    unlocated = sorted((silent | weak) - {one.serial for one in known})
    return _ordered(list(sites.values()), start, silent, unlocated)


def _too_much(what: str) -> LimitError:
    message = f"{what} are too many for one route; ask for a part of the site tree"
    return LimitError(message, code="COST_LIMIT")


def _ordered(
    sites: Sequence[Sequence[Located]],
    start: tuple[float, float] | None,
    silent: set[str],
    unlocated: Sequence[str],
) -> Route:
    if not sites:
        return Route([], 0.0, unlocated)
    places = [(one[0].latitude or 0.0, one[0].longitude or 0.0) for one in sites]
    whole = np.array([start or places[0], *places], dtype=np.float64)
    metres = routes.distances(whole[:, 0], whole[:, 1])
    order = routes.visit_order(metres)
    stops = []
    for before, at in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        here = sites[at - 1]
        serials = [one.serial for one in here]
        stops.append(
            Stop(
                site_id=here[0].site_id,
                path=here[0].path,
                latitude=places[at - 1][0],
                longitude=places[at - 1][1],
                from_last_m=float(metres[before, at]),
                silent=[one for one in serials if one in silent],
                weak=[one for one in serials if one not in silent],
            )
        )
    return Route(stops, routes.length(metres, order), unlocated)
