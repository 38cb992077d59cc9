"""Acceptance of a building: days in which every hour of every meter was seen, or what was not.

A supplier takes a new building over when its own display shows all hourly data of some days. The
certificate says so, or lists every exception; it is known by the SHA-256 of what it says, so
anybody who holds a copy can have it checked.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from analytics import missing
from analytics.missing import Reason
from backend.services.model import places
from backend.services.reading import deliveries, missing_hours
from backend.services.reading.profiles import Range
from backend.store import documents
from backend.store.model import metered, sites
from backend.store.model.metered import PointRow
from backend.store.model.sites import SiteRow
from domain.errors import InvalidError, LimitError, NotFoundError
from domain.hours import Step, hour_of, instant_of, midnight
from domain.identity import MeteringPointId, SiteId
from tenants import audit
from tenants.session import TenantSession

KIND = "acceptance"
MOST_DAYS = 92
EARLIEST = date(2000, 1, 1)
MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class SiteCount:
    """What came from the meters placed at one site; counts of channel-hours."""

    path: str
    points: int
    expected: int
    missing: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours of one metering point that were not seen."""

    site: str
    point: str
    meter: str | None
    reason: Reason
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was seen of a building."""

    site: SiteRow
    tenant: str
    first_day: date
    days: int
    span: Range
    points: int
    expected: int
    on_time: int
    late: int
    backfilled: int
    manual: int
    missing: int
    sites: Sequence[SiteCount]
    gaps: Sequence[Gap]
    content: str = field(init=False)
    """What it says as canonical JSON."""

    def __post_init__(self) -> None:
        """Write down what it says."""
        text = orjson.dumps(self.document(), option=orjson.OPT_SORT_KEYS).decode()
        object.__setattr__(self, "content", text)

    @property
    def accepted(self) -> bool:
        """Whether every hour of every meter was seen."""
        return self.points > 0 and self.expected > 0 and not self.gaps and not self.missing

    @property
    def percent(self) -> float | None:
        """Share of the expected hours that came."""
        if not self.expected:
            return None
        return 100 * (self.expected - self.missing) / self.expected

    @property
    def hash(self) -> str:
        """By which it is known."""
        return digest(self.content)

    def document(self) -> dict[str, Any]:
        """What it says, nothing of when or by whom it was issued."""
        return {
            "kind": KIND,
            "version": 1,
            "tenant": self.tenant,
            "site": {"id": self.site.id, "kind": self.site.kind, "path": self.site.name_path},
            "timezone": self.site.timezone,
            "from": self.first_day.isoformat(),
            "days": self.days,
            "hours": [_stamp(self.span.start), _stamp(self.span.end)],
            "accepted": self.accepted,
            "points": self.points,
            "expected": self.expected,
            "on_time": self.on_time,
            "late": self.late,
            "backfilled": self.backfilled,
            "manual": self.manual,
            "missing": self.missing,
            "sites": [[one.path, one.points, one.expected, one.missing] for one in self.sites],
            "exceptions": [
                [g.site, g.point, g.meter, g.reason.name, _stamp(g.start), _stamp(g.end)]
                for g in self.gaps
            ],
        }


def digest(content: str) -> str:
    """Hash of a document's content."""
    return hashlib.sha256(content.encode()).hexdigest()


def _stamp(hour: int) -> str:
    return instant_of(hour).strftime("%Y-%m-%dT%H:%M:%SZ")


async def of_site(
    session: TenantSession, site_id: SiteId, first_day: date, days: int, now: datetime
) -> Certificate:
    """What a certificate of a site would say; nothing is kept.

    Raises
    ------
    NotFoundError
        There is no such site for the principal.
    InvalidError
        BAD_DAYS or DAYS_NOT_OVER.
    LimitError
        COST_LIMIT: the site has too many meters.
    """
    site = (await sites.load(session, [site_id])).get(site_id)
    if site is None:
        raise NotFoundError("site", str(site_id))
    span = _span(site, first_day, days, now)
    return await _certificate(session, site, (first_day, days, span), now)


async def issue(
    session: TenantSession, site_id: SiteId, first_day: date, days: int, now: datetime
) -> Certificate:
    """Issue the certificate of a site: it is kept, so that it can be checked by its hash.

    The same content is issued once, however often it is asked for.

    Raises
    ------
    NotFoundError, InvalidError, LimitError
        As of :func:`of_site`.
    """
    made = await of_site(session, site_id, first_day, days, now)
    if await documents.keep(session, made.hash, KIND, site_id, made.content):
        await audit.record(session, "document.issued", f"{KIND}:{made.hash}")
    return made


def _span(site: SiteRow, first_day: date, days: int, now: datetime) -> Range:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidError(
            f"days must be 1 to {MOST_DAYS}, not {days}", code="BAD_DAYS", field="days"
        )
    if not EARLIEST <= first_day <= now.date() + timedelta(days=1):
        message = f"from must be {EARLIEST} to today, not {first_day}"
        raise InvalidError(message, code="BAD_DAYS", field="from")
    zone = ZoneInfo(site.timezone)
    start, end = (midnight(first_day + timedelta(days=add), zone) for add in (0, days))
    if end > hour_of(now):
        raise InvalidError(
            f"{days} days from {first_day.isoformat()} are not over yet at the site",
            code="DAYS_NOT_OVER",
            field="days",
        )
    return Range(start, end, Step.HOUR)


async def _certificate(
    session: TenantSession, site: SiteRow, asked: tuple[date, int, Range], now: datetime
) -> Certificate:
    first_day, days, span = asked
    points = await _points_within(session, site, span)
    if len(points) * (span.end - span.start) > missing_hours.MOST_HOURS:
        raise _too_many(len(points))
    ledgers = await deliveries.of_points(session, points, span, now)
    paths = await sites.load(session, sorted({SiteId(point.site_id) for point in points}))
    path_of = [paths[SiteId(point.site_id)].name_path for point in points]
    by_site: dict[str, list[int]] = {}
    for path, ledger in zip(path_of, ledgers, strict=True):
        row = by_site.setdefault(path, [0, 0, 0])
        for at, add in enumerate((1, ledger.expected, ledger.missing)):
            row[at] += add
    return Certificate(
        site=site,
        tenant=(await places.tenant_of(session)).name,
        first_day=first_day,
        days=days,
        span=span,
        points=len(points),
        expected=sum(one.expected for one in ledgers),
        on_time=sum(one.on_time for one in ledgers),
        late=sum(one.late for one in ledgers),
        backfilled=sum(one.backfilled for one in ledgers),
        manual=sum(one.manual for one in ledgers),
        missing=sum(one.missing for one in ledgers),
        sites=[SiteCount(path, *by_site[path]) for path in sorted(by_site)],
        gaps=await _gaps(session, points, path_of, span, now),
    )


def _too_many(points: int) -> LimitError:
    return LimitError(
        f"{points} metering points over so many days are too many for one certificate;"
        " ask for fewer days, or for a part of the site",
        code="COST_LIMIT",
    )


async def _points_within(session: TenantSession, site: SiteRow, span: Range) -> list[PointRow]:
    """Points below a site at which a meter stood during the range."""
    rows = await metered.list_points(session, 0, MOST_POINTS + 1, under=site.id)
    if len(rows) > MOST_POINTS:
        raise _too_many(len(rows))
    meters = await places.meters_of_points(session, [row.id for row in rows])
    start, end = instant_of(span.start), instant_of(span.end)
    return [
        row
        for row in rows
        if any(
            one.installed_at < end and (one.removed_at is None or one.removed_at > start)
            for one, _ in meters.get(row.id, [])
        )
    ]


async def _gaps(
    session: TenantSession,
    points: Sequence[PointRow],
    paths: Sequence[str],
    span: Range,
    now: datetime,
) -> list[Gap]:
    ids = [MeteringPointId(point.id) for point in points]
    reasons = await missing_hours.reasons_of(session, ids, span, now)
    meters = await places.meters_of_points(session, ids)
    found = []
    for at, point in enumerate(points):
        for period in missing.periods(reasons[at : at + 1], span.start):
            stood = [
                meter.serial
                for one, meter in meters.get(point.id, [])
                if one.installed_at < instant_of(period.end)
            ]
            serial = stood[-1] if stood else None
            lacking = period.reason, period.start, period.end
            found.append(Gap(paths[at], point.name, serial, *lacking))
    return sorted(found, key=lambda gap: (gap.site, gap.point, gap.start, gap.meter or ""))


@dataclass(frozen=True, slots=True)
class Check:
    """What is to be said of a document that somebody holds."""

    kind: str
    valid: bool
    """Whether what was kept under the hash still has it."""

    current: bool
    """Whether the same would be issued now: nothing it speaks of has changed since."""

    issued_at: datetime
    issued_by: str
    content: str


async def verify(session: TenantSession, claimed: str, now: datetime) -> Check | None:
    """Check a document by the hash printed on it; None when it was never issued."""
    row = await documents.find(session, claimed.strip().lower())
    if row is None:
        return None
    valid, current = digest(row.content) == row.hash, False
    if valid:
        told = orjson.loads(row.content)
        site = (await sites.load(session, [row.site_id]))[row.site_id]
        first_day, days = date.fromisoformat(told["from"]), told["days"]
        span = _span(site, first_day, days, now)
        again = await _certificate(session, site, (first_day, days, span), now)
        current = again.hash == row.hash
    return Check(row.kind, valid, current, row.issued_at, row.issued_by, row.content)
