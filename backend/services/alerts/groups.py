"""Holding rules against groups: what was delivered of their readings, and their imbalance."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from backend.services.alerts import raising
from backend.services.alerts.calendar import Calendar
from backend.services.alerts.raising import Known, Outcome
from backend.services.alerts.sight import Sight, limit_of, look_at_groups
from backend.services.reading import balances, deliveries
from backend.services.reading.profiles import Range
from backend.store.alerts import watched
from backend.store.alerts.alerts import Raised, condition_of
from backend.store.groups.structure import Structure
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.alerts import AlertKind, severity_of
from domain.hours import Step as Bucket
from domain.hours import hour_of
from domain.identity import BalanceGroupId, SiteId
from domain.quantities import Role
from tenants.session import TenantSession

K = AlertKind
KINDS = (K.DELIVERY, K.IMBALANCE)

DELIVERED_H = 24
NEW_H = 31 * 24
ON_THE_WAY_H = 3
"""Hours that may still be on their way are not missed yet."""


def of_structure(structure: Structure) -> NDArray[np.int64]:
    """Groups that have meters of their own, in ascending order: others inherit from them."""
    return np.unique(structure.members.group_ids)


async def judge(
    session: TenantSession, groups: Sequence[int], now: datetime, structure: Structure
) -> Outcome:
    """What becomes of the alerts about groups."""
    outcome = Outcome()
    rows = await metered.load_groups(session, [BalanceGroupId(one) for one in groups])
    sight = await look_at_groups(session, KINDS, now, list(rows))
    sites = sorted({row.site_id for row in rows.values() if row.site_id is not None})
    above = await watched.sites_above(session, sites)
    known = await raising.known(session, KINDS, [], list(rows), now)
    delivered = await _delivered(session, list(rows.values()), now)
    fed = structure.members
    inlets = set(fed.group_ids[fed.role == str(Role.INLET)].tolist())
    missing = await _imbalances(session, [row for row in rows.values() if row.id in inlets], now)
    for kind, values in ((K.DELIVERY, delivered), (K.IMBALANCE, missing)):
        for group, value in values.items():
            inside = above.get(SiteId(rows[group].site_id or 0), frozenset())
            _step(outcome, kind, rows[group], value, inside, sight, known)
    return outcome


async def _delivered(
    session: TenantSession, groups: Sequence[GroupRow], now: datetime
) -> dict[BalanceGroupId, float]:
    """Percent of the channel-hours of the last day that came."""
    end = hour_of(now) - ON_THE_WAY_H
    asked = Range(end - DELIVERED_H, end, Bucket.HOUR)
    found = await deliveries.of_groups(session, groups, asked, now)
    nothing = [
        group for group, one in zip(groups, found, strict=True) if one.expected == one.missing
    ]
    new = await _new(session, nothing, now)
    return {
        group.id: one.percent
        for group, one in zip(groups, found, strict=True)
        if one.percent is not None and group.id not in new
    }


async def _new(
    session: TenantSession, groups: Sequence[GroupRow], now: datetime
) -> set[BalanceGroupId]:
    """Groups of which nothing ever came: their acceptance is still to come."""
    if not groups:
        return set()
    end = hour_of(now)
    asked = Range(end - NEW_H, end, Bucket.HOUR)
    found = await deliveries.of_groups(session, groups, asked, now)
    return {
        group.id for group, one in zip(groups, found, strict=True) if one.expected == one.missing
    }


async def _imbalances(
    session: TenantSession, groups: Sequence[GroupRow], now: datetime
) -> dict[BalanceGroupId, float]:
    """Imbalance of yesterday in percent of what was supplied; only where all of it is known."""
    by_zone: dict[str, list[GroupRow]] = {}
    for group in groups:
        by_zone.setdefault(group.timezone, []).append(group)
    percent: dict[BalanceGroupId, float] = {}
    for zone, some in by_zone.items():
        day = Calendar.of(zone, now)
        asked = Range(day.yesterday, day.today, Bucket.HOUR)
        for group, one in zip(
            some, await balances.of_groups(session, some, asked, now), strict=True
        ):
            supplied = int(one.supplied.values.sum())
            if one.imbalance.known.all() and supplied > 0:
                percent[group.id] = 100 * abs(int(one.imbalance.values.sum())) / supplied
    return percent


def _step(  # noqa: PLR0913, PLR0917 - a value, and what is known of whom it concerns
    outcome: Outcome,
    kind: AlertKind,
    group: GroupRow,
    value: float,
    sites: frozenset[int],
    sight: Sight,
    known: Known,
) -> None:
    asked: Mapping[float, list[int]] = sight.asked(kind, group.id, sites)
    for key, rules in asked.items():
        limit = limit_of(key)
        if limit is None:
            continue
        condition = condition_of(kind, None, None, group.id, limit)
        standing = known.by_key.get((condition, None))
        step = raising.step_of(kind, standing, limit, known, value, value)
        outcome.add(step, standing, _raised(kind, group, value, limit, condition), rules)


def _raised(kind: AlertKind, group: GroupRow, value: float, limit: float, condition: str) -> Raised:
    return Raised(
        kind=kind,
        severity=severity_of(kind),
        cause=None,
        condition=condition,
        period=None,
        user_id=None,
        commodity=group.commodity,
        point_id=None,
        group_id=group.id,
        site_id=None if group.site_id is None else SiteId(group.site_id),
        threshold=limit,
        value=round(value, 3),
        judged_hour=None,
        finding_id=None,
    )
