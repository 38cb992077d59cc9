"""Columns of explanations of which little or much is known."""

from collections.abc import Iterator

import numpy as np

from analytics.attribution.preparation import DAY_HOURS, Prepared
from analytics.attribution.shapes import everyday
from analytics.attribution.window import FloatArray

LOOSE = 0.5
"""Standard deviation of the share by which a shape that is known roughly is off."""

REACH = (-3, -2, -1, 1, 2, 3)
"""Hours by which a meter's readings are displaced to mend its clock."""


def of_unseen(prepared: Prepared, values: FloatArray) -> Iterator[tuple[FloatArray, float]]:
    """Forms of a load that no meter saw in some hours, with the spread of their further columns.

    ``values`` say roughly what it was, shape ``(t,)``, and are 0 where the meter saw it. From the
    simplest on: as they say; a constant; an everyday load; off by the hour; off by the hour and by
    the day, with a constant and a share of what the others take.
    """
    unseen = (values > 0).astype(float)
    level = float(values[values > 0].mean()) if unseen.any() else 0.0
    usual = unseen * everyday(prepared)
    yield values[None, :], 0.0
    yield unseen[None, :], 0.0
    yield usual[None, :], 0.0
    by_hour = np.concatenate((values[None, :], values * slots(prepared)))
    yield by_hour, LOOSE
    days = np.arange(len(prepared.starts))[:, None]
    more = np.stack((unseen * level, unseen * prepared.delivered * level))
    yield np.concatenate((by_hour, values * (prepared.day == days), more)), LOOSE


def of_displaced(
    prepared: Prepared, values: FloatArray, member: int
) -> Iterator[tuple[FloatArray, float]]:
    """Forms of a meter that counts in neighbouring hours what belongs into this one.

    What flowed is a filter of what was read, of some hours to either side; it keeps the sum.
    """
    own = prepared.readings[member]
    yield values[None, :], 0.0
    moved = np.stack([np.roll(own, by) - own for by in REACH])
    yield np.concatenate((values[None, :], moved)), LOOSE


def slots(prepared: Prepared) -> FloatArray:
    """One row an hour of the local day, shape ``(24, t)``."""
    return np.asarray(prepared.hour[None, :] == np.arange(DAY_HOURS)[:, None], dtype=float)
