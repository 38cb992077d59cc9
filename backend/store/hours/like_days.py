"""Gaps shaped by their like days: reads the weeks before a gap, where there is one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics import estimation
from analytics.estimation import History
from analytics.gaps import Pairs
from analytics.registers import Consumption, Hourly, Installations
from backend.store.hours import counters as counters_store
from backend.store.hours.counters import Counters
from tenants.session import TenantSession

_CELLS_AT_ONCE = 4_000_000


async def shape(
    session: TenantSession,
    meters: tuple[NDArray[np.int64], Installations],
    found: Consumption,
    axis: tuple[int, int, int],
    past: Counters | None,
) -> None:
    """Share the gaps that reach into a range by their like days instead of by time.

    Parameters
    ----------
    meters
        Series and terms of the installations, in the order of ``found``.
    found
        Consumption with gaps shared by time; its values are overwritten.
    axis
        First hour of ``found``, and the range (start, end) within it that matters.
    past
        Counters as they were known at a moment; without them they are read as they stand.
    """
    series, terms = meters
    low, start, end = axis
    gaps = found.estimated
    ends = gaps.first_hour + gaps.hours
    wanted = (gaps.hours <= estimation.LONGEST_H) & (gaps.first_hour < end) & (ends > start)
    gaps = gaps.take(wanted)
    if not len(gaps.row):
        return
    first, last = estimation.span_of(gaps)
    rows = np.unique(gaps.row)
    some = max(1, _CELLS_AT_ONCE // (last - first))
    for at in range(0, len(rows), some):
        part = rows[at : at + some]
        own = gaps.take(np.isin(gaps.row, part))
        known = past.take(part) if past is not None else await _load(session, series[part], own)
        history = History(known.start, known.counter, terms.take(part))
        hourly = found.hourly
        values = Hourly(hourly.values[part], hourly.known[part], hourly.codes[part])
        estimation.shape(replace(own, row=np.searchsorted(part, own.row)), history, low, values)
        hourly.values[part] = values.values


async def _load(session: TenantSession, series: NDArray[np.int64], gaps: Pairs) -> Counters:
    first, last = estimation.span_of(gaps)
    distinct, row = np.unique(series, return_inverse=True)
    return (await counters_store.load(session, distinct, first, last)).take(row)
