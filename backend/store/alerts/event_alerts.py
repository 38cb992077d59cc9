"""Alerts of events of demand response in SQL: who asked to be told, and what was told before."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.identity import BalanceGroupId, PremiseId, SiteId, UserId
from tenants.session import TenantSession

# Home by home, by its index: of an event just called the planner thinks that it reaches nobody.
_HOUSEHOLDS = """
SELECT h.user_id, d.premise_id, pr.site_id, array_agg(r.id ORDER BY r.id)
FROM dr_participation AS d
JOIN LATERAL (
    SELECT DISTINCT m.user_id FROM home_member AS m
    WHERE m.tenant_id = $1 AND m.premise_id = d.premise_id
      AND m.since <= $2 AND (m.until IS NULL OR m.until > $2)) AS h ON true
JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = d.premise_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = pr.site_id
JOIN user_account AS u ON u.id = h.user_id AND u.status = 'active'
JOIN alert_rule AS r ON r.tenant_id = $1 AND r.user_id = h.user_id AND r.enabled
  AND r.kind = 'dr_event' AND r.point_id IS NULL AND r.group_id IS NULL
  AND (r.site_id IS NULL OR EXISTS (SELECT FROM site AS top WHERE top.tenant_id = $1
       AND top.id = r.site_id AND top.path @> s.path))
WHERE d.tenant_id = $1 AND d.event_id = $3
GROUP BY h.user_id, d.premise_id, pr.site_id ORDER BY h.user_id, d.premise_id
"""

_TARGETS = """
SELECT t.group_id, coalesce(t.site_id, g.site_id) FROM dr_target AS t
LEFT JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = t.group_id
WHERE t.tenant_id = $1 AND t.event_id = $2 ORDER BY t.id
"""

_STANDING = """
SELECT condition, id FROM alert
WHERE tenant_id = $1 AND dr_event_id = $2 AND closed_at IS NULL
"""


class Asking(NamedTuple):
    """Somebody of a household who has rules about events that reach a home."""

    user_id: UserId
    premise_id: PremiseId
    site_id: SiteId
    rules: list[int]


async def households(session: TenantSession, event: int, now: datetime) -> list[Asking]:
    """Who lives in the homes that an event reaches, and asked to be told."""
    driver = await session.driver()
    rows = await driver.fetch(_HOUSEHOLDS, session.scope.tenant_id, now, event)
    return [Asking(*row) for row in rows]


async def nodes(
    session: TenantSession, event: int
) -> Sequence[tuple[BalanceGroupId | None, SiteId | None]]:
    """Targets of an event: the group that it names, and the site at which it lies."""
    driver = await session.driver()
    rows = await driver.fetch(_TARGETS, session.scope.tenant_id, event)
    return [(row[0], row[1]) for row in rows]


async def standing(session: TenantSession, event: int) -> dict[str, int]:
    """Open alerts about an event, by their condition."""
    driver = await session.driver()
    return dict(map(tuple, await driver.fetch(_STANDING, session.scope.tenant_id, event)))
