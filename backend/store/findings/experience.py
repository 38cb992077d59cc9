"""What inspections taught of each family, and what a unit is worth, in SQL."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from domain.findings import Family, FindingVerdict
from domain.quantities import Commodity
from tenants.session import TenantSession

_FACTORS = """
SELECT DISTINCT ON (family) family, factor FROM finding_inspection
WHERE tenant_id = $1 ORDER BY family, id DESC
"""

_COUNTS = """
SELECT family, count(*) FILTER (WHERE verdict = 'confirmed'),
       count(*) FILTER (WHERE verdict = 'refuted'), (array_agg(factor ORDER BY id DESC))[1]
FROM finding_inspection WHERE tenant_id = $1 GROUP BY family ORDER BY family
"""

_ADD = """
INSERT INTO finding_inspection (tenant_id, finding_id, family, verdict, factor, at)
VALUES ($1, $2, $3, $4, $5, $6)
"""

_PRICES = """
SELECT commodity, price, currency FROM commodity_price WHERE tenant_id = $1 ORDER BY commodity
"""

_SET_PRICE = """
INSERT INTO commodity_price (tenant_id, commodity, price, currency) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, commodity) DO UPDATE
SET price = excluded.price, currency = excluded.currency
"""

_FORGET_PRICE = "DELETE FROM commodity_price WHERE tenant_id = $1 AND commodity = $2"


class Price(NamedTuple):
    """Of a kWh or m3."""

    commodity: Commodity
    price: Decimal
    currency: str


class Experience(NamedTuple):
    """Inspections of a family, and the factor on its thresholds that they came to."""

    family: Family
    confirmed: int
    refuted: int
    factor: float


async def factors(session: TenantSession) -> dict[Family, float]:
    """Factor on the thresholds of each family that was ever inspected."""
    driver = await session.driver()
    rows = await driver.fetch(_FACTORS, session.scope.tenant_id)
    return {Family(row[0]): row[1] for row in rows}


async def experiences(session: TenantSession) -> list[Experience]:
    """What inspections taught, family by family."""
    driver = await session.driver()
    rows = await driver.fetch(_COUNTS, session.scope.tenant_id)
    return [Experience(Family(row[0]), *tuple(row)[1:]) for row in rows]


async def add_inspection(  # noqa: PLR0913, PLR0917 - a row
    session: TenantSession,
    finding: int,
    family: Family,
    verdict: FindingVerdict,
    factor: float,
    at: datetime,
) -> None:
    """Keep what an inspection taught."""
    driver = await session.driver()
    await driver.execute(_ADD, session.scope.tenant_id, finding, family, verdict, factor, at)


async def prices(session: TenantSession) -> dict[Commodity, Price]:
    """Prices of the tenant."""
    driver = await session.driver()
    rows = await driver.fetch(_PRICES, session.scope.tenant_id)
    return {Commodity(row[0]): Price(Commodity(row[0]), row[1], row[2]) for row in rows}


async def set_price(session: TenantSession, price: Price) -> None:
    """Set a price."""
    driver = await session.driver()
    await driver.execute(_SET_PRICE, session.scope.tenant_id, *price)


async def forget_price(session: TenantSession, commodity: Commodity) -> None:
    """Have no price any more."""
    driver = await session.driver()
    await driver.execute(_FORGET_PRICE, session.scope.tenant_id, commodity)
