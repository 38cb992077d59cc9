"""Channels that are left to households, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.store.model.access import sites_of, visible
from backend.store.network.report_lists import FoundRow
from domain.identity import ChannelId, PremiseId
from domain.quantities import Commodity
from tenants.session import TenantSession

_FREE = """
SELECT c.id FROM channel AS c
JOIN concentrator AS d ON d.tenant_id = $1 AND d.id = c.concentrator_id
WHERE c.tenant_id = $1 AND d.serial = $2 AND c.network = $3::int AND c.address = $4::int
  AND NOT EXISTS (
      SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.series_id = c.series_id)
"""

_KEEP = """
INSERT INTO channel_offer (tenant_id, channel_id, premise_id, commodity, pulse_constant)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, channel_id) DO UPDATE
SET premise_id = excluded.premise_id, commodity = excluded.commodity,
    pulse_constant = excluded.pulse_constant, offered_at = now()
"""

_FORGET = "DELETE FROM channel_offer WHERE tenant_id = $1 AND channel_id = $2"

_OPEN = """
SELECT c.id, c.concentrator_id, c.network, c.address, c.series_id, c.found_at, r.name,
       d.serial, o.premise_id, r.site_id, o.commodity, o.pulse_constant, h.name_path, o.offered_at
FROM channel_offer AS o
JOIN channel AS c ON c.tenant_id = $1 AND c.id = o.channel_id
JOIN concentrator AS d ON d.tenant_id = $1 AND d.id = c.concentrator_id
JOIN premise AS r ON r.tenant_id = $1 AND r.id = o.premise_id
JOIN site AS h ON h.tenant_id = $1 AND h.id = r.site_id
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = d.site_id
WHERE o.tenant_id = $1 AND NOT EXISTS (
    SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.series_id = c.series_id)
"""
_OFFERED = f"{_OPEN} AND o.premise_id = ANY($2::bigint[]) ORDER BY c.id"
# Who sees a concentrator sees what is left of it, as with its other channels.
_LISTED = f"""
{_OPEN} AND o.channel_id > $2 AND {visible("s", 4)} ORDER BY c.id LIMIT $3
"""


class Offer(NamedTuple):
    """A channel that waits for its meter."""

    channel: FoundRow
    concentrator: str
    premise: PremiseId
    site: int
    commodity: Commodity
    pulse_constant: str
    site_path: str
    offered_at: datetime


async def free_channel(
    session: TenantSession, concentrator: str, network: int, address: int
) -> ChannelId | None:
    """A channel that is heard and on which no meter ever stood; None if there is none."""
    driver = await session.driver()
    asked = session.scope.tenant_id, concentrator, network, address
    found: ChannelId | None = await driver.fetchval(_FREE, *asked)
    return found


async def keep(
    session: TenantSession, channel: ChannelId, premise: PremiseId, commodity: str, constant: str
) -> None:
    """Leave a channel to the household of a home, in the place of any other."""
    driver = await session.driver()
    await driver.execute(_KEEP, session.scope.tenant_id, channel, premise, commodity, constant)


async def forget(session: TenantSession, channel: ChannelId) -> None:
    """Leave it to nobody."""
    driver = await session.driver()
    await driver.execute(_FORGET, session.scope.tenant_id, channel)


async def offered(session: TenantSession, premises: Sequence[PremiseId]) -> list[Offer]:
    """Channels that are left to some homes."""
    driver = await session.driver()
    rows = await driver.fetch(_OFFERED, session.scope.tenant_id, premises)
    return [_offer(tuple(row)) for row in rows]


async def listed(session: TenantSession, after: int, most: int) -> list[Offer]:
    """Offers in sight that nobody took yet, in the order of their channels."""
    driver, scope = await session.driver(), session.scope
    rows = await driver.fetch(_LISTED, scope.tenant_id, after, most, sites_of(scope))
    return [_offer(tuple(row)) for row in rows]


def _offer(row: tuple[Any, ...]) -> Offer:
    found, (serial, premise, site, commodity, *rest) = FoundRow(*row[:7]), row[7:]
    return Offer(found, serial, premise, site, Commodity(commodity), *rest)
