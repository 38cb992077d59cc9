"""Findings in SQL: what stands at some subjects, and what a judgement makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.findings import (
    FAMILY,
    Family,
    FindingKind,
    FindingState,
    FindingVerdict,
    Standing,
)
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

_STANDING = """
SELECT DISTINCT ON (f.point_id, CASE WHEN f.point_id IS NULL THEN f.group_id END, f.family)
       f.point_id, CASE WHEN f.point_id IS NULL THEN f.group_id END, f.family, f.id, f.kind,
       f.state, f.verdict, f.since, f.seen_at, f.closed_at, f.closed_by_person,
       f.group_id IS NOT NULL
FROM finding AS f WHERE f.tenant_id = $1
  AND (f.point_id = ANY($2::bigint[]) OR (f.point_id IS NULL AND f.group_id = ANY($3::bigint[])))
ORDER BY f.point_id, CASE WHEN f.point_id IS NULL THEN f.group_id END, f.family, f.id DESC
"""

_OPEN = """
INSERT INTO finding (tenant_id, kind, family, commodity, point_id, group_id, site_id, since,
                     seen_at, opened_at, amount, amount_low, amount_high, flow, confidence,
                     figures, causes, explanation, story)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17,
        $18::jsonb)
ON CONFLICT DO NOTHING RETURNING id
"""

_REFRESH = """
UPDATE finding SET kind = $3, since = CASE WHEN kind = $3 THEN least(since, $4) ELSE $4 END,
       seen_at = $5, amount = $6, amount_low = $7, amount_high = $8, flow = $9, confidence = $10,
       figures = $11::jsonb, causes = $12, explanation = $13, group_id = coalesce($14, group_id),
       story = $15::jsonb
WHERE tenant_id = $1 AND id = $2
"""

_TOUCH = "UPDATE finding SET seen_at = $3 WHERE tenant_id = $1 AND id = ANY($2::bigint[])"

_STEP = """
UPDATE finding SET state = $3, verdict = $4, closed_by_person = $6,
       closed_at = CASE WHEN $3 = 'closed' THEN $5::timestamptz END
WHERE tenant_id = $1 AND id = $2 AND ($6 OR verdict IS NULL) RETURNING id
"""

_TELL = """
INSERT INTO finding_transition (tenant_id, finding_id, at, actor, state, verdict, kind, note)
SELECT $1, f.id, $3, $4, f.state, f.verdict, f.kind, $5 FROM finding AS f
WHERE f.tenant_id = $1 AND f.id = $2
"""

_EVIDENCE = """
INSERT INTO finding_evidence AS e (tenant_id, finding_id, name, start_hour, "values")
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, finding_id, name) DO UPDATE
SET start_hour = excluded.start_hour, "values" = excluded."values"
"""

_LOCK = "SELECT pg_advisory_xact_lock($1, $2)"
_LOCK_KEY = 0x46494E44


@dataclass(frozen=True, slots=True)
class Curve:
    """Hours of evidence from one on, in Wh or litres; NaN is unknown."""

    start: int
    values: NDArray[np.float64]


class Told(NamedTuple):
    """What a judgement says, for people."""

    text: str
    """In English, for what cannot tell the story."""

    story: Mapping[str, object]
    """A code with values, told in the language of whoever reads."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a judgement says of a point, or of a group where it names none."""

    kind: FindingKind
    commodity: str
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    """The group whose balance says so."""

    site_id: int | None
    since: datetime
    amount: int | None
    confidence: float
    told: Told
    low: int | None = None
    high: int | None = None
    flow: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    causes: tuple[str, ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)

    @property
    def subject(self) -> "Subject":
        """Whose story it is."""
        group = self.group_id if self.point_id is None else None
        return Subject(self.point_id, group, FAMILY[self.kind])


class Subject(NamedTuple):
    """A point or else a group, and the family of a story."""

    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    family: Family


async def become_the_judge(session: TenantSession) -> None:
    """Be the only one who changes what is found in this tenant until the transaction ends."""
    driver = await session.driver()
    await driver.execute(_LOCK, _LOCK_KEY, session.scope.tenant_id)


async def standing(
    session: TenantSession,
    points: Sequence[MeteringPointId],
    groups: Sequence[BalanceGroupId],
) -> dict[Subject, Standing]:
    """The newest finding of each family at points, and at groups where no point is named."""
    driver = await session.driver()
    rows = await driver.fetch(_STANDING, session.scope.tenant_id, points, groups)
    return {
        Subject(row[0], row[1], Family(row[2])): Standing(
            id=row[3],
            kind=FindingKind(row[4]),
            state=FindingState(row[5]),
            verdict=None if row[6] is None else FindingVerdict(row[6]),
            since=row[7],
            seen_at=row[8],
            closed_at=row[9],
            closed_by_person=row[10],
            from_group=row[11],
        )
        for row in rows
    }


async def open_finding(session: TenantSession, said: Said, now: datetime) -> int | None:
    """Open a finding; None where one of its family was opened meanwhile."""
    driver = await session.driver()
    number: int | None = await driver.fetchval(
        _OPEN,
        session.scope.tenant_id,
        said.kind,
        FAMILY[said.kind],
        said.commodity,
        said.point_id,
        said.group_id,
        said.site_id,
        said.since,
        now,
        said.amount,
        said.low,
        said.high,
        said.flow,
        said.confidence,
        orjson.dumps(dict(said.figures)).decode(),
        list(said.causes),
        said.told.text,
        orjson.dumps(said.told.story).decode(),
    )
    if number is not None:
        await tell(session, number, now, None)
        await save_evidence(session, number, said.curves)
    return number


async def refresh(
    session: TenantSession, number: int, said: Said, kind: FindingKind, now: datetime
) -> None:
    """Let a finding say what is known now; its state stays."""
    driver = await session.driver()
    await driver.execute(
        _REFRESH,
        session.scope.tenant_id,
        number,
        kind,
        said.since,
        now,
        said.amount,
        said.low,
        said.high,
        said.flow,
        said.confidence,
        orjson.dumps(dict(said.figures)).decode(),
        list(said.causes),
        said.told.text,
        said.group_id,
        orjson.dumps(said.told.story).decode(),
    )
    await save_evidence(session, number, said.curves)


async def touch(session: TenantSession, numbers: Sequence[int], now: datetime) -> None:
    """Note that findings are still seen."""
    driver = await session.driver()
    await driver.execute(_TOUCH, session.scope.tenant_id, numbers, now)


async def step(  # noqa: PLR0913 - a step, and what is told of it
    session: TenantSession,
    number: int,
    state: FindingState,
    verdict: FindingVerdict | None,
    now: datetime,
    *,
    by_person: bool,
    note: str | None,
) -> None:
    """Move a finding on, and tell of it; only people move what people have decided."""
    driver = await session.driver()
    moved = await driver.fetchval(
        _STEP, session.scope.tenant_id, number, state, verdict, now, by_person
    )
    if moved is not None:
        await tell(session, number, now, note)


async def tell(session: TenantSession, number: int, now: datetime, note: str | None) -> None:
    """Add a row to a finding's history: as it is now, and who made it so."""
    driver = await session.driver()
    scope = session.scope
    await driver.execute(_TELL, scope.tenant_id, number, now, scope.actor, note)


async def save_evidence(session: TenantSession, number: int, curves: Mapping[str, Curve]) -> None:
    """Let these be the curves behind a finding; those of other names stay."""
    if not curves:
        return
    driver = await session.driver()
    rows = [
        (session.scope.tenant_id, number, name, curve.start, curve.values.tolist())
        for name, curve in curves.items()
    ]
    await driver.executemany(_EVIDENCE, rows)
