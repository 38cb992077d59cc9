"""The second look: explanations against each other, by likelihood.

Each explanation is fitted beside the technical losses; what it leaves may scatter differently
before and since it began, for a load whose shape is not known in full leaves more. What it
foretells for the member's own level is weighed with it: a meter that counts half as much must
have halved against its own past and everybody's common change.
"""

from dataclasses import dataclass, replace

import numpy as np

from analytics.attribution.forms import REACH
from analytics.attribution.hypotheses import SILENT_BEFORE, Cause, Hypothesis
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame
from analytics.attribution.window import FloatArray
from domain.quantities import Mask

_LEAST_HOURS = 6
_ROUNDS = 3
_PRIOR_HOURS = 6.0
_FREEDOM = 4.0
"""Degrees of freedom of Student's t for the scatter of levels: homes do change at times."""

_LEAVING = float(np.log(0.002))
"""Density of levels of which nothing is foretold, against that of the likeliest one: of fifty homes
one is left or moved into within some weeks, and then any level is as likely as any other."""

_EITHER_SIGN = (Kind.CLOCK_SKEW, Cause.GAIN, Cause.NEGATIVE_OFFSET)
_MOST_APPEARED = 0.2
_LEAST_PAST_DAYS = 3
_LEAST_LEVEL = 0.02
_SILENCE = float(np.log(300 * 30))
"""Log-odds that a meter falls silent for good on the very day on which a loss begins because of
it: otherwise one in some 300 does so in a month, on one of its 30 days."""

_SILENT_SINCE = 0.98
_OFTEN_CAPPED = 0.2

_LEAST_LEVEL_SCATTER = 0.1


@dataclass(frozen=True, slots=True)
class Levels:
    """Mean hours of all members before a day and since, shape ``(n,)``."""

    before: FloatArray
    since: FloatArray
    common: float
    """Logarithm of how everybody changed."""

    scatter: float
    """How far members usually are from that."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """One explanation as it fits best."""

    hypothesis: Hypothesis
    coefficients: FloatArray
    missing: FloatArray
    """What it says vanished, technical losses of it included, shape ``(t,)``."""

    residual: FloatArray
    scatter: float
    """Variance of the residual since it began, in units of the usual one."""

    likeness: float
    """Correlation of residuals one hour apart, since it began."""

    raw: float
    level: float
    penalty: float
    """What the freedom of its columns costs, in log-likelihood; within ``raw``."""

    score: float
    apart: float = 1.0
    """Share of its sum of squares that technical losses and what else was found cannot say."""

    likelihood: float = 0.0


def contest(prepared: Prepared, frame: Frame, hypotheses: list[Hypothesis]) -> list[Fitted]:
    """Fit all explanations and order them by likelihood, the best first."""
    fits = [one for one in (fit_one(prepared, frame, item) for item in hypotheses) if one]
    if not fits:
        return []
    levels = {first: levels_of(prepared, first) for first in {f.hypothesis.first for f in fits}}
    fits = [
        replace(one, level=level_term(prepared, one.hypothesis, one.missing, told))
        for one in fits
        for told in (levels[one.hypothesis.first],)
    ]
    best = max(fits, key=lambda one: one.raw)
    independent = (1 - best.likeness) / (1 + best.likeness)
    judged = [with_likelihood(one, independent) for one in fits]
    return sorted(judged, key=lambda one: -one.likelihood)


def with_likelihood(fitted: Fitted, independent: float) -> Fitted:
    """The same with its log-likelihood, when only a share of the hours is independent."""
    return replace(fitted, likelihood=fitted.raw * independent + fitted.level)


def fit_one(prepared: Prepared, frame: Frame, hypothesis: Hypothesis) -> Fitted | None:
    """Fit one explanation; None when it cannot be told or has no meaning."""
    columns, weight = hypothesis.columns, frame.weight
    root, begins = np.sqrt(weight), int(prepared.starts[hypothesis.first])
    scaled = columns[:, begins:] * root[begins:]
    with_z = scaled @ (frame.columns * root)[:, begins:].T
    beside = with_z @ frame.inverse
    gram = scaled @ scaled.T - beside @ with_z.T
    aim = scaled @ (frame.residual * root)[begins:]
    active = (columns[0] != 0) & (weight > 0)
    since = (prepared.day >= hypothesis.first) & (weight > 0)
    if np.count_nonzero(active) < _LEAST_HOURS or gram[0, 0] <= 0:
        return None
    scatter, penalty, raw = 1.0, 0.0, 0.0
    residual, found = frame.residual, aim[:1] / gram[0, 0]
    missing = np.zeros(len(weight))
    for turn in range(1 if len(columns) == 1 else _ROUNDS):
        if len(columns) > 1:
            whole, found = _with_prior(gram / scatter, aim / scatter, hypothesis.spread)
            if turn == _ROUNDS - 1:
                penalty = 0.5 * float(np.linalg.slogdet(whole[1:, 1:])[1])
        missing[begins:] = found @ columns[:, begins:]
        residual = frame.residual - (missing - found @ beside @ frame.columns)
        raw, scatter = _log_likelihood(residual * root, since, weight > 0)
    if hypothesis.what not in _EITHER_SIGN and _mostly_gain(missing):
        return None
    apart = residual * root
    penalty += 0.5 * np.log(np.count_nonzero(since)) + hypothesis.choice
    likeness = _likeness(apart[since])
    return Fitted(
        hypothesis,
        found,
        missing,
        residual,
        scatter,
        likeness,
        raw - penalty,
        0.0,
        penalty,
        _score(missing, apart, weight, active),
        _apart(frame, missing),
    )


def skew(fitted: Fitted) -> float:
    """Hours by which a clock is off: the mean displacement of the filter that mends it."""
    columns, found = fitted.hypothesis.columns, fitted.coefficients
    if len(columns) == 1:
        return abs(float(found[0]))
    taps = -np.array(REACH)
    own = [float(np.abs(columns[0] - column).sum()) for column in columns[1:]]
    return abs(float(found[0] * taps[int(np.argmin(own))] + found[1:] @ taps))


def _mostly_gain(missing: FloatArray) -> bool:
    """Whether an explanation by losses needs much energy to appear from nowhere."""
    appeared = -float(missing.sum(where=missing < 0))
    return appeared > _MOST_APPEARED * float(missing.sum(where=missing > 0))


def _with_prior(gram: FloatArray, aim: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
    """Moments of several columns with normal priors, in units of these, and the coefficients."""
    prior = np.full(len(gram), 1 / spread**2)
    prior[0] = 1e-6
    root = np.sqrt(prior)
    whole = gram / np.outer(root, root)
    whole.flat[:: len(whole) + 1] += 1.0
    return whole, np.linalg.solve(whole, aim / root) / root


def _log_likelihood(apart: FloatArray, since: Mask, used: Mask) -> tuple[float, float]:
    """Profile log-likelihood with one variance before and one since; and the latter."""
    total, variance = 0.0, 1.0
    for part in (used & ~since, since):
        count = np.count_nonzero(part)
        squares = float((apart[part] ** 2).sum())
        variance = (squares + _PRIOR_HOURS * 0.01) / (count + _PRIOR_HOURS)
        total -= 0.5 * count * np.log(max(variance, 1e-4))
    return total, variance


def spread_likelihood(apart: FloatArray, used: Mask) -> float:
    """Profile log-likelihood of hours that scatter alike, by how much is not known."""
    return _log_likelihood(apart, used, used)[0]


def _likeness(apart: FloatArray) -> float:
    """Correlation of neighbours, 0 to 0.9."""
    if len(apart) < 12:
        return 0.0
    whole = float((apart**2).sum())
    return float(np.clip((apart[1:] * apart[:-1]).sum() / max(whole, 1e-12), 0.0, 0.9))


def _score(missing: FloatArray, apart: FloatArray, weight: FloatArray, active: Mask) -> float:
    """Standard deviations of the explanation by its own residuals (heteroscedastic, HC0)."""
    shape = missing * np.sqrt(weight)
    power = float((shape**2).sum())
    if power <= 0:
        return 0.0
    scatter = float((shape**2 * apart**2).sum()) / power
    like = _likeness(apart[active])
    inflation = max(scatter, 0.25) * (1 + like) / (1 - like)
    return float(np.sqrt(power / inflation))


def _apart(frame: Frame, missing: FloatArray) -> float:
    """Share of the sum of squares of a curve that the frame's columns leave, 1e-4 to 1."""
    weighted = missing * frame.weight
    power, beside = float(weighted @ missing), frame.columns @ weighted
    left = power - float(beside @ frame.inverse @ beside)
    return float(np.clip(left / power, 1e-4, 1.0)) if power > 0 else 1.0


def level_term(
    prepared: Prepared, hypothesis: Hypothesis, missing: FloatArray, levels: Levels
) -> float:
    """Log-likelihood that the member took on as ever and was not counted, against a true change."""
    member, first = hypothesis.member, hypothesis.first
    if member is None or hypothesis.what is Kind.CLOCK_SKEW:
        return 0.0
    odd = _SILENCE if is_odd(prepared, hypothesis) else 0.0
    if first < _LEAST_PAST_DAYS:
        return odd
    before, read = levels.before[member], levels.since[member]
    hours = np.count_nonzero(prepared.day >= first)
    gone = float(missing[prepared.day >= first].sum()) / hours
    if gone <= 0 or before <= 0:
        return odd
    changed = np.log(max(read / before, _LEAST_LEVEL)) - levels.common
    stayed = np.log((read + gone) / before) - levels.common
    told = _student(stayed / levels.scatter) - _student(changed / levels.scatter)
    return told + odd


def is_odd(prepared: Prepared, hypothesis: Hypothesis) -> bool:
    """Whether the meter did what sound meters hardly ever do.

    That is to fall silent for good, or to stand at the same largest reading again and again.
    """
    member = hypothesis.member
    since = prepared.measured[member] & (prepared.day >= hypothesis.first)
    before = prepared.measured[member] & (prepared.day < hypothesis.first)
    if not since.any():
        return False
    if hypothesis.what is Kind.CAPPED:
        at_cap = np.abs(hypothesis.columns[0]) > 0
        return bool(at_cap[since].mean() >= _OFTEN_CAPPED)
    silent = prepared.readings[member] <= 0
    return bool(
        before.any()
        and silent[before].mean() <= SILENT_BEFORE
        and silent[since].mean() >= _SILENT_SINCE
    )


def levels_of(prepared: Prepared, first: int) -> Levels:
    """Levels of all members before a day and since."""
    past = prepared.day < first
    readings, measured = prepared.readings, prepared.measured
    before, since = (
        np.sum(readings[:, part], axis=1, where=measured[:, part])
        / np.maximum(measured[:, part].sum(axis=1), 1)
        for part in (past, ~past)
    )
    alive = before > 0
    if not alive.any():
        return Levels(before, since, 0.0, 1.0)
    change = np.log(np.maximum(since[alive] / before[alive], _LEAST_LEVEL))
    common = float(np.median(change))
    scatter = 1.4826 * float(np.median(np.abs(change - common)))
    return Levels(before, since, common, max(scatter, _LEAST_LEVEL_SCATTER))


def _student(value: float) -> float:
    """Log density of Student's t, without its constant, and of those who leave or move in."""
    return float(np.logaddexp(-(_FREEDOM + 1) / 2 * np.log1p(value**2 / _FREEDOM), _LEAVING))
