"""Curves beside a balance: the common needs of a house, and how much of the load coincides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics import simultaneity
from analytics.simultaneity import Simultaneity
from backend.services.reading import balances, completeness
from backend.services.reading.balances import Amounts, Balance
from backend.services.reading.profiles import HourlyProfile, Range, cut
from backend.store.groups import balance_members
from backend.store.model.metered import GroupRow
from domain.identity import BalanceGroupId
from domain.quantities import EnergyArray, Mask, unit_of
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class CommonNeeds:
    """What a house takes beyond its homes; ``total = metered + technical + rest``."""

    balance: Balance
    total: Amounts
    """Supplied minus what homes and shops metered."""

    metered: Amounts
    """By the common meters."""

    rest: Amounts
    """Neither metered nor explained by the conductors: what a manager can bring down."""


async def common_needs_of(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[CommonNeeds]:
    """Common-house needs of groups with an inlet; unknown where the balance is."""
    told = await balances.of_groups(session, groups, asked, now)
    ids = [BalanceGroupId(one.id) for one in groups]
    members = await balance_members.members_of(session, ids)
    common = [[one for one in members.get(number, []) if one.common] for number in ids]
    loaded = await completeness.load_members(session, common, asked.start, asked.end, now)
    found = []
    for group, balance, hours in zip(groups, told, loaded, strict=True):
        whole = np.logical_and.reduce(hours.known | ~hours.due, axis=0)
        own = _cut(hours.values.sum(axis=0), np.asarray(whole, np.bool_), asked, group)
        known = balance.imbalance.known & own.known
        total = np.where(known, balance.imbalance.values + own.values, 0)
        explained = known & balance.technical.known
        rest = np.where(explained, total - own.values - balance.technical.values, 0)
        found.append(CommonNeeds(balance, Amounts(total, known), own, Amounts(rest, explained)))
    return found


async def simultaneities_of(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Simultaneity]:
    """CS-min, CS-max and coincidence of the members of each group's balance."""
    told = await balances.of_groups(session, groups, asked, now)
    ids = [BalanceGroupId(one.id) for one in groups]
    members = await balance_members.members_of(session, ids)
    others = [[one for one in members.get(n, []) if not (one.of_top and one.feeds)] for n in ids]
    loaded = await completeness.load_members(session, others, asked.start, asked.end, now)
    found = []
    for group, balance, hours in zip(groups, told, loaded, strict=True):
        imbalance = balance.imbalance
        size = len(hours.values), len(imbalance.values)
        readings, known = np.zeros(size), np.zeros(size, dtype=np.bool_)
        due = hours.due.any(axis=0)
        for row in range(len(hours.values)):
            # who was not there took nothing, and that is known; when nobody was, as in hours to
            # come, nothing is
            sure = (hours.known[row] | ~hours.due[row]) & due
            part = _whole(hours.values[row], np.asarray(sure), asked, group)
            readings[row], known[row] = part.values, part.known
        missing: NDArray[np.float64] = np.where(imbalance.known, imbalance.values, np.nan)
        found.append(simultaneity.simultaneity(readings, known, missing))
    return found


def _cut(values: EnergyArray, known: Mask, asked: Range, group: GroupRow) -> Amounts:
    blank = np.zeros(len(values), dtype=np.uint8)
    hours = HourlyProfile(np.where(known, values, 0), known, blank, known.astype(np.float64))
    found = cut(hours, asked, group.timezone, unit_of(group.commodity))
    return Amounts(found.values, found.known)


def _whole(values: EnergyArray, known: Mask, asked: Range, group: GroupRow) -> Amounts:
    """As :func:`_cut`; a bucket of which an hour is unknown is unknown."""
    lacking = _cut((~known).astype(np.int64), np.ones(len(known), np.bool_), asked, group)
    found = _cut(values, known, asked, group)
    return Amounts(found.values, found.known & (lacking.values == 0))
