"""Raising: what a judgement makes of conditions becomes alerts, and people are told of new ones.

Judging the same twice changes nothing: a condition has one open alert, a day or month one at all,
and what was told is known by its alert.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from analytics.alerts.steps import NEVER, Conditions, Step, steps
from backend.services.notifications import telling
from backend.store.alerts import alerts, terms
from backend.store.alerts.alerts import Raised, Standing
from domain.alert_terms import MOST_COOL_DOWN_H, USUAL_TERMS, AlertTerms
from domain.alerts import AlertKind
from tenants.session import TenantSession

LONGEST_COOL_DOWN = timedelta(hours=MOST_COOL_DOWN_H + 1)


@dataclass(slots=True)
class Outcome:
    """What is to become of alerts."""

    raised: dict[tuple[str, int | None], Raised] = field(default_factory=dict)
    rules: dict[tuple[str, int | None], list[int]] = field(default_factory=dict)
    """Rules behind each."""

    kept: dict[int, float | None] = field(default_factory=dict)
    reopened: dict[int, float | None] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)

    def add(
        self, step: Step, standing: Standing | None, raised: Raised, rules: Iterable[int]
    ) -> None:
        """Note what becomes of one condition."""
        match step:
            case Step.OPEN:
                key = raised.condition, raised.period
                self.raised.setdefault(key, raised)
                self.rules.setdefault(key, []).extend(rules)
            case Step.KEEP if standing is not None:
                self.kept[standing.id] = raised.value
            case Step.REOPEN if standing is not None:
                self.reopened[standing.id] = raised.value
            case Step.CLOSE if standing is not None:
                self.closed.add(standing.id)
            case _:
                pass

    def leave_out(self, kind: AlertKind) -> None:
        """Open none of a kind."""
        self.raised = {key: one for key, one in self.raised.items() if one.kind is not kind}


class Known:
    """The newest alerts of conditions, by condition and period."""

    def __init__(
        self, found: Sequence[Standing], now: datetime, terms: AlertTerms = USUAL_TERMS
    ) -> None:
        self.terms = terms
        self.by_key = {(one.condition, one.period): one for one in found}
        self.points = {one.point_id for one in found if one.point_id is not None}
        self._now = now

    def closed_h(self, standing: Standing | None) -> int:
        """Hours since an alert was closed; of a day or month there is one alone."""
        if standing is None or standing.closed_at is None:
            return NEVER
        if standing.period is not None:
            return 0
        return int((self._now - standing.closed_at).total_seconds() // 3600)


def step_of(  # noqa: PLR0913, PLR0917 - a condition, and its values
    kind: AlertKind, standing: Standing | None, limit: float, known: Known, high: float, last: float
) -> Step:
    """What becomes of the alert of one condition; arrays go by :func:`steps` themselves."""
    is_open = standing is not None and standing.closed_at is None
    closed_h = NEVER if standing is None else known.closed_h(standing)
    (found,) = steps(
        Conditions(np.array([limit]), np.array([is_open]), np.array([closed_h])),
        np.array([high]),
        np.array([last]),
        hysteresis=known.terms.hysteresis_of(kind) or 0.0,
        cool_down_h=known.terms.cool_down_of(kind),
        below=kind is AlertKind.DELIVERY,
    ).tolist()
    return Step(found)


async def known(
    session: TenantSession,
    kinds: Sequence[AlertKind],
    points: Sequence[int],
    groups: Sequence[int],
    now: datetime,
) -> Known:
    """Newest alerts about points and groups."""
    since = now - LONGEST_COOL_DOWN
    found = await alerts.newest(session, kinds, points, groups, since)
    return Known(found, now, await terms.load(session))


async def settle(session: TenantSession, outcome: Outcome, now: datetime) -> list[int]:
    """Let alerts be what a judgement says, and tell of new ones; alerts worth looking at again."""
    opened = await alerts.open_alerts(session, list(outcome.raised.values()), now)
    if opened:
        behind = {
            number: outcome.rules[one.condition, one.period] for number, one in opened.items()
        }
        await telling.tell_of(session, opened, behind, now)
    again = await alerts.reopen(session, list(outcome.reopened.items()), now)
    await alerts.keep(session, list(outcome.kept.items()), now)
    closed = await alerts.close(session, sorted(outcome.closed), now)
    await telling.tell_closed(session, closed, now)
    return [*opened, *again, *closed]
