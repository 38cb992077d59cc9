"""One explanation after the other, until what is left is noise."""

from dataclasses import dataclass, replace

import numpy as np

from analytics.attribution.clocks import estimate, set_right
from analytics.attribution.contest import Fitted, fit_one, is_odd
from analytics.attribution.hypotheses import Cause, survey
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame, fit, nuisance
from analytics.attribution.step import (
    LEAST_OF_LARGEST,
    Found,
    State,
    advance,
    persistence,
    ranked,
)
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray

_DETOURS = 1
_LEAST_KEPT = 0.5
"""Share of what an explanation said that it must still say beside those found after it."""

_BLIND = (Cause.BY_HOUR, Cause.BY_DAYS)
_WITHIN = 0.8
"""Share of the hours of a load in which a meter must count nothing, for the load to be its own."""

_PLAIN = (Cause.CONSTANT, Cause.EVERYDAY, Cause.SWITCHED)
_LOADS = (*_PLAIN, *_BLIND)
_LOOSE = (Kind.STUCK, Kind.CAPPED, *_BLIND)


@dataclass(frozen=True, slots=True)
class Case:
    """All explanations of one group, and what they leave."""

    prepared: Prepared
    frame: Frame
    found: list[Found]
    best: float
    """Score of the strongest explanation at first sight."""

    placebo: float
    sound: Prepared
    """The group as it was before anything was found."""

    excused: tuple[FloatArray, ...] = ()
    """What clocks explain that are off by less than is worth a finding."""


def search(prepared: Prepared, thresholds: Thresholds) -> Case:
    """Explain the imbalance of a group, the strongest explanation first."""
    start = State.of(prepared, thresholds)
    end = _explain(start, thresholds, _DETOURS)
    sound = _clocks_right(start, end, thresholds) if end.found else None
    if sound is not None:
        start = State.of(sound, thresholds)
        end = _explain(start, thresholds, _DETOURS)
    held = [one for one in end.found if _holds(end, one, thresholds)]
    told = start.told
    best, placebo = told.best, told.placebo
    case = settled(Case(end.prepared, end.frame, held, best, placebo, start.prepared, end.excused))
    largest = max((_size(one) for one in case.found), default=0.0)
    kept = [
        one
        for one in case.found
        if one.fitted.hypothesis.what is Kind.CLOCK_SKEW or _size(one) >= LEAST_OF_LARGEST * largest
    ]
    return replace(case, found=kept)


def _clocks_right(start: State, end: State, thresholds: Thresholds) -> Prepared | None:
    """The group as if clocks were right that are off by little; None where none is shown to be.

    Where clocks alone explain more than what was found they are seen by themselves, else beside it:
    a theft must not be taken for clocks, nor clocks for a theft.
    """
    alone = estimate(start.prepared, start.frame, thresholds)
    weight = start.frame.weight
    if alone.off and alone.evidence >= end.likelihood(weight) - start.likelihood(weight):
        return set_right(start.prepared, alone)
    beside = estimate(start.prepared, end.frame, thresholds)
    return set_right(start.prepared, beside) if beside.off else None


def _size(one: Found) -> float:
    return abs(float(one.fitted.missing.sum()))


def _holds(end: State, one: Found, thresholds: Thresholds) -> bool:
    """Whether an explanation stands out of noise that lasts for days, too."""
    lasting = persistence(end.prepared, end.frame, one.fitted.hypothesis.first)
    return one.score >= thresholds.alarm * float(np.sqrt(lasting))


def _explain(state: State, thresholds: Thresholds, detours: int) -> State:
    """Go on until nothing is left to explain, or nothing explains it."""
    while len(state.found) <= thresholds.culprits and state.strongest() >= thresholds.alarm:
        fits = ranked(state)
        ahead = joined(state, fits, thresholds)
        if ahead is None:
            break
        if len(ahead.found) == len(state.found):
            state = ahead
            continue
        winner = ahead.found[-1].fitted
        if detours and len(winner.hypothesis.columns) > 1 and winner.hypothesis.what in _LOOSE:
            return _choice(state, ahead, fits, thresholds, detours)
        state = ahead
    return _pruned(state, thresholds)


def _pruned(state: State, thresholds: Thresholds) -> State:
    """Without explanations that another one makes needless: one loss is told once.

    Two that can say the same, such as a constant load and the habit of a meter that stands still
    since that day, are one: beside the later one the earlier is left with nothing.
    """
    found, frame = list(state.found), state.frame
    basis = np.concatenate((nuisance(state.prepared), *(one[None, :] for one in state.excused)))
    silent = [one for one in found if _fell_silent(state, one)]
    found = [one for one in found if not any(_same_loss(one, other) for other in silent)]
    if len(found) < len(state.found):
        found = _refitted(state, basis, found, silent)
    while len(found) > 1:
        frame = fit(state.prepared, _with(basis, found), state.frame.noise)
        said = frame.coefficients[len(basis) :]
        least = int(np.argmin(said))
        if said[least] >= _LEAST_KEPT:
            break
        del found[least]
    if len(found) == len(state.found):
        return state
    columns = _with(basis, found)
    frame = fit(state.prepared, columns, state.frame.noise, thresholds.noise_share)
    told = survey(state.prepared, frame)
    return replace(state, columns=columns, frame=frame, told=told, found=tuple(found))


def _with(basis: FloatArray, found: list[Found]) -> FloatArray:
    """What always explains, and what was found, shape ``(k, t)``."""
    return np.concatenate((basis, *(one.fitted.missing[None, :] for one in found)))


def _fell_silent(state: State, one: Found) -> bool:
    hypothesis = one.fitted.hypothesis
    return hypothesis.what is Kind.STUCK and is_odd(state.prepared, hypothesis)


def _same_loss(one: Found, silent: Found) -> bool:
    """Whether a load that accuses nobody begins as a meter falls silent for good.

    Both within a day would be a rare chance: it is what this meter does not count, of a home that
    takes more than it used to.
    """
    what, first = one.fitted.hypothesis.what, one.fitted.hypothesis.first
    return what in _LOADS and abs(first - silent.fitted.hypothesis.first) <= 1


def _refitted(
    state: State, basis: FloatArray, found: list[Found], silent: list[Found]
) -> list[Found]:
    """The same, of which meters that fell silent take over what was dropped."""
    again = list[Found]()
    for one in found:
        rest = [other for other in found if other is not one]
        frame = fit(state.prepared, _with(basis, rest), state.frame.noise)
        fitted = fit_one(state.prepared, frame, one.fitted.hypothesis)
        if fitted is None or all(one is not other for other in silent):
            again.append(one)
            continue
        same = replace(fitted, likelihood=one.fitted.likelihood, level=one.fitted.level)
        again.append(replace(one, fitted=same))
    return again


def joined(state: State, fits: list[Fitted], thresholds: Thresholds) -> State | None:
    """The likeliest explanation joins; where its share changes too freely, the next of others."""
    for winner in fits[:1] + [one for one in fits[1:] if not _by_days(one)][:1]:
        ahead = advance(state, winner, [one for one in fits if one is not winner], thresholds)
        if ahead is not None or not _by_days(winner):
            return ahead
    return None


def _choice(
    state: State, ahead: State, fits: list[Fitted], thresholds: Thresholds, detours: int
) -> State:
    """Go on from a load of which next to nothing is known, or from something simpler.

    Two culprits at once look like such a load to an explanation by one, and so do two unmetered
    loads. So all ways are gone to their ends: that one, the likeliest plain load that accuses
    nobody, the likeliest member. The one with the likeliest end holds, and what it says of a member
    is as sure as its end is likelier than the ends that accuse nobody.
    """
    winner, weight = ahead.found[-1].fitted, state.frame.weight
    plain = next((one for one in fits if _plain(one)), None)
    if plain is not None and _not_counted(plain, winner):
        plain = None
    member = next((one for one in fits if _metered(one)), None)
    ends = {id(winner): (winner, _explain(ahead, thresholds, detours - 1))}
    for one in (plain, member):
        if one is None or id(one) in ends:
            continue
        rivals = [other for other in fits if other is not one]
        aside = advance(state, one, rivals, thresholds)
        if aside is None:
            continue
        end = _explain(aside, thresholds, detours - 1)
        more = _since(state, end)
        owners = {found.fitted.hypothesis.member for found in more}
        plain_twice = len(more) > 1 and owners == {None}
        taken_over = bool(more) and more[0].fitted is not one
        if len(owners) > 1 or plain_twice or taken_over:  # one alone was weighed above
            ends[id(one)] = (one, end)
    chosen, best = max(ends.values(), key=lambda way: way[1].likelihood(weight))
    more = _since(state, best)
    if not more or more[0].fitted.hypothesis.member is None:
        return best
    lead, told = more[0].fitted, best.likelihood(weight)
    behind = {
        key: lead.likelihood - (told - end.likelihood(weight))
        for key, (_, end) in ends.items()
        if all(one.fitted.hypothesis.member is None for one in _since(state, end))
    }
    blind = lead is not chosen or winner.hypothesis.what in _BLIND
    return _as_sure(best, more[0], behind, blind=blind)


def _since(state: State, end: State) -> list[Found]:
    """What was found on the way from a state to an end."""
    before = {id(one) for one in state.found}
    return [one for one in end.found if id(one) not in before]


def _as_sure(best: State, lead: Found, behind: dict[int, float], *, blind: bool) -> State:
    """The same end, with the likelihoods of rivals that accuse nobody by where their ways end."""
    most = max(behind.values(), default=np.inf) if blind else np.inf
    rivals = [
        replace(one, likelihood=behind.get(id(one), min(one.likelihood, most)))
        if one.hypothesis.member is None
        else one
        for one in lead.rivals
    ]
    told = replace(lead, rivals=rivals)
    return replace(best, found=tuple(told if one is lead else one for one in best.found))


def _by_days(fitted: Fitted) -> bool:
    return fitted.hypothesis.what is Kind.SLOWED_BY_DAYS


def _plain(fitted: Fitted) -> bool:
    return fitted.hypothesis.what in _PLAIN


def _not_counted(load: Fitted, winner: Fitted) -> bool:
    """Whether a load is what the likeliest member did not count while its meter stood still.

    They begin within a day of one another, and it runs in the hours without a count alone.
    """
    one, other = load.hypothesis, winner.hypothesis
    if other.what is not Kind.STUCK or abs(one.first - other.first) > 1:
        return False
    runs, stood = one.columns[0] > 0, other.columns[0] > 0
    return bool(np.count_nonzero(runs & stood) >= _WITHIN * np.count_nonzero(runs))


def _metered(fitted: Fitted) -> bool:
    what = fitted.hypothesis.what
    return isinstance(what, Kind) and what not in (Kind.CLOCK_SKEW, Kind.OFFSET)


def settled(case: Case) -> Case:
    """Fit each explanation again beside all others, with the noise that is left in the end."""
    if not case.found:
        return case
    curves: list[FloatArray] = [item.fitted.missing for item in case.found]
    losses = nuisance(case.prepared)
    basis = np.concatenate((losses, np.reshape(case.excused, (-1, losses.shape[1]))))
    settled = list[Found]()
    for place, item in enumerate(case.found):
        others = [curve for other, curve in enumerate(curves) if other != place]
        columns = np.concatenate((basis, np.reshape(others, (len(others), basis.shape[1]))))
        frame = fit(case.prepared, columns, case.frame.noise)
        again = fit_one(case.prepared, frame, item.fitted.hypothesis)
        if again is None:
            again = item.fitted
        curves[place] = again.missing
        again = replace(again, likelihood=item.fitted.likelihood, level=item.fitted.level)
        settled.append(replace(item, fitted=again))
    frame = fit(case.prepared, np.concatenate((basis, curves)), case.frame.noise)
    return replace(case, frame=frame, found=settled)
