"""Models that forecast days, in SQL; their arrays packed."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.linear import Model
from analytics.forecasting.scores import Score
from domain.identity import MeteringPointId, TenantId
from domain.quantities import Commodity
from tenants.session import TenantSession

FORECAST = "forecast"
"""Kind of the bells that have a night's models learnt."""

KEEP_DAYS, KEEP_SCORES_DAYS = 10, 400

_SAMPLE = """
SELECT p.id FROM metering_point AS p
WHERE p.tenant_id = $1 AND p.commodity = $2 AND p.role = 'consumer' AND p.energy_kind = 'active'
  AND EXISTS (SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.point_id = p.id
              AND i.removed_at IS NULL AND i.installed_at < $3::timestamptz)
ORDER BY hashint8(p.id), p.id LIMIT $4
"""
_SAVE = """
INSERT INTO forecast_model (tenant_id, commodity, day, content, sample, weather)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, commodity, day) DO UPDATE
SET content = excluded.content, sample = excluded.sample, weather = excluded.weather,
    fitted_at = now()
"""
_SCORE = """
UPDATE forecast_model SET hours = $4, wape = $5, wape_lag24 = $6, covered = $7
WHERE tenant_id = $1 AND commodity = $2 AND day = $3
"""
_LOAD = """
SELECT DISTINCT ON (u.day) u.day, m.day, m.fitted_at, m.sample, m.weather,
       CASE WHEN (m.day, m.fitted_at) NOT IN (
           SELECT * FROM unnest($5::date[], $6::timestamptz[])) THEN m.content END
FROM unnest($3::date[]) AS u (day) JOIN forecast_model AS m
  ON m.tenant_id = $1 AND m.commodity = $2 AND m.content IS NOT NULL
 AND m.day <= u.day AND m.day > u.day - $4::int
ORDER BY u.day, m.day DESC
"""
_UNSCORED = """
SELECT day FROM forecast_model
WHERE tenant_id = $1 AND commodity = $2 AND hours IS NULL AND content IS NOT NULL AND day < $3
ORDER BY day
"""
_SCORES = """
SELECT day, sample, weather, hours, wape, wape_lag24, covered FROM forecast_model
WHERE tenant_id = $1 AND commodity = $2 AND day >= $3 AND day < $4 ORDER BY day
"""
_AGE = (
    """
    UPDATE forecast_model SET content = NULL
    WHERE tenant_id = $1 AND content IS NOT NULL AND day < $2::date - $3::int
    """,
    "DELETE FROM forecast_model WHERE tenant_id = $1 AND day < $2::date - $3::int",
)


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model and what it must know of the kind at the midnight it was learnt."""

    day: date
    model: Model
    neighbours: NDArray[np.float64]
    sample: int
    weather: bool


_Fitted = tuple[datetime, Learnt]


@dataclass(frozen=True, slots=True)
class DayScore:
    """How good the model of one day was on its sample."""

    day: date
    sample: int
    weather: bool
    score: Score | None
    """None until the day is over and read."""


class _Unpacked:
    """Models that were unpacked already, with the moment each was fitted at; bounded."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[tuple[TenantId, Commodity], dict[date, _Fitted]] = OrderedDict()

    def of(self, tenant: TenantId, commodity: Commodity) -> dict[date, _Fitted]:
        """Those of one kind, by the day that they were learnt for."""
        return dict(self._known.get((tenant, commodity), {}))

    def keep(
        self, tenant: TenantId, commodity: Commodity, fitted_at: datetime, learnt: Learnt
    ) -> None:
        """Keep one; the kinds that were not unpacked for longest give way."""
        models = self._known.setdefault((tenant, commodity), {})
        models[learnt.day] = fitted_at, learnt
        for day in sorted(models)[:-KEEP_DAYS]:
            del models[day]
        self._known.move_to_end((tenant, commodity))
        while len(self._known) > self._most:
            self._known.popitem(last=False)


_unpacked_before = _Unpacked(200)


async def sample(
    session: TenantSession, commodity: Commodity, before: date, most: int
) -> list[MeteringPointId]:
    """Consumers that have stood since before a day: always the same ones, evenly spread."""
    driver = await session.driver()
    rows = await driver.fetch(_SAMPLE, session.scope.tenant_id, commodity, before, most)
    return [row[0] for row in rows]


async def save(session: TenantSession, commodity: Commodity, learnt: Learnt) -> None:
    """Keep a model."""
    driver = await session.driver()
    await driver.execute(
        _SAVE,
        session.scope.tenant_id,
        commodity,
        learnt.day,
        _packed(learnt),
        learnt.sample,
        learnt.weather,
    )


async def load(
    session: TenantSession, commodity: Commodity, days: Sequence[date]
) -> dict[date, Learnt]:
    """For each day the newest model that was learnt no later; days without one are left out."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    known = _unpacked_before.of(tenant, commodity)
    fitted = [at for at, _ in known.values()]
    rows = await driver.fetch(_LOAD, tenant, commodity, days, KEEP_DAYS, list(known), fitted)
    found: dict[date, Learnt] = {}
    for asked, day, fitted_at, size, weather, content in rows:
        if content is None:
            found[asked] = known[day][1]
        else:
            found[asked] = _unpacked(day, content, size, weather)
            _unpacked_before.keep(tenant, commodity, fitted_at, found[asked])
    return found


async def unscored(session: TenantSession, commodity: Commodity, before: date) -> list[date]:
    """Days whose models were never scored."""
    driver = await session.driver()
    rows = await driver.fetch(_UNSCORED, session.scope.tenant_id, commodity, before)
    return [row[0] for row in rows]


async def save_score(session: TenantSession, commodity: Commodity, day: date, score: Score) -> None:
    """Keep how good a day's model was."""
    driver = await session.driver()
    await driver.execute(
        _SCORE,
        session.scope.tenant_id,
        commodity,
        day,
        score.hours,
        score.wape,
        score.wape_lag24,
        score.covered,
    )


async def scores(
    session: TenantSession, commodity: Commodity, start: date, end: date
) -> list[DayScore]:
    """Scores of days ``[start, end)``."""
    driver = await session.driver()
    rows = await driver.fetch(_SCORES, session.scope.tenant_id, commodity, start, end)
    return [
        DayScore(row[0], row[1], row[2], None if row[3] is None else Score(*row[3:]))
        for row in rows
    ]


async def forget(session: TenantSession, today: date) -> None:
    """Drop models that are too old to be asked, and scores after a year."""
    driver = await session.driver()
    for statement, days in zip(_AGE, (KEEP_DAYS, KEEP_SCORES_DAYS), strict=True):
        await driver.execute(statement, session.scope.tenant_id, today, days)


def _packed(learnt: Learnt) -> bytes:
    out, model = BytesIO(), learnt.model
    np.savez_compressed(
        out,
        coefficients=model.coefficients.astype(np.float32),
        edges=model.edges,
        errors=model.errors,
        ahead=model.errors if model.ahead is None else model.ahead,
        neighbours=learnt.neighbours.astype(np.float32),
    )
    return out.getvalue()


def _unpacked(day: date, content: bytes, size: int, weather: bool) -> Learnt:  # noqa: FBT001 - a row
    with np.load(BytesIO(content)) as arrays:
        model = Model(
            arrays["coefficients"].astype(np.float64),
            arrays["edges"],
            arrays["errors"],
            arrays.get("ahead"),  # none in models of an older release
        )
        return Learnt(day, model, arrays["neighbours"].astype(np.float64), size, weather)
