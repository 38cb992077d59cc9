"""Balances of groups, taken apart: technical losses, the meters' own consumption, and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from analytics import balance, losses
from analytics.losses import Accuracy, Standing, TechnicalLoss
from backend.services.reading import completeness, profiles
from backend.services.reading.completeness import MemberHours
from backend.services.reading.profiles import HourlyProfile, Range, cut
from backend.store.findings import group_losses
from backend.store.findings.group_losses import Exactness
from backend.store.groups import balance_members
from backend.store.groups.balance_members import BalanceMember
from backend.store.model.metered import GroupRow
from domain.hours import Step
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quality import Quality
from domain.quantities import Commodity, EnergyArray, Mask, unit_of
from tenants.session import TenantSession

FloatArray = NDArray[np.float64]


class StandingCode(IntEnum):
    """How much of a balance is known, as it is packed."""

    FINAL = 0
    PROVISIONAL = 1
    INSUFFICIENT = 2


_CODES = {
    Standing.FINAL: StandingCode.FINAL,
    Standing.PROVISIONAL: StandingCode.PROVISIONAL,
    Standing.INSUFFICIENT: StandingCode.INSUFFICIENT,
}

USUAL_CLASS = {
    Commodity.ELECTRICITY: 1.0,
    Commodity.WATER_COLD: 3.0,
    Commodity.WATER_HOT: 3.0,
    Commodity.GAS: 2.0,
    Commodity.HEAT: 3.0,
}
"""Error in percent of meters whose class nobody told: EN 62053-21, ISO 4064, EN 1359, EN 1434."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Wh or litres in buckets, and where they are known; shape ``(k,)``."""

    values: EnergyArray
    known: Mask


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance in buckets of the site's calendar."""

    asked: Range
    supplied: Amounts
    delivered: Amounts
    imbalance: Amounts
    technical: Amounts
    own: Amounts
    non_technical: Amounts
    coverage: FloatArray
    standing: NDArray[np.uint8]


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Balance]:
    """Balances of groups; what no model tells of is unknown, and never zero."""
    models = await group_losses.load_losses(session, [BalanceGroupId(one.id) for one in groups])
    hours = await profiles.balance_hours(session, groups, asked, now)
    ids = [BalanceGroupId(one.id) for one in groups]
    partial = hours.known < hours.expected
    shares = await completeness.of_members(session, ids, partial, asked.start, now)
    found = []
    for at, group in enumerate(groups):
        own = hours.take(np.array([at]))
        plain = balance.imbalance(own, shares[at])
        estimated = balance.codes_of(own)[0] == Quality.ESTIMATED
        found.append(_taken_apart(plain, group, models.get(group.id), estimated, asked))
    return found


def model_of(commodity: Commodity, fitted: TechnicalLoss | None) -> TechnicalLoss | None:
    """What is known of losses: of water and gas there are none that physics asks for."""
    match commodity:
        case Commodity.ELECTRICITY | Commodity.HEAT:
            return fitted
        case _:
            return losses.NO_LOSS


def _taken_apart(
    found: balance.Imbalance,
    group: GroupRow,
    fitted: TechnicalLoss | None,
    estimated: Mask,
    asked: Range,
) -> Balance:
    model = model_of(group.commodity, fitted)
    watts = losses.OWN_POWER_W if group.commodity is Commodity.ELECTRICITY else 0.0
    own = np.rint(found.members * watts).astype(np.int64)
    parts = losses.take_apart(
        found.supplied, found.delivered, found.imbalance_known, model or losses.NO_LOSS, own
    )
    told = found.imbalance_known & (model is not None)
    return Balance(
        asked=asked,
        supplied=_cut(found.supplied, found.supplied_known, asked, group),
        delivered=_cut(found.delivered, found.delivered_known, asked, group),
        imbalance=_cut(parts.imbalance, found.imbalance_known, asked, group),
        technical=_cut(parts.technical, told, asked, group),
        own=_cut(parts.own, found.imbalance_known, asked, group),
        non_technical=_cut(parts.non_technical, told, asked, group),
        coverage=_shares(found, asked, group),
        standing=_standing(found, estimated, asked, group),
    )


def _cut(values: EnergyArray, known: Mask, asked: Range, group: GroupRow) -> Amounts:
    blank = np.zeros(len(values), dtype=np.uint8)
    hours = HourlyProfile(np.where(known, values, 0), known, blank, known.astype(np.float64))
    found = cut(hours, asked, group.timezone, unit_of(group.commodity))
    return Amounts(found.values, found.known)


def _shares(found: balance.Imbalance, asked: Range, group: GroupRow) -> FloatArray:
    known = np.ones(len(found.coverage), dtype=np.bool_)
    blank = np.zeros(len(known), dtype=np.uint8)
    hours = HourlyProfile(np.zeros(len(known), dtype=np.int64), known, blank, found.coverage)
    return cut(hours, asked, group.timezone, unit_of(group.commodity)).coverage


def _standing(
    found: balance.Imbalance, estimated: Mask, asked: Range, group: GroupRow
) -> NDArray[np.uint8]:
    """Of each bucket: as little as of its worst part."""
    shares = np.where(found.supplied_known, found.coverage, 0.0)
    codes = np.array(
        [
            _CODES[losses.standing(float(share), estimated=bool(doubt))]
            for share, doubt in zip(shares, estimated, strict=True)
        ],
        dtype=np.int64,
    )
    if asked.step is Step.HOUR or not len(codes):
        return codes.astype(np.uint8)
    unknown = _cut((codes == StandingCode.INSUFFICIENT).astype(np.int64), _all(codes), asked, group)
    doubtful = _cut((codes != StandingCode.FINAL).astype(np.int64), _all(codes), asked, group)
    worst = np.where(unknown.values > 0, StandingCode.INSUFFICIENT, StandingCode.PROVISIONAL)
    return np.where(doubtful.values > 0, worst, StandingCode.FINAL).astype(np.uint8)


def _all(codes: NDArray[np.int64]) -> Mask:
    return np.ones(len(codes), dtype=np.bool_)


async def bands_of(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Amounts]:
    """Half-width of the 95 % band in which the errors of meters alone move each imbalance."""
    ids = [BalanceGroupId(one.id) for one in groups]
    members = await balance_members.members_of(session, ids)
    feeds = [[one for one in members.get(n, []) if one.of_top and one.feeds] for n in ids]
    others = [[one for one in members.get(n, []) if not (one.of_top and one.feeds)] for n in ids]
    span = asked.start, asked.end, now
    supply = await completeness.load_members(session, feeds, *span)
    parts = await completeness.load_members(session, others, *span)
    told = await group_losses.exactness_of(
        session, [one.point_id for own in members.values() for one in own]
    )
    found = []
    for row, group in enumerate(groups):
        if not feeds[row] or not others[row]:
            nothing = np.zeros(asked.end - asked.start, dtype=np.int64)
            found.append(_cut(nothing, nothing > 0, asked, group))
            continue
        accuracy = _accuracy(group, asked, feeds[row], others[row], told)
        found.append(_band(group, asked, supply[row], parts[row], accuracy))
    return found


def _accuracy(
    group: GroupRow,
    asked: Range,
    feeds: list[BalanceMember],
    others: list[BalanceMember],
    told: Mapping[MeteringPointId, Exactness],
) -> Accuracy:
    usual = USUAL_CLASS[group.commodity]

    def error(text: str | None) -> float:
        try:
            return float(text) if text else usual
        except ValueError:
            return usual

    inlet = told[feeds[0].point_id]
    rows = [told[own[0].point_id] for own in completeness.together(others)]
    return Accuracy(
        error(inlet.accuracy_class),
        np.array([error(one.accuracy_class) for one in rows]),
        np.array([one.quantum for one in rows]),
        inlet.quantum,
        # what a clock that is off moves into an hour it takes from its neighbour
        losses.SKEW_S if asked.step is Step.HOUR else 0.0,
    )


def _band(
    group: GroupRow, asked: Range, supply: MemberHours, parts: MemberHours, accuracy: Accuracy
) -> Amounts:
    whole: Mask = np.logical_and(
        (supply.known | ~supply.due).all(axis=0), supply.due.any(axis=0), dtype=np.bool_
    )
    total = _cut(supply.values.sum(axis=0), whole, asked, group)
    rows = zip(parts.values, parts.known, strict=True)
    each = np.stack([_cut(row, known, asked, group).values for row, known in rows])
    wide = losses.uncertainty(total.values, each, accuracy)
    return Amounts(np.rint(wide).astype(np.int64), total.known)
