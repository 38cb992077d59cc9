"""Firmware in SQL: releases, stages, and what modules reported that they run."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.firmware import Image
from domain.identity import ConcentratorId
from tenants.session import TenantSession

_RELEASE = """
SELECT r.id, r.generation, r.version, r.manifest, r.signature, r.public_key, r.created_at,
       r.created_by, r.halted_at, r.halt_reason
FROM firmware_release AS r WHERE r.tenant_id = $1
"""
_ALL = f"{_RELEASE} AND ($2 = 0 OR r.id < $2) ORDER BY r.id DESC LIMIT $3"
_ONE = f"{_RELEASE} AND r.id = $2 FOR UPDATE"
_PUBLISH = """
INSERT INTO firmware_release
    (tenant_id, generation, version, manifest, signature, public_key, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""
_STAGE = """
INSERT INTO firmware_stage (tenant_id, release_id, percent, began_by) VALUES ($1, $2, $3, $4)
"""
_HALT = """
UPDATE firmware_release SET halted_at = now(), halt_reason = $3 WHERE tenant_id = $1 AND id = $2
"""
_STAGES = """
SELECT release_id, percent, began_at, began_by FROM firmware_stage
WHERE tenant_id = $1 AND release_id = ANY($2::bigint[]) ORDER BY release_id, percent
"""

# Days on which a module was heard lie close together: its last report is within a month or old.
_MODULES = """
SELECT m.serial, m.generation, t.firmware FROM radio_module AS m
LEFT JOIN LATERAL (
    SELECT d.firmware FROM topology_day AS d
    WHERE d.tenant_id = $1 AND d.concentrator_id = m.concentrator_id AND d.module = m.serial
      AND d.day > current_date - 31 AND d.firmware IS NOT NULL
    ORDER BY d.day DESC LIMIT 1
) AS t ON true
WHERE m.tenant_id = $1 AND m.generation = ANY($2::text[])
  AND ($3::bigint IS NULL OR m.concentrator_id = $3)
ORDER BY m.serial
"""

# Of each generation the newest release that is rolled out and was not halted.
_OFFERED = """
SELECT DISTINCT ON (r.generation) r.generation, r.version, r.manifest, r.signature, r.public_key,
       (SELECT max(s.percent) FROM firmware_stage AS s
        WHERE s.tenant_id = $1 AND s.release_id = r.id)
FROM firmware_release AS r
WHERE r.tenant_id = $1 AND r.halted_at IS NULL
  AND EXISTS (SELECT FROM firmware_stage AS s WHERE s.tenant_id = $1 AND s.release_id = r.id)
ORDER BY r.generation, r.id DESC
"""


class ReleaseRow(NamedTuple):
    """A release."""

    id: int
    generation: str
    version: str
    manifest: str
    signature: bytes
    public_key: bytes
    created_at: datetime
    created_by: str
    halted_at: datetime | None
    halt_reason: str | None


class StageRow(NamedTuple):
    """A stage of a release."""

    release_id: int
    percent: float
    began_at: datetime
    began_by: str


class ModuleRow(NamedTuple):
    """A module and the firmware it last reported."""

    serial: str
    generation: str
    firmware: str | None


class Offer(NamedTuple):
    """What is offered to modules of a generation."""

    generation: str
    version: str
    manifest: str
    signature: bytes
    public_key: bytes
    percent: float


async def publish(session: TenantSession, image: Image, signed: tuple[bytes, bytes]) -> int | None:
    """Keep a release; None when there is one of that version."""
    driver = await session.driver()
    scope = session.scope
    made: int | None = await driver.fetchval(
        _PUBLISH,
        scope.tenant_id,
        image.generation,
        image.version,
        image.manifest(),
        *signed,
        scope.actor,
    )
    return made


async def releases(session: TenantSession, before: int, most: int) -> list[ReleaseRow]:
    """Releases, the newest first; ``before`` is an id, or 0."""
    driver = await session.driver()
    rows = await driver.fetch(_ALL, session.scope.tenant_id, before, most)
    return [ReleaseRow(*row) for row in rows]


async def release(session: TenantSession, number: int) -> ReleaseRow | None:
    """One release, held until the transaction ends."""
    driver = await session.driver()
    row = await driver.fetchrow(_ONE, session.scope.tenant_id, number)
    return None if row is None else ReleaseRow(*row)


async def stages(session: TenantSession, numbers: Sequence[int]) -> dict[int, list[StageRow]]:
    """Stages of releases, the smallest first."""
    driver = await session.driver()
    found: dict[int, list[StageRow]] = {}
    for row in await driver.fetch(_STAGES, session.scope.tenant_id, numbers):
        found.setdefault(row[0], []).append(StageRow(*row))
    return found


async def begin_stage(session: TenantSession, number: int, percent: float) -> None:
    """Offer a release to the first so many percent."""
    driver = await session.driver()
    scope = session.scope
    await driver.execute(_STAGE, scope.tenant_id, number, percent, scope.actor)


async def halt(session: TenantSession, number: int, reason: str) -> None:
    """Offer a release to nobody any more."""
    driver = await session.driver()
    await driver.execute(_HALT, session.scope.tenant_id, number, reason)


async def modules(
    session: TenantSession,
    generations: Sequence[str],
    concentrator: ConcentratorId | None = None,
) -> list[ModuleRow]:
    """Modules of some generations, of one concentrator or of the tenant."""
    driver = await session.driver()
    rows = await driver.fetch(_MODULES, session.scope.tenant_id, generations, concentrator)
    return [ModuleRow(*row) for row in rows]


async def offers(session: TenantSession) -> list[Offer]:
    """What is offered now, by generation."""
    driver = await session.driver()
    return [Offer(*row) for row in await driver.fetch(_OFFERED, session.scope.tenant_id)]
