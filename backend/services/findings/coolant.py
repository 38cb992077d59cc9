"""Coolant: what the volumes in both pipes of a source or house say of the water between them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import numpy as np

from analytics.heat import coolant
from analytics.heat.coolant import Coolant, Leak
from backend.services.findings import sentences
from backend.services.findings.reconciling import Look
from backend.services.reading import heat_losses
from backend.services.reading.profiles import Range
from backend.store.findings import due
from backend.store.findings.due import DueGroup
from backend.store.findings.findings import Curve, Said
from backend.store.model import heat_points
from domain.findings import FindingKind
from domain.hours import Step, hour_of, instant_of
from domain.identity import BalanceGroupId
from domain.quantities import Commodity
from tenants.session import TenantSession

WINDOW_HOURS = 7 * 24
LATEST_LAG_HOURS = 6
"""Where the last known hour is older, the meters are silent, and that is another alarm."""

CONFIDENCE = 0.9
_KINDS = frozenset((FindingKind.COOLANT_LOSS,))


async def judge(
    session: TenantSession, groups: Sequence[DueGroup], now: datetime
) -> tuple[list[Said], Look]:
    """Losses of coolant that stand at the last known hour of groups."""
    warm = {group.id: group for group in groups if group.commodity is Commodity.HEAT}
    metered = sorted(await heat_points.with_carriers(session, list(warm))) if warm else []
    names = await due.names_of(session, metered) if metered else {}
    end = hour_of(now)
    said: list[Said] = []
    heard: list[BalanceGroupId] = []
    for group in metered:
        week = Range(end - WINDOW_HOURS, end, Step.HOUR)
        found = await heat_losses.coolant_of(session, group, week, now)
        if found is None:
            continue
        known = np.flatnonzero(~np.isnan(found.coolant.lost_kg))
        if not len(known) or known[-1] < WINDOW_HOURS - 1 - LATEST_LAG_HOURS:
            continue
        heard.append(group)
        hours = _until(found.coolant, int(known[-1]) + 1)
        lost = coolant.leak(hours, quantum=found.quantum)
        if lost is not None:
            said.append(_said(warm[group], names[group].path, lost, hours, week.start))
    return said, Look([], heard, _KINDS, from_group=True)


def _until(found: Coolant, end: int) -> Coolant:
    return Coolant(*(getattr(found, field.name)[:end] for field in fields(Coolant)))


def _said(group: DueGroup, place: str, lost: Leak, hours: Coolant, start: int) -> Said:
    since = instant_of(start + lost.since)
    missing = np.where(np.arange(len(hours.lost_wh)) >= lost.since, hours.lost_wh, 0.0)
    return Said(
        kind=FindingKind.COOLANT_LOSS,
        commodity=group.commodity,
        point_id=None,
        group_id=group.id,
        site_id=group.site_id,
        since=since,
        amount=round(lost.lost_wh),
        confidence=CONFIDENCE,
        told=sentences.told(
            sentences.of_coolant(place, group.timezone, lost), group.commodity, since
        ),
        flow=lost.lost_wh / lost.hours,
        figures={
            "lost_kg": lost.lost_kg,
            "kg_per_hour": lost.lost_kg / lost.hours,
            "share_pct": 100 * lost.share,
            "hours": float(lost.hours),
        },
        curves={"missing": Curve(start, missing)},
    )
