"""Commands as people look them up: by id, by point, by state, with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.control.commands import ROW, CommandRow
from backend.store.model.access import homes_of, sites_of, visible
from domain.identity import MeteringPointId, Scope
from tenants.permissions import Permission
from tenants.session import TenantSession

# Whoever reads control sees the commands of the points in sight; everybody sees their own, a
# household those of the homes where it lives now.
_SEEN = f"""(c.requested_by = $4 AND ($6::bigint[] IS NULL OR EXISTS (
    SELECT FROM metering_point AS h
    WHERE h.tenant_id = $1 AND h.id = c.point_id AND h.premise_id = ANY($6))) OR $5 AND EXISTS (
    SELECT FROM metering_point AS p
    JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
    WHERE p.tenant_id = $1 AND p.id = c.point_id AND {visible("s", 3)}))"""  # noqa: S608 - constants

_BY_ID = f"""
SELECT {ROW} FROM command AS c WHERE c.tenant_id = $1 AND c.id = ANY($2::bigint[]) AND {_SEEN}
"""  # noqa: S608 - columns and conditions made of constants

_NEWEST = f"""
SELECT {ROW} FROM command AS c
WHERE c.tenant_id = $1 AND ($2::bigint = 0 OR c.id < $2) AND {_SEEN}
  AND ($7::bigint IS NULL OR c.point_id = $7) AND ($8::text IS NULL OR c.state = $8)
ORDER BY c.id DESC LIMIT $9
"""  # noqa: S608 - columns and conditions made of constants

_EVENTS = """
SELECT command_id, from_state, to_state, at, actor, code FROM command_event
WHERE tenant_id = $1 AND command_id = ANY($2::bigint[]) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One transition."""

    from_state: str
    to_state: str
    at: datetime
    actor: str
    code: str | None


def _homes(scope: Scope) -> list[int] | None:
    return None if scope.household is None else homes_of(scope)


async def load_commands(session: TenantSession, ids: Sequence[int]) -> dict[int, CommandRow]:
    """Commands by id; absent and hidden ones are left out."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _BY_ID, scope.tenant_id, ids, sites_of(scope), scope.actor, _reads(session), _homes(scope)
    )
    return {row[0]: CommandRow(*row) for row in rows}


async def list_commands(
    session: TenantSession,
    before: int,
    most: int,
    *,
    point: MeteringPointId | None = None,
    state: str | None = None,
) -> list[CommandRow]:
    """Commands from the newest on; ``before`` is the last one seen, 0 for none."""
    driver = await session.driver()
    scope = session.scope
    sites, reads, homes = sites_of(scope), _reads(session), _homes(scope)
    rows = await driver.fetch(
        _NEWEST, scope.tenant_id, before, sites, scope.actor, reads, homes, point, state, most
    )
    return [CommandRow(*row) for row in rows]


async def load_events(session: TenantSession, ids: Sequence[int]) -> dict[int, list[EventRow]]:
    """Transitions of each command, in their order."""
    driver = await session.driver()
    found: dict[int, list[EventRow]] = {}
    for command, *row in await driver.fetch(_EVENTS, session.scope.tenant_id, ids):
        found.setdefault(command, []).append(EventRow(*row))
    return found


def _reads(session: TenantSession) -> bool:
    return Permission.CONTROL_READ in session.scope.permissions
