"""Which homes something concerns that is said to have changed."""

from collections.abc import Collection

from domain.identity import PremiseId
from tenants.session import TenantSession

# Sums of a district change with each of its homes: so it is asked from the homes that wait.
_OF_GROUPS = """
SELECT DISTINCT p.premise_id FROM metering_point AS p
JOIN group_member AS m ON m.tenant_id = $1 AND m.point_id = p.id
WHERE p.tenant_id = $1 AND p.premise_id = ANY($3::bigint[]) AND m.group_id = ANY($2::bigint[])
"""

_OF_COMMANDS = """
SELECT DISTINCT p.premise_id FROM command AS c
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = c.point_id
WHERE c.tenant_id = $1 AND c.id = ANY($2::bigint[]) AND p.premise_id = ANY($3::bigint[])
"""

_OF_ALERTS = """
SELECT DISTINCT coalesce(a.premise_id, p.premise_id) FROM alert AS a
LEFT JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = a.point_id
WHERE a.tenant_id = $1 AND a.id = ANY($2::bigint[]) AND a.user_id IS NOT NULL
  AND coalesce(a.premise_id, p.premise_id) = ANY($3::bigint[])
"""

_OF_DR_EVENTS = """
SELECT DISTINCT d.premise_id FROM dr_participation AS d
WHERE d.tenant_id = $1 AND d.event_id = ANY($2::bigint[]) AND d.premise_id = ANY($3::bigint[])
"""

_STATES = "SELECT id, state, revision FROM dr_event WHERE tenant_id = $1 AND id = ANY($2::bigint[])"


async def of_groups(
    session: TenantSession, ids: Collection[int], homes: Collection[PremiseId]
) -> set[PremiseId]:
    """Which of the homes have a meter among the members of groups."""
    return await _found(session, _OF_GROUPS, ids, homes)


async def of_commands(
    session: TenantSession, ids: Collection[int], homes: Collection[PremiseId]
) -> set[PremiseId]:
    """Which of the homes some commands switch."""
    return await _found(session, _OF_COMMANDS, ids, homes)


async def of_alerts(
    session: TenantSession, ids: Collection[int], homes: Collection[PremiseId]
) -> set[PremiseId]:
    """Which of the homes have people to whom some alerts were told."""
    return await _found(session, _OF_ALERTS, ids, homes)


async def of_dr_events(
    session: TenantSession, ids: Collection[int], homes: Collection[PremiseId]
) -> set[PremiseId]:
    """Which of the homes some events of demand response reach."""
    return await _found(session, _OF_DR_EVENTS, ids, homes)


async def dr_states(session: TenantSession, ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """State and revision of events: what a home sees of them, but for its own answer."""
    driver = await session.driver()
    rows = await driver.fetch(_STATES, session.scope.tenant_id, list(ids))
    return {row[0]: (row[1], row[2]) for row in rows}


async def _found(
    session: TenantSession, statement: str, ids: Collection[int], homes: Collection[PremiseId]
) -> set[PremiseId]:
    driver = await session.driver()
    rows = await driver.fetch(statement, session.scope.tenant_id, list(ids), list(homes))
    return {PremiseId(row[0]) for row in rows}
