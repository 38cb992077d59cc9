"""The groups of a house compared by what a square metre takes; never fewer than five homes.

Groups are those directly below: entrances, or risers that somebody drew. Source: deck item 39,
groups of 10 to 20 flats, compared in public and in each entrance.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from domain.errors import ConflictError, InvalidError
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


@dataclass(frozen=True, slots=True)
class _Below:
    """What lies directly below a house: the homes of each group, and who of them is told."""

    groups: Sequence[GroupRow]
    homes: Sequence[Home]
    amounts: Mapping[MeteringPointId, float]
    told: Sequence[frozenset[int]]
    """Premises of each group that stand behind its average; empty where it is not told."""

    span: tuple[date, date]


async def of_group(session: TenantSession, house: GroupRow, now: datetime) -> Comparison:
    """Compare the groups directly below a group over the last days.

    Raises
    ------
    InvalidError
        NOTHING_TO_COMPARE: fewer than two groups lie below it.
    """
    return _compared(house, await _below(session, house, now))


async def _below(session: TenantSession, house: GroupRow, now: datetime) -> _Below:
    below = (await metered.child_groups(session, [house.id])).get(house.id, [])
    if len(below) < 2:
        message = "fewer than two groups lie below it: there is nothing to compare"
        raise InvalidError(message, code="NOTHING_TO_COMPARE", field="id")
    zone = ZoneInfo(house.timezone)
    today = now.astimezone(zone).date()
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    homes = await publications.homes_below(session, house.id)
    amounts = await _amounts(session, homes, midnight(first, zone), midnight(today, zone), now)
    unknown = {(one.group_id, one.premise_id) for one in homes if np.isnan(amounts[one.point_id])}
    ways: dict[BalanceGroupId, dict[int, tuple[str, ...]]] = {group.id: {} for group in below}
    for one in homes:
        if (one.group_id, one.premise_id) not in unknown:
            ways[one.group_id].setdefault(one.premise_id, one.way)
    told = [comparing.tellable(list(ways[group.id].items())) for group in below]
    return _Below(below, homes, amounts, comparing.apart(told), (first, last))


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


def _compared(house: GroupRow, below: _Below) -> Comparison:
    energy: dict[tuple[BalanceGroupId, int], float] = defaultdict(float)
    area: dict[tuple[BalanceGroupId, int], float] = {}
    for one in below.homes:
        key = one.group_id, one.premise_id
        energy[key] += below.amounts[one.point_id]
        area[key] = one.area_m2
    keys = sorted(area)
    place = {group.id: at for at, group in enumerate(below.groups)}
    size = np.array([area[key] for key in keys])
    number = np.array([place[key[0]] for key in keys], dtype=np.int64)
    # Were a home that is not told in the mean of the house, that would tell of it.
    used = np.array(
        [energy[key] if key[1] in below.told[place[key[0]]] else np.nan for key in keys]
    )
    found = comparing.groups(used, size, number, len(below.groups))
    known = ~np.isnan(used)
    counted = int(np.count_nonzero(known))
    mean = float(used[known].sum() / size[known].sum()) / 1000 if counted else None
    rows = [
        Compared(
            group, one.homes, None if one.per_m2 is None else one.per_m2 / 1000, one.against_house
        )
        for group, one in zip(below.groups, found, strict=True)
    ]
    rows.sort(key=lambda row: (row.per_m2 is None, row.per_m2 or 0.0, row.group.name))
    return Comparison(house, *below.span, unit_of(house.commodity), mean, counted, rows)


async def publish(session: TenantSession, house: GroupRow, now: datetime) -> str:
    """Open the comparison to whoever knows the address; its last part.

    Raises
    ------
    InvalidError
        NOTHING_TO_COMPARE.
    ConflictError
        TELLS_OF_FEW_HOMES: beside a comparison that is open it would tell of fewer than five homes.
    """
    await _check_beside(session, house, now)
    await publications.publish(session, house.id, secrets.token_urlsafe(_WORD_BYTES), now)
    await audit.record(session, "comparison.published", str(house.id))
    kept = (await publications.of_groups(session, [house.id]))[house.id]
    return address_of(session.scope.tenant_id, kept.word)


async def _check_beside(session: TenantSession, house: GroupRow, now: datetime) -> None:
    told = (await _below(session, house, now)).told
    open_ones = await publications.published(session, house.commodity)
    groups = await metered.load_groups(session, [one for one in open_ones if one != house.id])
    for other in groups.values():
        try:
            beside = await _below(session, other, now)
        except InvalidError:  # it has lost its parts, and tells nothing
            continue
        if any(comparing.tells_of_few(one, two) for one in told for two in beside.told):
            raise ConflictError(
                f"beside the comparison of {other.name}, which is open, it would tell of fewer than"
                f" {comparing.LEAST_HOMES} homes: take that one back first",
                code="TELLS_OF_FEW_HOMES",
                field="group",
            )


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
