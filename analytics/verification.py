"""When a meter is worth verifying: keep it, verify it on a date, or replace it.

A meter that counts ``g + h t`` too little (``g`` now, ``h`` more each year) of a flow worth ``c`` a
year has lost ``L(T) = c (g T + h T^2 / 2)`` after ``T`` years. Two rules:

* the decks' (item 62): act when the lost money equals the cost ``K`` of acting: ``L(T) = K``;
* least cost a year, ``min (K + L(T)) / T``, hence ``T L'(T) - L(T) = K``, so
  ``T = sqrt(2 K / (c h))``: an error that does not grow is no reason to come back later, only now.

They agree when ``g = 0``. Both are given with the band that the uncertainty leaves. The advice
follows the cautious end of it: chance alone sends nobody out.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite, sqrt

from domain.errors import InvalidError

BAND = 1.2816
"""Quantile of 10 and 90 % of the normal distribution."""


class Advice(StrEnum):
    """What to do with a meter."""

    KEEP = "keep"
    VERIFY = "verify"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Drift:
    """How wrong a meter is, as a share of what flows; positive where it counts too little."""

    now: float
    yearly: float
    yearly_error: float
    """Standard uncertainty of ``yearly``."""

    now_error: float = 0.0
    """Standard uncertainty of ``now``."""

    @property
    def cautious(self) -> "Drift":
        """The 10 % quantile: as small as the drift may well be."""
        return Drift(self.now - BAND * self.now_error, self.yearly - BAND * self.yearly_error, 0.0)


@dataclass(frozen=True, slots=True)
class Costs:
    """Money, all of one currency."""

    flow_a_year: float
    """What flows through the meter in a year is worth."""

    verification: float
    replacement: float


@dataclass(frozen=True, slots=True)
class Verification:
    """Years from now; infinite where a rule never asks for it."""

    advice: Advice
    breakeven: float
    """Decks' rule: the loss so far equals the cost of acting."""

    optimum: float
    """Least cost a year."""

    earliest: float
    latest: float
    """Of the optimum, from the 10 and 90 % quantiles of the drift."""

    loss_a_year: float
    """What the meter loses in the first year as it is."""


def grown(share: float, error: float, years: float) -> Drift:
    """Drift of a meter whose error grew evenly since it was installed, a year ago at least.

    Parameters
    ----------
    share, error
        What it counts too little now, and the standard uncertainty of that.
    years
        Since it was installed.
    """
    age = max(1.0, years)
    return Drift(share, share / age, error / age, error)


def advise(drift: Drift, costs: Costs, horizon: float = 16.0) -> Verification:
    """Advise on one meter.

    Parameters
    ----------
    horizon
        Years that count: what lies behind them is "keep".

    Raises
    ------
    InvalidError
        A cost is not positive, or a number is none.
    """
    _check(drift, costs)
    act = min(costs.verification, costs.replacement)
    value = costs.flow_a_year
    optimum = _optimum(value, drift.yearly, act)
    early = _optimum(value, drift.yearly + BAND * drift.yearly_error, act)
    late = _optimum(value, drift.yearly - BAND * drift.yearly_error, act)
    breakeven = _breakeven(value, drift, act)
    first_year = value * (drift.now + drift.yearly / 2)
    least = drift.cautious
    due = min(_optimum(value, least.yearly, act), _breakeven(value, least, act))
    return Verification(
        _advice(costs, due, value * (least.now + least.yearly / 2), horizon),
        breakeven,
        optimum,
        early,
        late,
        first_year,
    )


def _advice(costs: Costs, due: float, first_year: float, horizon: float) -> Advice:
    """Act within the horizon; by replacement where that is not dearer, or paid back in a year."""
    if due >= horizon:
        return Advice.KEEP
    if costs.replacement <= costs.verification or first_year >= costs.replacement:
        return Advice.REPLACE
    return Advice.VERIFY


def _optimum(value: float, yearly: float, cost: float) -> float:
    return sqrt(2 * cost / (value * yearly)) if value * yearly > 0 else inf


def _breakeven(value: float, drift: Drift, cost: float) -> float:
    """First time at which the lost money reaches the cost: the smaller positive root."""
    level, slope = value * drift.now, value * drift.yearly / 2
    if slope == 0:
        return cost / level if level > 0 else inf
    inside = level * level + 4 * slope * cost
    if inside < 0:
        return inf
    roots = [(-level + sign * sqrt(inside)) / (2 * slope) for sign in (-1, 1)]
    return min((root for root in roots if root > 0), default=inf)


def _check(drift: Drift, costs: Costs) -> None:
    for name in ("flow_a_year", "verification", "replacement"):
        value = getattr(costs, name)
        if not isfinite(value) or value < 0 or (value == 0 and name != "flow_a_year"):
            raise InvalidError(f"{name} must be above 0, not {value}", field=name)
    for name in Drift.__slots__:
        if not isfinite(getattr(drift, name)):
            raise InvalidError(f"{name} must be a number", field=name)
    if drift.yearly_error < 0 or drift.now_error < 0:
        raise InvalidError("yearly_error must not be negative", field="yearly_error")
