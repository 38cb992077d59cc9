"""Make a report from the same services that answer GraphQL: no figure is computed twice.

Energy in kWh and volume in m3 with their unit beside them; hours that are not known are counted and
left out, never taken as zero.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from backend.services.findings import stories
from backend.services.model import places
from backend.services.reading import balances, deliveries, group_curves, profiles
from backend.services.reading.balances import Amounts
from backend.services.reading.profiles import Range
from backend.services.reports.tables import Cell, Column, ColumnKind, Days, Report, ReportKind
from backend.store.findings import experience, finding_lists
from backend.store.findings.finding_lists import FindingRow, Wanted
from backend.store.hours import series
from backend.store.model import addresses, listings, metered, sites
from backend.store.model.listings import GroupListing, PointListing, Under
from backend.store.model.metered import PointRow
from domain.errors import InvalidError, NotFoundError
from domain.findings import WRONG
from domain.hours import Step, hour_of, midnight
from domain.identity import MeteringPointId, SiteId
from domain.quantities import Commodity, unit_of
from tenants.session import TenantSession

LONGEST_DAYS = 92
MOST_ROWS = 20_000
AT_ONCE = 200
"""Points or groups whose hours are held in memory together."""

MILLI = Decimal("0.001")
_CENT = Decimal("0.01")

Row = TypeVar("Row")

K = ColumnKind
_PLACE = (Column("path"), Column("premise"), Column("meter"), Column("commodity", K.WORD))
_GROUP = (Column("path"), Column("commodity", K.WORD), Column("unit"))

Make = Callable[[TenantSession, Under, Days, datetime], Awaitable[list[tuple[Cell, ...]]]]


def days_of(first: date, last: date, timezone: str, now: datetime) -> Days:
    """Check the days of a report.

    Raises
    ------
    InvalidError
        BAD_DAYS: the last lies before the first, in the future, or too far away.
    """
    zone = ZoneInfo(timezone)
    if not first <= last <= now.astimezone(zone).date():
        message = f"to = {last}: not a day from {first} to today"
        raise InvalidError(message, code="BAD_DAYS", field="to")
    if (last - first).days >= LONGEST_DAYS:
        message = f"a report has at most {LONGEST_DAYS} days"
        raise InvalidError(message, code="BAD_DAYS", field="to")
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    return Days(first, last, timezone, start, min(end, hour_of(now)))


async def make(  # noqa: PLR0913, PLR0917 - what is asked, of what, of when
    session: TenantSession,
    kind: ReportKind,
    site: SiteId | None,
    commodity: Commodity | None,
    span: tuple[date, date],
    now: datetime,
    locale: str = "en",
) -> Report:
    """A report of whole local days.

    Raises
    ------
    NotFoundError
        There is no such site in sight.
    InvalidError
        BAD_DAYS, or REPORT_TOO_LARGE: more rows than a report has.
    """
    tenant = await places.tenant_of(session)
    path, timezone, address = "", tenant.timezone, ""
    if site is not None:
        row = (await sites.load(session, [site])).get(site)
        if row is None:
            raise NotFoundError("site", str(site))
        path, timezone = row.name_path, row.timezone
        address = (await _lines_of(session, [site])).get(site, "")
    days = days_of(*span, timezone, now)
    columns, made = _KINDS[kind]
    rows = await made(session, Under(site, commodity, locale), days, now)
    return Report(kind, tenant.name, path, days, now, columns, rows, address)


async def _lines_of(session: TenantSession, ids: Sequence[SiteId]) -> dict[SiteId, str]:
    """Postal addresses in one line, of the sites whose are known."""
    told = await addresses.of_sites(session, ids)
    return {site: address.line for site, address in told.items()}


def _checked(rows: list[Row]) -> list[Row]:
    if len(rows) > MOST_ROWS:
        raise InvalidError(
            f"more than {MOST_ROWS} rows: ask for a part of the tree",
            code="REPORT_TOO_LARGE",
            field="under",
        )
    return rows


def _parts(rows: list[Row]) -> list[list[Row]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def kilo(value: int) -> Decimal:
    """Watt-hours or litres as kWh or m3, exactly."""
    return Decimal(value) * MILLI


async def _consumption(
    session: TenantSession, under: Under, days: Days, now: datetime
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for part in _parts(_checked(await listings.points(session, under, MOST_ROWS + 1))):
        points = [one.point for one in part]
        asked = Range(days.start, days.end, Step.HOUR)
        told = await profiles.of_points(session, points, asked, now)
        first = await _registers(session, points, days.start)
        last = await _registers(session, points, days.end)
        at = await _lines_of(session, list({SiteId(point.site_id) for point in points}))
        for one, profile, low, high in zip(part, told, first, last, strict=True):
            known = int(profile.known.sum())
            used = kilo(int(profile.values[profile.known].sum())) if known else None
            share = float(profile.coverage.mean()) if len(profile.coverage) else None
            path, *words = _words(one)
            address = at.get(SiteId(one.point.site_id), "")
            rows.append((path, address, *words, profile.unit, used, low, high, share))
    return rows


def _words(one: PointListing) -> tuple[Cell, ...]:
    return one.path, one.premise, one.serial, str(one.point.commodity)


async def _registers(
    session: TenantSession, points: Sequence[PointRow], hour: int
) -> list[Decimal | None]:
    """What the dial of each point showed at an hour; None where no meter stood."""
    found: list[Decimal | None] = [None] * len(points)
    standing = await series.load_installations(session, [MeteringPointId(p.id) for p in points])
    moment = hour * 3600
    stood = (standing.terms.start_s <= moment) & (moment <= standing.terms.end_s)
    rows = np.flatnonzero(stood)
    if len(rows):
        chosen = standing.take(rows)
        dials = await series.load_dials(session, chosen, moment)
        for at, register in zip(chosen.row_point, dials.register, strict=True):
            found[int(at)] = kilo(int(register))
    return found


async def _delivery(
    session: TenantSession, under: Under, days: Days, now: datetime
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    asked = Range(days.start, days.end, Step.HOUR)
    for part in _parts(_checked(await listings.points(session, under, MOST_ROWS + 1))):
        told = await deliveries.of_points(session, [one.point for one in part], asked, now)
        for one, ledger in zip(part, told, strict=True):
            share = None if ledger.percent is None else ledger.percent / 100
            counts = (ledger.expected, ledger.on_time, ledger.late, ledger.backfilled)
            rows.append((*_words(one), *counts, ledger.manual, ledger.missing, share))
    return rows


async def _balances(
    session: TenantSession, under: Under, days: Days, now: datetime
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    asked = Range(days.start, days.end, Step.HOUR)
    for part in _parts(_checked(await listings.groups(session, under, MOST_ROWS + 1))):
        for one, told in zip(
            part,
            await balances.of_groups(session, [one.group for one in part], asked, now),
            strict=True,
        ):
            judged = told.imbalance.known
            supplied = _sum(told.supplied, judged)
            lost = _sum(told.imbalance, judged)
            share = float(lost / supplied) if lost is not None and supplied else None
            rows.append(
                (
                    *_named(one),
                    supplied,
                    _sum(told.delivered, judged),
                    lost,
                    share,
                    _sum(told.technical, told.technical.known),
                    _sum(told.non_technical, told.non_technical.known),
                    int(judged.sum()),
                    len(judged),
                )
            )
    return rows


async def _common_needs(
    session: TenantSession, under: Under, days: Days, now: datetime
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    asked = Range(days.start, days.end, Step.HOUR)
    for part in _parts(_checked(await listings.groups(session, under, MOST_ROWS + 1))):
        told = await group_curves.common_needs_of(session, [one.group for one in part], asked, now)
        for one, needs in zip(part, told, strict=True):
            known = needs.total.known
            rows.append(
                (
                    *_named(one),
                    _sum(needs.total, known),
                    _sum(needs.metered, known & needs.metered.known),
                    _sum(needs.balance.technical, known & needs.balance.technical.known),
                    _sum(needs.rest, needs.rest.known),
                    int(known.sum()),
                    len(known),
                )
            )
    return rows


def _named(one: GroupListing) -> tuple[Cell, ...]:
    return one.path, str(one.group.commodity), str(unit_of(one.group.commodity))


def _sum(amounts: Amounts, known: np.ndarray) -> Decimal | None:
    return kilo(int(amounts.values[known].sum())) if known.any() else None


async def _findings(
    session: TenantSession, under: Under, days: Days, _: datetime
) -> list[tuple[Cell, ...]]:
    wanted = Wanted(MOST_ROWS + 1, 0, None, tuple(WRONG))
    found = await finding_lists.list_findings(session, wanted, under.site, under.commodity)
    shown = [one for one in _checked(found) if _was_open(one, days)]
    points = await metered.load_points(session, [one.point_id for one in shown if one.point_id])
    meters = await places.meters_of_points(session, list(points))
    at = await sites.load(session, [one.site_id for one in shown if one.site_id])
    prices = await experience.prices(session)
    rows: list[tuple[Cell, ...]] = []
    for one in shown:
        standing = meters.get(one.point_id, []) if one.point_id else []
        site = at.get(one.site_id) if one.site_id else None
        price = prices.get(one.commodity)
        amount = None if one.amount is None else kilo(one.amount)
        money = None if amount is None or price is None else (amount * price.price).quantize(_CENT)
        rows.append(
            (
                one.opened_at,
                str(one.kind),
                str(one.state),
                site.name_path if site else "",
                standing[-1][1].serial if standing else "",
                str(one.commodity),
                one.since,
                amount,
                str(unit_of(one.commodity)),
                money,
                price.currency if price and money is not None else "",
                one.confidence,
                stories.explain(one, under.locale),
            )
        )
    return rows


def _was_open(one: FindingRow, days: Days) -> bool:
    opened, closed = hour_of(one.opened_at), one.closed_at
    return opened < days.end and (closed is None or hour_of(closed) >= days.start)


_KINDS: dict[ReportKind, tuple[tuple[Column, ...], Make]] = {
    ReportKind.CONSUMPTION: (
        (
            _PLACE[0],
            Column("address"),
            *_PLACE[1:],
            Column("unit"),
            Column("consumption", K.AMOUNT),
            Column("register_first", K.AMOUNT),
            Column("register_last", K.AMOUNT),
            Column("known", K.SHARE),
        ),
        _consumption,
    ),
    ReportKind.DELIVERY: (
        (
            *_PLACE,
            *(
                Column(one, K.COUNT)
                for one in ("expected", "on_time", "late", "backfilled", "manual", "missing")
            ),
            Column("delivered", K.SHARE),
        ),
        _delivery,
    ),
    ReportKind.BALANCES: (
        (
            *_GROUP,
            Column("supplied", K.AMOUNT),
            Column("delivered_amount", K.AMOUNT),
            Column("imbalance", K.AMOUNT),
            Column("of_supplied", K.SHARE),
            Column("technical", K.AMOUNT),
            Column("non_technical", K.AMOUNT),
            Column("judged", K.COUNT),
            Column("due", K.COUNT),
        ),
        _balances,
    ),
    ReportKind.COMMON_NEEDS: (
        (
            *_GROUP,
            Column("needs", K.AMOUNT),
            Column("needs_metered", K.AMOUNT),
            Column("technical", K.AMOUNT),
            Column("rest", K.AMOUNT),
            Column("judged", K.COUNT),
            Column("due", K.COUNT),
        ),
        _common_needs,
    ),
    ReportKind.FINDINGS: (
        (
            Column("opened", K.INSTANT),
            Column("finding", K.WORD),
            Column("state", K.WORD),
            Column("path"),
            Column("meter"),
            Column("commodity", K.WORD),
            Column("since", K.INSTANT),
            Column("amount", K.AMOUNT),
            Column("unit"),
            Column("money", K.MONEY),
            Column("currency"),
            Column("confidence", K.SHARE),
            Column("explanation"),
        ),
        _findings,
    ),
}
"""Columns of each kind, and what makes its rows."""
