"""Holding rules against what devices reported and analyses found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.alerts.steps import Step
from backend.services.alerts import raising
from backend.services.alerts.raising import Known, Outcome
from backend.services.alerts.sight import Sight, look
from backend.store.alerts import due, watched
from backend.store.alerts.alerts import Raised, condition_of
from backend.store.alerts.due import News
from backend.store.alerts.watched import Place, Rules
from backend.store.findings import finding_lists
from backend.store.findings.finding_lists import FindingRow
from domain.alerts import AlertKind, severity_of
from domain.findings import FOR_RESIDENTS
from domain.identity import BalanceGroupId, MeteringPointId, SiteId, UserId
from domain.quantities import Commodity
from tenants.session import TenantSession

NEWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Happening:
    """A piece of news, and the point or group it is about."""

    news: News
    point: MeteringPointId | None
    group: BalanceGroupId | None
    site: SiteId | None
    commodity: Commodity
    sites: frozenset[int]
    value: float | None
    for_households: bool


async def judge(session: TenantSession, now: datetime) -> tuple[Outcome, bool]:
    """What becomes of alerts by the oldest news, and whether there may be more."""
    news = await due.take_news(session, NEWS_AT_ONCE)
    outcome = Outcome()
    if not news:
        return outcome, False
    happenings = [*await _reported(session, news), *await _found(session, news)]
    points = sorted({one.point for one in happenings if one.point is not None})
    groups = sorted({one.group for one in happenings if one.group is not None and not one.point})
    kinds = tuple(AlertKind)
    sight = await look(session, kinds, now, points)
    rules = await watched.rules_of_points(session, points, kinds, now)
    known = await raising.known(session, kinds, points, groups, now)
    for one in happenings:
        _add_staff(outcome, one, sight, rules, known, kinds)
        if one.for_households and one.point is not None:
            _add_households(outcome, one, rules, known, kinds)
    return outcome, len(news) == NEWS_AT_ONCE


async def _reported(session: TenantSession, news: Sequence[News]) -> list[Happening]:
    reports = [one for one in news if one.series_id is not None]
    points = await watched.points_at(
        session, [one.series_id or 0 for one in reports], [one.at for one in reports]
    )
    places = await watched.places(session, sorted({one for one in points if one is not None}))
    return [
        _at_point(one, places[point], one.value, for_households=True)
        for one, point in zip(reports, points, strict=True)
        if point is not None
    ]


def _at_point(news: News, place: Place, value: float | None, *, for_households: bool) -> Happening:
    return Happening(
        news, place.id, None, place.site_id, place.commodity, place.sites, value, for_households
    )


async def _found(session: TenantSession, news: Sequence[News]) -> list[Happening]:
    told = {one.finding_id: one for one in news if one.finding_id is not None}
    rows = await finding_lists.load_findings(session, list(told))
    sites = {row.site_id for row in rows.values() if row.site_id is not None}
    above = await watched.sites_above(session, sorted(sites))
    return [
        _of_finding(told[number], row, above.get(row.site_id or 0, frozenset()))
        for number, row in rows.items()
        if row.closed_at is None
    ]


def _of_finding(news: News, row: FindingRow, sites: frozenset[int]) -> Happening:
    return Happening(
        news=news,
        point=row.point_id,
        group=None if row.point_id is not None else row.group_id,
        site=row.site_id,
        commodity=row.commodity,
        sites=sites,
        value=None if row.flow is None else row.flow / 1000,
        for_households=row.kind in FOR_RESIDENTS,
    )


def _add_staff(  # noqa: PLR0913, PLR0917 - what happened, and what is known
    outcome: Outcome,
    one: Happening,
    sight: Sight,
    rules: Rules,
    known: Known,
    kinds: Sequence[AlertKind],
) -> None:
    kind = one.news.kind
    by_limit = sight.asked(kind, one.point or one.group or 0, one.sites)
    behind = [rule for some in by_limit.values() for rule in some]
    mine = (rules.point == (one.point or -1)) & (rules.since_s < 0)
    mine &= rules.kind == kinds.index(kind)
    behind += [
        int(rules.rule[at])
        for at in mine.nonzero()[0].tolist()
        if sight.sees(int(rules.user[at]), one.sites)
    ]
    if behind:
        _add(outcome, one, None, sorted(set(behind)), known)


def _add_households(
    outcome: Outcome, one: Happening, rules: Rules, known: Known, kinds: Sequence[AlertKind]
) -> None:
    mine = (rules.point == one.point) & (rules.kind == kinds.index(one.news.kind))
    mine &= (rules.since_s >= 0) & (rules.since_s <= one.news.at.timestamp())
    for at in mine.nonzero()[0].tolist():
        _add(outcome, one, UserId(int(rules.user[at])), [int(rules.rule[at])], known)


def _add(
    outcome: Outcome, one: Happening, user: UserId | None, rules: list[int], known: Known
) -> None:
    kind = one.news.kind
    condition = condition_of(kind, user, one.point, one.group, None)
    standing = known.by_key.get((condition, None))
    step = Step.OPEN
    if standing is not None:
        again = known.closed_h(standing) < known.terms.cool_down_of(kind)
        step = Step.KEEP if standing.closed_at is None else Step.REOPEN if again else Step.OPEN
    raised = Raised(
        kind=kind,
        severity=severity_of(kind, one.news.cause),
        cause=one.news.cause,
        condition=condition,
        period=None,
        user_id=user,
        commodity=one.commodity,
        point_id=one.point,
        group_id=one.group,
        site_id=one.site,
        threshold=None,
        value=one.value,
        judged_hour=None,
        finding_id=one.news.finding_id,
    )
    outcome.add(step, standing, raised, rules)
