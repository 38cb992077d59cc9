"""What a tenant uses: how many of what it has, and readings by day."""

from datetime import date

from backend.models.readings import HOUR_COLUMNS
from tenants.session import TenantSession

_COUNTS = """
SELECT (SELECT count(*) FROM metering_point WHERE tenant_id = $1),
       (SELECT count(*) FROM concentrator WHERE tenant_id = $1),
       (SELECT count(*) FROM radio_module WHERE tenant_id = $1),
       (SELECT count(*) FROM site WHERE tenant_id = $1 AND kind = 'house')
"""

# A fact lies in one tier; both are looked at in one statement, so none is missed on its way.
_READINGS = f"""
SELECT day, sum(readings)::bigint FROM (
    SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(bit_count(known)) AS readings
    FROM series_hour WHERE tenant_id = $1
        AND hour >= $2::date::timestamp AT TIME ZONE 'UTC'
        AND hour < $3::date::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
    UNION ALL
    SELECT day, sum(num_nonnulls({", ".join(HOUR_COLUMNS)}))
    FROM series_day WHERE tenant_id = $1 AND day >= $2 AND day < $3 GROUP BY day
) AS tier GROUP BY day
"""  # noqa: S608 - names of columns are constants


async def counts(session: TenantSession) -> tuple[int, int, int, int]:
    """Metering points, concentrators, radio modules and houses of the tenant."""
    driver = await session.driver()
    row = await driver.fetchrow(_COUNTS, session.scope.tenant_id)
    assert row is not None
    return (row[0], row[1], row[2], row[3])


async def readings_by_day(session: TenantSession, start: date, end: date) -> dict[date, int]:
    """Hours of channels known for each UTC day ``[start, end)`` of the last months."""
    driver = await session.driver()
    rows = await driver.fetch(_READINGS, session.scope.tenant_id, start, end)
    return {row[0]: row[1] for row in rows}
