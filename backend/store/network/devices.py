"""Devices in SQL: their keys, their claims, and what the gateway tells each of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.network import gaps
from domain.gaps import Gap
from domain.identity import ConcentratorId
from tenants.session import TenantSession

_ROTATE = """
UPDATE device_directory SET secret_generation = secret_generation + 1
WHERE tenant_id = $1 AND serial = $2 AND kind = 'concentrator' RETURNING secret_generation
"""

_OWNER = "SELECT tenant_id, kind, device_id FROM device_directory WHERE serial = $1"

_CLAIM = """
INSERT INTO device_directory (serial, kind, tenant_id, device_id)
VALUES ($2, 'concentrator', $1, $3) ON CONFLICT DO NOTHING RETURNING serial
"""
_MAKE = """
INSERT INTO concentrator (tenant_id, serial, generation, site_id) VALUES ($1, $2, $3, $4)
RETURNING id
"""
_LINK = "INSERT INTO concentrator_link (tenant_id, concentrator_id) VALUES ($1, $2)"

_ATTEMPTS_LOCK = 0x434C4149
_COUNT = """
SELECT count(*) FROM claim_attempt WHERE tenant_id = $1 AND at > now() - interval '1 hour'
"""
_FORGET = "DELETE FROM claim_attempt WHERE tenant_id = $1 AND at < now() - interval '1 day'"
_NOTE = "INSERT INTO claim_attempt (tenant_id, actor, serial) VALUES ($1, $2, $3)"

_TALK = """
SELECT c.generation, d.secret_generation, l.last_sequence, l.highest_counter,
       g.recent::text, g.older::text
FROM concentrator AS c
JOIN concentrator_link AS l ON l.tenant_id = $1 AND l.concentrator_id = c.id
JOIN device_directory AS d ON d.serial = c.serial
LEFT JOIN concentrator_gaps AS g ON g.tenant_id = $1 AND g.concentrator_id = c.id
WHERE c.tenant_id = $1 AND c.id = $2
"""
_NETWORKS = """
SELECT number, name FROM logical_network
WHERE tenant_id = $1 AND concentrator_id = $2 ORDER BY number
"""
_CHANNELS = """
SELECT c.network, c.address, m.serial, c.input, i.wrap
FROM channel AS c
LEFT JOIN radio_module AS m ON m.tenant_id = $1 AND m.id = c.module_id
LEFT JOIN installation AS i ON i.tenant_id = $1 AND i.series_id = c.series_id
  AND i.installed_at <= $3 AND (i.removed_at IS NULL OR i.removed_at > $3)
WHERE c.tenant_id = $1 AND c.concentrator_id = $2 ORDER BY c.network, c.address
"""


@dataclass(frozen=True, slots=True)
class Talk:
    """How far the talk with a concentrator went."""

    generation: str
    """Hardware generation."""

    secret_generation: int
    last_sequence: int
    last_counter: int
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class Input:
    """A channel as its concentrator should know it."""

    network: int
    address: int
    module: str | None
    input: int | None
    wrap: int | None
    """Number of states of the counter; None while no meter stands on it."""


async def rotate(session: TenantSession, serial: str) -> int | None:
    """Give a concentrator a new secret; gives its generation, None for nobody's serial."""
    driver = await session.driver()
    generation: int | None = await driver.fetchval(_ROTATE, session.scope.tenant_id, serial)
    return generation


async def owner_of(session: TenantSession, serial: str) -> tuple[int, str, int] | None:
    """Tenant, kind and id of a device, whoever owns it."""
    driver = await session.driver()
    row = await driver.fetchrow(_OWNER, serial)
    return None if row is None else tuple(row)


async def make(
    session: TenantSession, serial: str, generation: str, site: int | None
) -> ConcentratorId | None:
    """Make a concentrator; None when its serial was claimed meanwhile."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    made: ConcentratorId = await driver.fetchval(_MAKE, tenant, serial, generation, site)
    if await driver.fetchval(_CLAIM, tenant, serial, made) is None:
        return None
    await driver.execute(_LINK, tenant, made)
    return made


async def count_attempt(session: TenantSession, serial: str) -> int:
    """Count an attempt to claim a device; gives those of the last hour, this one included."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    await driver.execute("SELECT pg_advisory_xact_lock($1, $2)", _ATTEMPTS_LOCK, tenant)
    await driver.execute(_FORGET, tenant)
    await driver.execute(_NOTE, tenant, session.scope.actor, _printable(serial))
    counted: int = await driver.fetchval(_COUNT, tenant)
    return counted


def _printable(serial: str) -> str:
    """What was typed as a serial, fit to be kept."""
    return "".join(one if one.isprintable() else "?" for one in serial[:100])


async def talk_of(session: TenantSession, concentrator_id: ConcentratorId) -> Talk:
    """How far the talk with a concentrator went."""
    driver = await session.driver()
    row = await driver.fetchrow(_TALK, session.scope.tenant_id, concentrator_id)
    assert row is not None, "who signed a request has a link"
    return Talk(row[0], row[1], row[2], row[3], gaps.read(row[4], row[5]))


async def networks_of(
    session: TenantSession, concentrator_id: ConcentratorId
) -> list[tuple[int, str | None]]:
    """Number and name of its networks."""
    driver = await session.driver()
    rows = await driver.fetch(_NETWORKS, session.scope.tenant_id, concentrator_id)
    return [(row[0], row[1]) for row in rows]


async def inputs_of(
    session: TenantSession, concentrator_id: ConcentratorId, now: datetime
) -> list[Input]:
    """Its channels, by network and address."""
    driver = await session.driver()
    rows = await driver.fetch(_CHANNELS, session.scope.tenant_id, concentrator_id, now)
    return [Input(*row) for row in rows]
