"""Losses of a house's conductors over some hours, who causes them, and what moves would save.

Shares and savings come from the closed form, which leaves the voltage drop out; they are scaled by
the power flow's total, so that they sum to the loss that is told.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from analytics.phases import moves, power_flow, sharing
from analytics.phases.conductors import ohms
from analytics.phases.moves import Move, Split
from analytics.phases.network import PHASES, Consumers, FloatArray, IntArray, Network, one_hot
from backend.services.model import house_networks
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import hour_of
from domain.quantities import Phase
from tenants.session import TenantSession

LONGEST_HOURS = 24 * 92
LEAST_SHARE = 0.005
"""A move that saves less of the loss is not worth an electrician's way."""

_PLACE = {Phase.A: 0, Phase.B: 1, Phase.C: 2, Phase.ABC: -1}


@dataclass(frozen=True, slots=True)
class SectionLoss:
    """A section: its heat [kWh], its largest current [A], the lowest voltage at its end [V]."""

    name: str
    lost: float
    largest_a: float
    lowest_v: float


@dataclass(frozen=True, slots=True)
class PhaseLosses:
    """What is known of the losses of a house over some hours."""

    hours: int
    """In which every consumer of the network is known: the others are left out."""

    asked: int
    consumed: float
    """By the consumers in these hours [kWh]."""

    by_phase: tuple[float, float, float]
    """Heat of the phase conductors [kWh]."""

    neutral: float
    sections: list[SectionLoss]
    points: list[PointRow]
    share: FloatArray
    """Contribution of each point [kWh], shape ``(n,)``."""

    recommended: list[Move]
    best: float
    """Loss of the best assignment of the movable points [kWh]."""

    splits: list[Split]
    unplaced: list[PointRow]
    """Points that cannot be counted: their phase is not known."""

    @property
    def lost(self) -> float:
        """Heat of all conductors [kWh]."""
        return sum(self.by_phase) + self.neutral


@dataclass(frozen=True, slots=True)
class _House:
    """A network and what hung on it."""

    told: house_networks.Network
    consumers: Consumers
    movable: IntArray


async def of_group(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime
) -> PhaseLosses | None:
    """Losses of the network of a group; None where none was told.

    Raises
    ------
    InvalidError
        The range is too long.
    """
    if asked.end - asked.start > LONGEST_HOURS:
        raise InvalidError(
            f"to must be at most {LONGEST_HOURS} hours after from",
            code="RANGE_TOO_LONG",
            field="to",
        )
    told = (await house_networks.load(session, [group.id])).get(group.id)
    if told is None:
        return None
    rows = await metered.load_points(session, [one.point for one in told.consumers])
    seen = [one for one in told.consumers if one.point in rows]
    placed = [one for one in seen if rows[one.point].phase is not None]
    points = [rows[one.point] for one in placed]
    end = min(asked.end, hour_of(now))
    found = await series.load_points(
        session, [one.point for one in placed], asked.start, max(asked.start, end), hour_of(now)
    )
    whole = found.hourly.known.all(axis=0)
    load = found.hourly.values[:, whole] / 1000
    unplaced = [rows[one.point] for one in seen if rows[one.point].phase is None]
    movable = np.array(
        [at for at, one in enumerate(placed) if _moves(one, points[at])], dtype=np.int64
    )
    house = _House(told, _consumers(told, placed, points, load), movable)
    return await asyncio.to_thread(_judged, house, points, unplaced, asked.end - asked.start)


def _moves(placed: house_networks.Placed, point: PointRow) -> bool:
    return placed.movable and point.phase != Phase.ABC


def _consumers(
    told: house_networks.Network,
    placed: Sequence[house_networks.Placed],
    points: Sequence[PointRow],
    load: FloatArray,
) -> Consumers:
    places = told.places
    return Consumers(
        np.array([places[one.section] for one in placed], dtype=np.int64),
        one_hot(np.array([_PLACE[Phase(str(one.phase))] for one in points], dtype=np.int64)),
        load,
        np.full(len(placed), told.power_factor),
    )


def network_of(told: house_networks.Network) -> Network:
    """Impedances of what was told; reactances of house cables are small and left out."""
    places = told.places
    return Network(
        np.array([-1 if s.parent is None else places[s.parent] for s in told.sections]),
        np.array([ohms(s.material, s.area_mm2, s.length_m) for s in told.sections], dtype=complex),
        np.array(
            [ohms(s.material, s.neutral_mm2, s.length_m) for s in told.sections], dtype=complex
        ),
        told.volts,
    )


def _judged(
    house: _House, points: list[PointRow], unplaced: list[PointRow], asked: int
) -> PhaseLosses:
    """Everything that is computed; it takes a while, and nothing here needs the database."""
    network, consumers = network_of(house.told), house.consumers
    found = power_flow.totals(network, consumers)
    coupled = sharing.coupling(network, consumers)
    exact = float(found.phase_kwh.sum() + found.neutral_kwh.sum())
    closed = coupled.loss(consumers.share)
    scale, least = exact / closed if closed > 0 else 1.0, LEAST_SHARE * closed
    best = coupled.loss(moves.best(coupled, consumers.share, house.movable))
    few = moves.recommended(coupled, consumers.share, house.movable, least=least)
    splits = moves.splits(coupled, consumers.share, house.movable)
    a, b, c = found.phase_kwh.sum(axis=0).tolist()
    return PhaseLosses(
        hours=consumers.kilowatts.shape[1],
        asked=asked,
        consumed=float(consumers.kilowatts.sum()),
        by_phase=(a, b, c),
        neutral=float(found.neutral_kwh.sum()),
        sections=_sections(house.told, found),
        points=points,
        share=coupled.shares(consumers.share) * scale,
        recommended=[replace(one, saves=one.saves * scale) for one in few],
        best=best * scale,
        splits=[replace(one, saves=one.saves * scale) for one in splits if one.saves > least],
        unplaced=unplaced,
    )


def _sections(told: house_networks.Network, found: power_flow.Totals) -> list[SectionLoss]:
    lost = found.phase_kwh.sum(axis=1) + found.neutral_kwh
    columns = (lost.tolist(), found.largest_a.tolist(), found.lowest_v.tolist())
    names = [section.name for section in told.sections]
    return [SectionLoss(*row) for row in zip(names, *columns, strict=True)]


def phases_of(share: Sequence[float]) -> str:
    """Conductors of a share of phases, as people name them."""
    return "".join(name for name, part in zip("ABC"[:PHASES], share, strict=True) if part > 0)
