"""The groups of a house compared by what a square metre takes; never fewer than five homes.

Groups are those directly below: entrances, or risers that somebody drew. Source: deck item 39,
groups of 10 to 20 flats, compared in public and in each entrance.
"""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.heat import comparing
from backend.store.groups import publications
from backend.store.groups.publications import Home
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError
from domain.hours import hour_of, midnight
from domain.identity import BalanceGroupId, MeteringPointId, Scope, TenantId
from domain.quantities import Unit, unit_of
from tenants import audit
from tenants.session import TenantSession

DAYS = 30
"""Whole local days before today that a comparison covers."""

LEAST_KNOWN = 0.95
"""Share of a home's hours that must be known for it to be counted."""

PUBLIC_ACTOR = "public"
_WORD_BYTES = 16


@dataclass(frozen=True, slots=True)
class Compared:
    """One group of homes."""

    group: GroupRow
    homes: int
    per_m2: float | None
    """kWh or m3 a square metre; None of fewer than five homes."""

    against_house: float | None
    """As a share of the house's mean: 1.12 is 12 % above it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups of a house, the most thrifty first, those that cannot be told last."""

    house: GroupRow
    first: date
    last: date
    unit: Unit
    mean: float | None
    """Of all homes that are counted, a square metre; None where none is."""

    homes: int
    """Of the groups that are told."""

    groups: list[Compared]


async def of_group(session: TenantSession, house: GroupRow, now: datetime) -> Comparison:
    """Compare the groups directly below a group over the last days.

    Raises
    ------
    InvalidError
        NOTHING_TO_COMPARE: fewer than two groups lie below it.
    """
    below = (await metered.child_groups(session, [house.id])).get(house.id, [])
    if len(below) < 2:
        message = "fewer than two groups lie below it: there is nothing to compare"
        raise InvalidError(message, code="NOTHING_TO_COMPARE", field="id")
    zone = ZoneInfo(house.timezone)
    today = now.astimezone(zone).date()
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    homes = await publications.homes_below(session, house.id)
    amounts = await _amounts(session, homes, midnight(first, zone), midnight(today, zone), now)
    return _compared(house, below, homes, amounts, (first, last))


async def _amounts(
    session: TenantSession, homes: Sequence[Home], start: int, end: int, now: datetime
) -> dict[MeteringPointId, float]:
    points = sorted({one.point_id for one in homes})
    if not points:
        return {}
    hourly = (await series.load_points(session, points, start, end, hour_of(now))).hourly
    share = hourly.known.mean(axis=1)
    sums = np.where(hourly.known, hourly.values, 0).sum(axis=1)
    told = np.where(share >= LEAST_KNOWN, sums, np.nan)
    return dict(zip(points, told.tolist(), strict=True))


def _compared(
    house: GroupRow,
    below: Sequence[GroupRow],
    homes: Sequence[Home],
    amounts: dict[MeteringPointId, float],
    span: tuple[date, date],
) -> Comparison:
    energy: dict[tuple[BalanceGroupId, int], float] = defaultdict(float)
    area: dict[tuple[BalanceGroupId, int], float] = {}
    for one in homes:
        key = one.group_id, one.premise_id
        energy[key] += amounts[one.point_id]
        area[key] = one.area_m2
    keys = sorted(area)
    place = {group.id: at for at, group in enumerate(below)}
    used = np.array([energy[key] for key in keys])
    size = np.array([area[key] for key in keys])
    number = np.array([place[key[0]] for key in keys], dtype=np.int64)
    # Were a small group in the mean of the house, that would tell of it beside the others.
    many = np.bincount(number[~np.isnan(used)], minlength=len(below)) >= comparing.LEAST_HOMES
    used = np.where(many[number], used, np.nan)
    found = comparing.groups(used, size, number, len(below))
    known = ~np.isnan(used)
    counted = int(np.count_nonzero(known))
    mean = float(used[known].sum() / size[known].sum()) / 1000 if counted else None
    rows = [
        Compared(
            group, one.homes, None if one.per_m2 is None else one.per_m2 / 1000, one.against_house
        )
        for group, one in zip(below, found, strict=True)
    ]
    rows.sort(key=lambda row: (row.per_m2 is None, row.per_m2 or 0.0, row.group.name))
    return Comparison(house, *span, unit_of(house.commodity), mean, counted, rows)


async def publish(session: TenantSession, house: GroupRow, now: datetime) -> str:
    """Open the comparison to whoever knows the address; its last part.

    Raises
    ------
    InvalidError
        NOTHING_TO_COMPARE.
    """
    await of_group(session, house, now)
    await publications.publish(session, house.id, secrets.token_urlsafe(_WORD_BYTES), now)
    await audit.record(session, "comparison.published", str(house.id))
    kept = (await publications.of_groups(session, [house.id]))[house.id]
    return address_of(session.scope.tenant_id, kept.word)


async def take_back(session: TenantSession, house: GroupRow) -> None:
    """Close the comparison; its address leads nowhere from now on."""
    if await publications.take_back(session, house.id):
        await audit.record(session, "comparison.taken-back", str(house.id))


def address_of(tenant: TenantId, word: str) -> str:
    """Last part of the public address: the tenant, to open its session, and chance."""
    return f"{tenant}-{word}"


def scope_of(address: str) -> tuple[Scope, str] | None:
    """Scope in which a public address is looked up, and its word; None of what cannot be one."""
    number, dash, word = address.partition("-")
    if not dash or not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Scope(TenantId(int(number)), actor=PUBLIC_ACTOR), word
