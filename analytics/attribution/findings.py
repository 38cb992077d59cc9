"""From explanations to what an inspector can act on: energies, bands, curves, sentences."""

from dataclasses import replace

import numpy as np

from analytics.attribution.catalogue import causes
from analytics.attribution.contest import Fitted, skew
from analytics.attribution.hypotheses import Cause, turned
from analytics.attribution.judgement import Evidence, Kind, Suspect, Unattributed
from analytics.attribution.screening import nuisance
from analytics.attribution.search import Case
from analytics.attribution.step import Found
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray, Window

_Z80 = 1.2816
_LEAST_LEFT = 1e-4
_PAST_DAYS = 3
_WHOLE_SILENCE = 0.9
_CANDIDATES = 3
_CANDIDATE_MARGIN = 10.0
_TEMPER = 3.0
"""By how much log-likelihoods are flattened for a confidence: neighbouring hours resemble each
other, and no model is quite true."""

_SHAPE_DOUBT = 0.1
"""Share by which the energy of a meter that counted nothing may be off for want of its shape."""

_SKEW = Kind.CLOCK_SKEW


def curve(case: Case, fitted: Fitted) -> FloatArray:
    """What vanished past meters, without the technical losses it caused [Wh or l], ``(t,)``.

    Of these losses a part may follow what the others take, as those of a load do that always ran:
    the coefficients of the technical losses have that part already. So what vanished is fitted with
    its losses, beside those of all others.
    """
    prepared, weight = case.prepared, case.frame.weight
    a, b = case.frame.coefficients[:2]
    marginal = np.clip(1 + a + 2 * b * prepared.delivered, 0.5, 2.0)
    both = np.stack((fitted.missing, fitted.missing * marginal))
    losses = nuisance(prepared)[:2]
    beside = np.linalg.lstsq((losses * weight) @ losses.T, (losses * weight) @ both.T)[0]
    left = both - beside.T @ losses
    power = float(left[1] ** 2 @ weight)
    if power <= _LEAST_LEFT * float(both[1] ** 2 @ weight):
        return np.asarray(fitted.missing * prepared.unit / marginal)
    return np.asarray(fitted.missing * prepared.unit * (left[0] * left[1] @ weight / power))


def expected(case: Case, member: int, first: int) -> FloatArray:
    """What a member's own past lets expect, by local hour and the common level of the day."""
    prepared = case.prepared
    before = prepared.day < first
    if first < _PAST_DAYS:
        return np.asarray(prepared.habit[member] * prepared.unit)
    total = np.bincount(prepared.hour[before], prepared.readings[member, before], minlength=24)
    others = np.delete(prepared.readings, member, axis=0).sum(axis=0)
    usual = np.bincount(prepared.hour[before], others[before], minlength=24)
    ratio = total / np.maximum(usual, 1e-9)
    daily = np.bincount(prepared.hour, minlength=24)
    whole = np.bincount(prepared.hour, others, minlength=24) / np.maximum(daily, 1)
    day = np.bincount(prepared.day, others) / np.maximum(np.bincount(prepared.day), 1)
    level = day / max(float(day.mean()), 1e-9) if len(prepared.readings) > 1 else np.ones(len(day))
    if len(prepared.readings) == 1:
        return np.asarray(
            (total / np.maximum(np.bincount(prepared.hour[before], minlength=24), 1))[prepared.hour]
            * prepared.unit
        )
    return np.asarray(ratio[prepared.hour] * whole[prepared.hour] * level[prepared.day]) * float(
        prepared.unit
    )


def evidence(window: Window, case: Case, fitted: Fitted) -> Evidence:
    """Curves of an explanation."""
    prepared, member = case.prepared, fitted.hypothesis.member
    missing = curve(case, fitted)
    blank = np.full(len(missing), np.nan)
    own = case.frame.residual + fitted.missing
    return Evidence(
        blank if member is None else window.readings[member].astype(float),
        blank if member is None else expected(case, member, fitted.hypothesis.first),
        missing,
        np.where(prepared.usable, own * prepared.unit, np.nan),
    )


def began(case: Case, fitted: Fitted) -> int:
    """Hour of the window with which an explanation begins."""
    first, turn = fitted.hypothesis.first, fitted.hypothesis.turn
    return int(np.argmax(turned(case.prepared, turn) >= first))


def band(fitted: Fitted, energy: float) -> tuple[float, float]:
    """Band that holds the energy with 80 %."""
    share = 1 / max(fitted.score * float(np.sqrt(fitted.apart)), 0.5)
    if fitted.hypothesis.what in (Kind.STUCK, Kind.CAPPED, Cause.BY_HOUR):
        share = float(np.hypot(share, _SHAPE_DOUBT))
    half = _Z80 * share * abs(energy)
    return max(energy - half, 0.0), energy + half


def kind_of(case: Case, fitted: Fitted) -> Kind:
    """Kind of an explanation that names a member; silence by the hour is told from silence."""
    what, member = fitted.hypothesis.what, fitted.hypothesis.member
    assert isinstance(what, Kind)
    assert member is not None
    if what is not Kind.STUCK:
        return what
    since = (case.prepared.day >= fitted.hypothesis.first) & case.prepared.measured[member]
    silent = float(np.mean(case.prepared.readings[member, since] <= 0)) if since.any() else 1.0
    return Kind.STUCK if silent >= _WHOLE_SILENCE else Kind.SILENT_HOURS


def suspect(window: Window, case: Case, item: Found) -> Suspect:
    """Name a member, with all that speaks for it."""
    return _suspect(window, case, item.fitted, confidence(item, item.fitted), item.score)


def _suspect(window: Window, case: Case, fitted: Fitted, sure: float, score: float) -> Suspect:
    member = fitted.hypothesis.member
    assert member is not None
    kind = kind_of(case, fitted)
    missing = curve(case, fitted)
    energy = 0.0 if kind is _SKEW else max(float(missing.sum()), 0.0)
    low, high = (0.0, 0.0) if kind is _SKEW else band(fitted, energy)
    read = float(case.prepared.readings[member, began(case, fitted) :].sum()) * case.prepared.unit
    share = energy / max(energy + read, 1e-9)
    if kind is _SKEW:
        share = skew(fitted)
    return Suspect(
        member,
        kind,
        began(case, fitted),
        energy,
        low,
        high,
        share,
        sure,
        score,
        _sentence(window, fitted, kind, share),
        evidence(window, case, fitted),
        _level(fitted),
        fitted.hypothesis.first == 0,
    )


def confidence(item: Found, fitted: Fitted) -> float:
    """Probability of one explanation among all that were tried, the best one of each member."""
    best: dict[int | None, float] = {}
    for one in (item.fitted, *item.rivals):
        member = one.hypothesis.member
        best[member] = max(best.get(member, -np.inf), one.likelihood)
    values = np.array(list(best.values()))
    odds = np.exp((values - values.max()) / _TEMPER)
    mine = np.exp((best[fitted.hypothesis.member] - values.max()) / _TEMPER)
    return float(mine / odds.sum())


def candidates(window: Window, case: Case, item: Found) -> list[Suspect]:
    """Members that explain it nearly as well as an unmetered load; not accused."""
    told: dict[int, Fitted] = {}
    for one in (item.fitted, *item.rivals):
        member = one.hypothesis.member
        near = item.fitted.likelihood - one.likelihood < _CANDIDATE_MARGIN
        clock = one.hypothesis.what is _SKEW  # it moves energy and loses none
        if member is not None and near and not clock and member not in told:
            told[member] = one
    return [
        _suspect(window, case, one, confidence(item, one), item.score)
        for one in list(told.values())[:_CANDIDATES]
    ]


def closest(told: list[Suspect], named: set[int]) -> tuple[Suspect, ...]:
    """The likeliest few of whom nothing is told otherwise, each once."""
    best: dict[int, Suspect] = {}
    for one in sorted(told, key=lambda one: -one.confidence):
        if one.member not in named:
            best.setdefault(one.member, one)
    return tuple(list(best.values())[:_CANDIDATES])


def unattributed(window: Window, case: Case, item: Found) -> Unattributed:
    """Energy that vanished with nobody to name."""
    energy = float(curve(case, item.fitted).sum())
    low, high = band(item.fitted, energy)
    return Unattributed(
        began(case, item.fitted),
        energy,
        low,
        high,
        item.score,
        "the imbalance rose, and no member's readings explain it: a connection before the meters"
        " or an unmetered load",
        evidence(window, case, item.fitted),
    )


def above_norm(case: Case, thresholds: Thresholds) -> Unattributed | None:
    """Losses above the norm from the first hour on: nothing in the window tells whose."""
    prepared = case.prepared
    a, b = case.frame.coefficients[:2]
    loss = a * prepared.delivered + b * prepared.delivered**2
    excess = float(loss.sum() - thresholds.technical_most * prepared.delivered.sum())
    if excess <= 0:
        return None
    share = np.maximum(loss, 0) * (excess / max(float(np.maximum(loss, 0).sum()), 1e-9))
    blank = np.full(len(loss), np.nan)
    curves = Evidence(blank, blank, share * prepared.unit, loss * prepared.unit)
    return Unattributed(
        0,
        excess * prepared.unit,
        0.0,
        excess * prepared.unit * 2,
        0.0,
        f"losses of {loss.sum() / prepared.delivered.sum():.1%} lie above the norm of"
        f" {thresholds.technical_most:.1%} from the first hour of the window on; nothing tells"
        " whose they are",
        curves,
        (float(loss.sum() / prepared.delivered.sum()), thresholds.technical_most),
    )


def merged(suspects: list[Suspect]) -> list[Suspect]:
    """One suspect a member: what was found of it in several steps is added."""
    found: dict[int, Suspect] = {}
    for one in suspects:
        first = found.get(one.member)
        if first is None:
            found[one.member] = one
            continue
        curves = replace(first.evidence, missing=first.evidence.missing + one.evidence.missing)
        found[one.member] = replace(
            first,
            since=min(first.since, one.since),
            energy=first.energy + one.energy,
            low=first.low + one.low,
            high=first.high + one.high,
            evidence=curves,
        )
    return list(found.values())


def summed(parts: list[Unattributed]) -> Unattributed | None:
    """All that vanished with nobody to name, as one."""
    if not parts:
        return None
    first = parts[0]
    missing = np.sum([one.evidence.missing for one in parts], axis=0)
    return replace(
        first,
        since=min(one.since for one in parts),
        energy=sum(one.energy for one in parts),
        low=sum(one.low for one in parts),
        high=sum(one.high for one in parts),
        evidence=replace(first.evidence, missing=missing),
    )


_TOLD = {
    Kind.SLOWED: "the loss follows its readings hour by hour: it misses {share:.0%} of what flows",
    Kind.SLOWED_BY_DAYS: "the loss follows its readings within each day, with a share that"
    " changes from day to day: it misses {share:.0%} in all",
    Kind.SILENT_HOURS: "energy vanishes in just the hours in which it counts nothing",
    Kind.CAPPED: "energy vanishes in just the hours in which it stands at its largest reading",
    Kind.STUCK: "it counts nothing since, and what it used to take vanishes",
    Kind.OFFSET: "a constant flow is missing while it counts",
    Kind.CLOCK_SKEW: "the loss follows the steps of its readings and sums to nothing: its hours"
    " lie wrong by {share:.0%} of an hour",
}


_LEVELS = {
    0: "",
    1: "; its own level fell as that foretells",
    -1: "; its own level did not fall as that foretells",
}


def _level(fitted: Fitted) -> int:
    """Whether the member's own level speaks for it (1), against it (-1), or not at all."""
    return int(fitted.level > 1) - int(fitted.level < -1)


def _sentence(window: Window, fitted: Fitted, kind: Kind, share: float) -> str:
    first = " from the first hour of the window on" if fitted.hypothesis.first == 0 else ""
    looks = ", ".join(causes(kind, window.commodity)).replace("_", " ")
    told = f"{_TOLD[kind].format(share=share)}{first}{_LEVELS[_level(fitted)]}"
    return f"{told}. Look for: {looks}."
