"""The terms of a tenant's alerts, in SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from domain.alert_terms import USUAL_TERMS, AlertTerms
from domain.alerts import AlertKind
from tenants.session import TenantSession

_LOAD = """
SELECT hysteresis::text, cool_down_h::text, limits::text, escalates_after_h FROM alert_terms
WHERE tenant_id = $1
"""

_SAVE = """
INSERT INTO alert_terms (tenant_id, hysteresis, cool_down_h, limits, escalates_after_h,
    changed_at, changed_by)
VALUES ($1, $2::text::jsonb, $3::text::jsonb, $4::text::jsonb, $5, $6, $7)
ON CONFLICT (tenant_id) DO UPDATE SET hysteresis = excluded.hysteresis,
    cool_down_h = excluded.cool_down_h, limits = excluded.limits,
    escalates_after_h = excluded.escalates_after_h, changed_at = excluded.changed_at,
    changed_by = excluded.changed_by
"""

# Rules from the start follow the usual limit; whoever chose another one keeps it.
_FOLLOW = """
UPDATE alert_rule SET threshold = $4
WHERE tenant_id = $1 AND kind = $2 AND is_default AND threshold = $3
"""

_OPEN_AT = """
SELECT id FROM alert
WHERE tenant_id = $1 AND kind = $2 AND threshold = $3 AND closed_at IS NULL ORDER BY id
"""


async def load(session: TenantSession) -> AlertTerms:
    """The tenant's terms; those of the product where it set none."""
    driver = await session.driver()
    row = await driver.fetchrow(_LOAD, session.scope.tenant_id)
    if row is None:
        return USUAL_TERMS
    return AlertTerms(_by_kind(row[0]), _by_kind(row[1]), _by_kind(row[2]), row[3])


def _by_kind(text: str) -> Mapping[AlertKind, Any]:
    return {AlertKind(name): value for name, value in orjson.loads(text).items()}


async def save(session: TenantSession, terms: AlertTerms, now: datetime) -> None:
    """Keep terms."""
    driver = await session.driver()
    maps = (terms.hysteresis, terms.cool_down_h, terms.limits)
    texts = [orjson.dumps({str(kind): one for kind, one in told.items()}).decode() for told in maps]
    scope = session.scope
    await driver.execute(_SAVE, scope.tenant_id, *texts, terms.escalates_after_h, now, scope.actor)


async def follow(session: TenantSession, kind: AlertKind, before: float, after: float) -> list[int]:
    """Let rules from the start have another usual limit; open alerts by the one before."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    await driver.execute(_FOLLOW, tenant, str(kind), before, after)
    return [row[0] for row in await driver.fetch(_OPEN_AT, tenant, str(kind), before)]
