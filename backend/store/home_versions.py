"""The version of all that the first screen of a household is made of, in one look.

PostgreSQL keeps a version of each row by itself: the transaction that wrote it, and where it lies.
Whatever is written, corrected, moved, or taken away beside a home changes the versions of its rows
or their number, so nothing has to be told when it changes, and nothing can be forgotten.
"""

from datetime import datetime, timedelta

from backend.store.forecasts import KEEP_DAYS
from backend.store.hours.counters import BLOCK
from backend.store.model.access import homes_of
from tenants.session import TenantSession

_ROW = "hash_record_extended(row(t.tableoid, t.xmin, t.ctid), 0)"

# own points and those beside them, in one house; without a house those of the same site
_NEAR = """
mine AS MATERIALIZED (
    SELECT id, site_id FROM metering_point
    WHERE tenant_id = $1 AND premise_id = ANY($2::bigint[])),
place AS MATERIALIZED (
    SELECT site_id AS id FROM premise WHERE tenant_id = $1 AND id = ANY($2::bigint[])
    UNION SELECT site_id FROM mine),
house AS MATERIALIZED (
    SELECT DISTINCT s.path AS own, coalesce((
        SELECT h.path FROM site AS h
        WHERE h.tenant_id = $1 AND h.path @> s.path AND h.kind = 'house'
        ORDER BY nlevel(h.path) DESC LIMIT 1), s.path) AS top
    FROM site AS s WHERE s.tenant_id = $1 AND s.id IN (SELECT id FROM place)),
near AS MATERIALIZED (
    SELECT DISTINCT p.id, p.premise_id FROM house
    JOIN site AS s ON s.tenant_id = $1 AND s.path <@ house.top
    JOIN metering_point AS p ON p.tenant_id = $1 AND p.site_id = s.id),
stood AS MATERIALIZED (
    SELECT DISTINCT i.series_id FROM installation AS i
    WHERE i.tenant_id = $1 AND i.point_id = ANY(ARRAY(SELECT id FROM near)))"""

_SERIES = "t.series_id = ANY(ARRAY(SELECT series_id FROM stood))"

_WATCHED = {
    "site": "EXISTS (SELECT FROM house WHERE t.path <@ house.top OR t.path @> house.own)",
    "premise": "t.id = ANY(ARRAY(SELECT premise_id FROM near) || $2::bigint[])",
    "metering_point": "t.id = ANY(ARRAY(SELECT id FROM near))",
    "installation": "t.point_id = ANY(ARRAY(SELECT id FROM near))",
    "meter": """t.id = ANY(ARRAY(SELECT i.meter_id FROM installation AS i
        WHERE i.tenant_id = $1 AND i.point_id = ANY(ARRAY(SELECT id FROM mine))))""",
    "series_hour": f"t.block = ANY(ARRAY(SELECT DISTINCT series_id / {BLOCK} FROM stood))",  # noqa: S608 - a constant
    "series_day": _SERIES,
    "series_month": _SERIES,
    "reading_edit": _SERIES,
    "event": f"{_SERIES} AND t.kind = 'temperature' AND t.at >= $5",
    "forecast_model": f"t.day > $5::timestamptz::date - {KEEP_DAYS}",
    "actuator": "t.point_id = ANY(ARRAY(SELECT id FROM mine))",
    "command": "t.point_id = ANY(ARRAY(SELECT id FROM mine))",
    "control_policy": "true",
    "alert": "t.user_id = $3 AND t.closed_at IS NULL",
    "dr_participation": "t.premise_id = ANY($2::bigint[])",
    "dr_event": """t.state IN ('scheduled', 'active') AND EXISTS (
        SELECT FROM dr_participation AS d WHERE d.tenant_id = $1 AND d.event_id = t.id
        AND d.premise_id = ANY($2::bigint[]))""",
}
"""Tables of the tenant, and which of their rows the screen depends on."""

WATCHED = frozenset({*_WATCHED, "tenant", "control_stop", "home_member"})
"""All tables; whom the homes belong to is read anew with every session."""

_ROWS = " UNION ALL ".join(
    f"SELECT '{table}' AS kind, {_ROW} AS row FROM {table} AS t"  # noqa: S608 - made of constants
    f" WHERE t.tenant_id = $1 AND {which}"
    for table, which in _WATCHED.items()
)

_VERSION = f"""
WITH {_NEAR}
SELECT (SELECT string_agg(kind || ' ' || rows || ' ' || version, ' ' ORDER BY kind) FROM (
            SELECT kind, count(*) AS rows, bit_xor(row) AS version FROM ({_ROWS}) AS r
            GROUP BY kind) AS k),
       (SELECT bit_xor({_ROW}) FROM control_stop AS t WHERE t.lifted_at IS NULL),
       (SELECT {_ROW} FROM tenant AS t WHERE t.id = $1),
       (SELECT count(*) FROM installation AS i WHERE i.tenant_id = $1 AND i.installed_at <= $4
           AND i.point_id = ANY(ARRAY(SELECT id FROM near)))
"""  # noqa: S608 - made of constants

_TEMPERATURES_BACK = timedelta(days=32)
"""Temperatures of a month are averaged."""


async def version_of(session: TenantSession, now: datetime) -> tuple[object, ...]:
    """Version of the homes of the session's household at a moment.

    It is to be read before that which is kept by it: a change between the two then shows the next
    time.
    """
    driver = await session.driver()
    scope = session.scope
    row = await driver.fetchrow(
        _VERSION,
        scope.tenant_id,
        homes_of(scope),
        scope.household,
        now,
        now - _TEMPERATURES_BACK,
    )
    return (scope.homes, *(() if row is None else tuple(row)))
