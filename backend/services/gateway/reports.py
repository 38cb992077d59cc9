"""What frames tell besides counters, gathered by a fold and kept with its facts."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from backend.services.alerts import marking
from backend.store.hours.temperature_series import TemperatureDirectory
from backend.store.network import reports
from backend.store.network.channels import ChannelDirectory
from domain.frames import NO_TEMPERATURE, Event, Frame, HourBlock
from domain.network_reports import ModuleReport, SpotReading
from domain.periods import Periods, StatusBit, union
from tenants.session import TenantSession

_BITS = np.array(list(StatusBit))

_Cells = tuple[NDArray[np.int64], int, NDArray[np.int64]]
"""Addresses of shape ``(n, 3)``, the hour, and what was said of each, shape ``(n,)``."""


class Reports:
    """Reports of the frames of one batch."""

    def __init__(self) -> None:
        self._status: list[_Cells] = []
        self._temperatures: tuple[list[_Cells], list[_Cells]] = [], []
        self._events: list[tuple[int, Event]] = []
        self._spots: list[tuple[int, SpotReading]] = []
        self._modules: list[tuple[int, datetime, ModuleReport]] = []
        self._cells = 0

    def __len__(self) -> int:
        return self._cells + len(self._events) + len(self._spots) + len(self._modules)

    def gather(self, concentrator: int, frame: Frame) -> None:
        """Note what a frame of a concentrator tells."""
        for block in frame.blocks:
            if block.status is not None and block.status.any():
                self._note(self._status, concentrator, block, block.status, nothing=0)
            if block.temperatures is not None:
                for cells, values in zip(self._temperatures, block.temperatures, strict=True):
                    self._note(cells, concentrator, block, values, nothing=NO_TEMPERATURE)
        if frame.events:
            self._events += [(concentrator, event) for event in frame.events]
        if frame.spots:
            self._spots += [(concentrator, spot) for spot in frame.spots]
        if frame.topology and frame.made_at is not None:
            self._modules += [(concentrator, frame.made_at, one) for one in frame.topology]

    def _note(
        self,
        cells: list[_Cells],
        concentrator: int,
        block: HourBlock,
        values: NDArray[np.int64],
        *,
        nothing: int,
    ) -> None:
        said = np.flatnonzero(values != nothing)
        where = np.empty((len(said), 3), np.int64)
        where[:, 0], where[:, 1], where[:, 2] = concentrator, block.network, block.channels[said]
        cells.append((where, block.hour, values[said]))
        self._cells += len(said)

    async def keep(
        self,
        session: TenantSession,
        channels: ChannelDirectory,
        temperatures: TemperatureDirectory,
    ) -> None:
        """Write everything into its rows. The caller is the one folder of the tenant."""
        if self._modules:
            await reports.save_topology(session, self._modules)
        if self._status:
            await self._keep_status(session, channels)
        if self._events:
            await self._keep_events(session, channels)
        if self._spots:
            await self._keep_spots(session, channels)
        if any(self._temperatures):
            await self._keep_temperatures(session, channels, temperatures)

    async def _keep_status(self, session: TenantSession, channels: ChannelDirectory) -> None:
        where, hour, said = _joined(self._status)
        series = await channels.series_of(session, where)
        cell, bit = np.nonzero((said[:, None] & _BITS) * (series >= 0)[:, None])
        if len(cell):
            hours = hour[cell]
            told = Periods(series[cell], _BITS[bit], hours, hours + 1)
            periods = union(told)
            await reports.save_status(session, periods)
            await marking.note_status(session, periods, datetime.now(UTC))

    async def _keep_events(self, session: TenantSession, channels: ChannelDirectory) -> None:
        where = np.array([(c, event.network, event.channel) for c, event in self._events], np.int64)
        series = await channels.series_of(session, where)
        told = [
            (one, (event.at, str(event.kind), None if event.value is None else float(event.value)))
            for one, (_, event) in zip(series.tolist(), self._events, strict=True)
            if one >= 0
        ]
        await reports.save_events(session, [one for one, _ in told], [event for _, event in told])
        await marking.note_events(session, told, datetime.now(UTC))

    async def _keep_spots(self, session: TenantSession, channels: ChannelDirectory) -> None:
        where = np.array([(c, spot.network, spot.channel) for c, spot in self._spots], np.int64)
        series = await channels.series_of(session, where)
        told = [
            (one, (spot.at, spot.counter))
            for one, (_, spot) in zip(series.tolist(), self._spots, strict=True)
            if one >= 0
        ]
        await reports.save_spots(session, [one for one, _ in told], [spot for _, spot in told])

    async def _keep_temperatures(
        self,
        session: TenantSession,
        channels: ChannelDirectory,
        temperatures: TemperatureDirectory,
    ) -> None:
        supply, back = (_joined(cells) for cells in self._temperatures)
        where, hour, value = (np.concatenate(pair) for pair in zip(supply, back, strict=True))
        which = np.repeat([0, 1], [len(supply[1]), len(back[1])])
        series = await channels.series_of(session, where)
        kept = series >= 0
        if kept.any():
            own = await temperatures.series_of(session, series[kept], which[kept])
            await reports.save_temperatures(
                session, reports.Temperatures(own, hour[kept], value[kept])
            )


def _joined(
    cells: list[_Cells],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Addresses, hours and values of all cells."""
    where = np.concatenate([one[0] for one in cells])
    hour = np.repeat([one[1] for one in cells], [len(one[2]) for one in cells])
    return where, hour.astype(np.int64), np.concatenate([one[2] for one in cells])
